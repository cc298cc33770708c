# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hosts become nodes: labels, no taint where they take pods, the network also of some alone.

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


def test_the_network_of_a_limited_run_knows_all_nodes(tmp_path: Path) -> None:
    nodes = {
        name: {"address": f"192.0.2.{number}", "pod_cidr": f"10.244.{number}.0/24"}
        for number, name in enumerate(("cp1", "w1", "w2"))
    }
    texts = ("bridge.conflist.j2", "network.nft.j2", "network.service.j2")
    tasks = [
        {"ansible.builtin.include_vars": {"file": str(ROLE / "defaults/main.yml")}},
        {"ansible.builtin.include_vars": {"file": str(ROLE / "vars/main.yml")}},
        {"ansible.builtin.set_fact": {"__rook_kubernetes_nodes": {"nodes": nodes}},
         "run_once": True},
        *({"ansible.builtin.template": {
            "src": f"{ROLE}/templates/{text}", "dest": f"{tmp_path}/{text}", "mode": "0600"}}
          for text in texts),
    ]  # fmt: skip
    groups = {"kube_control_plane": ["cp1"], "kube_node": ["w1", "w2"]}
    result = play(tmp_path, groups, tasks, GIVEN, "--limit=w2")
    assert result.returncode == 0, result.stdout
    conflist, nft, service = ((tmp_path / text).read_text() for text in texts)
    assert '"subnet": "10.244.2.0/24"' in conflist
    assert "192.0.2.0, 192.0.2.1, 192.0.2.2" in nft
    assert [line for line in service.splitlines() if "route replace" in line] == [
        f"ExecStart=/usr/sbin/ip route replace 10.244.{number}.0/24 via 192.0.2.{number} proto 117"
        for number in (0, 1)
    ]
