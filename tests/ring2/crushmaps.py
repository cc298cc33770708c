# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topologies as CRUSH maps in Ceph's own text, with the rules that Rook and Ceph make for pools."""

from __future__ import annotations

import random
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
    Node,
    Osd,
    Pool,
    Rule,
    Take,
)

TYPES = {"osd": 0, "host": 1, "rack": 3, "zone": 9, "root": 11}
_TUNABLES = """
tunable choose_local_tries 0
tunable choose_local_fallback_tries 0
tunable choose_total_tries 50
tunable chooseleaf_descend_once 1
tunable chooseleaf_vary_r 1
tunable chooseleaf_stable 1
tunable straw_calc_version 1
tunable allowed_bucket_algs 54
"""
_TRIES = "step set_chooseleaf_tries 5\n step set_choose_tries 100\n "


def numbers(nodes: t.Sequence[Node]) -> dict[str, list[int]]:
    """Return the numbers of each host's OSDs: counted through, or what their names are."""
    found: dict[str, list[int]] = {}
    for node in nodes:
        start = sum(len(ids) for ids in found.values())
        found[node.name] = [
            int(osd.name) if osd.name.isdigit() else start + place
            for place, osd in enumerate(node.osds)
        ]
    return found


class Text:
    """A map that grows root by root."""

    def __init__(self) -> None:
        self._devices: dict[int, str] = {}
        self._buckets: list[str] = []
        self._rules: list[str] = []

    def add(self, nodes: t.Sequence[Node], pool: Pool, root: str = "default") -> None:
        """Add a root with hosts, in their racks and zones where they have some, and a rule."""
        ids = numbers(nodes)
        above: dict[tuple[str, str], list[tuple[str, float]]] = {}
        for node in nodes:
            items = []
            for number, osd in zip(ids[node.name], node.osds, strict=True):
                kind = f" class {osd.device_class}" if osd.device_class else ""
                self._devices[number] = f"device {number} osd.{number}{kind}"
                items.append((f"osd.{number}", osd.weight))
            name = f"{root}-{node.name}"
            self._bucket("host", name, items)
            kind, place = next(iter(node.places.items()), ("root", ""))
            above.setdefault((kind, place), []).append((name, sum(osd.weight for osd in node.osds)))
        top = above.pop(("root", ""), [])
        for (kind, place), hosts in above.items():
            self._bucket(kind, f"{root}-{place}", hosts)
            top.append((f"{root}-{place}", sum(weight for _name, weight in hosts)))
        self._bucket("root", root, top)
        self._rules.append(self._rule(pool, root))

    def _bucket(self, kind: str, name: str, items: t.Iterable[tuple[str, float]]) -> None:
        lines = "".join(f" item {item} weight {weight:.5f}\n" for item, weight in items)
        number = -1 - 100 * (len(self._buckets) + 1)
        self._buckets.append(f"{kind} {name} {{\n id {number}\n alg straw2\n hash 0\n{lines}}}\n")

    def _rule(self, pool: Pool, root: str) -> str:
        mode = "indep" if pool.rule.indep else "firstn"
        steps = ""
        for take in pool.rule.takes:
            kind = f" class {take.device_class}" if take.device_class else ""
            steps += f" step take {root}{kind}\n"
            if take.per > 1:
                steps += f" step choose {mode} 0 type {take.domain}\n"
                steps += f" step {_choose(take.sub)} {mode} {take.per} type {take.sub}\n"
            else:
                steps += f" step {_choose(take.domain)} {mode} {take.count} type {take.domain}\n"
            steps += " step emit\n"
        kind = "erasure" if pool.rule.indep else "replicated"
        tries = _TRIES if pool.rule.indep else ""
        number = len(self._rules)
        return f"rule r{number} {{\n id {number}\n type {kind}\n {tries}{steps}}}\n"

    def __str__(self) -> str:
        types = "".join(f"type {number} {name}\n" for name, number in TYPES.items())
        devices = "".join(f"{self._devices[number]}\n" for number in sorted(self._devices))
        return _TUNABLES + devices + types + "".join(self._buckets) + "".join(self._rules)


def _choose(domain: str) -> str:
    return "choose" if domain == "osd" else "chooseleaf"


def copies(size: int, *takes: Take) -> Pool:
    """Return a pool of copies with Ceph's own min_size."""
    return Pool(f"size {size}", size, 1, size - size // 2, Rule(takes))


def chunks(data: int, coding: int, take: Take) -> Pool:
    """Return a pool of chunks with Ceph's own min_size."""
    least = data + min(1, coding - 1)
    return Pool(f"{data}+{coding}", data + coding, data, least, Rule((take,), indep=True))


WEIGHTS: tuple[t.Callable[[random.Random], float], ...] = (
    lambda _dice: 1.0,
    lambda dice: dice.choice((1.0, 4.0)),
    lambda dice: dice.choice((0.05, 1.0, 1.0, 1.0)),
    lambda dice: round(dice.uniform(0.1, 10.0), 2),
    lambda dice: round(10 ** dice.uniform(-2, 1), 3),
)


def any_nodes(dice: random.Random) -> list[Node]:
    """Return some hosts, alike or not, in racks or not, with one class of devices or two."""
    weight = dice.choice(WEIGHTS)
    racks = dice.choice((0, 0, 2, 3, 5))
    classes = dice.choice((("hdd",), ("hdd", "ssd")))
    nodes = []
    for number in range(dice.randint(1, 14)):
        osds = tuple(
            Osd(f"d{place}", weight(dice), dice.choice(classes))
            for place in range(dice.randint(1, 4))
        )
        places = {"rack": f"rack{number % racks}"} if racks else {}
        nodes.append(Node(f"h{number}", osds, places))
    return nodes


def any_pool(dice: random.Random, nodes: t.Sequence[Node]) -> Pool:
    """Return a pool of any kind that Rook can make on such hosts."""
    racks = any(node.places for node in nodes)
    domain = dice.choice(("host", "host", "host", "osd", *(["rack", "rack"] if racks else [])))
    there = sorted({osd.device_class for node in nodes for osd in node.osds})
    kind = dice.choice((None, None, *there))
    take = Take(domain, kind)
    shape = dice.random()
    if shape < 0.4:
        data = dice.randint(2, 6)
        return chunks(data, dice.randint(1, min(3, data)), take)
    if shape < 0.5 and racks:
        return copies(4, Take("rack", kind, "host", 2))
    if shape < 0.6 and len(there) > 1:
        return copies(3, Take(domain, "ssd", count=1), Take(domain, "hdd"))
    return copies(dice.randint(1, 5), take)
