# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Say what a release of Rook cannot express, and from or up to which one it can be. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._errors import Problem
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import shown

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.fields import Fields

Version = tuple[int, ...]
_EMPTY: tuple[t.Any, ...] = (None, "", [], {}, ())


def judge_life(
    fields: Fields,
    key: str,
    value: t.Any,
    release: Version,
    since: Version,
    until: Version | None = None,
) -> None:
    """Note when a release is before the first or after the last one that has a variable."""
    reason, bound = _reason(release, _eras.Life(key, since, until))
    if reason:
        fields.bad(key, value, reason, f"Leave it out, or set version to {bound}.")


def knows(release: Version, path: str) -> bool:
    """Tell whether a release has a variable of the table of life times."""
    life = next(life for life in _eras.VARIABLES if life.path == path)
    return life.lives_in(release)


def life_problems(params: Mapping[str, t.Any], release: Version) -> Iterator[Problem]:
    """Yield every variable that is given and that the release cannot express (API-01)."""
    for life in _eras.VARIABLES:
        reason, bound = _reason(release, life)
        if not reason:
            continue
        for path, value, place in _given(params, life.path.split(".")):
            neutral = [word.replace("{place}", str(place)) for word in life.neutral]
            if str(value).lower() not in neutral:
                way = f"Set it to {neutral[0]}" if neutral else "Leave it out"
                yield Problem(path, shown(value), reason, f"{way}, or set version to {bound}.")
    for life in _eras.SETTINGS:
        reason, bound = _reason(release, life)
        for path, value, _place in (
            _given(params, ["operator", "config", life.path]) if reason else ()
        ):
            yield Problem(path, shown(value), reason, f"Leave it out, or set version to {bound}.")


def _reason(release: Version, life: _eras.Life) -> tuple[str, str]:
    """Return why a release has not what lives at other times, and which ones have it."""
    minor = release[:2]
    if not minor or life.lives_in(minor):
        return "", ""
    word = f" ({life.word})" if life.word else ""
    here = f"is nothing that Rook {_eras.dotted(minor)} knows{word}"
    if life.since and minor < life.since:
        first = _eras.dotted(life.since)
        return f"{here}: {first} is the first that does", f"{first} or more"
    last = _eras.dotted(life.until or ())
    return f"{here}: {last} was the last that did", f"{last} or less"


def _given(
    value: t.Any, parts: list[str], path: str = "", place: int = 0
) -> Iterator[tuple[str, t.Any, int]]:
    """Yield path, value and place in its list of everything that is given at a pattern.

    The last part may name the only value that is meant, as in driver=flex.
    """
    if not parts:
        if value not in _EMPTY:
            yield path, value, place
        return
    if not isinstance(value, Mapping):
        return
    name, equals, wanted = parts[0].partition("=")
    if name == "*":
        for key, inner in value.items():
            yield from _given(inner, parts[1:], f"{path}.{key}", place)
        return
    key = name.removesuffix("[*]")
    inner = value.get(key)
    here = f"{path}.{key}" if path else key
    if key == name:
        if not equals or inner == wanted:
            yield from _given(inner, parts[1:], here, place)
    elif isinstance(inner, (list, tuple)):
        for number, item in enumerate(inner):
            yield from _given(item, parts[1:], f"{here}[{number}]", number)
