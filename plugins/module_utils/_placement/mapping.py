# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How a rule maps the groups of a pool: how much room there is, how many fall short. Pure."""

from __future__ import annotations

import dataclasses
import math
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.chance import (
    Spread,
    spread,
)

if t.TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Pool, Take
    from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree


@dataclasses.dataclass(frozen=True)
class Mapping:
    """The most pieces that can have a place, and the chance that a group has fewer than wanted.

    below is the chance that a group has fewer than Ceph wants before it writes. Where a rule takes
    several pieces in a domain and has more domains than it needs, it is chance, too, which ones it
    takes: then they are not exact, but the most that it can be.
    """

    room: int
    short: float
    below: float
    exact: bool = True


def mapping(tree: Tree, pool: Pool, out: Collection[str] = ()) -> Mapping:
    """Return how a pool's groups are mapped when some hosts are out."""
    key = ("mapping", pool.rule, pool.size, pool.least, frozenset(out))
    return tree.once(key, lambda: _mapping(tree, pool, frozenset(out)))


def _mapping(tree: Tree, pool: Pool, out: frozenset[str]) -> Mapping:
    """Return the same, worked out."""
    wanted, short, below, exact = pool.size, 0.0, 0.0, True
    for take in pool.rule.takes:
        view = tree.view(take, pool.rule.root)
        count = min(take.count or wanted, wanted)
        if take.per > 1:
            room, missed, exact = _nested(tree, pool, take, out)
            under = missed
        else:
            alive = view.shares(out)
            found = spread_of(tree, pool, take, out)
            room = min(count, sum(left > 0.0 for _weight, left in alive.values()))
            missed = found.short(count)
            # What the other walks have found counts too.
            under = found.short(max(0, pool.least - (pool.size - count)))
        if view.bare:
            # A draw that meets a host beside the domains ends the search.
            missed = 1.0
        wanted -= room
        short = 1.0 - (1.0 - short) * (1.0 - missed)
        below = 1.0 - (1.0 - below) * (1.0 - under)
    room = pool.size - wanted
    short = 1.0 if room < pool.size else short
    return Mapping(room, short, 1.0 if room < pool.least else below, exact)


def spread_of(tree: Tree, pool: Pool, take: Take, out: Collection[str] = ()) -> Spread:
    """Return how the pieces of one walk spread over its domains."""
    rule = pool.rule
    # A walk without a number of its own draws for all pieces, whatever has been found before.
    drawn = take.count or pool.size
    key = ("spread", rule.root, take, drawn, rule.indep, frozenset(out))
    return tree.once(
        key,
        lambda: spread(tree.view(take, rule.root).shares(out).values(), drawn, indep=rule.indep),
    )


def _nested(tree: Tree, pool: Pool, take: Take, out: frozenset[str]) -> tuple[int, float, bool]:
    """Return room and chance to fall short where a domain takes several pieces, if it is exact."""
    view = tree.view(take, pool.rule.root)
    inner: dict[str, list[tuple[float, float]]] = {name: [] for name in view.domains}
    for host, entries in view.hosts.items():
        for name, places, weight, _size in entries:
            each = weight / places
            inner[name] += [(each, 0.0 if host in out else each)] * places
    # The domains themselves are not asked whether anything in them is left.
    outer = spread([(item.weight, item.weight) for item in view.domains.values()], pool.size)
    rooms = {
        name: min(take.per, sum(alive > 0.0 for _weight, alive in places))
        for name, places in inner.items()
    }
    room = min(pool.size, sum(rooms.values()))
    # What one domain lacks the next one gives, as long as there are more of them.
    got = {name: spread(places, take.per) for name, places in inner.items()}
    mean = {
        name: sum(number * chance for number, chance in enumerate(item.placed))
        for name, item in got.items()
    }
    used = sorted(rooms, key=lambda name: mean[name])[: min(len(rooms), pool.size)]
    found = [1.0]
    for name in used:
        found = _sums(found, got[name].placed)
    enough = math.fsum(found[room:])
    needed = next(
        (
            number
            for number in range(1, len(used) + 1)
            if sum(sorted(rooms[name] for name in used)[:number]) >= room
        ),
        len(used),
    )
    exact = sum(rooms.values()) - min(rooms.values(), default=0) < room
    return room, 1.0 - enough * (1.0 - outer.short(needed)), exact


def _sums(one: Sequence[float], other: Sequence[float]) -> list[float]:
    """Return the chances of the sum of two numbers by those of each."""
    found = [0.0] * (len(one) + len(other) - 1)
    for first, chance in enumerate(one):
        for second, more in enumerate(other):
            found[first + second] += chance * more
    return found
