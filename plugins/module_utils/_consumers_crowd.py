# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is kept of those who use storage: little, and who runs which pod. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at, id_of
from ansible_collections.rookery.rook.plugins.module_utils._plan_types import Consumer, Crowd

Manifest = Mapping[str, t.Any]
Listed = Mapping[str, Iterable[Manifest]]
_META = (
    "name", "namespace", "uid", "resourceVersion", "generation", "deletionTimestamp",
    "ownerReferences",
)  # fmt: skip
_RUNS = ("spec.replicas", "spec.suspend")
_READ: Mapping[str, tuple[str, ...]] = {
    "Node": ("status.conditions",),
    "ReplicaSet": _RUNS,
    "StatefulSet": _RUNS,
    "ReplicationController": _RUNS,
    "Deployment": _RUNS,
    "DaemonSet": (),
    "CronJob": _RUNS,
    "Job": (),
    "Pod": ("status.phase", "spec.volumes", "spec.nodeName"),
    "PersistentVolumeClaim": ("spec.volumeName",),
    "PersistentVolume": (
        "metadata.annotations", "spec.csi", "spec.flexVolume", "spec.cephfs", "spec.rbd",
        "spec.claimRef", "spec.storageClassName", "spec.persistentVolumeReclaimPolicy",
    ),
    "VolumeAttachment": ("spec.attacher", "spec.nodeName", "spec.source"),
}  # fmt: skip
# Sources of a pod's volume behind which may be Ceph.
_SOURCES = ("persistentVolumeClaim", "ephemeral", "csi", "flexVolume", "cephfs", "rbd")


def thinned(item: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """Return what is read of an object below, nothing of a pod that mounts nothing of a network.

    A cluster may have tens of thousands of them.
    """
    paths = _READ.get(item["kind"])
    if paths is None:
        return item
    meta = {key: item["metadata"][key] for key in _META if key in item["metadata"]}
    found = {key: item[key] for key in ("apiVersion", "kind") if key in item} | {"metadata": meta}
    for path in paths:
        part, _dot, name = path.partition(".")
        value = item.get(part, {}).get(name)
        if value is not None:
            found.setdefault(part, {})[name] = value
    if item["kind"] == "Pod":
        volumes = [volume for volume in at(found, "spec.volumes") or () if _is_foreign(volume)]
        found["spec"] = {**found.get("spec", {}), "volumes": volumes}
        return found if volumes else None
    return found


def _is_foreign(volume: Manifest) -> bool:
    """Tell whether what a volume of a pod holds may be on another machine."""
    return any(source in volume for source in _SOURCES)


def crowd_of(consumers: Iterable[Consumer], listed: Listed) -> Crowd:
    """Return the objects of some consumers, and how it stands with their pods."""
    by_id = {id_of(item): item for items in listed.values() for item in items}
    ready = {item["metadata"]["name"]: _is_ready(item) for item in listed.get("Node", ())}
    targets: dict[str, None] = {}
    runners: dict[str, tuple[str, ...]] = {}
    lost: dict[str, str] = {}
    for consumer in consumers:
        targets |= dict.fromkeys((consumer.id, consumer.volume, *consumer.attachments))
        for name in consumer.pods:
            pod = by_id[f"Pod/{name}"]
            runners[name] = _runners(pod, by_id)
            targets |= dict.fromkeys((f"Pod/{name}", *runners[name]))
            reason = _lost(pod, ready)
            lost |= {name: reason} if reason else {}
    return Crowd({key: by_id[key] for key in targets if key in by_id}, runners, lost)


def _runners(pod: Manifest, by_id: Mapping[str, Manifest]) -> tuple[str, ...]:
    """Return what would make a pod again, the nearest first."""
    found: list[str] = []
    item: Manifest | None = pod
    while item is not None:
        owners = at(item, "metadata.ownerReferences") or ()
        owner = next((one for one in owners if one.get("controller")), None)
        if owner is None:
            break
        runner = f"{owner['kind']}/{item['metadata']['namespace']}/{owner['name']}"
        # Nothing keeps anybody from writing owners that own each other.
        if runner in found:
            break
        found.append(runner)
        item = by_id.get(runner)
    return tuple(found)


def _is_ready(node: Manifest) -> bool:
    """Tell whether a node's kubelet is heard of."""
    conditions = at(node, "status.conditions") or ()
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)


def _lost(pod: Manifest, ready: Mapping[str, bool]) -> str:
    """Return why a pod that is to end does not, or nothing."""
    node = at(pod, "spec.nodeName")
    if not node or not at(pod, "metadata.deletionTimestamp") or ready.get(node):
        return ""
    state = "is not ready" if node in ready else "is gone"
    return f"it is to end, and its node {node} {state}"
