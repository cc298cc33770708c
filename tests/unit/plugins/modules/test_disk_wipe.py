# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactly the named and confirmed devices become blank, provably; everything else is refused."""

from __future__ import annotations

import fcntl
import functools
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    blank,
    device_uses,
    medium,
)
from ansible_collections.rookery.rook.plugins.modules import disk_wipe
from diskhost import BY_ID, FSID, GIB, OTHER, DiskHost, call, label, put

Run = t.Callable[..., dict[str, t.Any]]
SDB, SDC = f"{BY_ID}/sdb-id", f"{BY_ID}/sdc-id"
EXT4_AT = 1024
EXT4 = bytes(56) + b"\x53\xef" + bytes(38) + b"\x40\0\0\0" + bytes(924)


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskHost:
    host = DiskHost(tmp_path, monkeypatch)
    monkeypatch.setattr(disk_wipe, "System", lambda: host.system)
    monkeypatch.setattr(blank, "PAUSE", 0)
    host.disk("sdb", "8:16")
    host.disk("sdc", "8:32")
    return host


@pytest.fixture(name="run")
def _run(host: DiskHost, capsys: pytest.CaptureFixture[str]) -> Run:
    permitted = {"devices": [SDB], "site": "store1", "confirm": "store1"}
    return lambda **more: call(capsys, disk_wipe, **{**permitted, **more})


@pytest.fixture(name="osd")
def _osd(host: DiskHost) -> Path:
    """Return a disk with an OSD: a label, and its copies in the middle."""
    for gib in (0, 1, 10):
        put(host.root / "dev/sdb", gib * GIB, label())
    return host.root / "dev/sdb"


def refused(result: dict[str, t.Any]) -> str:
    assert result["failed"] is True and not result.get("changed")
    assert result["msg"].startswith("Refused, nothing was changed:\n")
    return t.cast("str", result["msg"]).partition("\n")[2]


def starts(path: Path, *offsets: int) -> set[bytes]:
    with path.open("rb") as file:
        return {(file.seek(offset), file.read(22))[1] for offset in offsets}


def test_check_mode_tells_what_would_be_wiped_and_writes_nothing(run: Run, osd: Path) -> None:
    result = run(check=True, ceph_fsid=FSID)
    assert result["changed"] is True
    (step,) = result["plan"]
    assert (step["id"], step["op"]) == (f"Device/{SDB}", "delete") and FSID in step["reason"]
    (device,) = result["devices"]
    assert (device["blank"], device["wiped"]) == (False, False)
    assert starts(osd, 0, GIB, 10 * GIB) == {b"bluestore block device"}


def test_an_osd_goes_with_all_copies_of_its_label_and_a_second_run_finds_it_blank(
    run: Run, osd: Path
) -> None:
    result = run(ceph_fsid=FSID)
    assert result["changed"] is True, result["msg"]
    (device,) = result["devices"]
    assert device["blank"] is device["wiped"] is True
    assert device["held"] == [f"it holds an OSD of Ceph cluster {FSID}"]
    read = {place["offset"] for place in device["read_back"]}
    assert {0, GIB, 10 * GIB} <= read
    assert starts(osd, 0, GIB, 10 * GIB) == {bytes(22)}
    again = run(ceph_fsid=FSID)
    assert again["changed"] is False and again["plan"] == []
    assert again["devices"][0]["blank"] is True and again["devices"][0]["wiped"] is False


def test_the_last_copy_alone_is_enough_to_be_wiped(run: Run, host: DiskHost) -> None:
    put(host.root / "dev/sdb", 10 * GIB, label())
    assert run(ceph_fsid=FSID)["devices"][0]["wiped"] is True
    assert starts(host.root / "dev/sdb", 10 * GIB) == {bytes(22)}


def test_a_disk_in_new_use_is_not_the_sites_for_an_old_copy_of_a_label(
    run: Run, host: DiskHost
) -> None:
    put(host.root / "dev/sdb", 10 * GIB, label())
    put(host.root / "dev/sdb", EXT4_AT, EXT4)
    said = refused(run(ceph_fsid=FSID))
    assert "it holds ext4, newer than the copy of a label" in said and "other_data" in said
    assert run(ceph_fsid=FSID, other_data=True)["devices"][0]["wiped"] is True


def test_an_old_table_at_the_end_does_not_stand_against_it(run: Run, osd: Path) -> None:
    put(osd, 12 * GIB - 512, b"EFI PART")
    put(osd, 0, bytes(4096))
    assert run(ceph_fsid=FSID)["devices"][0]["wiped"] is True


def test_the_fsid_comes_from_rooks_directory_when_none_is_given(
    run: Run, host: DiskHost, osd: Path
) -> None:
    host.write(f"var/lib/rook/rook-ceph/{FSID}_{OTHER}/whoami", "0")
    assert run(data_dir="/var/lib/rook")["devices"][0]["wiped"] is True


def test_what_rooks_directory_tells_does_not_stand_against_a_teardowns_note(
    run: Run, host: DiskHost, osd: Path
) -> None:
    host.write(f"var/lib/rook/rook-ceph/{FSID}_{OTHER}/whoami", "0")
    host.write("etc/rookery/ceph_fsid", f"{OTHER}\n")
    said = refused(run(data_dir="/var/lib/rook", ceph_fsid_note="/etc/rookery/ceph_fsid"))
    assert f"it holds data of Ceph cluster {FSID}, not {OTHER}" in said
    assert starts(osd, 0) == {b"bluestore block device"}


def test_the_fsid_comes_from_a_teardowns_note_when_nothing_else_tells(
    run: Run, host: DiskHost, osd: Path
) -> None:
    host.write("etc/rookery/ceph_fsid", "")
    assert "is not known" in refused(run(ceph_fsid_note="/etc/rookery/ceph_fsid"))
    host.write("etc/rookery/ceph_fsid", f"{OTHER}\n")
    said = refused(run(ceph_fsid_note="/etc/rookery/ceph_fsid"))
    assert f"this site's is {OTHER}" in said
    host.write("etc/rookery/ceph_fsid", f"{FSID}\n")
    assert run(ceph_fsid_note="/etc/rookery/ceph_fsid")["devices"][0]["wiped"] is True


def test_an_osd_whose_cluster_is_not_known_to_be_the_sites_is_refused(run: Run, osd: Path) -> None:
    said = refused(run())
    assert f"Device/{SDB}: it holds an OSD of Ceph cluster {FSID}" in said
    assert "which one is this site's is not known" in said and "rook_node_ceph_fsid" in said
    assert starts(osd, 0) == {b"bluestore block device"}


def test_an_osd_of_another_cluster_is_refused_wherever_its_label_is(
    run: Run, host: DiskHost, osd: Path
) -> None:
    put(osd, 10 * GIB, label(OTHER))
    assert f"cluster {OTHER}, and this site's is {FSID}" in refused(run(ceph_fsid=FSID))


def test_an_unnamed_osd_is_not_the_sites_and_counts_as_other_data(run: Run, host: DiskHost) -> None:
    put(host.root / "dev/sdb", 0, label(fsid=""))
    for fsid in ("", FSID):
        assert "a Ceph cluster that it does not name" in refused(run(ceph_fsid=fsid))
    assert run(ceph_fsid=FSID, other_data=True)["changed"] is True


def test_rooks_directory_with_another_clusters_data_is_refused(run: Run, host: DiskHost) -> None:
    host.write(f"var/lib/rook/rook-ceph/{OTHER}_{OTHER}/whoami", "0")
    said = refused(run(ceph_fsid=FSID, data_dir="/var/lib/rook"))
    assert f"Directory//var/lib/rook: it holds data of Ceph cluster {OTHER}, not {FSID}" in said
    host.write(f"var/lib/rook/rook-ceph/{FSID}_{OTHER}/whoami", "0")
    assert "not of one alone" in refused(run(data_dir="/var/lib/rook"))


def test_data_that_are_not_cephs_need_a_permission_of_their_own(run: Run, host: DiskHost) -> None:
    put(host.root / "dev/sdb", EXT4_AT, EXT4)
    assert "it holds ext4, and nothing says that it is this site's" in refused(run())
    assert run(other_data=True)["devices"][0]["held"] == ["it holds ext4"]
    assert run(other_data=True)["changed"] is False


@pytest.mark.parametrize("confirm", ["", "store2"])
def test_without_the_confirmation_nothing_is_wiped(run: Run, osd: Path, confirm: str) -> None:
    said = refused(run(confirm=confirm, ceph_fsid=FSID))
    assert f"confirm {confirm!r}" in said and "store1" in said and "rook_confirm" in said
    assert "store1" in refused(run(confirm=confirm, ceph_fsid=FSID, check=True))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/dev/sdb", "may mean another disk after a reboot"),
        ("/dev/disk/by-uuid/123", "may mean another disk after a reboot"),
        ("/dev/disk/by-id/../../sdb", "may mean another disk after a reboot"),
        ("/dev/disk/by-id/*", "it is a pattern"),
        ("/dev/disk/by-id/sd[bc]-id", "it is a pattern"),
        ("/dev/disk/by-id/none", "there is no such device on this host"),
    ],
)
def test_a_name_that_does_not_mean_one_disk_for_good_is_refused(
    run: Run, name: str, reason: str
) -> None:
    said = refused(run(devices=[SDB, name]))
    assert f"Device/{name}: " in said and reason in said and SDB not in said


def test_one_device_under_two_names_is_refused(run: Run, host: DiskHost) -> None:
    host.link("by-path/pci-1", "sdb")
    assert "listed more than once" in refused(run(devices=[SDB, SDB]))
    assert f"the same device as {SDB}" in refused(run(devices=[SDB, "/dev/disk/by-path/pci-1"]))


def test_two_paths_to_one_disk_are_refused(run: Run, host: DiskHost) -> None:
    for disk in ("sdb", "sdc"):
        host.write(f"sys/devices/{disk}/wwid", "naa.5000c500a1b2c3d4\n")
    assert f"the same device as {SDB}" in refused(run(devices=[SDB, SDC]))


def test_a_disk_and_its_own_partition_are_refused(run: Run, host: DiskHost) -> None:
    host.partition("sdb", 1, "8:17", GIB, GIB)
    host.node("sdb1", "8:17", GIB)
    host.link("by-id/sdb-part1", "sdb1")
    said = refused(run(devices=[SDB, f"{BY_ID}/sdb-part1"], other_data=True))
    assert f"{BY_ID}/sdb-part1: it is a part of {SDB}" in said


def test_whatever_is_used_is_refused_with_its_user(run: Run, host: DiskHost) -> None:
    host.mount("8:16", "/")
    assert "the system runs from it" in refused(run())
    host.mount("8:32", "/data")
    assert f"Device/{SDC}: it is mounted at /data" in refused(run(devices=[SDC]))


def test_swap_and_a_read_only_device_are_refused(run: Run, host: DiskHost) -> None:
    host.write("proc/swaps", "Filename Type\n/dev/sdb partition\n")
    host.write("sys/devices/sdc/ro", "1\n")
    said = refused(run(devices=[SDB, SDC]))
    assert "it is mounted at [SWAP]" in said and "it is read-only" in said


def test_holders_are_named_and_a_path_of_a_multipath_device_is_called_so(
    run: Run, host: DiskHost
) -> None:
    host.holder("sdb", "dm-0", "252:0", **{"dm/name": "ceph--1-osd", "dm/uuid": "LVM-1"})
    host.holder("sdc", "dm-1", "252:1", **{"dm/name": "mpatha", "dm/uuid": "mpath-3600"})
    said = refused(run(devices=[SDB, SDC]))
    assert f"{SDB}: ceph--1-osd holds it" in said
    assert f"{SDC}: it is a path of multipath device mpatha" in said


def test_an_open_device_is_refused_with_the_process(run: Run, host: DiskHost, osd: Path) -> None:
    host.process(4711, "ceph-osd", "/dev/sdb")
    assert "process 4711 (ceph-osd) has it open" in refused(run(ceph_fsid=FSID))


def test_a_process_that_closes_a_file_meanwhile_is_seen_all_the_same(
    run: Run, host: DiskHost, osd: Path
) -> None:
    host.process(4711, "ceph-osd", "/dev/sdb")
    # No link, and so one that cannot be read.
    host.write("proc/4711/fd/8", "")
    assert "process 4711 (ceph-osd) has it open" in refused(run(ceph_fsid=FSID))


@pytest.mark.parametrize("kind", ["flock", "ofd"])
def test_a_lock_such_as_a_running_osd_holds_is_respected(run: Run, osd: Path, kind: str) -> None:
    number = os.open(osd, os.O_RDWR)
    try:
        if kind == "flock":
            fcntl.flock(number, fcntl.LOCK_EX)
        else:
            assert medium.Medium(number).lock()
            fcntl.flock(number, fcntl.LOCK_UN)
        assert "a process has locked it" in refused(run(ceph_fsid=FSID))
    finally:
        os.close(number)
    assert run(ceph_fsid=FSID)["changed"] is True


@pytest.mark.parametrize(("refusals", "ends"), [(1, False), (blank.TRIES, True)])
def test_a_lock_that_passes_is_waited_for(
    run: Run, osd: Path, monkeypatch: pytest.MonkeyPatch, refusals: int, ends: bool
) -> None:
    # After the examination udev has the device for a moment.
    monkeypatch.setattr(device_uses, "passing_uses", lambda *_about: [])
    answers = iter([False] * refusals)
    monkeypatch.setattr(medium.Medium, "lock", lambda _self: next(answers, True))
    result = run(ceph_fsid=FSID)
    assert ("somebody has locked it meanwhile" in result.get("msg", "")) is ends
    assert starts(osd, 0) == ({b"bluestore block device"} if ends else {bytes(22)})


@pytest.mark.parametrize("event", ["other data", "other disk"])
def test_what_changed_after_it_was_judged_is_not_wiped(
    run: Run, host: DiskHost, osd: Path, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    def meanwhile(_medium: medium.Medium) -> bool:
        if event == "other data":
            put(osd, EXT4_AT, EXT4)
        else:
            (host.root / f"dev/disk/by-id/{Path(SDB).name}").unlink()
            host.link(f"by-id/{Path(SDB).name}", "sdc")
        return True

    monkeypatch.setattr(blank, "_locked", meanwhile)
    result = run(ceph_fsid=FSID)
    assert result["failed"] is True and f"Failed to wipe {SDB}: it is not what" in result["msg"]
    assert starts(osd, 0, 10 * GIB) == {b"bluestore block device"}


def test_one_refused_device_keeps_all_others_from_being_wiped(
    run: Run, host: DiskHost, osd: Path
) -> None:
    put(host.root / "dev/sdc", 0, label(OTHER))
    said = refused(run(devices=[SDB, SDC], ceph_fsid=FSID))
    assert SDC in said and SDB not in said
    assert starts(osd, 0) == {b"bluestore block device"}


def test_what_can_still_be_read_afterwards_is_a_failure_and_not_a_success(
    run: Run, host: DiskHost, osd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(host.root / "dev/sdc", 0, label())
    real = medium.Medium.zero

    def forgetful(self: medium.Medium, offset: int, length: int) -> None:
        if offset != 10 * GIB:
            real(self, offset, length)

    monkeypatch.setattr(medium.Medium, "zero", forgetful)
    result = run(devices=[SDB, SDC], ceph_fsid=FSID)
    assert (result["failed"], result["changed"]) == (True, True)
    assert [step["id"] for step in result["plan"]] == [f"Device/{SDC}"]
    assert [device["wiped"] for device in result["devices"]] == [False, True]
    assert f"read back, it still has data at {10 * GIB}, ceph_bluestore at" in result["msg"]


def test_devices_of_one_host_are_wiped_in_one_call(run: Run, host: DiskHost, osd: Path) -> None:
    put(host.root / "dev/sdc", 0, label())
    result = run(devices=[SDB, SDC], ceph_fsid=FSID)
    assert [device["wiped"] for device in result["devices"]] == [True, True]


def test_no_devices_are_no_change(run: Run) -> None:
    assert run(devices=[])["changed"] is False


def test_what_stands_in_partitions_is_zeroed_too() -> None:
    size, start, length = 100 * GIB, 3 * GIB, 40 * GIB
    found = blank.places(size, [(1, start, length)])
    covered = functools.partial(any_covers, found)
    assert covered(start) and covered(start + GIB) and covered(start + 10 * GIB)
    assert covered(start + length - 512) and covered(size - 512) and not covered(2 * GIB)
    assert all(offset + length <= size for offset, length in found)


def any_covers(places: t.Sequence[tuple[int, int]], offset: int) -> bool:
    return any(start <= offset < start + length for start, length in places)


def test_a_device_smaller_than_what_is_zeroed_is_zeroed_whole() -> None:
    assert blank.places(1 << 20, []) == [(0, 1 << 20)]


def test_a_directory_whose_disk_is_gone_keeps_nobody_waiting(
    run: Run, host: DiskHost, osd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.dead_directories(monkeypatch)
    told = run(ceph_fsid=FSID, data_dir="/var/lib/rook")["msg"]
    assert "Failed to look into directory /var/lib/rook: it does not answer" in told
    assert starts(osd, 0) == {b"bluestore block device"}
