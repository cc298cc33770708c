# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of Rook's gateways, mirrors, clients, and parts of pools and file systems. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import (
    CLUSTER_CHILD,
    ceph_kind,
    stays,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import Child, Fixed, Ref

_NAMED = "Ceph cannot rename it"
_CLUSTER_ID = "volumes that exist carry the old id"


def _part(owner: str, words: str) -> tuple[Fixed, ...]:
    """Return what may not change of a part of a pool or file system that the field names."""
    return (
        stays(f"spec.{owner}", f"it cannot move to another {words}"),
        stays("spec.name", _NAMED),
        stays("spec.clusterID", _CLUSTER_ID),
    )


PART_ROWS = (
    ceph_kind(
        "CephBlockPoolRadosNamespace",
        "cephblockpoolradosnamespaces",
        refs=(Ref("CephBlockPool", "spec.blockPoolName"),),
        readiness="radosnamespace",
        children=(
            Child("CephBlockPool", "", when="spec.mirroring"),
            Child("CephCluster", "", when="spec.mirroring"),
        ),
        fixed=_part("blockPoolName", "pool"),
        holds_data=True,
        held_by="block images in it",
        since=(1, 9),
    ),
    ceph_kind(
        "CephFilesystemSubVolumeGroup",
        "cephfilesystemsubvolumegroups",
        refs=(Ref("CephFilesystem", "spec.filesystemName"),),
        fixed=(
            *_part("filesystemName", "file system"),
            stays(
                "spec.csiMetadataRadosNamespace", "the driver keeps what it knows of volumes there"
            ),
        ),
        holds_data=True,
        held_by="subvolumes in it",
        since=(1, 8),
    ),
)

GATEWAY_ROWS = (
    ceph_kind(
        "CephNFS",
        "cephnfses",
        refs=(Ref("CephBlockPool", "spec.rados.pool"),),
        readiness="cephnfs",
        silent="nfs servers",
        children=(Child("Deployment", "app=rook-ceph-nfs,ceph_nfs={name}"), CLUSTER_CHILD),
        fixed=(stays("spec.rados.pool", "the exports stay in the old pool"),),
        since=(1, 0),
    ),
    ceph_kind(
        "CephNVMeOFGateway",
        "cephnvmeofgateways",
        refs=(Ref("CephBlockPool", "spec.pool"),),
        readiness="cephnvmeofgateway",
        children=(
            Child("Deployment", "app=rook-ceph-nvmeof,app.kubernetes.io/part-of={name}"),
            CLUSTER_CHILD,
        ),
        fixed=(
            stays("spec.pool", "its subsystems stay in the old pool"),
            stays("spec.group", "its subsystems belong to the old group"),
        ),
        since=(1, 19),
    ),
    ceph_kind(
        "CephRBDMirror",
        "cephrbdmirrors",
        readiness="cephrbdmirror",
        children=(Child("Deployment", "app=rook-ceph-rbd-mirror"), CLUSTER_CHILD),
        since=(1, 4),
    ),
    ceph_kind(
        "CephFilesystemMirror",
        "cephfilesystemmirrors",
        readiness="cephfilesystemmirror",
        children=(Child("Deployment", "app=rook-ceph-fs-mirror"), CLUSTER_CHILD),
        since=(1, 6),
    ),
    ceph_kind(
        "CephClient",
        "cephclients",
        fixed=(
            stays("spec.name", _NAMED),
            stays("spec.secretName", "those who use the old secret would not find the new one"),
        ),
        told=(1, 6),
        # Its key is lost with it, and everybody who works with it is shut out.
        holds_data=True,
        since=(1, 2),
    ),
)
