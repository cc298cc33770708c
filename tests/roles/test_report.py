# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says at its end: where its report or bundle is, and what was proven.

Runs the roles on this machine, for a site of which nothing is there. Takes seconds.
"""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

import pytest
from plays import Run, play

PROOF = {
    "summary": "3 of 3 proven in 28.3 s", "ended": "2026-01-01T12:00:00+00:00",
    "probes": [], "unproven": [], "evidence": [],
}  # fmt: skip


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    def run(
        *options: str, role: str = "rook_report", tasks: str = "main", **given: t.Any
    ) -> subprocess.CompletedProcess[str]:
        variables = {
            "rook_site": "store1", "rook_version": "1.18",
            "rook_kubeconfig": str(tmp_path / "none"), **given,
        }  # fmt: skip
        named = {"name": f"rookery.rook.{role}", "tasks_from": tasks}
        steps = [{"ansible.builtin.include_role": named}]
        return play(tmp_path, {"kube_control_plane": ["cp1"]}, steps, variables, *options)

    return run


def told(result: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the last message of a run."""
    assert result.returncode == 0, result.stdout
    text = result.stdout.rpartition('"msg": ')[2].partition("\n}")[0]
    return t.cast("list[str]", json.loads(text))


def test_a_run_ends_with_where_its_report_is(run: Run, tmp_path: Path) -> None:
    (page,) = told(run())
    assert page == f"{tmp_path}/.local/share/rookery/store1/report.md"
    assert Path(page).is_file()


def test_a_run_that_proves_says_what_it_has_proven(run: Run, tmp_path: Path) -> None:
    given = {"rook_report_dir": str(tmp_path / "reports"), "__rook_verify_proof": PROOF}
    assert told(run(**given)) == [PROOF["summary"], f"{tmp_path}/reports/report.md"]


def test_check_mode_tells_of_no_report_that_is_not_there(run: Run, tmp_path: Path) -> None:
    result = run("--check")
    assert result.returncode == 0, result.stdout
    assert "report.md" not in result.stdout
    assert not (tmp_path / ".local/share/rookery").exists()


@pytest.mark.parametrize("options", [(), ("--check",)], ids=["done", "check mode"])
def test_a_diagnosis_ends_with_where_its_bundle_is(
    run: Run, tmp_path: Path, options: tuple[str, ...]
) -> None:
    last = told(run(*options, role="rook_diagnose", tasks="diagnose"))[-1]
    bundle = tmp_path / ".local/share/rookery/store1/support-bundle.tar.gz"
    assert bundle.is_file() is not bool(options)
    assert (last == f"Support bundle: {bundle}") is not bool(options)
