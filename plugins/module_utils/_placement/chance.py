# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How likely it is that a piece finds no place although there is one, and who gets how many. Pure.

CRUSH draws domains by their weight, and gives up after so many draws. A domain of little weight
is then missed by some groups: their pieces are short for ever. Which groups that are depends on the
pool's number, which is not known before the pool is made, so this is a probability, and an exact
one: the draws of straw2 are independent, and each has the domain's share of the weight.

Copies (firstn) look for the next new domain in one row of draws, and the row is as long as the
tries and the copies before allow. Chunks (indep) go in rounds, in which each chunk that has no
place yet draws once. Domains of one weight are counted together; when there are too many different
weights, near ones are taken for the same.
"""

from __future__ import annotations

import dataclasses
import math
import typing as t
from collections import Counter

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Ceph's tunables since Jewel; the rules that it makes for chunks have tries of their own.
COPY_DRAWS, CHUNK_ROUNDS, CHUNK_LEAF_TRIES = 51, 100, 5
# What is less likely than this is left out.
NOTHING = 1e-14
# The most states that are followed, and how near weights are that are taken for the same.
MOST_STATES = 700
# As many where no domain can be missed, and only the mean is asked for.
FEW_STATES, NEVER_MISSED = 80, 1e-13
STEPS = (1e-9, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 99.0)

States = dict[tuple[int, ...], float]


@dataclasses.dataclass(frozen=True)
class Kin:
    """Domains of about the same weight: the chance that a draw is one of them, and how many."""

    chance: float
    number: int


@dataclasses.dataclass(frozen=True)
class Spread:
    """How a rule spreads: chances by number of pieces; pieces of a domain by chance of a draw."""

    placed: tuple[float, ...]
    pieces: Mapping[float, float]
    total: float = 0.0
    indep: bool = False

    def pieces_of(self, weight: float, alive: float) -> float:
        """Return the pieces of a group that a domain gets, on average."""
        if not weight or alive <= 0.0:
            return 0.0
        return self.pieces[_chance(weight, alive / weight, self.total, indep=self.indep)]

    def short(self, wanted: int) -> float:
        """Return the chance that a group has fewer pieces than wanted."""
        return min(1.0, math.fsum(self.placed[:wanted]))


@dataclasses.dataclass(frozen=True)
class Draws:
    """Kinds of domains that can be drawn."""

    kin: tuple[Kin, ...]

    def draw(self, states: States, full: States, most: int) -> States:
        """Return the states after one more draw; those that are complete go into full."""
        found: States = {}
        for state, chance in states.items():
            moved = 0.0
            for place, kin in enumerate(self.kin):
                step = (kin.number - state[place]) * kin.chance
                if step <= 0.0:
                    continue
                moved += step
                after = (*state[:place], state[place] + 1, *state[place + 1 :])
                into = full if sum(after) == most else found
                into[after] = into.get(after, 0.0) + chance * step
            stay = chance * max(0.0, 1.0 - moved)
            if stay > NOTHING:
                found[state] = found.get(state, 0.0) + stay
        return found


def spread(domains: Iterable[tuple[float, float]], wanted: int, *, indep: bool = False) -> Spread:
    """Return how so many pieces spread over domains of (weight, weight that is not out)."""
    known = [(weight, alive / weight if weight else 0.0) for weight, alive in domains]
    total = math.fsum(weight for weight, _alive in known)
    if not total or not wanted:
        return Spread((1.0, *(0.0 for _piece in range(wanted))), {})
    chances = Counter(
        _chance(weight, alive, total, indep=indep)
        for weight, alive in known
        if weight and alive > 0
    )
    draws, names = _kin(chances, wanted, _enough_states(chances, wanted))
    most = min(wanted, sum(kin.number for kin in draws.kin))
    full: States = {}
    start: States = {tuple(0 for _kin in draws.kin): 1.0}
    left = _rounds(draws, start, full, wanted, most) if indep else {}
    if not indep:
        left = _row(draws, start, full, wanted, most)
    placed, pieces = _counted(draws, names, (full, left), wanted)
    return Spread(placed, pieces, total, indep)


def _chance(weight: float, alive: float, total: float, *, indep: bool) -> float:
    """Return the chance that a domain is drawn, and an OSD in it that is not out."""
    if alive >= 1.0 - 1e-9:
        return weight / total
    return weight / total * (1.0 - (1.0 - alive) ** CHUNK_LEAF_TRIES if indep else alive)


def _row(draws: Draws, states: States, full: States, wanted: int, most: int) -> States:
    """Draw for copies: the last one may look as far as the tries after its own place."""
    for _draw in range(wanted - 1 + COPY_DRAWS):
        if not states or not most:
            break
        states = draws.draw(states, full, most)
    return states


def _rounds(draws: Draws, states: States, full: States, wanted: int, most: int) -> States:
    """Draw for chunks: in each round once for each that has no place yet."""
    for _round in range(CHUNK_ROUNDS):
        if not states or not most:
            break
        after: States = {}
        for filled in sorted({sum(state) for state in states}):
            batch = {state: chance for state, chance in states.items() if sum(state) == filled}
            for _chunk in range(wanted - filled):
                batch = draws.draw(batch, full, most)
            for state, chance in batch.items():
                after[state] = after.get(state, 0.0) + chance
        states = after
    return states


def _counted(
    draws: Draws, names: Sequence[Sequence[float]], ends: Sequence[States], wanted: int
) -> tuple[tuple[float, ...], dict[float, float]]:
    """Return the chances by number of pieces, and the pieces of each domain."""
    placed = [0.0] * (wanted + 1)
    got = [0.0] * len(draws.kin)
    for states in ends:
        for state, chance in states.items():
            placed[sum(state)] += chance
            for place, number in enumerate(state):
                got[place] += chance * number
    pieces: dict[float, float] = {}
    for kin, mean, members in zip(draws.kin, got, names, strict=True):
        for name in members:
            # Within its kin a domain gets more or less as its weight is more or less.
            pieces[name] = mean / kin.number * (name / kin.chance if kin.number > 1 else 1.0)
    return tuple(placed), pieces


def _enough_states(chances: Mapping[float, int], wanted: int) -> int:
    """Return how many states it takes: few when even the heaviest domains are left quickly."""
    heavy, missing = 0.0, wanted - 1
    for chance in sorted(chances, reverse=True):
        taken = min(missing, chances[chance])
        heavy, missing = heavy + taken * chance, missing - taken
        if not missing:
            break
    rejected = max(0.0, 1.0 - math.fsum(chance * number for chance, number in chances.items()))
    missed = wanted * min(1.0, heavy + rejected) ** COPY_DRAWS
    return FEW_STATES if missing == 0 and missed < NEVER_MISSED else MOST_STATES


def _kin(chances: Mapping[float, int], wanted: int, most: int) -> tuple[Draws, list[list[float]]]:
    """Put domains of near weights together until there are few enough states."""
    for step in STEPS:
        found: dict[int, list[float]] = {}
        for chance in sorted(chances):
            found.setdefault(round(math.log(chance) / step), []).append(chance)
        numbers = [sum(chances[chance] for chance in members) for members in found.values()]
        if _states(numbers, wanted) <= most:
            break
    kin = tuple(
        Kin(math.fsum(chance * chances[chance] for chance in members) / number, number)
        for members, number in zip(found.values(), numbers, strict=True)
    )
    return Draws(kin), list(found.values())


def _states(numbers: Sequence[int], wanted: int) -> int:
    """Return how many states there are: ways to have at most so many of each kind."""
    ways = [1] + [0] * wanted
    for number in numbers:
        ways = [
            sum(ways[total - taken] for taken in range(min(number, total) + 1))
            for total in range(wanted + 1)
        ]
        if sum(ways) > MOST_STATES:
            break
    return sum(ways)
