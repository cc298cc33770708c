# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that hangs is named with what it does not end, and keeps neither others nor the module."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    blank,
    device_uses,
    disks,
    medium,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.system import TOO_LONG, System
from ansible_collections.rookery.rook.plugins.modules import disk_info, disk_wipe
from diskhost import BY_ID, FSID, GIB, DiskHost, call, label, put

Run = t.Callable[..., dict[str, t.Any]]
SDB, SDC = f"{BY_ID}/sdb-id", f"{BY_ID}/sdc-id"


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskHost:
    """Return a host with an OSD on each of two disks."""
    host = DiskHost(tmp_path, monkeypatch)
    for module in (disk_info, disk_wipe):
        monkeypatch.setattr(module, "System", lambda: host.system)
    for disk, number in (("sdb", "8:16"), ("sdc", "8:32")):
        put(host.disk(disk, number), 0, label())
    return host


@pytest.fixture(name="run")
def _run(host: DiskHost, capsys: pytest.CaptureFixture[str]) -> Run:
    permitted = {"site": "store1", "confirm": "store1", "ceph_fsid": FSID}
    return lambda **more: call(capsys, disk_wipe, **{**permitted, **more})


def has_label(host: DiskHost, disk: str) -> bool:
    with (host.root / "dev" / disk).open("rb") as file:
        return file.read(22) == b"bluestore block device"


def test_one_that_answers_at_first_and_hangs_while_it_is_read_is_told(
    host: DiskHost, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(System, "ANSWER", 1.0)
    real, hanging = disks.opened, host.root / "dev/sdb"

    def opened(path: Path) -> t.Any:
        return time.sleep(60) if path == hanging else real(path)

    monkeypatch.setattr(disks, "opened", opened)
    silent, other = call(capsys, disk_info)["disks"]
    assert "it does not answer within 1 s" in str(silent["reasons"])
    assert other["ceph"]["fsid"] == FSID


@pytest.mark.parametrize(
    ("asked", "doing"),
    [
        ("discard", "discarding what is at byte 0"),
        ("forget_partition", "letting the kernel forget partition 1"),
    ],
)
def test_a_disk_that_hangs_while_it_is_wiped_is_told_and_keeps_no_other(
    run: Run,
    host: DiskHost,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    doing: str,
) -> None:
    host.partition("sdb", 1, "8:17", GIB, GIB)
    monkeypatch.setattr(System, "REQUEST", 3.0)
    real, hanging = getattr(medium.Medium, asked), (host.root / "dev/sdb").stat().st_ino

    def hang(self: medium.Medium, *about: int) -> t.Any:
        if os.fstat(self._number).st_ino == hanging:
            (host.root / "hangs").write_text(str(os.getpid()))
            time.sleep(60)
        return real(self, *about)

    monkeypatch.setattr(medium.Medium, asked, hang)
    begun = time.monotonic()
    result = run(devices=[SDB, SDC])
    assert time.monotonic() - begun < 30
    told = f"Failed to make blank Device/{SDB}: Device/{SDB} hangs, and may be wiped in part: "
    assert result["msg"].startswith(f"{told}{doing} has not ended within 3 s, see `dmesg`")
    assert "wiped were 1 others" in result["msg"]
    assert [step["id"] for step in result["plan"]] == [f"Device/{SDC}"]
    assert [device["wiped"] for device in result["devices"]] == [False, True]
    # It writes nothing when the disk comes back: it has no next step.
    number = int((host.root / "hangs").read_text())
    assert os.waitpid(number, 0)[1] == signal.SIGKILL


def test_a_disk_that_never_opens_is_told_before_any_is_wiped(
    run: Run, host: DiskHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(System, "ANSWER", 1.0)
    monkeypatch.setattr(device_uses, "opened", lambda *_about: time.sleep(60))
    result = run(devices=[SDB, SDC])
    assert f"Failed to open {SDB}: it does not answer within 1 s" in result["msg"]
    assert has_label(host, "sdb")


def test_the_whole_of_a_large_device_is_discarded_in_pieces(
    run: Run, host: DiskHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blank, "DISCARD", 5 * GIB)
    asked = host.root / "asked"

    def discard(_self: medium.Medium, offset: int, length: int) -> bool:
        with asked.open("a") as file:
            file.write(f"{offset // GIB}+{length // GIB} ")
        return True

    monkeypatch.setattr(medium.Medium, "discard", discard)
    (device,) = run(devices=[SDB])["devices"]
    assert (device["discarded"], device["blank"]) == (True, True)
    assert asked.read_text() == "0+5 5+5 10+2 "


def test_a_wipefs_that_hangs_proves_nothing(
    run: Run, host: DiskHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = System.ask

    def ask(self: System, *command: str, **more: t.Any) -> t.Any:
        if command[0] != "wipefs" or has_label(host, "sdb"):
            return real(self, *command, **more)
        return subprocess.CompletedProcess(command, TOO_LONG, "", "no end after 300 s")

    monkeypatch.setattr(System, "ask", ask)
    result = run(devices=[SDB])
    assert "wipefs hangs, no end after 300 s" in result["msg"]
    assert (result["changed"], result["devices"][0]["blank"]) == (False, False)
