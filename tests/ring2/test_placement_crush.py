# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random topologies, mapped by Ceph's own crushtool and by the arithmetic of placement.

Each case is a map with a rule, some hosts of it out, and 1024 groups. What cannot have a place must
have none in any group; what is said to be sure must hold in all; and where chance decides, the
number of groups that fall short must be one that chance explains. For a rule of two steps with more
racks than it needs a bound is told, and held against that.

ROOKERY_TEST_SEED takes other topologies, ROOKERY_TEST_TOPOLOGIES another number of them.
"""

from __future__ import annotations

import dataclasses
import math
import os
import random
import re
import typing as t
from collections import Counter

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._placement.losses import outcome
from ansible_collections.rookery.rook.plugins.module_utils._placement.mapping import mapping
from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
    Node,
    Pool,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree
from cephbox import CephBox
from crushmaps import Text, any_nodes, any_pool, numbers

SEED = int(os.environ.get("ROOKERY_TEST_SEED") or 1)
TOPOLOGIES = int(os.environ.get("ROOKERY_TEST_TOPOLOGIES") or 520)
GROUPS = 1024
NOWHERE = "2147483647"
# Once in so many cases chance alone may look like a difference.
UNLIKELY = 1e-7
# A chance below this is none.
CERTAIN = 1e-12
BATCH = 25
# Arguments come in pairs: a map, and the options of its test.
_TOOL = """
set -e
while [ $# -gt 0 ]; do
    printf %s "$1" > /tmp/map.txt
    crushtool -c /tmp/map.txt -o /tmp/map
    crushtool -i /tmp/map --test --show-bad-mappings --rule 0 --min-x 0 $2
    echo "end of map"
    shift 2
done
"""


@pytest.fixture(name="box", scope="module")
def _box(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[CephBox]:
    box = CephBox(tmp_path_factory.mktemp("crush"))
    try:
        box.start(monitor=False)
        yield box
    finally:
        box.stop()


@dataclasses.dataclass(frozen=True)
class Case:
    """A topology, a pool on it, and hosts that are out."""

    nodes: list[Node]
    pool: Pool
    lost: list[str]

    @classmethod
    def draw(cls, dice: random.Random) -> Case:
        nodes = any_nodes(dice)
        most = min(len(nodes) - 1, dice.choice((0, 0, 1, 2)))
        lost = dice.sample([node.name for node in nodes], most)
        return cls(nodes, any_pool(dice, nodes), lost)

    def arguments(self) -> tuple[str, str]:
        """Return the map, and how it is to be tested."""
        text, ids = Text(), numbers(self.nodes)
        text.add(self.nodes, self.pool)
        out = "".join(f" --weight {n} 0" for host in self.lost for n in ids[host])
        return str(text), f"--max-x {GROUPS - 1} --num-rep {self.pool.size}{out}"


def short_groups(box: CephBox, cases: t.Sequence[Case]) -> list[list[int]]:
    """Return of each group that crushtool calls badly mapped how many pieces have a place."""
    words = [word for case in cases for word in case.arguments()]
    told = box.run("sh", "-c", _TOOL, "sh", *words).split("end of map\n")
    assert len(told) == len(cases) + 1
    found = [
        re.findall(r"bad mapping rule 0 x \d+ num_rep \d+ result \[(.*?)\]", text)
        for text in told[:-1]
    ]
    return [
        [sum(item not in ("", NOWHERE) for item in items.split(",")) for items in case]
        for case in found
    ]


def tail(seen: int, chance: float, number: int = GROUPS) -> float:
    """Return how likely a number at least as far off as the seen one is (both sides, binomial)."""
    mean = chance * number
    ways = range(seen, number + 1) if seen > mean else range(seen + 1)
    total = math.fsum(
        math.exp(
            math.lgamma(number + 1) - math.lgamma(k + 1) - math.lgamma(number - k + 1)
            + k * math.log(chance) + (number - k) * math.log1p(-chance)
        )
        for k in ways
    )  # fmt: skip
    return min(1.0, 2 * total)


def unexplained(seen: int, chance: float) -> bool:
    """Tell whether chance does not explain a number of groups."""
    return tail(seen, min(max(chance, CERTAIN), 1 - 1e-16)) < UNLIKELY


def judge(case: Case, placed: list[int]) -> tuple[str, str]:
    """Compare one case, and return what it is called and what differs."""
    pool, tree = case.pool, Tree(case.nodes)
    found = mapping(tree, pool, case.lost)
    told = f"{case}\n{found}, seen {len(placed)} short: {Counter(placed)}"
    after = outcome(tree, pool, case.lost, healed=True)
    if found.room != after.most and after.data != "none":
        return "room", f"{told}, {after}"
    if found.room < pool.size:
        fits = len(placed) == GROUPS and max(placed) <= found.room
        return "no room for all", "" if fits else told
    if not found.exact:
        # Which of the racks a rule of two steps takes is chance too.
        most = len(placed) <= found.short * GROUPS or not unexplained(len(placed), found.short)
        return "at most", "" if most else told
    if found.short < CERTAIN:
        return "sure", told if placed else ""
    return "by chance", told if unexplained(len(placed), found.short) else ""


def test_the_arithmetic_agrees_with_crushtool(box: CephBox) -> None:
    told: Counter[str] = Counter()
    wrong = []
    cases = [Case.draw(random.Random(f"{SEED} {number}")) for number in range(TOPOLOGIES)]
    for start in range(0, TOPOLOGIES, BATCH):
        batch = cases[start : start + BATCH]
        for place, (case, placed) in enumerate(zip(batch, short_groups(box, batch), strict=True)):
            kind, difference = judge(case, placed)
            told[kind] += 1
            if difference:
                wrong.append(f"case {start + place}, {kind}: {difference}")
    print(f"\n{TOPOLOGIES} topologies: {dict(told)}, {len(wrong)} differ, ROOKERY_TEST_SEED={SEED}")
    assert min(told[kind] for kind in ("sure", "by chance", "no room for all")) > 0
    assert not wrong, "\n\n".join(wrong[:5])
