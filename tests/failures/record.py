# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down what a test has run and read, for tools/failures_guide.py to take over."""

from __future__ import annotations

import os
from pathlib import Path

from failures import NAMES, PARTS


def folder() -> Path:
    """Return where records of today are kept."""
    return Path(os.environ["ROOKERY_CACHE"]) / "logs/failures"


def record(name: str, part: str, *steps: tuple[str, str]) -> None:
    """Write one part of a transcript: commands as people type them, each with what it said."""
    assert name in NAMES and part in PARTS, f"{name}.{part} is not in the table"
    lines: list[str] = []
    for command, said in steps:
        lines += [f"$ {command}", *said.rstrip().splitlines()]
    place = folder() / f"{name}.{part}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("\n".join(line.rstrip() for line in lines) + "\n")
