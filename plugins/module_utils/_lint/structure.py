# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""An object against the structural schema of its kind: all that is wrong with it. Pure.

Rules in the server's own language (x-kubernetes-validations) are left to the server.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._lint.values import (
    Schema,
    json_type,
    type_wrong,
    value_wrongs,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.words import Path, nearest

# Words of our own in a schema: the keys that a map may have, and in which releases others were.
KEYS = "x-rookery-keys"
TIMES = "x-rookery-times"
OPEN = "x-rookery-open"
MISSING = "is missing"
# What a container may ask for; a name with a slash is a device's or somebody else's.
AMOUNTS = ("cpu", "memory", "storage", "ephemeral-storage", "hugepages-*", "*/*")
_TEXT = {"type": "string"}
_EMBEDDED: Schema = {"apiVersion": _TEXT, "kind": _TEXT, "metadata": {"type": "object", OPEN: True}}
_EMBEDDED_NEEDS = ("apiVersion", "kind")


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an object, at a path in it."""

    path: Path
    value: t.Any
    reason: str
    cure: str


def check(
    schema: Schema, value: t.Any, path: Path = (), *, strict: bool = True
) -> Iterator[Finding]:
    """Yield what is wrong with a value; where not strict, fields without a schema may be there.

    A field with nothing in it is one that is not there, as the server takes it.
    """
    if value is None and schema.get("nullable"):
        if None not in schema.get("enum", (None,)):
            yield Finding(path, None, "is empty", "Give it a value, or leave it out.")
        return
    wrong = type_wrong(schema, value)
    if wrong is not None:
        yield Finding(path, value, *wrong)
        return
    for reason, cure in value_wrongs(schema, value):
        yield Finding(path, value, reason, cure)
    if isinstance(value, Mapping):
        yield from _check_mapping(schema, value, path, strict)
    elif json_type(value) == "array":
        yield from _check_sequence(schema, value, path, strict)
    yield from _check_alternatives(schema, value, path)


def _check_mapping(
    schema: Schema, value: Mapping[str, t.Any], path: Path, strict: bool
) -> Iterator[Finding]:
    """Yield what is wrong with a dictionary and its fields."""
    embedded = schema.get("x-kubernetes-embedded-resource")
    named = {**(_EMBEDDED if embedded else {}), **(schema.get("properties") or {})}
    nullable = {key for key, inner in named.items() if inner.get("nullable")}
    present = {key for key, item in value.items() if item is not None or key in nullable}
    for name in (*(_EMBEDDED_NEEDS if embedded else ()), *schema.get("required", ())):
        if name not in present:
            yield Finding((*path, name), None, MISSING, "Give it a value.")
    least, most = schema.get("minProperties", 0), schema.get("maxProperties")
    if len(present) < least:
        yield Finding(path, value, f"has {len(present)} fields, {least} are needed", "Add some.")
    if most is not None and len(present) > most:
        yield Finding(path, value, f"has {len(present)} fields, {most} are allowed", "Drop some.")
    for key, item in value.items():
        if key not in named:
            yield from _check_unnamed(schema, str(key), item, path, strict)
        elif key in present:
            yield from check(named[key], item, (*path, key), strict=strict)


def _check_unnamed(
    schema: Schema, key: str, value: t.Any, path: Path, strict: bool
) -> Iterator[Finding]:
    """Yield what is wrong with a field that a schema does not name: a key of a map, or no field."""
    more = schema.get("additionalProperties")
    keys = schema.get(KEYS) or _amounts(more, path)
    if more and keys and not any(fnmatch.fnmatchcase(key, pattern) for pattern in keys):
        yield _unknown(schema, (*path, key), keys)
    elif isinstance(more, Mapping):
        if value is not None:
            yield from check(more, value, (*path, key), strict=strict)
    elif not more and strict and not _is_free(schema):
        yield _unknown(schema, (*path, key), schema.get("properties") or ())


def _amounts(more: t.Any, path: Path) -> tuple[str, ...]:
    """Return the keys that a map of amounts may have, none when it is another map."""
    amounts = isinstance(more, Mapping) and more.get("x-kubernetes-int-or-string")
    return AMOUNTS if amounts and path[-1:] in (("limits",), ("requests",)) else ()


def _is_free(schema: Schema) -> bool:
    """Tell whether a dictionary may have fields that its schema does not name.

    Upstream lets the server keep unknown fields beside named ones, too. No release of Rook reads
    them, so they are mistakes.
    """
    if schema.get(OPEN):
        return True
    kept = schema.get("x-kubernetes-preserve-unknown-fields")
    typed = schema.get("type") or schema.get("properties")
    return bool(not typed or (kept and not schema.get("properties")))


def _unknown(schema: Schema, path: Path, known: t.Iterable[str]) -> Finding:
    """Return that a field is not known, with what is."""
    name, names = str(path[-1]), sorted(item for item in known if "*" not in item)
    times = schema.get(TIMES, {}).get(name)
    if times:
        return Finding(
            path, None, f"is not known in this release of Rook, only {times}", "Drop it."
        )
    near = nearest(name, names)
    if near:
        return Finding(path, None, f"is not known; the nearest is {near}", "Rename it.")
    if not names:
        return Finding(path, None, "is not known; nothing may be here", "Drop it.")
    return Finding(path, None, "is not known", f"Known are {', '.join(names)}.")


def _check_sequence(
    schema: Schema, value: Sequence[t.Any], path: Path, strict: bool
) -> Iterator[Finding]:
    """Yield what is wrong with a list and its entries."""
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if len(value) < least:
        yield Finding(path, value, f"has {len(value)} entries, {least} are needed", "Add some.")
    if most is not None and len(value) > most:
        yield Finding(path, value, f"has {len(value)} entries, {most} are allowed", "Drop some.")
    yield from _check_twice(schema, value, path)
    items = schema.get("items")
    if isinstance(items, Mapping):
        for place, item in enumerate(value):
            yield from check(items, item, (*path, place), strict=strict)


def _check_twice(schema: Schema, value: Sequence[t.Any], path: Path) -> Iterator[Finding]:
    """Yield entries that a list has twice although it may not."""
    sort = schema.get("x-kubernetes-list-type")
    keys = schema.get("x-kubernetes-list-map-keys", ()) if sort == "map" else ()
    if not keys and sort != "set" and not schema.get("uniqueItems"):
        return
    seen: list[t.Any] = []
    for place, item in enumerate(value):
        key = [item.get(name) for name in keys] if keys and isinstance(item, Mapping) else item
        if key in seen:
            cure = "Remove one of them."
            yield Finding((*path, place), item, "is there twice", cure)
        seen.append(key)


def _check_alternatives(schema: Schema, value: t.Any, path: Path) -> Iterator[Finding]:
    """Yield which of the combined conditions do not hold."""

    def holds(part: Schema) -> bool:
        return next(check(part, value, path, strict=False), None) is None

    for part in schema.get("allOf", ()):
        yield from check(part, value, path, strict=False)
    for word, wanted in (("anyOf", "at least one"), ("oneOf", "exactly one")):
        parts = schema.get(word)
        if not parts:
            continue
        number = sum(map(holds, parts))
        if number == 0 or (word == "oneOf" and number > 1):
            reason = f"fits {number} of {len(parts)} forms that it may have"
            yield Finding(path, value, reason, f"Make it fit {wanted}.")
    if "not" in schema and holds(schema["not"]):
        yield Finding(path, value, "has a form that is not allowed", "Change it.")
