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
from plays import play


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("rook_diagnose", "__rook_diagnose_unread"),
        ("rook_preflight", "__rook_preflight_disks.msg"),
    ],
)
def test_a_node_that_says_nothing_is_told(tmp_path: Path, role: str, shown: str) -> None:
    silent = tmp_path / "ssh"
    silent.write_text("#!/bin/sh\nexec sleep 8\n")
    silent.chmod(0o755)
    tasks: list[t.Any] = [
        {"ansible.builtin.include_role": {"name": f"rookery.rook.{role}", "tasks_from": "nodes"}},
        {"ansible.builtin.debug": {"var": shown}},
    ]
    given = {
        "ansible_connection": "ssh", "ansible_ssh_executable": str(silent),
        "rook_site": "store1", "rook_version": "1.18", f"_{role}_patience": 2,
    }  # fmt: skip
    groups = {name: ["n1"] for name in ("kube_control_plane", "rook_storage")}
    done = play(tmp_path, groups, tasks, given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Timed out after 2 second" in done.stdout.partition(shown)[2], done.stdout
