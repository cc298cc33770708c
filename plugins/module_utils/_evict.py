# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How those leave who use what is to go: pods, then snapshots, claims, and volumes. Pure.

What somebody else has to do is a wait whose executor is the owner.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._graph import Graph
from ansible_collections.rookery.rook.plugins.module_utils._plan_types import (
    OWNER,
    being_deleted,
    wait_for,
)
from ansible_collections.rookery.rook.plugins.module_utils._steps import Change, Step

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._plan_types import (
        Consumer,
        Crowd,
        Observed,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Manifest, Policy

_SNAPSHOTS = ("VolumeSnapshot/", "VolumeSnapshotContent/")
_PROVISIONED = "pv.kubernetes.io/provisioned-by"
_POLICY = {
    "PersistentVolume": "persistentVolumeReclaimPolicy",
    "VolumeSnapshotContent": "deletionPolicy",
}


def losses(observed: Observed, leaving: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return for each consumer that would lose something what that is, the last to go first.

    Every consumer needs the cluster, whether or not its own object can be told.
    """
    graph = Graph.of(_kinds.needs_of(observed.objects))
    clusters = {key for key, item in observed.objects.items() if item["kind"] in _kinds.CLUSTERS}
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    found = {}
    for consumer in observed.consumers:
        if consumer.uses not in known:
            needed = (graph.closure(consumer.uses) | clusters) & frozenset(leaving)
            known[consumer.uses] = tuple(sorted(needed, key=_kinds.sort_key, reverse=True))
        # What goes itself goes before its storage.
        if known[consumer.uses] and consumer.id not in leaving:
            found[consumer.id] = known[consumer.uses]
    return found


def obstacle(consumer: Consumer, crowd: Crowd, policy: Policy) -> str:
    """Return why a consumer may not or cannot be evicted, or nothing."""
    volume = (consumer.volume or consumer.id).rpartition("/")[2]
    named = volume in policy.release
    if consumer.namespace not in policy.namespaces and (consumer.namespace or not named):
        where = f"namespace {consumer.namespace}" if consumer.namespace else "no namespace"
        return f"is of {where}, which evict_namespaces does not list"
    if consumer.retained and not named:
        return f"is to outlive its claim by its policy Retain, and release_volumes lacks {volume}"
    if consumer.id.startswith("VolumeAttachment/"):
        return "holds a volume on a node, and only Kubernetes can let it go"
    for pod in consumer.pods:
        if pod in crowd.lost:
            return f"is held by Pod/{pod}: {crowd.lost[pod]}"
        for runner in crowd.runners.get(pod, ()):
            if runner.partition("/")[0] not in _kinds.STOPPED:
                return f"is held by Pod/{pod}, which {runner} would make again"
    return ""


def leave_steps(consumers: Sequence[Consumer], crowd: Crowd, policy: Policy) -> tuple[Step, ...]:
    """Return the steps after which those consumers are gone that may be waited for or evicted."""
    steps: dict[str, Step] = {}
    if policy.consumers == "wait":
        for consumer in consumers:
            for target in _held(consumer):
                step = wait_for(target, "gone", reason="its owner removes it", executor=OWNER)
                steps.setdefault(step.id, step)
        return tuple(steps.values())
    going = [item for item in consumers if is_evicted(item, crowd, policy)]
    # What was made from a snapshot, or a snapshot of it, does not matter to the driver then.
    snapshots = [item for item in going if item.id.startswith(_SNAPSHOTS)]
    others = [item for item in going if not item.id.startswith(_SNAPSHOTS)]
    for consumer in (*snapshots, *others):
        first = () if consumer in snapshots else tuple(f"wait gone {one.id}" for one in snapshots)
        for step in _evict(consumer, crowd, first):
            steps.setdefault(step.id, step)
    return tuple(steps.values())


def is_evicted(consumer: Consumer, crowd: Crowd, policy: Policy) -> bool:
    """Tell whether a consumer may be evicted, and can be."""
    return policy.consumers == "evict" and not obstacle(consumer, crowd, policy)


def _held(consumer: Consumer) -> Iterator[str]:
    """Yield everything that has to go with a consumer, itself included."""
    yield from (f"Pod/{pod}" for pod in consumer.pods)
    yield from consumer.attachments
    yield consumer.id
    if consumer.volume:
        yield consumer.volume


def _evict(consumer: Consumer, crowd: Crowd, first: tuple[str, ...]) -> Iterator[Step]:
    """Yield the end of a consumer's pods, then its own removal, then that of its volume."""
    for pod in consumer.pods:
        yield from _end_pod(f"Pod/{pod}", crowd.runners.get(pod, ()), crowd)
    needs = (*first, *(f"wait gone Pod/{pod}" for pod in consumer.pods))
    for attachment in consumer.attachments:
        yield wait_for(attachment, "gone", *needs, reason="a node lets the volume go")
    needs = (*needs, *(f"wait gone {attachment}" for attachment in consumer.attachments))
    if consumer.id.startswith("Pod/"):
        return
    target = consumer.volume or consumer.id
    volume = crowd.objects.get(target, {})
    handed = consumer.retained and _is_provisioned(volume)
    if handed:
        yield _hand_over(target, volume, needs)
        needs = (*needs, f"update {target}")
    if consumer.volume:
        yield from _remove(consumer.id, crowd, needs, "evicted, and its data goes with it")
        needs = (f"wait gone {consumer.id}",)
    if consumer.retained and not handed:
        yield from _remove(target, crowd, needs, "released; its data goes with its pool")
    elif not consumer.volume and target.startswith(_SNAPSHOTS):
        yield from _remove(target, crowd, needs, "released, and its data goes with it")
    else:
        yield wait_for(target, "gone", *needs, reason="its driver removes it")


def _is_provisioned(volume: Manifest) -> bool:
    """Tell whether the driver that made a volume removes it, too, when it is no longer retained."""
    annotations = _kinds.at(volume, "metadata.annotations") or {}
    return _PROVISIONED in annotations or bool(_kinds.at(volume, "spec.source.volumeHandle"))


def _hand_over(target: str, volume: Manifest, needs: tuple[str, ...]) -> Step:
    """Return that a retained volume or snapshot is no longer retained."""
    path = _POLICY[target.partition("/")[0]]
    old = _kinds.at(volume, f"spec.{path}")
    return Step(
        f"update {target}",
        "update",
        target,
        needs=needs,
        changes=(Change(f"spec.{path}", old, "Delete"),),
        destructive=True,
        reason="released; its driver removes it with its data",
        patch={"spec": {path: "Delete"}},
    )


def _end_pod(pod: str, runners: tuple[str, ...], crowd: Crowd) -> Iterator[Step]:
    """Yield what ends a pod for good, and the wait until it has ended."""
    living = [runner for runner in runners if runner in crowd.objects]
    # A set that another object scales is left to that one; the runs of a CronJob are not.
    stopped = [runner for runner in living if runner == living[-1] or runner.startswith("Job/")]
    steps = [step for runner in stopped or [pod] for step in _stop(runner, crowd)]
    yield from steps
    yield wait_for(pod, "gone", *(step.id for step in steps), reason="its volumes are let go")


def _stop(target: str, crowd: Crowd) -> Iterator[Step]:
    """Yield what keeps an object from running pods, unless that was done already."""
    live = crowd.objects[target]
    spec = _kinds.STOPPED[target.partition("/")[0]]
    if being_deleted(live):
        return
    if spec is None:
        # Whatever a pod has stored in a volume of its own goes with the pod.
        yield Step(
            f"delete {target}", "delete", target, destructive=True, reason="evicted with its pods"
        )
        return
    changes = tuple(
        Change(f"spec.{key}", _kinds.at(live, f"spec.{key}"), value)
        for key, value in spec.items()
        if _kinds.at(live, f"spec.{key}") != value
    )
    if changes:
        reason = "evicted; nothing starts it again"
        yield Step(
            f"update {target}", "update", target, changes=changes, reason=reason,
            patch={"spec": spec},
        )  # fmt: skip


def _remove(target: str, crowd: Crowd, needs: tuple[str, ...], reason: str) -> Iterator[Step]:
    """Yield the removal of one object, and the wait until it is gone."""
    if being_deleted(crowd.objects[target]):
        yield wait_for(target, "gone", *needs, reason="is being deleted already")
        return
    yield Step(f"delete {target}", "delete", target, needs=needs, destructive=True, reason=reason)
    yield wait_for(target, "gone", f"delete {target}")
