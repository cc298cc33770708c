# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Read the sections of the table, and check what their entries refer to. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._model import references
from ansible_collections.rookery.rook.plugins.module_utils._model.lifetimes import judge_life
from ansible_collections.rookery.rook.plugins.module_utils._model.parse_storage import (
    read_layout,
    read_spec,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import (
    SECTION_OF,
    SECTIONS,
    Field,
    Section,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Resource

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._errors import Problem
    from ansible_collections.rookery.rook.plugins.module_utils._kinds import Version
    from ansible_collections.rookery.rook.plugins.module_utils._model.fields import Fields


def read_sections(fields: Fields, release: Version) -> tuple[Resource, ...]:
    """Return the entries of all sections, and note names that are there twice."""
    found: list[Resource] = []
    for section in SECTIONS.values():
        entries = [_read(section, item, release) for item in fields.items(section.name)]
        if entries:
            first = _kinds.first_release(section.kind)
            judge_life(fields, section.name, None, release, first)
        fields.problems.extend(references.twice(section.name, entries))
        found += entries
    return tuple(found)


def _read(section: Section, fields: Fields, release: Version) -> Resource:
    """Return one entry of a section."""
    limit = 253 if section.dots else 63
    where = "claim_namespace"
    resource = Resource(
        kind=section.kind,
        name=fields.name(limit=limit, dots=section.dots),
        values=_values(section.fields, fields, release),
        spec=read_spec(fields, section.reserved()) if section.spec else {},
        namespace=fields.name(where) if section.elsewhere and fields.has(where) else "",
    )
    if section.elsewhere:
        fields.raw(where)
    for names in section.one_of:
        _check_one_of(fields, names)
    fields.close()
    return resource


def _values(rows: Sequence[Field], fields: Fields, release: Version) -> dict[str, t.Any]:
    """Return what is given for each field, by its name, or its default."""
    found = {}
    for row in rows:
        given = fields.has(row.name)
        value = _value(row, fields, release)
        if given:
            judge_life(fields, row.name, _quoted(row, value), release, row.since, row.until)
        elif row.required or (row.required_until and release[:2] <= row.required_until):
            fields.bad(row.name, None, "is missing", f"Give {_words(row)}{_or_later(row)}.")
        if value is None and row.since <= (release or row.since):
            value = row.default
        if value is not None:
            found[row.name] = value
    return found


def _quoted(row: Field, value: t.Any) -> t.Any:
    """Return what an error message may show of a value."""
    return value if row.type in ("str", "int") and not row.secret else None


def _or_later(row: Field) -> str:
    """Return from which release on a field is not needed any more, in words."""
    if row.required_until is None:
        return ""
    major, minor = row.required_until
    return f", or set version to {major}.{minor + 1} or more"


def _words(row: Field) -> str:
    """Return what is to be given for a field, in words."""
    if row.choices:
        return f"one of {', '.join(row.choices)}"
    if row.refers:
        return f"a name that is in {row.refers}"
    return {"strings": "key: value", "int": "a number"}.get(row.type, "a string")


def _value(row: Field, fields: Fields, release: Version) -> t.Any:
    """Return what is given for one field, None when that is nothing."""
    if row.type in ("pool", "group"):
        if fields.raw(row.name) is None:
            return None
        inside = fields.child(row.name)
        value = read_layout(inside) if row.type == "pool" else _values(row.fields, inside, release)
        inside.close()
        return value
    if row.type == "int":
        return fields.number(row.name, least=row.least, most=row.most)
    if row.type == "str":
        return fields.text(row.name, choices=row.choices)
    if fields.raw(row.name) is None:
        return None
    read: dict[str, Callable[[str], t.Any]] = {
        "bool": lambda name: fields.flag(name, default=False),
        "flag": lambda name: fields.flag(name, default=False),
        "list": fields.texts,
        "labels": fields.texts,
        "strings": fields.strings,
        "dict": fields.table,
    }
    return read[row.type](row.name)


def _check_one_of(fields: Fields, names: Sequence[str]) -> None:
    """Note when not exactly one of some fields is given."""
    given = [name for name in names if fields.has(name)]
    if len(given) == 1:
        return
    reason = f"has {' and '.join(given)}" if given else f"has neither {' nor '.join(names)}"
    fields.bad("", None, reason, f"Give exactly one of {', '.join(names)}.")


def names_of(resources: Sequence[Resource], section: str) -> list[str]:
    """Return the names of a section's entries."""
    return [item.name for item in resources if item.kind == SECTIONS[section].kind]


def section_references(
    resources: Sequence[Resource], known: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Yield what entries name and nobody makes; known are the names of the other lists."""
    names = {**known, **{section: names_of(resources, section) for section in SECTIONS}}
    places: dict[str, int] = {}
    for item in resources:
        section = SECTION_OF[item.kind]
        place = places.setdefault(item.kind, 0)
        places[item.kind] += 1
        for row in section.fields:
            if row.refers:
                path = f"{section.name}[{place}].{row.name}"
                given = item.values.get(row.name, ())
                for name in (given,) if isinstance(given, str) else given:
                    yield from references.nowhere(path, name, row.refers, names[row.refers])
