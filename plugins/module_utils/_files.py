# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Replace a file in one step: nobody reads half of it, an interrupted run leaves the old one."""

from __future__ import annotations

import glob
import os
import tempfile
from pathlib import Path

# Between the name of a file that is being written and what tells one write from another.
_MARK = ".rookery-"


def beside(path: Path, end: str = "") -> str:
    """Return how the name of a file begins that is to replace another one."""
    return f".{path.name}{_MARK}{end}"


def halves(path: Path) -> list[Path]:
    """Return what writes of a file have left beside it that were killed."""
    return sorted(path.parent.glob(f"{glob.escape(beside(path))}*"))


def replace_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file whole, into a directory that is there; raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=beside(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
