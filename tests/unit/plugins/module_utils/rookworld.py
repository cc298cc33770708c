# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes API in memory with a clock of its own, and a Rook that obeys its rules of deletion.

Nothing happens but when time passes, so that a history of faults is quick and always the same. The
world itself notes what must never be done: it is the judge, not the code under test.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import threading
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
    Keep,
    Listing,
    Ref,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ConflictError,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    KINDS,
    at,
    id_of,
    is_ours,
    needs_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.common import merged

Object = dict[str, t.Any]
CEPH = "ceph.rook.io/v1"
PROTECTION = "ceph.rook.io/disaster-protection"
CLUSTER_KINDS = ("CephCluster",)
OPERATOR = "rook-ceph-operator"
# What Rook protects until it has removed the cluster.
PROTECTED = ("rook-ceph-mon", "rook-ceph-mon-endpoints")


class Killed(BaseException):
    """The run ends here, as by kill -9: nothing of it is cleaned up."""


@dataclasses.dataclass
class Faults:
    """What goes wrong. Moments are seconds of the world's clock."""

    operator_dead: tuple[float, float] = (0.0, 0.0)
    operator_slow: float = 0.0
    stuck: str = ""
    stuck_until: float = 0.0
    lost_host: str = ""
    lost_until: float = 0.0


class RookWorld:
    """The client, the API server, the controllers and the operator."""

    def __init__(self, site: str, faults: Faults, *objects: Object) -> None:
        self.site = site
        self.faults = faults
        self.now = 0.0
        self.violations: list[str] = []
        # What a person has confirmed to be taken away by force, in the words of the refusal.
        self.confirmed = ""
        self._seen_at_work = False
        self.kill_at = -1
        self.intrude_at = -1
        self.intruder: t.Callable[[], object] = lambda: None
        self.dead = False
        self.objects: dict[Ref, Object] = {}
        self._asked: dict[Ref, float] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        for item in objects:
            self._put(copy.deepcopy(item))

    # What a client may ask.

    def serves(self, _api_version: str, _kind: str, *, soon: bool = False) -> bool:
        return True

    def get(self, ref: Ref) -> Object | None:
        with self._alive():
            return copy.deepcopy(self.objects.get(ref))

    def list(
        self, api_version: str, kind: str, namespace: str = "", labels: str = "",
        keep: Keep | None = None,
    ) -> Listing:  # fmt: skip
        wanted = dict(pair.split("=") for pair in labels.split(",") if pair)
        with self._alive():
            there = sorted(
                ref
                for ref, item in self.objects.items()
                if ref.kind == kind
                and ref.api_version == api_version
                and namespace in ("", ref.namespace)
                and wanted.items() <= (item["metadata"].get("labels") or {}).items()
            )
            found = [self._shown(self.objects[ref]) for ref in there]
            kept = [left for item in found if (left := keep(item))] if keep else found
            return Listing(tuple(kept), str(next(self._numbers)))

    def events(self, _namespace: str, _uid: str) -> tuple[Object, ...]:
        return ()

    def logs(self, *_where: t.Any, **_more: t.Any) -> str:
        return ""

    def patch(self, ref: Ref, patch: Object, dry_run: bool = False) -> Object:
        with self._writing(ref):
            live = self.objects.get(ref)
            if live is None:
                raise ClientError("change", ref.id, "there is no such object", 404)
            version = at(patch, "metadata.resourceVersion")
            if version and version != live["metadata"]["resourceVersion"]:
                raise ConflictError("change", ref.id, "the object has been modified", 409)
            if "finalizers" in patch.get("metadata", {}):
                self._judge_force(ref, live, patch)
                live["metadata"]["finalizers"] = patch["metadata"]["finalizers"]
            else:
                self._judge_change(live, patch)
            spec = {key: value for key, value in patch.items() if key != "metadata"}
            live["metadata"]["generation"] = live["metadata"].get("generation", 1) + 1
            return copy.deepcopy(self._put(merged(live, spec)))

    def apply(self, manifest: Object, dry_run: bool = False) -> Object:
        raise AssertionError(f"{id_of(manifest)} was applied while taking down")

    def create(self, manifest: Object, dry_run: bool = False) -> Object:
        raise AssertionError(f"{id_of(manifest)} was made while taking down")

    def delete(
        self, ref: Ref, uid: str, propagation: str = "Background", version: str = ""
    ) -> bool:
        with self._writing(ref):
            live = self.objects.get(ref)
            if live is None:
                return False
            if live["metadata"]["uid"] != uid:
                raise ConflictError("delete", ref.id, "it is another object by now", 409)
            self._judge_deletion(ref, live)
            self._ask_to_go(ref)
            return True

    # What must never be done.

    def _judge_change(self, live: Object, patch: Object) -> None:
        if not is_ours(live, self.site):
            self.violations.append(f"{id_of(live)} is not ours and was changed")
        if at(patch, "spec.cleanupPolicy.confirmation"):
            left = [other for other in self._dependents() if other.kind != "Job"]
            if left:
                words = ", ".join(ref.id for ref in left)
                self.violations.append(f"the hosts were to be cleaned while {words} was there")

    def _judge_force(self, ref: Ref, live: Object, patch: Object) -> None:
        """Finalizers may go by force when that was confirmed, and nobody else would do it."""
        taken = set(live["metadata"]["finalizers"]) - set(patch["metadata"]["finalizers"])
        if not any(f"{finalizer} of {ref.id}" in self.confirmed for finalizer in taken):
            self.violations.append(f"finalizers of {ref.id} were written")
        if self._seen_at_work:
            self.violations.append(f"{ref.id} was forced while the operator was at work")
        if any(item["kind"] == "PersistentVolume" for item in self.objects.values()):
            self.violations.append(f"{ref.id} was forced while data was in use")
        if not is_ours(live, self.site) and ref.name not in PROTECTED:
            self.violations.append(f"{ref.id} is not ours and was forced")

    def _judge_deletion(self, ref: Ref, live: Object) -> None:
        made_by_ours = live["kind"] in ("CSIDriver", "ClientProfile", "CephConnection")
        protected = ref.name in PROTECTED and not live["metadata"].get("finalizers")
        if not is_ours(live, self.site) and not made_by_ours and not protected:
            self.violations.append(f"{ref.id} is not ours and was deleted")
        # Other people's classes stand on other storage, and a finished job goes with its namespace.
        present = {
            id_of(item): item
            for item in self.objects.values()
            if is_ours(item, self.site) or item["apiVersion"] == CEPH
        }
        for other, needs in needs_of(present).items():
            if ref.id in needs:
                self.violations.append(f"{ref.id} was deleted while {other} needs it")
        working = [item for item in self._of_kind("Job") if not at(item, "status.completionTime")]
        if working and ref.kind in ("Deployment", "Namespace"):
            self.violations.append(f"{ref.id} was deleted while a host was being cleaned")

    # Time, and what it brings.

    def tick(self, seconds: float) -> None:
        """Let time pass, in steps of one second."""
        end = self.now + seconds
        with self._lock:
            while self.now < end:
                self.now += min(1.0, end - self.now)
                self._controllers()
                if self._operator_works():
                    self._operate()
                self._clean_hosts()

    def _operator_works(self) -> bool:
        begin, end = self.faults.operator_dead
        deployment = any(
            item["metadata"]["name"] == OPERATOR and not at(item, "metadata.deletionTimestamp")
            for item in self._of_kind("Deployment")
        )
        return deployment and not begin <= self.now < end

    def _operate(self) -> None:
        for ref, since in list(self._asked.items()):
            item = self.objects.get(ref)
            if item is None or item["apiVersion"] != CEPH or self._is_stuck(ref):
                continue
            if self.now - since < self.faults.operator_slow:
                continue
            if ref.kind in CLUSTER_KINDS:
                self._end_cluster(ref, item)
            elif not self._stopped(ref.namespace):
                self._let_go(ref, f"{ref.kind.lower()}.ceph.rook.io")

    def _end_cluster(self, ref: Ref, item: Object) -> None:
        left = self._dependents()
        if left:
            status = {"type": "DeletionIsBlocked", "status": "True", "message": left[0].id}
            item.setdefault("status", {})["conditions"] = [status]
            return
        for child in [key for key, each in self.objects.items() if self._is_owned(each, item)]:
            del self.objects[child]
        if at(item, "spec.cleanupPolicy.confirmation"):
            for node in at(item, "spec.storage.nodes") or ():
                self._put(_job(ref.namespace, node["name"]))
        for each in [key for key in self.objects if key.name in PROTECTED]:
            self._let_go(each, PROTECTION)
            self._ask_to_go(each)
        self._let_go(ref, "cephcluster.ceph.rook.io")

    def _clean_hosts(self) -> None:
        for item in self._of_kind("Job"):
            host = item["metadata"]["name"].removeprefix("cluster-cleanup-job-")
            lost = host == self.faults.lost_host and self.now < self.faults.lost_until
            if not lost and not at(item, "status.completionTime"):
                done = [{"type": "Complete", "status": "True"}]
                item["status"] = {"completionTime": "2026-01-01T00:00:00Z", "conditions": done}

    def _controllers(self) -> None:
        """What Kubernetes does: namespaces and definitions take with them what is in them."""
        for ref in list(self._asked):
            item = self.objects.get(ref)
            if item is None:
                del self._asked[ref]
                continue
            inside = self._inside(ref, item)
            for each in inside:
                if each not in self._asked:
                    self._ask_to_go(each)
            held = item["metadata"].get("finalizers")
            if not held and not [each for each in inside if each in self.objects]:
                self.objects.pop(ref, None)

    def _inside(self, ref: Ref, item: Object) -> list[Ref]:
        if ref.kind == "Namespace":
            return [each for each in self.objects if each.namespace == ref.name]
        if ref.kind == "CustomResourceDefinition":
            kind, group = at(item, "spec.names.kind"), at(item, "spec.group")
            return [
                each
                for each in self.objects
                if each.kind == kind and each.api_version.startswith(group)
            ]
        return []

    # Small things.

    def _shown(self, item: Object) -> Object:
        """Return an object as the API shows it: of the operator, whether it is at work."""
        shown = copy.deepcopy(item)
        if item["kind"] == "Deployment" and item["metadata"]["name"] == OPERATOR:
            self._seen_at_work = self._operator_works()
            shown["status"] = {"availableReplicas": int(self._operator_works())}
        return shown

    def _alive(self) -> threading.RLock:
        if self.dead:
            raise Killed
        return self._lock

    def _writing(self, ref: Ref) -> threading.RLock:
        """Come to a write: the run may end before it, or another one may take place meanwhile."""
        self.intrude_at -= 1
        if self.intrude_at == 0:
            self.intruder()
        lock = self._alive()
        with lock:
            self.kill_at -= 1
            if self.kill_at == 0:
                self.dead = True
                raise Killed(ref.id)
        return lock

    def _of_kind(self, kind: str) -> list[Object]:
        return [item for ref, item in self.objects.items() if ref.kind == kind]

    def _dependents(self) -> list[Ref]:
        return sorted(
            ref
            for ref, item in self.objects.items()
            if item["apiVersion"] == CEPH and ref.kind not in CLUSTER_KINDS
        )

    def _stopped(self, namespace: str) -> bool:
        """Tell whether a cleanup policy keeps the operator from looking after anything else."""
        return any(
            at(item, "spec.cleanupPolicy.confirmation")
            for item in self._of_kind("CephCluster")
            if item["metadata"]["namespace"] == namespace
        )

    def _is_stuck(self, ref: Ref) -> bool:
        return ref.name == self.faults.stuck and self.now < self.faults.stuck_until

    def _is_owned(self, item: Object, owner: Object) -> bool:
        uid = owner["metadata"]["uid"]
        return any(each["uid"] == uid for each in at(item, "metadata.ownerReferences") or ())

    def _let_go(self, ref: Ref, finalizer: str) -> None:
        held = self.objects[ref]["metadata"].get("finalizers", [])
        self.objects[ref]["metadata"]["finalizers"] = [each for each in held if each != finalizer]

    def _ask_to_go(self, ref: Ref) -> None:
        meta = self.objects[ref]["metadata"]
        meta.setdefault("deletionTimestamp", "2026-01-01T00:00:00Z")
        self._asked.setdefault(ref, self.now)

    def _put(self, item: Object) -> Object:
        ref = Ref.of(item)
        number = str(next(self._numbers))
        meta = {"uid": f"uid-{number}", "generation": 1, **item["metadata"]}
        if item["apiVersion"] == CEPH:
            meta.setdefault("finalizers", [f"{ref.kind.lower()}.ceph.rook.io"])
        meta["resourceVersion"] = number
        self.objects[ref] = {**item, "metadata": meta}
        return self.objects[ref]


class Hearing:
    """A feed that always knows how things are; waiting for news lets time pass."""

    def __init__(self, world: RookWorld) -> None:
        self._world = world

    def follow(self, topic: t.Any, leaving: t.Any = None) -> None:
        """Nothing has to be begun."""

    def objects(self, topic: t.Any) -> dict[tuple[str, str], Object]:
        at_topic = (topic.api_version, topic.kind, topic.namespace, topic.labels)
        refs = {Ref.of(item): item for item in self._world.list(*at_topic).items}
        return {(ref.namespace, ref.name): item for ref, item in refs.items()}

    def went(self, _topic: t.Any, _place: t.Any) -> None:
        return None

    def problem(self, _topic: t.Any) -> None:
        return None

    def ring(self) -> None:
        """Nobody sleeps."""

    def wait(self, seconds: float) -> None:
        self._world.tick(max(min(seconds, 2.0), 0.5))


def _job(namespace: str, host: str) -> Object:
    return {
        "apiVersion": KINDS["Job"].api_version,
        "kind": "Job",
        "metadata": {
            "name": f"cluster-cleanup-job-{host}",
            "namespace": namespace,
            "labels": {"app": "rook-ceph-cleanup"},
        },
        "spec": {"template": {"spec": {"nodeSelector": {"kubernetes.io/hostname": host}}}},
        "status": {},
    }


def protected_objects(namespace: str = "rook-ceph") -> list[Object]:
    """Return what Rook keeps of its monitors, protected from being deleted before the cluster."""
    meta = {"namespace": namespace, "finalizers": [PROTECTION]}
    return [
        {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **meta}}
        for kind, name in zip(("Secret", "ConfigMap"), PROTECTED, strict=True)
    ]
