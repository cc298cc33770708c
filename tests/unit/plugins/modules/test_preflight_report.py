# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page is written when it says something new, in one step, and by no check."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ansible_collections.rookery.rook.plugins.modules import preflight_report
from onsite import Result, run_module
from sites.judged import bad, good

Write = t.Callable[..., Result]
FILES = ["preflight.html", "preflight.json", "preflight.xml"]


@pytest.fixture(name="write")
def _write(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Write:
    judged = bad()

    def write(check: bool = False, **more: t.Any) -> Result:
        options = {"path": str(tmp_path / "new"), "site": "store1", "version": "1.18", **judged}
        return run_module(capsys, preflight_report, check, **{**options, **more})

    return write


def found(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_check_mode_predicts_and_writes_nothing(write: Write, tmp_path: Path) -> None:
    predicted = write(check=True)
    assert predicted["changed"] is True and found(tmp_path) == []
    assert write()["report"] == predicted["report"]
    assert write(check=True)["changed"] is False


def test_what_is_written_once_is_not_written_again(write: Write, tmp_path: Path) -> None:
    first = write()
    assert (first["changed"], first["verdict"]) == (True, "refused")
    assert found(tmp_path / "new") == FILES
    times = [path.stat().st_mtime_ns for path in sorted((tmp_path / "new").iterdir())]
    assert write()["changed"] is False
    assert times == [path.stat().st_mtime_ns for path in sorted((tmp_path / "new").iterdir())]


def test_a_better_site_replaces_the_page(write: Write, tmp_path: Path) -> None:
    write()
    better = write(**good())
    assert (better["changed"], better["verdict"]) == (True, "passed with warnings")
    assert "Can be built" in (tmp_path / "new/preflight.html").read_text()
    assert found(tmp_path / "new") == FILES


def test_the_files_for_programs_say_the_same(write: Write) -> None:
    report = write()["report"]
    data = json.loads(Path(report["json"]).read_text())
    suite = ElementTree.parse(report["junit"]).getroot()
    assert data["summary"]["error"] == int(suite.get("failures", ""))
    assert data["placement"]["verdict"] == "never writable"
    assert (data["site"], data["verdict"]) == ("store1", "refused")


def test_a_place_that_cannot_be_written_is_named_with_a_way_out(
    write: Write, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    refused = write(path=str(tmp_path / "file/below"))
    assert refused["failed"] is True and refused["verdict"] == "refused"
    assert refused["msg"] == (
        f"Failed to write the page of site store1 into {tmp_path}/file/below: Not a directory. "
        "Set path (rook_preflight_report_dir) to a directory that this user may write."
    )


def test_an_interrupted_run_leaves_the_old_page_and_no_crumbs(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    before = (tmp_path / "new/preflight.html").read_text()

    def full(*_paths: t.Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert "No space left on device" in write(**good())["msg"]
    assert found(tmp_path / "new") == FILES
    assert (tmp_path / "new/preflight.html").read_text() == before
