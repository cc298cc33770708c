# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real block devices: what is on them is found, refused, made blank and read back from them."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import typing as t
import uuid
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import signatures
from ansible_collections.rookery.rook.plugins.modules import disk_info
from loops import (
    BY_ID,
    GIB,
    Call,
    Host,
    Loop,
    blkid_finds,
    calls,
    loop_device,
    permitted,
    run,
)

DISK0, DISK1 = f"{BY_ID}/disk0", f"{BY_ID}/disk1"
FSID = str(uuid.uuid4())
LABELS = (0, GIB, 10 * GIB, 100 * GIB, 1000 * GIB)
# Holds a device in one way, says so, and lets go when its input ends.
HOLDER = """
import fcntl, os, struct, sys
number = os.open(sys.argv[1], os.O_RDWR | (os.O_EXCL if sys.argv[2] == "exclusive" else 0))
if sys.argv[2] == "lock":
    fcntl.fcntl(number, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(name="loops")
def _loops(tmp_path: Path) -> t.Iterator[list[Loop]]:
    """Two devices; the first is large enough for every copy of an OSD's label."""
    if os.geteuid():
        pytest.fail("Loop devices need root. Run this ring as root on a machine of your own.")
    with contextlib.ExitStack() as stack:
        sizes = (1100 * GIB, 12 * GIB)
        yield [stack.enter_context(loop_device(tmp_path, size)) for size in sizes]


@pytest.fixture(name="host")
def _host(tmp_path: Path, loops: list[Loop]) -> Host:
    return Host(tmp_path / "host", loops)


@pytest.fixture(name="call")
def _call(host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return calls(host, monkeypatch, capsys)


@pytest.fixture(name="wiped")
def _wiped(call: Call) -> Call:
    return permitted(call, DISK0)


@contextlib.contextmanager
def held(path: Path, how: str) -> t.Iterator[int]:
    """Let another process hold a device."""
    command = [sys.executable, "-c", HOLDER, str(path), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.stdin.close()


def label() -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode()

    meta = text("ceph_fsid") + text(FSID) + text("whoami") + text("0")
    fixed = b"\x02\x01" + bytes(4 + 16 + 8 + 8)
    return (
        b"bluestore block device\n" + str(uuid.uuid4()).encode() + b"\n" + fixed + text("main")
        + struct.pack("<I", 2) + meta
    )  # fmt: skip


def test_only_the_hosts_own_devices_are_told_and_they_are_blank(
    call: Call, loops: list[Loop]
) -> None:
    disks = call(disk_info)["disks"]
    assert {disk["name"] for disk in disks} == {loop.name for loop in loops}
    assert {tuple(disk["links"]) for disk in disks} == {(DISK0,), (DISK1,)}
    assert all(disk["blank"] and disk["type"] == "loop" for disk in disks)


def test_every_copy_of_an_osds_label_goes_from_the_device_itself(
    call: Call, wiped: Call, loops: list[Loop], host: Host
) -> None:
    for offset in LABELS:
        loops[0].put(offset, label())
    told = {disk["name"]: disk for disk in call(disk_info)["disks"]}[loops[0].name]
    assert told["ceph"]["fsid"] == FSID and told["ceph"]["offsets"] == list(LABELS)
    assert FSID in wiped()["msg"]
    assert wiped(check=True, ceph_fsid=FSID)["changed"] is True
    assert loops[0].at(LABELS[-1], 9) == b"bluestore"
    done = wiped(ceph_fsid=FSID)
    assert done["changed"] is True, done["msg"]
    assert {loops[0].at(offset, 4096) for offset in LABELS} == {bytes(4096)}
    assert not blkid_finds(host.node(0))
    assert wiped(ceph_fsid=FSID)["changed"] is False


def test_a_file_system_is_refused_mounted_and_not_and_wiped_when_permitted(
    wiped: Call, host: Host, tmp_path: Path
) -> None:
    run("mkfs.ext4", "-q", "-N", "64", str(host.node(0)), "512M")
    assert "it holds ext4" in wiped()["msg"]
    point = tmp_path / "point"
    point.mkdir()
    run("mount", str(host.node(0)), str(point))
    try:
        said = wiped(other_data=True)["msg"]
        assert f"it is mounted at {point}" in said
        assert (point / "lost+found").is_dir()
    finally:
        run("umount", str(point))
    assert wiped(other_data=True)["devices"][0]["blank"] is True
    assert not blkid_finds(host.node(0))


def test_a_mount_that_only_the_kernel_knows_of_is_respected(wiped: Call, host: Host) -> None:
    run("mkfs.ext4", "-q", "-N", "64", str(host.node(0)), "512M")
    script = 'mount "$0" /mnt && echo held && cat'
    command = ["unshare", "--mount", "sh", "-c", script, str(host.node(0))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == b"held\n"
        said = wiped(other_data=True)["msg"]
        process.stdin.close()
    assert "the kernel has it in use" in said
    assert wiped(other_data=True)["changed"] is True


@pytest.mark.parametrize(
    ("how", "reason"),
    [("open", "has it open"), ("exclusive", "in use"), ("lock", "a process has locked it")],
)
def test_a_process_that_uses_the_device_is_named(
    wiped: Call, host: Host, loops: list[Loop], how: str, reason: str
) -> None:
    loops[0].put(0, label())
    # What a process has open is known by the name in /dev, a lock by the node that was locked.
    node = Path(loops[0].path) if how == "open" else host.node(0)
    with held(node, how) as pid:
        said = wiped(ceph_fsid=FSID)["msg"]
    assert reason in said and (how != "open" or f"process {pid} (" in said), said
    assert loops[0].at(0, 9) == b"bluestore"
    assert wiped(ceph_fsid=FSID)["changed"] is True


def test_partitions_go_with_what_is_in_them_and_the_kernel_forgets_them(
    call: Call, wiped: Call, loops: list[Loop]
) -> None:
    start, sectors = 4 * GIB, 2 * GIB // 512
    loops[0].put(512, b"EFI PART")
    loops[0].put(1100 * GIB - 512, b"EFI PART")
    loops[0].put(start + GIB, label())
    run("addpart", loops[0].path, "1", str(start // 512), str(sectors))
    assert f"it has partitions ({loops[0].name}p1)" in wiped()["msg"]
    done = wiped(other_data=True)
    assert done["changed"] is True, done["msg"]
    assert loops[0].at(start + GIB, 4096) == bytes(4096)
    assert loops[0].at(1100 * GIB - 512, 512) == bytes(512)
    assert all(disk["blank"] for disk in call(disk_info)["disks"])
    assert not Path(f"/sys/class/block/{loops[0].name}p1").exists()


def test_own_reading_is_enough_and_swap_space_goes(
    wiped: Call, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "asked", lambda *_arguments: ())
    run("mkswap", "--quiet", str(host.node(0)))
    assert "it holds swap" in wiped()["msg"]
    assert wiped(other_data=True)["changed"] is True
    assert not blkid_finds(host.node(0))


def test_all_devices_of_a_host_are_wiped_in_one_call_or_none(
    wiped: Call, loops: list[Loop], host: Host
) -> None:
    for loop in loops:
        loop.put(GIB, label())
    with held(host.node(1), "exclusive"):
        assert DISK1 in wiped(devices=[DISK0, DISK1], ceph_fsid=FSID)["msg"]
    assert loops[0].at(GIB, 9) == b"bluestore"
    done = wiped(devices=[DISK0, DISK1], ceph_fsid=FSID)
    assert [device["blank"] for device in done["devices"]] == [True, True]
