# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait for daemons names the nodes to which none can come."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._kinds import children_of
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    NotReady,
    Ready,
    readiness,
    ready_parts,
)
from readyworld import Params, cluster, daemons, deployment

CORDONED = "is cordoned: no pod comes to it before 'kubectl uncordon {}'"
BUILT = "Cluster created successfully"


def node(name: str, ready: str = "True", host: str = "", **spec: t.Any) -> Params:
    labels = {"kubernetes.io/hostname": host or name}
    told = [{"type": "Ready", "status": ready, "reason": "NodeStatusUnknown", "message": "3m5s"}]
    return {
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels},
        "spec": spec, "status": {"conditions": told},
    }  # fmt: skip


def tied(daemon: Params, host: str, available: int = 1) -> Params:
    """Return a daemon whose pod can run on one host alone."""
    template = {"spec": {"nodeSelector": {"kubernetes.io/hostname": host}}}
    status = {"availableReplicas": available, "updatedReplicas": 1}
    return {**daemon, "spec": {"replicas": 1, "template": template}, "status": status}


def osds(*available: int) -> list[Params]:
    return [
        tied(deployment("rook-ceph-osd", f"rook-ceph-osd-{number}"), f"w{number + 1}", count)
        for number, count in enumerate(available)
    ]


CORE = daemons(0)
WELL = [node("w1"), node("w2")]


def test_a_cordoned_node_on_which_rook_makes_no_osd_is_named() -> None:
    short = "2 of 3 OSDs available"
    closed = [*WELL, node("w3", unschedulable=True)]
    assert readiness(cluster(), [*CORE, *osds(1, 1), *closed]) == NotReady(
        f"{short}; node w3 {CORDONED.format('w3')}; {BUILT}"
    )
    assert readiness(cluster(), [*CORE, *osds(1, 1), *WELL, node("w3")]) == NotReady(
        f"{short}; {BUILT}"
    )
    assert readiness(cluster(), [*CORE, *osds(1, 1)]) == NotReady(f"{short}; {BUILT}")


def test_a_cordoned_node_keeps_the_pod_of_an_osd_that_was_there() -> None:
    closed = [*WELL, node("w3.lan", host="w3", unschedulable=True)]
    assert readiness(cluster(), [*CORE, *osds(1, 1, 0), *closed]) == NotReady(
        "2 of 3 OSDs available (rook-ceph-osd-2 not available); node w3 "
        f"{CORDONED.format('w3.lan')}; {BUILT}"
    )


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ([node("w3", "Unknown")], "is not ready (NodeStatusUnknown)"),
        ([node("w9")], "is not in the cluster"),
    ],
)
def test_a_node_that_is_not_ready_or_not_there_is_named(last: list[Params], words: str) -> None:
    assert readiness(cluster(), [*CORE, *osds(1, 1), *WELL, *last]) == NotReady(
        f"2 of 3 OSDs available; node w3 {words}; {BUILT}"
    )


def test_a_monitor_that_is_tied_to_a_cordoned_node_is_named_with_it() -> None:
    late = tied(CORE[0], "w1", 0)
    closed = node("w1", unschedulable=True)
    assert readiness(cluster(), [late, *CORE[1:], *osds(1, 1, 1), closed]) == NotReady(
        "2 of 3 monitors available (rook-ceph-mon-a not available); node w1 "
        f"{CORDONED.format('w1')}; {BUILT}"
    )


def test_a_monitor_that_finds_no_place_is_told_with_the_cordoned_nodes_of_the_cluster() -> None:
    seeking = deployment("rook-ceph-mon", "rook-ceph-mon-c-canary", 0)
    seeking["metadata"]["labels"]["mon_canary"] = "true"
    nodes = [*WELL, node("w3", unschedulable=True), node("w9", unschedulable=True)]
    assert readiness(cluster(), [*CORE[:2], seeking, *CORE[3:], *nodes]) == NotReady(
        "2 of 3 monitors available (rook-ceph-mon-c-canary not available); node w3 "
        f"{CORDONED.format('w3')}; {BUILT}"
    )


def test_a_cordoned_node_whose_daemons_run_holds_nothing_up() -> None:
    closed = [node(f"w{number}", unschedulable=True) for number in (1, 2, 3, 4)]
    assert readiness(cluster(), [*CORE, *osds(1, 1, 1), *closed]) == Ready()


def test_an_osd_whose_node_is_not_known_may_be_on_the_cordoned_one() -> None:
    somewhere = [deployment("rook-ceph-osd", "rook-ceph-osd-1"), *osds(1)]
    closed = [*WELL, node("w3", unschedulable=True)]
    assert readiness(cluster(), [*CORE, *somewhere, *closed]) == NotReady(
        f"2 of 3 OSDs available; {BUILT}"
    )


def test_nodes_are_looked_at_across_namespaces_and_are_no_parts() -> None:
    assert ("v1", "Node", "", "") in children_of(cluster())
    # Whether a cluster is ready they do not decide, so a converged run does not list them.
    assert ("v1", "Node", "", "") not in children_of(cluster(), explained=False)
    assert "Node//w1" not in ready_parts(cluster(), [*CORE, node("w1")])
