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


def worst(tree: Tree, pool: Pool, level: str, number: int) -> tuple[frozenset[str], ...]:
    """Return the hosts of so many units whose loss hurts a pool most: in places, and in domains."""
    units = tree.units(level)
    if len(units) < number:
        return ()
    views = [tree.view(take, pool.rule.root) for take in pool.rule.takes]
    touched = {
        name: sum(len(view.hosts.get(host, ())) for view in views for host in hosts)
        for name, hosts in units.items()
    }
    most = sorted(units, key=lambda name: (-touched[name], name))[:number]
    found = {frozenset(host for name in most for host in units[name])}
    for view in views:
        found |= _whole_domains(view, units, number)
        found |= _different_domains(view, units, number)
    return tuple(sorted(found, key=sorted))


def _whole_domains(
    view: View, units: t.Mapping[str, tuple[str, ...]], number: int
) -> set[frozenset[str]]:
    """Return the units that together make up as many whole domains as possible."""
    members: dict[str, list[str]] = {}
    for name, hosts in units.items():
        for domain in view.away(hosts):
            members.setdefault(domain, []).append(name)
    chosen: list[str] = []
    for _domain, names in sorted(members.items(), key=lambda item: (len(item[1]), item[0])):
        fresh = [name for name in names if name not in chosen]
        if len(chosen) + len(fresh) <= number:
            chosen += fresh
        if len(chosen) == number:
            break
    return {frozenset(host for name in chosen for host in units[name])} if chosen else set()


def _different_domains(
    view: View, units: t.Mapping[str, tuple[str, ...]], number: int
) -> set[frozenset[str]]:
    """Return units that lie in different domains, those in most domains first."""
    homes = {name: set(view.away(hosts)) for name, hosts in units.items()}
    chosen: list[str] = []
    seen: set[str] = set()
    for _unit in range(number):
        name = max(units, key=lambda name: (len(homes[name] - seen), name not in chosen))
        if name in chosen:
            break
        chosen.append(name)
        seen |= homes[name]
    return {frozenset(host for name in chosen for host in units[name])} if chosen else set()
