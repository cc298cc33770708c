# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of the kinds of ceph.rook.io/v1. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds.kubernetes import CLEANUP_SELECTOR
from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import (
    Child,
    Fixed,
    Kind,
    Ref,
)

GROUP = "ceph.rook.io"
# What Rook notes on the Deployments that it makes: its own release, and that of the image.
ROOK_VERSION, CEPH_VERSION = "rook-version", "ceph-version"
# Daemons are to be of the Ceph that their cluster is at.
CLUSTER_CHILD = Child("CephCluster", "")
_SHRINK = "fewer copies than there are would drop redundancy of data that exists"
_SHRINK_WAY = "Make a new pool with the smaller size and move the data, or keep the size."
_PROFILE = "Ceph cannot change the layout of a pool that exists"
_PROFILE_WAY = "Make a new pool with that layout and move the data, or restore the old values."
_PLACE = "Rook leaves a pool that exists where it is, and would call it ready"
_PLACE_WAY = (
    "Set enableCrushUpdates to true in the raw spec of the pool, if it has copies and the release "
    "knows that, and its data move; or make a new pool, or restore the old value."
)
_DEVICE = (
    "an OSD on it may hold data, and Rook never removes an OSD because its device is not named"
)
_DEVICE_WAY = (
    "Purge its OSDs first as Rook documents it, which removes their Deployments, or name the "
    "device again."
)


def pool_guards(prefix: str) -> tuple[Fixed, ...]:
    """Return what may not happen to a pool whose spec is at the prefix."""
    return (
        Fixed(f"{prefix}.replicated.size", "shrink", _SHRINK, _SHRINK_WAY),
        Fixed(f"{prefix}.replicated", "presence", _PROFILE, _PROFILE_WAY),
        Fixed(f"{prefix}.erasureCoded.dataChunks", "fixed", _PROFILE, _PROFILE_WAY),
        Fixed(f"{prefix}.erasureCoded.codingChunks", "fixed", _PROFILE, _PROFILE_WAY),
        Fixed(f"{prefix}.erasureCoded", "presence", _PROFILE, _PROFILE_WAY),
        Fixed(f"{prefix}.failureDomain", "placed", _PLACE, _PLACE_WAY),
        Fixed(f"{prefix}.deviceClass", "placed", _PLACE, _PLACE_WAY),
    )


def stays(path: str, reason: str) -> Fixed:
    """Return that a field of a living object may not change."""
    way = "Restore the old value, or make an object with another name."
    return Fixed(path, "fixed", reason, way)


def ceph_kind(name: str, plural: str, stage: str = "storage", **more: t.Any) -> Kind:
    """Return the row of a Rook kind, which needs the cluster unless it says otherwise."""
    more.setdefault("needs", ("CephCluster",))
    more.setdefault("readiness", "phase")
    more.setdefault("since", (0, 9))
    more.setdefault("told", (1, 2))
    return Kind(name, GROUP, "v1", plural, True, stage, **more)


CLUSTER_ROWS = (
    ceph_kind(
        "CephCluster",
        "cephclusters",
        "cluster",
        needs=("Deployment", "DaemonSet", "OperatorConfig", "Driver", "ClientProfile"),
        readiness="cephcluster",
        told=(1, 3),
        silent="legacy cluster",
        children=(
            Child("Deployment", "app=rook-ceph-mon"),
            Child("Deployment", "app=rook-ceph-floating-mon"),
            Child("Deployment", "app=rook-ceph-mgr"),
            Child("Deployment", "app=rook-ceph-osd"),
            Child("Job", CLEANUP_SELECTOR),
            # Where they are to run.
            Child("Node", "", explains=True),
        ),
        set_like={
            "spec.storage.nodes": "name",
            "spec.storage.nodes[*].devices": "name",
        },
        fixed=(
            Fixed("spec.storage.nodes[*]", "keep", _DEVICE, _DEVICE_WAY),
            Fixed("spec.storage.nodes[*].devices[*]", "keep", _DEVICE, _DEVICE_WAY),
            Fixed(
                "spec.dataDirHostPath",
                "fixed",
                "monitors and OSDs keep their keys in it",
                "Restore the old path; a cluster cannot be moved to another one.",
            ),
        ),
        holds_data=True,
        held_by="other Rook resources in its namespace or volumes of its drivers",
    ),
)

STORAGE_ROWS = (
    ceph_kind(
        "CephBlockPool",
        "cephblockpools",
        fixed=pool_guards("spec"),
        holds_data=True,
        held_by="block images or RADOS namespaces in it",
    ),
    ceph_kind(
        "CephFilesystem",
        "cephfilesystems",
        readiness="cephfilesystem",
        silent="legacy filesystem",
        children=(
            Child("Deployment", "app=rook-ceph-mds,rook_file_system={name}"),
            CLUSTER_CHILD,
        ),
        set_like={"spec.dataPools": "name"},
        fixed=(
            *pool_guards("spec.metadataPool"),
            *pool_guards("spec.dataPools[*]"),
            Fixed(
                "spec.dataPools[*]",
                "keep",
                "Ceph cannot take a data pool out of a file system without losing its files",
                "Name the pool again, or make a new file system and move the files.",
            ),
        ),
        holds_data=True,
        held_by="subvolumes or subvolume groups in it",
    ),
    ceph_kind(
        "CephObjectStore",
        "cephobjectstores",
        refs=(Ref("CephObjectZone", "spec.zone.name"),),
        readiness="cephobjectstore",
        silent="legacy objectstore",
        children=(
            Child("Deployment", "app=rook-ceph-rgw,rook_object_store={name}"),
            CLUSTER_CHILD,
        ),
        fixed=(
            *pool_guards("spec.metadataPool"),
            *pool_guards("spec.dataPool"),
            stays("spec.zone.name", "a store cannot move to another zone"),
            *(
                stays(f"spec.sharedPools.{pool}", "its objects stay in the old pool")
                for pool in ("metadataPoolName", "dataPoolName")
            ),
        ),
        holds_data=True,
        held_by="buckets or users in it, or other zones of which its own is the master",
    ),
    ceph_kind(
        "CephObjectStoreUser",
        "cephobjectstoreusers",
        refs=(
            Ref("CephObjectStore", "spec.store"),
            Ref("CephObjectStoreAccount", "spec.accountRef.name"),
        ),
        readiness="cephobjectstoreuser",
        silent="legacy user",
        children=(Child("Secret", "app=rook-ceph-rgw,rook_object_store={spec.store},user={name}"),),
        fixed=(
            Fixed(
                "spec.store",
                "fixed",
                "a user cannot move to another store",
                "Restore the store, or add a user with another name.",
            ),
            Fixed(
                "spec.accountRef",
                "presence",
                "a user cannot move to another account",
                "Restore the account, or add a user with another name.",
            ),
            stays("spec.accountRef.name", "a user cannot move to another account"),
        ),
        holds_data=True,
        held_by="buckets of it",
    ),
)
