# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of kinds of which we make nothing, and through which others use storage. Pure.

Stopped says what ends the pods that an object runs: a patch of its spec, or its deletion.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import Kind

_SNAPSHOTS = "snapshot.storage.k8s.io"


def _used(
    name: str, group: str, plural: str, *, version: str = "v1", namespaced: bool = True
) -> Kind:
    """Return the row of a kind."""
    return Kind(name, group, version, plural, namespaced, "storage")


USER_ROWS = (
    _used("Node", "", "nodes", namespaced=False),
    _used("ReplicaSet", "apps", "replicasets"),
    _used("StatefulSet", "apps", "statefulsets"),
    _used("ReplicationController", "", "replicationcontrollers"),
    _used("CronJob", "batch", "cronjobs"),
    _used("Pod", "", "pods"),
    _used("VolumeAttachment", "storage.k8s.io", "volumeattachments", namespaced=False),
    _used("VolumeSnapshot", _SNAPSHOTS, "volumesnapshots"),
    _used("VolumeSnapshotContent", _SNAPSHOTS, "volumesnapshotcontents", namespaced=False),
    _used("PersistentVolumeClaim", "", "persistentvolumeclaims"),
    _used("PersistentVolume", "", "persistentvolumes", namespaced=False),
    _used("ObjectBucket", "objectbucket.io", "objectbuckets", version="v1alpha1",
          namespaced=False),
)  # fmt: skip
USER_KINDS: Mapping[str, Kind] = {row.name: row for row in USER_ROWS}
# What is asked of the API, in which versions; the first that is served counts.
USING: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((row.name, (row.api_version,)) for row in USER_ROWS if row.group != _SNAPSHOTS),
    *(
        (kind, tuple(f"{_SNAPSHOTS}/{version}" for version in ("v1", "v1beta1", "v1alpha1")))
        for kind in ("VolumeSnapshot", "VolumeSnapshotContent")
    ),
    ("StorageClass", ("storage.k8s.io/v1",)),
    ("ObjectBucketClaim", ("objectbucket.io/v1alpha1",)),
    ("Deployment", ("apps/v1",)),
    ("DaemonSet", ("apps/v1",)),
    ("Job", ("batch/v1",)),
)
_NONE: Mapping[str, t.Any] = {"replicas": 0}
STOPPED: Mapping[str, Mapping[str, t.Any] | None] = {
    "Deployment": _NONE,
    "StatefulSet": _NONE,
    "ReplicaSet": _NONE,
    "ReplicationController": _NONE,
    "CronJob": {"suspend": True},
    "DaemonSet": None,
    "Job": None,
    "Pod": None,
}
