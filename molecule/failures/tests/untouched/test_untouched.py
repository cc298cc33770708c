# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After all that was refused: the hosts are as bare as they were."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from testinfra.host import Host

testinfra_hosts = ["ansible://rook_storage"]


@pytest.mark.parametrize(
    "path", ["/etc/kubernetes", "/var/lib/kubelet", "/var/lib/rook", "/etc/cni", "/usr/bin/kubelet"]
)
def test_a_host_still_lacks(host: Host, path: str) -> None:
    assert not host.file(path).exists


def test_a_disk_is_still_blank(host: Host) -> None:
    assert host.run("cmp -n 67108864 /dev/zero /dev/disk/by-id/rooklab-disk0").rc == 0


@pytest.mark.parametrize("path", ["/vol_b", "/volb"])
def test_a_directory_is_still_empty(host: Host, path: str) -> None:
    assert host.file(path).listdir() == []
