# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rook's directory goes only from hosts on which the site was: it may be that of another cluster.

Runs the removal in check mode on this machine, with a directory of the test. Takes seconds.
"""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._remains import DRIVERS, PREFIX
from plays import Run, play

FSID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    def run(**given: t.Any) -> subprocess.CompletedProcess[str]:
        role = {"name": "rookery.rook.rook_node", "tasks_from": "absent"}
        tasks = [{"ansible.builtin.include_role": role}]
        variables = {
            "rook_site": "store1", "rook_version": "1.18", "rook_confirm": "store1",
            "rook_node_data_dir_host_path": str(tmp_path / "rook"),
            "_rook_node_traces": str(tmp_path / "traces"), **given,
            # While the cluster stands nothing is removed at all.
            "__rook_cluster_removed": {"changed": True},
        }  # fmt: skip
        groups = {name: ["n1"] for name in ("kube_control_plane", "rook_storage")}
        options = ("--check", "--diff")
        return play(tmp_path, groups, tasks, variables, *options, check_mode=True)

    (tmp_path / "traces").mkdir()
    (tmp_path / "rook").mkdir()
    return run


@pytest.mark.parametrize(
    ("trace", "fsid", "goes"),
    [
        ("", "", False),
        ("node.json", "", True),
        ("ceph_fsid", "", True),
        ("", FSID, True),
    ],
)
def test_rooks_directory_goes_where_the_site_was(
    tmp_path: Path, run: Run, trace: str, fsid: str, *, goes: bool
) -> None:
    if trace:
        (tmp_path / "traces" / trace).touch()
    result = run(__rook_preflight_facts={"ceph_fsid": fsid})
    assert result.returncode == 0, result.stdout + result.stderr
    assert (str(tmp_path / "rook") in result.stdout) is goes, result.stdout
    assert (tmp_path / "rook").is_dir()


@pytest.mark.parametrize("fsid", ["", FSID])
def test_devices_are_judged_by_a_prediction_when_the_cluster_is_gone(run: Run, fsid: str) -> None:
    # One that is not there stands for one that a running OSD holds: both are refused.
    devices = ["/dev/disk/by-id/held"]
    result = run(rook_node_devices=devices, __rook_preflight_facts={"ceph_fsid": fsid})
    said = " ".join(result.stdout.split())
    assert (result.returncode == 0) is bool(fsid), said
    assert ("not judged while it is there: /dev/disk/by-id/held" in said) is bool(fsid), said
    assert ("there is no such device on this host" in said) is not bool(fsid), said


@pytest.mark.parametrize("prefix", ["rook-ceph", "own"])
def test_the_directories_and_sockets_of_all_drivers_go(
    tmp_path: Path, run: Run, prefix: str
) -> None:
    kubelet = tmp_path / "kubelet"
    paths = [kubelet / "plugins" / f"{prefix}{driver}" for driver in DRIVERS]
    paths += [kubelet / "plugins_registry" / f"{prefix}{driver}-reg.sock" for driver in DRIVERS]
    others = [kubelet / "plugins" / name for name in ("other.rbd.csi.ceph.com", "kubernetes.io")]
    for path in (*paths, *others):
        path.mkdir(parents=True)
    given = {"rook_operator_config": {PREFIX: "own"}} if prefix == "own" else {}
    facts = {"ceph_fsid": FSID}
    result = run(rook_kubelet_root_dir=str(kubelet), __rook_preflight_facts=facts, **given)
    assert result.returncode == 0, result.stdout + result.stderr
    shown = [path for path in (*paths, *others) if f"Directory/{path}" in result.stdout]
    assert shown == paths, result.stdout
