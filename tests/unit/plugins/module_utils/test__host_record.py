# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record names a thing before it is changed, once, and goes with the last of its names."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System


def test_how_it_was_first_is_what_counts(tmp_path: Path) -> None:
    record = Record(System(str(tmp_path)), "demo")
    record.note("sysctls", {"a": "0"})
    record.note("sysctls", {"a": "1", "b": "2"})
    again = Record(System(str(tmp_path)), "demo")
    assert again.section("sysctls") == {"a": "0", "b": "2"}
    again.forget("sysctls", "a")
    again.forget("sysctls", "never there")
    assert Record(System(str(tmp_path)), "demo").section("sysctls") == {"b": "2"}


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    Record(System(str(tmp_path)), "demo").note("files", {"/etc/x": {"text": "secret"}})
    assert (tmp_path / "etc/rookery").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "etc/rookery/demo.json").stat().st_mode & 0o777 == 0o600


def test_the_directory_goes_with_the_last_record(tmp_path: Path) -> None:
    system = System(str(tmp_path))
    for name in ("one", "two"):
        Record(system, name).note("files", {"/etc/x": None})
    Record(system, "one").remove()
    assert (tmp_path / "etc/rookery").is_dir()
    Record(system, "two").remove()
    assert not (tmp_path / "etc/rookery").exists()


def test_removing_what_was_never_recorded_is_nothing(tmp_path: Path) -> None:
    Record(System(str(tmp_path)), "demo").remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_record_that_cannot_be_read_is_told_and_kept(tmp_path: Path, text: str) -> None:
    system = System(str(tmp_path))
    (tmp_path / "etc/rookery").mkdir(parents=True)
    (tmp_path / "etc/rookery/demo.json").write_text(text)
    with pytest.raises(ClientError, match=r"/etc/rookery/demo.json: .*Put back a copy"):
        Record(system, "demo")
    assert (tmp_path / "etc/rookery/demo.json").read_text() == text
