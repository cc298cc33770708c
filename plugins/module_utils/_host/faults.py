# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a person is told when the host itself refuses something, and what can be done."""

from __future__ import annotations

import errno
import os

_ROOT = "Only root may: set become to true for this task"
# Root is refused by what is above it.
_ABOVE = (
    "Not even root may: see whether it is immutable (`lsattr`), or a security module forbids it "
    "(`dmesg`)"
)
_CURES = {
    errno.ENOSPC: "Free some space on its file system, then run again",
    errno.EROFS: (
        "Its file system can only be read, often since an error of its disk, see `dmesg`. Mend it "
        "and mount it writable, then run again"
    ),
    errno.EIO: "Its disk has an error, see `dmesg`. Mend or replace it, then run again",
}


def told(problem: Exception) -> str:
    """Return a problem's own words; of one that the system tells, a sentence about its file."""
    if not isinstance(problem, OSError):
        return str(problem)
    return f"Failed to use {problem.filename or 'the host'}: {reason(problem)}."


def reason(problem: OSError) -> str:
    """Return why the system refuses, and what can be done; without the last full stop."""
    why = problem.strerror or str(problem)
    if problem.errno in (errno.EACCES, errno.EPERM):
        return f"{why}. {_ROOT if os.geteuid() else _ABOVE}"
    cure = _CURES.get(problem.errno or 0)
    return f"{why}. {cure}" if cure else why
