# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about raw settings of pools, file systems, stores and classes. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    count,
    dig,
    error,
    host_facts,
    is_on,
    listed,
    number,
    rows,
    table,
    warn,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import (
        Data,
        Layout,
        Site,
    )

_COMPRESSION = ("none", "passive", "aggressive", "force")
_MIRRORING = ("image", "pool", "init-only")
_SEVERAL = "ROOK_ALLOW_MULTIPLE_FILESYSTEMS"
_OLD_PGS, _MOST_PGS = 100, 300
_PACIFIC = (16,)
# By what an operator is told which settings claims for buckets may have, itself and by its chart;
# those that it asks for, and those that it lets them have unless told otherwise.
_CLAIMS = ("ROOK_OBC_ALLOW_ADDITIONAL_CONFIG_FIELDS", "obcAllowAdditionalConfigFields")
_ALLOWED = "maxObjects,maxSize"
_CLAIMED = (
    "maxObjects",
    "maxSize",
    "bucketMaxObjects",
    "bucketMaxSize",
    "bucketPolicy",
    "bucketLifecycle",
    "bucketOwner",
)
_HOST_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


class Part(t.NamedTuple):
    """A pool as the rules of this file see it: its name in Ceph, its variable, its settings."""

    name: str
    path: str
    layout: Layout
    raw: Data


def parts(site: Site) -> Iterator[Part]:
    """Yield every pool of block pools, file systems and stores."""
    for place, pool in enumerate(site.block_pools):
        yield Part(pool.name, f"block_pools[{place}]", pool.layout, pool.spec)
    for place, item in enumerate(site.filesystems):
        path, raw = f"filesystems[{place}]", table(item.spec.get("metadataPool"))
        yield Part(f"{item.name}-metadata", path, item.metadata, raw)
        for row, data in enumerate(item.data_pools):
            name = f"{item.name}-{data.name}"
            yield Part(name, f"{path}.data_pools[{row}]", data.layout, data.spec)
    for place, store in enumerate(site.object_stores):
        for key, layout in (("metadata", store.metadata), ("data", store.data)):
            raw = table(store.spec.get(f"{key}Pool"))
            if layout is not None:
                suffix = "buckets.data" if key == "data" else "meta"
                name = f"{store.name}.rgw.{suffix}"
                yield Part(name, f"object_stores[{place}].{key}", layout, raw)


def pool_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield raw settings of pools that Rook refuses (POOL-09, POOL-12, POOL-13)."""
    for pool in parts(site):
        yield from _domains(pool)
        mode = pool.raw.get("compressionMode") or dig(pool.raw, "parameters.compression_mode")
        if mode and mode not in _COMPRESSION:
            reason = f"pool '{pool.name}' can be compressed by {listed(_COMPRESSION)}"
            path = f"{pool.path}.spec.compressionMode"
            yield error("POOL-12", path, mode, reason, "Take one of them.")
        mode = dig(pool.raw, "mirroring.mode")
        if is_on(dig(pool.raw, "mirroring.enabled")) and mode not in _MIRRORING:
            reason = f"pool '{pool.name}' can be mirrored by {listed(_MIRRORING)}"
            path = f"{pool.path}.spec.mirroring.mode"
            yield error("POOL-13", path, mode or "", reason, "Take one of them.")


def _domains(pool: Part) -> Iterator[Finding]:
    """Yield failure domains inside of failure domains that do not fit (POOL-09)."""
    inner = dig(pool.raw, "replicated.subFailureDomain")
    path = f"{pool.path}.spec.replicated"
    if inner and inner == pool.layout.failure_domain:
        reason = f"pool '{pool.name}' has it as its failure domain already"
        cure = "Take a smaller one, such as host below zone."
        yield error("POOL-09", f"{path}.subFailureDomain", inner, reason, cure)
    each = dig(pool.raw, "replicated.replicasPerFailureDomain")
    if each is None:
        return
    per, size = number(each), pool.layout.size
    if not per or size % per or (per > 1 and per == size):
        reason = f"the {count(size, 'copy', 'copies')} of pool '{pool.name}' cannot be dealt so"
        cure = "Take a divisor of replicas that is less."
        yield error("POOL-09", f"{path}.replicasPerFailureDomain", each, reason, cure)


def share_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield pools of one name, without disks of their class, too many (POOL-10, 14, 15)."""
    pools = list(parts(site))
    first: dict[str, str] = {}
    for pool in pools:
        if first.setdefault(pool.name, pool.path) != pool.path:
            reason = f"{first[pool.name]} makes a pool of that name, too"
            yield error("POOL-15", pool.path, pool.name, reason, "Rename one of them.")
    yield from _classes(site, facts, pools)
    osds = sum(len(host.stores) for host in site.storage_hosts)
    each = _OLD_PGS * sum(pool.layout.size for pool in pools) // max(osds, 1)
    if site.release < (1, 3) and osds and each > _MOST_PGS:
        reason = (
            f"Rook {site.version} gives each pool 100 placement groups, so that "
            f"{count(len(pools), 'pool')} make {each} on each of {count(osds, 'OSD')}"
        )
        cure = f"Make fewer pools, or add OSDs: {_MOST_PGS} are the most."
        yield warn("POOL-14", pools[0].path, len(pools), reason, cure)


def _classes(site: Site, facts: Facts, pools: list[Part]) -> Iterator[Finding]:
    """Yield pools whose device class no disk has (POOL-10)."""
    known = [host_facts(facts, host.name).get("devices") for host in site.storage_hosts]
    given = dig(site.cluster.spec, "storage.config.deviceClass")
    if not known or None in known or given:
        # Where somebody gives classes by hand, disks do not tell them.
        return
    found = set()
    for host, devices in zip(site.storage_hosts, known, strict=True):
        for row in rows(devices):
            if {str(row.get("path")), *(row.get("links") or ())} & set(host.devices):
                found.add(_class_of(row))
    for pool in pools:
        wanted = pool.layout.device_class
        if wanted and wanted not in found and None not in found:
            reason = f"the named devices are of class {listed(sorted(map(str, found)))}"
            cure = "Take one of these classes, or add such devices."
            yield error("POOL-10", f"{pool.path}.device_class", wanted, reason, cure)


def _class_of(device: Data) -> str | None:
    """Return the class that Ceph gives to a device, or None when nothing tells it."""
    if "nvme" in str(device.get("path")):
        return "nvme"
    spins = device.get("rotational")
    return None if spins is None else "hdd" if spins else "ssd"


def filesystem_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield file systems that Ceph would not make (FS-01, FS-03, FS-06)."""
    config = dig(site.cluster.spec, "storage.storeConfig.storeType")
    store = str(config or dig(site.cluster.spec, "storage.config.storeType") or "")
    in_directories = any(host.directories for host in site.hosts)
    old = site.release < (1, 3) and (
        store == "filestore" or (in_directories and site.release >= (0, 8))
    )
    for pool in parts(site):
        is_files = pool.path.startswith("filesystems")
        if old and is_files and pool.layout.erasure is not None:
            reason = "its chunks would lie on filestore, which cannot overwrite them"
            cure = "Take replicas, or devices with bluestore."
            yield error("FS-01", f"{pool.path}.erasure", pool.name, reason, cure)
    image, several = site.cluster.ceph_image, site.operator.config.get(_SEVERAL)
    version = _eras.image_version(image)
    allowed = site.release < (0, 8) or (version is not None and version >= _PACIFIC)
    flag = site.release < (1, 7) and is_on(several)
    if len(site.filesystems) > 1 and not allowed and not flag and _can_tell(site):
        reason = "Ceph makes several file systems from 16 on"
        cure = f"Take Ceph 16 or more, or set operator.config {_SEVERAL} to true before 1.7."
        yield error("FS-06", "filesystems", len(site.filesystems), reason, cure)


def _can_tell(site: Site) -> bool:
    """Tell whether the release of Ceph is known: by its image, or as it is part of Rook."""
    has_image = bool(_eras.era(site.version).ceph_image)
    return not has_image or _eras.image_version(site.cluster.ceph_image) is not None


def store_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield gateways that cannot be served as it is said (OBJ-02, 03, 05, 06)."""
    for place, store in enumerate(site.object_stores):
        path = f"object_stores[{place}]"
        ports = (store.gateway.port, store.gateway.secure_port)
        low = [port for port in ports if port and port <= 1024]
        if low and facts.get("openshift"):
            reason = "OpenShift lets no pod listen below 1025"
            yield error("OBJ-02", f"{path}.gateway.port", low[0], reason, "Take 8080.")
        if dig(store.spec, "gateway.allNodes") is not None and site.release >= (1, 1):
            reason = "from 1.1 on Rook ignores it"
            cure = "Set gateway.instances."
            yield warn("OBJ-03", f"{path}.spec.gateway.allNodes", "set", reason, cure)
        if dig(store.spec, "sharedPools") and (store.zone or store.data is not None):
            reason = f"'{store.name}' has pools of its own, too"
            cure = "Remove it, or serve a zone with shared pools."
            yield error("OBJ-05", f"{path}.spec.sharedPools", store.name, reason, cure)
        names = dig(store.spec, "hosting.dnsNames")
        for name in names if isinstance(names, list) else []:
            if not isinstance(name, str) or not _HOST_NAME.fullmatch(name):
                reason = "it is no name that DNS knows"
                cure = "Write it in small letters, without a wildcard."
                yield error("OBJ-06", f"{path}.spec.hosting.dnsNames", name, reason, cure)


def claim_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield settings of claims for buckets that the operator does not let users have (OBJ-07)."""
    told = site.operator.config.get(_CLAIMS[0]) or dig(site.operator.values, _CLAIMS[1])
    allowed = str(told or _ALLOWED).split(",")
    claims = [item for item in site.resources if item.kind == "ObjectBucketClaim"]
    for place, item in enumerate(claims if site.release >= (1, 17) else ()):
        for key in table(item.values.get("additional_config")):
            if key in _CLAIMED and key not in allowed:
                reason = f"from 1.17 on, Rook gives a claim no more than {listed(allowed)}"
                cure = (
                    f"Remove it, or set {_CLAIMS[0]} of operator.config to "
                    f"{','.join((*allowed, key))}."
                )
                path = f"bucket_claims[{place}].additional_config.{key}"
                yield error("OBJ-07", path, item.name, reason, cure)


def class_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield classes that lead past the cluster (NAME-06), and external names (NAME-05)."""
    for place, item in enumerate(site.storage_classes):
        path, given = f"storage_classes[{place}].parameters", item.parameters
        for key, value in given.items():
            secret = key.endswith("-secret-namespace") and value != site.namespace
            if secret and item.driver != "flex" and item.type in ("rbd", "cephfs"):
                reason = f"the driver's secrets are in {site.namespace}"
                yield error("NAME-06", f"{path}.{key}", value, reason, "Remove it.")
    if is_on(dig(site.cluster.spec, "external.enable")):
        for pool in parts(site):
            name = str(pool.raw.get("name") or "")
            if re.search(r"[._]", name):
                reason = "an external cluster's names with . or _ need an alias"
                yield warn("NAME-05", f"{pool.path}.spec.name", name, reason, "Give one there.")
