# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an object is ready, when it is gone, and the reason while it is not."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    Failed,
    NotReady,
    Ready,
    Verdict,
    gone,
    readiness,
)

Params = dict[str, t.Any]
CLEANUP = {"confirmation": "yes-really-destroy-data"}


def thing(kind: str, status: Params | None = None, **spec: t.Any) -> Params:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": "x", "namespace": "rook-ceph", "generation": 2},
        "spec": spec,
        "status": status or {},
    }


def deployment(app: str, name: str = "d", available: int = 1) -> Params:
    found = thing("Deployment", {"availableReplicas": available}, replicas=1)
    found["metadata"] = {"name": name, "labels": {"app": app}}
    return found


def daemons(osds: int = 3) -> list[Params]:
    return [
        *(deployment("rook-ceph-mon", f"rook-ceph-mon-{letter}") for letter in "abc"),
        *(deployment("rook-ceph-mgr", f"rook-ceph-mgr-{letter}") for letter in "ab"),
        *(deployment("rook-ceph-osd", f"rook-ceph-osd-{number}") for number in range(osds)),
    ]


def cluster(**status: t.Any) -> Params:
    nodes = [{"name": f"w{number}", "devices": [{"name": "d"}]} for number in (1, 2, 3)]
    whole = {
        "phase": "Ready",
        "state": "Created",
        "message": "Cluster created successfully",
        "observedGeneration": 2,
        "conditions": [{"type": "Ready", "status": "True"}],
        "ceph": {"health": "HEALTH_OK", "lastChecked": "2026-01-01T00:01:00Z"},
        **status,
    }
    return thing("CephCluster", whole, mon={"count": 3}, mgr={"count": 2}, storage={"nodes": nodes})


def health(**details: str) -> Params:
    return {
        "health": "HEALTH_WARN",
        "details": {code: {"message": text} for code, text in details.items()},
    }


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


def leaving(kind: str = "CephBlockPool", **status: t.Any) -> Params:
    found = thing(kind, status)
    found["metadata"] |= {"deletionTimestamp": "2026-01-01T00:00:00Z", "uid": "1"}
    return found


def test_what_is_being_deleted_is_not_ready() -> None:
    verdict = readiness(leaving(phase="Ready"))
    assert verdict == NotReady(
        "it is being deleted; it is still being deleted, and nothing holds it: the API server is "
        "late, look again"
    )


def test_what_is_not_there_is_gone() -> None:
    assert gone(leaving(), None) == Ready()


def test_an_object_made_anew_under_the_name_is_not_the_one_that_went() -> None:
    other = copy.deepcopy(leaving())
    other["metadata"]["uid"] = "2"
    assert gone(leaving(), other) == Ready()


@pytest.mark.parametrize(
    ("finalizer", "holder"),
    [
        ("cephblockpool.ceph.rook.io", "the Rook operator takes it away: is it running"),
        ("ceph.rook.io/disaster-protection", "the Rook operator takes it away: is it running"),
        ("kubernetes.io/pvc-protection", "Kubernetes takes it away when no pod uses the claim"),
        ("example.com/theirs", "whoever set it has to take it away"),
    ],
)
def test_finalizers_are_named_with_their_holder(finalizer: str, holder: str) -> None:
    live = leaving()
    live["metadata"]["finalizers"] = [finalizer]
    verdict = gone(live, live)
    assert isinstance(verdict, NotReady)
    assert verdict.reason.startswith(f"finalizers hold it: {finalizer} ({holder}")


@pytest.mark.parametrize("name", ["DeletionIsBlocked", "NamespaceContentRemaining"])
def test_what_blocks_a_deletion_is_passed_on(name: str) -> None:
    live = leaving(conditions=[{"type": name, "status": "True", "message": "CephBlockPool fast"}])
    assert gone(live, live) == NotReady("its deletion is blocked: CephBlockPool fast")


def test_an_object_that_nobody_deletes_says_so() -> None:
    assert gone(thing("CephBlockPool"), thing("CephBlockPool")) == NotReady(
        "it was not asked to go yet"
    )


def job(host: str, **status: t.Any) -> Params:
    found = thing("Job", status)
    found["metadata"] = {"name": f"job-{host}", "labels": {"app": "rook-ceph-cleanup"}}
    selector = {"kubernetes.io/hostname": host}
    found["spec"] = {"template": {"spec": {"nodeSelector": selector}}}
    return found


DONE = {"conditions": [{"type": "Complete", "status": "True"}]}
BROKEN = {"conditions": [{"type": "Failed", "status": "True", "message": "disk busy"}]}


@pytest.mark.parametrize(
    ("children", "verdict"),
    [
        (
            [deployment("rook-ceph-osd", "rook-ceph-osd-0")],
            NotReady("Ceph daemons are still stopping: rook-ceph-osd-0"),
        ),
        ([], NotReady("the jobs that clean the hosts have not begun")),
        (
            [job("w1", **DONE), job("w2", active=1), job("w3")],
            NotReady("host w2 is being cleaned: 1 pods are at work"),
        ),
        (
            [job("w1", **DONE), job("w2", **BROKEN), job("w3")],
            Failed(
                "host w2 was not cleaned: the job failed: disk busy. See the log of its pod, "
                "remove the cause and the job, and wipe the host's devices with rook_node"
            ),
        ),
        ([job(host, **DONE) for host in ("w1", "w2", "w3", "cp1")], Ready()),
    ],
)
def test_a_wiped_cluster_is_gone_when_every_host_is_clean(
    children: list[Params], verdict: Verdict
) -> None:
    last = cluster()
    last["spec"]["cleanupPolicy"] = CLEANUP
    assert gone(last, None, children) == verdict


def test_a_host_without_daemons_gets_no_job_and_is_not_waited_for() -> None:
    last = cluster()
    last["spec"]["cleanupPolicy"] = CLEANUP
    assert gone(last, None, [job("w1", **DONE), job("w3", **DONE)]) == Ready()


def test_a_cluster_that_was_never_built_has_no_host_to_clean() -> None:
    last = cluster()
    last["spec"]["cleanupPolicy"] = CLEANUP
    del last["status"]["ceph"]
    assert gone(last, None, []) == Ready()


def test_a_cluster_that_is_not_wiped_is_gone_at_once() -> None:
    assert gone(cluster(), None, daemons()) == Ready()


@pytest.mark.parametrize(
    ("kind", "finalizer", "holder"),
    [
        ("CephFilesystem", "cephfilesystem.ceph.rook.io", "the Rook operator"),
        ("Cluster", "cluster.rook.io", "the Rook operator"),
        ("Secret", "ceph.rook.io/disaster-protection", "the Rook operator"),
        ("ClientProfile", "csi.ceph.com/cleanup", "the CSI operator"),
        ("ObjectBucketClaim", "objectbucket.io/finalizer", "the Rook operator"),
        ("PersistentVolumeClaim", "kubernetes.io/pvc-protection", "Kubernetes"),
        ("PersistentVolume", "kubernetes.io/pv-protection", "Kubernetes"),
        ("PersistentVolume", "external-provisioner.volume.kubernetes.io/finalizer", "provisioner"),
        ("VolumeAttachment", "external-attacher/rook-ceph-rbd-csi-ceph-com", "attacher"),
        (
            "VolumeSnapshot",
            "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection",
            "the snapshot controller",
        ),
        ("Pod", "batch.kubernetes.io/job-tracking", "Kubernetes"),
        ("Namespace", "kubernetes", "Kubernetes"),
        ("CustomResourceDefinition", "customresourcecleanup.apiextensions.k8s.io", "Kubernetes"),
        ("Deployment", "foregroundDeletion", "Kubernetes"),
        ("StorageClass", "example.com/held", "whoever set it"),
    ],
)
def test_every_finalizer_on_the_way_is_told_with_who_takes_it_away(
    kind: str, finalizer: str, holder: str
) -> None:
    held = leaving(kind)
    held["metadata"]["finalizers"] = [finalizer]
    verdict = gone(held, held)
    assert isinstance(verdict, NotReady)
    assert finalizer in verdict.reason and holder in verdict.reason


def test_a_namespace_says_what_is_in_it_and_what_holds_that() -> None:
    conditions = [
        {"type": "NamespaceContentRemaining", "status": "True", "message": "secrets. has 1"},
        {"type": "NamespaceFinalizersRemaining", "status": "True", "message": "a/b in 1"},
    ]
    held = leaving("Namespace", conditions=conditions)
    assert gone(held, held) == NotReady("its deletion is blocked: secrets. has 1; a/b in 1")
