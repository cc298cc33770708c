# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a site about pools, file systems, object stores and classes."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.plugin_utils.sections import (
    LAYOUT,
    SPEC,
    listed,
    within,
)


class ModuleDocFragment:
    """Options of modules that take the whole model, and of those for one entry."""

    BLOCK_POOLS = (
        r"""
options:
  name:
    description: Name of the pool.
    type: str
    required: true
"""
        + LAYOUT
        + r"""  pg_num:
    description: Number of placement groups to begin with. If it is not set, Ceph decides.
    type: int
"""
        + SPEC
    )

    FILESYSTEMS = (
        r"""
options:
  name:
    description: Name of the file system.
    type: str
    required: true
  metadata_replicas:
    description: Number of copies of the metadata. If it is not set, V(3).
    type: int
  failure_domain:
    description: What must be different for each copy of the metadata. If it is not set, V(host).
    type: str
  data_pools:
    description: Data pools. The first one is the default and should be replicated.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the pool within the file system.
        type: str
        required: true
"""
        + within("data_pools[]", LAYOUT)
        + r"""      spec:
        description:
          - Anything else of the pool's C(spec), merged last. What has an option of its own is
            refused here.
        type: dict
  active_mds:
    description: Number of active metadata servers. If it is not set, V(1).
    type: int
  active_standby:
    description: Whether each active metadata server has a hot standby. If it is not set, it has.
    type: bool
"""
        + SPEC
    )

    OBJECT_STORES = (
        r"""
options:
  name:
    description: Name of the object store.
    type: str
    required: true
  metadata_replicas:
    description: Number of copies of the metadata. If it is not set, V(3).
    type: int
  failure_domain:
    description: What must be different for each copy of the metadata. If it is not set, V(host).
    type: str
  data:
    description: How the data pool is laid out.
    type: dict
    suboptions:
"""
        + within("data", LAYOUT)
        + r"""  zone:
    description:
      - Zone to which the store belongs, an entry of C(object_zones). Its pools are those of the
        zone, so none may be given here. Since Rook 1.4.
    type: str
  gateway:
    description: How the store is served.
    type: dict
    suboptions:
      port:
        description: Port without TLS. If neither port is set, V(80).
        type: int
      secure_port:
        description: Port with TLS. Needs O(gateway.certificate_secret).
        type: int
      certificate_secret:
        description: Secret with the gateway's certificate and key.
        type: str
      instances:
        description: Number of gateways. If it is not set, V(1).
        type: int
"""
        + SPEC
    )

    OBJECT_STORE_USERS = r"""
options:
  name:
    description: Name of the user.
    type: str
    required: true
  store:
    description: Object store that the user belongs to. Cannot be changed.
    type: str
  display_name:
    description: Name for people. If it is not set, the user's name.
    type: str
  capabilities:
    description: Rights of administration by area, for example C(bucket=*).
    type: dict
  quotas:
    description: Limits C(maxBuckets), C(maxObjects) and C(maxSize).
    type: dict
  account:
    description: Account of the user, an entry of C(object_store_accounts). Since Rook 1.20.
    type: str
"""

    STORAGE_CLASSES = r"""
options:
  name:
    description: Name of the class.
    type: str
    required: true
  type:
    description:
      - V(rbd), V(cephfs), V(nfs) or V(bucket). It follows from the options that name the storage.
    type: str
  pool:
    description:
      - Block pool of the volumes. Exactly one of this, O(filesystem) and O(object_store) has to be
        given.
    type: str
  filesystem:
    description: File system of the volumes.
    type: str
  data_pool:
    description: Data pool of the file system, or erasure-coded pool for the data of block volumes.
    type: str
  object_store:
    description: Object store of the buckets.
    type: str
  nfs:
    description:
      - Cluster of NFS servers, an entry of C(nfs), that serves O(filesystem). Since Rook 1.9.
    type: str
  driver:
    description:
      - Who makes the block volumes, V(csi) from Rook 1.1 on, or V(flex) up to Rook 1.7. If it is
        not set, V(csi) where there is a choice.
    type: str
  reclaim_policy:
    description:
      - V(Delete) destroys the data with the claim, V(Retain) keeps it. If it is not set, V(Delete).
    type: str
  allow_expansion:
    description: Whether claims may grow. If it is not set, volumes may.
    type: bool
  default:
    description: Whether the class is taken by claims that name none.
    type: bool
  parameters:
    description: Further parameters of the provisioner, over those that are made here.
    type: dict
"""

    DOCUMENTATION = "options:\n" + "".join(
        (
            listed("block_pools", "Pools for block devices.", BLOCK_POOLS),
            listed("filesystems", "Shared file systems.", FILESYSTEMS),
            listed("object_stores", "Object stores with their gateways.", OBJECT_STORES),
            listed("object_store_users", "Users of object stores.", OBJECT_STORE_USERS),
            listed("storage_classes", "Storage classes.", STORAGE_CLASSES),
        )
    )
