# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The little TOML in which container runtimes are told of registries; Python 3.9 has no reader."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    Table = tuple[tuple[str, ...], dict[str, t.Any]]

_STRING = r'"(?:[^"\\]|\\.)*"|\'[^\']*\''
_PART = re.compile(rf"{_STRING}|[\w-]+")
_COMMENT = re.compile(rf"((?:{_STRING}|[^#\"'])*)")


def tables(text: str) -> list[Table]:
    """Return each table with its path, in order; what stands before the first has an empty one.

    Strings, lists of strings, and true or false are read; every other value is left as it stands.
    """
    found: list[Table] = [((), {})]
    for line in _statements(text):
        if line.startswith("["):
            found.append((tuple(map(_plain, _PART.findall(line))), {}))
            continue
        key, sign, value = line.partition("=")
        if sign:
            found[-1][1][_plain(key.strip())] = _value(value.strip())
    return found


def _statements(text: str) -> Iterator[str]:
    """Yield lines without comments, a list over several lines as one."""
    open_line = ""
    for line in text.splitlines():
        match = _COMMENT.match(line)
        open_line = f"{open_line} {match[1] if match else ''}".strip()
        bare = re.sub(_STRING, "", open_line)
        if bare.count("[") <= bare.count("]"):
            if open_line:
                yield open_line
            open_line = ""


def _value(text: str) -> t.Any:
    if text.startswith("["):
        return [_plain(part) for part in re.findall(_STRING, text)]
    return {"true": True, "false": False}.get(text, _plain(text))


def _plain(text: str) -> str:
    """Return a string without its quotes."""
    if text[:1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text[1:-1] if text[:1] == "'" else text
