# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The verdict over a pool: redundant, writable but degraded, or never writable. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.losses import (
    outcome,
    worst,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.mapping import mapping

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
        Outcome,
        Pool,
        Share,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree

REDUNDANT, DEGRADED, NEVER = "redundant", "degraded", "never writable"
# Below one group in so many pools a place that is missed by chance is not spoken of.
NOTICED = 0.01
MOST_LOST = 2
_ORDER: tuple[Share, ...] = ("none", "some", "all")


@dataclasses.dataclass(frozen=True)
class Loss:
    """What the loss of so many units of a level does, at worst: down first, then healed."""

    level: str
    number: int
    writes: Share
    data: Share
    writes_healed: Share
    clean_healed: bool


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What becomes of a pool; short is how many of its groups will lack a piece by chance.

    The reasons say what keeps it from being redundant, as words that a table explains.
    """

    pool: Pool
    word: str
    reasons: tuple[str, ...]
    placed: int
    short: float
    losses: tuple[Loss, ...]


def judge(tree: Tree, pool: Pool) -> Verdict:
    """Return the verdict over a pool."""
    key = ("verdict", pool.rule, pool.size, pool.need, pool.least, pool.least_apart, pool.pg_num)
    found = tree.once(key, lambda: _judged(tree, pool))
    return dataclasses.replace(found, pool=pool)


def _judged(tree: Tree, pool: Pool) -> Verdict:
    """Return the same, worked out."""
    now, mapped = outcome(tree, pool), mapping(tree, pool)
    short = 0.0 if mapped.room < pool.size else mapped.short * pool.pg_num
    losses = tuple(_losses(tree, pool))
    bare = any(tree.view(take, pool.rule.root).bare for take in pool.rule.takes)
    reasons = tuple(_reasons(pool, now, short, losses, bare=bare))
    word = NEVER if now.writes == "none" else DEGRADED if reasons else REDUNDANT
    return Verdict(pool, word, reasons, now.fewest, short, losses)


def _reasons(
    pool: Pool, now: Outcome, short: float, losses: tuple[Loss, ...], *, bare: bool
) -> Iterator[str]:
    """Yield why a pool is not redundant."""
    if now.writes != "all":
        yield "too few places to write"
    elif not now.clean:
        yield "too few places"
    elif bare:
        yield "hosts without a label"
    elif short >= NOTICED:
        yield "uneven weights"
    if pool.size == pool.need:
        yield "single copy"
        return
    for loss in losses:
        # An OSD is never lost alone when its host is.
        if loss.number == 1 and loss.level == ("host" if pool.domain == "osd" else pool.domain):
            if loss.data != "all":
                yield f"data is lost with one {loss.level}"
            elif loss.writes != "all":
                yield f"writes stop with one {loss.level}"


def _losses(tree: Tree, pool: Pool) -> Iterator[Loss]:
    """Yield what each loss does at worst, over the choices of what is lost."""
    for level in dict.fromkeys(("host", *tree.levels())):
        for number in range(1, MOST_LOST + 1):
            found = [
                (outcome(tree, pool, lost), outcome(tree, pool, lost, healed=True))
                for lost in worst(tree, pool, level, number)
            ]
            if not found:
                continue
            yield Loss(
                level,
                number,
                _least(down.writes for down, _healed in found),
                _least(down.data for down, _healed in found),
                _least(healed.writes for _down, healed in found),
                all(healed.clean for _down, healed in found),
            )


def _least(shares: t.Iterable[Share]) -> Share:
    """Return the worst of some shares."""
    return min(shares, key=_ORDER.index)
