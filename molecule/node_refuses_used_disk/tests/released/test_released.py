# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wiped on purpose, prepared, and given back: nothing is left on the hosts or on their disks."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from conftest import Run
    from testinfra.host import Host

testinfra_hosts = ["ansible://rook_storage"]
DISK = "/dev/disk/by-id/rooklab-disk0"


def test_only_disks_with_data_were_wiped(runs: list[Run]) -> None:
    wiped = [
        {host for task, host in run.results("changed") if task == "Make each disk blank"}
        for run in runs
        if "TASK [Make each disk blank]" in run.text
    ]
    assert wiped == [{"w1", "w2"}, set()]


@pytest.mark.parametrize("offset", [0, 1 << 30, (10 << 30) - (64 << 20)])
def test_a_disk_reads_back_as_zeros(host: Host, offset: int) -> None:
    read = host.run(f"cmp -n 67108864 -i 0:{offset} /dev/zero {DISK}")
    assert read.rc == 0, f"{read.stdout}{read.stderr}"


def test_no_signature_is_left_on_a_disk(host: Host) -> None:
    assert host.check_output(f"wipefs --no-act {DISK}") == ""


@pytest.mark.parametrize("path", ["/var/lib/rook", "/etc/rookery"])
def test_a_host_has_no(host: Host, path: str) -> None:
    assert not host.file(path).exists


def test_packages_are_those_of_before(host: Host) -> None:
    assert not host.package("lvm2").is_installed
