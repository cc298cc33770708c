# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of pools, against everything that was measured on Ceph: 48 cells, three states."""

from __future__ import annotations

import re

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._placement.judge import judge
from ansible_collections.rookery.rook.plugins.module_utils._placement.losses import (
    outcome,
    worst,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.mapping import mapping
from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Pool, Take
from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree
from placed import chunks, copies, hosts
from test__placement import cells

WORDS = {"a": "all", "s": "some", "n": "none"}
# Some writes pass although no room is left: an OSD then holds two chunks of a group for a while.
TWO_CHUNKS = {("EC 2+2", 3), ("EC 3+2", 4), ("EC 4+2", 5)}


def pool_of(name: str) -> Pool:
    numbers = [int(number) for number in re.findall(r"\d+", name)]
    return chunks(*numbers) if name.startswith("EC") else copies(numbers[0])


@pytest.mark.parametrize(("name", "number", "cell"), cells())
def test_each_measured_cell_is_foretold_now_when_a_host_is_down_and_when_it_is_out(
    name: str, number: int, cell: str
) -> None:
    least, placed, now, down, out = re.fullmatch(r"(\d)/(\d)(.)(.)(.)", cell).groups()
    tree, pool = hosts(*[1.0] * number), pool_of(name)
    found = outcome(tree, pool)
    assert (pool.least, found.fewest, found.most) == (int(least), int(placed), int(placed))
    assert found.clean == (found.fewest == pool.size)
    assert found.writes == WORDS[now]
    assert outcome(tree, pool, ["h0"]).writes == WORDS[down]
    healed = outcome(tree, pool, ["h0"], healed=True)
    assert healed.writes == ("none" if (name, number) in TWO_CHUNKS else WORDS[out])


def test_two_hosts_lost_at_once_are_worse_than_one_after_another() -> None:
    tree, pool = hosts(1, 1, 1, 1), copies(2)
    assert outcome(tree, pool, ["h0", "h1"]).data == "some"
    assert outcome(tree, pool, ["h0"], healed=True).data == "all"


def test_a_host_takes_as_many_pieces_as_it_has_osds_when_those_are_the_domain() -> None:
    pool = copies(3, Take("osd"))
    assert outcome(hosts((1, 1), (1, 1)), pool, ["h0"]).fewest == 1
    assert outcome(hosts((1, 1, 1), (1, 1, 1)), pool, ["h0"]).data == "some"
    assert outcome(hosts((1, 1, 1)), pool, ["h0"]).data == "none"


def test_a_rack_takes_one_piece_of_a_pool_over_racks_and_all_of_one_over_hosts() -> None:
    tree = hosts(1, 1, 1, 1, 1, 1, racks=3)
    (rack,) = worst(tree, copies(3), "rack", 1)
    assert len(rack) == 2
    assert outcome(tree, copies(3, Take("rack")), rack).fewest == 2
    assert outcome(tree, copies(3), rack).fewest == 1


def test_the_worst_hosts_are_those_that_make_up_a_whole_domain_or_lie_in_two() -> None:
    tree = hosts(1, 1, 1, 1, 1, racks=3)
    found = worst(tree, copies(2, Take("rack")), "host", 2)
    racks = [{node.places["rack"] for node in tree.nodes if node.name in lost} for lost in found]
    assert {"r0", "r1"} in racks or {"r1", "r2"} in racks or {"r0", "r2"} in racks


TWICE = copies(4, Take("rack", None, "host", 2))


def test_two_copies_in_each_of_two_racks_outlive_the_loss_of_a_rack_read_only() -> None:
    tree = hosts(1, 1, 1, 1, racks=2)
    assert outcome(tree, TWICE).fewest == 4
    lost = tree.units("rack")["r0"]
    left = outcome(tree, TWICE, lost)
    assert (left.fewest, left.most, left.writes, left.data) == (2, 2, "all", "all")


def test_two_copies_in_each_rack_need_two_hosts_in_each() -> None:
    assert outcome(hosts(1, 1, 1, racks=2), TWICE).fewest == 3
    assert outcome(hosts(1, 1, racks=2), TWICE).fewest == 2


def test_a_stretched_cluster_writes_on_one_site_with_one_copy() -> None:
    tree = hosts(1, 1, 1, 1, racks=2)
    lost = [*tree.units("rack")["r0"], "h1"]
    assert outcome(tree, TWICE, lost).writes == "none"
    apart = Pool("p", 4, 1, 2, TWICE.rule, least_apart=1)
    assert outcome(tree, apart, lost).writes == "all"
    assert outcome(tree, apart, ["h0", "h1", "h2"][1:]).writes == "all"


def test_copies_on_two_classes_of_devices_may_share_a_host() -> None:
    both = Tree([*hosts(1, 1, kind="hdd").nodes])
    mixed = [
        type(node)(node.name, (*node.osds, type(node.osds[0])("s", 1.0, "ssd")), {})
        for node in both.nodes
    ]
    pool = copies(3, Take("host", "ssd", count=1), Take("host", "hdd"))
    left = outcome(Tree(mixed), pool, ["h0"])
    assert (outcome(Tree(mixed), pool).fewest, left.fewest) == (3, 1)


def test_under_another_root_there_is_nothing() -> None:
    pool = copies(3)
    astray = Pool("p", 3, 1, 2, type(pool.rule)(pool.rule.takes, root="fast"))
    assert judge(hosts(1, 1, 1), astray).word == "never writable"


def test_of_more_racks_than_are_needed_the_next_one_gives_what_one_lacks() -> None:
    light = hosts(1, 1, 1, 0.01, 1, 1, racks=3)
    missed = mapping(hosts(1, 1, 1, 0.01, racks=2), TWICE).short
    assert 0.5 < missed < 1.0
    assert mapping(light, TWICE).short < 1e-9
