# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a site about gateways, mirrors, clients and parts of pools and file systems."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.plugin_utils.sections import (
    SPEC,
    listed,
)


class ModuleDocFragment:
    """Options of modules that take the whole model, and of those for one entry."""

    RADOS_NAMESPACES = (
        r"""
options:
  name:
    description: Name of the RADOS namespace.
    type: str
    required: true
  pool:
    description: Block pool, an entry of C(block_pools).
    type: str
  cluster_id:
    description:
      - What storage classes give as C(clusterID). If it is not set, Rook makes one up. Since Rook
        1.18.
    type: str
  name_in_ceph:
    description: Name in Ceph. If it is not set, the name of the object. Since Rook 1.13.
    type: str
  mirroring_mode:
    description: V(pool) or V(image), to mirror it to another cluster. Since Rook 1.16.
    type: str
  mirroring_remote:
    description: Its name there. If it is not set, the same. Since Rook 1.16.
    type: str
"""
        + SPEC
    )

    SUBVOLUME_GROUPS = (
        r"""
options:
  name:
    description: Name of the subvolume group.
    type: str
    required: true
  filesystem:
    description: File system, an entry of C(filesystems).
    type: str
  cluster_id:
    description:
      - What storage classes give as C(clusterID). If it is not set, Rook makes one up. Since Rook
        1.18.
    type: str
  name_in_ceph:
    description: Name in Ceph. If it is not set, the name of the object. Since Rook 1.13.
    type: str
  data_pool:
    description: Name in Ceph of the data pool of its files. Since Rook 1.14.
    type: str
  quota:
    description: How much it may hold, such as V(10Gi). Since Rook 1.14.
    type: str
  pinning:
    description: Which metadata servers look after it, as the resource has it. Since Rook 1.13.
    type: dict
"""
        + SPEC
    )

    NFS = (
        r"""
options:
  name:
    description: Name of the NFS cluster.
    type: str
    required: true
  active:
    description: Number of servers. If it is not set, V(1).
    type: int
  pool:
    description:
      - Pool of what the servers know of their exports. Needed up to Rook 1.6, gone after Rook 1.8.
    type: str
  rados_namespace:
    description: RADOS namespace in O(pool). Needed up to Rook 1.7, gone after Rook 1.8.
    type: str
  log_level:
    description: How much the servers log, such as V(NIV_INFO). Since Rook 1.5.
    type: str
  host_network:
    description:
      - Whether the servers use their nodes' network. If it is not set, as the cluster does. Since
        Rook 1.11.
    type: bool
  port:
    description: Port of the servers. If it is not set, V(2049). Since Rook 1.20.
    type: int
"""
        + SPEC
    )

    NVMEOF_GATEWAYS = (
        r"""
options:
  name:
    description: Name of the gateways.
    type: str
    required: true
  pool:
    description: Block pool, an entry of C(block_pools).
    type: str
  group:
    description: Group of gateways that serve the same devices.
    type: str
  instances:
    description: Number of gateways. If it is not set, V(1).
    type: int
  image:
    description: Image of the gateways.
    type: str
  host_network:
    description:
      - Whether the gateways use their nodes' network. If it is not set, as the cluster does.
    type: bool
  ports:
    description: Ports of the gateways.
    type: dict
    suboptions:
      io_port:
        description: Port for data.
        type: int
      gateway_port:
        description: Port for settings.
        type: int
      monitor_port:
        description: Port for the monitor.
        type: int
      discovery_port:
        description: Port for discovery.
        type: int
"""
        + SPEC
    )

    RBD_MIRRORS = (
        r"""
options:
  name:
    description: Name of the mirror.
    type: str
    required: true
  count:
    description: Number of daemons. If it is not set, V(1).
    type: int
  peers:
    description:
      - Names of secrets, each with what another cluster gave to be mirrored. Since Rook 1.5.
    type: list
    elements: str
"""
        + SPEC
    )

    FILESYSTEM_MIRRORS = (
        r"""
options:
  name:
    description: Name of the mirror.
    type: str
    required: true
"""
        + SPEC
    )

    CLIENTS = (
        r"""
options:
  name:
    description: Name of the user.
    type: str
    required: true
  caps:
    description: Rights by the sort of daemon that grants them, such as C(mon) and C(osd).
    type: dict
  name_in_ceph:
    description: Name in Ceph. If it is not set, the name of the object.
    type: str
  secret_name:
    description: Secret for the key. If it is not set, C(rook-ceph-client-NAME). Since Rook 1.17.
    type: str
"""
        + SPEC
    )

    SNAPSHOT_CLASSES = r"""
options:
  name:
    description: Name of the class.
    type: str
    required: true
  type:
    description: Of which volumes, V(rbd), V(cephfs) or, since Rook 1.11, V(nfs).
    type: str
  deletion_policy:
    description:
      - V(Delete) destroys the snapshot with the object that stands for it, V(Retain) keeps it. If
        it is not set, V(Delete).
    type: str
  default:
    description: Whether the class is taken by snapshots that name none.
    type: bool
  parameters:
    description: Further parameters of the driver, over those that are made here.
    type: dict
"""

    DOCUMENTATION = "options:\n" + "".join(
        (
            listed(
                "rados_namespaces",
                "Parts of block pools with volumes of their own.",
                RADOS_NAMESPACES,
            ),
            listed(
                "subvolume_groups",
                "Parts of file systems with volumes of their own.",
                SUBVOLUME_GROUPS,
            ),
            listed("nfs", "Clusters of NFS servers. Since Rook 1.0.", NFS),
            listed(
                "nvmeof_gateways",
                "Gateways for block devices over NVMe-oF. Since Rook 1.19.",
                NVMEOF_GATEWAYS,
            ),
            listed(
                "rbd_mirrors",
                "Daemons that mirror block devices of other clusters. Since Rook 1.4.",
                RBD_MIRRORS,
            ),
            listed(
                "filesystem_mirrors",
                "Daemons that mirror file systems to other clusters. Since Rook 1.6.",
                FILESYSTEM_MIRRORS,
            ),
            listed(
                "clients",
                "Users of Ceph itself, with rights and a key each. Since Rook 1.2.",
                CLIENTS,
            ),
            listed(
                "snapshot_classes",
                "Classes for snapshots of volumes. Kubernetes' snapshot controller and its "
                "definitions have to be there. Since Rook 1.4.",
                SNAPSHOT_CLASSES,
            ),
        )
    )
