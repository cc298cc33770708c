# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Who keeps which field of an object, by what the server notes of it (managedFields). Pure.

The notes are trees: f:name is a field, k:{...} the entry of a list that has these values, v:... the
member of a set; a node with nothing below it is kept as a whole.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._diff import blank, stripped
from ansible_collections.rookery.rook.plugins.module_utils._kinds import MANAGER

Manifest = Mapping[str, t.Any]
Claims = Mapping[str, t.Any]
# What says which object it is: nobody keeps that.
_HEAD = frozenset({"apiVersion", "kind"})
_NAMING = frozenset({"name", "namespace"})
# What Kubernetes adds to mappings that it keeps as a whole, by the name of the field.
_ADDED: Mapping[str, Manifest] = {"fieldRef": {"apiVersion": "v1"}}
# The empty value of an environment variable is not stored.
_DROPPED = ("value", "")


@dataclasses.dataclass(frozen=True, order=True)
class Holder:
    """Somebody else who keeps a field; applied: by server-side apply, so it is claimed for good."""

    manager: str
    since: str
    applied: bool

    def __str__(self) -> str:
        return f"{self.manager} at {self.since}" if self.since else self.manager


def is_settled(live: Manifest, wanted: Manifest) -> bool:
    """Tell whether it is certain that to apply what is wanted would change nothing.

    It is when all wanted fields have their values, and when of ours none is there that is no longer
    wanted. What only the server can tell, such as another way to write a number, is not certain.
    """
    notes = [item for item in _entries(live) if item.get("apiVersion") == wanted["apiVersion"]]
    own = [
        entry["fieldsV1"]
        for entry in notes
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply"
    ]
    shape: Claims = {}
    for entry in notes:
        shape = _union(shape, entry["fieldsV1"])
    return len(own) == 1 and _same_fields(_fields(wanted), _fields(live), own[0], shape)


def holders(live: Manifest, path: str) -> tuple[Holder, ...]:
    """Return who else keeps a field, a part of it, or what it is a part of."""
    return tuple(
        sorted(
            Holder(_name(entry), entry.get("time") or "", entry.get("operation") == "Apply")
            for entry in _entries(live)
            if _name(entry) != MANAGER
            and any(_touch(path, kept) for kept in _kept("", live, entry["fieldsV1"]))
        )
    )


def _entries(live: Manifest) -> Iterator[Mapping[str, t.Any]]:
    """Yield the notes on an object itself; those on its status are no matter of ours."""
    for entry in live["metadata"].get("managedFields") or ():
        if entry.get("fieldsV1") and not entry.get("subresource"):
            yield entry


def _name(entry: Mapping[str, t.Any]) -> str:
    """Return who it was; a client that does not say what it is has no name."""
    return str(entry.get("manager") or "a client without a name")


def _fields(manifest: Manifest) -> dict[str, t.Any]:
    """Return an object without what says which one it is."""
    found = {key: item for key, item in stripped(manifest).items() if key not in _HEAD}
    meta = {key: item for key, item in found["metadata"].items() if key not in _NAMING}
    return {**found, "metadata": meta}


def _union(one: Claims, other: Claims) -> Claims:
    """Return what either of two keeps."""
    return {**one, **{key: _union(one.get(key, {}), inner) for key, inner in other.items()}}


def _same(wanted: t.Any, live: t.Any, claims: Claims | None, shape: Claims | None) -> bool:
    """Tell whether a value is certainly as wanted.

    claims are our notes, and shape those of all: it shows what is kept as a whole, also when an
    operator has stored it again and keeps it since.
    """
    if isinstance(wanted, Mapping):
        if shape is None or not isinstance(live, Mapping):
            return False
        if wanted and not set(shape) - {"."}:
            return wanted == live
        return _same_fields(wanted, live, claims or {}, shape)
    if isinstance(wanted, (list, tuple)):
        if shape is None or not isinstance(live, list):
            return False
        if not set(shape) - {"."}:
            return _stored_as(list(wanted), live)
        return claims is not None and _same_entries(wanted, live, claims, shape)
    return wanted is not None and type(wanted) is type(live) and bool(wanted == live)


def _same_fields(wanted: Manifest, live: Manifest, claims: Claims, shape: Claims) -> bool:
    """Tell whether all wanted fields are there, and none of ours that is not wanted."""
    claimed = {key[2:] for key in claims if key.startswith("f:")}
    return claimed <= set(wanted) and all(
        _same(_completed(key, item), live[key], claims.get(f"f:{key}"), shape.get(f"f:{key}"))
        if key in live
        else (key, item) == _DROPPED
        for key, item in wanted.items()
    )


def _completed(name: str, value: t.Any) -> t.Any:
    """Return a field with what Kubernetes adds to it."""
    return {**_ADDED[name], **value} if name in _ADDED and isinstance(value, Mapping) else value


def _same_entries(
    wanted: Sequence[t.Any], live: Sequence[t.Any], claims: Claims, shape: Claims
) -> bool:
    """Tell whether a list's entries are certainly as wanted, and in their order."""
    entries = [key for key in claims if key != "."]
    found = [(_entry(item, entries), item) for item in wanted]
    keys = [key for key, _item in found if key is not None]
    places = [_place(live, key) for key in keys]
    return (
        len(keys) == len(set(keys)) == len(wanted) == len(entries)
        and None not in places
        and places == sorted(places, key=lambda place: place or 0)
        and all(
            key.startswith("v:") or _same(item, live[place or 0], claims[key], shape[key])
            for (key, item), place in zip(found, places, strict=True)
            if key is not None
        )
    )


def _entry(item: t.Any, entries: Sequence[str]) -> str | None:
    """Return the note of a list's entry; values by which it is known may be left to the server."""
    found = [key for key in entries if _is_entry(item, key, left_out=True)]
    return found[0] if len(found) == 1 else None


def _place(live: Sequence[t.Any], entry: str) -> int | None:
    """Return where in a list an entry stands."""
    return next((place for place, item in enumerate(live) if _is_entry(item, entry)), None)


def _is_entry(item: t.Any, entry: str, *, left_out: bool = False) -> bool:
    """Tell whether a note is about an entry of a list."""
    known = json.loads(entry[2:])
    if entry.startswith("v:"):
        return bool(item == known)
    return (
        entry.startswith("k:")
        and isinstance(item, Mapping)
        and any(key in item for key in known)
        and all(item.get(key, value if left_out else None) == value for key, value in known.items())
    )


def _stored_as(wanted: t.Any, live: t.Any) -> bool:
    """Tell whether what is stored as a whole is as wanted, but for the empty fields of its type."""
    if wanted == live:
        return True
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        return all(
            _stored_as(wanted[key], live.get(key)) if key in wanted else blank(live[key])
            for key in {**wanted, **live}
        )
    if isinstance(wanted, (list, tuple)) and isinstance(live, (list, tuple)):
        return len(wanted) == len(live) and all(map(_stored_as, wanted, live))
    return False


def _kept(path: str, live: t.Any, claims: Claims) -> Iterator[str]:
    """Yield the paths of what is kept; entries of lists by their place and by their names."""
    for key, inner in claims.items():
        if key == ".":
            continue
        names, value = _names(path, live, key)
        for name in names:
            if set(inner) <= {"."}:
                yield name
            else:
                yield from _kept(name, value, inner)


def _names(path: str, live: t.Any, key: str) -> tuple[list[str], t.Any]:
    """Return how changes may call what a note is about, and its value."""
    if key.startswith("f:"):
        name = key[2:]
        value = live.get(name) if isinstance(live, Mapping) else None
        return [f"{path}.{name}" if path else name], value
    place = _place(live, key) if isinstance(live, list) else None
    known = json.loads(key[2:]) if key.startswith("k:") else {}
    names = [f"{path}[{item}]" for item in (place, *known.values()) if item is not None]
    return names, None if place is None else live[place]


def _touch(path: str, kept: str) -> bool:
    """Tell whether one path is the other one, or inside it."""
    short, long = sorted((path, kept), key=len)
    return long.startswith(short) and long[len(short) : len(short) + 1] in ("", ".", "[")
