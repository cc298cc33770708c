# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After teardown.yml: the hosts are bare again and their disks blank."""

from __future__ import annotations

import re
import typing as t

import pytest

if t.TYPE_CHECKING:
    from conftest import Eventually
    from testinfra.host import Host

testinfra_hosts = ["ansible://kube_control_plane", "ansible://kube_node"]
PATHS = (
    "/etc/kubernetes",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/lib/rook",
    "/var/lib/containerd",
    "/etc/cni/net.d",
    "/opt/cni/bin",
    "/var/lib/cni",
    "/etc/rookery",
)
DISK = "/dev/disk/by-id/rooklab-disk0"
# The kernel takes links away with their namespace, and processes that were ended, in its own time.
SECONDS = 30


@pytest.mark.parametrize("path", PATHS)
def test_a_host_has_no(host: Host, path: str) -> None:
    assert not host.file(path).exists


def test_no_process_of_kubernetes_or_ceph_is_left(host: Host, eventually: Eventually) -> None:
    ours = re.compile(r"kube.*|etcd|coredns|containerd.*|ceph.*|radosgw|rook.*|pause")

    def left() -> list[str]:
        names = set(host.check_output("ps -e -o comm=").split())
        return sorted(name for name in names if ours.fullmatch(name))

    eventually(left, SECONDS)


def test_no_mount_is_left(host: Host) -> None:
    mounts = host.check_output("cat /proc/self/mounts")
    assert [
        line
        for line in mounts.splitlines()
        if re.search(r"kubelet|containerd|ceph|netns/cni", line)
    ] == []


def test_no_link_of_pods_is_left(host: Host, eventually: Eventually) -> None:
    def left() -> list[str]:
        lines = host.check_output("ip -o link show").splitlines()
        links = sorted(line.split(": ")[1].split("@")[0] for line in lines)
        return [] if links == ["eth0", "lo"] else [str(links)]

    eventually(left, SECONDS)


def test_no_rule_of_kubernetes_is_left(host: Host) -> None:
    rules = host.run("nft list ruleset 2>/dev/null; iptables-save 2>/dev/null").stdout
    assert [line for line in rules.splitlines() if re.search(r"kube|cni|rookery", line, re.I)] == []


def test_no_route_to_pods_is_left(host: Host) -> None:
    assert "10.244." not in host.check_output("ip route")


def test_a_disk_reads_back_as_zeros_where_labels_and_tables_are(host: Host) -> None:
    """Ceph's labels have 4 KiB, the second copy of a GPT 33 sectors; what lies between may stay."""
    if not host.file(DISK).exists:
        assert host.check_output("hostname") == "cp1", "only the control plane has no disk"
        return
    size = int(host.check_output(f"blockdev --getsize64 {DISK}"))
    for at, length in ((0, 4096), (1 << 30, 4096), (size - 33 * 512, 33 * 512)):
        read = host.run(f"cmp -n {length} -i 0:{at} /dev/zero {DISK}")
        assert read.rc == 0, f"not blank from {at}: {read.stdout}{read.stderr}"


def test_no_signature_is_left_on_a_disk(host: Host) -> None:
    assert host.check_output(f"test ! -e {DISK} || wipefs --no-act {DISK}") == ""
