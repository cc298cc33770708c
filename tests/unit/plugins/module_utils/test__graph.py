# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers, their reverse, and cycles."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._graph import CycleError, Graph

NEEDS = {"crd": [], "namespace": [], "operator": ["crd", "namespace"], "cluster": ["operator"]}


def test_layers_hold_what_can_be_done_at_the_same_time() -> None:
    assert Graph.of(NEEDS).layers() == (
        frozenset({"crd", "namespace"}),
        frozenset({"operator"}),
        frozenset({"cluster"}),
    )


def test_reversed_twice_is_the_same() -> None:
    graph = Graph.of(NEEDS)
    assert graph.reversed().reversed() == graph
    assert graph.reversed().layers() == tuple(reversed(graph.layers()))


def test_needs_outside_the_graph_are_dropped() -> None:
    assert Graph.of({"a": ["elsewhere"]}).layers() == (frozenset({"a"}),)


def test_a_cycle_is_named() -> None:
    with pytest.raises(CycleError, match=r"These objects need each other: .*a.*b"):
        Graph.of({"a": ["b"], "b": ["a"], "c": []}).layers()


def test_closure_is_everything_that_is_needed_at_any_distance() -> None:
    graph = Graph.of(NEEDS)
    assert graph.closure(["cluster"]) == frozenset(NEEDS)
    assert graph.closure(["namespace", "unknown"]) == frozenset({"namespace"})


def test_an_empty_graph_has_no_layers() -> None:
    assert Graph.of({}).layers() == ()
