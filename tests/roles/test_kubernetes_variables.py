# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kubeadm would refuse late is refused before a host is touched. Takes seconds."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from plays import ROOT, play

VARIABLES = {
    "ansible.builtin.include_role": {
        "name": "rookery.rook.rook_kubernetes", "tasks_from": "variables",
    }
}  # fmt: skip


def judged(folder: Path, **given: t.Any) -> subprocess.CompletedProcess[str]:
    """Run the check of the variables alone."""
    site = {"rook_site": "store1", "rook_version": "1.18", "rook_kubeconfig": f"{folder}/none"}
    return play(folder, {"kube_control_plane": ["cp1"]}, [VARIABLES], {**site, **given})


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"rook_kubernetes_endpoint": "api.example.com"},
            "rook_kubernetes_endpoint (api.example.com): it has no port, and nodes could not join. "
            "Write it as HOST:PORT, such as api.example.com:6443.",
        ),
        (
            {"rook_kubernetes_pod_cidr": "10.244.0.0"},
            "rook_kubernetes_pod_cidr (10.244.0.0): it is no network. Write ADDRESS/LENGTH",
        ),
        (
            {"rook_kubernetes_service_cidr": "services"},
            "rook_kubernetes_service_cidr (services): it is no network. Write ADDRESS/LENGTH",
        ),
        (
            {
                "rook_kubernetes_cni": "manifests",
                "rook_kubernetes_cni_manifests": ["/nonexistent/net.yml"],
            },
            "rook_kubernetes_cni_manifests (/nonexistent/net.yml): there is no such file",
        ),
    ],
)
def test_what_could_not_be_used_in_the_end_is_refused(
    tmp_path: Path, given: dict[str, t.Any], told: str
) -> None:
    result = judged(tmp_path, **given)
    said = " ".join((result.stdout + result.stderr).split())
    assert result.returncode != 0 and told in said, said


def test_what_can_be_used_passes(tmp_path: Path) -> None:
    (tmp_path / "net.yml").touch()
    result = judged(
        tmp_path,
        rook_kubernetes_endpoint="[2001:db8::1]:6443",
        rook_kubernetes_pod_cidr="10.0.0.0/16,2001:db8:1::/56",
        rook_kubernetes_cni="manifests",
        rook_kubernetes_cni_manifests=[f"{tmp_path}/net.yml", "~/net.yml", "relative.yml"],
    )
    assert result.returncode == 0, result.stdout
    assert judged(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("host", "endpoint"),
    [
        ({"ansible_host": "2001:db8::1"}, "[2001:db8::1]:6443"),
        ({"ansible_host": "192.0.2.1"}, "192.0.2.1:6443"),
        ({}, "cp1:6443"),
    ],
)
def test_the_api_is_where_the_first_control_plane_is(
    tmp_path: Path, host: dict[str, str], endpoint: str
) -> None:
    role = ROOT / "roles/rook_kubernetes/defaults/main.yml"
    tasks: list[t.Any] = [
        {"ansible.builtin.add_host": {"name": "cp1", **host}},
        {"ansible.builtin.include_vars": {"file": str(role)}},
        {"ansible.builtin.debug": {"msg": "told <{{ rook_kubernetes_endpoint }}>"}},
    ]
    result = play(tmp_path, {"kube_control_plane": ["cp1"]}, tasks, {})
    assert f"told <{endpoint}>" in result.stdout, result.stdout


@pytest.mark.parametrize("role", ["rook_kubernetes", "rook_kubelet"])
def test_a_cluster_is_adopted_whose_control_planes_are_not_in_the_inventory(
    tmp_path: Path, role: str
) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text("{kind: Config}\n")
    given = {
        "rook_site": "store1", "rook_version": "1.18", "rook_kubeconfig": str(file),
        "rook_kubernetes_adopt": True,
    }  # fmt: skip
    task = {"ansible.builtin.include_role": {"name": f"rookery.rook.{role}"}}
    result = play(tmp_path, {"kube_node": ["w1"]}, [task], given, "--check")
    # So far that the nodes are asked for.
    assert f"{file}" in result.stdout and "kube_control_plane" not in result.stdout, result.stdout


def test_a_new_cluster_without_a_control_plane_is_refused(tmp_path: Path) -> None:
    given = {"rook_site": "store1", "rook_version": "1.18", "rook_kubeconfig": f"{tmp_path}/none"}
    task = {"ansible.builtin.include_role": {"name": "rookery.rook.rook_kubernetes"}}
    result = play(tmp_path, {"kube_node": ["w1"]}, [task], given)
    said = " ".join(result.stdout.split())
    assert result.returncode != 0
    assert "rook_kubernetes needs a host in group kube_control_plane" in said, said


@pytest.mark.parametrize("way", ["--check", "plan.yml"])
def test_a_cluster_that_is_not_made_yet_is_predicted(tmp_path: Path, way: str) -> None:
    """A play in check mode does not say so to its roles, and plan.yml does by a variable."""
    given = {
        "rook_site": "store1", "rook_version": "1.18", "rook_kubeconfig": f"{tmp_path}/none",
        "__rook_kubernetes_host": {"host": {"probes": {"joined": False}}},
        "__rook_kubernetes_init": {"changed": True},
    }  # fmt: skip
    role, groups = "rookery.rook.rook_kubernetes", {"kube_control_plane": ["cp1"]}
    tasks: list[t.Any] = [
        {"ansible.builtin.include_role": {"name": role, "tasks_from": name}}
        for name in ("kubeconfig", "ready")
    ]
    if way == "--check":
        result = play(tmp_path, groups, tasks, given, way)
    else:
        plays = yaml.safe_load((ROOT / "playbooks/plan.yml").read_text())
        more = {key: plays[-1][key] for key in ("vars", "check_mode")}
        result = play(tmp_path, groups, tasks, given, **more)
    assert result.returncode == 0 and "changed=1" in result.stdout, result.stdout
    assert not (tmp_path / "none").exists()


def test_a_file_with_a_registrys_login_is_for_root_alone(tmp_path: Path) -> None:
    role = ROOT / "roles/rook_kubernetes"
    (tmp_path / "templates").symlink_to(role / "templates")
    tasks: list[t.Any] = [
        {"ansible.builtin.include_vars": {"file": f"{role}/{name}/main.yml"}}
        for name in ("defaults", "vars")
    ]
    holding = "(_rook_kubernetes_files | selectattr('content', 'search', 'example-login'))[0]"
    shown = f"{{{{ {holding}.path ~ ' ' ~ {holding}.mode }}}}"
    tasks.append({"ansible.builtin.debug": {"msg": f"found: {shown}."}})
    registry = {"configs": {"registry.example.com": {"auth": {"auth": "example-login"}}}}
    config = {"io.containerd.grpc.v1.cri": {"registry": registry}}
    result = play(
        tmp_path, {"kube_control_plane": ["cp1"]}, tasks,
        {"rook_kubernetes_containerd_config": config, "rook_kubernetes_source": "artefacts"},
    )  # fmt: skip
    assert "found: /etc/containerd/config.toml 0600." in result.stdout, result.stdout
