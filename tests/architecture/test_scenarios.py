# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Molecule's scenarios: each has a lab and a name of its own, and only what differs."""

from __future__ import annotations

import importlib.util
import re
import sys
import types
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path.parent for path in (ROOT / "molecule").glob("*/molecule.yml"))


def settings(scenario: Path) -> dict[str, object]:
    return yaml.safe_load((scenario / "molecule.yml").read_text())


def lab_of(scenario: Path) -> str:
    return settings(scenario)["ansible"]["env"]["ROOKLAB_NAME"]


def test_no_two_scenarios_share_a_lab() -> None:
    names = [lab_of(scenario) for scenario in SCENARIOS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_a_scenario_s_lab_is_not_the_user_s(scenario: Path) -> None:
    assert re.fullmatch(r"molecule-[a-z0-9-]{1,12}", lab_of(scenario))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_a_scenario_says_only_what_differs(scenario: Path) -> None:
    assert set(settings(scenario)) <= {"ansible", "scenario"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.name)
def test_a_scenario_begins_and_ends_without_its_lab(scenario: Path) -> None:
    sequence = settings(scenario)["scenario"]["test_sequence"]
    assert sequence[:2] == ["destroy", "create"]
    assert sequence[-1] == "destroy"


def test_the_base_is_where_molecule_looks_for_it() -> None:
    link = ROOT / ".config/molecule/config.yml"
    assert link.resolve() == ROOT / "molecule/shared/base.yml"


@pytest.fixture(name="conftest")
def _conftest(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("scenarios", ROOT / "molecule/conftest.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "scenarios", module)
    spec.loader.exec_module(module)
    return module


def test_runs_are_told_apart_although_the_number_of_a_process_comes_again(
    conftest: types.ModuleType,
) -> None:
    def logged(process: int, *lines: str) -> list[str]:
        return [f"2026-11-26 14:00:00,000 p={process} u=root n=ansible INFO| {x}" for x in lines]

    def run(process: int, task: str) -> list[str]:
        play = logged(process, "PLAY [A] ***", f"TASK [{task}] ***", "changed: [w1]")
        return [*play, "  of several lines", *logged(process, "PLAY [B] ***", "PLAY RECAP ***")]

    lab = logged(7, "PLAY [Bring the scenario's own lab up] ***", "PLAY RECAP ***")
    lines = [*run(9, "former"), *lab, *run(8, "first"), *run(7, "second"), *run(8, "third")]
    runs = conftest.told(lines)
    assert [run.results("changed") for run in runs] == [
        {("first", "w1")}, {("second", "w1")}, {("third", "w1")},
    ]  # fmt: skip
    assert all("  of several lines" in run.lines for run in runs)


def test_who_does_not_answer_at_first_is_asked_again(conftest: types.ModuleType) -> None:
    answers: list[list[str] | str] = ["error: refused", ["not yet"], []]

    def ask() -> list[str]:
        found = answers.pop(0)
        assert not isinstance(found, str), found
        return found

    conftest.wait(ask, 60, 0)
    assert answers == []
    answers += ["error: refused"]
    with pytest.raises(AssertionError, match="error: refused"):
        conftest.wait(ask, -1)
