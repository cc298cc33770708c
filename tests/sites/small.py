# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small site with one of each of the first kinds, and upstream's manifests in small."""

from __future__ import annotations

import typing as t

Params = dict[str, t.Any]

THREE_HOSTS = {name: {"devices": [f"/dev/disk/by-id/{name}-a"]} for name in ("w1", "w2", "w3")}
BARE: Params = {"site": "store1", "version": "1.18.11", "hosts": THREE_HOSTS}
WHOLE: Params = {
    **BARE,
    "block_pools": [{"name": "fast", "replicas": 3}],
    "filesystems": [{"name": "shared", "data_pools": [{"name": "replicated", "replicas": 3}]}],
    "object_stores": [{"name": "objects", "data": {"replicas": 3}}],
    "object_store_users": [{"name": "backup", "store": "objects"}],
    "storage_classes": [
        {"name": "block", "pool": "fast"},
        {"name": "files", "filesystem": "shared"},
        {"name": "buckets", "object_store": "objects"},
    ],
}


def definition(plural: str, kind: str, group: str = "ceph.rook.io") -> Params:
    """Return the outline of a CustomResourceDefinition."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural},
            "versions": [{"name": "v1"}],
        },
    }


def upstream_of(version: str = "v1.18.11", namespace: str = "rook-ceph") -> list[Params]:
    """Return manifests with the parts of Rook's own that matter here, in no useful order."""
    inside = {"namespace": namespace}
    container = {"name": "rook-ceph-operator", "image": f"docker.io/rook/ceph:{version}"}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": "rook-ceph-operator",
                "labels": {"operator": "rook", "app.kubernetes.io/part-of": "rook-ceph-operator"},
                **inside,
            },
            "spec": {"template": {"spec": {"containers": [container]}}},
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "rook-ceph-operator-config", **inside},
            "data": {"ROOK_LOG_LEVEL": "INFO", "ROOK_CSI_ENABLE_RBD": "true"},
        },
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "rook-ceph-system", **inside},
        },
        definition("cephclusters", "CephCluster"),
        definition("cephblockpools", "CephBlockPool"),
        definition("drivers", "Driver", "csi.ceph.io"),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
    ]
