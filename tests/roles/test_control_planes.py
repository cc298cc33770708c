# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane takes pods when its groups say so: then it is registered without kubeadm's taint.

Renders what kubeadm is told, on this machine. Takes seconds.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from plays import ROOT, play

ROLE = ROOT / "roles/rook_kubernetes"


@pytest.mark.parametrize("template", ["init.yml.j2", "join.yml.j2"])
def test_a_control_plane_with_data_or_pods_is_not_tainted(tmp_path: Path, template: str) -> None:
    read = f"{{{{ lookup('ansible.builtin.template', '{ROLE}/templates/{template}') }}}}"
    tasks = [
        {"ansible.builtin.include_vars": {"file": str(ROLE / "defaults/main.yml")}},
        {"ansible.builtin.include_vars": {"file": str(ROLE / "vars/main.yml")}},
        {"ansible.builtin.copy": {
            "content": read, "dest": f"{tmp_path}/{{{{ inventory_hostname }}}}", "mode": "0600"}},
    ]  # fmt: skip
    groups = {
        "kube_control_plane": ["plain", "storing", "working"],
        "kube_node": ["working", "worker"],
        "rook_storage": ["storing", "worker"],
    }
    given = {"rook_site": "store1", "rook_common_site": "store1", "rook_common_kubeconfig": "none"}
    result = play(tmp_path, groups, tasks, given)
    assert result.returncode == 0, result.stdout
    names = sorted({name for hosts in groups.values() for name in hosts})
    told = {
        name: yaml.safe_load((tmp_path / name).read_text())["nodeRegistration"] for name in names
    }
    assert {name: item.get("taints") for name, item in told.items()} == {
        "plain": None, "storing": [], "working": [], "worker": None,
    }  # fmt: skip
    assert all(item["name"] == name for name, item in told.items())
