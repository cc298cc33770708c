# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml and teardown.yml as AWX runs them: ansible-runner, injected kubeconfig and machine key.

Needs a lab, up and with a site on it: ROOKLAB_NAME's, else the default one. ROOKERY_TEARDOWN=real
makes the teardown a real one: the scenario site_default ends with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import ansible_runner
import pytest

ROOT = Path(__file__).resolve().parents[2]
INVENTORY = ROOT / "inventories/lab"
# The inventory names the lab's key file, and a connection of an earlier run may still be open.
ONLY_BY_AGENT = {
    "ansible_ssh_private_key_file": "",
    "ansible_ssh_args": "-o ControlMaster=no -o ControlPath=none",
}


def left_out(reason: str) -> t.NoReturn:
    """Leave a test out and say why; in a scenario, which has made the lab, that is a failure."""
    if "MOLECULE_SCENARIO_NAME" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def lab_directory() -> Path:
    """Return where the lab keeps its key and kubeconfig, or skip and say what is missing."""
    name = os.environ.get("ROOKLAB_NAME", "rook")
    command = [sys.executable, str(ROOT / "lab/lab"), "inventory", "--path", "--name", name]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode:
        left_out(f"no lab to run against: {asked.stderr.strip()}")
    hosts = subprocess.run(
        ["ansible-inventory", "-i", asked.stdout.strip(), "--host", "cp1"],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(json.loads(hosts.stdout)["lab_directory"])


@pytest.fixture
def credentials(lab_directory: Path, tmp_path: Path) -> dict[str, t.Any]:
    """Inject as AWX does: the kubeconfig by the environment, the key through an agent."""
    kubeconfig = tmp_path / "injected-kubeconfig"
    if not (lab_directory / "kubeconfig").exists():
        left_out(
            f"the lab has no site: {lab_directory / 'kubeconfig'} is missing; run site.yml first"
        )
    shutil.copy(lab_directory / "kubeconfig", kubeconfig)
    hosts = json.loads(
        subprocess.run(
            ["ansible-inventory", "-i", str(INVENTORY), "--host", "cp1"],
            capture_output=True,
            check=True,
        ).stdout
    )
    return {
        "ssh_key": Path(hosts["ansible_ssh_private_key_file"]).read_text(),
        "envvars": {**os.environ, "K8S_AUTH_KUBECONFIG": str(kubeconfig)},
    }


def run(
    playbook: str, private: Path, credentials: dict[str, t.Any], *options: str, **extra: str
) -> ansible_runner.Runner:
    """Run a playbook of the collection in a private directory with nothing but what is injected."""
    private.mkdir()
    return ansible_runner.run(
        private_data_dir=str(private),
        playbook=str(ROOT / "playbooks" / playbook),
        inventory=str(INVENTORY),
        extravars={**ONLY_BY_AGENT, **extra},
        cmdline=" ".join(options),
        quiet=True,
        **credentials,
    )


def said(result: ansible_runner.Runner) -> str:
    return "\n".join(
        event["stdout"] for event in result.events if event["event"].startswith("runner_on_failed")
    )


def test_site_in_check_mode_finds_a_converged_site_unchanged(
    tmp_path: Path, credentials: dict[str, t.Any]
) -> None:
    result = run("site.yml", tmp_path / "private", credentials, "--check", "--diff")
    assert result.rc == 0, said(result)
    assert not any(result.stats["changed"].values()), result.stats["changed"]


def test_teardown_without_its_confirmation_is_refused(
    tmp_path: Path, credentials: dict[str, t.Any]
) -> None:
    result = run("teardown.yml", tmp_path / "private", credentials)
    assert result.rc != 0
    assert "rook_confirm" in said(result)
    assert not any(result.stats["changed"].values()), "it changed something before it refused"


def test_teardown(tmp_path: Path, credentials: dict[str, t.Any]) -> None:
    real = os.environ.get("ROOKERY_TEARDOWN") == "real"
    options = [] if real else ["--check", "--diff"]
    result = run("teardown.yml", tmp_path / "private", credentials, *options, rook_confirm="lab")
    assert result.rc == 0, said(result)
    assert any(result.stats["changed"].values()), "a site that is there must be taken down"
    kubeconfig = Path(credentials["envvars"]["K8S_AUTH_KUBECONFIG"])
    assert kubeconfig.exists() is not real, "it leads to a cluster that is gone"
