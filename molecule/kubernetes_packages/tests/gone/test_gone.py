# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After the role with state absent: nothing of Kubernetes is left, and containerd as it was."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

if t.TYPE_CHECKING:
    from conftest import Eventually
    from testinfra.host import Host

testinfra_hosts = ["ansible://kube_control_plane", "ansible://kube_node"]
# The kernel takes links away with their namespace, and processes that were ended, in its own time.
SECONDS = 30
PATHS = (
    "/etc/kubernetes",
    "/etc/default/kubelet",
    "/etc/systemd/system/kubelet.service.d",
    "/etc/systemd/system/multi-user.target.wants/kubelet.service",
    "/var/lib/systemd/deb-systemd-helper-enabled/kubelet.service.dsh-also",
    "/usr/lib/systemd/system/kubelet.service.d",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/lib/cni",
    "/opt/cni",
    "/etc/rookery",
)


def test_packages_are_those_of_before(host: Host) -> None:
    assert host.check_output("dpkg-query --show | diff /var/tmp/packages-before -") == ""


@pytest.mark.parametrize("name", ["kubeadm", "kubectl", "kubelet", "kubernetes-cni"])
def test_dpkg_remembers_nothing_of(host: Host, name: str) -> None:
    assert host.run(f"dpkg-query --status {name}").rc != 0
    assert not host.exists(name)


@pytest.mark.parametrize("path", PATHS)
def test_a_host_has_no(host: Host, path: str) -> None:
    assert not host.file(path).exists


def test_the_directory_that_containerd_makes_holds_no_network(host: Host) -> None:
    assert host.check_output("ls -A /etc/cni/net.d") == ""


def test_no_process_of_kubernetes_is_left(host: Host, eventually: Eventually) -> None:
    ours = re.compile(r"kube.*|etcd|coredns|containerd-shim.*|pause")

    def left() -> list[str]:
        names = set(host.check_output("ps -e -o comm=").split())
        return sorted(name for name in names if ours.fullmatch(name))

    eventually(left, SECONDS)


def test_no_link_of_pods_is_left(host: Host, eventually: Eventually) -> None:
    def left() -> list[str]:
        lines = host.check_output("ip -o link show").splitlines()
        links = sorted(line.split(": ")[1].split("@")[0] for line in lines)
        return [] if links == ["eth0", "lo"] else [str(links)]

    eventually(left, SECONDS)


def test_systemd_knows_no_kubelet(host: Host) -> None:
    state = host.check_output("systemctl show kubelet -p LoadState --value")
    assert state == "not-found"


def test_the_containerd_of_before_runs_with_its_own_settings(host: Host) -> None:
    assert host.service("containerd").is_running
    assert host.check_output("systemctl show containerd -p DropInPaths --value") == (
        "/etc/systemd/system/containerd.service.d/10-host.conf"
    )
    assert "/etcd:" in host.check_output("ctr --namespace k8s.io images list --quiet")


def test_the_kubeconfig_is_gone(lab: dict[str, t.Any]) -> None:
    assert not (Path(lab["lab_directory"]) / "kubeconfig").exists()
