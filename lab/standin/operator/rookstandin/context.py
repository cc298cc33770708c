# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every reconcile works with: the API, the clusters' connections, the queue."""

from __future__ import annotations

import datetime
import logging
import threading
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from rookstandin import conditions, names
from rookstandin import identity as ids
from rookstandin.ceph import Ceph
from rookstandin.conditions import Condition
from rookstandin.identity import Identity
from rookstandin.kube import Kube
from rookstandin.podspec import Frame
from rookstandin.resource import Resource
from rookstandin.settings import Settings
from rookstandin.workqueue import WorkQueue

log = logging.getLogger(__name__)

STATE_DIR = Path("/var/lib/rook")
ETC_CEPH = Path("/etc/ceph")


class Key(t.NamedTuple):
    """What is reconciled. Kinds in lower case are the operator's own tasks on a namespace."""

    kind: str
    namespace: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}".rstrip("/")


def now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(path)


@dataclass
class Context:
    """The operator's hands. Nothing in it is needed after a restart."""

    kube: Kube
    namespace: str
    queue: WorkQueue[Key] = field(init=False)
    _clients: dict[str, tuple[Identity, Ceph]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def settings(self) -> Settings:
        return Settings.read(self.kube)

    def resource(self, key: Key) -> Resource | None:
        raw = self.kube.get(key.kind, key.name, key.namespace)
        return Resource(raw) if raw else None

    def cluster_of(self, namespace: str) -> Resource | None:
        found = self.kube.list("CephCluster", namespace)
        # A list's items do not say what they are.
        typed = {"apiVersion": names.API_VERSION, "kind": "CephCluster"}
        return Resource({**found[0], **typed}) if found else None

    def identity(self, namespace: str) -> Identity | None:
        secret = self.kube.get("Secret", ids.SECRET, namespace)
        if secret is None:
            return None
        endpoints = self.kube.get("ConfigMap", ids.ENDPOINTS, namespace)
        return ids.read(namespace, secret, endpoints)

    def frame(self, cluster: Resource, identity: Identity) -> Frame:
        version = cluster.status.get("version", {}).get("version", "")
        return Frame(cluster, identity.fsid, version)

    def ceph(self, identity: Identity) -> Ceph:
        """Return a cluster's connection; new when its mons or keys are not what they were."""
        with self._lock:
            known = self._clients.get(identity.namespace)
            if known and known[0] == identity:
                return known[1]
            if known:
                known[1].close()
            client = self._files(identity)
            self._clients[identity.namespace] = (identity, client)
            return client

    def _files(self, identity: Identity) -> Ceph:
        """Write conf and keyring, also where `ceph` looks when a human types it in this Pod."""
        directory = STATE_DIR / identity.namespace
        keyring = directory / "client.admin.keyring"
        conf = directory / f"{identity.namespace}.config"
        _write(keyring, identity.admin_keyring())
        _write(conf, identity.conf(str(keyring)))
        if identity.namespace == self.namespace:
            _write(ETC_CEPH / "ceph.conf", identity.conf(str(keyring)))
            _write(ETC_CEPH / "ceph.client.admin.keyring", identity.admin_keyring())
        return Ceph(conf, keyring)

    def drop(self, namespace: str) -> None:
        """Forget a cluster that is gone."""
        with self._lock:
            if known := self._clients.pop(namespace, None):
                known[1].close()

    def patch_status(self, resource: Resource, changed: dict[str, t.Any]) -> None:
        """Merge fields into a status and into what the caller holds of it."""
        answer = self.kube.merge(
            resource.kind, resource.name, resource.namespace, {"status": changed}, "status"
        )
        if answer is not None:
            resource.raw["status"] = answer.get("status") or {}

    def set_condition(
        self, cluster: Resource, condition: Condition, *, keep_all: bool = False
    ) -> None:
        """Write a CephCluster's condition with the phase, state and message that follow from it."""
        generation = cluster.generation if condition.holds else 0
        changed = conditions.cluster_status(
            cluster.status, condition, now(), keep_all=keep_all, generation=generation
        )
        self.patch_status(cluster, changed)

    def add_condition(self, resource: Resource, condition: Condition) -> None:
        old = list(resource.status.get("conditions") or ())
        self.patch_status(resource, {"conditions": conditions.merged(old, condition, now())})

    def event(self, resource: Resource, reason: str, message: str, kind: str = "Normal") -> None:
        self.kube.event(resource.raw, kind, reason, message)

    def hold(self, resource: Resource) -> None:
        """Put the operator's finalizer on a resource."""
        name = names.finalizer(resource.kind)
        if name not in resource.finalizers:
            self._finalize(resource, [*resource.finalizers, name])

    def release(self, resource: Resource) -> None:
        """Take the operator's finalizer off: a resource that is being deleted is then gone."""
        name = names.finalizer(resource.kind)
        if name in resource.finalizers:
            self._finalize(resource, [item for item in resource.finalizers if item != name])

    def _finalize(self, resource: Resource, finalizers: list[str]) -> None:
        patch = {"metadata": {"finalizers": finalizers}}
        answer = self.kube.merge(resource.kind, resource.name, resource.namespace, patch)
        if answer is not None:
            resource.raw["metadata"] = answer["metadata"]
