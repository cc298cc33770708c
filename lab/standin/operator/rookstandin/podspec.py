# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Pods of all Ceph daemons share, as Rook makes them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from rookstandin import identity as ids
from rookstandin import names
from rookstandin.resource import Resource

Manifest = dict[str, t.Any]

LOG_FLAGS = [
    "--default-log-to-stderr=true", "--default-err-to-stderr=true",
    "--default-mon-cluster-log-to-stderr=true", "--default-log-stderr-prefix=debug ",
    "--default-log-to-file=false", "--default-mon-cluster-log-to-file=false",
]  # fmt: skip
USER_FLAGS = ["--setuser=ceph", "--setgroup=ceph", "--ms-bind-ipv4=true", "--ms-bind-ipv6=false"]
HOST_FLAGS = [
    "--mon-host=$(ROOK_CEPH_MON_HOST)", "--mon-initial-members=$(ROOK_CEPH_MON_INITIAL_MEMBERS)",
]  # fmt: skip
KEYRING = "/etc/ceph/keyring-store/keyring"
LOG_DIR = "/var/log/ceph"
CRASH_DIR = "/var/lib/ceph/crash"


@dataclass(frozen=True)
class Frame:
    """What a cluster's daemons have in common: image, network, directories, placement."""

    cluster: Resource
    fsid: str
    ceph_version: str = ""

    @property
    def image(self) -> str:
        return self.cluster.at("cephVersion.image")

    @property
    def pull_policy(self) -> str:
        return self.cluster.at("cephVersion.imagePullPolicy") or "IfNotPresent"

    @property
    def data_dir(self) -> str:
        return self.cluster.at("dataDirHostPath", "/var/lib/rook").rstrip("/")

    @property
    def host_network(self) -> bool:
        return self.cluster.at("network.provider") == "host" or bool(
            self.cluster.at("network.hostNetwork", False)
        )

    def host_path(self, part: str) -> str:
        return f"{self.data_dir}/{self.cluster.namespace}/{part}"

    def tolerations(self, kind: str) -> list[Manifest]:
        return [
            toleration
            for key in ("all", kind)
            for toleration in self.cluster.at(f"placement.{key}.tolerations", [])
        ]

    def placement(self, kind: str, key: str) -> t.Any:
        return self.cluster.at(f"placement.{kind}.{key}") or self.cluster.at(f"placement.all.{key}")


def flags(fsid: str, daemon_id: str, keyring: str = KEYRING) -> list[str]:
    return [
        f"--fsid={fsid}", f"--keyring={keyring}", *LOG_FLAGS, *HOST_FLAGS, f"--id={daemon_id}",
        *USER_FLAGS,
    ]  # fmt: skip


def field(name: str, path: str) -> Manifest:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def _from_config(name: str, key: str) -> Manifest:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": ids.CONFIG, "key": key}}}


def env(frame: Frame) -> list[Manifest]:
    return [
        {"name": "CONTAINER_IMAGE", "value": frame.image},
        field("POD_NAME", "metadata.name"),
        field("POD_NAMESPACE", "metadata.namespace"),
        field("NODE_NAME", "spec.nodeName"),
        field("ROOK_POD_IP", "status.podIP"),
        _from_config("ROOK_CEPH_MON_HOST", "mon_host"),
        _from_config("ROOK_CEPH_MON_INITIAL_MEMBERS", "mon_initial_members"),
        # Every daemon is process 1 of its Pod: its address alone would not tell its lives apart.
        {"name": "CEPH_USE_RANDOM_NONCE", "value": "true"},
    ]


def volumes(frame: Frame, keyring_secret: str) -> list[Manifest]:
    conf = {"name": ids.OVERRIDE, "items": [{"key": "config", "path": "ceph.conf"}]}
    directory = "DirectoryOrCreate"
    return [
        {"name": "rook-config-override", "configMap": conf},
        {"name": "keyring", "secret": {"secretName": keyring_secret}},
        {"name": "log", "hostPath": {"path": frame.host_path("log"), "type": directory}},
        {"name": "crash", "hostPath": {"path": frame.host_path("crash"), "type": directory}},
        {"name": "run", "emptyDir": {}},
    ]


def mounts() -> list[Manifest]:
    return [
        {"name": "rook-config-override", "mountPath": "/etc/ceph", "readOnly": True},
        {"name": "keyring", "mountPath": "/etc/ceph/keyring-store", "readOnly": True},
        {"name": "log", "mountPath": LOG_DIR},
        {"name": "crash", "mountPath": CRASH_DIR},
        {"name": "run", "mountPath": "/run/ceph"},
    ]


def container(
    frame: Frame, name: str, command: list[str], args: list[str], extra: list[Manifest]
) -> Manifest:
    """Make a container of the Ceph image. No probes: each would be a Python process every 10 s."""
    return {
        "name": name, "image": frame.image, "imagePullPolicy": frame.pull_policy,
        "command": command, "args": args, "env": env(frame),
        "volumeMounts": mounts() + extra, "workingDir": LOG_DIR,
    }  # fmt: skip


def chown(frame: Frame, data_dir: str, extra: list[Manifest]) -> Manifest:
    """Give the daemon's directories to Ceph's user; its own data may hold root's files."""
    command = ["chown", "--recursive", "ceph:ceph", LOG_DIR, CRASH_DIR, "/run/ceph", data_dir]
    return container(frame, "chown-container-data-dir", command, [], extra)


def deployment(
    frame: Frame, daemon: names.Daemon, owner: Manifest, pod: Manifest, replicas: int = 1
) -> Manifest:
    """Wrap a Pod's spec into the Deployment of one daemon."""
    kind = daemon.kind
    spec: Manifest = {
        "restartPolicy": "Always", "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "serviceAccountName": {"mon": "rook-ceph-default", "mds": "rook-ceph-default"}.get(
            kind, f"rook-ceph-{kind}"
        ),
        **pod,
    }  # fmt: skip
    if tolerations := frame.tolerations(kind):
        spec["tolerations"] = tolerations
    if "nodeSelector" not in pod and (affinity := frame.placement(kind, "nodeAffinity")):
        spec.setdefault("affinity", {})["nodeAffinity"] = affinity
    if frame.host_network:
        spec |= {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}
    if priority := frame.cluster.at(f"priorityClassNames.{kind}"):
        spec["priorityClassName"] = priority
    return {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": daemon.name, "namespace": daemon.namespace, "ownerReferences": [owner],
            "labels": daemon.labels() | names.version_labels(frame.ceph_version),
        },
        "spec": {
            "replicas": replicas, "revisionHistoryLimit": 1, "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": daemon.selector()},
            "template": {"metadata": {"labels": daemon.labels()}, "spec": spec},
        },
    }  # fmt: skip


def apart(app: str, namespace: str, required: bool) -> Manifest:
    """Keep Pods of one app on different nodes."""
    term = {
        "labelSelector": {"matchLabels": names.app_labels(app, namespace)},
        "topologyKey": "kubernetes.io/hostname",
    }
    if required:
        return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    preferred = [{"weight": 50, "podAffinityTerm": term}]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
