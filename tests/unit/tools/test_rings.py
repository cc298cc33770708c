# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tools/rings counts, and that its last line says so whatever happens."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"
sys.path.insert(0, str(TOOLS))

import rings  # noqa: E402 - found only after the line above
import steps  # noqa: E402

PYTEST = steps.Step("tests", ("pytest", "-q"), 1)
LINT = steps.Step("style", ("ruff", "check"), 1)
SCENARIO = steps.Step("scenario", ("molecule", "test"), 1)
TWICE = """
============================== 2 passed in 1.53s ===============================
INFO  something between
================== 1 failed, 3 passed, 1 skipped in 61.00s (0:01:01) ===========
"""


@pytest.mark.parametrize(
    ("step", "status", "text", "counted"),
    [
        (PYTEST, 0, "12 passed in 0.10s\n", "12 passed, 0 failed"),
        (PYTEST, 1, "1 failed, 11 passed, 2 warnings in 0.10s\n", "11 passed, 1 failed"),
        (PYTEST, 1, "3 passed, 2 errors in 0.10s\n", "3 passed, 2 failed"),
        (PYTEST, 0, "3 passed, 4 skipped in 133.60s (0:02:13)\n", "3 passed, 0 failed, 4 skipped"),
        (PYTEST, 5, "no tests ran in 0.01s\n", "0 passed, 1 failed"),
        (PYTEST, 2, "ImportError\n", "0 passed, 1 failed"),
        (PYTEST, -9, "", "0 passed, 1 failed"),
        (LINT, 0, "All checks passed!\n", "1 passed, 0 failed"),
        (LINT, 1, "Found 3 errors.\n", "0 passed, 1 failed"),
        (SCENARIO, 0, "==== 2 passed in 1.53s ====\n", "3 passed, 0 failed"),
        (SCENARIO, 1, TWICE, "5 passed, 2 failed, 1 skipped"),
    ],
)
def test_a_step_is_counted_by_what_it_ran(
    step: steps.Step, status: int, text: str, counted: str
) -> None:
    assert str(rings.tally(step, status, text)) == counted


def test_what_failed_is_named() -> None:
    text = (
        "FAILED tests/a.py::test_b[1] - assert 1 == 2\nERROR tests/c.py::test_d\n"
        "ERROR tests/e.py - ImportError\n1 failed, 2 errors in 1.00s\n"
    )
    names = ("tests/a.py::test_b[1]", "tests/c.py::test_d", "tests/e.py")
    assert rings.tally(PYTEST, 1, text).names == names
    assert rings.tally(LINT, 1, "Found 3 errors.\n").names == ("style",)
    assert rings.tally(PYTEST, 0, "12 passed in 0.10s\n").names == ()


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[[str], None]:
    """Let every step end with a command's status, on a machine that nothing changes."""
    monkeypatch.setenv("ROOKERY_STARTED", "0")
    monkeypatch.setenv(rings.traces.MARK, "restored afterwards")
    monkeypatch.setattr(rings, "LOGS", tmp_path)
    monkeypatch.setattr(rings, "measured", str)
    monkeypatch.setattr(rings.traces, "remove_leftovers", bool)
    monkeypatch.setattr(rings.traces, "machine", set)
    monkeypatch.setattr(rings.traces, "left_since", list)
    monkeypatch.setattr(steps, "CACHE", tmp_path)

    def end(command: str) -> None:
        group = (steps.Step("it", (command,), 1), steps.Step("beside", ("true",), 1))
        ring = rings.Ring("nothing", (group,), is_real=False)
        monkeypatch.setattr(rings, "_RINGS", {"1": lambda: ring})

    return end


@pytest.mark.parametrize(
    ("command", "status", "closing"),
    [("true", 0, "3 passed, 0 failed"), ("false", 1, "2 passed, 1 failed")],
)
def test_the_last_line_counts(
    command: str,
    status: int,
    closing: str,
    ended: t.Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended(command)
    assert rings.main(["1"]) == status
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == closing and ("failed: it" in lines) == bool(status)


def test_only_after_a_run_that_did_not_finish_leftovers_are_removed(
    ended: t.Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    removed: list[str] = []
    monkeypatch.setattr(rings.traces, "remove_leftovers", lambda: removed.append("all"))
    ended("true")
    rings.main(["1"])
    assert removed == []
    (tmp_path / "rings.unfinished").touch()
    rings.main(["1"])
    rings.main(["1"])
    assert removed == ["all"]


def test_a_loop_device_that_is_just_detached_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Path("/sys/block/loop999999/loop/backing_file")
    real = Path.glob
    monkeypatch.setattr(Path, "glob", lambda path, pattern: [*real(path, pattern), gone])
    assert not [line for line in rings.traces.machine() if "loop999999" in line]


def test_a_ring_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert rings.main(["9"]) == 2
    assert "9 is none of 1, 2, 3" in capsys.readouterr().out


def test_two_steps_of_a_group_run_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "LOGS", tmp_path)
    meet = "touch {0}; for i in $(seq 100); do [ -e {1} ] && exit 0; sleep 0.1; done; exit 1"
    one, other = tmp_path / "one", tmp_path / "other"
    group = tuple(
        steps.Step("it", ("sh", "-c", meet.format(*pair)), 1)
        for pair in ((one, other), (other, one))
    )
    assert str(rings.run_ring("1", rings.Ring("", (group,), is_real=False))) == (
        "2 passed, 0 failed"
    )


ONCE = "[ -e {0}/{1} ] && exec echo 1 passed in 1.00s; touch {0}/{1}; {2}; exit 1"
FAILS = "echo 'FAILED tests/{}.py::test_it - assert'; echo '1 failed, 3 passed in 1.00s'"


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[..., rings.Tally]:
    """Run a ring of real parts whose tests fail at their first try, or at both."""
    monkeypatch.setattr(rings, "LOGS", tmp_path)
    monkeypatch.setattr(rings.os, "geteuid", int)
    program = tmp_path / "pytest"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    def run(script: str, *others: steps.Step) -> rings.Tally:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        group = (steps.Step("tests", ("pytest",), 1), *others)
        return rings.run_ring("2", rings.Ring("nothing", (group,)))

    return run


def test_a_test_that_fails_once_is_told(
    group: t.Callable[..., rings.Tally], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    total = group(ONCE.format(tmp_path, "tried", FAILS.format("a")))
    assert str(total) == "4 passed, 0 failed"
    assert (total.unsteady, total.names) == (("tests/a.py::test_it",), ())
    assert "$ pytest -q tests/a.py::test_it" in (tmp_path / "ring-2.log").read_text()
    assert "tests, what failed once more: done" in capsys.readouterr().out


def test_a_scenario_that_fails_once_runs_again_whole(
    group: t.Callable[..., rings.Tally], tmp_path: Path
) -> None:
    script = ONCE.format(tmp_path, "scenario", FAILS.format("b"))
    scenario = steps.Step("scenario", ("sh", "-c", script), 1)
    total = group("echo 2 passed in 1.00s", scenario)
    assert str(total) == "7 passed, 0 failed" and total.unsteady == ("tests/b.py::test_it",)


@pytest.mark.parametrize(
    ("script", "names"),
    [
        (f"{FAILS.format('a')}; exit 1", ("tests/a.py::test_it",)),
        ("exit 2", ("tests",)),
        (
            f"{FAILS.format('a')}; {FAILS.format('b')}; {FAILS.format('c')}; exit 1",
            tuple(f"tests/{name}.py::test_it" for name in "abc"),
        ),
    ],
    ids=["twice", "no test", "many"],
)
def test_what_is_no_bad_moment_has_failed(
    script: str, names: tuple[str, ...], group: t.Callable[..., rings.Tally]
) -> None:
    total = group(script)
    assert (total.names, total.unsteady) == (names, ()) and total.failed == len(names)


def test_a_ring_of_python_alone_has_no_second_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "LOGS", tmp_path)
    script = f"[ -e {tmp_path}/tried ] && exit 0; touch {tmp_path}/tried; exit 1"
    ring = rings.Ring("", ((steps.Step("it", ("sh", "-c", script), 1),),), is_real=False)
    assert str(rings.run_ring("1", ring)) == "0 passed, 1 failed"


@pytest.mark.parametrize(("many", "status"), [(rings.UNSTEADY, 0), (rings.UNSTEADY + 1, 1)])
def test_only_few_tests_may_be_unsteady(
    many: int,
    status: int,
    ended: t.Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended("true")
    names = tuple(f"t{number}" for number in range(many))
    monkeypatch.setattr(rings, "run_ring", lambda *_: rings.Tally(passed=9, unsteady=names))
    assert rings.main(["1"]) == status
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("unsteady") for line in lines) == many
    assert ("failed: the tests are steady" in lines) == bool(status)


def test_every_file_of_ring_2_is_run_once() -> None:
    together = [step for group in rings.ring_2().groups for step in group]
    words = [word for step in together for word in step.command]
    files = [word for word in words if word.startswith("tests/ring2/")]
    left_out = [word.partition("=")[2] for word in words if word.startswith("--ignore=tests/ring2")]
    assert sorted(files) == sorted(left_out) and "tests/ring2/test_faults.py" in files
