# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Signatures of claims and mounts: CSI, and FlexVolume before it. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    Signature,
    sign,
)

_SICK = (
    "PG-IMPOSSIBLE", "PG-INACTIVE", "MON-QUORUM", "OSD-NONE", "OSD-DOWN", "OSD-FULL", "FS-NO-MDS",
    "MGR-DOWN", "SLOW-OPS", "NODE-DOWN",
)  # fmt: skip
_MOUNT = "event kubelet csi"
# Probes and pulls of images end at their time limits, too.
_OF_VOLUME = r"(volume|mount|attach|provision|snapshot).*"

VOLUMES = (
    Signature(
        "CSI-UNREGISTERED",
        "A driver is not registered on a node",
        "The driver's node plugin does not run there, or registers in a directory that the kubelet "
        "does not look into.",
        "Look at the driver's pod on that node. Set rook_kubelet_root_dir to the kubelet's own "
        "root directory, and run site.yml.",
        "Rook: ceph-csi drivers; rook issues 8791, 4345, 3868",
        some=(sign(_MOUNT, r"not found in the list of registered CSI drivers", 3),),
        since=(1, 0),
        follows=("POD-TAINT", "POD-SECURITY", "IMAGE-PULL", "CSI-MISSING"),
    ),
    Signature(
        "CSI-MISSING",
        "Nobody serves the driver of a class",
        "A claim waits for a driver that is not installed. From Rook 1.20 on drivers are no part "
        "of the operator.",
        "Run site.yml: it applies the Driver objects (or the chart rook_operator_drivers_chart), "
        "and corrects the driver in rook_storage_classes.",
        "Rook 1.20: upgrade guide; rook issues 17644, 18040; rule CSI-02",
        some=(sign("absent", r"names this driver and there is no CSIDriver", 3),),
        since=(1, 0),
        follows=("OPERATOR-MISSING", "OPERATOR-CRASH", "KIND-UNKNOWN", "ACCOUNT-MISSING"),
    ),
    Signature(
        "CSI-BUSY",
        "An operation on a volume is under way for too long",
        "CSI waits for an earlier operation on the same volume, which waits for Ceph.",
        "Cure Ceph first. If Ceph is well, restart the driver's provisioner pods; for a mount the "
        "node plugin's pod.",
        "Rook: ceph-csi common issues",
        some=(sign(_MOUNT, r"an operation with the given Volume ID \S+ already exists", 2, "", 2),),
        since=(1, 0),
        follows=(*_SICK, "CSI-TIMEOUT", "IO-STUCK"),
    ),
    Signature(
        "CSI-CLUSTER",
        "A class names a cluster that CSI does not know",
        "clusterID is not the namespace of the CephCluster (or of a rados namespace or subvolume "
        "group), or the operator has not yet told CSI of the mons.",
        "Correct the class in rook_storage_classes and run site.yml.",
        "Rook: storage class example; rule NAME-07",
        some=(sign(_MOUNT, r"missing configuration for cluster ID", 3),),
        since=(1, 0),
    ),
    Signature(
        "CSI-SECRET",
        "CSI does not find its Secret",
        "The class names a Secret that does not exist in that namespace.",
        "Correct the class in rook_storage_classes; the operator makes rook-csi-rbd-provisioner "
        "and the others once the mons have a quorum.",
        "Rook: storage class example",
        some=(sign(_MOUNT, r"\brook-csi-[\w-]+\"? not found", 3),),
        since=(1, 0),
        follows=("MON-QUORUM",),
    ),
    Signature(
        "CSI-POOL",
        "A class names a pool or file system that does not exist",
        "Ceph has no pool or file system of this name.",
        "Make it (rook_storage_block_pools, rook_storage_filesystems), or correct the class in "
        "rook_storage_classes.",
        "Rook: storage class example",
        some=(
            sign(_MOUNT, r"pool not found|pool \S+ (does not exist|not found)", 3),
            sign(_MOUNT, r"filesystem '?\"?[\w.-]+'?\"? not found", 3),
            sign(_MOUNT, r"failed to get (fscID|filesystem ID).*not found", 3),
        ),
        since=(1, 0),
    ),
    Signature(
        "CSI-TIMEOUT",
        "CSI gets no answer from Ceph",
        "The driver's calls end at their time limit: Ceph is slow, or its mons are not reached "
        "from where the driver runs.",
        "Look at Ceph's health; let ports 3300 and 6789 pass from every node to the mons.",
        "Rook: ceph-csi common issues",
        some=(
            # Sidecars ask the API, too.
            sign(
                "csi",
                r"^(?!.*(resource lock|/leases/)).*(DeadlineExceeded|context deadline exceeded)",
                1,
            ),
            sign("event kubelet", rf"{_OF_VOLUME}(DeadlineExceeded|context deadline exceeded)", 1),
            sign(_MOUNT, r"mount error 110|rados: ret=-110", 2),
            sign("csi", r"connection timed out", 2),
            sign("event kubelet", rf"{_OF_VOLUME}connection timed out", 2),
        ),
        since=(1, 0),
        follows=(*_SICK, "LEADER-LOST", "NAME-UNRESOLVED"),
    ),
    Signature(
        "CSI-DENIED",
        "Ceph refuses CSI's key",
        "The user of the Secret lacks rights, or its key is of another cluster.",
        "Restart the operator, which makes the users again; with an external cluster run "
        "upstream's import script with --upgrade.",
        "Rook: ceph-csi common issues; external cluster, upgrade",
        some=(
            sign(
                _MOUNT,
                r"mount error 13|rados: ret=-(1|13), (Operation not permitted|Permission)",
                3,
            ),
            sign("csi event agent", r"\(13\) Permission denied|\(1\) Operation not permitted", 2),
        ),
        follows=("KEYS-NEW",),
    ),
    Signature(
        "CSI-ATTACHED",
        "A volume is still attached to another node",
        "A volume for one node is wanted on a second one while the first still has it, mostly "
        "because that node was lost.",
        "If the node is lost and known to be off, taint it with "
        "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute; otherwise delete the old pod. "
        "Two nodes that write to one volume destroy it.",
        "Rook: ceph-csi common issues, node loss",
        some=(sign("event", r"Multi-Attach error for volume", 3),),
        follows=("NODE-DOWN",),
    ),
    Signature(
        "CSI-IN-USE",
        "An image is used elsewhere",
        "An image has a watcher: another node has it mapped, or was lost while it had.",
        "Find the watcher with 'rbd status POOL/IMAGE'; if that node is surely dead, 'ceph osd "
        "blocklist add' its address.",
        "Rook: ceph-csi common issues",
        some=(
            sign(
                _MOUNT, r"rbd (image )?\S+ is still being used|image has watchers|has watchers", 3
            ),
            sign("event csi", r"VolumeFailedDelete.*(still in use|in use)", 2),
        ),
        follows=("NODE-DOWN",),
    ),
    Signature(
        "RBD-MODULE",
        "A kernel has no rbd",
        "The node's kernel has no module for RADOS block devices, or it is not loaded.",
        "Name rbd in rook_node_modules and run site.yml; on a kernel without it use CephFS, or "
        "another kernel.",
        "Rook: prerequisites, RBD; rule NODE-02",
        some=(
            sign("csi agent event kubelet", r"Module rbd not found|modprobe rbd.*(exit|failed)", 3),
            sign("csi agent event", r"modprobe: (FATAL|ERROR):.*\brbd\b", 3),
        ),
    ),
    Signature(
        "CEPHFS-MODULE",
        "A kernel has no ceph",
        "The node's kernel has no module for CephFS.",
        "Name ceph in rook_node_modules and run site.yml, or use the FUSE client (mounter: fuse in "
        "the parameters of the class).",
        "Rook: prerequisites, CephFS; rule NODE-02",
        some=(
            sign("csi agent event kubelet", r"unknown filesystem type '?\"?ceph", 3),
            sign("csi agent event", r"Module ceph not found", 3),
        ),
    ),
    Signature(
        "KERNEL-FEATURES",
        "A kernel is too old for the cluster",
        "The kernel's client lacks features that the pool's rules or the image ask for.",
        "Take a newer kernel; or leave imageFeatures at layering in rook_storage_classes, and run "
        "'ceph osd crush tunables bobtail' for a kernel before 3.15.",
        "Rook 0.7: common-problems; rules NODE-03, NODE-04",
        some=(
            sign("kernel agent", r"feature set mismatch", 3),
            sign("csi event", r"RBD image feature set mismatch|image uses unsupported features", 3),
        ),
    ),
    Signature(
        "SNAPSHOT-CONTROLLER",
        "Nobody makes snapshots",
        "The definitions or the controller of snapshots are missing, or of another version.",
        "Install the snapshot controller and its definitions, then run site.yml again.",
        "Rook: snapshots; rule CSI-01",
        some=(
            sign("status", r"no status yet", 2, "^VolumeSnapshot/"),
            sign("csi operator event", r"no matches for kind \"?VolumeSnapshot", 3),
            sign("csi", r"could not find the requested resource.*volumesnapshot", 3),
        ),
        since=(1, 1),
    ),
    Signature(
        "SNAPSHOT-FAILED",
        "A snapshot cannot be made",
        "The driver refuses the snapshot; its class or the volume does not allow it.",
        "Correct the class in rook_storage_snapshot_classes: driver and Secret have to be those of "
        "the volume's class.",
        "Rook: snapshots",
        some=(
            sign("event csi", r"SnapshotContentCreationFailed|Failed to (create|set) snapshot", 2),
            sign("status", r"error: .*snapshot", 2, "^VolumeSnapshot"),
        ),
        since=(1, 1),
        follows=("CSI-SECRET", "CSI-CLUSTER", "SNAPSHOT-CONTROLLER", *_SICK),
    ),
    Signature(
        "RESIZE-REFUSED",
        "A claim cannot grow",
        "The class does not allow it, or names no Secret for it; FlexVolume never does.",
        "Set allow_expansion in rook_storage_classes.",
        "Rook: storage class example",
        some=(
            sign("event csi", r"must support resize", 3),
            sign("csi event", r"controller-expand-secret-name.*(not|missing)", 3),
        ),
    ),
    Signature(
        "CLAIM-CLASS",
        "A claim names no class that exists",
        "The class of the claim does not exist, or there is no default class.",
        "Make the class (rook_storage_classes, default: true for the default one), or correct the "
        "claim.",
        "Kubernetes: persistent volumes, class",
        some=(
            sign("event", r"storageclass(\.storage\.k8s\.io)? \"?\S+\"? not found", 3),
            sign("event", r"no persistent volumes available.*and no storage class is set", 3),
        ),
    ),
    Signature(
        "FUSE-GONE",
        "A FUSE client has ended under its pods",
        "The process behind a mount is gone, mostly because the driver's pod was replaced.",
        "Delete the pods that use the mount: they get a new one.",
        "ceph-csi: FUSE recovery",
        some=(sign("event kubelet csi pod daemon", r"Transport endpoint is not connected", 3),),
    ),
    Signature(
        "IO-STUCK",
        "Processes on a node wait for storage for ever",
        "Mounts, unmounts or writers hang in the kernel, because Ceph does not answer them.",
        "Cure Ceph's placement groups first; then restart the node plugin's pod on that node. A "
        "process that waits for a pool that is gone ends only with the node.",
        "Rook: ceph-csi common issues",
        some=(
            sign("kernel", r"task (mount|umount|rbd|mkfs\S*|ceph-fuse|dd|cp|sync)\S* blocked for"),
            sign("kernel", r"task (kworker|jbd2|xfsaild)/\S+ blocked for more than", 1),
        ),
        follows=("PG-IMPOSSIBLE", "PG-INACTIVE", "MON-QUORUM", "OSD-DOWN", "XFS-DEADLOCK"),
    ),
    Signature(
        "XFS-DEADLOCK",
        "XFS on RBD hangs a node with OSDs",
        "With a kernel before 5.6, XFS on a block device of Ceph can wait for memory that an OSD "
        "on the same node would free.",
        "Take a kernel of 5.6 or newer, or ext4 (csi.storage.k8s.io/fstype in parameters of "
        "rook_storage_classes).",
        "Rook: ceph-common-issues; rule NODE-03",
        every=(sign("kernel", r"task \S*(xfs|kworker|ceph-osd|bstore)\S* blocked for more than"),),
        some=(sign("kernel", r"xfs_|xfsaild|xfs-", 1),),
        since=(1, 0),
    ),
    Signature(
        "MOUNT-LOST",
        "A kernel lost the mons under a mount",
        "The network went before the mount did: a node that is shut down without being drained "
        "hangs there.",
        "Drain nodes before a reboot; force the one that hangs.",
        "Rook: ceph-common-issues; rook pull 1506",
        some=(
            sign("kernel", r"libceph: .*(connect|socket).* error -101|libceph.*connect.*-113", 3),
        ),
    ),
    Signature(
        "FLEX-PLUGIN",
        "The kubelet finds no plugin for FlexVolume",
        "The kubelet looks for plugins in another directory than the agent puts its plugin into.",
        "Set rook_kubelet_volume_plugin_dir and run site.yml: role rook_kubelet makes kubelets and "
        "operator agree. Before Kubernetes 1.8 the kubelet has to be restarted once the agent "
        "runs.",
        "Rook 0.8: flexvolume; rook issues 1127, 1501, 1790",
        some=(sign("event kubelet", r"no volume plugin matched", 3),),
    ),
    Signature(
        "FLEX-READ-ONLY",
        "The directory for plugins is read-only",
        "The default directory for plugins lies on a file system that cannot be written to.",
        "Set rook_kubelet_volume_plugin_dir to /var/lib/kubelet/volumeplugins and run site.yml.",
        "Rook 0.8: flexvolume; rook issue 1120",
        some=(
            sign(
                "pod agent event kubelet",
                r"(mkdir )?/usr/libexec/kubernetes\S*:? .*read-only file system",
                3,
            ),
        ),
    ),
    Signature(
        "FLEX-MODINFO",
        "The agent cannot read the host's modules",
        "The tools in the agent's image do not understand the modules of the host's kernel.",
        "Name rbd and ceph in rook_node_modules, so that they are loaded before the agent asks.",
        "Rook 1.0: common-issues",
        some=(sign("agent", r"could not get modinfo from '\w+': Exec format error", 3),),
        until=(1, 7),
    ),
    Signature(
        "FLEX-NAMESPACE",
        "A kernel mounts the first file system, whatever is asked for",
        "A kernel before 4.7 does not know the option that names the file system.",
        "Take a kernel of 4.7 or newer, or keep one file system.",
        "Rook 0.7: common-problems; rule NODE-03",
        some=(sign("agent", r"kernel version .*(4\.7|mds_namespace)|mds_namespace", 3),),
        until=(1, 7),
    ),
    Signature(
        "FLEX-OPTION",
        "A volume lacks an option",
        "The pod's volume does not name the cluster, which this release asks for.",
        "Add clusterName (until 0.7) or clusterNamespace (from 0.8 on) to the options of the "
        "pod's flexVolume.",
        "Rook 0.6: pkg/daemon/agent/flexvolume",
        some=(
            sign(
                "agent event kubelet", r"cluster(Name|Namespace)\S* .*(missing|required|empty)", 3
            ),
            sign("agent event kubelet", r"(missing|required|empty).*cluster(Name|Namespace)", 3),
            sign("agent event kubelet", r"cluster (name|namespace) is not provided", 3),
        ),
        until=(1, 7),
    ),
    Signature(
        "FLEX-TIMEOUT",
        "A volume is not attached in time",
        "The mount waits for Ceph: mostly for placement groups that are not active.",
        "Cure Ceph's placement groups; then look at the agent's log on the pod's node.",
        "Rook 0.7: common-problems",
        some=(
            sign("event kubelet", r"timeout expired waiting for volumes to attach(/| or )mount", 2),
        ),
        until=(1, 7),
        follows=(*_SICK, "FLEX-PLUGIN", "FLEX-MODINFO", "RBD-MODULE", "SUPERBLOCK"),
    ),
    Signature(
        "SUPERBLOCK",
        "A file system cannot be mounted",
        "The client finds no file system: no metadata server is active, or its pools are not.",
        "Look at the file system's pools first (size against hosts), then at its metadata servers.",
        "Rook issues 1220, 4685",
        some=(sign("event agent csi kubelet", r"can't read superblock", 2),),
        follows=("PG-IMPOSSIBLE", "PG-INACTIVE", "FS-NO-MDS", "EC-OVERWRITES", "OSD-NONE"),
    ),
)
