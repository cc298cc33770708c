# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After check mode on bare hosts: it said what would be done, and did nothing."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from conftest import Run
    from testinfra.host import Host

testinfra_hosts = ["ansible://rook_storage"]
KINDS = ("CephCluster", "CephBlockPool", "CephFilesystem", "CephObjectStore", "StorageClass")


@pytest.mark.parametrize("program", ["kubelet", "kubeadm", "containerd"])
def test_a_host_is_still_bare_of(host: Host, program: str) -> None:
    assert not host.exists(program)


@pytest.mark.parametrize(
    "path", ["/etc/kubernetes", "/var/lib/kubelet", "/var/lib/rook", "/etc/cni"]
)
def test_a_host_still_lacks(host: Host, path: str) -> None:
    assert not host.file(path).exists


def test_a_disk_is_still_blank(host: Host) -> None:
    assert host.run("cmp -n 67108864 /dev/zero /dev/disk/by-id/rooklab-disk0").rc == 0


def test_changes_of_every_host_were_predicted(host: Host, runs: list[Run]) -> None:
    name = host.check_output("hostname")
    assert [task for task, node in runs[-1].results("changed") if node == name]


@pytest.mark.parametrize("kind", KINDS)
def test_the_plan_named(kind: str, runs: list[Run]) -> None:
    assert f"{kind}/" in runs[-1].text
