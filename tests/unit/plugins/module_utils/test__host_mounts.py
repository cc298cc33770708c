# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts are read as the kernel writes them, and storage among them is recognized."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import mounts

TEXT = """\
22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
30 22 0:30 / /var/lib/kubelet rw - tmpfs tmpfs rw
31 30 0:31 / /var/lib/kubelet/pods/a\\040b rw - ceph 192.0.2.1:6789:/ rw
32 30 0:32 / /var/lib/kubelet/pods/c rw - fuse.ceph-fuse ceph-fuse rw
33 30 252:0 / /var/lib/kubelet/pods/d rw - ext4 /dev/rbd0 rw
34 22 0:34 / /var/lib/kubelet2 rw - tmpfs tmpfs rw
half a line
"""


def test_blanks_in_names_are_read_and_broken_lines_passed_over() -> None:
    found = mounts.parse_mountinfo(TEXT)
    assert len(found) == 6
    assert found[2] == mounts.Mount("0:31", "/var/lib/kubelet/pods/a b", "ceph", "192.0.2.1:6789:/")


def test_below_a_directory_the_deepest_comes_first_and_neighbours_are_not_it() -> None:
    found = mounts.below(mounts.parse_mountinfo(TEXT), "/var/lib/kubelet/")
    assert found[-1] == "/var/lib/kubelet" and len(found) == 4


def test_ceph_and_rbd_are_storage() -> None:
    clients = mounts.storage_clients(mounts.parse_mountinfo(TEXT))
    assert [client.split(" ")[-1] for client in clients] == [
        "192.0.2.1:6789:/)", "ceph-fuse)", "/dev/rbd0)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "is_storage"), [("luks-rbd-0001-0009-rook-ceph-1", True), ("vg-home", False)]
)
def test_an_encrypted_volume_of_rbd_is_storage(source: str, is_storage: bool) -> None:
    line = f"33 30 252:0 / /var/lib/kubelet/pods/d rw - ext4 /dev/mapper/{source} rw"
    assert bool(mounts.storage_clients(mounts.parse_mountinfo(line))) is is_storage
