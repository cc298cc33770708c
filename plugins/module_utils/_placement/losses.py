# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is left of a pool when hosts are lost: first down, then out and healed. Pure.

This is arithmetic of places, not of chance: it tells between which numbers of pieces every group
has, whatever CRUSH draws.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
    Outcome,
    Pool,
    Take,
    share,
)

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree, View


@dataclasses.dataclass(frozen=True)
class Pieces:
    """Of one walk of a rule: pieces placed, lost at least and at most, placed when healed."""

    placed: int
    least_lost: int
    most_lost: int
    healed: int


def outcome(tree: Tree, pool: Pool, lost: Collection[str] = (), *, healed: bool = False) -> Outcome:
    """Return what is left of a pool without some hosts."""
    parts = list(_parts(tree, pool, frozenset(lost)))
    placed = sum(part.placed for part in parts)
    fewest = placed - sum(part.most_lost for part in parts)
    most = placed - sum(part.least_lost for part in parts)
    least = _least(tree, pool, lost)
    data = share(fewest, most, pool.need)
    if not healed:
        clean = fewest == pool.size
        return Outcome(fewest, most, share(fewest, most, least), data, clean)
    again = min(pool.size, sum(part.healed for part in parts))
    # A group of which too little is left cannot be made again, wherever there is room.
    fewest = again if data == "all" else min(fewest, again)
    most = again if data != "none" else min(most, again)
    writes = share(fewest, most, least) if data != "none" else "none"
    return Outcome(fewest, most, writes, data, data == "all" and again == pool.size)


def _least(tree: Tree, pool: Pool, lost: Collection[str]) -> int:
    """Return min_size; a stretched cluster lowers it when one of its sites is lost whole."""
    if pool.least_apart is None:
        return pool.least
    gone = set(lost)
    sites = tree.units(pool.domain).values()
    return pool.least_apart if any(gone.issuperset(hosts) for hosts in sites) else pool.least


def _parts(tree: Tree, pool: Pool, lost: frozenset[str]) -> Iterator[Pieces]:
    """Yield the pieces of each walk of a rule."""
    wanted = pool.size
    for take in pool.rule.takes:
        view = tree.view(take, pool.rule.root)
        count = min(take.count or wanted, wanted)
        part = _spread(view, take, count, lost) if take.per > 1 else _single(view, count, lost)
        wanted -= part.placed
        yield part


def _single(view: View, count: int, lost: Collection[str]) -> Pieces:
    """Return the pieces where each domain takes one."""
    away = view.away(lost)
    whole = sum(gone[0] == view.domains[name].places for name, gone in away.items())
    there = len(view.domains)
    placed = min(count, there)
    return Pieces(
        placed,
        least_lost=max(0, placed - (there - whole)),
        most_lost=min(placed, len(away)),
        healed=min(count, there - whole),
    )


def _spread(view: View, take: Take, count: int, lost: Collection[str]) -> Pieces:
    """Return the pieces where each domain takes several, on places of another type in it."""
    away = view.away(lost)
    rooms = [
        (item.places, away[name][0] if name in away else 0) for name, item in view.domains.items()
    ]
    room = sorted(min(take.per, places) for places, _gone in rooms)
    # A rule takes as many domains as it finds and fills one after another.
    used = _used(room[: min(count, len(room))], count)
    placed = min(count, sum(room[:used]))
    lose = sorted((min(take.per, places, gone) for places, gone in rooms), reverse=True)
    surely = sorted(
        max(0, min(take.per, places) - (places - gone)) for places, gone in rooms if places
    )
    left = sorted(min(take.per, places - gone) for places, gone in rooms if places > gone)
    again = left[: min(count, len(left))]
    return Pieces(
        placed,
        least_lost=min(placed, sum(surely[:used])),
        most_lost=min(placed, sum(lose[:used])),
        healed=min(count, sum(again)),
    )


def _used(room: list[int], count: int) -> int:
    """Return how many domains of such rooms are filled before all pieces have a place."""
    total = 0
    for number, places in enumerate(room, 1):
        total += places
        if total >= count:
            return number
    return len(room)


@dataclasses.dataclass(frozen=True)
class Homes:
    """In which domains of a view each unit of a level lies, and which units make up each domain.

    members are in the order in which their loss takes whole domains at the least cost.
    """

    homes: t.Mapping[str, frozenset[str]]
    places: t.Mapping[str, int]
    members: tuple[tuple[str, ...], ...]

    def whole(self, number: int) -> list[str]:
        """Return units that together make up as many whole domains as possible."""
        chosen: list[str] = []
        for names in self.members:
            fresh = [name for name in names if name not in chosen]
            if len(chosen) + len(fresh) <= number:
                chosen += fresh
            if len(chosen) == number:
                break
        return chosen

    def different(self, number: int) -> list[str]:
        """Return units in different domains, those in most domains first."""
        chosen: list[str] = []
        seen: frozenset[str] = frozenset()
        for _unit in range(number):
            left = [name for name in self.homes if name not in chosen]
            if not left:
                break
            best = max(left, key=lambda name: len(self.homes[name] - seen))
            chosen.append(best)
            seen |= self.homes[best]
        return chosen


def worst(tree: Tree, pool: Pool, level: str, number: int) -> tuple[frozenset[str], ...]:
    """Return the hosts of so many units whose loss hurts a pool most: in places, and in domains."""
    units = tree.units(level)
    if len(units) < number:
        return ()
    seen = [_homes(tree, take, pool.rule.root, level) for take in pool.rule.takes]
    places = {name: sum(item.places[name] for item in seen) for name in units}
    choices = [sorted(units, key=lambda name: (-places[name], name))[:number]]
    for item in seen:
        choices += [item.whole(number), item.different(number)]
    found = {frozenset(host for name in names for host in units[name]) for names in choices}
    return tuple(sorted((hosts for hosts in found if hosts), key=sorted))


def _homes(tree: Tree, take: Take, root: str, level: str) -> Homes:
    """Return where the units of a level lie, found once."""
    return tree.once(("homes", take, root, level), lambda: _found_homes(tree, take, root, level))


def _found_homes(tree: Tree, take: Take, root: str, level: str) -> Homes:
    """Return where the units of a level lie."""
    view = tree.view(take, root)
    homes: dict[str, frozenset[str]] = {}
    places: dict[str, int] = {}
    members: dict[str, list[str]] = {}
    for name, hosts in tree.units(level).items():
        entries = [entry for host in hosts for entry in view.hosts.get(host, ())]
        homes[name] = frozenset(entry[0] for entry in entries)
        places[name] = sum(entry[1] for entry in entries)
        for domain in homes[name]:
            members.setdefault(domain, []).append(name)
    order = sorted(members.items(), key=lambda item: (len(item[1]), item[0]))
    return Homes(homes, places, tuple(dict.fromkeys(tuple(names) for _domain, names in order)))
