# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is wrong with one value that is no collection, by its part of a schema. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

Schema = Mapping[str, t.Any]
Wrong = tuple[str, str]

_INT32 = 2**31
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
WORDS = {
    "object": "a dictionary",
    "array": "a list",
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def json_type(value: t.Any) -> str:
    """Return the type that a value has in a schema."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    if value is None:
        return "null"
    return "object" if isinstance(value, Mapping) else "array"


def type_wrong(schema: Schema, value: t.Any) -> Wrong | None:
    """Return reason and cure when a value is of another type than its schema has."""
    found = json_type(value)
    one = [schema["type"]] if schema.get("type") else []
    wanted = ["integer", "string"] if schema.get("x-kubernetes-int-or-string") else one
    if not wanted or found in wanted or (found == "integer" and "number" in wanted):
        return None
    names = " or ".join(WORDS[name] for name in wanted)
    if found == "null":
        return f"is empty, not {names}", "Give it a value, or leave it out."
    cure = f"Give {names}."
    if wanted == ["string"] and found in ("integer", "number", "boolean"):
        shown = str(value).lower() if isinstance(value, bool) else value
        cure = f'Write it in quotes: "{shown}".'
    is_what = "true or false" if found == "boolean" else WORDS[found]
    return f"is {is_what}, not {names}", cure


def value_wrongs(schema: Schema, value: t.Any) -> Iterator[Wrong]:
    """Yield reason and cure of what else is wrong with a value of the right type."""
    choices = schema.get("enum")
    if choices is not None and value not in choices:
        names = ", ".join(str(item) or "(nothing)" for item in choices)
        yield f"is none of {names}", "Give one of them."
    if isinstance(value, str):
        yield from _text_wrongs(schema, value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number_wrongs(schema, value)


def _text_wrongs(schema: Schema, value: str) -> Iterator[Wrong]:
    """Yield what is wrong with a string."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if len(value) < least:
        told = "is empty" if not value else f"has {len(value)} characters, {least} are needed"
        yield told, "Give a value."
    if most is not None and len(value) > most:
        yield f"has {len(value)} characters, {most} are allowed", "Shorten it."
    pattern = schema.get("pattern")
    if pattern and not re.search(_python(pattern), value):
        yield f"does not match {pattern}", "Give a value of that form."
    if schema.get("format") == "date-time" and not _TIME.fullmatch(value):
        yield "is no time", "Give it as 2026-01-31T12:00:00Z."


def _python(pattern: str) -> str:
    """Return a pattern of the server's for this language: there, $ is the very end."""
    ends = pattern.endswith("$") and not pattern.endswith(r"\$")
    return rf"{pattern[:-1]}\Z" if ends else pattern


def _number_wrongs(schema: Schema, value: float) -> Iterator[Wrong]:
    """Yield what is wrong with a number."""
    least, most = schema.get("minimum"), schema.get("maximum")
    if schema.get("format") == "int32" and schema.get("type") == "integer":
        least = -_INT32 if least is None else least
        most = _INT32 - 1 if most is None else most
    low = least is not None and (
        value <= least if schema.get("exclusiveMinimum") else value < least
    )
    high = most is not None and (value >= most if schema.get("exclusiveMaximum") else value > most)
    if low:
        yield f"is less than {least}", f"Give {least} or more."
    if high:
        yield f"is more than {most}", f"Give {most} or less."
    step = schema.get("multipleOf")
    if step and value % step:
        yield f"is no multiple of {step}", f"Give a multiple of {step}."
