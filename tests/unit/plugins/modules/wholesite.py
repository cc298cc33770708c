# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site with one of everything, and an operator's manifests in small."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml
from onsite import HOSTS

Object = dict[str, t.Any]
MODEL: Object = {
    # Without the CSI operator, which brings a fourth file.
    "version": "1.16",
    "hosts": HOSTS,
    "block_pools": [{"name": "fast", "replicas": 3}],
    "filesystems": [{"name": "shared", "data_pools": [{"name": "replicated", "replicas": 3}]}],
    "object_stores": [{"name": "objects", "data": {"replicas": 3}}],
    "object_store_users": [{"name": "app", "store": "objects"}],
    "storage_classes": [{"name": "files", "filesystem": "shared"}],
}
KINDS = {
    "cephclusters": "CephCluster",
    "cephblockpools": "CephBlockPool",
    "cephfilesystems": "CephFilesystem",
    "cephobjectstores": "CephObjectStore",
    "cephobjectstoreusers": "CephObjectStoreUser",
}


def _definition(plural: str, kind: str) -> Object:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.ceph.rook.io"},
        "spec": {
            "group": "ceph.rook.io",
            "names": {"kind": kind, "plural": plural},
            "versions": [{"name": "v1", "storage": True}],
        },
    }


def write_manifests(folder: Path, version: str = "v1.16.0") -> Path:
    """Write what an operator brings, and return where."""
    inside = {"namespace": "rook-ceph"}
    container = {"name": "rook-ceph-operator", "image": f"docker.io/rook/ceph:{version}"}
    files: dict[str, list[Object]] = {
        "crds.yaml": [_definition(plural, kind) for plural, kind in KINDS.items()],
        "common.yaml": [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "rook-ceph"}},
            {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": {"name": "rook-ceph-system", **inside},
            },
        ],
        "operator.yaml": [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "rook-ceph-operator-config", **inside},
                "data": {"ROOK_CSI_ENABLE_RBD": "true"},
            },
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "rook-ceph-operator", **inside},
                "spec": {"replicas": 1, "template": {"spec": {"containers": [container]}}},
            },
        ],
    }
    folder.mkdir()
    for name, documents in files.items():
        (folder / name).write_text(yaml.safe_dump_all(documents))
    return folder
