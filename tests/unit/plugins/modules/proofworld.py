# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster in memory whose pods run the proof's own programs, with one directory as storage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
    Object,
    Outcome,
    Ref,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ConflictError
from fakekube import FakeKube

SCRIPTS = Path(__file__).resolve().parents[4] / "plugins/module_utils/_verify/scripts"
DRIVERS = {
    "cephfs": "rook-ceph.cephfs.csi.ceph.com",
    "rbd": "rook-ceph.rbd.csi.ceph.com",
}


def node(name: str, **spec: t.Any) -> Object:
    """Return a ready node."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": f"{name}.local"}},
        "spec": spec,
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }


def csi_node(name: str, *drivers: str) -> Object:
    """Return what a node says of its drivers."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSINode",
        "metadata": {"name": name},
        "spec": {"drivers": [{"name": DRIVERS[driver]} for driver in drivers]},
    }


class ProofWorld(FakeKube):
    """Binds claims, starts pods, and runs what is run in them."""

    def __init__(self, folder: Path, nodes: t.Sequence[str] = ("w1", "w2", "w3")) -> None:
        super().__init__()
        self.store(node("cp1", taints=[{"key": "node-role", "effect": "NoSchedule"}]))
        for name in nodes:
            self.store(node(name))
            self.store(csi_node(name, "cephfs"))
        self.folder = folder
        self.ran: list[tuple[str, str, str]] = []
        self.sizes: dict[str, Object] = {}
        self.answers: dict[tuple[str, str], t.Any] = {}
        self.reclaim = "Delete"
        self.stuck_pods: dict[str, Object] = {}
        self.kept: set[str] = set()
        self.told: list[Object] = []
        # The process that holds a lock lives as long as its pod.
        self.holding: dict[str, list[str]] = {}

    def create(self, manifest: Object, dry_run: bool = False) -> Object:
        if manifest["kind"] == "Lease":
            return super().create(manifest, dry_run)
        if Ref.of(manifest) in self.objects:
            raise ConflictError("create", Ref.of(manifest).id, "it exists", 409)
        if not dry_run:
            self.writes.append(f"create {Ref.of(manifest).id}")
            self.store(manifest)
            self.created(self.objects[Ref.of(manifest)])
        return t.cast("Object", self.get(Ref.of(manifest)))

    def delete(
        self, ref: Ref, uid: str, propagation: str = "Background", version: str = ""
    ) -> bool:
        if ref.kind == "Lease":
            return super().delete(ref, uid, propagation, version)
        live = self.get(ref)
        if live is None or live["metadata"]["uid"] != uid:
            return False
        self.writes.append(f"delete {ref.id}")
        self.deleted(live)
        return True

    def events(self, _namespace: str, _uid: str) -> tuple[Object, ...]:
        return tuple(self.told)

    def store(self, item: Object) -> None:
        """Put an object in its place and tell the watches."""
        with self._changed:
            self._store(Ref.of(item), item)

    def drop(self, item: Object) -> None:
        """Take an object away and tell the watches."""
        with self._changed:
            self._forget(Ref.of(item))

    def names(self, kind: str) -> list[str]:
        """Return the names of all objects of a kind."""
        return sorted(ref.name for ref in self.objects if ref.kind == kind)

    def created(self, item: Object) -> None:
        """Bind a claim, start a pod."""
        if item["kind"] == "PersistentVolumeClaim":
            self._bind(item)
        elif item["kind"] == "Pod":
            conditions = [{"type": "Ready", "status": "True"}]
            status = {"phase": "Running", "conditions": conditions}
            stuck = self.stuck_pods.get(item["metadata"]["name"])
            self.store({**item, "status": stuck or status})

    def deleted(self, item: Object) -> None:
        """Let an object go, and a claim's volume with it, unless it is to be kept."""
        if item["metadata"]["name"] in self.kept:
            gone = {**item["metadata"], "deletionTimestamp": "now", "finalizers": ["keep"]}
            self.store({**item, "metadata": gone})
            return
        self.drop(item)
        if item["kind"] == "Pod" and item["metadata"]["name"] in self.holding:
            self._really("shared.py", "release", self.holding.pop(item["metadata"]["name"]))
        if item["kind"] == "PersistentVolumeClaim" and item["spec"].get("volumeName"):
            name = item["spec"]["volumeName"]
            volume = self.get(Ref("v1", "PersistentVolume", "", name))
            if volume and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete":
                self.drop(volume)

    def patch(self, ref: Ref, patch: Object, dry_run: bool = False) -> Object:
        changed = super().patch(ref, patch, dry_run)
        claim = changed["spec"].get("claimRef")
        if claim and claim["name"] not in self.names("PersistentVolumeClaim"):
            self.drop(changed)
        return changed

    def run(
        self, namespace: str, pod: str, container: str, command: t.Sequence[str], limit: float
    ) -> Outcome:
        live = self.get(Ref("v1", "Pod", namespace, pod))
        assert live is not None and container == "proof" and limit > 0
        script, act, *words = (word.removeprefix("/rookery/") for word in command[1:])
        self.ran.append((pod, script, act))
        if (script, act) in self.answers:
            answer = self.answers[script, act]
            return answer if isinstance(answer, Outcome) else Outcome(0, json.dumps(answer), "")
        if script == "shared.py":
            if act == "hold":
                self.holding[pod] = words[:1]
            elif act == "release":
                self.holding.pop(pod, None)
            return self._really(script, act, words)
        return Outcome(0, json.dumps({**self._inside_ceph(act, words), "seconds": 0.1}), "")

    def _bind(self, item: Object) -> None:
        meta = item["metadata"]
        name = f"pvc-{meta['uid']}"
        self.store(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": name},
                "spec": {
                    "persistentVolumeReclaimPolicy": self.reclaim,
                    "claimRef": {"namespace": meta["namespace"], "name": meta["name"]},
                },
            }
        )
        spec = {**item["spec"], "volumeName": name}
        self.store({**item, "spec": spec, "status": {"phase": "Bound"}})

    def _really(self, script: str, act: str, words: list[str]) -> Outcome:
        """Run a program of the proof on this machine, with a directory in place of the volume."""
        words = [word.replace("/proof", str(self.folder)) for word in words]
        done = subprocess.run(
            [sys.executable, str(SCRIPTS / script), act, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            # A pod's own, as that of this machine is shared.
            env={**os.environ, "TMPDIR": str(self.folder)},
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def _inside_ceph(self, act: str, words: list[str]) -> Object:
        """Answer as an object store and a block pool that keep one thing each would."""
        if act == "kernel":
            return {"rbd": False}
        place, figures = "/".join(words[:2]), {"bytes": 1}
        if act in ("put", "write"):
            self.sizes[place] = {"sha256": "ab12", **figures}
            return self.sizes[place]
        if act in ("get", "read"):
            return self.sizes[place]
        if act == "list":
            return {"keys": [key.split("/")[1] for key in self.sizes if key.startswith(words[0])]}
        if act == "remove":
            self.sizes = {
                key: value for key, value in self.sizes.items() if not key.startswith(words[0])
            }
        return {"removed": True}
