# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Every Rook era that can be expressed, as data. Pure.

A later era is a further row. Ranges are those that the releases document, and where they document
no end, the Kubernetes that took away an API that the release needs.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._eras_types import (
    Era,
    Life,
    Version,
    Window,
)

# With a Ceph that knows AES256K keys, Rook allows the older type beside it, because kernels before
# Linux 7.0 need it; Ceph then warns of that on every cluster.
_OLD_KEYS = (
    "AUTH_INSECURE_CLIENT_KEY_TYPE",
    "AUTH_INSECURE_KEYS_ALLOWED",
    "AUTH_INSECURE_KEYS_CREATABLE",
    "AUTH_INSECURE_ROTATING_SERVICE_KEY_TYPE",
)
# Settings of the operator's ConfigMap that 1.20 reads from the OperatorConfig instead.
_MOVED = {"ROOK_CSI_KUBELET_DIR_PATH": "spec.driverSpecDefaults.nodePlugin.kubeletDirPath"}
# Ceph releases that damage data with an era, and how grave that is there.
_BAD: t.Mapping[Version, t.Mapping[Version, str]] = {
    (1, 18): {(20, 2, 0): "warn"},
    (1, 19): {(20, 2, 0): "error"},
    (1, 20): {(20, 2, 0): "error"},
}
_HUB, _QUAY = "ceph/ceph:", "quay.io/ceph/ceph:"

T = t.TypeVar("T")
Steps = t.Sequence[tuple[Version, T]]

# What holds from a release on, the newest first.
_API: Steps[str] = (
    ((0, 9), "ceph.rook.io/v1"),
    ((0, 8), "ceph.rook.io/v1beta1"),
    ((0, 6), "rook.io/v1alpha1"),
)
_FILES: Steps[tuple[str, ...]] = (
    ((1, 5), ("crds.yaml", "common.yaml", "operator.yaml")),
    ((1, 0), ("common.yaml", "operator.yaml")),
    ((0, 8), ("operator.yaml",)),
    ((0, 6), ("rook-operator.yaml",)),
)
_RIGHTS: Steps[tuple[str, ...]] = (((1, 0), ()), ((0, 8), ("cluster.yaml",)), ((0, 6), ()))
_OPERATOR: Steps[str] = (((0, 8), "rook-ceph-operator"), ((0, 6), "rook-operator"))
_CONFIG: Steps[str] = (((1, 2), "rook-ceph-operator-config"), ((0, 6), ""))
_DEFINES: Steps[str] = (
    ((0, 9), "cephclusters.ceph.rook.io"),
    ((0, 8), "clusters.ceph.rook.io"),
    ((0, 6), ""),
)
_NAMESPACES: Steps[tuple[str, str]] = (
    ((1, 0), ("rook-ceph", "rook-ceph")),
    ((0, 8), ("rook-ceph-system", "rook-ceph")),
    ((0, 6), ("rook-system", "rook")),
)
_CHARTS: Steps[tuple[str, ...]] = (
    ((1, 20), ("rook-ceph", "ceph-csi-drivers", "rook-ceph-cluster")),
    ((1, 7), ("rook-ceph", "rook-ceph-cluster")),
    ((0, 8), ("rook-ceph",)),
    ((0, 6), ("rook",)),
)
# Ceph-CSI beside Rook 1.0 was a preview, set up by hand.
_VOLUMES: Steps[tuple[str, ...]] = (
    ((1, 8), ("csi",)),
    ((1, 1), ("csi", "flex")),
    ((0, 6), ("flex",)),
)
_FLEX: Steps[str] = (
    ((1, 8), ""),
    ((0, 8), "ceph.rook.io/block"),
    ((0, 6), "rook.io/block"),
)
_CSI_OPERATOR: Steps[str] = (
    ((1, 20), "required"),
    ((1, 18), "on"),
    ((1, 15), "off"),
    ((0, 6), "none"),
)


def _at(steps: Steps[T], rook: Version) -> T:
    """Return what holds in a release."""
    return next(value for since, value in steps if rook >= since)


def _row(
    rook: Version,
    kubernetes: tuple[int, int | None],
    ceph: tuple[Version, tuple[int, ...], str],
    *,
    ends: bool = False,
) -> Era:
    """Return one row; Kubernetes is given by the second numbers of its releases."""
    first, last = kubernetes
    least, majors, image = ceph
    csi_operator = _at(_CSI_OPERATOR, rook)
    return Era(
        rook=rook,
        api=_at(_API, rook),
        files=_at(_FILES, rook),
        rights=_at(_RIGHTS, rook),
        operator=_at(_OPERATOR, rook),
        config=_at(_CONFIG, rook),
        defines=_at(_DEFINES, rook),
        namespaces=_at(_NAMESPACES, rook),
        charts=_at(_CHARTS, rook),
        volumes=_at(_VOLUMES, rook),
        flex_provisioner=_at(_FLEX, rook),
        kubernetes=Window((1, first), (1, last) if last else None, ends),
        ceph_least=least,
        ceph_majors=majors,
        ceph_image=image,
        ceph_bad=_BAD.get(rook, {}),
        csi_operator=csi_operator,
        publish_secrets=csi_operator in ("on", "required"),
        usual_health=_OLD_KEYS if rook >= (1, 19) else (),
        csi_settings=_MOVED if csi_operator == "required" else {},
    )


_LUMINOUS: tuple[Version, tuple[int, ...], str] = ((12, 2, 0), (12,), "")

ROWS = (
    # Workloads of extensions/v1beta1 until 0.9, definitions of v1beta1 until 1.4, pods' policies in
    # the files until 1.8: Kubernetes ended them with 1.16, 1.22 and 1.25.
    _row((0, 6), (6, 15), _LUMINOUS, ends=True),
    _row((0, 7), (6, 15), _LUMINOUS, ends=True),
    _row((0, 8), (7, 15), _LUMINOUS, ends=True),
    _row((0, 9), (8, 15), ((12, 2, 0), (12, 13), f"{_HUB}v13.2.4-20190109"), ends=True),
    _row((1, 0), (10, 21), ((12, 2, 0), (12, 13, 14), f"{_HUB}v14.2.1-20190430"), ends=True),
    _row((1, 1), (10, 21), ((13, 2, 4), (13, 14), f"{_HUB}v14.2.4-20190917"), ends=True),
    _row((1, 2), (11, 21), ((13, 2, 4), (13, 14), f"{_HUB}v14.2.8"), ends=True),
    _row((1, 3), (11, 21), ((14, 2, 5), (14, 15), f"{_HUB}v14.2.10"), ends=True),
    _row((1, 4), (11, 21), ((14, 2, 5), (14, 15), f"{_HUB}v15.2.8"), ends=True),
    _row((1, 5), (16, 24), ((14, 2, 5), (14, 15), f"{_HUB}v15.2.11"), ends=True),
    _row((1, 6), (16, 24), ((14, 2, 5), (14, 15, 16), f"{_HUB}v15.2.13"), ends=True),
    _row((1, 7), (16, 24), ((14, 2, 5), (14, 15, 16), f"{_QUAY}v16.2.6"), ends=True),
    _row((1, 8), (16, 24), ((15, 2, 0), (15, 16), f"{_QUAY}v16.2.9"), ends=True),
    _row((1, 9), (17, None), ((15, 2, 0), (15, 16, 17), f"{_QUAY}v16.2.10")),
    _row((1, 10), (19, None), ((16, 2, 0), (16, 17), f"{_QUAY}v17.2.5")),
    _row((1, 11), (21, None), ((16, 2, 0), (16, 17), f"{_QUAY}v17.2.6")),
    _row((1, 12), (22, 28), ((16, 2, 0), (16, 17, 18), f"{_QUAY}v17.2.6")),
    _row((1, 13), (23, 29), ((17, 2, 0), (17, 18), f"{_QUAY}v18.2.2")),
    _row((1, 14), (25, 30), ((17, 2, 0), (17, 18), f"{_QUAY}v18.2.4")),
    _row((1, 15), (26, 31), ((17, 2, 0), (17, 18, 19), f"{_QUAY}v18.2.4")),
    _row((1, 16), (27, 32), ((18, 2, 0), (18, 19), f"{_QUAY}v19.2.2")),
    _row((1, 17), (28, 33), ((18, 2, 0), (18, 19), f"{_QUAY}v19.2.3")),
    _row((1, 18), (29, 34), ((18, 2, 0), (18, 19, 20), f"{_QUAY}v19.2.3")),
    _row((1, 19), (30, 35), ((19, 2, 0), (19, 20), f"{_QUAY}v19.2.6")),
    _row((1, 20), (31, 36), ((19, 2, 0), (19, 20), f"{_QUAY}v20.2.4")),
)

_FALSE = ("false", "no", "off", "0", "f", "n")
_CLASS = "storage_classes[*]"

# Life times of the model's variables; the sections of further kinds live as long as their kinds.
VARIABLES = (
    Life("hosts.*.directories", until=(1, 2), word="storage.nodes[].directories"),
    Life("cluster.ceph_image", since=(0, 9), word="cephVersion.image"),
    Life("cluster.ceph_allow_unsupported", since=(0, 9), neutral=_FALSE,
         word="cephVersion.allowUnsupported"),
    Life("cluster.mon_allow_multiple_per_node", since=(0, 8), neutral=_FALSE,
         word="mon.allowMultiplePerNode"),
    Life("cluster.mgr_count", since=(1, 6), neutral=("1",), word="mgr.count"),
    Life("cluster.ceph_config", since=(1, 13), word="cephConfig"),
    Life("cluster.dashboard_enabled", since=(0, 8), neutral=_FALSE, word="dashboard.enabled"),
    Life("cluster.mute_health", since=(1, 0), word="status.ceph"),
    Life("cluster.wipe", since=(1, 4), neutral=("none",), word="cleanupPolicy"),
    Life("block_pools[*].device_class", since=(1, 1), word="deviceClass"),
    Life("block_pools[*].pg_num", since=(1, 3), word="parameters"),
    Life("filesystems[*].data_pools[*].name", since=(1, 8), neutral=("data{place}",),
         word="dataPools[].name"),
    Life("filesystems[*].data_pools[*].device_class", since=(1, 1), word="deviceClass"),
    Life("object_stores[*].data.device_class", since=(1, 1), word="deviceClass"),
    Life("object_stores[*].zone", since=(1, 4), word="zone.name"),
    Life("object_store_users", since=(0, 9), word="CephObjectStoreUser"),
    Life("object_store_users[*].capabilities", since=(1, 8), word="capabilities"),
    Life("object_store_users[*].quotas", since=(1, 8), word="quotas"),
    Life("object_store_users[*].account", since=(1, 20), word="accountRef"),
    Life(f"{_CLASS}.filesystem", since=(1, 1), word="CephFS by CSI"),
    Life(f"{_CLASS}.nfs", since=(1, 9), word="NFS by CSI"),
    Life("snapshot_classes[*].type=nfs", since=(1, 11), word="snapshots of NFS by CSI"),
    Life(f"{_CLASS}.object_store", since=(1, 1), word="ObjectBucketClaim"),
    Life(f"{_CLASS}.driver=flex", until=(1, 7), word="FlexVolume"),
    Life(f"{_CLASS}.driver=csi", since=(1, 1), word="Ceph-CSI"),
    Life(f"{_CLASS}.data_pool", since=(0, 9), word="dataBlockPool"),
    Life(f"{_CLASS}.allow_expansion", since=(1, 2), neutral=_FALSE, word="allowVolumeExpansion"),
)  # fmt: skip

# Settings of the CSI drivers that 1.20 reads from the objects of the CSI operator alone.
_DRIVERS = """
    CSIADDONS_CEPHFS_PROVISIONER_PORT CSIADDONS_PORT CSIADDONS_RBD_PROVISIONER_PORT
    CSI_CEPHFS_ATTACH_REQUIRED CSI_CEPHFS_FSGROUPPOLICY CSI_CEPHFS_LIVENESS_METRICS_PORT
    CSI_CEPHFS_PLUGIN_NODE_AFFINITY CSI_CEPHFS_PLUGIN_RESOURCE CSI_CEPHFS_PLUGIN_TOLERATIONS
    CSI_CEPHFS_PLUGIN_UPDATE_STRATEGY CSI_CEPHFS_PLUGIN_UPDATE_STRATEGY_MAX_UNAVAILABLE
    CSI_CEPHFS_PLUGIN_VOLUME CSI_CEPHFS_PLUGIN_VOLUME_MOUNT CSI_CEPHFS_PROVISIONER_NODE_AFFINITY
    CSI_CEPHFS_PROVISIONER_RESOURCE CSI_CEPHFS_PROVISIONER_TOLERATIONS CSI_CLUSTER_NAME
    CSI_ENABLE_CEPHFS_SNAPSHOTTER CSI_ENABLE_CROSS_NAMESPACE_VOLUME_DATA_SOURCE
    CSI_ENABLE_CSIADDONS CSI_ENABLE_ENCRYPTION CSI_ENABLE_HOST_NETWORK CSI_ENABLE_LIVENESS
    CSI_ENABLE_METADATA CSI_ENABLE_NFS_SNAPSHOTTER CSI_ENABLE_OMAP_GENERATOR
    CSI_ENABLE_RBD_SNAPSHOTTER CSI_ENABLE_TOPOLOGY CSI_ENABLE_VOLUME_GROUP_SNAPSHOT
    CSI_FORCE_CEPHFS_KERNEL_CLIENT CSI_GRPC_TIMEOUT_SECONDS CSI_KUBE_API_BURST CSI_KUBE_API_QPS
    CSI_LEADER_ELECTION_LEASE_DURATION CSI_LEADER_ELECTION_RENEW_DEADLINE
    CSI_LEADER_ELECTION_RETRY_PERIOD CSI_LOG_LEVEL CSI_NFS_ATTACH_REQUIRED CSI_NFS_FSGROUPPOLICY
    CSI_NFS_PLUGIN_NODE_AFFINITY CSI_NFS_PLUGIN_RESOURCE CSI_NFS_PLUGIN_TOLERATIONS
    CSI_NFS_PLUGIN_UPDATE_STRATEGY CSI_NFS_PLUGIN_VOLUME CSI_NFS_PLUGIN_VOLUME_MOUNT
    CSI_NFS_PROVISIONER_NODE_AFFINITY CSI_NFS_PROVISIONER_RESOURCE
    CSI_NFS_PROVISIONER_TOLERATIONS CSI_PLUGIN_ENABLE_SELINUX_HOST_MOUNT
    CSI_PLUGIN_NODE_AFFINITY CSI_PLUGIN_PRIORITY_CLASSNAME CSI_PLUGIN_TOLERATIONS
    CSI_PROVISIONER_NODE_AFFINITY CSI_PROVISIONER_PRIORITY_CLASSNAME CSI_PROVISIONER_TOLERATIONS
    CSI_RBD_ATTACH_REQUIRED CSI_RBD_FSGROUPPOLICY CSI_RBD_LIVENESS_METRICS_PORT
    CSI_RBD_PLUGIN_NODE_AFFINITY CSI_RBD_PLUGIN_RESOURCE CSI_RBD_PLUGIN_TOLERATIONS
    CSI_RBD_PLUGIN_UPDATE_STRATEGY CSI_RBD_PLUGIN_UPDATE_STRATEGY_MAX_UNAVAILABLE
    CSI_RBD_PLUGIN_VOLUME CSI_RBD_PLUGIN_VOLUME_MOUNT CSI_RBD_PROVISIONER_NODE_AFFINITY
    CSI_RBD_PROVISIONER_RESOURCE CSI_RBD_PROVISIONER_TOLERATIONS CSI_SIDECAR_LOG_LEVEL
    CSI_TOPOLOGY_DOMAIN_LABELS ROOK_CSIADDONS_IMAGE
    ROOK_CSI_ATTACHER_IMAGE ROOK_CSI_CEPHFS_POD_LABELS ROOK_CSI_CEPH_IMAGE
    ROOK_CSI_DISABLE_DRIVER ROOK_CSI_IMAGE_PULL_POLICY ROOK_CSI_NFS_POD_LABELS
    ROOK_CSI_PROVISIONER_IMAGE ROOK_CSI_RBD_POD_LABELS ROOK_CSI_REGISTRAR_IMAGE
    ROOK_CSI_RESIZER_IMAGE ROOK_CSI_SNAPSHOTTER_IMAGE
"""

# Settings of the operator that are known to have come or gone.
SETTINGS = (
    Life("RBAC_ENABLED", until=(0, 7)),
    Life("ROOK_REPO_PREFIX", until=(0, 6)),
    Life("FLEXVOLUME_DIR_PATH", until=(1, 7)),
    Life("AGENT_TOLERATION", since=(0, 7), until=(1, 7)),
    Life("AGENT_TOLERATION_KEY", since=(0, 7), until=(1, 7)),
    Life("AGENT_TOLERATIONS", since=(0, 9), until=(1, 7)),
    Life("AGENT_MOUNTS", since=(0, 9), until=(1, 7)),
    Life("AGENT_MOUNT_SECURITY_MODE", since=(0, 9), until=(1, 7)),
    Life("LIB_MODULES_DIR_PATH", since=(0, 8), until=(1, 7)),
    Life("ROOK_MON_HEALTHCHECK_INTERVAL", until=(1, 3)),
    Life("ROOK_MON_OUT_TIMEOUT", until=(1, 3)),
    Life("ROOK_CEPH_STATUS_CHECK_INTERVAL", since=(1, 0), until=(1, 3)),
    Life("ROOK_ALLOW_MULTIPLE_FILESYSTEMS", since=(0, 8), until=(1, 6)),
    Life("ROOK_HOSTPATH_REQUIRES_PRIVILEGED", since=(0, 8)),
    Life("ROOK_ENABLE_SELINUX_RELABELING", since=(0, 9)),
    Life("ROOK_ENABLE_FSGROUP", since=(0, 9)),
    Life("ROOK_CURRENT_NAMESPACE_ONLY", since=(1, 0)),
    Life("ROOK_DISABLE_DEVICE_HOTPLUG", since=(1, 0)),
    Life("ROOK_ENABLE_FLEX_DRIVER", since=(1, 1), until=(1, 7)),
    Life("ROOK_CSI_ENABLE_RBD", since=(1, 1), until=(1, 19)),
    Life("ROOK_CSI_ENABLE_CEPHFS", since=(1, 1), until=(1, 19)),
    Life("ROOK_CSI_ENABLE_NFS", since=(1, 9), until=(1, 19)),
    Life("ROOK_CSI_KUBELET_DIR_PATH", since=(1, 1)),
    *(Life(name, until=(1, 19), word="OperatorConfig and Driver") for name in _DRIVERS.split()),
    Life("ROOK_CSI_ENABLE_GRPC_METRICS", until=(1, 12)),
    Life("ROOK_DISABLE_ADMISSION_CONTROLLER", until=(1, 12)),
    Life("CSI_ENABLE_READ_AFFINITY", until=(1, 13), word="csi.readAffinity of the cluster"),
    Life("CSI_CRUSH_LOCATION_LABELS", until=(1, 13), word="csi.readAffinity of the cluster"),
    Life("ROOK_CSI_ALLOW_UNSUPPORTED_VERSION", until=(1, 14)),
    Life("CSI_DISABLE_HOLDER_PODS", since=(1, 14), until=(1, 15)),
    Life("ROOK_WATCH_FOR_NODE_FAILURE", since=(1, 12), until=(1, 18)),
    Life("ROOK_ENABLE_DISCOVERY_DAEMON", since=(1, 1)),
    Life("ROOK_UNREACHABLE_NODE_TOLERATION_SECONDS", since=(1, 2)),
    Life("ROOK_OBC_WATCH_OPERATOR_NAMESPACE", since=(1, 3)),
    Life("ROOK_CEPH_COMMANDS_TIMEOUT_SECONDS", since=(1, 7)),
    Life("ROOK_CEPH_ALLOW_LOOP_DEVICES", since=(1, 10)),
    Life("CSI_DRIVER_NAME_PREFIX", since=(1, 13)),
    Life("ROOK_OBC_PROVISIONER_NAME_PREFIX", since=(1, 14)),
    Life("ROOK_USE_CSI_OPERATOR", since=(1, 15), until=(1, 19)),
    Life("ROOK_ENFORCE_HOST_NETWORK", since=(1, 15)),
    Life("ROOK_REVISION_HISTORY_LIMIT", since=(1, 15)),
    Life("ROOK_CUSTOM_HOSTNAME_LABEL", since=(1, 17)),
    Life("ROOK_OBC_ALLOW_ADDITIONAL_CONFIG_FIELDS", since=(1, 17)),
    Life("ROOK_CEPH_MON_RUN_AS_ROOT", since=(1, 17)),
    Life("ROOK_SKIP_OSD_TOPOLOGY_CHECK", since=(1, 18)),
    Life("ROOK_RECONCILE_CONCURRENT_CLUSTERS", since=(1, 19)),
    Life("ROOK_DELETE_UNUSED_CRUSH_RULES", since=(1, 20)),
)
