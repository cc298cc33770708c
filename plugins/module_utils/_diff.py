# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What differs between two objects, as paths with old and new values. Pure.

Values that must not be shown are compared, but stand in a change as (hidden).
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._steps import HIDDEN, Change

# What the server writes on its own; none of it is anybody's wish.
_VOLATILE = frozenset(
    {"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"}
)
_SENSITIVE = re.compile(
    r"(?:pass(?:word|wd|phrase)|(?:\b|_)(?:pass|pwd)|token|secret"
    r"|(?:access|secret|private|api|[-_])[-_]?key"
    # What kubectl apply was given, a Secret with its data.
    r"|credentials?|last-applied-configuration)$",
    re.I,
)


def stripped(manifest: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the object without its status and without what the server writes on its own."""
    found = {key: value for key, value in manifest.items() if key != "status"}
    found["metadata"] = {
        key: value for key, value in manifest["metadata"].items() if key not in _VOLATILE
    }
    return found


def diff(live: Mapping[str, t.Any], wanted: Mapping[str, t.Any]) -> tuple[Change, ...]:
    """Return what differs in the fields that are wanted; others are somebody else's."""
    return _changes(live, wanted, full=False)


def full_diff(live: Mapping[str, t.Any], predicted: Mapping[str, t.Any]) -> tuple[Change, ...]:
    """Return all that differs from what the server would store, what is gone there included."""
    return _changes(live, predicted, full=True)


def masked(manifest: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the object with everything hidden that must not be shown."""
    found = _mask("", manifest)
    if manifest.get("kind") == "Secret":
        for key in ("data", "stringData"):
            if key in found:
                found[key] = dict.fromkeys(found[key] or {}, HIDDEN)
    return t.cast("dict[str, t.Any]", found)


def matches(pattern: str, path: str) -> bool:
    """Tell whether a path is meant: [*] is any entry of a list, * anything."""
    expression = re.escape(pattern).replace(r"\[\*\]", r"\[[^\]]*\]").replace(r"\*", ".*")
    return re.fullmatch(expression, path) is not None


def _changes(
    old: Mapping[str, t.Any], new: Mapping[str, t.Any], *, full: bool
) -> tuple[Change, ...]:
    """Return masked changes in the order of their paths."""
    row = _kinds.KINDS.get(str(new.get("kind", "")))
    comparison = _Comparison(row.set_like if row else {}, full=full)
    found = comparison.mappings("", stripped(old), stripped(new))
    hide_data = new.get("kind") == "Secret"
    changes = (_masked_change(change, hide_data=hide_data) for change in found)
    return tuple(sorted(changes, key=lambda change: change.path))


class _Comparison:
    """A walk through two objects with the lists that are sets, by the path of each."""

    def __init__(self, set_like: Mapping[str, str], *, full: bool) -> None:
        self._set_like = set_like
        self._full = full

    def values(self, path: str, old: t.Any, new: t.Any) -> Iterator[Change]:
        """Yield what differs at a path."""
        if old == new:
            return
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self.mappings(path, old, new)
        elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
            yield from self._sequences(path, old, new)
        elif not (old is None and new in ({}, [])):
            yield Change(path, old, new)

    def mappings(
        self, path: str, old: Mapping[str, t.Any], new: Mapping[str, t.Any]
    ) -> Iterator[Change]:
        """Yield what differs between two dictionaries."""
        for key in new if not self._full else {**old, **new}:
            # Lists are stored as a whole, and Rook puts the empty fields of its types into them.
            if key not in new and "]" in path and blank(old[key]):
                continue
            yield from self.values(f"{path}.{key}" if path else key, old.get(key), new.get(key))

    def _sequences(self, path: str, old: Sequence[t.Any], new: Sequence[t.Any]) -> Iterator[Change]:
        """Yield what differs between two lists: by key where they are sets, else by place."""
        key = next((k for pattern, k in self._set_like.items() if matches(pattern, path)), None)
        before, after = _keyed(old, key), _keyed(new, key)
        if before is None or after is None:
            before = {str(place): item for place, item in enumerate(old)}
            after = {str(place): item for place, item in enumerate(new)}
        # An entry that is gone is a wish too: a list is wanted as a whole.
        for name in {**before, **after}:
            yield from self.values(f"{path}[{name}]", before.get(name), after.get(name))


def blank(value: t.Any) -> bool:
    """Tell whether a value says as much as a field that is not there; False may say more."""
    if isinstance(value, Mapping):
        return all(map(blank, value.values()))
    return not value and value is not False


def _keyed(items: Sequence[t.Any], key: str | None) -> dict[str, t.Any] | None:
    """Return entries by their key, or None when the list is not such a set."""
    if key is None or not all(isinstance(item, Mapping) and key in item for item in items):
        return None
    found = {str(item[key]): item for item in items}
    return found if len(found) == len(items) else None


def _masked_change(change: Change, *, hide_data: bool) -> Change:
    """Return the change with hidden values where they must not be shown."""
    name = re.split(r"[.\[/]", change.path.rstrip("]"))[-1]
    if hide_data and re.match(r"(?:data|stringData)(?:\.|$)", change.path):
        hide = True
    else:
        hide = _SENSITIVE.search(name) is not None or _sensitive_entry(change.path)
    if not hide:
        return Change(change.path, _mask(name, change.old), _mask(name, change.new))
    old, new = (None if value is None else HIDDEN for value in (change.old, change.new))
    return Change(change.path, old, new)


def _sensitive_entry(path: str) -> bool:
    """Tell whether a path is the value of a list entry with a sensitive name."""
    match = re.search(r"\[([^\]]*)\]\.value$", path)
    return match is not None and _SENSITIVE.search(match[1]) is not None


def _mask(name: str, value: t.Any) -> t.Any:
    """Return a value with strings under sensitive names hidden, at any depth."""
    if isinstance(value, Mapping):
        entry = str(value.get("name", ""))
        return {
            key: HIDDEN
            if key == "value" and isinstance(item, str) and _SENSITIVE.search(entry)
            else _mask(str(key), item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_mask(name, item) for item in value]
    return HIDDEN if isinstance(value, str) and _SENSITIVE.search(name) else value
