# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tools/rings counts, and that its last line says so whatever happens."""

from __future__ import annotations

import os
import sys
import time
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


@pytest.fixture(autouse=True)
def _for_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Forget the time that the run has of which this test is part, and what passed before it."""
    monkeypatch.delenv("ROOKERY_MINUTES", raising=False)
    monkeypatch.setattr(rings, "LOGS", tmp_path)


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


def test_what_failed_is_named_with_the_reason() -> None:
    text = (
        "FAILED tests/a.py::test_b[1 2] - assert 1 == 2 - 1\nERROR tests/c.py::test_d\n"
        "ERROR tests/e.py - ImportError\n1 failed, 2 errors in 1.00s\n"
    )
    reasons = {
        "tests/a.py::test_b[1 2]": "assert 1 == 2 - 1",
        "tests/c.py::test_d": "",
        "tests/e.py": "ImportError",
    }
    assert rings.tally(PYTEST, 1, text).reasons == reasons
    assert rings.tally(LINT, 1, "a.py:1\nFound 3 errors.\n").reasons == {
        "style": "a.py:1\nFound 3 errors."
    }
    task = "fatal: [w1]: FAILED! => {1}\n...ignoring\nfatal: [w2]: FAILED! => {2}\n"
    assert rings.tally(SCENARIO, 1, f"{task}\nPLAY RECAP\n1\n2\n3\n").reasons == {
        "scenario": "fatal: [w2]: FAILED! => {2}"
    }
    assert rings.tally(PYTEST, 0, "12 passed in 0.10s\n").reasons == {}


def test_of_many_that_failed_the_first_have_their_reasons() -> None:
    total = rings.Tally(failed=9, reasons={f"test {place}": "x" * 2000 for place in range(9)})
    *named, count = rings.closing(total).split("\n")
    assert [len(line) for line in named] == [16 + 600] * 5 + [14] * 4
    assert named[8] == "failed: test 8" and count == "0 passed, 9 failed"


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Callable[[str], None]:
    """Let every step end with a command's status, on a machine that nothing changes."""
    monkeypatch.setenv("ROOKERY_STARTED", "0")
    monkeypatch.setenv(rings.traces.MARK, "restored afterwards")
    monkeypatch.setattr(rings, "measured", str)
    monkeypatch.setattr(rings.traces, "remove_leftovers", bool)
    monkeypatch.setattr(rings.traces, "machine", set)
    monkeypatch.setattr(rings.traces, "left_since", list)
    monkeypatch.setattr(steps, "CACHE", tmp_path)

    def end(command: str) -> None:
        group = (steps.Step("it", (command,), 1), steps.Step("beside", ("true",), 1))
        ring = rings.Ring("nothing", (group,), takes_root=False)
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


def test_of_a_run_that_does_not_finish_nothing_older_is_told(
    ended: t.Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(_number: str, _ring: rings.Ring) -> t.NoReturn:
        raise KeyboardInterrupt

    ended("true")
    rings.main(["1"])
    assert (tmp_path / rings.LAST).read_text() == "3 passed, 0 failed\n"
    monkeypatch.setattr(rings, "run_ring", interrupt)
    assert rings.main(["1"]) == 130
    assert (tmp_path / rings.LAST).read_text() == "the tests have not come to their end\n"


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


def test_two_steps_of_a_group_run_at_a_time(tmp_path: Path) -> None:
    meet = "touch {0}; for i in $(seq 100); do [ -e {1} ] && exit 0; sleep 0.1; done; exit 1"
    one, other = tmp_path / "one", tmp_path / "other"
    group = tuple(
        steps.Step(pair[0].name, ("sh", "-c", meet.format(*pair)), 1)
        for pair in ((one, other), (other, one))
    )
    assert str(rings.run_ring("1", rings.Ring("", (group,), takes_root=False))) == (
        "2 passed, 0 failed"
    )


def test_every_file_of_ring_2_is_run_once() -> None:
    together = [step for group in rings.ring_2().groups for step in group]
    words = [word for step in together for word in step.command]
    files = [word for word in words if word.startswith("tests/ring2/")]
    left_out = [word.partition("=")[2] for word in words if word.startswith("--ignore=tests/ring2")]
    assert sorted(files) == sorted(left_out) and "tests/ring2/test_faults.py" in files


def test_what_would_not_end_in_time_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("ROOKERY_STARTED", f"{time.time() - 600}")
    long, short = rings.Step("long", ("true",), 600), rings.Step("short", ("true",), 60)
    assert str(rings.run_step(tmp_path / "log", long)) == "1 passed, 0 failed"
    monkeypatch.setenv("ROOKERY_MINUTES", "15")
    assert str(rings.run_step(tmp_path / "log", long)) == "0 passed, 0 failed, 1 skipped"
    assert "long: LEFT OUT" in capsys.readouterr().out
    assert str(rings.run_step(tmp_path / "log", short)) == "1 passed, 0 failed"


def test_the_scenario_that_has_not_passed_for_longest_comes_first(tmp_path: Path) -> None:
    _nodes, scenarios = rings.ring_3().groups
    names = [step.name for step in scenarios]
    assert names[:2] == ["scenario site_default", "scenario teardown_killed"]
    for age, name in enumerate(names):
        rings.note_passed(name, 7.4 + age)
        os.utime(tmp_path / rings.PASSED / name, (1000 - age, 1000 - age))
    _nodes, again = rings.ring_3().groups
    assert [step.name for step in again] == [names[0], *reversed(names[1:])]
    assert again[0].expected == 7 and again[1].expected == 6 + len(names)
    assert len(names) == len({*names}) > 3


def test_only_what_passed_is_noted(tmp_path: Path) -> None:
    for command in ("true", "false"):
        rings.run_step(tmp_path / "log", rings.Step(command, (command,), 1))
    assert [path.name for path in (tmp_path / rings.PASSED).iterdir()] == ["true"]
