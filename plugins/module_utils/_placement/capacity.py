# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How much fits into a pool, how evenly it fills, and what remains when a domain is lost. Pure.

A pool is full when its fullest domain is: CRUSH cannot give a domain of less weight as little as
its size wants, when there are hardly more domains than pieces. Numbers are those of a pool that has
its OSDs for itself.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.mapping import spread_of

if t.TYPE_CHECKING:
    from collections.abc import Collection

    from ansible_collections.rookery.rook.plugins.module_utils._placement.chance import Spread
    from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Pool, Take
    from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree, View

# Ceph's own ratios: it warns at the first, and stops writing at the second.
NEARFULL, FULL = 0.85, 0.95


@dataclasses.dataclass(frozen=True)
class Capacity:
    """Bytes of data that a pool takes; fills is how full the fullest domain is against the mean.

    safe_bytes stay below Ceph's warning also when the largest domain is lost and has healed; at
    full_after writing stops when that happens. Where nothing can heal, nothing moves: heals is
    False, and the loss fills nobody.
    """

    raw_bytes: int
    usable_bytes: int
    safe_bytes: int
    full_after: int
    fills: float
    fullest: str
    heals: bool
    largest: str


def capacity(tree: Tree, pool: Pool) -> Capacity | None:
    """Return what fits into a pool, or None where no sizes are known."""
    walks = [take for take in pool.rule.takes if wanted_of(pool, take)]
    found = [_of_walk(tree, pool, take) for take in walks]
    if not found or None in found:
        return None
    known = [item for item in found if item is not None]
    return min(known, key=lambda item: item.usable_bytes)


def _of_walk(tree: Tree, pool: Pool, take: Take) -> Capacity | None:
    """Return the same for one walk of a rule."""
    key = ("capacity", pool.rule, take, pool.size, pool.need)
    return tree.once(key, lambda: _worked_out(tree, pool, take))


def _worked_out(tree: Tree, pool: Pool, take: Take) -> Capacity | None:
    """Return the same, worked out."""
    view = tree.view(take, pool.rule.root)
    sizes = {name: item.size for name, item in view.domains.items()}
    if not sizes or any(not size for size in sizes.values()):
        return None
    raw = sum(size or 0 for size in sizes.values())
    pieces = _pieces(view, pool, take, spread_of(tree, pool, take))
    fullest = max(sorted(sizes), key=lambda name: pieces[name] / (sizes[name] or 1))
    worst = pieces[fullest] / (sizes[fullest] or 1)
    unit = 1.0 / (worst * pool.piece)
    largest = max(sorted(sizes), key=lambda name: sizes[name] or 0)
    after, heals = _after(tree, pool, take, largest)
    return Capacity(
        raw_bytes=raw,
        usable_bytes=int(FULL * unit),
        safe_bytes=int(NEARFULL * min(unit, after)),
        full_after=int(FULL * min(unit, after)),
        fills=worst * raw / sum(pieces.values()),
        fullest=fullest,
        heals=heals,
        largest=largest,
    )


def _pieces(
    view: View, pool: Pool, take: Take, spread: Spread, lost: Collection[str] = ()
) -> dict[str, float]:
    """Return the pieces of a group that each domain gets, on average."""
    shares = view.shares(lost)
    wanted = min(take.count or pool.size, pool.size)
    if take.per == 1:
        # A walk that draws for more pieces than are still wanted gives the first ones.
        first = wanted_of(pool, take) / max(1, take.count or pool.size)
        return {name: first * spread.pieces_of(*share) for name, share in shares.items()}
    total = sum(alive for _weight, alive in shares.values())
    most = min(take.per, wanted)
    return {
        name: min(most, wanted * alive / total) if len(shares) * take.per > wanted else float(most)
        for name, (_weight, alive) in shares.items()
    }


def wanted_of(pool: Pool, take: Take) -> int:
    """Return how many of a pool's pieces one walk of its rule places."""
    left = pool.size
    for other in pool.rule.takes:
        here = min(other.count or left, left)
        if other == take:
            return here
        left -= here
    return 0


def _after(tree: Tree, pool: Pool, take: Take, largest: str) -> tuple[float, bool]:
    """Return data in full when the largest domain is lost and healed, and whether it can be."""
    view = tree.view(take, pool.rule.root)
    lost = _hosts_of(view, take, largest)
    left = {name: share for name, share in view.shares(lost).items() if share[1] > 0.0}
    room = len(left) * take.per
    if room < wanted_of(pool, take) or not left:
        return float("inf"), False
    away = view.away(lost)
    pieces = _pieces(view, pool, take, spread_of(tree, pool, take, lost), lost)
    worst = max(
        pieces[name]
        / ((view.domains[name].size or 0) - ((away[name][2] or 0) if name in away else 0))
        for name in left
    )
    return 1.0 / (worst * pool.piece), True


def _hosts_of(view: View, take: Take, domain: str) -> frozenset[str]:
    """Return the hosts that are in a domain; of an OSD, its host."""
    if take.domain in ("host", "osd"):
        return frozenset({domain.partition(":")[0] if take.domain == "osd" else domain})
    return frozenset(
        host for host, entries in view.hosts.items() if any(entry[0] == domain for entry in entries)
    )
