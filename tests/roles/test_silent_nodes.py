# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node that takes the connection and then says nothing is told, and keeps nobody waiting.

The connection is a program of the test, which says nothing for longer than the role waits.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from plays import ROOT, play

GROUPS = {name: ["n1"] for name in ("kube_control_plane", "rook_storage")}


@pytest.fixture(name="silent")
def _silent(tmp_path: Path) -> dict[str, str]:
    """Return what makes a connection of a play one that says nothing."""
    program = tmp_path / "ssh"
    program.write_text("#!/bin/sh\nexec sleep 8\n")
    program.chmod(0o755)
    return {"ansible_connection": "ssh", "ansible_ssh_executable": str(program)}


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("rook_diagnose", "__rook_diagnose_unread"),
        ("rook_preflight", "__rook_preflight_disks.msg"),
    ],
)
def test_a_node_that_says_nothing_is_told(
    tmp_path: Path, silent: dict[str, str], role: str, shown: str
) -> None:
    tasks: list[t.Any] = [
        {"ansible.builtin.include_role": {"name": f"rookery.rook.{role}", "tasks_from": "nodes"}},
        {"ansible.builtin.debug": {"var": shown}},
    ]
    given = {**silent, "rook_site": "store1", "rook_version": "1.18", f"_{role}_patience": 2}
    done = play(tmp_path, GROUPS, tasks, given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Timed out after 2 second" in done.stdout.partition(shown)[2], done.stdout


def test_a_new_server_that_says_nothing_is_told(tmp_path: Path, silent: dict[str, str]) -> None:
    role = yaml.safe_load((ROOT / "roles/rook_openstack/tasks/present.yml").read_text())
    waits = [task for task in role if "ansible.builtin.wait_for_connection" in task]
    given = {
        **silent, "_rook_openstack_awaited": ["n1"],
        "rook_openstack_ssh_timeout": 1, "_rook_openstack_patience": 2,
    }  # fmt: skip
    done = play(tmp_path, GROUPS, waits, given)
    assert done.returncode and "Timed out after 2 second" in done.stdout + done.stderr
