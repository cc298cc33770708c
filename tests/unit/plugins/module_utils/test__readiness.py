# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an object is ready, when it is gone, and the reason while it is not."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._kinds import children_of
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    Failed,
    NotReady,
    Ready,
    Verdict,
    readiness,
)
from readyworld import CLEANUP, Params, cluster, daemons, deployment, health, thing


def test_a_healthy_cluster_with_all_daemons_is_ready() -> None:
    assert readiness(cluster(), daemons()) == Ready()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"observedGeneration": 1}, "its controller has not seen the last change yet"),
        (
            {"phase": "Progressing", "message": "Configuring Ceph Mons"},
            "phase is Progressing, state is Created: Configuring Ceph Mons",
        ),
        (
            {"conditions": [{"type": "Ready", "status": "False"}]},
            "its condition Ready is not True: Cluster created successfully",
        ),
        ({"ceph": {}}, "Ceph's health is not known yet"),
        (
            {"ceph": health(OSD_DOWN="1 osds down", MON_CLOCK_SKEW="skew")},
            "Ceph is in HEALTH_WARN: OSD_DOWN 1 osds down",
        ),
        ({"ceph": {"health": "HEALTH_ERR"}}, "Ceph is in HEALTH_ERR: without details"),
    ],
)
def test_a_cluster_that_is_not_ready_says_why(status: Params, reason: str) -> None:
    expect = Expect(muted=frozenset({"MON_CLOCK_SKEW"}))
    assert readiness(cluster(**status), daemons(), expect) == NotReady(reason)


def test_one_of_the_monitors_may_float_between_two_nodes() -> None:
    every = daemons()
    every[2] = deployment("rook-ceph-floating-mon", "rook-ceph-mon-c")
    assert readiness(cluster(), every) == Ready()
    assert readiness(cluster(), [*every[:2], *every[3:]]) == NotReady(
        "2 of 3 monitors available; Cluster created successfully"
    )
    selectors = {selector for _api, _kind, _namespace, selector in children_of(cluster())}
    assert "app=rook-ceph-floating-mon" in selectors


def test_a_cluster_without_any_status_has_not_been_begun() -> None:
    assert readiness(thing("CephCluster"), []) == NotReady("Rook has not begun with it")


def test_muted_codes_alone_do_not_hold_a_cluster_up() -> None:
    found = cluster(ceph=health(MON_CLOCK_SKEW="skew"))
    assert readiness(found, daemons(), Expect(frozenset({"MON_CLOCK_SKEW"}))) == Ready()
    assert isinstance(readiness(found, daemons()), NotReady)


def test_health_from_before_the_change_does_not_count() -> None:
    late = Expect(since="2026-01-01T00:01:00Z")
    assert readiness(cluster(), daemons(), late) == NotReady(
        "Ceph's health was last looked at 2026-01-01T00:01:00Z, before the last change"
    )
    assert readiness(cluster(), daemons(), Expect(since="2026-01-01T00:00:59Z")) == Ready()


def test_missing_osds_are_counted_and_named() -> None:
    some = [*daemons(2), deployment("rook-ceph-osd", "rook-ceph-osd-2", 0)]
    assert readiness(cluster(message=""), some) == NotReady(
        "2 of 3 OSDs available (rook-ceph-osd-2 not available)"
    )


def test_monitors_come_first_in_the_reason() -> None:
    found = cluster(phase="Progressing", message="Configuring Ceph Mons")
    assert readiness(found, []) == NotReady("0 of 3 monitors available; Configuring Ceph Mons")


@pytest.mark.parametrize(
    ("message", "lasting"),
    [
        ("failed to get ceph status", 150),
        ("refusing to deploy 3 monitors on the same host", 0),
        ("the version does not meet the minimum version", 0),
    ],
)
def test_an_error_is_believed_when_it_lasts_or_only_a_person_can_help(
    message: str, lasting: int
) -> None:
    verdict = readiness(cluster(state="Error", message=message), daemons())
    assert verdict == Failed(f"state is Error: {message}", lasting)


def test_a_cluster_with_its_cleanup_confirmed_is_not_looked_after() -> None:
    found = cluster()
    found["spec"]["cleanupPolicy"] = CLEANUP
    assert readiness(found, daemons()) == Failed(
        "its cleanup policy is set, so Rook does not look after it (SEC-04): a teardown was begun. "
        "End it, or remove spec.cleanupPolicy from the cluster"
    )


@pytest.mark.parametrize("kind", ["CephCluster", "CephBlockPool"])
def test_an_object_that_rook_is_told_to_leave_alone_never_gets_ready(kind: str) -> None:
    found = thing(kind, {"phase": "Ready"})
    found["metadata"]["labels"] = {"do_not_reconcile": "true"}
    assert readiness(found) == Failed("the label do_not_reconcile keeps Rook from working on it")


@pytest.mark.parametrize(
    ("kind", "label", "value", "kept"),
    [
        ("CephCluster", "ceph.rook.io/do-not-reconcile", "", True),
        ("CephBlockPool", "ceph.rook.io/do-not-reconcile", "true", False),
        ("CephBlockPool", "do_not_reconcile", "false", False),
    ],
)
def test_a_label_counts_as_rook_reads_it(kind: str, label: str, value: str, kept: bool) -> None:
    """Rook looks for the one on clusters and daemons alone, and the other has to be true."""
    found = {**cluster(), "kind": kind}
    found["metadata"]["labels"] = {label: value}
    verdict = readiness(found, daemons())
    assert verdict == (
        Failed(f"the label {label} keeps Rook from working on it") if kept else Ready()
    )


SKEW = {"type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": "m"}
SIMPLE: list[tuple[Params, list[Params], Verdict]] = [
    (thing("CephBlockPool", {"phase": "Ready", "observedGeneration": 2}), [], Ready()),
    (
        thing("CephBlockPool", {"phase": "Ready", "observedGeneration": 1}),
        [],
        NotReady("its controller has not seen the last change yet"),
    ),
    (thing("CephBlockPool", {"phase": "Progressing"}), [], NotReady("phase is Progressing")),
    (thing("CephBlockPool"), [], NotReady("Rook has not begun with it")),
    (
        thing("CephBlockPool", {"phase": "ReconcileFailed", "conditions": [{"message": "why"}]}),
        [],
        Failed("phase is ReconcileFailed: why", 150),
    ),
    (
        thing(
            "CephFilesystem",
            {"phase": "Ready"},
            metadataServer={"activeCount": 1, "activeStandby": True},
        ),
        [deployment("rook-ceph-mds", "a"), deployment("rook-ceph-mds", "b", 0)],
        NotReady("1 of 2 metadata servers available (b not available)"),
    ),
    (
        thing("CephFilesystem", {"phase": "Ready"}, metadataServer={"activeCount": 1}),
        [deployment("rook-ceph-mds")],
        Ready(),
    ),
    (
        thing("CephObjectStore", {"phase": "Ready"}, gateway={"instances": 2}),
        [deployment("rook-ceph-rgw", "a")],
        NotReady("1 of 2 gateways available"),
    ),
    (
        thing("CephObjectStore", {"phase": "Ready"}, gateway={"instances": 2}),
        [deployment("rook-ceph-rgw", "a", 2)],
        Ready(),
    ),
    (
        thing("CephObjectStoreUser", {"phase": "Ready"}),
        [],
        NotReady("the secret with its keys is not there yet"),
    ),
    (thing("CephObjectStoreUser", {"phase": "Ready"}), [thing("Secret")], Ready()),
    (thing("Namespace", {"phase": "Active"}), [], Ready()),
    (thing("Namespace", {"phase": "Terminating"}), [], NotReady("phase is Terminating")),
    (
        thing(
            "CustomResourceDefinition", {"conditions": [{"type": "Established", "status": "True"}]}
        ),
        [],
        Ready(),
    ),
    (thing("CustomResourceDefinition"), [], NotReady("it is not established yet")),
    (
        thing(
            "CustomResourceDefinition",
            {"conditions": [{"type": "NamesAccepted", "status": "False", "message": "taken"}]},
        ),
        [],
        Failed("its names are not accepted: taken"),
    ),
    (
        thing(
            "Deployment",
            {"observedGeneration": 2, "updatedReplicas": 1, "availableReplicas": 1, "replicas": 1},
        ),
        [],
        Ready(),
    ),
    (
        thing("Deployment", {"updatedReplicas": 1, "availableReplicas": 1, "replicas": 2}),
        [],
        NotReady("old replicas are still stopping"),
    ),
    (
        thing("Deployment", {"updatedReplicas": 1}),
        [],
        NotReady("0 of 1 replicas available"),
    ),
    (thing("Deployment"), [], NotReady("0 of 1 replicas are updated")),
    (thing("Deployment", {"conditions": [SKEW]}), [], Failed("it makes no progress: m")),
    (
        thing(
            "DaemonSet",
            {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberReady": 1},
        ),
        [],
        NotReady("1 of 2 nodes are ready"),
    ),
    (
        thing(
            "DaemonSet",
            {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberReady": 2},
        ),
        [],
        Ready(),
    ),
    (thing("DaemonSet"), [], NotReady("its controller has not looked at it yet")),
    (thing("Job", {"conditions": [{"type": "Complete", "status": "True"}]}), [], Ready()),
    (
        thing("Job", {"active": 1, "failed": 2}),
        [],
        NotReady("1 pods are at work, after 2 failed tries"),
    ),
    (
        thing("Job", {"conditions": [{"type": "Failed", "status": "True", "message": "m"}]}),
        [],
        Failed("the job failed: m"),
    ),
    (thing("PersistentVolumeClaim", {"phase": "Bound"}), [], Ready()),
    (thing("PersistentVolumeClaim", {"phase": "Pending"}), [], NotReady("phase is Pending")),
    (thing("PersistentVolumeClaim", {"phase": "Lost"}), [], Failed("its volume is lost")),
    (thing("ClusterRole"), [], Ready()),
]


@pytest.mark.parametrize(("manifest", "children", "verdict"), SIMPLE)
def test_readiness_of_each_kind(manifest: Params, children: list[Params], verdict: Verdict) -> None:
    assert readiness(manifest, children) == verdict


def test_what_is_not_there_is_not_ready() -> None:
    assert readiness(None) == NotReady("it is not there yet")
