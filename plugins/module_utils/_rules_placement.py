# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about where pieces really lie: by weight, by size, and in domains inside of others. Pure.

How many domains there are is counted by the rules of pools. Weights and sizes are known when the
devices have been asked.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.capacity import (
    NEARFULL,
    capacity,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.cures import cures
from ansible_collections.rookery.rook.plugins.module_utils._placement.groups import (
    LIMIT,
    count_groups,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.judge import judge
from ansible_collections.rookery.rook.plugins.module_utils._placement.sites import (
    read_plant,
    unclassed,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.words import reason_text
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    count,
    dig,
    error,
    warn,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._placement.judge import Verdict
    from ansible_collections.rookery.rook.plugins.module_utils._placement.sites import Plant
    from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Pool
    from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree

# Below this share of what fits, what stays safe at a loss is a trap.
_TRAP = 0.5
# Before this release Rook gives pools their groups, and the rules of pools count them.
_LEFT_TO_CEPH = (1, 3)
GIB = 1 << 30


def placement_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield pools whose pieces have no place, or no room after a loss (POOL-02 to 04, POOL-14)."""
    plant = read_plant(site, facts)
    if not plant.tree.nodes:
        return
    yield from _groups(site, plant)
    yield from _classed(site, plant)
    for pool in plant.pools:
        # Of the pools that Ceph makes by itself, nothing can be chosen in the model.
        if pool.role in ("index", "managers"):
            continue
        verdict = judge(plant.tree, pool)
        if _nested(pool) and verdict.placed < pool.size:
            yield _short_of_places(plant.tree, verdict)
        if "uneven weights" in verdict.reasons:
            yield _missed(plant.tree, verdict)
        yield from _trap(plant.tree, pool)


def _classed(site: Site, plant: Plant) -> Iterator[Finding]:
    """Yield pools of a device class that too few domains have, though there are enough domains."""
    if dig(site.cluster.spec, "storage.nodes"):
        # Where somebody gives classes by hand, disks do not tell them.
        return
    there = plant.tree.classes()
    for pool in plant.pools:
        # A class that no disk has is told as that.
        if pool.rule.takes[0].device_class not in there or _nested(pool):
            continue
        verdict = judge(plant.tree, pool)
        if judge(plant.tree, unclassed(pool)).placed >= pool.size > verdict.placed:
            yield _short_of_places(plant.tree, verdict)


def _groups(site: Site, plant: Plant) -> Iterator[Finding]:
    """Yield that there would be more groups on an OSD than Ceph lets a new pool add."""
    most = count_groups(plant.tree, plant.pools).most
    if site.release < _LEFT_TO_CEPH or most <= LIMIT:
        return
    reason = (
        f"they begin with {most:.0f} placement groups on each OSD, and Ceph makes no further pool "
        f"where that would be more than {LIMIT}"
    )
    cure = "Make fewer pools, give them a smaller pg_num, or add OSDs."
    yield warn("POOL-14", plant.pools[-1].path, count(len(plant.pools), "pool"), reason, cure)


def _nested(pool: Pool) -> bool:
    """Tell whether a pool has several pieces in a domain, or walks the tree more than once."""
    return len(pool.rule.takes) > 1 or pool.rule.takes[0].per > 1


def _rule(pool: Pool) -> str:
    """Return the rule of copies or of chunks."""
    return "POOL-03" if pool.rule.indep else "POOL-02"


def _ways_out(tree: Tree, pool: Pool) -> str:
    """Return the changes after which the pool would be redundant."""
    ways = " or ".join(cure.text for cure in cures(tree, pool))
    return f"{ways[:1].upper()}{ways[1:]}." if ways else "Add hosts, or take a simpler rule."


def _short_of_places(tree: Tree, verdict: Verdict) -> Finding:
    """Return that a rule with several pieces in a domain finds too few places."""
    pool = verdict.pool
    why = reason_text(verdict, verdict.reasons[0])
    take = pool.rule.takes[0]
    inside = f", {take.per} on different {take.sub}s in each" if take.per > 1 else ""
    if take.device_class and not _nested(pool):
        inside = f" with devices of class {take.device_class}"
    what = "chunks" if pool.rule.indep else "copies"
    reason = f"pool '{pool.name}' wants its {what} on different {pool.domain}s{inside}: {why}"
    return error(_rule(pool), pool.path, str(pool.size), reason, _ways_out(tree, pool))


def _missed(tree: Tree, verdict: Verdict) -> Finding:
    """Return that some groups will lack a piece because domains differ too much in weight."""
    pool = verdict.pool
    why = reason_text(verdict, "uneven weights")
    reason = f"of pool '{pool.name}', {why}, which then stay undersized for ever"
    return warn(_rule(pool), pool.path, str(pool.size), reason, _ways_out(tree, pool))


def _trap(tree: Tree, pool: Pool) -> Iterator[Finding]:
    """Yield that the loss of the largest domain fills the others long before the pool is full."""
    room = capacity(tree, pool)
    if room is None or not room.heals or room.full_after >= _TRAP * room.usable_bytes:
        return
    reason = (
        f"pool '{pool.name}' takes {room.usable_bytes / GIB:.0f} GiB, but when {pool.domain} "
        f"{room.largest} is lost its pieces go to the others, and writing stops if more than "
        f"{room.full_after / GIB:.0f} GiB are in it"
    )
    cure = (
        f"Give the {pool.domain}s about the same size, or keep less than "
        f"{room.safe_bytes / GIB:.0f} GiB in it, so that none gets fuller than {NEARFULL:.0%}."
    )
    yield warn("POOL-04", pool.path, str(pool.size), reason, cure)
