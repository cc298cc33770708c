# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Kubernetes API by the dynamic client; the only file that imports the library."""

from __future__ import annotations

import contextlib
import datetime
import json
import typing as t
from urllib.parse import quote

from kubernetes import client, config
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import ConflictError, NotFoundError

Manifest = dict[str, t.Any]

FIELD_MANAGER = "rook-standin"
COMPONENT = "rook-ceph-standin"

# kind -> (path of its group and version, plural, namespaced)
_KINDS = {
    "ConfigMap": ("api/v1", "configmaps", True),
    "Event": ("api/v1", "events", True),
    "Node": ("api/v1", "nodes", False),
    "PersistentVolume": ("api/v1", "persistentvolumes", False),
    "Pod": ("api/v1", "pods", True),
    "Secret": ("api/v1", "secrets", True),
    "Service": ("api/v1", "services", True),
    "DaemonSet": ("apis/apps/v1", "daemonsets", True),
    "Deployment": ("apis/apps/v1", "deployments", True),
    "Job": ("apis/batch/v1", "jobs", True),
    "CSIDriver": ("apis/storage.k8s.io/v1", "csidrivers", False),
}


def _path(kind: str, namespace: str | None, name: str = "", subresource: str = "") -> str:
    if kind.startswith("Ceph"):
        group, plural, namespaced = "apis/ceph.rook.io/v1", _plural(kind), True
    else:
        group, plural, namespaced = _KINDS[kind]
    parts = [group]
    if namespaced and namespace:
        parts += ["namespaces", namespace]
    parts += [part for part in (plural, quote(name), subresource) if part]
    return "/" + "/".join(parts)


def _plural(kind: str) -> str:
    lower = kind.lower()
    return f"{lower}es" if lower.endswith("s") else f"{lower}s"


class Kube:
    """Requests on manifests as dictionaries. A missing object is None, never an error."""

    def __init__(self) -> None:
        config.load_incluster_config()
        # Kinds are named above: the library's discovery would only cost requests.
        self._dynamic = DynamicClient(client.ApiClient(), discoverer=lambda *_: None)

    def _request(self, method: str, path: str, body: t.Any = None, **options: t.Any) -> Manifest:
        response = self._dynamic.request(method, path, body=body, serialize=False, **options)
        return json.loads(response.data)

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        try:
            return self._request("get", _path(kind, namespace, name))
        except NotFoundError:
            return None

    def list(self, kind: str, namespace: str | None = None, labels: str = "") -> list[Manifest]:
        """List objects; a kind whose CRD is not there has none."""
        try:
            answer = self._request("get", _path(kind, namespace), label_selector=labels or None)
        except NotFoundError:
            return []
        return answer["items"]

    def apply(self, manifest: Manifest) -> Manifest:
        """Apply on the server: fields of others stay, and nothing happens when all is as wanted."""
        meta = manifest["metadata"]
        path = _path(manifest["kind"], meta.get("namespace"), meta["name"])
        return self._request(
            "patch", path, body=manifest, content_type="application/apply-patch+yaml",
            field_manager=FIELD_MANAGER, force_conflicts="true",
        )  # fmt: skip

    def create(self, manifest: Manifest) -> None:
        """Create; an object that is there already is left as it is."""
        path = _path(manifest["kind"], manifest["metadata"].get("namespace"))
        with contextlib.suppress(ConflictError):
            self._request("post", path, body=manifest)

    def delete(self, kind: str, name: str, namespace: str | None = None) -> None:
        with contextlib.suppress(NotFoundError):
            self._request(
                "delete", _path(kind, namespace, name), propagation_policy="Background"
            )  # fmt: skip

    def merge(
        self, kind: str, name: str, namespace: str, patch: Manifest, subresource: str = ""
    ) -> Manifest | None:
        path = _path(kind, namespace, name, subresource)
        try:
            return self._request(
                "patch", path, body=patch, content_type="application/merge-patch+json"
            )
        except NotFoundError:
            return None

    def event(self, obj: Manifest, kind: str, reason: str, message: str) -> None:
        """Tell of an object as Rook's operator does: one Event per reason and minute, counted."""
        now = datetime.datetime.now(datetime.UTC)
        meta = obj["metadata"]
        name = f"{meta['name']}.{reason.lower()}.{now:%y%m%d%H%M}.{hash(message) & 0xFFFF:04x}"
        stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        reference = {key: obj[key] for key in ("apiVersion", "kind")}
        reference |= {key: meta[key] for key in ("name", "namespace", "uid", "resourceVersion")}
        self.create({
            "apiVersion": "v1", "kind": "Event",
            "metadata": {"name": name, "namespace": meta["namespace"]},
            "involvedObject": reference, "type": kind, "reason": reason,
            "message": message[:1000], "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT, "firstTimestamp": stamp, "lastTimestamp": stamp,
            "count": 1,
        })  # fmt: skip
