# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about the copies and chunks of pools, and what stands on them. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._eras import SAFE_SIZE
from ansible_collections.rookery.rook.plugins.module_utils._placement import (
    DOMAIN_LABELS,
    DOMAINS,
    domain_names,
    placement,
    unlabelled,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.crew import takers
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    count,
    dig,
    error,
    listed,
    warn,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Layout, Site


# The first release that asks for a default data pool with copies.
_DEFAULT_POOL = (1, 4)


@dataclasses.dataclass(frozen=True)
class Pool:
    """One pool of the model, wherever it stands; size_path is the variable of its copies."""

    name: str
    path: str
    size_path: str
    layout: Layout
    raw: Mapping[str, t.Any]


def pools_of(site: Site) -> Iterator[Pool]:
    """Yield every pool of a site."""
    for place, pool in enumerate(site.block_pools):
        yield _pool(pool.name, f"block_pools[{place}]", pool.layout, pool.spec)
    for place, filesystem in enumerate(site.filesystems):
        path = f"filesystems[{place}]"
        raw = dig(filesystem.spec, "metadataPool") or {}
        size = f"{path}.metadata_replicas"
        yield Pool(f"{filesystem.name}-metadata", path, size, filesystem.metadata, raw)
        for number, data in enumerate(filesystem.data_pools):
            name = f"{filesystem.name}-{data.name}"
            yield _pool(name, f"{path}.data_pools[{number}]", data.layout, data.spec)
    for place, store in enumerate(site.object_stores):
        path = f"object_stores[{place}]"
        if store.metadata is None or store.data is None:
            continue
        raw = dig(store.spec, "metadataPool") or {}
        yield Pool(f"{store.name} metadata", path, f"{path}.metadata_replicas", store.metadata, raw)
        raw = dig(store.spec, "dataPool") or {}
        yield _pool(f"{store.name} data", f"{path}.data", store.data, raw)
    zones = [item for item in site.resources if item.kind == "CephObjectZone"]
    for place, zone in enumerate(zones):
        for key in ("metadata", "data"):
            if key in zone.values:
                raw = dig(zone.spec, f"{key}Pool") or {}
                path = f"object_zones[{place}].{key}"
                yield _pool(f"{zone.name} {key}", path, zone.values[key], raw)


def _pool(name: str, path: str, layout: Layout, raw: Mapping[str, t.Any]) -> Pool:
    """Return a pool with copies or chunks of its own."""
    return Pool(name, path, f"{path}.{'erasure' if layout.erasure else 'replicas'}", layout, raw)


def pool_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with each pool (POOL-02 to POOL-11)."""
    for pool in pools_of(site):
        yield from _domain_findings(site, pool)
        yield from _redundancy_findings(site, pool)


def _domain_findings(site: Site, pool: Pool) -> Iterator[Finding]:
    """Yield whether the pieces of a pool find their places."""
    domain = pool.layout.failure_domain
    path = f"{pool.path}.failure_domain"
    if domain not in DOMAINS:
        reason = f"pool '{pool.name}' names a failure domain that CRUSH does not have"
        yield error("POOL-08", path, domain, reason, f"Take one of {listed(DOMAINS)}.")
        return
    bare = unlabelled(site.hosts, domain)
    if bare:
        reason = (
            f"pool '{pool.name}' spreads over {domain}s, and hosts lack the label "
            f"{DOMAIN_LABELS[domain]}: {listed(bare)}"
        )
        cure = "Give these hosts the label in rook_node_labels before their first OSD is made."
        yield error("POOL-08", path, domain, reason, cure)
        return
    if not site.storage_hosts or several_in_a_domain(site, pool):
        return
    names = domain_names(site.hosts, domain)
    if pool.layout.size > len(names):
        yield _too_few(site, pool, names)
    elif pool.layout.size == len(names):
        where = f"all {len(names)}" if len(names) > 1 else "the only one"
        reason = (
            f"pool '{pool.name}' needs {where} of the {_noun(domain, 2)} there are "
            f"({listed(names)}), so nothing can take the place of one that is lost"
        )
        more = f"Add {_noun(domain, 1, article=True)} for it to heal by itself."
        yield warn("POOL-04", pool.size_path, _value(pool.layout), reason, more)
    if domain == "osd" and len(site.storage_hosts) == 1:
        reason = f"pool '{pool.name}' has all its pieces on {site.storage_hosts[0].name}"
        cure = "Add hosts and set failure_domain to host, or accept that this host is the data."
        yield warn("POOL-11", path, domain, reason, cure)


def several_in_a_domain(site: Site, pool: Pool) -> bool:
    """Tell whether a domain takes more than one copy, so that there is more to it than a number."""
    if pool.layout.erasure is not None:
        return False
    per = dig(pool.raw, "replicated.replicasPerFailureDomain")
    return bool(dig(site.cluster.spec, "mon.stretchCluster")) or (isinstance(per, int) and per > 1)


def _noun(domain: str, number: int, *, article: bool = False) -> str:
    """Return what a failure domain is called by people."""
    one = {"host": "OSD host", "osd": "OSD"}.get(domain, domain)
    if article:
        return f"an {one}" if domain in ("host", "osd") else f"a {one} with OSDs"
    return one if number == 1 else f"{one}s"


def _value(layout: Layout) -> str:
    """Return copies or chunks as people write them."""
    if layout.erasure is None:
        return str(layout.size)
    return f"{layout.erasure.data_chunks}+{layout.erasure.coding_chunks}"


def _wish(layout: Layout) -> str:
    """Return what a pool wants, with the sum."""
    if layout.erasure is None:
        return count(layout.size, "copy", "copies")
    data, coding = layout.erasure.data_chunks, layout.erasure.coding_chunks
    return f"{data} data + {coding} coding = {layout.size} chunks"


def _too_few(site: Site, pool: Pool, names: tuple[str, ...]) -> Finding:
    """Return that a pool has more pieces than places, with the sum and both ways out."""
    layout, domain, here = pool.layout, pool.layout.failure_domain, len(names)
    lies = placement(layout, here, site.release)
    if not lies.writable:
        effect = "so nothing can ever be written to it"
    elif not lies.survives_one:
        effect = f"so all writes stop when one {domain} is lost"
    else:
        effect = "so it stays undersized for ever"
    reason = (
        f"pool '{pool.name}' wants {_wish(layout)} on different {domain}s, "
        f"the inventory has {here} {_noun(domain, here)} ({listed(names)}): "
        f"{lies.placed} of {lies.size} find a place and Ceph writes with {lies.least} or more, "
        f"{effect}"
    )
    rule = "POOL-02" if layout.erasure is None else "POOL-03"
    return error(rule, pool.size_path, _value(layout), reason, _more_places(site, pool, here))


def _more_places(site: Site, pool: Pool, here: int) -> str:
    """Return how to get enough places, or how to need fewer."""
    layout, domain = pool.layout, pool.layout.failure_domain
    missing = layout.size - here
    where = {"host": "to rook_storage", "osd": "to rook_node_devices"}.get(domain, "with OSDs")
    what = {"osd": "device"}.get(domain, domain)
    ways = [f"add {count(missing, what)} {where}"]
    if here >= 2:
        variable = pool.size_path.rpartition(".")[2]
        if layout.erasure is None:
            ways.append(f"set {variable} to {here}")
        else:
            ways.append(f"replace erasure by replicas: {here}")
    osds = len(domain_names(site.hosts, "osd"))
    if domain == "host" and here < 2 and osds >= layout.size:
        ways.append("set failure_domain to osd (the loss of the host is then the loss of the data)")
    text = " or ".join(ways)
    return f"{text[0].upper()}{text[1:]}."


def _redundancy_findings(site: Site, pool: Pool) -> Iterator[Finding]:
    """Yield whether the loss of a piece loses data."""
    layout, value = pool.layout, _value(pool.layout)
    if layout.erasure is not None:
        if layout.erasure.coding_chunks == 1:
            reason = f"pool '{pool.name}' loses data with the second chunk, and stops at the first"
            path = f"{pool.size_path}.coding_chunks"
            yield warn("POOL-07", path, value, reason, "Take 2 coding chunks in production.")
    elif layout.size == 1 and site.release < SAFE_SIZE:
        reason = f"the only copy of pool '{pool.name}' is lost with its disk"
        yield warn("POOL-05", pool.size_path, value, reason, "Take 3 in production.")
    elif layout.size == 1:
        if dig(pool.raw, "replicated.requireSafeReplicaSize") is not False:
            reason = f"Rook refuses pool '{pool.name}', whose only copy is lost with its disk"
            cure = (
                "Take 2 or more, or set spec.replicated.requireSafeReplicaSize to false "
                "for data that may be lost."
            )
            yield error("POOL-05", pool.size_path, value, reason, cure)
    elif layout.size == 2:
        reason = f"pool '{pool.name}' is written with a single copy left while one is away"
        yield warn("POOL-06", pool.size_path, value, reason, "Take 3 in production.")


def filesystem_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with file systems (FS-02, FS-05)."""
    usable = takers(site, facts)
    for place, filesystem in enumerate(site.filesystems):
        path = f"filesystems[{place}]"
        first = filesystem.data_pools[0]
        if first.layout.erasure is not None:
            reason = (
                f"the first data pool of '{filesystem.name}' is its default pool, "
                "and CephFS is not made for an erasure-coded one"
            )
            cure = "Put a pool with replicas first, and name this one in storage_classes.data_pool."
            # Rook forced it through, and said so in its examples.
            told = error if site.release >= _DEFAULT_POOL else warn
            yield told("FS-02", f"{path}.data_pools[0]", first.name, reason, cure)
        servers = filesystem.active_mds * (2 if filesystem.active_standby else 1)
        if usable and servers > len(usable):
            reason = (
                f"'{filesystem.name}' has {count(servers, 'metadata server')} with the standby "
                f"ones and there are {count(len(usable), 'node')} for them"
            )
            cure = "Lower active_mds, or add nodes."
            yield warn("FS-05", f"{path}.active_mds", filesystem.active_mds, reason, cure)


def object_store_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with gateways (OBJ-01)."""
    for place, store in enumerate(site.object_stores):
        path, gateway = f"object_stores[{place}].gateway", store.gateway
        if not gateway.port and not gateway.secure_port:
            reason = f"'{store.name}' has neither port nor secure_port, and Rook refuses that"
            yield error("OBJ-01", f"{path}.port", gateway.port, reason, "Give one of them.")
        if gateway.secure_port and not gateway.certificate_secret:
            reason = f"'{store.name}' has a secure port and no certificate"
            cure = "Set certificate_secret to the name of a secret with it."
            yield error("OBJ-01", f"{path}.secure_port", gateway.secure_port, reason, cure)
