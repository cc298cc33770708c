# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an object that is asked to go is gone, and what holds it while it is not."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Failed,
    NotReady,
    Ready,
    Verdict,
    gone,
    readiness,
)
from readyworld import CLEANUP, Params, cluster, daemons, deployment, thing


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


def test_an_external_cluster_has_no_host_to_clean() -> None:
    """Rook begins no jobs for it, whatever its policy says."""
    last = cluster()
    last["spec"] |= {"cleanupPolicy": CLEANUP, "external": {"enable": True}}
    assert gone(last, None, []) == Ready()


def test_a_cluster_that_was_never_built_has_no_host_to_clean() -> None:
    last = cluster()
    last["spec"]["cleanupPolicy"] = CLEANUP
    del last["status"]["ceph"]
    assert gone(last, None, []) == Ready()


def test_a_cluster_that_is_not_wiped_is_gone_at_once() -> None:
    last = cluster()
    last["metadata"]["uid"] = "1"
    assert gone(last, None, daemons()) == Ready()


@pytest.mark.parametrize(
    ("children", "words"),
    [
        (daemons(), "Ceph daemons are still stopping: rook-ceph-mgr-a"),
        ([job("w1", **DONE), job("w2", active=1)], "host w2 is being cleaned: 1 pods are at work"),
        ([job("w1", **BROKEN)], "host w1 was not cleaned: the job failed: disk busy"),
        ([job("w1", **DONE)], ""),
        ([], ""),
    ],
)
def test_a_cluster_that_was_gone_before_is_judged_by_what_is_still_at_work(
    children: list[Params], words: str
) -> None:
    wanted = {key: value for key, value in cluster().items() if key != "status"}
    verdict = gone(wanted, None, children)
    assert isinstance(verdict, Ready) if not words else words in getattr(verdict, "reason", "")


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
