# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Who uses the storage of a site, told from what the API lists. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    ROOK_GROUPS,
    at,
    id_of,
    is_cleanup,
    is_ours,
    make_id,
)
from ansible_collections.rookery.rook.plugins.module_utils._plan_types import Consumer
from ansible_collections.rookery.rook.plugins.module_utils._remains import DRIVERS, remains

Manifest = Mapping[str, t.Any]
Uses = tuple[str, ...]
# Parts of pools and file systems by which a driver knows a cluster, too.
_PARTS = ("CephBlockPoolRadosNamespace", "CephFilesystemSubVolumeGroup")
_FLEX = ("rook.io", "ceph.rook.io")
_BUCKETS = "ceph.rook.io/bucket"
_OPERATOR = "rook-ceph-operator"
_MONITOR = "rook-ceph-mon"
# The groups of what Kubernetes' own workloads and Rook's resources are.
_OWNERS = frozenset({"", "apps", "batch", "csi.ceph.io", "objectbucket.io", *ROOK_GROUPS})
# The service of an object store, by which a bucket is reached.
_GATEWAY = re.compile(r"rook-ceph-rgw-([^.]+)\.([^.]+)(\.svc.*)?")
# What a driver calls a volume or snapshot: length and id of the cluster, pool, and its own id.
_HANDLE = re.compile(r"[0-9a-f]{4}-([0-9a-f]{4})-(.+)")
# The id of a part of a pool or file system, of which the part itself may be gone; or none.
_PART = re.compile(r"([0-9a-f]{32})?")
# What a claim or snapshot leaves behind unless its policy says otherwise.
_STAYS = "Retain"


@dataclasses.dataclass(frozen=True)
class Storage:
    """By what a volume is told to be on a cluster: its namespace, drivers, monitors and parts.

    monitors are addresses; objects are those among which resources are looked for.
    """

    namespace: str
    objects: Mapping[str, Manifest] = dataclasses.field(default_factory=dict)
    drivers: frozenset[str] = frozenset()
    monitors: frozenset[str] = frozenset()


def addresses(endpoints: Manifest | None) -> frozenset[str]:
    """Return the addresses of a cluster's monitors, of the map in which Rook keeps them."""
    entries = str(at(endpoints, "data.data") or "").split(",")
    return frozenset(_host(entry.partition("=")[2]) for entry in entries if "=" in entry)


def _host(address: str) -> str:
    """Return an address without its port."""
    return address.rpartition(":")[0].strip("[]") if ":" in address else address


def find_consumers(
    storage: Storage, listed: Mapping[str, Iterable[Manifest]]
) -> tuple[Consumer, ...]:
    """Return what uses a cluster, of all namespaces' objects by their kind.

    A bound claim stands for its volume, a snapshot for its content, a bucket's claim for the
    bucket; each of those without one speaks for itself. A volume is ours by its own attributes, so
    that one whose class is gone already is found too.
    """
    ours = [item for item in storage.objects.values() if item["kind"] == "StorageClass"]
    classes = [*ours, *listed.get("StorageClass", ())]
    found = [
        *_volume_consumers(storage, listed),
        *_pod_consumers(storage, listed.get("Pod", ())),
        *_bucket_consumers(storage.namespace, classes, listed),
        *_snapshot_consumers(storage, listed),
    ]
    return tuple(sorted(found, key=lambda consumer: consumer.id))


def find_tenants(site: str, items: Iterable[Manifest]) -> tuple[str, ...]:
    """Return the ids of what somebody else keeps in our namespace.

    What Rook or Kubernetes owns goes with its owner, and they make a few objects without one. What
    an operator of somebody else has made stands for its resource, of whatever kind that is.
    """
    return tuple(
        sorted(
            id_of(item)
            for item in items
            if not is_ours(item, site)
            and not _is_owned(item)
            and not is_cleanup(item)
            and not _is_furniture(item)
            and not remains(item, item["metadata"].get("namespace", ""), frozenset())
        )
    )


def _is_owned(item: Manifest) -> bool:
    """Tell whether Rook, its drivers' operator or Kubernetes itself makes an object go."""
    owners = at(item, "metadata.ownerReferences") or ()
    groups = {str(owner.get("apiVersion") or "").rpartition("/")[0] for owner in owners}
    return bool(groups) and groups <= _OWNERS


def _is_furniture(item: Manifest) -> bool:
    """Tell whether Rook or Kubernetes puts the object into every namespace of its own."""
    labels = at(item, "metadata.labels") or {}
    name = item["metadata"]["name"]
    return (
        any(
            labels.get(f"app.kubernetes.io/{key}") == _OPERATOR
            for key in ("managed-by", "created-by")
        )
        or (item["kind"] in ("ConfigMap", "Secret", "Service") and name.startswith("rook-"))
        or name == "kube-root-ca.crt"
        or item.get("type") == "kubernetes.io/service-account-token"
    )


def _claim_key(claim: Manifest) -> tuple[str, str]:
    """Return namespace and name of a claim."""
    return claim["metadata"]["namespace"], claim["metadata"]["name"]


def _running(pods: Iterable[Manifest]) -> Iterator[Manifest]:
    """Yield the pods that have not ended."""
    return (pod for pod in pods if at(pod, "status.phase") not in ("Succeeded", "Failed"))


def _pods_by_claim(pods: Iterable[Manifest]) -> dict[tuple[str, str], list[str]]:
    """Return the pods that have not ended by the claim that they mount."""
    found: dict[tuple[str, str], list[str]] = {}
    for pod in _running(pods):
        namespace, name = _claim_key(pod)
        for volume in at(pod, "spec.volumes") or ():
            claim = at(volume, "persistentVolumeClaim.claimName")
            if claim is None and "ephemeral" in volume:
                claim = f"{name}-{volume['name']}"
            if claim is not None:
                found.setdefault((namespace, claim), []).append(f"{namespace}/{name}")
    return found


def _cluster_ids(storage: Storage) -> dict[str, Uses]:
    """Return by which ids drivers know the cluster, each with the part that it stands for."""
    found: dict[str, Uses] = {storage.namespace: ()}
    for key, item in storage.objects.items():
        if item["kind"] in _PARTS and item["metadata"].get("namespace") == storage.namespace:
            cluster_id = at(item, "status.info.clusterID") or at(item, "spec.clusterID")
            found |= {str(cluster_id): (key,)} if cluster_id else {}
    return found


def _volume_consumers(
    storage: Storage, listed: Mapping[str, Iterable[Manifest]]
) -> Iterator[Consumer]:
    """Yield each volume of the cluster, under the name of its claim while that exists.

    What a driver has attached, and whose volume is gone, is held for ever once the driver is gone.
    """
    clusters = _cluster_ids(storage)
    mounted = _pods_by_claim(listed.get("Pod", ()))
    claims = listed.get("PersistentVolumeClaim", ())
    bound = {_claim_key(claim) for claim in claims if at(claim, "spec.volumeName")}
    attached: dict[str, list[str]] = {}
    for item in listed.get("VolumeAttachment", ()):
        name = make_id("VolumeAttachment", "", item["metadata"]["name"])
        attached.setdefault(str(at(item, "spec.source.persistentVolumeName")), []).append(name)
    volumes = listed.get("PersistentVolume", ())
    for volume in volumes:
        uses = _uses_of(storage, clusters, volume.get("spec") or {})
        if uses is not None:
            held = attached.get(volume["metadata"]["name"], ())
            yield _volume_consumer(volume, uses, bound, mounted, tuple(sorted(held)))
    known = {volume["metadata"]["name"] for volume in volumes}
    for item in listed.get("VolumeAttachment", ()):
        source = str(at(item, "spec.source.persistentVolumeName"))
        if at(item, "spec.attacher") in storage.drivers and source not in known:
            yield Consumer(make_id("VolumeAttachment", "", item["metadata"]["name"]))


def _volume_consumer(
    volume: Manifest,
    uses: Uses,
    bound: set[tuple[str, str]],
    mounted: Mapping[tuple[str, str], list[str]],
    attachments: tuple[str, ...],
) -> Consumer:
    """Return one volume as a consumer."""
    claim = at(volume, "spec.claimRef") or {}
    key = str(claim.get("namespace") or ""), str(claim.get("name") or "")
    name = make_id("PersistentVolume", "", volume["metadata"]["name"])
    storage_class = at(volume, "spec.storageClassName")
    made_by = (make_id("StorageClass", "", storage_class),) if storage_class else ()
    return Consumer(
        make_id("PersistentVolumeClaim", *key) if key in bound else name,
        tuple(sorted({*uses, *made_by})),
        tuple(sorted(mounted.get(key, ()))),
        namespace=key[0],
        volume=name if key in bound else "",
        retained=at(volume, "spec.persistentVolumeReclaimPolicy") == _STAYS,
        attachments=attachments,
    )


def _pod_consumers(storage: Storage, pods: Iterable[Manifest]) -> Iterator[Consumer]:
    """Yield pods with volumes of the cluster that are no claims."""
    clusters = _cluster_ids(storage)
    for pod in _running(pods):
        sources = (_uses_of(storage, clusters, source) for source in at(pod, "spec.volumes") or ())
        found = [uses for uses in sources if uses is not None]
        if found:
            namespace, name = _claim_key(pod)
            uses = tuple(sorted({key for keys in found for key in keys}))
            yield Consumer(
                make_id("Pod", namespace, name), uses, (f"{namespace}/{name}",), namespace
            )


def _uses_of(storage: Storage, clusters: Mapping[str, Uses], source: Manifest) -> Uses | None:
    """Return what a volume uses of the cluster, or None when it is not on it."""
    attributes = _attributes(storage, source)
    parts = clusters.get(str(attributes.get("clusterID")))
    return None if parts is None else (*parts, *_resources(storage, attributes))


def _attributes(storage: Storage, source: Manifest) -> Mapping[str, t.Any]:
    """Return what the source of a volume says of itself, in the words of CSI."""
    if str(at(source, "csi.driver")).endswith(DRIVERS):
        return t.cast("Mapping[str, t.Any]", at(source, "csi.volumeAttributes") or {})
    if str(at(source, "flexVolume.driver")).partition("/")[0] in _FLEX:
        options = at(source, "flexVolume.options") or {}
        return {
            # Until 0.7 a cluster was named by its namespace.
            "clusterID": options.get("clusterNamespace") or options.get("clusterName"),
            "pool": options.get("blockPool") or options.get("pool"),
            "dataPool": options.get("dataBlockPool"),
            "fsName": options.get("fsName"),
        }
    for kind in ("cephfs", "rbd"):
        monitors = at(source, f"{kind}.monitors") or ()
        if any(_is_monitor(storage, _host(address)) for address in monitors):
            return {"clusterID": storage.namespace, "pool": at(source, f"{kind}.pool")}
    return {}


def _is_monitor(storage: Storage, host: str) -> bool:
    """Tell whether a host is a monitor of the cluster, by its address or by its service's name."""
    service, _dot, rest = host.partition(".")
    inside = rest.partition(".")[0] == storage.namespace
    return host in storage.monitors or (inside and service.startswith(_MONITOR))


def _resources(storage: Storage, attributes: Mapping[str, t.Any]) -> Iterator[str]:
    """Yield pools, servers and file system of a volume."""
    namespace, objects = storage.namespace, storage.objects
    if attributes.get("nfsCluster"):
        yield make_id("CephNFS", namespace, attributes["nfsCluster"])
    if attributes.get("fsName"):
        old = make_id("Filesystem", namespace, attributes["fsName"])
        yield old if old in objects else make_id("CephFilesystem", namespace, attributes["fsName"])
        return
    for key in ("pool", "dataPool"):
        if attributes.get(key):
            old = make_id("Pool", namespace, attributes[key])
            yield old if old in objects else make_id("CephBlockPool", namespace, attributes[key])


def _bucket_consumers(
    namespace: str, classes: Iterable[Manifest], listed: Mapping[str, Iterable[Manifest]]
) -> Iterator[Consumer]:
    """Yield claims for buckets in the cluster's object stores, and buckets that outlived theirs."""
    stores = {
        item["metadata"]["name"]: str(at(item, "parameters.objectStoreName"))
        if at(item, "parameters.objectStoreNamespace") == namespace
        else ""
        for item in classes
        if str(item.get("provisioner")).endswith(_BUCKETS)
    }
    buckets = {
        (str(at(item, "spec.claimRef.namespace")), str(at(item, "spec.claimRef.name"))): item
        for item in listed.get("ObjectBucket", ())
    }
    claims = {_claim_key(item): item for item in listed.get("ObjectBucketClaim", ())}
    for key, item in {**buckets, **claims}.items():
        storage_class = at(item, "spec.storageClassName")
        bucket = buckets.get(key)
        store = stores.get(storage_class)
        store = _store_of(namespace, bucket or {}) if store is None else store
        if not store:
            continue
        name = make_id("ObjectBucket", "", bucket["metadata"]["name"]) if bucket else ""
        yield Consumer(
            make_id("ObjectBucketClaim", *key) if key in claims else name,
            (
                make_id("CephObjectStore", namespace, store),
                make_id("StorageClass", "", storage_class),
            ),
            namespace=key[0],
            volume=name if key in claims else "",
            retained=at(bucket, "spec.reclaimPolicy") == _STAYS,
        )


def _store_of(namespace: str, bucket: Manifest) -> str:
    """Return the store of a bucket whose class is gone, if it is one of a namespace."""
    noted = at(bucket, "spec.additionalState") or {}
    name, where = noted.get("objectStoreName"), noted.get("objectStoreNamespace")
    if not name:
        found = _GATEWAY.fullmatch(str(at(bucket, "spec.endpoint.bucketHost")))
        name, where = found.group(1, 2) if found else ("", "")
    return str(name) if where == namespace else ""


def _snapshot_consumers(
    storage: Storage, listed: Mapping[str, Iterable[Manifest]]
) -> Iterator[Consumer]:
    """Yield snapshots of the cluster, also when an operator elsewhere has the driver.

    When that cannot be told, they are ours if their driver is one of this namespace's operator.
    """
    clusters = _cluster_ids(storage)
    snapshots = {_claim_key(item) for item in listed.get("VolumeSnapshot", ())}
    for content in listed.get("VolumeSnapshotContent", ()):
        driver, cluster = str(at(content, "spec.driver")), _cluster_of(content)
        unknown = driver in storage.drivers and _PART.fullmatch(cluster)
        if not unknown and not (driver.endswith(DRIVERS) and cluster in clusters):
            continue
        ref = at(content, "spec.volumeSnapshotRef") or {}
        key = str(ref.get("namespace") or ""), str(ref.get("name") or "")
        name = make_id("VolumeSnapshotContent", "", content["metadata"]["name"])
        known = key in snapshots
        yield Consumer(
            make_id("VolumeSnapshot", *key) if known else name,
            namespace=key[0],
            volume=name if known else "",
            retained=at(content, "spec.deletionPolicy") == _STAYS,
        )


def _cluster_of(content: Manifest) -> str:
    """Return the id of the cluster that a snapshot is in, by the driver's names, or nothing."""
    for path in ("status.snapshotHandle", "spec.source.snapshotHandle", "spec.source.volumeHandle"):
        found = _HANDLE.fullmatch(str(at(content, path)))
        if found:
            return found[2][: int(found[1], 16)]
    return ""
