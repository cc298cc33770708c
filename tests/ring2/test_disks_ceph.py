# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that Ceph's own tools have prepared are wiped, and Ceph's own tools find them blank.

Where the kernel has no device-mapper, OSDs on LVM and in LUKS cannot be made; their headers can.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import disk_info
from cephbox import CephBox, ceph
from loops import BY_ID, GIB, Call, Host, Loop, blkid_finds, calls, loop_device, permitted

__all__ = ["ceph"]

DISK = f"{BY_ID}/disk0"
# What remains to be said of a blank loop device: Ceph never takes one unasked.
ONLY_ITS_TYPE = ["Device type is not acceptable. It should be raw device or partition"]
LUKS = "printf secret | cryptsetup luksFormat --batch-mode --key-file - --pbkdf pbkdf2 "
LUKS_QUICK = "--pbkdf-force-iterations 1000"
OLD = {
    "an LVM physical volume": ("LVM2_member", 'pvcreate -ff -y "$0" 2>&1'),
    "LUKS 1": ("crypto_LUKS", f'{LUKS} {LUKS_QUICK} --type luks1 "$0"'),
    "LUKS 2": ("crypto_LUKS", f'{LUKS} {LUKS_QUICK} --type luks2 "$0"'),
    "a GPT": ("gpt", 'sgdisk --new=1:0:+1G --new=2:0:+2G "$0"'),
    "a file system": ("ext4", 'mkfs.ext4 -q -N 64 "$0" 512M'),
}


@pytest.fixture(name="loop", params=[8 * GIB, 1100 * GIB], ids=["8GiB", "1100GiB"])
def _loop(tmp_path: Path, request: pytest.FixtureRequest) -> t.Iterator[Loop]:
    with loop_device(tmp_path, request.param) as device:
        before = os.stat(device.path)
        yield device
        # ceph-volume gives the node to the user of its OSDs.
        os.chown(device.path, before.st_uid, before.st_gid)


@pytest.fixture(name="call")
def _call(
    tmp_path: Path,
    loop: Loop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    return calls(Host(tmp_path / "host", [loop]), monkeypatch, capsys)


@pytest.fixture(name="wiped")
def _wiped(call: Call) -> Call:
    return permitted(call, DISK)


def is_blank(ceph: CephBox, loop: Loop) -> bool:
    """Tell whether nobody recognises anything on a device."""
    seen = (ceph.has_label(loop.path), ceph.listed(loop.path), blkid_finds(Path(loop.path)))
    return seen == (False, {}, False) and ceph.rejections(loop.path) == ONLY_ITS_TYPE


def test_an_osd_that_ceph_volume_made_is_found_predicted_wiped_and_can_be_made_again(
    ceph: CephBox, loop: Loop, call: Call, wiped: Call
) -> None:
    ceph.prepare(loop.path)
    (told,) = call(disk_info)["disks"]
    assert told["ceph"]["fsid"] == ceph.fsid
    assert ceph.fsid in wiped()["msg"]
    predicted = wiped(check=True, ceph_fsid=ceph.fsid)["devices"][0]
    ranges = [(item["offset"], item["length"]) for item in predicted["places"]]
    size = loop.size
    # Every label that Ceph keeps, and both ends, are within what check mode names.
    for offset in (*told["ceph"]["offsets"], 0, size - 1):
        assert any(start <= offset < start + length for start, length in ranges), offset
    assert ceph.has_label(loop.path)
    done = wiped(ceph_fsid=ceph.fsid)
    assert done["changed"] is True, done["msg"]
    assert done["devices"][0]["read_back"] == predicted["places"]
    assert is_blank(ceph, loop)
    assert wiped(ceph_fsid=ceph.fsid)["changed"] is False
    ceph.prepare(loop.path)


def test_labels_that_other_tools_left_behind_are_found_and_go(
    ceph: CephBox, loop: Loop, wiped: Call
) -> None:
    ceph.prepare(loop.path)
    loop.put(0, bytes(64 << 20))
    assert not blkid_finds(Path(loop.path)) and ceph.has_label(loop.path)
    assert wiped(ceph_fsid=ceph.fsid)["changed"] is True
    assert is_blank(ceph, loop)


@pytest.mark.parametrize("what", OLD)
def test_what_a_disk_was_before_is_refused_and_goes_when_permitted(
    ceph: CephBox, loop: Loop, wiped: Call, what: str
) -> None:
    kind, command = OLD[what]
    ceph.run("sh", "-c", command, loop.path)
    said = wiped()["msg"]
    assert "it holds " in said and kind in said
    assert wiped(other_data=True)["changed"] is True
    assert is_blank(ceph, loop)


def test_all_of_it_at_once_leaves_nothing_to_revive(ceph: CephBox, loop: Loop, wiped: Call) -> None:
    ceph.prepare(loop.path)
    ceph.run("sh", "-c", OLD["LUKS 2"][1], loop.path)
    loop.put(loop.size - 512, b"EFI PART")
    assert ceph.fsid in wiped(other_data=True)["msg"]
    assert wiped(other_data=True, ceph_fsid=ceph.fsid)["changed"] is True
    assert is_blank(ceph, loop)
