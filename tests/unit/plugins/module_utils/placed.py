# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees and pools for the tests of placement."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
    Node,
    Osd,
    Pool,
    Rule,
    Take,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree

TIB = 1 << 40
HOST = Take("host")


def hosts(*weights: float | tuple[float, ...], racks: int = 0, kind: str = "hdd") -> Tree:
    """Return hosts by the sizes of their OSDs in TiB, in turns in some racks."""
    nodes = []
    for number, given in enumerate(weights):
        sizes = given if isinstance(given, tuple) else (given,)
        osds = tuple(
            Osd(f"d{place}", size, kind, int(size * TIB)) for place, size in enumerate(sizes)
        )
        places = {"rack": f"r{number % racks}"} if racks else {}
        nodes.append(Node(f"h{number}", osds, places))
    return Tree(nodes)


def copies(size: int, *takes: Take, pg_num: int = 32) -> Pool:
    """Return a pool of copies."""
    return Pool("p", size, 1, size - size // 2, Rule(takes or (HOST,)), pg_num)


def chunks(data: int, coding: int, take: Take = HOST) -> Pool:
    """Return a pool of chunks."""
    rule = Rule((take,), indep=True)
    return Pool("p", data + coding, data, data + min(1, coding - 1), rule)
