# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Signatures of what a Ceph cluster suffers from until it has mons. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    SAID,
    Signature,
    sign,
)

_MONS = r"/rook-ceph-mon"
# Half of the mons, or more, are down; fewer leave a quorum.
_MOST = r"\b(1/[12]|2/[2-4]|3/[3-6]|4/[4-8]|5/([5-9]|10)|[6-9]/[6-9])\b"
_NO_MON = (
    "MON-KEYRING", "MON-DATA-LOST", "MONS-UNSCHEDULED", "MONS-MANY", "NODE-DOWN", "OPEN-FILES",
    "MON-DISK", "POD-MEMORY", "MON-VOLATILE", "POD-NETWORK", "IMAGE-PULL",
)  # fmt: skip

CLUSTER = (
    Signature(
        "CEPH-VERSION",
        "This Rook does not support this Ceph",
        "The version of Ceph in the image is older or newer than the operator accepts.",
        "Set rook_cluster_ceph_image to a version for the release in rook_version (the eras guide "
        "has the table), or rook_cluster_ceph_allow_unsupported for a test.",
        "Rook: pkg/operator/ceph/version; rule VER-02",
        some=(
            sign(SAID, r"does not meet the minimum version", 3),
            sign(SAID, r"allowUnsupported must be set to true|unsupported ceph version", 3),
        ),
        since=(0, 9),
    ),
    Signature(
        "CEPH-DETECTION",
        "The operator cannot ask the image for its Ceph version",
        "The job rook-ceph-detect-version did not end well.",
        "Look at that job's pod: an image that is not pulled, a taint or a missing right keeps it.",
        "Rook: pkg/operator/ceph/controller/version.go",
        some=(
            sign(SAID, r"failed to complete ceph version job", 2),
            sign(SAID, r"ceph version job returned failure with retcode", 2),
        ),
        since=(0, 9),
        follows=(
            "IMAGE-WRONG",
            "IMAGE-DENIED",
            "IMAGE-UNREACHABLE",
            "IMAGE-PULL",
            "POD-TAINT",
            "POD-RESOURCES",
            "POD-SECURITY",
            "ACCOUNT-MISSING",
            "ARCHITECTURE",
            "POD-NETWORK",
        ),
    ),
    Signature(
        "CEPH-DOWNGRADE",
        "Ceph would be downgraded",
        "The image has an older Ceph than the one that runs; Ceph cannot go back.",
        "Set rook_cluster_ceph_image to the running version or a newer one.",
        "Rook: ceph-upgrade",
        some=(sign(SAID, r"image .*is a downgrade from|downgrade.*not supported", 3),),
        since=(0, 9),
    ),
    Signature(
        "UPGRADE-UNHEALTHY",
        "An upgrade waits for Ceph's health",
        "Rook does not upgrade a cluster that is in HEALTH_ERR.",
        "Cure what Ceph complains of. skipUpgradeChecks in rook_cluster_spec goes on regardless, "
        "at the data's risk.",
        "Rook: ceph-upgrade, health verification",
        some=(
            sign(SAID, r"ceph status in namespace \S+ is unhealthy|upgrade .*cluster is unhealthy"),
            sign(SAID, r"status .*is not healthy.*refusing to upgrade", 3),
        ),
        since=(1, 1),
    ),
    Signature(
        "CLUSTER-TWICE",
        "Two CephClusters share a namespace",
        "Rook looks after one CephCluster in a namespace.",
        "Remove the second one, or give it a namespace of its own (rook_namespace).",
        "Rook: pkg/operator/ceph/cluster/controller.go; rule API-12",
        some=(
            sign(SAID, r"more than one (CephCluster found in the|ceph cluster in) namespace", 3),
            sign(SAID, r"only one cluster cr per namespace is supported", 3),
        ),
        since=(0, 9),
    ),
    Signature(
        "DIRECTORIES-REFUSED",
        "OSDs on directories are refused",
        "The release has no OSDs on host directories any more.",
        "Use devices (rook_node_devices); directories end with Rook 1.2.",
        "Rook 1.3 release notes; rule API-03",
        some=(
            sign(SAID, r"(directories|directory).*(no longer|not) (be )?supported", 3),
            sign(SAID, r"unknown field \\?\"spec\.storage\.(nodes\[\d+\]\.)?directories", 3),
        ),
        since=(1, 3),
    ),
    Signature(
        "CLUSTER-EXTERNAL",
        "The details of an external cluster are missing",
        "The operator waits for Secrets and ConfigMaps that upstream's import script makes.",
        "Run create-external-cluster-resources.py on the provider and import-external-cluster.sh "
        "here, in the namespace of the CephCluster.",
        "Rook: external cluster, import",
        some=(
            sign(SAID, r"waiting for connection info of the external cluster", 3),
            sign(SAID, r"failed to (find|validate) .*external (cluster|ceph)", 2),
        ),
        since=(1, 1),
    ),
    Signature(
        "KMS-INVALID",
        "The key management is not usable",
        "The connection to the service that keeps the keys of encrypted OSDs is not valid.",
        "Correct security.kms in rook_cluster_spec: address, certificates and the Secret with the "
        "token.",
        "Rook: key management system",
        some=(
            sign(SAID, r"failed to validate kms connection details", 3),
            sign("prepare daemon", r"failed to (get|set|store) .*(kms|kek|encryption key)", 2),
        ),
        since=(1, 5),
    ),
    Signature(
        "MULTUS-MISSING",
        "A network attachment is missing",
        "The cluster is to use Multus, and a NetworkAttachmentDefinition or Multus itself is "
        "missing.",
        "Make the attachments that network.selectors in rook_cluster_spec names, in the same "
        "namespace, and install Multus on every node.",
        "Rook: multus, prerequisites; rule NET-04",
        some=(
            sign(
                SAID,
                r"network-?attachment-?definitions?.*(not found|no matches for kind|failed)",
                3,
            ),
            sign("event", r"FailedCreatePodSandBox.*multus", 2),
        ),
        since=(1, 1),
    ),
    Signature(
        "MONS-MANY",
        "There are fewer nodes than mons",
        "Each mon wants a node of its own.",
        "Lower rook_cluster_mon_count, add nodes, or set rook_cluster_mon_allow_multiple_per_node "
        "for a test.",
        "Rook: pkg/operator/ceph/cluster/cluster.go; rules MON-02, MON-03",
        some=(
            sign(SAID, r"cannot start \d+ mons on \d+ node", 3),
            sign(SAID, r"refusing to deploy \d+ monitors on the same host", 3),
            sign(SAID, r"no nodes available for mon placement", 3),
        ),
    ),
    Signature(
        "MONS-UNSCHEDULED",
        "Mons find no node",
        "The scheduler finds no node for a mon or the canary that looks for its place: anti-"
        "affinity, taints or labels leave none.",
        "Add nodes, correct placement.mon in rook_cluster_spec, or lower rook_cluster_mon_count.",
        "Rook: ceph-common-issues, monitors; rule MON-02",
        some=(
            sign("pod event", r"didn't match pod anti-?affinity", 3, _MONS),
            sign("pod event", r"didn't match Pod's node affinity", 3, _MONS),
            sign(SAID, r"failed to schedule canary pod|canary pod scheduling failed retries", 2),
        ),
        follows=("POD-TAINT", "POD-RESOURCES", "NODE-DOWN", "MONS-MANY", "CLAIM-CLASS"),
    ),
    Signature(
        "MON-KEYRING",
        "A mon finds the data of an older cluster",
        "The directory for Rook's data on the host belongs to a cluster that was removed.",
        "If the older cluster is gone for good, run its teardown.yml, or empty "
        "rook_node_data_dir_host_path on every host, those that are no longer in the inventory "
        "too; then run site.yml. Without these files its OSDs cannot be read any more.",
        "Rook: ceph-common-issues, monitors; rook issues 1155, 6922",
        some=(
            sign("pod daemon operator", r"keyring does not match the existing keyring", 3),
            sign("daemon", r"mon\.\w+.*(fsid .* does not match|unmatching fsid)", 3),
        ),
    ),
    Signature(
        "MON-DATA-LOST",
        "A mon's data is gone",
        "The mon's store is empty or incomplete: its directory was removed while the cluster "
        "lives, or its disk was exchanged.",
        "Let the other mons form a quorum: the operator then replaces this one. Without a quorum "
        "restore it from a healthy mon (Rook's disaster recovery).",
        "Rook: disaster-recovery, restoring mon quorum",
        some=(
            sign("daemon pod", r"monitor data directory at '\S+' does not exist", 3),
            sign("daemon pod", r"(mon|store)\S*: .*(store\.db.*(missing|corrupt)|Corruption:)", 3),
        ),
    ),
    Signature(
        "MON-QUORUM",
        "The mons have no quorum",
        "Fewer than half of the mons reach each other, so every command to Ceph waits.",
        "Look at the mons' pods and nodes; let ports 3300, 6789 and 6800 to 7300 pass between "
        "nodes, with one MTU. If a majority is lost, restore the quorum from one healthy mon "
        "(kubectl rook-ceph mons restore-quorum).",
        "Rook: ceph-common-issues, monitors; disaster-recovery",
        some=(
            sign("health", rf"^MON_DOWN.*{_MOST}", 2),
            sign("operator", r"mon quorum status failed|failed to get mon quorum status", 2),
            sign("operator csi daemon", r"authenticate timed out after \d+", 2),
            sign(SAID, r"failed to wait for mon quorum", 2),
        ),
        follows=_NO_MON,
    ),
    Signature(
        "MON-DOWN",
        "A mon is down",
        "A mon does not answer the others. They still have a quorum, and may lose it with the next "
        "one.",
        "Look at the mon's pod and node. The operator replaces a mon that stays away for ten "
        "minutes, where another node can take it.",
        "Ceph: health checks, MON_DOWN; Rook: mon health",
        some=(sign("health", rf"^MON_DOWN(?!.*{_MOST})", 2),),
        follows=_NO_MON,
    ),
    Signature(
        "MON-CLOCK",
        "The clocks of the mons differ",
        "Two hosts with mons differ by more than 0.05 s.",
        "Run an NTP client such as chrony on every node (rook_node_packages), and wait until it is "
        "in step.",
        "Ceph: health checks, MON_CLOCK_SKEW",
        some=(sign("health", r"^MON_CLOCK_SKEW", 3), sign("daemon", r"clock skew .*s > max", 3)),
    ),
    Signature(
        "MON-DISK",
        "A mon's disk is nearly full",
        "Less than 30 % of the file system with the mon's data is free; at 5 % the mon stops.",
        "Free space in the file system of rook_node_data_dir_host_path, or move it to a larger one "
        "before the cluster is made anew.",
        "Ceph: health checks, MON_DISK_LOW",
        some=(
            sign("health", r"^MON_DISK_(LOW|CRIT|BIG)", 3),
            sign("daemon", r"mon\.\w+.*(reached critical levels of available space)", 3),
        ),
    ),
    Signature(
        "MON-VOLATILE",
        "Mons lose their data with their pods",
        "Without a directory on the host the mons of this release keep their data in the pod.",
        "Set rook_node_data_dir_host_path, and make the cluster anew.",
        "Rook 0.7: common-problems; rule NODE-13",
        every=(sign("status", r"spec\.dataDirHostPath is not set", 3),),
        until=(0, 8),
    ),
    Signature(
        "MON-CLAIM",
        "A mon's claim is not bound",
        "The mons are to live on claims, and the class of the claims gives none.",
        "Correct mon.volumeClaimTemplate in rook_cluster_spec; its class must not be one of this "
        "very cluster.",
        "Rook: CephCluster on PVCs; rule MON-06",
        some=(
            sign("status", r"phase Pending", 2, r"^PersistentVolumeClaim/\S+/rook-ceph-mon-"),
            sign("pod event", r"unbound immediate PersistentVolumeClaims", 2, _MONS),
        ),
        since=(1, 1),
        follows=("CLAIM-CLASS",),
    ),
    Signature(
        "CLUSTER-GIVEN-UP",
        "The operator has given up the cluster",
        "An operator of this release tries for five minutes and then never again, whatever is "
        "corrected later; pools and file systems wait for ever.",
        "Cure the error before it, then remove the Cluster and run site.yml, or restart the "
        "operator's pod.",
        "Rook 0.7: pkg/operator/cluster/controller.go",
        some=(sign(SAID, r"giving up creating cluster in namespace", 3),),
        until=(1, 2),
        follows=("DIRECTORY-NAME", "MON-KEYRING", "MON-QUORUM", "MONS-MANY", "IMAGE-WRONG"),
    ),
    Signature(
        "DIRECTORY-NAME",
        "A directory's name makes no volume name",
        "This release makes the name of a volume from the directory's path, and Kubernetes takes "
        "only small letters, digits and '-'.",
        "Rename the directory in rook_node_directories, such as /vol_b to /volb; then remove the "
        "Cluster and run site.yml.",
        "Rook 0.7: pkg/operator/k8sutil/volume.go; rule NAME-01",
        some=(
            sign("operator event", r"osd.*(DNS-1123 label must consist|a valid DNS-1123)", 3),
            sign(
                "operator event",
                r"volumes\[\d+\]\.name: Invalid value.*DNS-1123",
                3,
            ),
        ),
        until=(0, 9),
    ),
    Signature(
        "MONITORING-MISSING",
        "The Prometheus operator is missing",
        "Monitoring is enabled and the API does not know ServiceMonitors.",
        "Install the Prometheus operator first, or set monitoring.enabled to false in "
        "rook_cluster_spec.",
        "Rook: Prometheus monitoring; rule CSI-05",
        some=(
            sign(SAID, r"no matches for kind \"?(ServiceMonitor|PrometheusRule)\"?", 3),
            sign(SAID, r"failed to (create|retrieve|enable) .*servicemonitor", 2),
        ),
        since=(1, 1),
    ),
)
