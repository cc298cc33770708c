# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubeconfig that leads to other clusters is neither replaced nor removed by the site's.

Runs only the tasks of the role that touch that file, with directories of the test in the place of
those of a control plane. Each run takes seconds.
"""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
import yaml
from plays import Run, play

OWN, OTHER = "of this cluster\n", "of another one\n"


def kubeconfig(*authorities: str) -> str:
    """Return a kubeconfig of clusters with such authorities."""
    clusters = [
        {"name": str(place),
         "cluster": {"certificate-authority-data": base64.b64encode(each.encode()).decode()}}
        for place, each in enumerate(authorities)
    ]  # fmt: skip
    return yaml.safe_dump({"kind": "Config", "clusters": clusters})


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    """Return the kubeconfig on the deploy host, and lay out the control plane."""
    (tmp_path / "etc/pki").mkdir(parents=True)
    (tmp_path / "etc/admin.conf").write_text(kubeconfig(OWN))
    (tmp_path / "etc/pki/ca.crt").write_text(OWN)
    return tmp_path / "kubeconfig"


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    def run(tasks: str, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
        role = {"name": "rookery.rook.rook_kubernetes", "tasks_from": tasks}
        groups = {"kube_control_plane": ["cp1"]}
        given = {
            "rook_site": "store1", "rook_version": "1.18", "rook_kubeconfig": str(file),
            "rook_kubernetes_version": "1.34.4", "_rook_kubernetes_etc": str(tmp_path / "etc"),
            "__rook_kubernetes_host": {"host": {"probes": {"joined": True}}},
            # A task that would begin a cluster finds no program to do it.
            "_rook_kubernetes_bin": str(tmp_path),
        }  # fmt: skip
        steps = [{"ansible.builtin.include_role": role}]
        return play(tmp_path, groups, steps, given, *options)

    return run


@pytest.mark.parametrize("there", [(OTHER,), (OWN, OTHER)])
def test_the_file_of_another_cluster_is_not_replaced(
    run: Run, file: Path, there: tuple[str, ...]
) -> None:
    file.write_text(kubeconfig(*there))
    result = run("kubeconfig", file)
    assert result.returncode != 0
    assert f"rook_kubeconfig ({file}) leads to another cluster" in " ".join(result.stdout.split())
    assert file.read_text() == kubeconfig(*there)


def test_the_file_of_the_cluster_itself_is_brought_up_to_date(run: Run, file: Path) -> None:
    file.write_text(kubeconfig(OWN, OWN))
    result = run("kubeconfig", file)
    assert result.returncode == 0, result.stdout
    assert file.read_text() == kubeconfig(OWN)


def test_no_cluster_is_begun_while_the_file_leads_to_one(run: Run, file: Path) -> None:
    file.write_text(kubeconfig(OTHER))
    result = run("init", file)
    said = " ".join(result.stdout.split())
    assert result.returncode != 0
    assert f"rook_kubeconfig ({file}) leads to a cluster, and cp1 begins a new one" in said
    assert "kubeadm" not in said


@pytest.mark.parametrize(
    ("there", "stays"), [((OWN,), False), ((OTHER,), True), ((OWN, OTHER), True)]
)
def test_only_the_file_of_the_cluster_itself_is_removed(
    run: Run, file: Path, there: tuple[str, ...], *, stays: bool
) -> None:
    file.write_text(kubeconfig(*there))
    result = run("forget", file)
    assert result.returncode == 0, result.stdout
    assert file.exists() is stays


def test_the_file_stays_where_nothing_tells_whose_it_is(run: Run, file: Path) -> None:
    (file.parent / "etc/pki/ca.crt").unlink()
    file.write_text(yaml.safe_dump({"clusters": [{"name": "theirs", "cluster": {}}]}))
    result = run("forget", file)
    assert result.returncode == 0, result.stdout
    assert file.exists()
