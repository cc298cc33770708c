# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Pods of the lab's CSI driver of CephFS, under ceph-csi's names. Pure."""

from __future__ import annotations

import typing as t

from rookstandin import identity as ids
from rookstandin.podspec import Manifest, field
from rookstandin.settings import Settings

NODE = "csi-cephfsplugin"
CONTROLLER = "csi-cephfsplugin-provisioner"
CONFIG_KEY = "csi-cluster-config-json"
_CLUSTERS = "/etc/ceph-csi-config"


def name(settings: Settings) -> str:
    return f"{settings.csi_prefix}.cephfs.csi.ceph.com"


def objects(settings: Settings, owner: Manifest) -> list[Manifest]:
    """Make everything that the driver consists of; the operator's Deployment owns what can be."""
    node, controller = _node(settings), _controller(settings)
    for manifest in (node, controller):
        manifest["metadata"]["ownerReferences"] = [owner]
    registered = {
        "apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver",
        "metadata": {"name": name(settings)},
        "spec": {"attachRequired": False, "podInfoOnMount": False, "fsGroupPolicy": "File"},
    }  # fmt: skip
    return [registered, node, controller]


def _container(settings: Settings, app: str, role: str, env: list[Manifest]) -> Manifest:
    return {
        "name": app, "image": settings.image, "imagePullPolicy": settings.pull_policy,
        "command": ["python3", "-m", "cephfscsi"],
        "env": [
            {"name": "ROLE", "value": role}, {"name": "DRIVER_NAME", "value": name(settings)}, *env,
        ],
        "volumeMounts": [{"name": "clusters", "mountPath": _CLUSTERS, "readOnly": True}],
        "resources": {"requests": {"cpu": "5m", "memory": "64Mi"}},
    }  # fmt: skip


def _volumes() -> list[Manifest]:
    items = [{"key": CONFIG_KEY, "path": "config.json"}]
    config = {"name": ids.CSI_CONFIG, "items": items, "optional": True}
    return [{"name": "clusters", "configMap": config}]


def _workload(settings: Settings, kind: str, app: str, spec: Manifest, pod: Manifest) -> Manifest:
    labels = {"app": app}
    template = {
        "metadata": {"labels": labels},
        "spec": {"terminationGracePeriodSeconds": 30, **pod},
    }
    return {
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": {"name": app, "namespace": settings.namespace, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }  # fmt: skip


def _node(settings: Settings) -> Manifest:
    env = [
        field("NODE_ID", "spec.nodeName"),
        {"name": "KUBELET_DIR", "value": settings.kubelet_dir},
    ]
    container = _container(settings, NODE, "node", env)
    container["securityContext"] = {"privileged": True}
    volumes = _volumes()
    # Each at its own path: what the driver tells kubelet and the node must be true for both.
    for volume, part, kind in (
        ("plugin", f"plugins/{name(settings)}", "DirectoryOrCreate"),
        ("registry", "plugins_registry", "Directory"),
    ):
        path = f"{settings.kubelet_dir}/{part}"
        volumes.append({"name": volume, "hostPath": {"path": path, "type": kind}})
        container["volumeMounts"].append({"name": volume, "mountPath": path})
    pod: dict[str, t.Any] = {
        "serviceAccountName": "rook-csi-cephfs-plugin-sa", "hostNetwork": True, "hostPID": True,
        "dnsPolicy": "ClusterFirstWithHostNet", "priorityClassName": "system-node-critical",
        "containers": [container], "volumes": volumes,
    }  # fmt: skip
    # All at once: mounts do not depend on these Pods.
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%"}}
    return _workload(settings, "DaemonSet", NODE, {"updateStrategy": strategy}, pod)


def _controller(settings: Settings) -> Manifest:
    env = [field("POD_NAME", "metadata.name")]
    pod: dict[str, t.Any] = {
        "serviceAccountName": "rook-csi-cephfs-provisioner-sa",
        "containers": [_container(settings, CONTROLLER, "controller", env)], "volumes": _volumes(),
    }  # fmt: skip
    spec = {"replicas": 1, "revisionHistoryLimit": 1, "strategy": {"type": "Recreate"}}
    return _workload(settings, "Deployment", CONTROLLER, spec, pod)
