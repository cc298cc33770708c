# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Who uses the storage of a site, told from what the API lists. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    at,
    has_owner,
    id_of,
    is_cleanup,
    is_ours,
    make_id,
)
from ansible_collections.rookery.rook.plugins.module_utils._plan import Consumer

Manifest = Mapping[str, t.Any]
_CSI = tuple(f".{driver}.csi.ceph.com" for driver in ("rbd", "cephfs", "nfs", "nvmeof"))
# Parts of pools and file systems by which a driver knows a cluster, too.
_PARTS = ("CephBlockPoolRadosNamespace", "CephFilesystemSubVolumeGroup")
_FLEX = ("rook.io", "ceph.rook.io")
_BUCKETS = "ceph.rook.io/bucket"
_OPERATOR = "rook-ceph-operator"
_NAMED = ("metadata.name", "metadata.namespace")
_READ: Mapping[str, tuple[str, ...]] = {
    "Pod": (*_NAMED, "status.phase", "spec.volumes"),
    "PersistentVolumeClaim": (*_NAMED, "spec.volumeName"),
    "PersistentVolume": (
        *_NAMED, "spec.csi", "spec.flexVolume", "spec.claimRef", "spec.storageClassName",
    ),
}  # fmt: skip


def thinned(item: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """Return what is read of an object below, nothing of a pod that mounts no claim.

    A cluster may have tens of thousands of them.
    """
    paths = _READ.get(item["kind"])
    if paths is None:
        return item
    found: dict[str, t.Any] = {"kind": item["kind"]}
    for path in paths:
        part, _dot, name = path.partition(".")
        value = item.get(part, {}).get(name)
        if value is not None:
            found.setdefault(part, {})[name] = value
    if item["kind"] == "Pod":
        volumes = [volume for volume in at(found, "spec.volumes") or () if _is_claimed(volume)]
        found["spec"] = {"volumes": volumes}
        return found if volumes else None
    return found


def _is_claimed(volume: Manifest) -> bool:
    """Tell whether a volume of a pod is a claim."""
    return "persistentVolumeClaim" in volume or "ephemeral" in volume


def find_consumers(
    namespace: str, objects: Mapping[str, Manifest], listed: Mapping[str, Iterable[Manifest]]
) -> tuple[Consumer, ...]:
    """Return what uses the cluster in a namespace, of all namespaces' objects by their kind.

    A bound claim stands for its volume; a volume without one speaks for itself. A volume is ours by
    its own attributes, so that one whose class is gone already is found too.
    """
    mounted = _pods_by_claim(listed.get("Pod", ()))
    claims = listed.get("PersistentVolumeClaim", ())
    bound = {_claim_key(claim) for claim in claims if at(claim, "spec.volumeName")}
    ours = [item for item in objects.values() if item["kind"] == "StorageClass"]
    classes = [*ours, *listed.get("StorageClass", ())]
    found = [
        *_volume_consumers(namespace, objects, listed.get("PersistentVolume", ()), bound, mounted),
        *_bucket_consumers(namespace, classes, listed.get("ObjectBucketClaim", ())),
        *_snapshot_consumers(namespace, listed.get("VolumeSnapshotContent", ())),
    ]
    return tuple(sorted(found, key=lambda consumer: consumer.id))


def find_tenants(site: str, items: Iterable[Manifest]) -> tuple[str, ...]:
    """Return the ids of what somebody else keeps in our namespace.

    What has an owner goes with it. Rook and Kubernetes make a few objects without one.
    """
    return tuple(
        sorted(
            id_of(item)
            for item in items
            if not is_ours(item, site)
            and not has_owner(item)
            and not is_cleanup(item)
            and not _is_furniture(item)
        )
    )


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


def _pods_by_claim(pods: Iterable[Manifest]) -> dict[tuple[str, str], list[str]]:
    """Return the pods that have not ended by the claim that they mount."""
    found: dict[tuple[str, str], list[str]] = {}
    for pod in pods:
        if at(pod, "status.phase") in ("Succeeded", "Failed"):
            continue
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        for volume in at(pod, "spec.volumes") or ():
            claim = at(volume, "persistentVolumeClaim.claimName")
            if claim is None and "ephemeral" in volume:
                claim = f"{name}-{volume['name']}"
            if claim is not None:
                found.setdefault((namespace, claim), []).append(f"{namespace}/{name}")
    return found


def _cluster_ids(namespace: str, objects: Mapping[str, Manifest]) -> dict[str, tuple[str, ...]]:
    """Return by which ids drivers know the cluster, each with the part that it stands for."""
    found: dict[str, tuple[str, ...]] = {namespace: ()}
    for key, item in objects.items():
        if item["kind"] in _PARTS and item["metadata"].get("namespace") == namespace:
            cluster_id = at(item, "status.info.clusterID") or at(item, "spec.clusterID")
            found |= {str(cluster_id): (key,)} if cluster_id else {}
    return found


def _volume_consumers(
    namespace: str,
    objects: Mapping[str, Manifest],
    volumes: Iterable[Manifest],
    bound: set[tuple[str, str]],
    mounted: Mapping[tuple[str, str], list[str]],
) -> Iterator[Consumer]:
    """Yield each volume of the cluster, under the name of its claim while that exists."""
    clusters = _cluster_ids(namespace, objects)
    for volume in volumes:
        attributes = _attributes(volume)
        parts = clusters.get(str(attributes.get("clusterID")))
        if parts is None:
            continue
        claim = (
            str(at(volume, "spec.claimRef.namespace")),
            str(at(volume, "spec.claimRef.name")),
        )
        name = make_id("PersistentVolume", "", volume["metadata"]["name"])
        if claim in bound:
            name = make_id("PersistentVolumeClaim", *claim)
        yield Consumer(
            name,
            tuple(sorted((*parts, *_volume_uses(namespace, objects, volume, attributes)))),
            tuple(sorted(mounted.get(claim, ()))),
        )


def _attributes(volume: Manifest) -> Mapping[str, t.Any]:
    """Return what a volume of one of Rook's drivers says of itself, in the words of CSI."""
    if str(at(volume, "spec.csi.driver")).endswith(_CSI):
        return t.cast("Mapping[str, t.Any]", at(volume, "spec.csi.volumeAttributes") or {})
    if str(at(volume, "spec.flexVolume.driver")).partition("/")[0] not in _FLEX:
        return {}
    options = at(volume, "spec.flexVolume.options") or {}
    return {
        # Until 0.7 a cluster was named by its namespace.
        "clusterID": options.get("clusterNamespace") or options.get("clusterName"),
        "pool": options.get("blockPool") or options.get("pool"),
        "dataPool": options.get("dataBlockPool"),
    }


def _volume_uses(
    namespace: str,
    objects: Mapping[str, Manifest],
    volume: Manifest,
    attributes: Mapping[str, str],
) -> Iterator[str]:
    """Yield class, pools and file system of a volume."""
    storage_class = at(volume, "spec.storageClassName")
    if storage_class:
        yield make_id("StorageClass", "", storage_class)
    if attributes.get("nfsCluster"):
        yield make_id("CephNFS", namespace, attributes["nfsCluster"])
    if attributes.get("fsName"):
        yield make_id("CephFilesystem", namespace, attributes["fsName"])
        return
    for key in ("pool", "dataPool"):
        if attributes.get(key):
            old = make_id("Pool", namespace, attributes[key])
            yield old if old in objects else make_id("CephBlockPool", namespace, attributes[key])


def _bucket_consumers(
    namespace: str, classes: Iterable[Manifest], bucket_claims: Iterable[Manifest]
) -> Iterator[Consumer]:
    """Yield claims for buckets in the cluster's object stores."""
    stores = {
        item["metadata"]["name"]: str(at(item, "parameters.objectStoreName"))
        for item in classes
        if str(item.get("provisioner")).endswith(_BUCKETS)
        and at(item, "parameters.objectStoreNamespace") == namespace
    }
    for claim in bucket_claims:
        storage_class = at(claim, "spec.storageClassName")
        if storage_class in stores:
            uses = (
                make_id("CephObjectStore", namespace, stores[storage_class]),
                make_id("StorageClass", "", storage_class),
            )
            yield Consumer(make_id("ObjectBucketClaim", *_claim_key(claim)), uses)


def _snapshot_consumers(namespace: str, contents: Iterable[Manifest]) -> Iterator[Consumer]:
    """Yield snapshots that a driver of this namespace's operator has made."""
    drivers = {f"{namespace}{suffix}" for suffix in _CSI}
    for content in contents:
        if at(content, "spec.driver") in drivers:
            yield Consumer(make_id("VolumeSnapshotContent", "", content["metadata"]["name"]))
