# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Names that nobody knows, and the one that was meant. Pure."""

from __future__ import annotations

import difflib
import typing as t
from collections.abc import Iterable, Iterator, Mapping

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


def unknown_keys(
    values: Mapping[str, t.Any], known: Mapping[str, t.Any], path: Path = ()
) -> Iterator[tuple[Path, str]]:
    """Yield path and nearest known name of every key that a tree of known keys does not have.

    A branch that is empty or no dictionary in the known tree is free: any key may be in it.
    """
    for key, value in values.items():
        if key not in known:
            yield (*path, key), nearest(str(key), known)
        elif isinstance(value, Mapping) and isinstance(known[key], Mapping) and known[key]:
            yield from unknown_keys(value, known[key], (*path, key))
