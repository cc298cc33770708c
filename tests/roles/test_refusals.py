# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module refuses or could not do is shown in its sentences, not as the whole plan.

Everything runs in check mode, without a cluster. Each run takes seconds.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from plays import ROOT, play

# What returns a whole plan or proof, if it did not fail before it had one.
LONG = ("rook_site", "rook_teardown", "rook_verify", "openstack_site")
STALE = "The plan of site store1 was made from other objects (fingerprint 9a1b, now "


@pytest.mark.parametrize(
    ("role", "state"),
    [("rook_cluster", "present"), ("rook_storage", "present"), ("rook_storage", "absent")],
)
def test_a_refused_plan_is_not_shown_with_the_sentence(
    tmp_path: Path, role: str, state: str
) -> None:
    given = {
        "rook_site": "store1", "rook_version": "1.18", "rook_state": state,
        "rook_confirm": "store1", "rook_operator_manifests": str(tmp_path),
        "rook_kubeconfig": f"{tmp_path}/none", "rook_node_devices": ["/dev/disk/by-id/n1-a"],
        "rook_plan_fingerprint": {role.removeprefix("rook_"): "9a1b"},
    }  # fmt: skip
    tasks: list[t.Any] = [{"ansible.builtin.include_role": {"name": f"rookery.rook.{role}"}}]
    groups = {"rook_storage": ["n1"]}
    result = play(tmp_path, groups, tasks, given, "--check", hosts="localhost")
    assert result.returncode != 0 and STALE in result.stderr + result.stdout, result.stdout
    said = result.stdout.partition("Fail with what was said]")[2]
    assert STALE in said and not re.search(r"\bplan\"?: ", result.stdout), result.stdout


def test_each_role_fails_with_the_sentence_alone() -> None:
    shown = []
    for path in sorted(ROOT.glob("roles/*/tasks/*.yml")):
        tasks = yaml.safe_load(path.read_text())
        for task, after in zip(tasks, [*tasks[1:], {}], strict=True):
            if task.keys().isdisjoint(f"rookery.rook.{name}" for name in LONG):
                continue
            register = task["register"]
            fails = {"msg": f"{{{{ {register}.msg }}}}"}
            if after.get("ansible.builtin.fail") != fails or after["when"] != (
                f"{register}.msg is defined"
            ):
                shown.append(f"{path.relative_to(ROOT)}: {task['name']}")
    # Reads only what there is, and never has much of it.
    assert shown == [
        "roles/rook_openstack/tasks/absent.yml: absent | See what would go of which this run has "
        "not asked what stands on it",
        "roles/rook_verify/tasks/absent.yml: absent | Remove what an interrupted proof left",
    ]
