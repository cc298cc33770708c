# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Whether monitors keep their majority, and daemons a place, when nodes or sites are lost. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Share

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


# One host, and two.
_S = ("", "s")


@dataclasses.dataclass(frozen=True)
class Daemons:
    """Daemons of one kind: how many are wanted, how many find a node, and how many must go on.

    apart: no two of them may be on one node. survives is what is left of the service when so many
    units are lost, by level and number.
    """

    kind: str
    name: str
    wanted: int
    placed: int
    needed: int
    apart: bool
    survives: Mapping[str, Share]


def monitors(
    wanted: int, units: Mapping[str, Mapping[str, Sequence[str]]], *, several: bool, zones: int = 0
) -> Daemons:
    """Return the monitors; units are nodes by level and name, several says that nodes share some.

    zones is how many sites Rook spreads them over by itself, with the odd one where no data is.
    """
    nodes = len(units.get("host", {}))
    placed = wanted if several and nodes else min(wanted, nodes)
    needed = wanted // 2 + 1
    fullest = _fullest(placed, nodes)
    survives: dict[str, Share] = {}
    for number in (1, 2):
        survives[f"{number} host{_S[number - 1]}"] = _whole(placed - sum(fullest[:number]), needed)
    for level, names in units.items():
        if level == "host" or len(names) < 2:
            continue
        if zones:
            per = -(-(wanted - 1) // max(1, zones - 1))
            survives[f"1 {level}"] = _whole(placed - per, needed)
            continue
        rooms = [len(hosts) for hosts in names.values()]
        survives[f"1 {level}"] = _by_chance(placed, needed, rooms)
    return Daemons("mon", "", wanted, placed, needed, not several, survives)


def _by_chance(placed: int, needed: int, rooms: Sequence[int]) -> Share:
    """Return whether a majority is left when any one unit is lost, wherever the scheduler put them.

    Of one unit with all nodes but a few, most monitors have to be inside.
    """
    worst = max(min(room, placed) for room in rooms)
    # The best that can be: the monitors are spread evenly as far as there is room.
    best = next(
        limit
        for limit in range(placed + 1)
        if sum(min(limit, room) for room in rooms) >= placed or limit == placed
    )
    if placed - worst >= needed:
        return "all"
    return "some" if placed - best >= needed else "none"


def service(
    kind: str, name: str, wanted: int, nodes: int, *, needed: int = 1, apart: bool
) -> Daemons:
    """Return daemons of which some have to go on; without apart they share nodes when they must."""
    placed = min(wanted, nodes) if apart else (wanted if nodes else 0)
    fullest = _fullest(placed, nodes)
    survives: dict[str, Share] = {
        f"{number} host{_S[number - 1]}": _whole(placed - sum(fullest[:number]), needed)
        for number in (1, 2)
    }
    return Daemons(kind, name, wanted, placed, needed, apart, survives)


def _fullest(placed: int, nodes: int) -> list[int]:
    """Return how many daemons there are on each node, the fullest first, when they are spread."""
    if not nodes:
        return []
    each, more = divmod(placed, nodes)
    return [each + 1] * more + [each] * (nodes - more)


def _whole(left: int, needed: int) -> Share:
    """Return whether enough are left."""
    return "all" if left >= needed else "none"
