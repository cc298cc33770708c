# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes API in memory with an operator that does everything at once.

It is as much of an API as the modules see: versions, generations, dry runs, watches, deletion. What
is written is counted, so that a test can claim that nothing was; leases are counted by themselves.
"""

from __future__ import annotations

import copy
import itertools
import threading
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
    Event,
    Keep,
    Listing,
    Ref,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ConflictError
from ansible_collections.rookery.rook.plugins.module_utils._render.common import merged

Object = dict[str, t.Any]
NOW = "2026-01-01T00:00:00Z"
LATER = "2099-01-01T00:00:00Z"


class FakeKube:
    """The client of such an API; threads may share it."""

    def __init__(self, *objects: Object) -> None:
        self.objects: dict[Ref, Object] = {}
        self.writes: list[str] = []
        self.leases: list[str] = []
        # As in the real one, no object has version 1.
        self._numbers = itertools.count(2)
        self._log: list[tuple[int, Event]] = []
        self._changed = threading.Condition()
        for item in objects:
            self._store(Ref.of(item), item)
        self.writes.clear()

    def serves(self, api_version: str, _kind: str, *, soon: bool = False) -> bool:
        return not api_version.startswith("config.openshift.io/")

    def get(self, ref: Ref) -> Object | None:
        with self._changed:
            return copy.deepcopy(self.objects.get(ref))

    def list(
        self,
        api_version: str,
        kind: str,
        namespace: str = "",
        labels: str = "",
        keep: Keep | None = None,
    ) -> Listing:
        with self._changed:
            items = [
                copy.deepcopy(item)
                for ref, item in self.objects.items()
                if _matches(item, api_version, kind, namespace, labels)
            ]
            found = filter(None, map(keep, items)) if keep else items
            return Listing(tuple(found), str(next(self._numbers)))

    def watch(
        self, api_version: str, kind: str, namespace: str, labels: str, version: str, seconds: int
    ) -> t.Iterator[Event]:
        with self._changed:
            self._changed.wait(0.05)
            news = [event for number, event in self._log if number > int(version)]
        for event in news:
            if _matches(event.object, api_version, kind, namespace, labels):
                yield event

    def events(self, _namespace: str, _uid: str) -> tuple[Object, ...]:
        return ()

    def apply(self, manifest: Object, dry_run: bool = False) -> Object:
        ref = Ref.of(manifest)
        live = self.objects.get(ref, {})
        _refuse_another_version(ref, live, manifest)
        wanted = merged(live, copy.deepcopy(manifest))
        return self._written(ref, live, wanted, dry_run)

    def create(self, manifest: Object, dry_run: bool = False) -> Object:
        ref = Ref.of(manifest)
        if ref in self.objects:
            raise ConflictError("create", ref.id, "it exists", 409)
        made = merged(manifest, {"metadata": {"creationTimestamp": NOW}})
        return self._written(ref, {}, made, dry_run)

    def patch(self, ref: Ref, patch: Object, dry_run: bool = False) -> Object:
        live = self.objects[ref]
        _refuse_another_version(ref, live, patch)
        return self._written(ref, live, merged(live, patch), dry_run)

    def delete(
        self, ref: Ref, uid: str, propagation: str = "Background", version: str = ""
    ) -> bool:
        with self._changed:
            gone = self.objects[ref]
            assert gone["metadata"]["uid"] == uid
            assert version in ("", gone["metadata"]["resourceVersion"])
            self._count("delete", ref)
            if gone["metadata"].get("finalizers"):
                self._store(ref, merged(gone, {"metadata": {"deletionTimestamp": LATER}}))
                return True
            self._forget(ref)
            if gone["kind"] == "CephCluster":
                self._end_cluster(gone)
            if gone["kind"] == "Namespace":
                for inside in [each for each in self.objects if each.namespace == ref.name]:
                    self._forget(inside)
            return True

    def _written(self, ref: Ref, live: Object, wanted: Object, dry_run: bool) -> Object:
        if dry_run:
            return wanted
        with self._changed:
            self._count("write", ref)
            if live.get("spec") != wanted.get("spec"):
                wanted["metadata"]["generation"] = live.get("metadata", {}).get("generation", 0) + 1
            self._store(ref, wanted)
            return copy.deepcopy(self.objects[ref])

    def _count(self, what: str, ref: Ref) -> None:
        (self.leases if ref.kind == "Lease" else self.writes).append(f"{what} {ref.id}")

    def _store(self, ref: Ref, item: Object) -> None:
        """Keep an object, and let the operator do its part."""
        number = next(self._numbers)
        meta = {"uid": f"uid-{number}", "generation": 1, **item["metadata"]}
        meta |= {
            "resourceVersion": str(number),
            "managedFields": [{"manager": "rookery", "time": NOW}],
        }
        kept = {**copy.deepcopy(item), "metadata": meta}
        if kept["kind"].startswith("Ceph"):
            kept["status"] = _status(kept)
            owner = {"kind": kept["kind"], "name": meta["name"], "uid": meta["uid"]}
            for child in _children(kept):
                self._store(
                    Ref.of(child), merged(child, {"metadata": {"ownerReferences": [owner]}})
                )
        elif kept["kind"] in _AT_ONCE:
            kept.setdefault("status", _AT_ONCE[kept["kind"]])
        self.objects[ref] = kept
        self._tell(Event("MODIFIED", copy.deepcopy(kept)))

    def _forget(self, ref: Ref) -> None:
        gone = self.objects.pop(ref)
        gone["metadata"]["resourceVersion"] = str(next(self._numbers))
        self._tell(Event("DELETED", copy.deepcopy(gone)))

    def _tell(self, event: Event) -> None:
        self._log.append((int(event.object["metadata"]["resourceVersion"]), event))
        self._changed.notify_all()

    def _end_cluster(self, cluster: Object) -> None:
        for child in _children(cluster):
            self._forget(Ref.of(child))
        if cluster["spec"].get("cleanupPolicy"):
            for node in cluster["spec"]["storage"]["nodes"]:
                job = cleanup_job(cluster["metadata"]["namespace"], node["name"])
                self._store(Ref.of(job), job)


def _refuse_another_version(ref: Ref, live: Object, sent: Object) -> None:
    """Refuse to write to another version of an object than the one that is meant."""
    version = sent.get("metadata", {}).get("resourceVersion")
    if version and live and live["metadata"]["resourceVersion"] != version:
        raise ConflictError("write", ref.id, "the object has been modified", 409)


_AT_ONCE: Object = {
    "Namespace": {"phase": "Active"},
    "CustomResourceDefinition": {"conditions": [{"type": "Established", "status": "True"}]},
    "Deployment": {"updatedReplicas": 1, "availableReplicas": 1, "replicas": 1},
    "ObjectBucketClaim": {"phase": "Bound"},
}


def _matches(item: Object, api_version: str, kind: str, namespace: str, labels: str) -> bool:
    meta = item["metadata"]
    wanted = dict(pair.split("=") for pair in labels.split(",") if pair)
    return (
        (item["apiVersion"], item["kind"]) == (api_version, kind)
        and namespace in ("", meta.get("namespace", ""))
        and wanted.items() <= meta.get("labels", {}).items()
    )


def _status(item: Object) -> Object:
    status: Object = {
        "phase": "Ready",
        "observedGeneration": item["metadata"]["generation"],
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    if item["kind"] == "CephCluster":
        ceph = {"health": "HEALTH_OK", "lastChecked": LATER}
        status |= {"state": "Created", "message": "Cluster created successfully", "ceph": ceph}
    return status


def _children(item: Object) -> list[Object]:
    """Return what Rook makes for a custom resource, as far as its readiness needs it."""
    meta, spec = item["metadata"], item.get("spec", {})
    space, name = meta["namespace"], meta["name"]
    if item["kind"] == "CephCluster":
        osds = sum(len(node["devices"]) for node in spec["storage"]["nodes"])
        counts = {"mon": spec["mon"]["count"], "mgr": spec["mgr"]["count"], "osd": osds}
        return [_daemon(space, sort, "all", count) for sort, count in counts.items()]
    if item["kind"] == "CephFilesystem":
        return [_daemon(space, "mds", name, 2, rook_file_system=name)]
    if item["kind"] == "CephObjectStore":
        return [_daemon(space, "rgw", name, 1, rook_object_store=name)]
    if item["kind"] in _SERVERS:
        sort, label, count = _SERVERS[item["kind"]]
        number = spec.get("server", spec).get(count, 1)
        return [_daemon(space, sort, name, number, **({label: name} if label else {}))]
    if item["kind"] == "CephObjectStoreUser":
        labels = {"app": "rook-ceph-rgw", "rook_object_store": spec["store"], "user": name}
        meta = {"name": f"user-{name}", "namespace": space, "labels": labels}
        return [{"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": {}}]
    return []


# What serves: the sort of its daemons, the label with its name, and the field with their number.
_SERVERS = {
    "CephNFS": ("nfs", "ceph_nfs", "active"),
    "CephNVMeOFGateway": ("nvmeof", "app.kubernetes.io/part-of", "instances"),
    "CephRBDMirror": ("rbd-mirror", "", "count"),
    "CephFilesystemMirror": ("fs-mirror", "", "count"),
}


def _daemon(namespace: str, sort: str, name: str, count: int, **labels: str) -> Object:
    labels = {"app": f"rook-ceph-{sort}", **labels}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"rook-ceph-{sort}-{name}", "namespace": namespace, "labels": labels},
        "spec": {"replicas": count},
        "status": {"availableReplicas": count, "updatedReplicas": count},
    }


def cleanup_job(namespace: str, host: str) -> Object:
    """Return the job with which Rook has cleaned a host."""
    pod = {"nodeSelector": {"kubernetes.io/hostname": host}}
    labels = {"app": "rook-ceph-cleanup"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"cleanup-{host}", "namespace": namespace, "labels": labels},
        "spec": {"template": {"spec": pod}},
        "status": {
            "completionTime": LATER,
            "conditions": [{"type": "Complete", "status": "True"}],
        },
    }
