# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report is written anew each time, and changed only when the site's standing is."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.modules import rook_report

STANDING = {
    "health": "HEALTH_OK",
    "objects": [{"id": "CephCluster/rook-ceph/rook-ceph", "ready": True}],
}


def run(
    capsys: pytest.CaptureFixture[str], path: Path, check: bool = False, **params: t.Any
) -> dict[str, t.Any]:
    arguments = {
        "path": str(path),
        "site": "store1",
        "standing": STANDING,
        **params,
        "_ansible_check_mode": check,
    }
    arguments |= {"_ansible_remote_tmp": str(path.parent), "_ansible_keep_remote_files": False}
    with patch_module_args(arguments), pytest.raises(SystemExit):
        rook_report.main()
    return json.loads(capsys.readouterr().out)


def test_check_mode_on_nothing_predicts_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    result = run(capsys, tmp_path / "new", check=True)
    assert result["changed"] is True
    assert not (tmp_path / "new").exists()


def test_the_first_report_is_a_change_and_holds_everything(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    result = run(capsys, tmp_path / "new", sections={"proof": [{"pod": "a", "sha256": "0f"}]})
    assert result["changed"] is True
    whole = json.loads(Path(result["report"]["json"]).read_text())
    assert (whole["site"], whole["standing"], whole["proof"]) == (
        "store1",
        STANDING,
        [{"pod": "a", "sha256": "0f"}],
    )
    markdown = Path(result["report"]["markdown"]).read_text()
    assert "# Site store1" in markdown and "| pod | sha256 |" in markdown


def test_new_evidence_is_written_but_is_no_change(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, tmp_path, sections={"proof": "old"})
    result = run(capsys, tmp_path, sections={"proof": "new"})
    assert result["changed"] is False
    assert json.loads((tmp_path / "report.json").read_text())["proof"] == "new"


def test_a_section_that_is_not_given_again_can_be_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, tmp_path, sections={"proof": "old", "health": "fine"})
    run(capsys, tmp_path, sections={"health": "finer"}, keep=["proof", "health", "never"])
    whole = json.loads((tmp_path / "report.json").read_text())
    assert (whole["proof"], whole["health"]) == ("old", "finer")
    run(capsys, tmp_path)
    assert "proof" not in json.loads((tmp_path / "report.json").read_text())


def test_another_standing_is_a_change_with_a_diff(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, tmp_path)
    result = run(capsys, tmp_path, standing={"health": "HEALTH_WARN"})
    assert result["changed"] is True
    assert "HEALTH_OK" in result["diff"]["before"] and "HEALTH_WARN" in result["diff"]["after"]


@pytest.mark.parametrize("broken", ["", "[]", '{"standing": 1}', "not json"])
def test_a_broken_last_report_counts_as_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, broken: str
) -> None:
    (tmp_path / "report.json").write_text(broken)
    assert run(capsys, tmp_path)["changed"] is True


def test_a_last_report_that_cannot_be_read_counts_as_none_and_one_that_cannot_be_written_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_given: t.Any, **_named: t.Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", denied)
    assert run(capsys, tmp_path, check=True)["changed"] is True
    monkeypatch.setattr(rook_report, "write_whole", denied)
    result = run(capsys, tmp_path)
    assert "Permission denied. Set rook_report_dir" in result["msg"]


def test_a_directory_that_cannot_be_made_is_named_with_the_variable(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = run(capsys, tmp_path / "file")
    assert result["failed"] is True
    assert str(tmp_path / "file") in result["msg"] and "rook_report_dir" in result["msg"]


def test_passwords_in_urls_are_in_no_report_also_when_the_last_one_had_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    drift = {"drift": [{"found": "amqp://me:TOP-SECRET@broker"}]}
    last = {"standing": drift, "proof": "http://me:TOP-SECRET@host"}
    (tmp_path / "report.json").write_text(json.dumps(last))
    result = run(capsys, tmp_path, standing=drift, keep=["proof"])
    texts = [(tmp_path / name).read_text() for name in ("report.md", "report.json")]
    assert all(text.count(":(hidden)@") == 2 for text in texts)
    assert "TOP-SECRET" not in str((result, texts)) and result["changed"] is False
