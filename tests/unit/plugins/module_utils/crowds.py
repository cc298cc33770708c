# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shop that uses a site's storage in every way: claims, snapshots, buckets, pods of all sorts."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import id_of
from ansible_collections.rookery.rook.plugins.module_utils._plan import Consumer, Crowd

Params = dict[str, t.Any]
FILES = ("CephFilesystem/rook-ceph/shared", "StorageClass//files")


def thing(kind: str, name: str, namespace: str = "shop", **spec: t.Any) -> Params:
    metadata = {"name": name, "uid": f"uid-{name}"}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


def going(item: Params) -> Params:
    item["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return item


def claim(name: str, *pods: str, **more: t.Any) -> Consumer:
    """Return a claim in the shop, with the volume pv-NAME behind it."""
    return Consumer(
        f"PersistentVolumeClaim/shop/{name}",
        FILES,
        tuple(f"shop/{pod}" for pod in pods),
        namespace="shop",
        volume=f"PersistentVolume//pv-{name}",
        **more,
    )


def crowd(*items: Params, **more: t.Any) -> Crowd:
    return Crowd({id_of(item): item for item in items}, **more)


SNAPSHOT = Consumer(
    "VolumeSnapshot/shop/nightly", namespace="shop", volume="VolumeSnapshotContent//snap-1"
)
CLAIM = claim("uploads", "web-0", "cron-0", attachments=("VolumeAttachment//csi-1",))
OTHERS = Consumer("PersistentVolumeClaim/blog/posts", FILES, namespace="blog")
CROWD = crowd(
    thing("PersistentVolumeClaim", "uploads"),
    thing("PersistentVolume", "pv-uploads", "", persistentVolumeReclaimPolicy="Delete"),
    thing("VolumeAttachment", "csi-1", "", nodeName="w1"),
    thing("VolumeSnapshot", "nightly"),
    thing("VolumeSnapshotContent", "snap-1", "", deletionPolicy="Delete"),
    thing("Pod", "web-0"),
    thing("ReplicaSet", "web-1"),
    thing("Deployment", "web", replicas=2),
    thing("Pod", "cron-0"),
    thing("Job", "cron-1"),
    thing("CronJob", "cron", suspend=False),
    thing("PersistentVolumeClaim", "posts", "blog"),
    runners={
        "shop/web-0": ("ReplicaSet/shop/web-1", "Deployment/shop/web"),
        "shop/cron-0": ("Job/shop/cron-1", "CronJob/shop/cron"),
    },
)
