# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The crowd of a large cluster: nodes, and pods each with a claim and a volume of the site."""

from __future__ import annotations

import concurrent.futures
import json
import time
import typing as t
from pathlib import Path

import urllib3

Object = dict[str, t.Any]
THREADS = 16
NAMESPACES = 20
PAGE = 500
CROWD_SECONDS = 900
COLLECTIONS = (
    "/api/v1/nodes",
    "/api/v1/pods",
    "/api/v1/persistentvolumes",
    "/api/v1/persistentvolumeclaims",
)


class Api:
    """The API over connections that are kept, as a plain program would use it."""

    def __init__(self, server: str, folder: Path) -> None:
        self.server = server
        self._pool = urllib3.PoolManager(
            maxsize=THREADS,
            ca_certs=str(folder / "ca.crt"),
            cert_file=str(folder / "admin.crt"),
            key_file=str(folder / "admin.key"),
        )

    def __call__(self, method: str, path: str, body: Object | None = None) -> Object:
        """Return the answer to one request."""
        answer = self._pool.request(
            method,
            self.server + path,
            body=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            timeout=60,
        )
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.data[:300]!r}")
        return t.cast("Object", json.loads(answer.data))

    def pages(self, path: str) -> t.Iterator[list[Object]]:
        """Yield the objects of a collection, page by page."""
        more = ""
        while True:
            page = self("GET", f"{path}?limit={PAGE}" + (f"&continue={more}" if more else ""))
            yield page["items"]
            more = page["metadata"].get("continue", "")
            if not more:
                return


def node(number: int) -> Object:
    """Return a node that kwok plays."""
    name = f"n{number:04}"
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": f"z{number % 3}",
    }
    return {"metadata": {"name": name, "labels": labels}}


def volume(number: int) -> Object:
    """Return a volume as the provisioner of the site's block class makes it."""
    secret = {"name": "rook-csi-rbd-node", "namespace": "rook-ceph"}
    name = f"pvc-{number:08x}-0000-4000-8000-000000000000"
    driver = "rook-ceph.rbd.csi.ceph.com"
    return {
        "metadata": {
            "name": name,
            "annotations": {
                "pv.kubernetes.io/provisioned-by": driver,
                "volume.kubernetes.io/provisioner-deletion-secret-name": "rook-csi-rbd-provisioner",
                "volume.kubernetes.io/provisioner-deletion-secret-namespace": "rook-ceph",
            },
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "1Gi"},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": f"data-{number}",
                "namespace": namespace(number),
            },
            "csi": {
                "driver": driver,
                "fsType": "ext4",
                "volumeHandle": f"0001-0009-rook-ceph-0000000000000002-{name}",
                "controllerExpandSecretRef": {**secret, "name": "rook-csi-rbd-provisioner"},
                "nodeStageSecretRef": secret,
                "volumeAttributes": {
                    "clusterID": "rook-ceph",
                    "imageFeatures": "layering",
                    "imageFormat": "2",
                    "imageName": f"csi-vol-{name}",
                    "journalPool": "replicapool",
                    "pool": "replicapool",
                    "storage.kubernetes.io/csiProvisionerIdentity": f"1700000000000-1-{driver}",
                },
            },
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": "block",
        },
    }


def namespace(number: int) -> str:
    """Return the namespace of a claim and its pod."""
    return f"app{number % NAMESPACES}"


def claim(number: int) -> Object:
    """Return the claim that holds a volume."""
    return {
        "metadata": {"name": f"data-{number}", "namespace": namespace(number)},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": "block",
            "volumeName": volume(number)["metadata"]["name"],
        },
    }


def pod(number: int, nodes: int) -> Object:
    """Return a pod that mounts a claim."""
    claimed = {"claimName": f"data-{number}"}
    container = {
        "name": "app",
        "image": "registry.example/app:1",
        "env": [{"name": "DATA", "value": "/data"}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    return {
        "metadata": {
            "name": f"app-{number}",
            "namespace": namespace(number),
            "labels": {"app": f"app-{number % 50}", "pod-template-hash": "5d4f8c7b9"},
        },
        "spec": {
            "nodeName": f"n{number % nodes:04}",
            "containers": [container],
            "volumes": [{"name": "data", "persistentVolumeClaim": claimed}],
        },
    }


def fill(api: Api, nodes: int, pods: int) -> None:
    """Make everything; volumes and claims name each other, as those that are bound do."""

    def running(number: int) -> None:
        space = f"/api/v1/namespaces/{namespace(number)}"
        api("POST", COLLECTIONS[2], volume(number))
        api("POST", f"{space}/persistentvolumeclaims", claim(number))
        api("POST", f"{space}/pods", pod(number, nodes))

    for number in range(NAMESPACES):
        api("POST", "/api/v1/namespaces", {"metadata": {"name": f"app{number}"}})
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda number: api("POST", COLLECTIONS[0], node(number)), range(nodes)))
        list(pool.map(running, range(pods)))


def wait_until_running(api: Api) -> None:
    """Return when kwok has made every node ready and every pod run."""
    deadline = time.monotonic() + CROWD_SECONDS
    while True:
        left = sum(not _is_ready(item) for page in api.pages(COLLECTIONS[0]) for item in page)
        left += sum(
            (item.get("status") or {}).get("phase") != "Running"
            for page in api.pages(COLLECTIONS[1])
            for item in page
        )
        if not left:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"{left} nodes and pods are not ready after {CROWD_SECONDS} s")
        time.sleep(2)


def _is_ready(item: Object) -> bool:
    conditions = (item.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
