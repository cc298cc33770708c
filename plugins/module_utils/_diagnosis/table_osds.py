# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Signatures of OSDs that do not appear, or do not live. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    SAID,
    Signature,
    sign,
)

_OSDS = r"/rook-ceph-osd"
_SKIPPED = (
    "OSD-FILESYSTEM", "OSD-MOUNTED", "OSD-FOREIGN", "OSD-SMALL", "OSD-DEVICE-MISSING", "OSD-LVM",
    "OSD-NODES", "OSD-CORDONED", "OSD-FILTER", "OSD-AIO", "OSD-DMSETUP", "OSD-EXISTS", "OSD-LOOP",
    "DIRECTORY-NAME",
)  # fmt: skip

_ENOSPC = r"No space left on device|\bENOSPC\b"
# The system's own disk is skipped on every host: it tells of nothing unless OSDs are missing.
_MISSED = sign(
    "prepare health absent",
    r"skipping OSD configuration as no devices matched|^TOO_FEW_OSDS|no pod of an OSD|"
    r"OSDs are wanted",
    1,
)
# The jobs end there; loop devices that are skipped are mostly those of the system's packages.
_LOOPS = r"No udev data could be retrieved for /sys/block/loop"

OSDS = (
    Signature(
        "OSD-FILESYSTEM",
        "A device has a file system",
        "The device has the signature of a file system, LVM or an older OSD, so the prepare job "
        "leaves it alone.",
        "Run rookery.rook.disk_wipe on it, which destroys its data, or name another one in "
        "rook_node_devices.",
        "Rook: ceph-common-issues, OSD pods are not created on my devices",
        some=(sign("prepare", r"skipping device \"?\S+ because it contains a filesystem", 1),),
        every=(_MISSED,),
        follows=("OSD-FOREIGN",),
    ),
    Signature(
        "OSD-MOUNTED",
        "A device is mounted or divided",
        "The device is mounted or has partitions, so the prepare job leaves it alone.",
        "Take it out of /etc/fstab, unmount it and run rookery.rook.disk_wipe, or name another one "
        "in rook_node_devices.",
        "Rook: prerequisites, Ceph; rule DISK-02",
        some=(
            sign("prepare", r"skipping device \"?\S+ with mountpoint", 1),
            sign("prepare", r"skipping device \"?\S+ that is in use", 1),
            sign(
                "prepare",
                r"skipping device \"?\S+ .*(Has a FileSystem|LVM detected|locked|has partitions|"
                r"Used by ceph-disk)",
                1,
            ),
        ),
        every=(_MISSED,),
    ),
    Signature(
        "OSD-FOREIGN",
        "A device belongs to another Ceph cluster",
        "An OSD of a cluster that was removed, or lives elsewhere, is on the device; Ceph keeps "
        "labels at 0, 1, 10, 100 and 1000 GiB.",
        "If that cluster is gone, run rookery.rook.disk_wipe, which destroys the device's data, "
        "and clears and reads back all labels.",
        "Rook: cleanup; rook issues 9379, 15546; rule DISK-08",
        # What is wiped, or is no device of this site, keeps no OSD away.
        some=(
            sign(
                "prepare",
                r"^(?!.*\bwiping ).*(belonging to|running on) a different ceph cluster",
                3,
            ),
        ),
        since=(0, 9),
    ),
    Signature(
        "OSD-SMALL",
        "A device is too small",
        "An OSD needs at least 5 GiB.",
        "Give rook_node_devices a larger device.",
        "Rook: ceph-common-issues; rule DISK-03",
        some=(
            sign("prepare", r"Insufficient space \(<5 ?GB\)", 1),
            sign("prepare", r"skipping device \"?\S+ .*(too small|smaller than 5)", 1),
        ),
        every=(_MISSED,),
    ),
    Signature(
        "OSD-DEVICE-MISSING",
        "A wished device is not on the node",
        "The node has no device of this name; kernel names change at boot.",
        "Run rookery.rook.disk_info on the node, and name the device by its link under "
        "/dev/disk/by-id in rook_node_devices.",
        "Rook: CephCluster CRD, storage selection; rook issues 14363, 15227",
        some=(
            sign("prepare", r"(failed to|cannot) get device info.*(no such|not found)", 3),
            sign("prepare", r"stat(ing)? \S*/dev/\S+: no such file or directory", 3),
            sign("prepare", r"device \"?\S+\"? (was )?not found|could not find .*device", 3),
        ),
    ),
    Signature(
        "OSD-FILTER",
        "No device fits the filter",
        "Every device of the node is left out by the filter or the list of devices.",
        "Compare rook_node_devices with what rookery.rook.disk_info says; name links under "
        "/dev/disk/by-id.",
        "Rook: CephCluster CRD, storage selection; rook issues 10713, 3905",
        some=(sign("prepare", r"does not match the device filter/list", 1),),
        every=(_MISSED,),
    ),
    Signature(
        "OSD-LOOP",
        "Loop devices are not taken",
        "Rook takes loop devices only when it is told to.",
        'Set ROOK_CEPH_ALLOW_LOOP_DEVICES to "true" in rook_operator_config, for a test.',
        "Rook 1.10 release notes; rook issue 7206",
        some=(
            sign("prepare", _LOOPS, 3),
            sign("prepare", r"skipping (device|unsupported device type) .*loop", 1),
        ),
        every=(sign(_MISSED.sources, rf"{_MISSED.text}|{_LOOPS}", 1),),
    ),
    Signature(
        "OSD-NODES",
        "No node of the list is usable",
        "The names of the nodes differ from their label kubernetes.io/hostname, or the nodes are "
        "not ready.",
        "Correct the hosts of group rook_storage: their names must be what Kubernetes has in that "
        "label.",
        "Rook: CephCluster CRD, node settings; rule API-05",
        some=(
            sign(SAID, r"no valid nodes available to run osds?", 3),
            sign(SAID, r"no nodes? matched the .*(storage|settings)", 3),
            sign(SAID, r"useAllNodes is set to false and no nodes", 3),
            sign("absent", r"an OSD wants this node: it is not in the cluster", 3),
        ),
        follows=("NODE-DOWN", "POD-TAINT"),
    ),
    Signature(
        "OSD-CORDONED",
        "A node that is to have OSDs is cordoned",
        "No pod comes to a cordoned node, and Rook makes no OSD there; only its log says so.",
        "When the work on the node is done, let pods come to it (kubectl uncordon); where no "
        "prepare job follows, restart the operator.",
        "Kubernetes: safely drain a node; rule NODE-01",
        some=(
            sign("absent", r"an OSD wants this node: it is cordoned", 3),
            sign("operator", r"skipping creation of OSDs on nodes .*node is unschedulable", 2),
            sign("pod event", r"node\(s\) were unschedulable", 2, _OSDS),
        ),
    ),
    Signature(
        "OSD-NONE",
        "There is no OSD",
        "The cluster has no OSD that is up, so nothing can be stored.",
        "The logs of the prepare jobs say for each device why it was not taken.",
        "Rook: ceph-common-issues; rook issues 5007, 10573, 13289",
        some=(
            sign("health", r"^TOO_FEW_OSDS", 2),
            sign("absent", r"no pod of an OSD", 2),
        ),
        follows=(*_SKIPPED, "MON-QUORUM", "IMAGE-PULL", "POD-TAINT"),
    ),
    Signature(
        "OSD-FEW",
        "There are fewer OSDs than wanted",
        "Some of the devices that are named did not become OSDs, or their pods are gone.",
        "The logs of the prepare jobs say for each device why it was not taken; rook_node_devices "
        "has what is wanted.",
        "Rook: ceph-common-issues; rook issues 5602, 10713",
        some=(
            sign("absent", r"OSDs are wanted", 2),
            sign("prepare", r"skipping OSD configuration as no devices matched", 1),
        ),
        none=(sign("absent health", r"no pod of an OSD|^TOO_FEW_OSDS"),),
        follows=(*_SKIPPED, "POD-TAINT", "NODE-DOWN"),
    ),
    Signature(
        "OSD-AIO",
        "The kernel has too few asynchronous requests",
        "fs.aio-max-nr is too low for the OSDs of the host.",
        "Set fs.aio-max-nr to 1048576 in /etc/sysctl.d on every storage host.",
        "Rook: ceph-common-issues; rule NODE-07",
        some=(sign("prepare daemon", r"io_setup\(2\) failed with EAGAIN", 3),),
    ),
    Signature(
        "OSD-LVM",
        "lvm2 is missing on a host",
        "The host has no lvm command, which OSDs on logical volumes need.",
        "Add lvm2 to rook_node_packages and run site.yml.",
        "Rook: prerequisites, LVM package; rook issue 6057",
        some=(
            sign("prepare", r"binary \"\S*lvm\" does not exist on the host", 3),
            sign("daemon pod", r"(vgchange|lvm): (command )?not found", 3, _OSDS),
        ),
        since=(1, 0),
    ),
    Signature(
        "OSD-DMSETUP",
        "The kernel has no device mapper",
        "The prepare job needs the device mapper, and the kernel does not have it.",
        "Load dm_mod by rook_node_modules, or take a kernel that has it.",
        "Rook: prerequisites, kernel",
        some=(
            sign("prepare", r"dmsetup.*(failed|exit status|not found)", 2),
            sign("prepare", r"device-mapper: .*(No such device|Is device-mapper driver)", 3),
        ),
    ),
    Signature(
        "OSD-EXISTS",
        "An OSD finds the files of an older one",
        "The directory for Rook's data on the host has the files of an OSD that was removed.",
        "Run teardown.yml of the old site, or remove that OSD's own directory below "
        "rook_node_data_dir_host_path on that host. Mons and other OSDs live beside it.",
        "Rook 0.9: ceph-common-issues",
        some=(
            sign("prepare daemon", r"mkfs.*\(17\) File exists|symlink.*block.*File exists", 3),
            sign("daemon", r"OSD::mkfs: .*fsid .* does not match|ondisk fsid .* != expected", 3),
        ),
    ),
    Signature(
        "OSD-KEY",
        "An OSD is refused by the mons",
        "The OSD's key is not the one that the mons have: it was made by another cluster, or was "
        "removed with ceph auth del.",
        "If the OSD is of a cluster that is gone, wipe its device with rookery.rook.disk_wipe, "
        "which destroys its data; else import its key from its directory again.",
        "Rook: ceph-osd-mgmt; Ceph: cephx",
        some=(
            sign("daemon", r"handle_auth_bad_method server allowed_methods", 3, _OSDS),
            sign("daemon", r"unable to authenticate as osd\.\d+", 2, _OSDS),
        ),
    ),
    Signature(
        "OSD-LABEL",
        "An OSD's device has no label",
        "The OSD does not find Ceph's label on its device: the device was wiped, exchanged, or has "
        "another name now.",
        "Look at the device with rookery.rook.disk_info. If it is blank, remove the OSD "
        "(kubectl rook-ceph rook purge-osd) and let Rook make a new one.",
        "Rook: ceph-osd-mgmt; rook issue 13564",
        some=(
            sign("daemon pod", r"unable to (decode|read) label|_read_bdev_label failed", 3, _OSDS),
            sign("daemon pod", r"failed to find (osd|device).*(activate|uuid)", 2, _OSDS),
        ),
    ),
    Signature(
        "OSD-CORRUPT",
        "An OSD's data is damaged",
        "BlueStore found a checksum that does not fit, or its database is damaged.",
        "Look at the disk's health (kernel log, SMART). Replace the OSD while the other copies are "
        "whole; never restart one after the other.",
        "Ceph: BlueStore; health checks, BLUESTORE_SPURIOUS_READ_ERRORS",
        some=(
            sign("daemon", r"_verify_csum bad|rocksdb: .*Corruption", 3, _OSDS),
            sign("health", r"^BLUESTORE_(SPURIOUS_READ_ERRORS|DISK_SIZE_MISMATCH)", 3),
        ),
        follows=("DISK-FAILING",),
    ),
    Signature(
        "OSD-ATARI",
        "Partitions appear from nowhere",
        "The kernel takes data on the disk for a partition table of an Atari, and this release of "
        "Rook makes OSDs of its partitions: the real OSD is overwritten.",
        "Set rook_version to 1.6.8 or later, and remove the affected OSDs one at a time.",
        "Rook: ceph-common-issues; rule DISK-09",
        some=(sign("prepare kernel", r"\bAHDI\b|PTTYPE=\"?atari|\batari\b", 3),),
        since=(1, 6),
        until=(1, 6),
    ),
    Signature(
        "OSD-TAGS",
        "A logical volume has lost Ceph's tags",
        "Host and container changed LVM's metadata at the same time.",
        "Retire this OSD and make it anew in raw mode; turn lvmetad off on the host.",
        "Rook: ceph-common-issues",
        some=(
            sign("daemon pod prepare", r"no (lv_tags|ceph\.\w+ tag)|could not find .*lv.*osd", 2),
        ),
        since=(1, 1),
    ),
    Signature(
        "OSD-ENCRYPTED",
        "An encrypted OSD is not opened",
        "The device's LUKS container cannot be opened: the key is missing, or an old mapping is "
        "still there.",
        "Remove old mappings on the host (dmsetup remove); see that the Secret or the service with "
        "the key exists.",
        "Rook: key management system; rook issue 10181",
        some=(
            sign("daemon pod prepare", r"cryptsetup.*(failed|exit status|No key available)", 3),
            sign("daemon pod prepare", r"failed to open encrypted (block|device)", 3),
        ),
        since=(1, 0),
    ),
    Signature(
        "OSD-DOWN",
        "OSDs are down",
        "OSDs that were there do not answer.",
        "Look at their pods and nodes; with one host of two silent, Ceph needs 15 minutes to "
        "notice.",
        "Ceph: health checks, OSD_DOWN",
        some=(sign("health", r"^OSD_(\w+_)?DOWN", 2),),
        follows=(
            "NODE-DOWN",
            "OSD-CORDONED",
            "OSD-CORRUPT",
            "OSD-KEY",
            "OSD-LABEL",
            "DISK-FAILING",
            "POD-MEMORY",
            "OSD-AIO",
            "OSD-LVM",
            "OSD-ENCRYPTED",
            "OSD-TAGS",
        ),
    ),
    Signature(
        "OSD-FULL",
        "OSDs are full",
        "OSDs reached the ratio at which Ceph stops writing or moving data.",
        "Delete data or add OSDs (rook_node_devices). To delete anything from a full cluster, "
        "raise the ratio a little first: ceph osd set-full-ratio 0.96.",
        "Ceph: health checks, OSD_FULL, POOL_FULL",
        some=(
            sign("health", r"^(OSD_FULL|OSD_BACKFILLFULL|POOL_FULL|PG_\w+_FULL)", 3),
            sign("csi", _ENOSPC, 2),
            # Nodes and mons may have no space left, too.
            sign("event", rf"rpc error.*({_ENOSPC})", 2),
            sign("daemon", _ENOSPC, 2, _OSDS),
        ),
    ),
    Signature(
        "OSD-NEARFULL",
        "OSDs are nearly full",
        "OSDs reached the ratio at which Ceph warns, 85 % by default.",
        "Add OSDs (rook_node_devices) before one host more is lost: its data has to fit elsewhere.",
        "Ceph: health checks, OSD_NEARFULL",
        some=(sign("health", r"^(OSD|POOL)_NEAR_?FULL", 3),),
        follows=("OSD-FULL",),
    ),
    Signature(
        "DISK-FAILING",
        "A disk fails",
        "The kernel or the disk itself reports errors.",
        "Replace the disk: take its OSD out, wait for active+clean, remove it, exchange the disk.",
        "Ceph: health checks, DEVICE_HEALTH; Rook: ceph-osd-mgmt",
        some=(
            # Volumes fail as Ceph does, and drives for media have none.
            sign(
                "kernel",
                r"(critical medium|I/O) error,? (on )?dev(ice)? (?!(rbd|nbd|loop|fd|sr|zram)\d)",
                3,
            ),
            sign("health", r"^DEVICE_HEALTH", 3),
        ),
    ),
)
