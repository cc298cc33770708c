# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Who blocks whom, as trees: a resource, its class, the claim, the pod; each with a command. Pure.

Everything is named once, below the first of what it uses. The command is what a person would type
to resolve it; it is never run here.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections import Counter

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._evict import losses

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._plan_types import (
        Consumer,
        Crowd,
        Observed,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Manifest, Plan

# So many lines of the trees stand in a message; the result has them all.
LINES = 20
_BLOCKED = "DeletionIsBlocked"
_TOOLBOX = "kubectl -n {namespace} exec deploy/rook-ceph-tools --"
# What lists what is inside of Ceph, and keeps a resource.
_INSIDE = {
    "CephBlockPool": f"{_TOOLBOX} rbd ls {{name}}",
    "CephFilesystem": f"{_TOOLBOX} ceph fs subvolume ls {{name}} csi",
    "CephObjectStore": (
        f"{_TOOLBOX} radosgw-admin bucket list "
        "--rgw-realm={name} --rgw-zonegroup={name} --rgw-zone={name}"
    ),
    "CephNFS": f"{_TOOLBOX} ceph nfs export ls {{name}}",
    "CephCluster": "kubectl -n {namespace} describe cephcluster {name}",
}
# A store in a zone of its own has the names of three more objects.
_ZONED = "kubectl -n {namespace} describe cephobjectstore {name}"


@dataclasses.dataclass(frozen=True)
class Blocker:
    """An object that blocks another one, why, what resolves it, and what blocks it in turn."""

    id: str
    reason: str
    command: str = ""
    blockers: tuple[Blocker, ...] = ()


class _Trees:
    """Trees that grow: each object once, with those that it is blocked by."""

    def __init__(self) -> None:
        self._nodes: dict[str, Blocker] = {}
        self._below: dict[str, dict[str, None]] = {"": {}}

    def add(self, above: str, node: Blocker) -> None:
        """Put an object below another one, or at the root, unless it has its place already."""
        if node.id not in self._nodes:
            self._nodes[node.id] = node
            self._below[node.id] = {}
            self._below[above][node.id] = None

    def of(self, above: str = "") -> tuple[Blocker, ...]:
        """Return what is below an object, in the table's order."""
        return tuple(
            dataclasses.replace(self._nodes[key], blockers=self.of(key))
            for key in sorted(self._below[above], key=_kinds.sort_key)
        )


def find_blockers(plan: Plan, observed: Observed) -> tuple[Blocker, ...]:
    """Return what a plan would take away and something stands against, with all that does.

    Those are told too that the plan waits for or evicts.
    """
    trees = _Trees()
    theirs = set(observed.crowd.objects) - observed.owned
    lost = losses(observed, plan.leaving - theirs)
    for consumer in observed.consumers:
        if consumer.id in lost:
            place = _place(trees, consumer, observed, lost[consumer.id])
            _add_consumer(trees, place, consumer, observed.crowd)
    for needed, other, reason in (*_dependents(plan, observed), *_inside(plan, observed)):
        _add_root(trees, needed, observed)
        trees.add(needed, Blocker(other, reason, delete_command(other)))
    for target in sorted(plan.leaving & set(observed.objects)):
        if _words(observed.objects[target]):
            _add_root(trees, target, observed)
    return trees.of()


def _dependents(plan: Plan, observed: Observed) -> Iterator[tuple[str, str, str]]:
    """Yield what would be removed, and what stays and needs it."""
    for dependent, needs in sorted(_kinds.needs_of(observed.objects).items()):
        item = observed.objects[dependent]
        if not {dependent, _kinds.claim_of(item)} & plan.leaving and not _goes_along(item):
            lost = (needed for needed in needs if needed in plan.leaving)
            yield from ((needed, dependent, "needs it") for needed in lost)


def _inside(plan: Plan, observed: Observed) -> Iterator[tuple[str, str, str]]:
    """Yield a namespace that would be removed, and what others keep in it."""
    for tenant in observed.tenants:
        namespace = _kinds.make_id("Namespace", "", tenant.split("/")[1])
        if namespace in plan.leaving:
            yield namespace, tenant, "is inside, and not ours"


def _goes_along(item: Manifest) -> bool:
    """Tell whether an object ends on its own, or with its owner."""
    return _kinds.is_cleanup(item) or _kinds.has_owner(item)


def _words(item: Manifest) -> str:
    """Return what the operator says is left inside of Ceph, and keeps a resource."""
    said = (
        str(one.get("message") or one.get("reason"))
        for one in _kinds.at(item, "status.conditions") or ()
        if str(one.get("type")).endswith(_BLOCKED) and one.get("status") == "True"
    )
    return "; ".join(said)


def _add_root(trees: _Trees, target: str, observed: Observed) -> None:
    """Add what would be removed."""
    item = observed.objects.get(target, {})
    words = _words(item)
    kind, namespace, name = target.split("/", 2)
    inside = _ZONED if _kinds.at(item, "spec.zone.name") else _INSIDE.get(kind, "")
    command = inside.format(namespace=namespace, name=name) if words else ""
    reason = f"would be removed; Rook says: {words}" if words else "would be removed"
    trees.add("", Blocker(target, reason, command))


def _place(trees: _Trees, consumer: Consumer, observed: Observed, lost: tuple[str, ...]) -> str:
    """Return below what a consumer belongs: its class, which is below the resource that it uses."""
    classes = [key for key in consumer.uses if key.startswith("StorageClass/")]
    resources = [key for key in consumer.uses if key not in classes and key in observed.objects]
    others = [key for key in lost if key not in classes]
    root = (resources or others or list(lost))[0]
    _add_root(trees, root, observed)
    for name in classes:
        if name in observed.objects and name != root:
            trees.add(root, Blocker(name, "is the class of volumes on it"))
            return name
    return root


def _add_consumer(trees: _Trees, place: str, consumer: Consumer, crowd: Crowd) -> None:
    """Add a consumer with what holds it."""
    name = consumer.volume.rpartition("/")[2]
    reason = f"holds {consumer.volume.partition('/')[0]} {name}" if name else "uses it"
    stays = consumer.volume or consumer.id
    if consumer.id.startswith("Pod/"):
        trees.add(place, _pod(consumer.pods[0], crowd, "uses it without a claim"))
        return
    trees.add(place, Blocker(consumer.id, reason, delete_command(consumer.id)))
    if consumer.retained and consumer.volume:
        words = "stays after that by its policy Retain"
        trees.add(consumer.id, Blocker(stays, words, delete_command(stays)))
    for pod in consumer.pods:
        trees.add(consumer.id, _pod(pod, crowd, "mounts it"))
    for attachment in consumer.attachments:
        node = _kinds.at(crowd.objects.get(attachment, {}), "spec.nodeName")
        words = f"holds it on node {node}; Kubernetes removes it once the pods there have ended"
        trees.add(consumer.id, Blocker(attachment, words))


def _pod(pod: str, crowd: Crowd, verb: str) -> Blocker:
    """Return a pod with what ends it for good."""
    target = f"Pod/{pod}"
    if pod in crowd.lost:
        command = f"{delete_command(target)} --force --grace-period=0"
        words = f"{crowd.lost[pod]}: once that machine is known to be off, end it by force"
        return Blocker(target, f"{verb}; {words}", command)
    runners = crowd.runners.get(pod, ())
    if runners and runners[-1].partition("/")[0] not in _kinds.STOPPED:
        # How that is stopped, and what else goes with it, only its own operator knows.
        return Blocker(target, f"{verb}, run by {runners[-1]}: stop it there")
    living = [runner for runner in runners if runner in crowd.objects]
    if not living:
        return Blocker(target, verb, delete_command(target))
    return Blocker(target, f"{verb}, run by {living[-1]}", _stop_command(living[-1]))


def _stop_command(target: str) -> str:
    """Return what keeps an object from running pods."""
    kind, namespace, name = target.split("/", 2)
    spec = _kinds.STOPPED[kind]
    if spec is None:
        return delete_command(target)
    if "replicas" in spec:
        return f"kubectl -n {namespace} scale {kind.lower()} {name} --replicas=0"
    return (
        f"""kubectl -n {namespace} patch {kind.lower()} {name} -p '{{"spec":{{"suspend":true}}}}'"""
    )


def delete_command(target: str) -> str:
    """Return the command that removes an object."""
    kind, namespace, name = target.split("/", 2)
    where = f" -n {namespace}" if namespace else ""
    return f"kubectl{where} delete {kind.lower()} {name}"


def as_text(trees: Iterable[Blocker]) -> str:
    """Return the trees as lines of a message: the first ones, then how many more there are."""
    rows = list(_rows(trees, ""))
    if not rows:
        return ""
    shown = [line for _kind, line in rows[:LINES]]
    rest = Counter(kind for kind, _line in rows[LINES:])
    if rest:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(rest.items()))
        shown.append(f"and {rest.total()} more: {counts}")
    return "\n".join(["Who blocks whom, and what would resolve it:", *shown])


def _rows(trees: Iterable[Blocker], indent: str) -> Iterator[tuple[str, str]]:
    """Yield kind and line of every object, those that block it below it."""
    for node in trees:
        command = f": {node.command}" if node.command else ""
        yield node.id.partition("/")[0], f"{indent}{node.id} {node.reason}{command}"
        yield from _rows(node.blockers, f"{indent}  ")
