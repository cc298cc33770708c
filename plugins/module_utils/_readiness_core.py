# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Is an object ready, is it gone, and if not, why: pure functions over what the API shows.

Failed tells how long the state has to last before it is believed: Rook writes an error, and tries
again, while a cluster is being built.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Callable, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at

Manifest = Mapping[str, t.Any]
# A pod of before a change is available, too; one is updated before it can be reached.
_CURRENT = ("available", "updated")
# Rook looks at Ceph's status every 60 seconds; what it says for longer than two looks, it means.
SETTLED = 150
# What tells Rook, with any value, to leave a daemon or a whole cluster alone.
SKIPPED = "ceph.rook.io/do-not-reconcile"
# How many of a long list are named.
_SHOWN = 5
# What a container waits for that does not come by itself, once kubelet has tried for a while.
STUCK_SECONDS = 45
_STUCK = (
    "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError",
    "CreateContainerError", "RunContainerError", "CrashLoopBackOff",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Ready:
    """Nothing more to wait for."""


@dataclasses.dataclass(frozen=True)
class NotReady:
    """Not yet, because of the reason."""

    reason: str


@dataclasses.dataclass(frozen=True)
class Failed:
    """A state that does not recover by itself, once it has lasted for some seconds."""

    reason: str
    lasting: int = 0


Verdict = t.Union[Ready, NotReady, Failed]


@dataclasses.dataclass(frozen=True)
class Expect:
    """What a wait knows besides the object: health codes to accept, and when it was applied.

    since is a time as the API writes it; a cluster's health has to have been looked at after it.
    release is that of Rook, where it matters: each has its own way to say that it is done.
    """

    muted: frozenset[str] = frozenset()
    since: str = ""
    release: _kinds.Version = ()


def condition(manifest: Manifest, name: str) -> Mapping[str, t.Any]:
    """Return a condition of the status by its type, empty when it is not there."""
    for item in at(manifest, "status.conditions") or ():
        if item.get("type") == name:
            return t.cast("Mapping[str, t.Any]", item)
    return {}


def unseen(manifest: Manifest) -> str:
    """Return that the controller has not seen the last change, or nothing."""
    seen, last = at(manifest, "status.observedGeneration"), at(manifest, "metadata.generation")
    if not isinstance(seen, int) or not isinstance(last, int) or seen >= last:
        return ""
    # Rook stores a spec again together with its finalizer; up to 1.16 it never counts that as seen.
    if seen == last - 1 and _rook_wrote_last(manifest):
        return ""
    return "its controller has not seen the last change yet"


def _rook_wrote_last(manifest: Manifest) -> bool:
    """Tell whether the last change of a Rook resource's spec is Rook's own."""
    if not str(manifest.get("apiVersion", "")).startswith("ceph.rook.io/"):
        return False
    written: dict[str, str] = {}
    for entry in at(manifest, "metadata.managedFields") or ():
        if "f:spec" in (entry.get("fieldsV1") or ()):
            manager, time = str(entry.get("manager")), str(entry.get("time") or "")
            written[manager] = max(time, written.get(manager, ""))
    return "rook" in written and written["rook"] == max(written.values())


def available(deployment: Manifest) -> int:
    """Return how many replicas of a deployment are available as it was changed last."""
    counts = (int(at(deployment, f"status.{name}Replicas") or 0) for name in _CURRENT)
    return 0 if unseen(deployment) else min(counts)


def short_of(what: str, deployments: Sequence[Manifest], wanted: int) -> str:
    """Return how many daemons are missing and which deployments are not available, or nothing."""
    have = sum(map(available, deployments))
    if have >= wanted:
        return ""
    waiting = sorted(
        item["metadata"]["name"]
        for item in deployments
        if available(item) < int(at(item, "spec.replicas") or 1)
    )
    names = f" ({', '.join(waiting)} not available)" if waiting else ""
    return f"{have} of {wanted} {what} available{names}"


def few(words: Sequence[str]) -> str:
    """Return the first words of a list, and how many there are more."""
    more = len(words) - _SHOWN
    return f"{', '.join(words[:_SHOWN])}{f' and {more} more' if more > 0 else ''}"


def namespace_ready(manifest: Manifest, _children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a Namespace."""
    phase = at(manifest, "status.phase")
    return Ready() if phase == "Active" else NotReady(f"phase is {phase or 'not set'}")


def definition_ready(manifest: Manifest, _children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a CustomResourceDefinition."""
    names = condition(manifest, "NamesAccepted")
    if names.get("status") == "False":
        return Failed(f"its names are not accepted: {names.get('message', 'no message')}")
    if condition(manifest, "Established").get("status") == "True":
        return Ready()
    return NotReady("it is not established yet")


def deployment_ready(manifest: Manifest, _children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a Deployment."""
    if unseen(manifest):
        return NotReady(unseen(manifest))
    wanted = at(manifest, "spec.replicas")
    wanted = 1 if wanted is None else int(wanted)
    status = at(manifest, "status") or {}
    progress = condition(manifest, "Progressing")
    if progress.get("reason") == "ProgressDeadlineExceeded":
        return Failed(f"it makes no progress: {progress.get('message', 'no message')}")
    if int(status.get("updatedReplicas") or 0) < wanted:
        return NotReady(f"{status.get('updatedReplicas') or 0} of {wanted} replicas are updated")
    if int(status.get("availableReplicas") or 0) < wanted:
        return NotReady(f"{status.get('availableReplicas') or 0} of {wanted} replicas available")
    if int(status.get("replicas") or 0) > wanted:
        return NotReady("old replicas are still stopping")
    return Ready()


def daemonset_ready(manifest: Manifest, _children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a DaemonSet."""
    status = at(manifest, "status") or {}
    if unseen(manifest) or "desiredNumberScheduled" not in status:
        return NotReady(unseen(manifest) or "its controller has not looked at it yet")
    wanted = int(status["desiredNumberScheduled"])
    if int(status.get("updatedNumberScheduled") or 0) < wanted:
        have = status.get("updatedNumberScheduled") or 0
        return NotReady(f"{have} of {wanted} nodes run the last change")
    if int(status.get("numberReady") or 0) < wanted:
        return NotReady(f"{status.get('numberReady') or 0} of {wanted} nodes are ready")
    return Ready()


_CLEANUP_WAY = (
    ". See the log of its pod, remove the cause and the job, and wipe the host's devices with "
    "rook_node"
)


def job_ready(manifest: Manifest, _children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a Job, which is ready when it is complete."""
    failed = condition(manifest, "Failed")
    if failed.get("status") == "True":
        reason = f"the job failed: {failed.get('message') or failed.get('reason', 'unknown')}"
        return Failed(f"{reason}{_CLEANUP_WAY if _kinds.is_cleanup(manifest) else ''}")
    if condition(manifest, "Complete").get("status") == "True":
        return Ready()
    status = at(manifest, "status") or {}
    tries = f", after {status['failed']} failed tries" if status.get("failed") else ""
    return NotReady(f"{status.get('active') or 0} pods are at work{tries}")


def claim_ready(manifest: Manifest, _children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a PersistentVolumeClaim."""
    phase = at(manifest, "status.phase")
    if phase == "Lost":
        return Failed("its volume is lost")
    return Ready() if phase == "Bound" else NotReady(f"phase is {phase or 'not set'}")


def pod_ready(manifest: Manifest, _children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a Pod that is to run; one that has ended never does."""
    phase = at(manifest, "status.phase")
    if phase in ("Failed", "Succeeded"):
        return Failed(f"it has ended, phase is {phase}: {_pod_words(manifest)}")
    if condition(manifest, "Ready").get("status") == "True":
        return Ready()
    reason = f"phase is {phase or 'not set'}: {_pod_words(manifest)}"
    stuck = any(word in reason for word in _STUCK)
    return Failed(reason, STUCK_SECONDS) if stuck else NotReady(reason)


def _pod_words(manifest: Manifest) -> str:
    """Return what keeps a pod, by the scheduler first, then by its containers."""
    scheduled = condition(manifest, "PodScheduled")
    if scheduled.get("status") == "False":
        return f"it is on no node: {scheduled.get('message', 'no message')}"
    for container in at(manifest, "status.containerStatuses") or ():
        for state in ("waiting", "terminated"):
            told = at(container, f"state.{state}")
            if told:
                words = (told.get("reason"), told.get("message"))
                return f"container {container['name']} {': '.join(filter(None, words))}"
    return str(at(manifest, "status.message") or "its containers have not started")


Judge = Callable[[Manifest, Sequence[Manifest], Expect], Verdict]
JUDGES: Mapping[str, Judge] = {
    "namespace": namespace_ready,
    "definition": definition_ready,
    "deployment": deployment_ready,
    "daemonset": daemonset_ready,
    "job": job_ready,
    "claim": claim_ready,
    "pod": pod_ready,
}


# Where a controller says why an object does not go; of a namespace, what is still in it.
_BLOCKED = (
    "DeletionIsBlocked", "PoolDeletionIsBlocked", "RadosNamespaceDeletionIsBlocked",
    "NamespaceDeletionDiscoveryFailure", "NamespaceDeletionContentFailure",
    "NamespaceContentRemaining", "NamespaceFinalizersRemaining",
)  # fmt: skip


def blockers(manifest: Manifest) -> str:
    """Return what keeps an object that is being deleted."""
    said = [
        str(found.get("message", "no message"))
        for name in _BLOCKED
        if (found := condition(manifest, name)).get("status") == "True"
    ]
    if said:
        return f"its deletion is blocked: {'; '.join(said)}"
    if _kinds.at(manifest, "metadata.deletionTimestamp") is None:
        return "it was not asked to go yet"
    finalizers = at(manifest, "metadata.finalizers") or at(manifest, "spec.finalizers") or ()
    if finalizers:
        row = _kinds.KINDS.get(manifest["kind"])
        inside = f"; Rook keeps it while there are {row.held_by}" if row and row.held_by else ""
        return f"finalizers hold it: {', '.join(map(_held_by, finalizers))}{inside}"
    return "it is still being deleted, and nothing holds it: the API server is late, look again"


# Who takes a finalizer away, by what its name ends with; the first that fits.
_HOLDERS = {
    "rook.io": "the Rook operator takes it away: is it running, and what does its log say?",
    "csi.ceph.com": "the CSI operator takes it away: is it running, and what does its log say?",
    "objectbucket.io/finalizer": "the Rook operator takes it away when the bucket is gone",
    "external-attacher": "the driver's attacher takes it away when no node holds the volume",
    "external-provisioner.volume.kubernetes.io": "the driver's provisioner takes it away when it "
    "has removed the volume: does it run, and what does its log say?",
    "snapshot.storage.kubernetes.io": "the snapshot controller takes it away when nothing needs it "
    "any more: does it run?",
    "batch.kubernetes.io": "Kubernetes takes it away when it has counted the pod",
    "kubernetes.io/pvc-protection": "Kubernetes takes it away when no pod uses the claim",
    "kubernetes.io/pv-protection": "Kubernetes takes it away when no claim is bound to the volume",
    "customresourcecleanup.apiextensions.k8s.io": "Kubernetes takes it away with the last object",
    "foregroundDeletion": "Kubernetes takes it away with the last dependent",
    "kubernetes": "Kubernetes takes it away with the last object inside",
}


def _held_by(finalizer: str) -> str:
    """Return a finalizer with who has to take it away."""
    domain = finalizer.partition("/")[0]
    for end, holder in _HOLDERS.items():
        if finalizer.endswith(end) or domain.endswith(end):
            return f"{finalizer} ({holder})"
    return f"{finalizer} (whoever set it has to take it away)"
