# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The smallest change that cures a pool: sought in a small set, and judged like the pool. Pure."""

from __future__ import annotations

import dataclasses
import statistics
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.domains import DOMAINS
from ansible_collections.rookery.rook.plugins.module_utils._placement.judge import (
    REDUNDANT,
    judge,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
    Node,
    Osd,
    Pool,
    Rule,
    Take,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree
from ansible_collections.rookery.rook.plugins.module_utils._placement.words import size_text

if t.TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ADDED = 6


@dataclasses.dataclass(frozen=True)
class Cure:
    """A change after which a pool is redundant: what kind, how much of it, and in words."""

    kind: str
    amount: int
    text: str


def cures(tree: Tree, pool: Pool) -> tuple[Cure, ...]:
    """Return the changes that cure a pool, the smallest of each kind, the smallest first.

    Fewer pieces cost nothing, another failure domain costs safety, hosts cost money.
    """
    key = ("cures", pool.rule, pool.size, pool.need, pool.least, pool.least_apart, pool.pg_num)
    return tree.once(key, lambda: _searched(tree, pool))


def _searched(tree: Tree, pool: Pool) -> tuple[Cure, ...]:
    """Return the same, searched for."""
    ways = (_fewer(tree, pool), _domains(tree, pool), _more_copies(tree, pool), _hosts(tree, pool))
    return tuple(cure for way in ways for cure in _first(way))


def _first(way: Iterator[Cure]) -> list[Cure]:
    """Return the first one, if there is any."""
    return [cure for cure in (next(way, None),) if cure is not None]


def _good(tree: Tree, pool: Pool) -> bool:
    """Tell whether a pool is redundant."""
    return judge(tree, pool).word == REDUNDANT


def sized(pool: Pool, size: int, need: int) -> Pool:
    """Return a pool with other pieces, and the min_size that Ceph gives it."""
    least = need + min(1, size - need - 1) if pool.rule.indep else size - size // 2
    return dataclasses.replace(pool, size=size, need=need, least=least)


def _fewer(tree: Tree, pool: Pool) -> Iterator[Cure]:
    """Yield fewer pieces: copies down to two, or chunks, the most data in the least room first."""
    if not pool.rule.indep:
        for size in range(pool.size - 1, 1, -1):
            if _good(tree, sized(pool, size, 1)):
                yield Cure("copies", pool.size - size, f"set replicas to {size}")
        return
    for size in range(pool.size - 1, 2, -1):
        for coding in range(min(pool.size - pool.need, size - 2), 0, -1):
            if _good(tree, sized(pool, size, size - coding)):
                text = f"set erasure to {size - coding} data and {coding} coding chunks"
                yield Cure("chunks", pool.size - size, text)
    plain = dataclasses.replace(pool, rule=dataclasses.replace(pool.rule, indep=False))
    for size in (3, 2):
        if _good(tree, sized(plain, size, 1)):
            yield Cure("copies", pool.size - size, f"replace erasure by replicas: {size}")


def _more_copies(tree: Tree, pool: Pool) -> Iterator[Cure]:
    """Yield more copies, for a pool with a single one."""
    if pool.size == 1:
        for size in (2, 3):
            if _good(tree, sized(pool, size, 1)):
                yield Cure("copies", size - 1, f"set replicas to {size}")


def _domains(tree: Tree, pool: Pool) -> Iterator[Cure]:
    """Yield other failure domains, the one that protects most first."""
    if len(pool.rule.takes) > 1 or pool.rule.takes[0].per > 1:
        return
    there = {level for node in tree.nodes for level in node.places}
    for domain in reversed([name for name in DOMAINS if name in {*there, "osd", "host"}]):
        if domain == pool.domain:
            continue
        take = dataclasses.replace(pool.rule.takes[0], domain=domain)
        rule = dataclasses.replace(pool.rule, takes=(take,))
        if _good(tree, dataclasses.replace(pool, rule=rule)):
            yield Cure("domain", 1, f"set failure_domain to {domain}")


def _hosts(tree: Tree, pool: Pool) -> Iterator[Cure]:
    """Yield more hosts, like the middle one of those there are, each in a domain of its own."""
    take = _widest(pool.rule)
    there = len(tree.view(take, pool.rule.root).domains) * take.per
    if not tree.nodes or there > pool.size + MOST_ADDED:
        # Where there is that much room, it is not room that is missing.
        return
    for number in range(1, MOST_ADDED + 1):
        added = [_another(tree, pool, place) for place in range(number)]
        if _good(Tree((*tree.nodes, *added), tree.root), pool):
            yield Cure("hosts", number, _adding(pool, added))


def _another(tree: Tree, pool: Pool, place: int) -> Node:
    """Return one more host, as large as the middle of those that the pool can use.

    Where domains are above hosts, it makes up for all that the middle domain has.
    """
    take = _widest(pool.rule)
    view = tree.view(take, pool.rule.root)
    domains = list(view.domains.values())
    weight = statistics.median_high([item.weight for item in domains]) if domains else 1.0
    sizes = [item.size for item in domains if item.size]
    size = statistics.median_high(sizes) if sizes else None
    osds = max(1, take.per)
    kind = take.device_class or next(iter(tree.classes()), "")
    parts = tuple(
        Osd(f"new{number}", weight / osds, kind, size // osds if size else None)
        for number in range(osds)
    )
    name = f"another{place}"
    return Node(name, parts, dict.fromkeys(_levels(tree), name))


def _widest(rule: Rule) -> Take:
    """Return the walk that needs most places."""
    return max(rule.takes, key=lambda take: (take.count == 0, take.count))


def _levels(tree: Tree) -> list[str]:
    """Return the levels above hosts that are in use."""
    return list(dict.fromkeys(level for node in tree.nodes for level in node.places))


def _adding(pool: Pool, added: list[Node]) -> str:
    """Return what is to be added, with its size where that is known."""
    size = sum(osd.size or 0 for osd in added[0].osds)
    kind = added[0].osds[0].device_class
    devices = f"{size_text(size)} of " if size else ""
    on = f" with {devices}{kind + ' ' if kind else ''}devices" if size or kind else ""
    if pool.domain == "osd":
        one, many = "a host", "hosts"
    elif pool.domain == "host":
        one, many = "an OSD host", "OSD hosts"
    else:
        one, many = f"a {pool.domain} with a host", f"{pool.domain}s with a host"
    each = " each" if on and len(added) > 1 else ""
    return f"add {one if len(added) == 1 else f'{len(added)} {many}'}{on}{each}"
