# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane takes pods when its groups say so: then it is registered without kubeadm's taint.

Renders what kubeadm is told, on this machine. Takes seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
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
    play = {"hosts": "all", "gather_facts": False, "tasks": tasks}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    groups = {
        "kube_control_plane": ["plain", "storing", "working"],
        "kube_node": ["working", "worker"],
        "rook_storage": ["storing", "worker"],
    }
    host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    children = {name: {"hosts": dict.fromkeys(hosts, host)} for name, hosts in groups.items()}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"children": children}}))
    given = {"rook_site": "store1", "rook_common_site": "store1", "rook_common_kubeconfig": "none"}
    result = subprocess.run(
        ["ansible-playbook", "-i", str(tmp_path / "hosts.yml"), str(tmp_path / "play.yml"),
         "-e", json.dumps(given)],
        capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"),
             "ANSIBLE_NOCOLOR": "1", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
    names = sorted({name for hosts in groups.values() for name in hosts})
    told = {
        name: yaml.safe_load((tmp_path / name).read_text())["nodeRegistration"] for name in names
    }
    assert {name: item.get("taints") for name, item in told.items()} == {
        "plain": None, "storing": [], "working": [], "worker": None,
    }  # fmt: skip
    assert all(item["name"] == name for name, item in told.items())
