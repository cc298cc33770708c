# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Names that nobody knows, and the one that was meant. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

Path = tuple[str | int, ...]

# Charts and definitions have long compound names; less alike than this is another word.
_ALIKE = 0.6


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like a given one, or nothing when none is."""
    names = {item.lower(): item for item in sorted(known, reverse=True)}
    found = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=_ALIKE)
    return names[found[0]] if found else ""


def dotted(path: Path) -> str:
    """Return a path as people write it, such as spec.storage.nodes[0].name."""
    text = ""
    for part in path:
        if isinstance(part, int) or any(mark in part for mark in "./[]"):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text
