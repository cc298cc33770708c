# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""A compact way to write fields down, with the releases that have them, made a schema. Pure.

A dictionary stands for fields by their names, a list for a list of its one entry, a word for a
single value. After a name, ! says that the field is required, and two releases with a hyphen, of
which one may be missing, when it was there: "zone 1.4-", "allNodes -1.4", "topologyAware 1.1-1.1".
A name with | or * stands for the keys of a map. A field named ... says that others may be there.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._lint.structure import (
    KEYS,
    OPEN,
    TIMES,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.values import Schema

Shape = t.Any
MORE: Mapping[str, Shape] = {"...": "any"}

_TEXT = {"type": "string"}
_WORDS: Mapping[str, Schema] = {
    "any": {"x-kubernetes-preserve-unknown-fields": True},
    "flag": {"type": "boolean"},
    "number": {"type": "number"},
    "quantity": {
        "x-kubernetes-int-or-string": True,
        "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$",
    },
    "place": {"x-kubernetes-int-or-string": True},
    "text": _TEXT,
    "texts": {"type": "object", "additionalProperties": _TEXT},
    "whole": {"type": "integer"},
}
_KEY = re.compile(r"(?P<name>[^ !]+)(?P<needed>!?)(?: (?P<since>[\d.]*)-(?P<until>[\d.]*))?")


def schema_of(shape: Shape, release: _eras.Version) -> Schema:
    """Return the schema that a release of Rook has by a written shape."""
    if isinstance(shape, str):
        return _WORDS[shape]
    if isinstance(shape, list):
        return {"type": "array", "items": schema_of(shape[0], release)}
    properties: dict[str, Schema] = {}
    required: list[str] = []
    times: dict[str, str] = {}
    found: dict[str, t.Any] = {"type": "object"}
    for key, inner in shape.items():
        match = t.cast("re.Match[str]", _KEY.fullmatch(key))
        name = match["name"]
        if not _in(match, release):
            times.setdefault(name, _when(match))
        elif name == "...":
            found[OPEN] = True
        elif "|" in name or "*" in name:
            found["additionalProperties"] = schema_of(inner, release)
            if name != "*":
                found[KEYS] = [*found.get(KEYS, ()), *name.split("|")]
        else:
            properties[name] = schema_of(inner, release)
            required += [name] if match["needed"] else []
    return {**found, "properties": properties, "required": required, TIMES: times}


def _in(match: re.Match[str], release: _eras.Version) -> bool:
    """Tell whether a release has a field."""
    since, until = (_eras.parse_version(match[end] or "") for end in ("since", "until"))
    return (not since or since <= release[:2]) and (not until or release[:2] <= until)


def _when(match: re.Match[str]) -> str:
    """Return in words when a field was there."""
    since, until = match["since"], match["until"]
    if since and until:
        return f"in {since}" if since == until else f"from {since} to {until}"
    return f"from {since} on" if since else f"up to {until}"
