# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every refusal to wipe, each with its whole sentence: the name, the reason, and the way out."""

from __future__ import annotations

import fcntl
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import blank, medium
from ansible_collections.rookery.rook.plugins.modules import disk_wipe
from diskhost import BY_ID, FSID, GIB, OTHER, DiskHost, call, label, put

SDB, SDC = f"{BY_ID}/sdb-id", f"{BY_ID}/sdc-id"
LEAST = 12
OUT = "or take it out of the list of devices"
BY_LINK = "Name the device by its link under /dev/disk/by-id"
ONCE = "List it once"
END = f"End that use (unmount, swapoff, vgchange -an, dmsetup remove, end the process), {OUT}"
SET = f"Set ceph_fsid (in roles rook_node_ceph_fsid) to it if that is right, {OUT}"
OTHERS = f"Wipe it with rookery.rook.disk_wipe and other_data if nobody needs it, {OUT}"
EXT4 = bytes(56) + b"\x53\xef" + bytes(38) + b"\x40\0\0\0" + bytes(924)
Arrange = t.Callable[["HeldHost"], t.Any]


def unreadable(host: DiskHost) -> None:
    """Let the node be one that no disk answers for."""
    (host.root / "dev/sdb").unlink()
    (host.root / "dev/sdb").mkdir()


def locked(host: HeldHost) -> None:
    """Hold the device as a running OSD does, until the descriptor is closed."""
    number = os.open(host.root / "dev/sdb", os.O_RDWR)
    fcntl.flock(number, fcntl.LOCK_EX)
    host.held.append(number)


def osd(fsid: str) -> Arrange:
    return lambda host: put(host.root / "dev/sdb", 10 * GIB, label(fsid))


def part(host: DiskHost) -> None:
    host.partition("sdb", 1, "8:17", GIB, GIB)
    host.node("sdb1", "8:17", GIB)
    host.link("by-id/sdb-part1", "sdb1")


def part_of(fsid: str) -> Arrange:
    return lambda host: [part(host), put(host.root / "dev/sdb1", 0, label(fsid))]


def nothing(_host: DiskHost) -> None:
    """A blank disk, and another one."""


class Row(t.NamedTuple):
    """How a host is, what is asked for, and all that is said."""

    arrange: Arrange
    asked: dict[str, t.Any]
    said: str


def swapped(host: DiskHost) -> None:
    host.write("proc/swaps", "Filename Type\n/dev/sdb partition\n")


ROWS = {
    "no confirmation": Row(
        nothing, {"confirm": ""},
        "confirm '': it is not the site's name, store1, and wiping destroys all data. "
        "Set confirm (rook_confirm) to store1 to permit it",
    ),
    "a pattern": Row(
        nothing, {"devices": [f"{BY_ID}/*"]},
        f"Device/{BY_ID}/*: it is a pattern and may match what is not meant. {BY_LINK}",
    ),
    "a name of the day": Row(
        nothing, {"devices": ["/dev/sdb"]},
        f"Device//dev/sdb: the name may mean another disk after a reboot. {BY_LINK}",
    ),
    "listed twice": Row(
        nothing, {"devices": [SDB, SDB]},
        f"Device/{SDB}: it is listed more than once. {ONCE}",
    ),
    "not there": Row(
        nothing, {"devices": [f"{BY_ID}/none"]},
        f"Device/{BY_ID}/none: there is no such device on this host. Correct the name, {OUT}",
    ),
    "two names": Row(
        lambda host: host.link("by-path/pci-1", "sdb"),
        {"devices": [SDB, "/dev/disk/by-path/pci-1"]},
        f"Device//dev/disk/by-path/pci-1: it is the same device as {SDB} (/dev/sdb). {ONCE}",
    ),
    "two paths": Row(
        lambda host: [host.write(f"sys/devices/{disk}/wwid", "naa.5\n") for disk in ("sdb", "sdc")],
        {"devices": [SDB, SDC]},
        f"Device/{SDC}: it is the same device as {SDB} (disk naa.5). {ONCE}",
    ),
    "a part of another": Row(
        part, {"devices": [SDB, f"{BY_ID}/sdb-part1"], "other_data": True},
        f"Device/{BY_ID}/sdb-part1: it is a part of {SDB}. List only one of the two",
    ),
    "an OSD of nobody knows whom": Row(
        osd(FSID), {},
        f"Device/{SDB}: it holds an OSD of Ceph cluster {FSID}, and which one is this site's is "
        f"not known. {SET}",
    ),
    "an OSD of others": Row(
        osd(OTHER), {"ceph_fsid": FSID},
        f"Device/{SDB}: it holds an OSD of Ceph cluster {OTHER}, and this site's is {FSID}. {SET}",
    ),
    "an OSD of others on a partition": Row(
        part_of(OTHER), {"ceph_fsid": FSID, "other_data": True},
        f"Device/{SDB}: /dev/sdb1 holds an OSD of Ceph cluster {OTHER}, and this site's is {FSID}. "
        f"{SET}",
    ),
    "Rook's directory of others": Row(
        lambda host: host.write(f"var/lib/rook/rook-ceph/{OTHER}_{OTHER}/whoami", "0"),
        {"ceph_fsid": FSID, "data_dir": "/var/lib/rook"},
        f"Directory//var/lib/rook: it holds data of Ceph cluster {OTHER}, not {FSID}. Set ceph_fsid"
        " (in roles rook_node_ceph_fsid) to the site's, and move the rest away",
    ),
    "a file system": Row(
        lambda host: put(host.root / "dev/sdb", 1024, EXT4), {},
        f"Device/{SDB}: it holds ext4, and nothing says that it is this site's. {OTHERS}",
    ),
    "partitions": Row(
        part, {},
        f"Device/{SDB}: it has partitions (sdb1), and nothing says that it is this site's. "
        f"{OTHERS}",
    ),
    "a disk that cannot be read": Row(
        unreadable, {},
        f"Device/{SDB}: it cannot be read: Is a directory. Replace it, {OUT}",
    ),
    "the system's own": Row(
        lambda host: host.mount("8:16", "/"), {},
        f"Device/{SDB}: the system runs from it. {END}",
    ),
    "mounted": Row(
        lambda host: host.mount("8:16", "/data"), {},
        f"Device/{SDB}: it is mounted at /data. {END}",
    ),
    "swapped on": Row(swapped, {}, f"Device/{SDB}: it is mounted at [SWAP]. {END}"),
    "read-only": Row(
        lambda host: host.write("sys/devices/sdb/ro", "1\n"), {},
        f"Device/{SDB}: it is read-only. Make it writable (its switch, or blockdev --setrw), {OUT}",
    ),
    "part of LVM": Row(
        lambda host: host.holder("sdb", "dm-0", "252:0", **{"dm/name": "ceph--1-osd"}), {},
        f"Device/{SDB}: ceph--1-osd holds it. {END}",
    ),
    "a path of multipath": Row(
        lambda host: host.holder(
            "sdb", "dm-1", "252:1", **{"dm/name": "mpatha", "dm/uuid": "mpath-3600"}
        ), {},
        f"Device/{SDB}: it is a path of multipath device mpatha. {END}",
    ),
    "open": Row(
        lambda host: host.process(4711, "ceph-osd", "/dev/sdb"), {},
        f"Device/{SDB}: process 4711 (ceph-osd) has it open. {END}",
    ),
    "locked": Row(
        locked, {},
        f"Device/{SDB}: a process has locked it, as a running OSD does. {END}",
    ),
}  # fmt: skip


class HeldHost(DiskHost):
    """A host with two disks, and what a test holds open on it."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__(root, patch)
        self.held: list[int] = []
        self.disk("sdb", "8:16")
        self.disk("sdc", "8:32")


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[HeldHost]:
    host = HeldHost(tmp_path, monkeypatch)
    monkeypatch.setattr(disk_wipe, "System", lambda: host.system)
    monkeypatch.setattr(blank, "PAUSE", 0)
    yield host
    for number in host.held:
        os.close(number)


@pytest.mark.parametrize("check", [True, False], ids=["check", "run"])
@pytest.mark.parametrize("name", ROWS)
def test_it_is_refused_by_its_sentence_and_nothing_is_written(
    host: HeldHost, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    name: str, check: bool,
) -> None:  # fmt: skip
    row = ROWS[name]
    row.arrange(host)
    monkeypatch.setattr(medium.Medium, "zero", lambda *_place: pytest.fail("it was written to"))
    asked = {"devices": [SDB], "site": "store1", "confirm": "store1", **row.asked}
    result = call(capsys, disk_wipe, check=check, **asked)
    assert result["failed"] is True and not result.get("changed")
    assert result["msg"] == f"Refused, nothing was changed:\n{row.said}"


def test_there_are_enough_of_them_and_no_two_say_the_same() -> None:
    assert len({row.said for row in ROWS.values()}) == len(ROWS) >= LEAST
