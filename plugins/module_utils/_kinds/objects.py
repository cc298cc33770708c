# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of what object stores share, serve and tell, and of claims for buckets. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import (
    ceph_kind,
    pool_guards,
    stays,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import Child, Kind, Ref

_POOLS = "its objects stay in the old pool"

MULTISITE_ROWS = (
    ceph_kind(
        "CephObjectRealm",
        "cephobjectrealms",
        fixed=(stays("spec.pull.endpoint", "a realm that was pulled keeps its master"),),
        since=(1, 4),
    ),
    ceph_kind(
        "CephObjectZoneGroup",
        "cephobjectzonegroups",
        refs=(Ref("CephObjectRealm", "spec.realm"),),
        fixed=(stays("spec.realm", "a zone group cannot move to another realm"),),
        since=(1, 4),
    ),
    ceph_kind(
        "CephObjectZone",
        "cephobjectzones",
        refs=(Ref("CephObjectZoneGroup", "spec.zoneGroup"),),
        fixed=(
            *pool_guards("spec.metadataPool"),
            *pool_guards("spec.dataPool"),
            stays("spec.zoneGroup", "a zone cannot move to another zone group"),
            stays("spec.sharedPools.metadataPoolName", _POOLS),
            stays("spec.sharedPools.dataPoolName", _POOLS),
        ),
        holds_data=True,
        held_by="object stores in it",
        since=(1, 4),
    ),
)

OBJECT_ROWS = (
    ceph_kind(
        "CephObjectStoreAccount",
        "cephobjectstoreaccounts",
        refs=(Ref("CephObjectStore", "spec.store"),),
        fixed=(
            stays("spec.store", "an account cannot move to another store"),
            stays("spec.accountID", "its users and buckets carry the old id"),
        ),
        holds_data=True,
        held_by="users or buckets of it",
        since=(1, 20),
    ),
    ceph_kind(
        "CephBucketTopic",
        "cephbuckettopics",
        refs=(Ref("CephObjectStore", "spec.objectStoreName", "spec.objectStoreNamespace"),),
        fixed=(stays("spec.objectStoreName", "a topic cannot move to another store"),),
        since=(1, 8),
    ),
    ceph_kind(
        "CephBucketNotification",
        "cephbucketnotifications",
        refs=(Ref("CephBucketTopic", "spec.topic"),),
        set_like={
            "spec.filter.keyFilters": "name",
            "spec.filter.metadataFilters": "name",
            "spec.filter.tagFilters": "name",
        },
        told=(1, 18, 3),
        since=(1, 8),
    ),
    ceph_kind(
        "CephCOSIDriver",
        "cephcosidrivers",
        # Without any store Rook may make no driver, and be done.
        needs=("CephCluster", "CephObjectStore"),
        readiness="cephcosidriver",
        children=(
            Child("Deployment", "app={name}"),
            Child("CephObjectStore", "", when="spec.deploymentStrategy"),
        ),
        since=(1, 12),
    ),
)

BUCKET_CLAIM = Kind(
    "ObjectBucketClaim",
    "objectbucket.io",
    "v1alpha1",
    "objectbucketclaims",
    True,
    "storage",
    # Rook makes and removes the bucket.
    needs=("CephCluster",),
    refs=(Ref("StorageClass", "spec.storageClassName"),),
    readiness="objectbucketclaim",
    fixed=(
        stays("spec.storageClassName", "a bucket cannot move to another store"),
        stays("spec.bucketName", "a bucket cannot be renamed"),
        stays("spec.generateBucketName", "a bucket cannot be renamed"),
    ),
    holds_data=True,
    since=(1, 1),
)
