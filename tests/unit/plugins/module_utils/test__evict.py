# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Those who use storage leave in order, only where it is allowed, and only what is theirs."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._evict import leave_steps, obstacle
from ansible_collections.rookery.rook.plugins.module_utils._graph import Graph
from ansible_collections.rookery.rook.plugins.module_utils._plan import (
    REFUSE,
    Consumer,
    Crowd,
    Policy,
    Step,
)
from crowds import CLAIM, CROWD, OTHERS, SNAPSHOT, claim, crowd, going, thing

EVICT = Policy("evict", frozenset({"shop"}))
VOLUME = "PersistentVolume//pv-uploads"


def steps(*consumers: Consumer, seen: Crowd = CROWD, policy: Policy = EVICT) -> dict[str, Step]:
    return {step.id: step for step in leave_steps(consumers, seen, policy)}


def before(found: dict[str, Step], first: str, then: str) -> bool:
    graph = Graph.of({step.id: step.needs for step in found.values()})
    return first in graph.closure([then])


def test_pods_leave_first_then_snapshots_then_claims_then_volumes() -> None:
    found = steps(CLAIM, SNAPSHOT)
    order = [
        ("update Deployment/shop/web", "wait gone Pod/shop/web-0"),
        ("update CronJob/shop/cron", "wait gone Pod/shop/cron-0"),
        ("delete Job/shop/cron-1", "wait gone Pod/shop/cron-0"),
        ("wait gone Pod/shop/web-0", "wait gone VolumeAttachment//csi-1"),
        ("wait gone Pod/shop/cron-0", "delete PersistentVolumeClaim/shop/uploads"),
        ("wait gone VolumeAttachment//csi-1", "delete PersistentVolumeClaim/shop/uploads"),
        ("delete VolumeSnapshot/shop/nightly", "wait gone VolumeSnapshotContent//snap-1"),
        ("wait gone VolumeSnapshot/shop/nightly", "delete PersistentVolumeClaim/shop/uploads"),
        ("wait gone PersistentVolumeClaim/shop/uploads", f"wait gone {VOLUME}"),
    ]
    assert all(before(found, *pair) for pair in order)
    assert set(found) == {step for pair in order for step in pair} | {
        "wait gone VolumeSnapshot/shop/nightly", "wait gone PersistentVolumeClaim/shop/uploads",
    }  # fmt: skip
    scaled = found["update Deployment/shop/web"]
    assert scaled.patch == {"spec": {"replicas": 0}} and scaled.changes[0].old == 2
    assert found["update CronJob/shop/cron"].patch == {"spec": {"suspend": True}}
    assert found["delete PersistentVolumeClaim/shop/uploads"].destructive


def test_what_was_stopped_before_is_only_waited_for() -> None:
    seen = copy.deepcopy(CROWD)
    seen.objects["Deployment/shop/web"]["spec"]["replicas"] = 0  # type: ignore[index]
    going(t.cast("dict[str, t.Any]", seen.objects["PersistentVolumeClaim/shop/uploads"]))
    found = steps(claim("uploads", "web-0"), seen=seen)
    assert [step.op for step in found.values()] == ["wait", "wait", "wait"]


@pytest.mark.parametrize("runner", ["DaemonSet/shop/x", "StatefulSet/shop/x", "ReplicaSet/shop/x"])
def test_every_sort_of_workload_is_stopped(runner: str) -> None:
    kind = runner.partition("/")[0]
    pod, owner = thing("Pod", "p"), thing(kind, "x", replicas=1)
    seen = crowd(pod, owner, thing("PersistentVolumeClaim", "c"), runners={"shop/p": (runner,)})
    found = steps(claim("c", "p"), seen=seen)
    verb = "delete" if kind == "DaemonSet" else "update"
    assert before(found, f"{verb} {runner}", "wait gone Pod/shop/p")


def test_a_bare_pod_and_one_whose_owner_is_gone_are_deleted() -> None:
    seen = crowd(
        thing("Pod", "a"), thing("Pod", "b"), thing("PersistentVolumeClaim", "c"),
        runners={"shop/a": (), "shop/b": ("ReplicaSet/shop/gone",)},
    )  # fmt: skip
    found = steps(claim("c", "a", "b"), seen=seen)
    assert {"delete Pod/shop/a", "delete Pod/shop/b"} <= set(found)


def test_a_pod_that_mounts_without_a_claim_only_ends() -> None:
    bare = Consumer("Pod/shop/web-0", (), ("shop/web-0",), "shop")
    assert set(steps(bare)) == {"update Deployment/shop/web", "wait gone Pod/shop/web-0"}


def test_nothing_outside_the_namespaces_and_nothing_by_default() -> None:
    assert steps(OTHERS) == steps(CLAIM, policy=REFUSE) == {}
    assert set(steps(OTHERS, CLAIM)) == set(steps(CLAIM))


def retained(*, provisioned: bool) -> tuple[Consumer, Crowd]:
    volume = thing("PersistentVolume", "pv-uploads", "", persistentVolumeReclaimPolicy="Retain")
    if provisioned:
        volume["metadata"]["annotations"] = {"pv.kubernetes.io/provisioned-by": "x"}
    return claim("uploads", retained=True), crowd(thing("PersistentVolumeClaim", "uploads"), volume)


def test_what_is_to_outlive_its_claim_refuses_unless_it_is_named() -> None:
    kept, seen = retained(provisioned=True)
    assert steps(kept, seen=seen) == {}
    assert obstacle(kept, seen, EVICT) == (
        "is to outlive its claim by its policy Retain, and release_volumes lacks pv-uploads"
    )
    named = dataclasses.replace(EVICT, release=frozenset({"pv-uploads"}))
    handed = steps(kept, seen=seen, policy=named)
    assert before(handed, f"update {VOLUME}", "delete PersistentVolumeClaim/shop/uploads")
    assert handed[f"update {VOLUME}"].patch == {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}
    assert f"delete {VOLUME}" not in handed and f"wait gone {VOLUME}" in handed
    kept, seen = retained(provisioned=False)
    found = steps(kept, seen=seen, policy=named)
    assert before(found, "wait gone PersistentVolumeClaim/shop/uploads", f"delete {VOLUME}")
    assert "its data goes with its pool" in found[f"delete {VOLUME}"].reason


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (crowd(thing("Pod", "p"), lost={"shop/p": "its node w1 is gone"}),
         "is held by Pod/shop/p: its node w1 is gone"),
        (crowd(thing("Pod", "p"), runners={"shop/p": ("Postgres/shop/db",)}),
         "is held by Pod/shop/p, which Postgres/shop/db would make again"),
    ],
)  # fmt: skip
def test_what_cannot_be_ended_is_no_eviction(seen: Crowd, words: str) -> None:
    assert obstacle(claim("c", "p"), seen, EVICT) == words
    assert steps(claim("c", "p"), seen=seen) == {}


def test_an_attachment_without_its_volume_is_none_of_a_namespaces_business() -> None:
    lone = Consumer("VolumeAttachment//csi-9")
    assert "no namespace" in obstacle(lone, CROWD, EVICT)
    named = dataclasses.replace(EVICT, release=frozenset({"csi-9"}))
    assert "only Kubernetes can let it go" in obstacle(lone, CROWD, named)


def test_whoever_is_waited_for_leaves_alone() -> None:
    found = steps(CLAIM, OTHERS, policy=Policy("wait"))
    assert {step.op for step in found.values()} == {"wait"}
    assert {step.executor for step in found.values()} == {"owner"}
    assert {step.target for step in found.values()} == {
        "Pod/shop/web-0", "Pod/shop/cron-0", "VolumeAttachment//csi-1",
        "PersistentVolumeClaim/shop/uploads", VOLUME, "PersistentVolumeClaim/blog/posts",
    }  # fmt: skip


def test_a_policy_that_cannot_be_meant_is_refused() -> None:
    given: dict[str, t.Any] = {
        "consumers": "evict", "evict_namespaces": [], "release_volumes": [], "wait": False,
    }  # fmt: skip
    with pytest.raises(ModelError) as caught:
        Policy.from_params(given)
    assert [problem.path for problem in caught.value.problems] == ["evict_namespaces", "wait"]
