# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Signatures of pools, placement groups, file systems and object stores. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    SAID,
    Signature,
    sign,
)

# States of groups follow a number; mons and OSDs of other checks may be down, too.
_STUCK = (
    r"^PG_AVAILABILITY|"
    r"^(pgs?:? )?\d.*[\s\d:+](undersized\+peered|incomplete|inactive|peered|down\b|stale)"
)
_DOWN = ("OSD-DOWN", "NODE-DOWN", "OSD-NONE", "OSD-FULL")

CEPH = (
    Signature(
        "PG-IMPOSSIBLE",
        "A pool can never be written to",
        "The pool wants more hosts (or other places) than have OSDs, so its placement groups never "
        "become active: files stay at size 0 and writers hang.",
        "Lower replicas (or data_chunks and coding_chunks) of the pool, or add hosts with OSDs; "
        "erasure chunks cannot be changed later, such a pool has to be made anew.",
        "Rook: CephBlockPool CRD; rook issues 1220, 10672",
        every=(
            sign("layout", r"needs \d+ .* there are OSDs on \d+", 2),
            sign("health pg", _STUCK, 2),
        ),
        # What can be written to only while all are up is not this.
        none=(sign("health", r"^OSD_(\w+_)?DOWN"),),
    ),
    Signature(
        "PG-UNDERSIZED",
        "A pool has fewer copies than it wants",
        "The pool wants more hosts (or other places) than have OSDs: it can be written to, and has "
        "lost part of its redundancy for ever.",
        "Lower replicas of the pool, add hosts with OSDs, or set failure_domain to osd for a test.",
        "Rook issues 10672, 11987, 12229",
        every=(
            sign("layout", r"needs \d+ .* there are OSDs on \d+", 2),
            sign("health pg", r"^PG_DEGRADED|active\+undersized", 1),
        ),
        none=(sign("health pg", _STUCK),),
    ),
    Signature(
        "PG-INACTIVE",
        "Placement groups are not active",
        "Some placement groups take no writes: too few of their OSDs are up.",
        "Bring the OSDs back; 'ceph pg dump_stuck' names the groups and what they wait for.",
        "Ceph: troubleshooting placement groups",
        some=(
            sign("health", r"^PG_AVAILABILITY", 2),
            sign("pg", r"undersized\+peered|incomplete|\bdown\b|stale|creating", 1),
        ),
        follows=("PG-IMPOSSIBLE", *_DOWN, "PG-UNKNOWN"),
    ),
    Signature(
        "PG-DEGRADED",
        "Data has fewer copies than it should",
        "Objects are degraded while Ceph restores copies, or cannot.",
        "Wait while the figure falls; if it does not, add OSDs or bring the lost ones back.",
        "Ceph: health checks, PG_DEGRADED",
        some=(sign("health", r"^(PG_DEGRADED|OBJECT_UNFOUND)", 2),),
        follows=("PG-IMPOSSIBLE", "PG-UNDERSIZED", *_DOWN),
    ),
    Signature(
        "PG-UNKNOWN",
        "The state of placement groups is unknown",
        "No manager tells of the placement groups: it does not run, does not reach the OSDs, or is "
        "of a much newer release than they.",
        "Look at the manager's pod; during an upgrade go on until the OSDs have the new release.",
        "Rook 0.8: upgrade guide",
        some=(
            sign("health pg", r"\d+ pgs? unknown|\b\d+ unknown\b", 3),
            sign("health", r"pgs? .*(are|is) stuck inactive.*current state unknown", 3),
        ),
        follows=("MGR-DOWN", "OSD-NONE", "VERSIONS-MIXED"),
    ),
    Signature(
        "PG-DAMAGED",
        "Copies of data differ",
        "A scrub has found objects whose copies differ.",
        "Find the disk with the errors, then 'ceph pg repair' the group that 'ceph health detail' "
        "names.",
        "Ceph: health checks, PG_DAMAGED, OSD_SCRUB_ERRORS",
        some=(sign("health", r"^(PG_DAMAGED|OSD_SCRUB_ERRORS|OBJECT_MISPLACED_ERR)", 3),),
        follows=("DISK-FAILING", "OSD-CORRUPT"),
    ),
    Signature(
        "PG-COUNT",
        "Pools have too few or too many placement groups",
        "The number of placement groups does not fit the number of OSDs.",
        "Turn the autoscaler on (ceph osd pool set POOL pg_autoscale_mode on), or set pg_num in "
        "rook_storage_block_pools.",
        "Ceph: health checks, TOO_MANY_PGS",
        some=(sign("health", r"^(TOO_(FEW|MANY)_PGS|POOL_TOO_(FEW|MANY)_PGS|SMALLER_PGP_NUM)", 3),),
    ),
    Signature(
        "POOL-SINGLE",
        "A pool has no redundancy",
        "The pool keeps one copy: each lost disk is lost data.",
        "Set replicas to 3 in rook_storage_block_pools (or the file system's or store's pools).",
        "Ceph: health checks, POOL_NO_REDUNDANCY; rule POOL-05",
        some=(sign("health", r"^POOL_NO_REDUNDANCY", 3),),
    ),
    Signature(
        "POOL-UNSAFE",
        "Rook refuses a pool of one copy",
        "A pool of size 1 has to be wished for explicitly.",
        "Set replicas to 2 or more, or replicated.requireSafeReplicaSize to false in the pool's "
        "spec for a test.",
        "Rook: pkg/operator/ceph/pool/validate.go; rule POOL-05",
        some=(sign(SAID, r"pool size is 1 and requireSafeReplicaSize is true", 3),),
        since=(1, 3),
    ),
    Signature(
        "POOL-BOTH",
        "A pool is of two kinds, or of none",
        "A pool is either replicated or erasure coded.",
        "Leave one of replicas and erasure in the pool.",
        "Rook: pool validation; rule POOL-01",
        some=(
            sign(SAID, r"both replication and erasure code settings cannot be specified", 3),
            sign(SAID, r"neither replication nor erasure code settings were specified", 3),
        ),
    ),
    Signature(
        "POOL-CLASS",
        "No OSD has the pool's device class or root",
        "The pool asks for a device class or a part of the CRUSH map that has no OSD.",
        "Correct device_class or failure_domain of the pool; 'ceph osd tree' shows what there is. "
        "Labels of nodes count when an OSD is made, not later.",
        "Rook: OSD topology; rule POOL-06",
        some=(
            sign(SAID, r"device class '?\"?\S+ does not exist|unknown (crush )?type", 3),
            sign(SAID, r"unrecognized (failure domain|crush (root|sub domain)) ", 3),
            sign(SAID, r"no osds available for the device class", 3),
            sign(
                SAID, r"root item \S+ does not exist|failure ?domain \S+ is not (defined|valid)", 3
            ),
        ),
    ),
    Signature(
        "EC-OVERWRITES",
        "An erasure-coded pool cannot be overwritten",
        "CephFS and RBD overwrite data, which an erasure-coded pool allows on BlueStore alone.",
        "Use OSDs on devices (rook_node_devices), or replicated data pools.",
        "Ceph: erasure code, overwrites; rook issue 1105",
        some=(
            sign(SAID, r"erasure-coded pool, with no overwrite support", 3),
            sign(SAID, r"must only be stored on bluestore", 3),
        ),
    ),
    Signature(
        "EC-DEFAULT",
        "A file system's default pool is erasure coded",
        "The first data pool holds what every file needs and has to be replicated.",
        "Name a replicated pool first in data_pools of rook_storage_filesystems, and the erasure-"
        "coded one after it.",
        "Rook: CephFilesystem CRD; rook issue 8551; rule FS-02",
        some=(sign(SAID, r"Use of an EC pool for the default data pool is discouraged", 3),),
    ),
    Signature(
        "FS-MANY",
        "A second file system is not allowed",
        "This cluster allows one file system.",
        'Set ROOK_ALLOW_MULTIPLE_FILESYSTEMS to "true" in rook_operator_config (until Rook 1.6), '
        "or use one file system with subvolume groups.",
        "Rook 1.5: CephFilesystem CRD",
        some=(
            sign(SAID, r"Creation of multiple filesystems is disabled", 3),
            sign(SAID, r"multiple filesystems (are|is) (not|only)", 2),
        ),
    ),
    Signature(
        "FS-NO-MDS",
        "A file system has no active metadata server",
        "No metadata server is active, so every mount waits or fails.",
        "Look at the pods of the metadata servers; they need an active metadata pool and enough "
        "memory (4 GiB).",
        "Ceph: health checks, MDS_ALL_DOWN",
        some=(
            sign("health", r"^(MDS_ALL_DOWN|FS_WITH_FAILED_MDS)", 3),
            sign("csi event agent", r"no mds server is up or the cluster is laggy", 3),
            sign("health", r"^FS_DEGRADED", 2),
        ),
        follows=(
            "PG-IMPOSSIBLE",
            "PG-INACTIVE",
            "POD-MEMORY",
            "POD-RESOURCES",
            "EC-OVERWRITES",
            "EC-DEFAULT",
            "FS-MANY",
            "NODE-DOWN",
            "FS-DAMAGED",
        ),
    ),
    Signature(
        "FS-FEW-MDS",
        "A file system has fewer metadata servers than it wants",
        "Fewer metadata servers are active than the file system asks for; the others do the work.",
        "Look at the pods of the metadata servers: resources, taints and anti-affinity keep them "
        "away.",
        "Ceph: health checks, MDS_UP_LESS_THAN_MAX",
        some=(sign("health", r"^MDS_UP_LESS_THAN_MAX", 3),),
        follows=("POD-MEMORY", "POD-RESOURCES", "POD-TAINT", "NODE-DOWN", "FS-NO-MDS"),
    ),
    Signature(
        "FS-DAMAGED",
        "A file system's metadata is damaged",
        "A metadata server has read metadata that is missing or corrupt; a rank that needs it does "
        "not start.",
        "'ceph tell mds.NAME damage ls' lists it. Before anything is repaired, see that all "
        "placement groups are active and keep a copy of the journal (cephfs-journal-tool journal "
        "export): repairs can lose files.",
        "Ceph: health checks, MDS_DAMAGE; CephFS: disaster recovery",
        some=(sign("health", r"^MDS_DAMAGE", 3),),
        follows=("PG-DAMAGED", "PG-INACTIVE"),
    ),
    Signature(
        "FS-SLOW",
        "Metadata servers or their clients are slow",
        "Metadata operations wait for OSDs, or a client does not give back what it holds.",
        "Look at slow OSDs first; a client that hangs can be evicted (ceph tell mds.NAME client "
        "evict id=NUMBER), and loses what it has not yet written.",
        "Ceph: health checks, MDS_SLOW_METADATA_IO, MDS_CLIENT_LATE_RELEASE",
        some=(sign("health", r"^MDS_(SLOW_\w+|CLIENT_(LATE_RELEASE|RECALL)\w*|TRIM)", 3),),
        follows=("SLOW-OPS", "PG-IMPOSSIBLE", "PG-INACTIVE"),
    ),
    Signature(
        "SLOW-OPS",
        "Operations are slow",
        "OSDs or mons need more than 30 s for an operation: a slow disk, an overloaded host, or a "
        "network that drops large packets.",
        "Test the network with ping -M do and the MTU's size (rook_kubernetes_mtu), and the disks "
        "with 'ceph osd perf'.",
        "Ceph: health checks, SLOW_OPS, OSD_SLOW_PING_TIME",
        some=(
            sign("health", r"^(SLOW_OPS|OSD_SLOW_PING_TIME_\w+|REQUEST_SLOW|BLUESTORE_SLOW\w*)", 2),
            sign("health", r"^(BLOCK|DB|WAL)_DEVICE_STALLED_READ_ALERT", 2),
        ),
        follows=("PG-IMPOSSIBLE", "PG-INACTIVE", "DISK-FAILING", *_DOWN),
    ),
    Signature(
        "MGR-DOWN",
        "No manager is active",
        "Without a manager Ceph knows no usage and no states, and CSI cannot make volumes.",
        "Look at the pods of the managers: memory, image, or a module that crashes.",
        "Ceph: health checks, MGR_DOWN",
        some=(sign("health", r"^MGR_DOWN|no active mgr", 3),),
        follows=("POD-MEMORY", "NODE-DOWN", "MON-QUORUM", "IMAGE-PULL"),
    ),
    Signature(
        "MGR-MODULE",
        "A module of the manager fails",
        "A module of the manager has crashed, or lacks something that it depends on.",
        "'ceph health detail' names it; disable it if it is not needed (ceph mgr module disable), "
        "or restart the manager (ceph mgr fail).",
        "Ceph: health checks, MGR_MODULE_ERROR",
        some=(sign("health", r"^MGR_MODULE_(ERROR|DEPENDENCY)", 3),),
    ),
    Signature(
        "CRASHES",
        "Daemons have crashed lately",
        "Ceph has kept reports of crashes that nobody has looked at.",
        "Look with 'ceph crash ls' and 'ceph crash info', then 'ceph crash archive-all'.",
        "Ceph: health checks, RECENT_CRASH",
        some=(sign("health", r"^RECENT_(MGR_MODULE_)?CRASH", 3),),
    ),
    Signature(
        "FLAGS-SET",
        "Flags hold Ceph up",
        "Somebody has set noout or other flags for maintenance, and they are still set.",
        "End the maintenance, then 'ceph osd unset' the flag that the message names.",
        "Ceph: health checks, OSDMAP_FLAGS; Rook: node maintenance",
        some=(sign("health", r"^(OSDMAP_FLAGS|OSD_FLAGS)", 3),),
    ),
    Signature(
        "KEYS-INSECURE",
        "Clients or keys of an old kind are allowed",
        "Clients without the fix of a published weakness are connected or allowed, or keys are of "
        "an old type.",
        "Upgrade the clients; then 'ceph config set mon auth_allow_insecure_global_id_reclaim "
        "false', or renew the keys by security.cephx in rook_cluster_spec.",
        "Ceph: CVE-2021-20288, CVE-2025-30156; Rook: cephx key rotation",
        some=(sign("health", r"^AUTH_INSECURE_\w+", 3),),
    ),
    Signature(
        "KEYS-NEW",
        "A client is too old for the cluster's keys",
        "The cluster makes keys of a newer type than this client can read.",
        "Give nodes the cluster's own client, or keep keys of type aes (security.cephx in "
        "rook_cluster_spec, keyType aes).",
        "Rook 1.19.9: cephx",
        some=(
            sign("csi event agent daemon kubelet", r"auth: failed to decode key", 3),
            sign("kernel", r"libceph: .*(no match for|unsupported).*(key|cipher|auth)", 3),
        ),
    ),
    Signature(
        "VERSIONS-MIXED",
        "Daemons run different versions",
        "An upgrade did not get to the end: some daemons run the old version.",
        "Look which daemons ('ceph versions'), and at the operator's log for what holds it up.",
        "Ceph: health checks, DAEMON_OLD_VERSION",
        some=(
            sign("health", r"^(DAEMON_OLD_VERSION|OSD_UPGRADE_FINISHED)", 2),
            sign("operator", r"we still have more than one Ceph version running", 2),
        ),
        follows=("UPGRADE-UNHEALTHY",),
    ),
    Signature(
        "RGW-PORT",
        "A gateway may not use its port",
        "Ports below 1024 need rights that the gateway's pod does not have, or another process "
        "has the port.",
        "Set gateway.port in rook_storage_object_stores to 1024 or more.",
        "Rook: OpenShift, object store",
        some=(
            sign(
                "daemon pod",
                r"bind.*(permission denied|address already in use)",
                3,
                "/rook-ceph-rgw",
            ),
            sign("daemon", r"failed to bind (address|acceptor).*: ", 2, "/rook-ceph-rgw"),
        ),
    ),
    Signature(
        "RGW-REALM",
        "An object store's realm cannot be made",
        "radosgw-admin fails: pools are not active, or the OSDs cannot load the classes that "
        "gateways use.",
        "See that the pools are active. If the error is 95 (not supported), set osd_class_dir in "
        "rook_cluster_ceph_config to where the image has its classes.",
        "Rook: object storage; rook issue 10181",
        some=(
            sign(SAID, r"failed to (create|get|commit).*(realm|zone ?group|period)", 2),
            sign(SAID, r"radosgw-admin.*(exit status 95|\(95\) Operation not supported)", 3),
        ),
        follows=("PG-IMPOSSIBLE", "PG-INACTIVE", "OSD-NONE", "OSD-DOWN"),
    ),
    Signature(
        "BUCKET-PENDING",
        "A bucket is not made",
        "The claim's class names a store that is not ready, or parameters that do not fit.",
        "Wait for the object store; correct the class in rook_storage_classes.",
        "Rook: object bucket claim",
        some=(
            sign(
                "operator event",
                r"op-bucket-prov.*failed to (get|create|provision)|error provisioning bucket",
                2,
            ),
            sign("status", r"phase (Pending|Failed)", 2, "^ObjectBucketClaim/"),
        ),
        since=(1, 1),
        follows=("RGW-REALM", "RGW-PORT", "PG-INACTIVE", "PG-IMPOSSIBLE"),
    ),
)
