# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How many placement groups each OSD carries, and how many the autoscaler will aim at. Pure."""

from __future__ import annotations

import dataclasses
import math
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Pool
    from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree

# What Ceph aims at on each OSD, and where it refuses to make another pool.
TARGET, LIMIT = 100, 250


@dataclasses.dataclass(frozen=True)
class Groups:
    """Pieces of groups on each OSD, by device class; aims are the numbers for each pool.

    An aim is what the autoscaler makes of a pool that becomes large, when all data pools on the
    same devices grow alike.
    """

    per_osd: Mapping[str, float]
    most: float
    aims: Mapping[str, int]


def count_groups(tree: Tree, pools: Sequence[Pool]) -> Groups:
    """Return the groups of all pools on the OSDs that there are."""
    osds = {
        name: sum(osd.device_class == name for node in tree.nodes for osd in node.osds)
        for name in tree.classes()
    }
    load = dict.fromkeys(osds, 0.0)
    shares: dict[str | None, int] = {}
    for pool in pools:
        for kind, pieces in _pieces(pool):
            meant = [name for name in osds if kind in (None, name)]
            there = sum(osds[name] for name in meant)
            for name in meant:
                load[name] += pool.pg_num * pieces / there
        if pool.role == "data":
            kind = pool.rule.takes[-1].device_class
            shares[kind] = shares.get(kind, 0) + 1
    aims = {}
    for pool in pools:
        kind = pool.rule.takes[-1].device_class
        there = sum(number for name, number in osds.items() if kind in (None, name))
        aims[pool.name] = pool.pg_num
        if pool.role == "data" and there:
            aims[pool.name] = max(pool.pg_num, power(there * TARGET / pool.size / shares[kind]))
    return Groups(load, max(load.values(), default=0.0), aims)


def _pieces(pool: Pool) -> list[tuple[str | None, int]]:
    """Return how many pieces of each group lie on devices of a class."""
    found, left = [], pool.size
    for take in pool.rule.takes:
        here = min(take.count or left, left)
        found.append((take.device_class, here))
        left -= here
    return found


def power(number: float) -> int:
    """Return the power of two that is nearest, of two the larger one."""
    if number < 1:
        return 1
    low = 2 ** math.floor(math.log2(number))
    return int(low if number - low < 2 * low - number else 2 * low)
