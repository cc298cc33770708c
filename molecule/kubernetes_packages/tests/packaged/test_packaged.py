# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the package manager brought: programs, plugins and the kubelet's unit, with our drop-in."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from conftest import Eventually, Kubectl, Run, Unready
    from testinfra.host import Host

testinfra_hosts = ["ansible://kube_control_plane", "ansible://kube_node"]
NODES = ("cp1", "w1")
PROGRAMS = {
    "/usr/bin/kubeadm": "kubeadm",
    "/usr/bin/kubectl": "kubectl",
    "/usr/bin/kubelet": "kubelet",
    "/opt/cni/bin/bridge": "kubernetes-cni",
    "/opt/cni/bin/host-local": "kubernetes-cni",
}


@pytest.mark.parametrize("path", PROGRAMS)
def test_a_program_is_its_package_s(host: Host, path: str) -> None:
    assert host.check_output(f"dpkg --search {path}") == f"{PROGRAMS[path]}: {path}"
    assert host.check_output(f"dpkg --verify {PROGRAMS[path]}") == ""


@pytest.mark.parametrize("name", ["kubeadm", "kubectl", "kubelet"])
def test_a_package_has_the_version_that_was_asked_for(
    host: Host, name: str, lab: dict[str, t.Any]
) -> None:
    assert host.package(name).version == f"{lab['lab_kubernetes_version']}-1.1"


@pytest.mark.parametrize("name", ["kubeadm", "kubectl", "kubelet"])
def test_there_is_no_second_program(host: Host, name: str) -> None:
    assert not host.file(f"/usr/local/bin/{name}").exists


def test_containerds_settings_are_for_root_alone(host: Host) -> None:
    settings = host.file("/etc/containerd/config.toml")
    assert (settings.user, settings.group, settings.mode) == ("root", "root", 0o600)


def test_the_kubelet_runs_by_its_package_s_unit_and_our_drop_in(host: Host) -> None:
    shown = host.check_output("systemctl show kubelet -p FragmentPath,DropInPaths,ActiveState")
    assert dict(line.split("=", 1) for line in shown.splitlines()) == {
        "FragmentPath": "/usr/lib/systemd/system/kubelet.service",
        "DropInPaths": "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf "
        "/etc/systemd/system/kubelet.service.d/50-rookery.conf",
        "ActiveState": "active",
    }
    # Its name is also that of what it is just about to start.
    process = host.check_output("systemctl show kubelet -p MainPID --value")
    assert host.check_output(f"readlink /proc/{process}/exe") == "/usr/bin/kubelet"


def test_no_kubelet_was_started_before_there_was_a_cluster(host: Host) -> None:
    said = host.check_output("journalctl --unit kubelet --output cat")
    assert "skipped" in said
    assert "Scheduled restart job" not in said


def test_check_mode_named_the_packages(runs: list[Run], lab: dict[str, t.Any]) -> None:
    assert f"kubeadm={lab['lab_kubernetes_version']}-*" in runs[1].text


def test_both_nodes_are_ready_with_that_version(
    kubectl: Kubectl, unready: Unready, eventually: Eventually, lab: dict[str, t.Any]
) -> None:
    eventually(unready(*NODES), 120)
    items = kubectl("get", "nodes", "-o", "json")["items"]
    versions = {item["status"]["nodeInfo"]["kubeletVersion"] for item in items}
    assert versions == {f"v{lab['lab_kubernetes_version']}"}


def test_nodes_have_joined_with_their_labels(kubectl: Kubectl) -> None:
    labels = ("topology.kubernetes.io/zone", "topology.rook.io/rack")
    found = {
        node["metadata"]["name"]: [node["metadata"]["labels"].get(label) for label in labels]
        for node in kubectl("get", "nodes", "-o", "json")["items"]
    }
    assert found == {name: [f"{name}-zone", "r1"] for name in NODES}


def test_pods_get_addresses_from_the_package_s_plugins(
    kubectl: Kubectl, eventually: Eventually
) -> None:
    def waiting() -> list[str]:
        told = kubectl("-n", "kube-system", "get", "deployment", "coredns", "-o", "json")
        return [] if told["status"].get("availableReplicas") else [str(told["status"])]

    eventually(waiting, 120)
