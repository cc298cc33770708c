# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host refuses is told with what was being done, the reason and the way out."""

from __future__ import annotations

import errno
import os

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import faults
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep, carry_out


def refused(number: int, path: str | None = "/etc/demo") -> OSError:
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("user", "number", "words"),
    [
        (1000, errno.EACCES, "Permission denied. Only root may: set become to true"),
        (1000, errno.EPERM, "Operation not permitted. Only root may: set become to true"),
        (0, errno.EPERM, "Operation not permitted. Not even root may: see whether it is immutable"),
        (0, errno.ENOSPC, "No space left on device. Free some space on its file system"),
        (0, errno.EROFS, "Read-only file system. Its file system can only be read"),
        (0, errno.ENOTDIR, "Not a directory."),
    ],
)
def test_a_refusal_has_its_file_its_reason_and_a_way_out(
    monkeypatch: pytest.MonkeyPatch, user: int, number: int, words: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    text = faults.told(refused(number))
    assert text.startswith(f"Failed to use /etc/demo: {words}")
    assert text.endswith(".") and "Errno" not in text and ".." not in text


def test_what_has_no_file_or_number_is_told_too() -> None:
    assert faults.told(OSError("it is gone")) == "Failed to use the host: it is gone."
    assert (
        faults.told(ClientError("load", "x", "it is locked")) == "Failed to load x: it is locked."
    )


def test_the_step_is_told_at_which_the_host_refused() -> None:
    def fail() -> None:
        raise refused(errno.ENOSPC, "/etc/demo.new")

    done: list[HostStep] = []
    first = HostStep("File//etc/first", "create", "missing", lambda: None)
    steps = [first, HostStep("File//etc/demo", "create", "missing", fail), first]
    with pytest.raises(ClientError) as caught:
        carry_out(steps, done, check_mode=False)
    assert str(caught.value) == (
        "Failed to create File//etc/demo (/etc/demo.new): No space left on device. Free some space "
        "on its file system, then run again."
    )
    assert done == [first]
    carry_out(steps, [], check_mode=True)
