# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands answer or are named with what they said; files are replaced as a whole."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import state
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System


def test_a_program_that_is_not_there_ends_with_127(tmp_path: Path) -> None:
    assert System(str(tmp_path)).ask("no-such-program-anywhere").returncode == 127


def test_a_failing_command_is_told_with_action_object_words_and_cure(tmp_path: Path) -> None:
    system = System(str(tmp_path))
    command = ["sh", "-c", "echo why >&2; exit 3"]
    with pytest.raises(ClientError) as caught:
        system.run("restart", "unit kubelet", command, cure="Look there")
    assert str(caught.value) == (
        "Failed to restart unit kubelet: `sh -c echo why >&2; exit 3` said: why. Look there (3)."
    )


def test_commands_speak_one_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert System(str(tmp_path)).run("ask", "sh", ["sh", "-c", "echo $LC_ALL"]) == "C.UTF-8\n"


def test_a_file_keeps_its_old_content_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    system = System(str(tmp_path))
    system.write("/a", "old", 0o640)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        system.write("/a", "new", 0o640)
    assert (system.text("/a"), system.text("/b"), system.text("/a/b")) == ("old", None, None)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_file_comes_back_byte_for_byte(tmp_path: Path) -> None:
    system, before = System(str(tmp_path)), b"one\r\ntwo\nGr\xfc\xdfe \xe2\x82\xac\r"
    (tmp_path / "a").write_bytes(before)
    system.write("/b", system.text("/a") or "", 0o600)
    assert (tmp_path / "b").read_bytes() == before
    assert state.digests(system, ["/a"]) == {"/a": hashlib.sha256(before).hexdigest()}


def test_a_command_that_hangs_is_left_at_the_limit_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(System, "LIMIT", 0.1)
    with pytest.raises(ClientError, match=r"Failed to unmount /x: `sleep 60` said: no end after"):
        System(str(tmp_path)).run("unmount", "/x", ["sleep", "60"])


def test_what_a_command_said_before_its_limit_is_told_and_is_no_answer(tmp_path: Path) -> None:
    host = System(str(tmp_path))
    words = ("sh", "-c", "echo waiting for the API; echo it is not there >&2; sleep 60")
    done = host.ask(*words, limit=0.5)
    assert (done.returncode, done.stdout) == (124, "")
    with pytest.raises(ClientError) as caught:
        host.run("init", "this node", words, limit=0.5)
    told = "said: waiting for the API / it is not there / no end after 0.5 s"
    assert told in str(caught.value)
