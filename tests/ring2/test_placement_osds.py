# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of pools when hosts are lost, against real OSDs and writes with a limit of time.

All cases live on the same OSDs at once: each has a root of its own in the CRUSH map, which lays the
OSDs into hosts of its own. OSD 0 dies and is marked out, then OSD 1, then 2 and 3 at once. A case
is asked when the lost OSDs make up whole hosts of what was left of it. A write counts when every
OSD that has to has it safe: a writer in its own process asks for that, and gives up after a while.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t
from collections import Counter

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._placement.losses import outcome
from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
    Node,
    Osd,
    Outcome,
    Pool,
    Share,
    Take,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree
from cephbox import CephBox, ceph
from cephosds import Osds
from crushmaps import Text, chunks, copies

__all__ = ["ceph"]

ORDER: tuple[Share, ...] = ("none", "some", "all")
ALL: Share = "all"
OSDS, GROUPS, OBJECTS, AT_ONCE = 8, 16, 64, 16
# How long what must be written may take, and how long what must not is given afterwards.
LONGEST, QUIET = 300.0, 6.0
WHOLE = bool(os.environ.get("ROOKERY_TEST_PLACEMENT"))
# Chunks that find no place of their own stay where they were: an OSD that has been given another
# chunk of the group then has two, against the failure domain, and some groups go on with those. It
# explains only pools in which Ceph's map shows such groups.
TWO_CHUNKS = "an OSD holds two chunks of a group"
CHANCE = "it depends on where each group lies"


def hosts(layout: str, racks: int = 0) -> list[Node]:
    """Return hosts of OSDs: 01 2 are two, with OSDs 0 and 1, and 2; in turns in some racks."""
    return [
        Node(
            f"h{number}",
            tuple(Osd(name) for name in names),
            {"rack": f"rack{number % racks}"} if racks else {},
        )
        for number, names in enumerate(layout.split())
    ]


@dataclasses.dataclass(frozen=True)
class Case:
    """Hosts, and a pool on them."""

    name: str
    nodes: list[Node]
    pool: Pool

    def left(self, gone: set[str]) -> list[Node]:
        """Return the hosts with the OSDs that are not out."""
        return [
            dataclasses.replace(node, osds=tuple(osd for osd in node.osds if osd.name not in gone))
            for node in self.nodes
        ]

    def after(self, history: t.Sequence[str], *, out: bool) -> Outcome | None:
        """Return what is left by a row of losses, or None when one of them is of half a host.

        All but the last have healed before the next came.
        """
        gone: set[str] = set()
        found, data = outcome(Tree(self.nodes), self.pool), ALL
        for number, osds in enumerate(history, 1):
            nodes = self.left(gone)
            hurt = {node.name: {osd.name for osd in node.osds} - set(osds) for node in nodes}
            lost = [node.name for node in nodes if {osd.name for osd in node.osds} & set(osds)]
            if any(hurt[name] for name in lost):
                return None
            healed = out or number < len(history)
            found = outcome(Tree(nodes), self.pool, lost, healed=healed)
            data = min(data, found.data, key=ORDER.index)
            gone |= set(osds)
        return dataclasses.replace(
            found, data=data, writes=min(found.writes, data, key=ORDER.index)
        )


HOST, OSD, RACK = Take("host"), Take("osd"), Take("rack")
TWICE = Take("rack", None, "host", 2)
POOLS = {
    "size 1": copies(1, HOST), "size 2": copies(2, HOST), "size 3": copies(3, HOST),
    "size 4": copies(4, HOST), "2+1": chunks(2, 1, HOST), "2+2": chunks(2, 2, HOST),
    "3+2": chunks(3, 2, HOST), "4+2": chunks(4, 2, HOST),
}  # fmt: skip
# The layouts of single OSDs of which each pool is tried in every run; the others take the variable.
USUAL = {
    "size 1": (1, 3), "size 2": (1, 2, 3), "size 3": (1, 2, 3, 4, 5), "size 4": (2, 3, 5),
    "2+1": (1, 2, 3, 4, 5), "2+2": (2, 3, 4, 6), "3+2": (3, 4, 5, 7), "4+2": (4, 5, 6, 8),
}  # fmt: skip
SPECIAL = (
    ("two OSDs on a host", "01 23 45", 0, copies(3, HOST)),
    ("two OSDs on a host, four hosts", "01 23 45 67", 0, copies(3, HOST)),
    ("two OSDs on a host, chunks", "01 23 45 67", 0, chunks(2, 1, HOST)),
    ("two hosts, domain osd", "01 23", 0, copies(3, OSD)),
    ("three hosts, domain osd", "01 23 45", 0, copies(3, OSD)),
    ("two hosts, domain osd, chunks", "01 23", 0, chunks(2, 1, OSD)),
    ("three hosts, domain osd, chunks", "01 23 45", 0, chunks(2, 2, OSD)),
    ("one host, domain osd", "01", 0, copies(2, OSD)),
    ("three racks", "0 1 2 3 4 5", 3, copies(3, RACK)),
    ("two racks", "0 1 2 3", 2, copies(3, RACK)),
    ("three racks, chunks", "0 1 2 3 4 5", 3, chunks(2, 1, RACK)),
    ("two racks of two hosts, two copies in each", "0 2 1 3", 2, copies(4, TWICE)),
    ("two racks of three hosts, two copies in each", "0 2 4 1 3 5", 2, copies(4, TWICE)),
    ("two racks, one host each, two copies in each", "0 2", 2, copies(4, TWICE)),
)  # fmt: skip


def cases() -> list[Case]:
    """Return the cases of this run."""
    found = []
    for name, pool in POOLS.items():
        for number in range(1, OSDS + 1) if WHOLE else USUAL[name]:
            layout = " ".join(str(osd) for osd in range(number))
            found.append(Case(f"{name} on {number} hosts", hosts(layout), pool))
    return found + [Case(name, hosts(layout, racks), pool) for name, layout, racks, pool in SPECIAL]


CASES = cases()
# What happens to the OSDs: some die, or those that have died are marked out.
STEPS = (
    ("", False),
    ("0", False),
    ("0", True),
    ("1", False),
    ("1", True),
    ("23", False),
    ("23", True),
)


def word(written: int) -> str:
    """Return how much was written, as the arithmetic says it."""
    return {0: "none", OBJECTS: "all"}.get(written, "some")


def difference(told: str, seen: str, doubled: bool) -> str:
    """Return why a write did other than was said: by name, or nothing when nothing explains it."""
    if told == "some":
        return CHANCE
    return TWO_CHUNKS if doubled and (told, seen) == ("none", "some") else ""


@pytest.fixture(name="osds", scope="module")
def _osds(ceph: CephBox) -> Osds:
    """All OSDs, the map of all cases, and their pools."""
    osds, text = Osds(ceph), Text()
    osds.start(OSDS)
    for number, case in enumerate(CASES):
        text.add(case.nodes, case.pool, f"root{number}")
    osds.set_map(str(text))
    profiles: list[dict[str, t.Any]] = []
    pools: list[dict[str, t.Any]] = []
    for number, case in enumerate(CASES):
        pool = case.pool
        made: dict[str, t.Any] = {"prefix": "osd pool create", "pool": f"p{number}"}
        made |= {"pg_num": GROUPS, "pgp_num": GROUPS, "rule": f"r{number}"}
        if pool.rule.indep:
            profile = [f"k={pool.need}", f"m={pool.size - pool.need}"]
            profiles.append(
                {"prefix": "osd erasure-code-profile set", "name": f"e{number}", "profile": profile}
            )
            made |= {"pool_type": "erasure", "erasure_code_profile": f"e{number}"}
        else:
            made |= {"pool_type": "replicated", "size": pool.size}
        pools.append(made)
    osds.ask(*profiles, at_once=AT_ONCE)
    osds.ask(*pools, at_once=AT_ONCE)
    return osds


def test_ceph_s_own_min_size_is_the_one_of_the_formula(osds: Osds) -> None:
    found = {pool["pool_name"]: (pool["size"], pool["min_size"]) for pool in osds.dump()["pools"]}
    assert found == {
        f"p{number}": (case.pool.size, case.pool.least) for number, case in enumerate(CASES)
    }


def test_what_is_written_when_hosts_are_lost_is_what_was_said(osds: Osds) -> None:
    told: Counter[str] = Counter()
    wrong = []
    history: list[str] = []
    doubled: set[str] = set()
    for number, (lost, out) in enumerate(STEPS):
        if out:
            osds.out(*(int(osd) for osd in lost))
        elif lost:
            osds.kill(*(int(osd) for osd in lost))
            history.append(lost)
        asked = {
            f"p{place}": (case, after)
            for place, case in enumerate(CASES)
            if (after := case.after(history, out=out)) is not None
        }
        expected = {
            name: OBJECTS if after.writes == "all" else 0 for name, (_case, after) in asked.items()
        }
        written = osds.write(
            f"step{number}", expected, objects=OBJECTS, longest=LONGEST, quiet=QUIET
        )
        doubled |= osds.doubled()
        for name, (case, after) in asked.items():
            seen = word(written[name])
            why = difference(after.writes, seen, name in doubled)
            told[why or "as said"] += 1
            if seen != after.writes and not why:
                wrong.append(f"{case.name}, lost {history}, out {out}: {after}, seen {seen}")
    print(f"\n{len(CASES)} cases, {sum(told.values())} writes: {dict(told)}, {len(wrong)} differ")
    assert not wrong, "\n".join(wrong)
