# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts, and changes that cure what is bad; every cure is tried."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._placement.cures import cures
from ansible_collections.rookery.rook.plugins.module_utils._placement.judge import judge
from ansible_collections.rookery.rook.plugins.module_utils._placement.types import (
    Node,
    Osd,
    Pool,
    Take,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.views import Tree
from placed import TIB, chunks, copies, hosts

THREE = hosts(1, 1, 1)
BARE = Tree((*hosts(1, 1, racks=2).nodes, Node("beside", (Osd("d0", 1, "hdd", TIB),))))


@pytest.mark.parametrize(
    ("tree", "pool", "word", "reasons"),
    [
        (THREE, copies(3), "redundant", ()),
        (THREE, copies(1), "degraded", ("single copy",)),
        (hosts(1), copies(3), "never writable", ("too few places to write", None)),
        (hosts(1, 1), copies(3), "degraded", ("too few places", "writes stop with one host")),
        (hosts(1, 1), copies(2), "redundant", ()),
        (hosts(1, 1), chunks(2, 1), "degraded", ("too few places", "data is lost with one host")),
        (THREE, chunks(2, 1), "redundant", ()),
        (THREE, chunks(2, 2), "degraded", ("too few places", "writes stop with one host")),
        (hosts(1, 1), chunks(2, 2), "never writable", None),
        (hosts((1, 1, 1)), copies(3, Take("osd")), "degraded", ("data is lost with one host",)),
        (hosts(1, 1, 0.01), copies(3), "degraded", ("uneven weights",)),
        (hosts(1, 1, 1, 1, racks=2), copies(3, Take("rack")), "degraded", None),
        (BARE, copies(2, Take("rack")), "degraded", ("hosts without a label",)),
    ],
)
def test_the_verdict_says_what_a_pool_is_and_why(
    tree: Tree, pool: Pool, word: str, reasons: tuple[str, ...] | None
) -> None:
    found = judge(tree, pool)
    assert found.word == word
    if reasons and None not in reasons:
        assert found.reasons == reasons
    assert bool(found.reasons) == (word != "redundant")


def texts(tree: Tree, pool: Pool) -> list[str]:
    return [cure.text for cure in cures(tree, pool)]


def test_the_seed_s_pool_is_cured_by_copies_or_by_one_more_host() -> None:
    assert texts(hosts(2, 2), chunks(2, 1)) == [
        "replace erasure by replicas: 2",
        "add an OSD host with 2 TiB of hdd devices",
    ]


def test_three_copies_on_one_host_need_two_more_like_it() -> None:
    assert texts(hosts((2, 2)), copies(3)) == ["add 2 OSD hosts with 4 TiB of hdd devices each"]


def test_a_pool_over_too_few_racks_can_spread_over_hosts() -> None:
    found = texts(hosts(1, 1, 1, 1, racks=2), copies(3, Take("rack")))
    assert found[:2] == ["set replicas to 2", "set failure_domain to host"]
    assert found[2].startswith("add a rack with a host with 2 TiB")


def test_chunks_become_fewer_before_they_become_copies() -> None:
    assert texts(hosts(1, 1, 1, 1), chunks(4, 2))[0] == "set erasure to 2 data and 2 coding chunks"


def test_a_light_host_is_cured_by_one_of_the_usual_size() -> None:
    assert "add an OSD host with 1 TiB of hdd devices" in texts(hosts(1, 1, 0.01), copies(3))
    assert texts(hosts(2048, 2048), copies(3))[1] == "add an OSD host with 2 PiB of hdd devices"


def test_a_single_copy_becomes_two() -> None:
    assert texts(THREE, copies(1))[0] == "set replicas to 2"


def test_where_there_is_room_no_hosts_are_asked_for() -> None:
    many = hosts(*[(1.0, 1.0, 1.0)] * 20)
    assert texts(many, copies(3, Take("osd"))) == ["set failure_domain to host"]


def test_levels_go_up_and_the_domain_that_protects_most_is_named_first() -> None:
    nodes = [
        Node(node.name, node.osds, {"zone": f"z{place % 2}", "rack": f"r{place}"})
        for place, node in enumerate(hosts(*[(1, 1)] * 4).nodes)
    ]
    tree = Tree(nodes)
    assert tree.levels() == ("host", "rack", "zone")
    texts = [cure.text for cure in cures(tree, copies(2, Take("osd")))]
    assert "set failure_domain to zone" in texts
