# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Turn a report into the page that people read. Pure."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def page(title: str, sections: Mapping[str, t.Any]) -> str:
    """Return Markdown with a heading for each section; what is empty is left out."""
    parts = [f"# {title}"]
    for name, value in sections.items():
        body = _body(value)
        if body:
            parts.append(f"## {name.replace('_', ' ').capitalize()}\n\n{body}")
    return "\n\n".join(parts) + "\n"


def _body(value: t.Any) -> str:
    """Return a table for mappings in a list, else a list, else the value itself."""
    if isinstance(value, dict):
        return "\n".join(
            f"- {key.replace('_', ' ')}: {_inline(item)}"
            for key, item in value.items()
            if _inline(item)
        )
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return _table(value)
    if isinstance(value, list):
        return "\n".join(f"- {_inline(item)}" for item in value)
    return _inline(value)


def _table(rows: Sequence[Mapping[str, t.Any]]) -> str:
    """Return the rows under the union of their keys, in the order in which keys first appear."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    lines = [_line(key.replace("_", " ") for key in keys), _line("---" for _key in keys)]
    lines += [_line(_inline(row.get(key)) for key in keys) for row in rows]
    return "\n".join(lines)


def _line(cells: t.Iterable[str]) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(cells)} |"


def _inline(value: t.Any) -> str:
    """Return a value on one line, safe inside a table."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        text = ", ".join(f"{key} {_inline(item)}" for key, item in value.items())
    elif isinstance(value, list):
        text = ", ".join(_inline(item) for item in value)
    else:
        text = str(value)
    return " ".join(text.split()).replace("|", "\\|")
