# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on a host's disks is told by stable names; nothing that holds data is called blank."""

from __future__ import annotations

import functools
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import disks
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System
from ansible_collections.rookery.rook.plugins.modules import disk_info
from diskhost import BY_ID, FSID, GIB, OTHER, DiskHost, call, label, put

Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskHost:
    host = DiskHost(tmp_path, monkeypatch)
    monkeypatch.setattr(disk_info, "System", lambda: host.system)
    return host


@pytest.fixture(name="run")
def _run(host: DiskHost, capsys: pytest.CaptureFixture[str]) -> Run:
    return functools.partial(call, capsys, disk_info)


def only(result: dict[str, t.Any]) -> dict[str, t.Any]:
    (disk,) = result["disks"]
    return t.cast("dict[str, t.Any]", disk)


def test_a_blank_disk_is_usable_and_known_by_all_its_links(host: DiskHost, run: Run) -> None:
    host.disk("sdb", "8:16", wwid="naa.5000c500a1b2c3d4")
    host.link("by-path/pci-1", "sdb")
    disk = only(run(check=True))
    assert disk["links"] == [f"{BY_ID}/sdb-id", "/dev/disk/by-path/pci-1"]
    assert (disk["path"], disk["type"], disk["size"]) == ("/dev/sdb", "disk", 12 * GIB)
    assert disk["wwn"] == "naa.5000c500a1b2c3d4"
    assert disk["blank"] is disk["usable"] is True
    assert disk["reasons"] == disk["signatures"] == [] and disk["ceph"] is None


def test_only_devices_with_a_node_and_a_size_are_told(host: DiskHost, run: Run) -> None:
    host.disk("sdb", "8:16")
    host.disk("loop0", "7:0", size=0)
    host.disk("zram0", "253:0")
    host.partition("sdb", 1, "8:17", GIB, GIB)
    assert [disk["name"] for disk in run()["disks"]] == ["sdb"]


@pytest.mark.parametrize("gib", [0, 1, 10])
def test_each_copy_of_an_osds_label_is_found(host: DiskHost, run: Run, gib: int) -> None:
    put(host.disk("sdb", "8:16"), gib * GIB, label())
    disk = only(run())
    assert disk["signatures"] == ["ceph_bluestore"]
    assert disk["ceph"]["fsid"] == FSID and disk["ceph"]["osd_id"] == "3"
    assert disk["ceph"]["offsets"] == [gib * GIB]
    assert disk["reasons"] == [f"it holds an OSD of Ceph cluster {FSID}"]


def test_labels_of_two_clusters_are_both_told(host: DiskHost, run: Run) -> None:
    disk = host.disk("sdb", "8:16")
    put(disk, 0, label())
    put(disk, GIB, label(OTHER))
    assert only(run())["ceph"]["fsids"] == [FSID, OTHER]


def test_a_torn_label_is_an_osd_of_an_unnamed_cluster(host: DiskHost, run: Run) -> None:
    put(host.disk("sdb", "8:16"), 0, label()[:30])
    disk = only(run())
    assert disk["ceph"]["fsid"] == "" and disk["signatures"] == ["ceph_bluestore"]


def test_an_osd_below_lvm_and_one_below_luks_name_their_cluster(host: DiskHost, run: Run) -> None:
    lvm, luks = host.disk("sdb", "8:16"), host.disk("sdc", "8:32")
    put(lvm, 512, b"LABELONE" + bytes(16) + b"LVM2 001")
    put(lvm, 8192, f'tags = ["ceph.cluster_fsid={FSID}"]'.encode())
    put(luks, 0, b"LUKS\xba\xbe\0\2")
    put(luks, 208, f"ceph_fsid={OTHER}".encode())
    found = {disk["name"]: disk for disk in run()["disks"]}
    assert found["sdb"]["ceph"]["fsid"] == FSID
    assert found["sdb"]["signatures"] == ["LVM2_member"]
    assert found["sdc"]["ceph"]["fsid"] == OTHER
    assert found["sdc"]["signatures"] == ["crypto_LUKS"]


def test_the_systems_disk_is_known_by_what_stands_on_it(host: DiskHost, run: Run) -> None:
    host.disk("sda", "8:0")
    host.partition("sda", 1, "8:1", GIB, GIB)
    host.holder("sda/sda1", "dm-0", "252:0")
    host.mount("252:0", "/")
    disk = only(run())
    assert disk["root"] is True and disk["mounts"] == ["/"] and disk["partitions"] == ["sda1"]
    assert disk["reasons"][-1] == "the system runs from it"


def test_a_file_system_without_a_number_of_its_own_is_known_by_its_source(
    host: DiskHost, run: Run
) -> None:
    host.disk("sda", "8:0")
    host.mount("0:31", "/", "/dev/sda")
    assert only(run())["root"] is True


def test_swap_holders_and_mounts_are_uses(host: DiskHost, run: Run) -> None:
    host.disk("sdb", "8:16")
    host.write("proc/swaps", "Filename Type\n/dev/sdb partition\n")
    host.disk("sdc", "8:32")
    host.holder("sdc", "dm-1", "252:1")
    host.disk("sdd", "8:48")
    host.mount("8:48", "/data")
    found = {disk["name"]: disk["reasons"] for disk in run()["disks"]}
    assert found["sdb"] == ["it is mounted at [SWAP]"]
    assert found["sdc"] == ["it is held by dm-1"]
    assert found["sdd"] == ["it is mounted at /data"]


@pytest.mark.parametrize(
    ("name", "facts", "kind"),
    [
        ("nvme0n1", {}, "disk"),
        ("loop9", {}, "loop"),
        ("sr0", {}, "rom"),
        ("md127", {}, "md"),
        ("rbd0", {}, "rbd"),
        ("dm-0", {"dm/uuid": "LVM-abc"}, "lvm"),
        ("dm-0", {"dm/uuid": "mpath-3600"}, "mpath"),
        ("dm-0", {"dm/uuid": "CRYPT-LUKS2-abc"}, "crypt"),
        ("dm-0", {"dm/uuid": "part1-mpath-3600"}, "part"),
        ("sdb1", {"partition": "1"}, "part"),
    ],
)
def test_the_type_is_that_of_lsblk(
    host: DiskHost, run: Run, name: str, facts: dict[str, str], kind: str
) -> None:
    host.disk(name, "9:9", **facts)
    assert only(run())["type"] == kind


def test_small_and_read_only_devices_are_no_use_but_blank(host: DiskHost, run: Run) -> None:
    host.disk("sdb", "8:16", size=GIB, ro="1")
    disk = only(run())
    assert disk["blank"] is True and disk["usable"] is False
    assert disk["reasons"] == ["it is read-only", "it is smaller than 5 GiB"]


def test_a_device_that_cannot_be_read_is_not_blank(host: DiskHost, run: Run) -> None:
    node = host.disk("sdb", "8:16")
    node.unlink()
    node.mkdir()
    disk = only(run())
    assert disk["blank"] is False and disk["signatures"][0].startswith("unreadable data (")


def test_a_disk_that_does_not_tell_its_name_is_told_by_its_links(host: DiskHost, run: Run) -> None:
    host.disk("sdb", "8:16", **{"device/model": "x"})
    # A SCSI disk without page 83 answers ENXIO to who reads this; this file, EIO.
    (host.root / "sys/devices/sdb/device/wwid").symlink_to("/proc/self/mem")
    host.link("by-id/wwn-0x5", "sdb")
    assert only(run())["wwn"] == "wwn-0x5"


def test_a_wwn_that_says_nothing_is_none(host: DiskHost, run: Run) -> None:
    host.disk("nvme0n1", "259:0", wwid="eui.0000000000000000")
    assert only(run())["wwn"] == ""


def test_rooks_directory_tells_its_cluster_and_the_room_where_it_is_to_be(
    host: DiskHost, run: Run
) -> None:
    host.write(f"var/lib/rook/rook-ceph/{FSID}_{OTHER}/whoami", "0")
    host.write("var/lib/rook/rook-ceph/rook-ceph.config", f"[global]\nfsid = {FSID}\n")
    told = run(directories=["/var/lib/rook", "/srv/later"])["directories"]
    assert told["/var/lib/rook"]["entries"] == ["rook-ceph"]
    assert told["/var/lib/rook"]["ceph_fsid"] == FSID
    later = told["/srv/later"]
    assert later["entries"] == [] and 0 < later["free_bytes"] <= later["size_bytes"]


def test_a_kernel_module_that_is_built_in_is_there(host: DiskHost, run: Run) -> None:
    assert run(modules=["ceph", "no_such_module"])["modules"] == {
        "ceph": True,
        "no_such_module": False,
    }


def test_another_user_than_root_is_refused(
    host: DiskHost, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "become" in run()["msg"]


def test_a_volume_of_a_cluster_that_may_be_gone_is_not_read(
    host: DiskHost, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.disk("rbd0", "250:0")
    host.partition("rbd0", 1, "250:1", GIB, GIB)
    host.node("rbd0p1", "250:1", GIB)
    host.disk("dm-0", "253:0", **{"dm/uuid": "CRYPT-LUKS2-x", "slaves/rbd0/dev": "250:0"})
    host.disk("sdb", "8:16")
    read = host.root / "read"
    opened = disks.opened

    def noting(path: Path) -> t.Any:
        with read.open("a") as file:
            file.write(f"{path.name}\n")
        return opened(path)

    monkeypatch.setattr(disks, "opened", noting)
    told = {item["path"]: item for item in run()["disks"]}
    assert read.read_text() == "sdb\n"
    assert [name for name, item in told.items() if item["blank"]] == ["/dev/sdb"]
    assert "over the network" in str(told["/dev/rbd0"]["reasons"])


def test_a_disk_that_never_answers_is_told_and_holds_nobody(
    host: DiskHost, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(System, "ANSWER", 0.3)
    node = host.disk("sdb", "8:16")
    host.disk("sdc", "8:32")
    node.unlink()
    # Whoever opens it waits for one that writes.
    os.mkfifo(node)
    silent, other = run()["disks"]
    assert (silent["blank"], silent["usable"], other["usable"]) == (False, False, True)
    (reason,) = silent["reasons"]
    assert "does not answer within 0.3 s" in reason and "multipath -ll" in reason


def test_a_directory_whose_disk_or_server_is_gone_is_told(
    host: DiskHost, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.dead_directories(monkeypatch)
    told = run(directories=["/var/lib/rook"])["msg"]
    assert "Failed to look into directory /var/lib/rook: it does not answer within 0.2 s" in told
    assert "/proc/mounts" in told
