# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From the model of a site, and what its hosts said, to the tree and the pools that Ceph has. Pure.

Where no device has been asked, all weigh the same and belong to the class that is wanted.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._placement.domains import DOMAIN_LABELS
from ansible_collections.rookery.rook.plugins.module_utils._placement.formula import placement
from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
    ROOT,
    Node,
    Osd,
    Pool,
    Rule,
    Take,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import (
        Data,
        Host,
        Layout,
        Site,
    )

TIB = 1 << 40
# Groups of a new pool: of Rook's own until it left them to Ceph, of Ceph since, of gateways, of the
# managers' pool.
_OLD_GROUPS, _GROUPS, _GATEWAY_GROUPS, _MANAGER_GROUPS = 100, 32, 8, 1
_LEFT_TO_CEPH = (1, 3)
# The pools that a gateway makes beside the one of its data.
GATEWAY_POOLS = (
    ".rgw.root", "rgw.control", "rgw.meta", "rgw.log", "rgw.otp", "rgw.buckets.index",
    "rgw.buckets.non-ec",
)  # fmt: skip
# What the managers' pool is called since a release of Ceph; before there was none.
_MANAGER_POOLS = ((17, ".mgr"), (15, "device_health_metrics"))
# Copies of a pool that no one has given a number, two on each side.
_STRETCHED = 4


def _dig(data: t.Any, *path: str) -> t.Any:
    """Return the value at a path of raw settings, or None."""
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _table(value: t.Any) -> Data:
    """Return raw settings; what is none has no settings."""
    return value if isinstance(value, Mapping) else {}


def _word(value: t.Any) -> str | None:
    """Return a word of raw settings, or None where there is none."""
    return value if isinstance(value, str) and value else None


@dataclasses.dataclass(frozen=True)
class Plant:
    """The tree of a site, and its pools; weighed and sorted say whether devices were asked."""

    tree: Tree
    pools: tuple[Pool, ...]
    weighed: bool
    sorted: bool


def read_plant(site: Site, facts: Mapping[str, t.Any]) -> Plant:
    """Return the tree and the pools of a site."""
    given = _word(_dig(site.cluster.spec, "storage", "config", "deviceClass")) or ""
    labels = {
        str(node.get("hostname", name)): _table(node.get("labels"))
        for name, node in _table(facts.get("nodes")).items()
    }
    nodes = [_node(host, facts, labels.get(host.name, {}), given) for host in site.storage_hosts]
    osds = [osd for node in nodes for osd in node.osds]
    weighed = bool(osds) and all(osd.size for osd in osds)
    classed = bool(osds) and all(osd.device_class for osd in osds)
    if not weighed:
        nodes = [
            dataclasses.replace(
                node,
                osds=tuple(dataclasses.replace(osd, weight=1.0, size=None) for osd in node.osds),
            )
            for node in nodes
        ]
    root = str(_dig(site.cluster.spec, "storage", "config", "crushRoot") or ROOT)
    pools = tuple(_pools(site))
    if not classed:
        pools = tuple(unclassed(pool) for pool in pools)
    return Plant(Tree(nodes, root), pools, weighed, classed)


def unclassed(pool: Pool) -> Pool:
    """Return a pool that takes OSDs of any class."""
    takes = tuple(dataclasses.replace(take, device_class=None) for take in pool.rule.takes)
    return dataclasses.replace(pool, rule=dataclasses.replace(pool.rule, takes=takes))


def _node(host: Host, facts: Mapping[str, t.Any], known: Data, given: str) -> Node:
    """Return a host with its OSDs; labels of the API's node count before those that it will get.

    given is the class that the site's settings give to all devices.
    """
    said = (facts.get("hosts") or {}).get(host.name) or {}
    labels = {**host.labels, **known}
    places = {level: labels[label] for level, label in DOMAIN_LABELS.items() if labels.get(label)}
    devices = [_device(name, said, given) for name in host.devices]
    folders = [_directory(name, said) for name in host.directories]
    return Node(host.name, (*devices, *folders), places)


def _device(name: str, said: Mapping[str, t.Any], given: str) -> Osd:
    """Return the OSD of a device, as Rook sorts it where no class is given."""
    found: Mapping[str, t.Any] = next(
        (
            item
            for item in said.get("devices") or ()
            if name == item["path"] or name in (item.get("links") or ())
        ),
        {},
    )
    size = found.get("size")
    kind = given
    if not given and found.get("rotational") is not None:
        solid = "nvme" if "nvme" in str(found["path"]) else "ssd"
        kind = "hdd" if found["rotational"] else solid
    return Osd(name, size / TIB if size else 1.0, kind, size or None)


def _directory(name: str, said: Mapping[str, t.Any]) -> Osd:
    """Return the OSD of a directory, which is as large as its file system."""
    size = ((said.get("directories") or {}).get(name) or {}).get("size_bytes")
    return Osd(name, size / TIB if size else 1.0, "", size or None)


def _pools(site: Site) -> Iterator[Pool]:
    """Yield every pool that Ceph will have, those included that are made beside the model's."""
    managers = next((name for first, name in _MANAGER_POOLS if _ceph(site) >= first), "")
    named = [pool for pool in site.block_pools if pool.spec.get("name") == managers]
    if managers and not named:
        yield _pool(site, managers, "cluster", None, {}, role="managers")
    for place, pool in enumerate(site.block_pools):
        name = str(pool.spec.get("name") or pool.name)
        made = _pool(site, name, f"block_pools[{place}]", pool.layout, pool.spec)
        yield dataclasses.replace(made, pg_num=pool.pg_num) if pool.pg_num else made
    for place, filesystem in enumerate(site.filesystems):
        path = f"filesystems[{place}]"
        raw = _table(filesystem.spec.get("metadataPool"))
        name = f"{filesystem.name}-metadata"
        yield _pool(site, name, path, filesystem.metadata, raw, role="metadata")
        for number, data in enumerate(filesystem.data_pools):
            name = f"{filesystem.name}-{data.name}"
            yield _pool(site, name, f"{path}.data_pools[{number}]", data.layout, data.spec)
    yield from _gateway_pools(site)


def _gateway_pools(site: Site) -> Iterator[Pool]:
    """Yield the pools of object stores, and of zones."""
    places: list[tuple[str, str, Layout | None, Layout | None, Data]] = [
        (store.name, f"object_stores[{place}]", store.metadata, store.data, store.spec)
        for place, store in enumerate(site.object_stores)
    ]
    zones = [item for item in site.resources if item.kind == "CephObjectZone"]
    places += [
        (zone.name, f"object_zones[{place}]", zone.values.get("metadata"), zone.values.get("data"),
         zone.spec)
        for place, zone in enumerate(zones)
    ]  # fmt: skip
    for place, (name, path, metadata, data, spec) in enumerate(places):
        if metadata is not None:
            raw = _table(spec.get("metadataPool"))
            for pool in GATEWAY_POOLS[1 if place else 0 :]:
                full = pool if pool.startswith(".") else f"{name}.{pool}"
                yield _pool(site, full, path, metadata, raw, role="index")
        if data is not None:
            raw = _table(spec.get("dataPool"))
            yield _pool(site, f"{name}.rgw.buckets.data", f"{path}.data", data, raw)


def _ceph(site: Site) -> int:
    """Return the major release of Ceph."""
    image = site.cluster.ceph_image or _eras.era(site.version).ceph_image or ""
    version = _eras.image_version(image)
    majors = _eras.era(site.version).ceph_majors
    return version[0] if version else max(majors, default=0)


def _pool(
    site: Site, name: str, path: str, layout: Layout | None, raw: Data, role: str = "data"
) -> Pool:
    """Return a pool with Ceph's own min_size, unless the site gives another."""
    if layout is None:
        size, need, least, indep = 3, 1, 2, False
        take = Take("host")
    else:
        lies = placement(layout, layout.size, site.release)
        size, need, least, indep = lies.size, lies.need, lies.least, layout.erasure is not None
        take = Take(layout.failure_domain, layout.device_class)
    given = _number(_dig(raw, "parameters", "min_size"))
    # Ceph's own default is for copies alone.
    least = given or (least if indep else _default_least(site, size, least))
    rule = Rule(_takes(raw, take), indep, str(raw.get("crushRoot") or _root(site)))
    pool = Pool(name, size, need, least, rule, _groups(site, raw, role), path, role)
    sites = stretched(site)
    if not sites or indep:
        return pool
    takes = (Take(sites, rule.takes[0].device_class, "host", 2),)
    apart = dataclasses.replace(pool, rule=dataclasses.replace(rule, takes=takes), least_apart=1)
    if layout is None:
        return dataclasses.replace(apart, size=_STRETCHED, least=2)
    return apart


def _root(site: Site) -> str:
    """Return the root under which the site's OSDs lie, which is that of its pools too."""
    return str(_dig(site.cluster.spec, "storage", "config", "crushRoot") or ROOT)


def _number(value: t.Any) -> int:
    """Return a number of raw settings, or 0 where there is none."""
    text = str(value)
    return int(text) if text.isdecimal() else 0


def _default_least(site: Site, size: int, least: int) -> int:
    """Return min_size by the site's settings of Ceph, which never asks for more than the copies."""
    given = site.cluster.ceph_config.get("global", {}).get("osd_pool_default_min_size")
    return min(_number(given), size) or least


def _groups(site: Site, raw: Data, role: str) -> int:
    """Return how many groups a pool starts with."""
    given = _number(_dig(raw, "parameters", "pg_num"))
    if given:
        return given
    if site.release < _LEFT_TO_CEPH:
        return _OLD_GROUPS
    return {"index": _GATEWAY_GROUPS, "managers": _MANAGER_GROUPS}.get(role, _GROUPS)


def _takes(raw: Data, take: Take) -> tuple[Take, ...]:
    """Return the walks of the rule that Rook makes: one, two classes, or several in a domain."""
    hybrid = _dig(raw, "replicated", "hybridStorage")
    if isinstance(hybrid, Mapping):
        first = _word(hybrid.get("primaryDeviceClass"))
        then = _word(hybrid.get("secondaryDeviceClass"))
        return (
            dataclasses.replace(take, device_class=first, count=1),
            dataclasses.replace(take, device_class=then),
        )
    per = _dig(raw, "replicated", "replicasPerFailureDomain")
    if isinstance(per, int) and per > 1:
        sub = str(_dig(raw, "replicated", "subFailureDomain") or "host")
        return (dataclasses.replace(take, sub=sub, per=per),)
    return (take,)


def stretched(site: Site) -> str:
    """Return the failure domain of a stretched cluster's sites, or nothing."""
    stretch = _dig(site.cluster.spec, "mon", "stretchCluster")
    if not isinstance(stretch, Mapping):
        return ""
    label = str(stretch.get("failureDomainLabel") or DOMAIN_LABELS["zone"])
    return next((level for level, known in DOMAIN_LABELS.items() if known == label), "zone")
