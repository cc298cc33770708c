# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is refused before the first change: variable, value, reason and way out.

Runs the playbooks themselves on inventories without a node; each run takes seconds.
"""

from __future__ import annotations

import copy
import os
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inventories/baremetal"
Run = t.Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(name="site")
def _site() -> dict[str, t.Any]:
    """Return the variables of the sample, which are right."""
    site = yaml.safe_load((SAMPLE / "group_vars/all/rook.yml").read_text())
    return {**site, "rook_operator_manifests": "/nonexistent"}


@pytest.fixture(name="hosts")
def _hosts() -> dict[str, t.Any]:
    hosts = yaml.safe_load((SAMPLE / "hosts.yml").read_text())
    for host in hosts["all"]["hosts"].values():
        # Refused at once; no packet leaves the machine.
        host.update(
            ansible_host="127.0.0.1", ansible_port=1, ansible_ssh_common_args="-o ConnectTimeout=2"
        )
    return hosts


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    def run(
        playbook: str, hosts: dict[str, t.Any], site: dict[str, t.Any]
    ) -> subprocess.CompletedProcess[str]:
        whole = copy.deepcopy(hosts)
        whole["all"]["vars"] = {**site, "rook_kubeconfig": str(tmp_path / "none")}
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump(whole))
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "HOME": str(tmp_path),
        }
        return subprocess.run(
            ["ansible-playbook", "-i", str(tmp_path / "hosts.yml"), playbook],
            capture_output=True, text=True, check=False, timeout=120, env=environment,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    return run


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """Return what a run said when it refused without a change."""
    assert result.returncode != 0, result.stdout
    assert "changed=1" not in result.stdout, result.stdout
    assert "Traceback" not in result.stdout + result.stderr
    return result.stdout + result.stderr


def test_unknown_and_ill_typed_variables_are_told_all_at_once(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any]
) -> None:
    hosts["all"]["hosts"]["store1"]["rook_node_devises"] = []
    site |= {"rook_storage_filesystem": [], "rook_cluster_mon_count": "three"}
    said = refused(run("rookery.rook.site", hosts, site))
    assert "rook_storage_filesystem (localhost, cp1, worker1" in said
    assert "the nearest is rook_storage_filesystems" in said
    assert "rook_node_devises (store1): " in said and "the nearest is rook_node_devices" in said
    assert "value 'three'" in said and "int" in said


def test_a_missing_name_of_the_site_is_named(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any]
) -> None:
    del site["rook_site"]
    assert "missing required arguments: rook_site" in refused(run("rookery.rook.site", hosts, site))


def test_a_state_that_does_not_exist_is_refused(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any]
) -> None:
    said = refused(run("rookery.rook.site", hosts, {**site, "rook_state": "gone"}))
    assert "value of rook_state must be one of: present, absent, got: gone" in said


def test_the_internal_role_refuses_to_be_listed(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any], tmp_path: Path
) -> None:
    play = [{"hosts": "localhost", "gather_facts": False, "roles": ["rookery.rook.rook_common"]}]
    (tmp_path / "direct.yml").write_text(yaml.safe_dump(play))
    assert "rook_common is internal" in refused(run(str(tmp_path / "direct.yml"), hosts, site))
