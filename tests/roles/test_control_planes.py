# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hosts become nodes: with their labels, and without kubeadm's taint where they take pods.

Renders what kubeadm is told, on this machine. Takes seconds.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from plays import ROOT, play

ROLE = ROOT / "roles/rook_kubernetes"
GIVEN = {"rook_site": "store1", "rook_common_site": "store1", "rook_common_kubeconfig": "none"}


def registrations(
    folder: Path, template: str, groups: dict[str, list[str]], **given: t.Any
) -> dict[str, dict[str, t.Any]]:
    """Return how each host would be registered as a node, by a template of the role."""
    read = f"{{{{ lookup('ansible.builtin.template', '{ROLE}/templates/{template}') }}}}"
    tasks = [
        {"ansible.builtin.include_vars": {"file": str(ROLE / "defaults/main.yml")}},
        {"ansible.builtin.include_vars": {"file": str(ROLE / "vars/main.yml")}},
        {"ansible.builtin.copy": {
            "content": read, "dest": f"{folder}/{{{{ inventory_hostname }}}}", "mode": "0600"}},
    ]  # fmt: skip
    result = play(folder, groups, tasks, {**GIVEN, **given})
    assert result.returncode == 0, result.stdout
    names = {name for hosts in groups.values() for name in hosts}
    return {name: yaml.safe_load((folder / name).read_text())["nodeRegistration"] for name in names}


@pytest.mark.parametrize("template", ["init.yml.j2", "join.yml.j2"])
def test_a_control_plane_with_data_or_pods_is_not_tainted(tmp_path: Path, template: str) -> None:
    groups = {
        "kube_control_plane": ["plain", "storing", "working"],
        "kube_node": ["working", "worker"],
        "rook_storage": ["storing", "worker"],
    }
    told = registrations(tmp_path, template, groups)
    assert {name: item.get("taints") for name, item in told.items()} == {
        "plain": None, "storing": [], "working": [], "worker": None,
    }  # fmt: skip
    assert all(item["name"] == name for name, item in told.items())


@pytest.mark.parametrize("template", ["init.yml.j2", "join.yml.j2"])
def test_a_node_joins_with_its_labels(tmp_path: Path, template: str) -> None:
    labels = {"topology.kubernetes.io/zone": "a", "topology.rook.io/rack": "r1"}
    groups = {"kube_control_plane": ["cp1"]}

    def arguments(**given: t.Any) -> dict[str, str]:
        node = registrations(tmp_path, template, groups, **given)["cp1"]
        return {item["name"]: item["value"] for item in node["kubeletExtraArgs"]}

    both = "topology.kubernetes.io/zone=a,topology.rook.io/rack=r1"
    assert arguments(rook_node_labels=labels) == {"node-labels": both}
    assert arguments(rook_node_labels={}) == arguments() == {}
