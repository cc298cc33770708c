# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites that cannot be: made from the whole reference site by rules, and by hand.

Each says at which variable the refusal has to point.
"""

from __future__ import annotations

import copy
import dataclasses
import re
import typing as t

from sites.reference import SINCE, WHOLE, Params, site

NEWEST = "1.20"
OLDEST = (0, 6)
# Tables whose keys are the user's own.
OPEN = re.compile(
    r"hosts|(.*\.)?(spec|labels|ceph_config|parameters|capabilities|quotas|config|caps)(\[.*|\..*)?"
)
WRONG: dict[type, tuple[t.Any, ...]] = {
    str: (7, {"a": "b"}),
    int: ("three", -1, True),
    bool: ("perhaps", 7),
    list: ("word", {"a": "b"}),
    dict: ("word", ["word"]),
}
NAMES = ("Capital", "-begins", "under_score", "n" * 254)


# For a site before its time it is enough that it is refused.
ANYWHERE = ""


@dataclasses.dataclass(frozen=True)
class Bad:
    """One bad site: why, its variables, and the path of the problem that has to be told."""

    name: str
    params: Params
    told: str


def whole() -> Params:
    """Return the reference site from which the bad ones are made."""
    return {"site": "store1", "version": NEWEST, **copy.deepcopy(WHOLE)}


def walk(value: t.Any, path: str = "") -> t.Iterator[tuple[str, t.Any]]:
    """Yield every variable that has a place of its own, with its path."""
    if path:
        yield path, value
    if path != "hosts" and OPEN.fullmatch(path):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from walk(item, f"{path}[{place}]")


def laid(params: Params, path: str, value: t.Any) -> Params:
    """Return the variables with another value at a path; None takes the variable away."""
    changed = copy.deepcopy(params)
    *way, last = (int(word) if word.isdigit() else word for word in re.findall(r"[^.\[\]]+", path))
    place: t.Any = changed
    for word in way:
        if isinstance(place, dict):
            place = place.setdefault(word, {})
        else:
            place = place[t.cast("int", word)]
    if value is None:
        del place[last]
    elif isinstance(place, list) and last == len(place):
        place.append(value)
    else:
        place[last] = value
    return changed


def of_wrong_type() -> t.Iterator[Bad]:
    """Yield each variable with a value of each other type."""
    for path, value in walk(whole()):
        for wrong in WRONG[type(value)]:
            yield Bad(f"{path} is {wrong!r}", laid(whole(), path, wrong), path)


def misspelt() -> t.Iterator[Bad]:
    """Yield each variable under a name that is nearly its own."""
    for path, value in walk(whole()):
        if not isinstance(value, dict) or OPEN.fullmatch(path):
            continue
        for key in value:
            near = f"{path}.{key}x"
            renamed = laid(laid(whole(), near, value[key]), f"{path}.{key}", None)
            yield Bad(f"{near} for {key}", renamed, near)


def twice() -> t.Iterator[Bad]:
    """Yield each list with its first entry again at its end."""
    for path, value in walk(whole()):
        if isinstance(value, list) and value and not OPEN.fullmatch(path):
            again = f"{path}[{len(value)}]"
            told = f"{again}.name" if isinstance(value[0], dict) else again
            yield Bad(f"{path} has its first entry twice", laid(whole(), again, value[0]), told)


def badly_named() -> t.Iterator[Bad]:
    """Yield each name as something that Kubernetes does not take as one."""
    for path, _value in walk(whole()):
        if path == "site" or path.endswith(".name"):
            for name in NAMES:
                yield Bad(f"{path} is {name[:20]!r}", laid(whole(), path, name), path)


# By hand: what is laid over the whole site, and where the problem is.
CONTRADICTING: tuple[tuple[str, t.Any, str], ...] = (
    ("block_pools[0].erasure", {"data_chunks": 2, "coding_chunks": 1}, "block_pools[0]"),
    ("block_pools[0].replicas", None, "block_pools[0]"),
    ("block_pools[0].replicas", 11, "block_pools[0].replicas"),
    ("block_pools[0].replicas", 0, "block_pools[0].replicas"),
    ("block_pools[1].erasure.coding_chunks", None, "block_pools[1].erasure.coding_chunks"),
    ("block_pools[1].erasure.data_chunks", 1, "block_pools[1].erasure.data_chunks"),
    ("block_pools[1].erasure", {}, "block_pools[1].erasure.data_chunks"),
    ("block_pools[0].spec.replicated.size", 2, "block_pools[0].spec.replicated.size"),
    ("block_pools[0].spec.failureDomain", "osd", "block_pools[0].spec.failureDomain"),
    ("block_pools[0].spec.deviceClass", "hdd", "block_pools[0].spec.deviceClass"),
    ("block_pools[0].pg_num", 0, "block_pools[0].pg_num"),
    ("filesystems[0].data_pools", [], "filesystems[0].data_pools"),
    ("filesystems[0].data_pools", None, "filesystems[0].data_pools"),
    ("filesystems[0].active_mds", 0, "filesystems[0].active_mds"),
    ("filesystems[0].active_mds", 51, "filesystems[0].active_mds"),
    ("filesystems[0].name", "f" * 48, "filesystems[0].name"),
    ("filesystems[0].spec.dataPools", [], "filesystems[0].spec.dataPools"),
    (
        "filesystems[0].spec.metadataServer.activeCount", 3,
        "filesystems[0].spec.metadataServer.activeCount",
    ),
    (
        "filesystems[0].spec.metadataPool.erasureCoded", {"dataChunks": 2},
        "filesystems[0].spec.metadataPool.erasureCoded",
    ),
    (
        "filesystems[0].data_pools[0].erasure", {"data_chunks": 2, "coding_chunks": 1},
        "filesystems[0].data_pools[0]",
    ),
    ("object_stores[0].data", None, "object_stores[0].data"),
    ("object_stores[0].data", {}, "object_stores[0].data"),
    ("object_stores[0].name", "s" * 39, "object_stores[0].name"),
    ("object_stores[0].gateway.port", 65536, "object_stores[0].gateway.port"),
    ("object_stores[0].gateway.instances", 0, "object_stores[0].gateway.instances"),
    ("object_stores[0].spec.gateway.port", 81, "object_stores[0].spec.gateway.port"),
    (
        "object_stores[0].spec.dataPool.replicated.size", 1,
        "object_stores[0].spec.dataPool.replicated.size",
    ),
    ("object_store_users[0].store", "nowhere", "object_store_users[0].store"),
    ("object_store_users[0].store", None, "object_store_users[0].store"),
    ("storage_classes[0].pool", "nowhere", "storage_classes[0].pool"),
    ("storage_classes[0].pool", "cold", "storage_classes[0].pool"),
    ("storage_classes[0].pool", None, "storage_classes[0]"),
    ("storage_classes[0].filesystem", "shared", "storage_classes[0]"),
    ("storage_classes[0].type", "cephfs", "storage_classes[0].type"),
    ("storage_classes[0].type", "floppy", "storage_classes[0].type"),
    ("storage_classes[0].reclaim_policy", "Recycle", "storage_classes[0].reclaim_policy"),
    ("storage_classes[1].default", True, "storage_classes[1].default"),
    ("storage_classes[1].data_pool", "nowhere", "storage_classes[1].data_pool"),
    ("storage_classes[2].filesystem", "nowhere", "storage_classes[2].filesystem"),
    ("storage_classes[2].data_pool", "nowhere", "storage_classes[2].data_pool"),
    ("storage_classes[3].object_store", "nowhere", "storage_classes[3].object_store"),
    ("storage_classes[3].data_pool", "cold", "storage_classes[3].data_pool"),
    ("cluster.mon_count", 0, "cluster.mon_count"),
    ("cluster.mon_count", 10, "cluster.mon_count"),
    ("cluster.mgr_count", 6, "cluster.mgr_count"),
    ("cluster.wipe", "thorough", "cluster.wipe"),
    ("cluster.mute_health", ["clock skew"], "cluster.mute_health"),
    ("cluster.data_dir_host_path", "var/lib/rook", "cluster.data_dir_host_path"),
    ("cluster.data_dir_host_path", "/", "cluster.data_dir_host_path"),
    ("cluster.data_dir_host_path", "/etc", "cluster.data_dir_host_path"),
    ("cluster.data_dir_host_path", "/etc/ceph", "cluster.data_dir_host_path"),
    ("cluster.data_dir_host_path", "/rook/data", "cluster.data_dir_host_path"),
    ("cluster.data_dir_host_path", "/var/log/ceph", "cluster.data_dir_host_path"),
    ("cluster.data_dir_host_path", "/srv/../etc", "cluster.data_dir_host_path"),
    ("cluster.data_dir_host_path", "/srv/my data", "cluster.data_dir_host_path"),
    ("cluster.ceph_config", {"global": {"a": ["b"]}}, "cluster.ceph_config.global.a"),
    ("cluster.ceph_config", {"global": "a"}, "cluster.ceph_config.global"),
    ("cluster.spec.mon.count", 3, "cluster.spec.mon.count"),
    ("cluster.spec.dataDirHostPath", "/srv", "cluster.spec.dataDirHostPath"),
    ("cluster.spec.cephVersion.image", "ceph", "cluster.spec.cephVersion.image"),
    ("cluster.spec.storage.nodes", [], "cluster.spec.storage.nodes"),
    ("hosts.w1.devices", ["sdb"], "hosts.w1.devices[0]"),
    ("hosts.w1.devices", ["/dev/"], "hosts.w1.devices[0]"),
    ("hosts.w1.devices", ["/srv/disk"], "hosts.w1.devices[0]"),
    ("hosts.w1.directories", ["/srv/osd"], "hosts.w1.directories"),
    ("hosts.W1", {}, "hosts.W1"),
    ("rados_namespaces[0].pool", "nowhere", "rados_namespaces[0].pool"),
    ("rados_namespaces[0].mirroring_mode", "blocks", "rados_namespaces[0].mirroring_mode"),
    ("subvolume_groups[0].filesystem", "nowhere", "subvolume_groups[0].filesystem"),
    ("object_zone_groups[0].realm", "nowhere", "object_zone_groups[0].realm"),
    ("object_zones[0].zone_group", "nowhere", "object_zones[0].zone_group"),
    ("object_zones[0].data", None, "object_zones[0]"),
    ("object_zones[0].shared_pools", {"metadataPoolName": "a"}, "object_zones[0]"),
    ("object_stores[1].zone", "nowhere", "object_stores[1].zone"),
    ("object_store_accounts[0].store", "nowhere", "object_store_accounts[0].store"),
    ("bucket_topics[0].store", "nowhere", "bucket_topics[0].store"),
    ("bucket_topics[0].http", None, "bucket_topics[0]"),
    ("bucket_topics[0].kafka", {"uri": "kafka://a:9092"}, "bucket_topics[0]"),
    ("bucket_notifications[0].topic", "nowhere", "bucket_notifications[0].topic"),
    ("bucket_claims[0].storage_class", "nowhere", "bucket_claims[0].storage_class"),
    ("bucket_claims[0].storage_class", "block", "bucket_claims[0].storage_class"),
    ("bucket_claims[0].bucket_name", "photos", "bucket_claims[0]"),
    ("bucket_claims[0].notifications", ["nowhere"], "bucket_claims[0].notifications"),
    ("cosi_drivers[0].deployment", "Sometimes", "cosi_drivers[0].deployment"),
    ("nfs[0].pool", "exports", "nfs[0].pool"),
    ("nfs[0].active", 0, "nfs[0].active"),
    ("nvmeof_gateways[0].pool", "nowhere", "nvmeof_gateways[0].pool"),
    ("nvmeof_gateways[0].group", None, "nvmeof_gateways[0].group"),
    ("nvmeof_gateways[0].ports.io_port", 65536, "nvmeof_gateways[0].ports.io_port"),
    ("rbd_mirrors[0].count", 0, "rbd_mirrors[0].count"),
    ("rbd_mirrors[0].spec.count", 3, "rbd_mirrors[0].spec.count"),
    ("clients[0].caps", None, "clients[0].caps"),
    ("snapshot_classes[0].type", "tape", "snapshot_classes[0].type"),
    ("snapshot_classes[0].deletion_policy", "Recycle", "snapshot_classes[0].deletion_policy"),
    ("storage_classes[4].nfs", "nowhere", "storage_classes[4].nfs"),
    ("storage_classes[4].driver", "flex", "storage_classes[4].driver"),
    ("operator.url", "ftp://example.org", "operator.url"),
    ("operator.digests", {"crds.yaml": "abc"}, "operator.digests.crds.yaml"),
    ("version", "0.5", "version"),
    ("version", "1.99", "version"),
    ("version", "newest", "version"),
    ("version", 1.2, "version"),
    ("version", "1", "version"),
    ("version", None, "version"),
    ("site", None, "site"),
    ("namespace", "Rook", "namespace"),
    ("namespace", "n" * 64, "namespace"),
)  # fmt: skip


# The release that cannot have the whole site, and one of the variables that it has to name.
TOO_NEW = (
    ("1.19", "object_store_accounts"),
    ("1.18", "nvmeof_gateways"),
    ("1.16", "object_realms[0].default"),
    ("1.15", "rados_namespaces[0].mirroring_mode"),
    ("1.13", "subvolume_groups[0].quota"),
    ("1.12", "cluster.ceph_config"),
    ("1.11", "cosi_drivers"),
    ("1.10", "nfs[0].host_network"),
    ("1.9", "object_zones[0].custom_endpoints"),
    ("1.8", "rados_namespaces"),
    ("1.7", "bucket_topics"),
    ("1.6", "subvolume_groups"),
    ("1.5", "filesystem_mirrors"),
    ("1.4", "cluster.mgr_count"),
    ("1.3", "rbd_mirrors"),
    ("1.2", "block_pools[0].pg_num"),
    ("1.1", "clients"),
    ("1.0", "storage_classes[2].filesystem"),
    ("0.9", "nfs"),
    ("0.8", "object_store_users"),
    ("0.7", "cluster.dashboard_enabled"),
    ("0.6", "hosts.w1.devices[0]"),
)


def too_new() -> t.Iterator[Bad]:
    """Yield the whole site in releases that cannot have it, and others before their time."""
    for version, told in TOO_NEW:
        yield Bad(f"the whole site in {version}", laid(whole(), "version", version), told)
    for name, (major, minor) in SINCE.items():
        if (major, minor) > OLDEST:
            version = f"{major}.{minor - 1}"
            yield Bad(f"site {name} in {version}", site(name, version), ANYWHERE)


def by_hand() -> t.Iterator[Bad]:
    """Yield what was thought of."""
    for path, value, told in CONTRADICTING:
        what = "is missing" if value is None else f"is {value!r:.40}"
        yield Bad(f"{path} {what}", laid(whole(), path, value), told)


def bad_sites() -> tuple[Bad, ...]:
    """Return all of them."""
    makers = (of_wrong_type, misspelt, twice, badly_named, too_new, by_hand)
    return tuple(bad for make in makers for bad in make())
