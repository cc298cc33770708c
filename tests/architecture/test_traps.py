# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What teardowns elsewhere do wrong: each trap has the tests that show it excluded here."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest
import yaml
from rolefiles import tasks

ROOT = Path(__file__).resolve().parents[2]
UTILS, MODULES = "tests/unit/plugins/module_utils", "tests/unit/plugins/modules"
ERAS, TEARDOWN = f"{UTILS}/test_teardown_eras.py", f"{MODULES}/test_rook_teardown.py"
HISTORIES, REAL = f"{UTILS}/test_teardown_histories.py", "tests/ring2/test_teardown.py"
GONE, WIPE = f"{UTILS}/test__readiness_gone.py", f"{MODULES}/test_disk_wipe.py"
HERE, KILLED = "tests/architecture/test_traps.py", "molecule/teardown_killed/tests/killed"
TRAPS: dict[str, tuple[tuple[str, str], ...]] = {
    "what is done is called changed by hand, or never": (
        (TEARDOWN, "test_it_goes_in_reverse_and_a_second_run_changes_nothing"),
        (f"{KILLED}/test_killed.py",
         "test_a_run_after_kills_at_many_points_ends_it_and_one_more_changes_nothing"),
    ),
    "a failure ends a wait as well as a success": (
        (GONE, "test_a_wiped_cluster_is_gone_when_every_host_is_clean"),
        (GONE, "test_an_object_that_nobody_deletes_says_so"),
    ),
    "loops without an end": (
        (HERE, "test_a_task_that_is_tried_again_has_a_limit"),
        (REAL, "test_a_stuck_finalizer_ends_within_its_limit_and_is_resumed_when_it_is_gone"),
        (HISTORIES, "test_it_ends_with_nothing_left_or_with_a_named_blocker"),
        (f"{KILLED}/test_killed.py",
         "test_waited_for_in_vain_it_ends_within_its_limit_and_says_for_whom"),
    ),
    "the operator is removed while the cluster's deletion may be pending": (
        (ERAS, "test_dependents_then_cluster_then_operator_then_definitions_then_namespace"),
        (REAL, "test_the_operator_lives_until_every_host_is_clean"),
        (TEARDOWN, "test_the_operator_does_not_go_before_what_it_holds"),
    ),
    "the cluster is deleted before its dependents": (
        (ERAS, "test_dependents_then_cluster_then_operator_then_definitions_then_namespace"),
        (HISTORIES, "test_it_ends_with_nothing_left_or_with_a_named_blocker"),
    ),
    "finalizers are stripped": (
        (TEARDOWN, "test_a_finalizer_is_waited_for_named_and_never_taken_away"),
        (TEARDOWN, "test_finalizers_are_taken_away_only_as_confirmed"),
        (HISTORIES, "test_an_operator_that_is_dead_for_good_is_named_and_then_force_ends_it"),
    ),
    "the cleanup policy is set before the dependents are gone": (
        (ERAS, "test_dependents_then_cluster_then_operator_then_definitions_then_namespace"),
        (TEARDOWN, "test_the_cleanup_policy_is_set_last_before_the_cluster_goes"),
    ),
    "all mappings of a host are removed, and whatever is there is formatted": (
        (HERE, "test_no_program_that_destroys_by_itself_is_run"),
        (f"{MODULES}/test_disk_refusals.py",
         "test_it_is_refused_by_its_sentence_and_nothing_is_written"),
        (WIPE, "test_one_refused_device_keeps_all_others_from_being_wiped"),
    ),
    "tokens and keys are in what is shown": (
        (f"{UTILS}/test__clues.py", "test_events_operator_and_ceph_are_told_in_turn"),
    ),
    "a green run that left the cluster out": (
        ("tests/awx/test_runner.py", "left_out"),
    ),
    "the namespace is a fixed one": (
        (TEARDOWN, "test_in_a_namespace_of_another_name_nothing_of_the_usual_one_is_touched"),
    ),
    "what is others' goes too": (
        (TEARDOWN, "test_what_is_not_ours_stays_as_it_was"),
        (TEARDOWN, "test_what_belongs_to_others_is_proven_to_be_as_before"),
        (REAL, "test_it_goes_in_reverse_and_leaves_nothing_of_ours_and_everything_of_others"),
        (REAL, "test_somebody_elses_object_in_the_namespace_keeps_the_namespace"),
    ),
}  # fmt: skip
# Programs that take away or overwrite what nobody named.
DESTROYERS = {
    "dd", "dmsetup", "lvremove", "mkfs", "pvremove", "sgdisk", "shred", "vgremove", "wipefs",
}  # fmt: skip
# These only tell what is there, or that something is.
HARMLESS = ({"wipefs", "--parsable"},)


def named(path: Path) -> set[str]:
    """Return the functions of a file."""
    found = ast.walk(ast.parse(path.read_text()))
    return {node.name for node in found if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_has_its_tests(trap: str) -> None:
    for path, name in TRAPS[trap]:
        assert name in named(ROOT / path), f"{path} has no {name}"


def test_a_task_that_is_tried_again_has_a_limit() -> None:
    files = [path for top in ("roles", "playbooks") for path in (ROOT / top).rglob("*.yml")]
    again = [
        (path.name, task)
        for path in files
        if "meta" not in path.parts
        for task in tasks(yaml.safe_load(path.read_text()))
        if "until" in task
    ]
    assert again, "no task is tried again any more: this test can go"
    assert [name for name, task in again if not {"retries", "delay"} <= set(task)] == []


# What runs where a disk or a whole host may be gone.
ON_HOSTS = {
    *(f"rookery.rook.{name}" for name in (
        "disk_info", "disk_wipe", "host_info", "host_state", "kubeadm_node", "kubelet_dirs",
    )),
    *(f"ansible.builtin.{name}" for name in (
        "async_status", "command", "copy", "fetch", "file", "find", "slurp", "stat", "template",
    )),
}  # fmt: skip


def on_hosts(found: t.Any, limit: t.Any = None) -> t.Iterator[tuple[str, t.Any]]:
    """Yield the name of each task on a host, and its limit or that of a block around."""
    for item in found if isinstance(found, list) else ():
        own = item.get("timeout", limit)
        if ON_HOSTS & set(item) and item.get("delegate_to") != "localhost":
            yield item["name"], own
        for part in ("block", "rescue", "always"):
            yield from on_hosts(item.get(part), own)


def test_a_task_on_a_host_has_a_limit() -> None:
    files = (ROOT / "roles").glob("*/tasks/*.yml")
    found = [each for path in files for each in on_hosts(yaml.safe_load(path.read_text()))]
    assert len(found) > 20
    assert [name for name, limit in found if limit is None] == []


def words_of(call: ast.Call) -> list[str]:
    """Return the plain words that a call is given, those in lists and tuples included."""
    return [
        node.value
        for argument in call.args
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_no_program_that_destroys_by_itself_is_run() -> None:
    runs = []
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                said = words_of(node) if node.func.attr in ("ask", "ends", "run", "Popen") else []
                harmless = any(set(said) >= words for words in HARMLESS)
                runs += [(path.name, word) for word in said if word in DESTROYERS and not harmless]
    assert runs == []
