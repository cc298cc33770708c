# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Job that cleans a host of a cluster. Pure."""

from __future__ import annotations

from rookstandin import mon, names
from rookstandin.identity import Identity
from rookstandin.podspec import Manifest
from rookstandin.resource import Resource
from rookstandin.settings import Settings

APP = "rook-ceph-cleanup"
FSID = "rookery.lab/fsid"


def is_for(job: Manifest, fsid: str) -> bool:
    return (job["metadata"].get("annotations") or {}).get(FSID) == fsid


def _container(cluster: Resource, identity: Identity, settings: Settings) -> Manifest:
    data_dir = cluster.at("dataDirHostPath")
    sanitize = cluster.at("cleanupPolicy.sanitizeDisks", {})
    env = {
        "ROOK_DATA_DIR_HOST_PATH": data_dir, "ROOK_NAMESPACE_DIR": cluster.namespace,
        "ROOK_MON_SECRET": identity.mon_key, "ROOK_CLUSTER_FSID": identity.fsid,
        "ROOK_SANITIZE_METHOD": sanitize.get("method") or "quick",
        "ROOK_SANITIZE_DATA_SOURCE": sanitize.get("dataSource") or "zero",
        "ROOK_SANITIZE_ITERATION": str(sanitize.get("iteration") or 1),
    }  # fmt: skip
    return {
        "name": "host-cleanup", "image": settings.image, "imagePullPolicy": settings.pull_policy,
        "command": ["python3", "-m", "rookstandin.cleanup"],
        "env": [{"name": name, "value": value} for name, value in env.items()],
        "securityContext": {"privileged": True, "runAsUser": 0},
        "volumeMounts": [
            {"name": "cleanup-volume", "mountPath": data_dir},
            {"name": "devices", "mountPath": "/dev"},
        ],
    }  # fmt: skip


def job(cluster: Resource, identity: Identity, settings: Settings, host: str) -> Manifest:
    """Make the Job of one host, suspended; it has no owner, for the cluster goes before it runs."""
    labels = names.app_labels(APP, cluster.namespace) | {APP: "true"}
    data_dir = {"path": cluster.at("dataDirHostPath"), "type": "DirectoryOrCreate"}
    kinds = ("all", "cleanup", "arbiter", "mon", "mgr", "osd")
    pod = {
        "restartPolicy": "OnFailure", "serviceAccountName": "rook-ceph-default",
        "nodeSelector": {mon.HOSTNAME: host},
        "containers": [_container(cluster, identity, settings)],
        "tolerations": [
            item for kind in kinds for item in cluster.at(f"placement.{kind}.tolerations", [])
        ],
        "volumes": [
            {"name": "cleanup-volume", "hostPath": data_dir},
            {"name": "devices", "hostPath": {"path": "/dev"}},
        ],
    }  # fmt: skip
    return {
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {
            "name": names.limited("cluster-cleanup-job-{}", host), "namespace": cluster.namespace,
            "labels": labels, "annotations": {FSID: identity.fsid},
        },
        "spec": {"suspend": True, "template": {"metadata": {"labels": labels}, "spec": pod}},
    }  # fmt: skip
