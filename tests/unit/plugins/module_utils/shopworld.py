# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world of a site with shops on it: workloads, pods, claims and volumes, and their controllers.

It judges besides that nothing is changed where it may not be, that no storage goes while somebody
uses it, and no claim while a pod mounts it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    at,
    id_of,
    is_cleanup,
    is_ours,
)
from rookworld import CEPH, Faults, Object, RookWorld

SHOPS = ("shop", "blog")
PROTECTION = "kubernetes.io/pvc-protection"
APIS = {"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "StatefulSet": "apps/v1",
        "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1", "Postgres": "db/v1",
        "VolumeAttachment": "storage.k8s.io/v1"}  # fmt: skip


def thing(kind: str, namespace: str, name: str, owner: str = "", **spec: t.Any) -> Object:
    """Return an object, owned by Kind/name in its namespace if that is given."""
    metadata: Object = {"name": name, **({"namespace": namespace} if namespace else {})}
    if owner:
        owner_kind, _slash, owner_name = owner.partition("/")
        reference = {"kind": owner_kind, "name": owner_name, "uid": "", "controller": True}
        metadata["ownerReferences"] = [reference]
    return {
        "apiVersion": APIS.get(kind, "v1"), "kind": kind, "metadata": metadata, "spec": spec,
    }  # fmt: skip


def claimed(
    namespace: str, name: str, filesystem: str, pods: t.Sequence[Object], policy: str
) -> list[Object]:
    """Return a claim with its volume, mounted by pods."""
    volume = f"pv-{namespace}-{name}"
    claim = thing("PersistentVolumeClaim", namespace, name, volumeName=volume)
    claim["metadata"]["finalizers"] = [PROTECTION]
    csi = {
        "driver": "rook-ceph.cephfs.csi.ceph.com",
        "volumeAttributes": {"clusterID": "rook-ceph", "fsName": filesystem},
    }
    behind = thing(
        "PersistentVolume", "", volume, csi=csi, persistentVolumeReclaimPolicy=policy,
        claimRef={"namespace": namespace, "name": name},
    )  # fmt: skip
    behind["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": csi["driver"]}
    for pod in pods:
        mounts = {"name": name, "persistentVolumeClaim": {"claimName": name}}
        pod["spec"].setdefault("volumes", []).append(mounts)
    source = {"persistentVolumeName": volume}
    held = thing("VolumeAttachment", "", f"csi-{volume}", attacher=csi["driver"], source=source)
    # Not every driver attaches what it mounts.
    return [claim, behind, *([held] if pods and name.endswith("0") else [])]


class ShopWorld(RookWorld):
    """A world with shops. allowed are the namespaces in which something may be evicted.

    leave_at is when all owners remove what they have themselves.
    """

    def __init__(
        self, site: str, faults: Faults, allowed: frozenset[str], leave_at: float, *objects: Object
    ) -> None:
        self.allowed = allowed
        self.leave_at = leave_at
        super().__init__(site, faults, *objects)

    def volumes(self) -> list[Object]:
        return self._of_kind("PersistentVolume")

    # What must never be done.

    def _judge_change(self, live: Object, patch: Object) -> None:
        if is_ours(live, self.site):
            super()._judge_change(live, patch)
        else:
            self._judge_shop(live)

    def _judge_deletion(self, ref: Ref, live: Object) -> None:
        if live["apiVersion"] == CEPH:
            self.violations += [
                f"{ref.id} was deleted while {id_of(item)} is on it" for item in self.volumes()
            ]
        if ref.kind in ("Pod", "PersistentVolumeClaim", "PersistentVolume", "DaemonSet", "Job"):
            self._judge_shop(live)
        else:
            super()._judge_deletion(ref, live)
        if ref.kind == "PersistentVolumeClaim" and self._mounting(live):
            self.violations.append(f"{ref.id} was deleted while a pod mounts it")
        if ref.kind == "Pod" and at(live, "metadata.ownerReferences"):
            self.violations.append(f"{ref.id} was deleted and would be made again")

    def _judge_shop(self, live: Object) -> None:
        meta = live["metadata"]
        namespace = meta.get("namespace") or at(live, "spec.claimRef.namespace")
        if namespace not in self.allowed:
            self.violations.append(f"{id_of(live)} may not be evicted and was changed")

    # What Kubernetes does.

    def _controllers(self) -> None:
        if self.now >= self.leave_at:
            self._leave()
        pods = self._of_kind("Pod")
        for pod in pods:
            if self._is_unwanted(pod):
                self._ask_to_go(Ref.of(pod))
        for claim in self._of_kind("PersistentVolumeClaim"):
            if at(claim, "metadata.deletionTimestamp") and not self._mounting(claim):
                self._let_go(Ref.of(claim), PROTECTION)
        bound = {at(item, "spec.volumeName") for item in self._of_kind("PersistentVolumeClaim")}
        for volume in self.volumes():
            kept = at(volume, "spec.persistentVolumeReclaimPolicy") == "Retain"
            if volume["metadata"]["name"] not in bound and not kept:
                self._ask_to_go(Ref.of(volume))
        for held in self._of_kind("VolumeAttachment"):
            if not self._is_mounted(at(held, "spec.source.persistentVolumeName")):
                self._ask_to_go(Ref.of(held))
        super()._controllers()

    def _leave(self) -> None:
        """Let all owners remove their workloads, claims and volumes."""
        for ref in list(self.objects):
            if ref.namespace in SHOPS or ref.kind in ("PersistentVolume", "VolumeAttachment"):
                self._ask_to_go(ref)

    def _of_kind(self, kind: str) -> list[Object]:
        """Return the objects of a kind, the shops' own jobs left out: they clean no hosts."""
        found = super()._of_kind(kind)
        return [item for item in found if is_cleanup(item)] if kind == "Job" else found

    def _is_unwanted(self, pod: Object) -> bool:
        """Tell whether a pod's owner, or the owner of that, wants it no longer."""
        item: Object | None = pod
        while item is not None:
            if at(item, "spec.replicas") == 0 or at(item, "metadata.deletionTimestamp"):
                return True
            owners = at(item, "metadata.ownerReferences")
            if not owners:
                return False
            where = item["metadata"]["namespace"]
            kind, name = owners[0]["kind"], owners[0]["name"]
            item = self.objects.get(Ref(APIS[kind], kind, where, name))
        return True

    def _mounting(self, claim: Object) -> list[Object]:
        name, namespace = claim["metadata"]["name"], claim["metadata"]["namespace"]
        return [
            pod
            for pod in self._of_kind("Pod")
            if pod["metadata"]["namespace"] == namespace
            and any(
                at(volume, "persistentVolumeClaim.claimName") == name
                for volume in at(pod, "spec.volumes") or ()
            )
        ]

    def _is_mounted(self, volume: str) -> bool:
        return any(
            self._mounting(claim)
            for claim in self._of_kind("PersistentVolumeClaim")
            if at(claim, "spec.volumeName") == volume
        )
