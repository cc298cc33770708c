# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From what is wanted and what is observed to the steps between them. Pure.

make_plan is total and deterministic: the same input gives the same bytes, in any order of input.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._diff import (
    Change,
    diff,
    full_diff,
    stripped,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import StalePlan
from ansible_collections.rookery.rook.plugins.module_utils._graph import Graph
from ansible_collections.rookery.rook.plugins.module_utils._managed import holders
from ansible_collections.rookery.rook.plugins.module_utils._remains import remains
from ansible_collections.rookery.rook.plugins.module_utils._render.common import merged
from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

Manifest = Mapping[str, t.Any]
CLEANUP_CONFIRMATION = "yes-really-destroy-data"


@dataclasses.dataclass(frozen=True)
class Consumer:
    """Something that uses our storage and would lose it: a claim, volume, bucket, snapshot.

    uses holds ids of our objects, as far as they can be told; pods are namespace/name.
    """

    id: str
    uses: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Observed:
    """What is there now, as far as the model or our label names it.

    tenants are ids of what others keep in our namespace; they would go with it.
    """

    objects: Mapping[str, Manifest] = dataclasses.field(default_factory=dict)
    predicted: Mapping[str, Manifest] = dataclasses.field(default_factory=dict)
    owned: frozenset[str] = frozenset()
    consumers: tuple[Consumer, ...] = ()
    tenants: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Step:
    """One thing to do, or to leave alone and say why.

    target is the object's id; until is ready or gone for a wait; patch is the merge patch of an
    update that is not the whole wanted object.
    """

    id: str
    op: str
    target: str
    executor: str = "kubernetes"
    needs: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    destructive: bool = False
    reason: str = ""
    until: str = ""
    patch: Manifest | None = None


@dataclasses.dataclass(frozen=True)
class Plan:
    """Steps in an order in which they can be done, and the fingerprint of what they came from."""

    site: str
    state: str
    steps: tuple[Step, ...]
    fingerprint: str

    @property
    def changed(self) -> bool:
        """Tell whether there is anything to do but waiting."""
        return any(step.op in ("create", "update", "delete") for step in self.steps)


def make_plan(
    site: Site,
    desired: Iterable[Desired],
    observed: Observed,
    state: str = "present",
    stages: Collection[str] = _kinds.STAGES,
) -> Plan:
    """Return the steps that bring the stages of a site to a state, present or absent."""
    wanted = {item.id: item for item in desired if item.stage in stages}
    if state == "present":
        steps = _present(site.name, wanted, observed, stages)
    else:
        steps = _absent(site, wanted, observed, stages)
    ordered = tuple(_in_order(steps, down=state == "absent"))
    # What other stages do meanwhile is no news for this one's plan.
    here = dataclasses.replace(
        observed,
        objects={key: item for key, item in observed.objects.items() if _stage(key) in stages},
        owned=frozenset(key for key in observed.owned if _stage(key) in stages),
    )
    return Plan(site.name, state, ordered, _fingerprint(site.name, state, ordered, wanted, here))


def refuse_stale(planned: Plan, found: Plan) -> None:
    """Raise StalePlan when a plan that is made anew comes from other objects."""
    if planned.fingerprint != found.fingerprint:
        raise StalePlan(planned.site, planned.fingerprint, found.fingerprint)


def _stage(object_id: str) -> str:
    """Return the stage to which an object belongs; what the table does not have is storage."""
    row = _kinds.KINDS.get(object_id.partition("/")[0])
    return row.stage if row else "storage"


def last_seen(plan: Plan, target: str, observed: Observed) -> Manifest:
    """Return an object as it stands when the plan deletes it, with the plan's own patches."""
    manifest = observed.objects[target]
    for step in plan.steps:
        if step.target == target and step.patch is not None:
            manifest = merged(manifest, step.patch)
    return manifest


def _in_order(steps: Iterable[Step], *, down: bool) -> Iterator[Step]:
    """Yield steps after everything that they need, independent ones in the table's order."""
    by_id = {step.id: step for step in steps}

    def place(step_id: str) -> tuple[int, str]:
        row, target = _kinds.sort_key(by_id[step_id].target)
        return (-row if down else row), f"{target} {step_id}"

    for layer in Graph.of({step.id: step.needs for step in by_id.values()}).layers():
        for step_id in sorted(layer, key=place):
            yield by_id[step_id]


def _wait(target: str, until: str, *needs: str, reason: str = "") -> Step:
    """Return a wait for one object."""
    return Step(f"wait {until} {target}", "wait", target, needs=needs, until=until, reason=reason)


def _keep(target: str, reason: str) -> Step:
    """Return that an object is left alone, and why."""
    return Step(f"keep {target}", "keep", target, reason=reason)


def _not_ours(target: str, site: str, live: Manifest) -> Step:
    """Return that an object is somebody else's, or another site's."""
    other = str((_kinds.at(live, "metadata.labels") or {}).get(_kinds.SITE_LABEL))
    if _kinds.is_ours(live, other):
        return _keep(target, f"not ours: it belongs to site {other}")
    owner = f"{_kinds.MANAGER_LABEL}: {_kinds.MANAGER}"
    label = f"{_kinds.SITE_LABEL}: {site}"
    return _keep(target, f"not ours: it does not carry the labels {owner} and {label}")


def _being_deleted(manifest: Manifest) -> bool:
    """Tell whether somebody has asked for the object's removal."""
    return _kinds.at(manifest, "metadata.deletionTimestamp") is not None


def _goes_along(manifest: Manifest, observed: Observed) -> bool:
    """Tell whether an object is in a namespace that is on its way out."""
    namespace = _kinds.at(manifest, "metadata.namespace")
    return bool(namespace) and _being_deleted(
        observed.objects.get(_kinds.make_id("Namespace", "", namespace), {})
    )


def _present(
    site: str,
    wanted: Mapping[str, Desired],
    observed: Observed,
    stages: Collection[str],
) -> Iterator[Step]:
    """Yield what makes the wanted objects, and waits for those whose readiness can be told."""
    done: dict[str, list[Step]] = {}
    for layer in Graph.of({item.id: item.needs for item in wanted.values()}).layers():
        for target in sorted(layer):
            item = wanted[target]
            needs = tuple(done[other][-1].id for other in sorted(item.needs) if other in done)
            steps = list(_make(site, item, observed, needs))
            if _is_awaited(target, steps[-1]):
                steps.append(_wait(target, "ready", steps[-1].id))
            done[target] = steps
    for steps in done.values():
        yield from steps
    for target in observed.owned:
        live = observed.objects.get(target)
        if live is None or target in wanted or _stage(target) not in stages:
            continue
        if not _kinds.has_owner(live):
            yield _keep(target, "ours, but no longer in the model; state absent removes it")


def _is_awaited(target: str, made: Step) -> bool:
    """Tell whether an object has to be ready before the next step.

    A class stays what it is; that new nodes lack its driver is told by information and proof.
    """
    row = _kinds.kind_of(target)
    return bool(row.readiness) and (row.name != "StorageClass" or made.op != "keep")


def _make(site: str, item: Desired, observed: Observed, needs: tuple[str, ...]) -> Iterator[Step]:
    """Yield what makes one object what it should be."""
    live = observed.objects.get(item.id)
    create = Step(f"create {item.id}", "create", item.id, needs=needs, reason="is not there")
    if live is None:
        yield create
    elif item.id not in observed.owned:
        yield _not_ours(item.id, site, live)
    elif _being_deleted(live) or _goes_along(live, observed):
        gone = _wait(item.id, "gone", *needs, reason="is being deleted, and made again after that")
        yield gone
        yield dataclasses.replace(create, needs=(gone.id,), reason="will be gone by then")
    else:
        changes = _wished(live, item, observed)
        if changes:
            reason = _why(live, changes)
            yield Step(
                f"update {item.id}", "update", item.id, needs=needs, changes=changes, reason=reason
            )
        else:
            yield _keep(item.id, "is as wanted")


def _wished(live: Manifest, item: Desired, observed: Observed) -> tuple[Change, ...]:
    """Return what would change: the server's word for it where there is one."""
    if item.id not in observed.predicted:
        return diff(live, item.manifest)
    predicted = observed.predicted[item.id]
    return () if predicted is live else full_diff(live, predicted)


def _why(live: Manifest, changes: tuple[Change, ...]) -> str:
    """Return why an object is updated, with who else has set the fields, and when."""
    count = "1 field differs" if len(changes) == 1 else f"{len(changes)} fields differ"
    others = sorted({holder for change in changes for holder in holders(live, change.path)})
    return ", ".join(
        [count, *(f"{'applied' if other.applied else 'changed'} by {other}" for other in others)]
    )


def _absent(
    site: Site,
    wanted: Mapping[str, Desired],
    observed: Observed,
    stages: Collection[str],
) -> Iterator[Step]:
    """Yield the removal of everything of ours that is observed, along the reversed edges."""
    here = {key: item for key, item in observed.objects.items() if _stage(key) in stages}
    ours = {
        key: item
        for key, item in here.items()
        if (key in observed.owned and not _kinds.has_owner(item)) or remains(item, site.namespace)
    }
    jobs = []
    if {"cluster", "operator"} & set(stages):
        cleanups = _cleanups(observed.objects)
        jobs = [_wait(key, "ready", reason="a host is being cleaned") for key in cleanups]
    yield from jobs
    blocked = tuple(job.id for job in jobs)
    needed_by = Graph.of(_kinds.needs_of(ours)).reversed().needs
    for target, live in ours.items():
        needs = tuple(sorted(f"wait gone {other}" for other in needed_by[target]))
        yield from _remove(site, target, live, (*needs, *blocked))
    for target, item in here.items():
        foreign = target not in ours and not _kinds.has_owner(item)
        if foreign and (target in wanted or _is_rooks(item)):
            yield _not_ours(target, site.name, item)


def _is_rooks(manifest: Manifest) -> bool:
    """Tell whether an object is a custom resource of Rook."""
    return str(manifest["apiVersion"]).partition("/")[0] in _kinds.ROOK_GROUPS


def _cleanups(objects: Mapping[str, Manifest]) -> list[str]:
    """Return Rook's jobs that are cleaning hosts; the operator and namespace have to stay."""
    return [
        target
        for target, item in sorted(objects.items())
        if _kinds.is_cleanup(item) and not _kinds.at(item, "status.completionTime")
    ]


def _remove(site: Site, target: str, live: Manifest, needs: tuple[str, ...]) -> Iterator[Step]:
    """Yield the removal of one object and the wait until it is gone."""
    row = _kinds.kind_of(target)
    if row.name == "CephCluster" and site.cluster.wipe:
        cleanup = _cleanup_policy(target, live, site.cluster.wipe, needs)
        if cleanup is not None:
            yield cleanup
            needs = (cleanup.id,)
    if _being_deleted(live):
        yield _wait(target, "gone", *needs, reason="is being deleted already")
        return
    delete = Step(
        f"delete {target}",
        "delete",
        target,
        needs=needs,
        destructive=row.holds_data or row.name == "Namespace",
        reason="state is absent",
    )
    yield delete
    yield _wait(target, "gone", delete.id)


def _cleanup_policy(
    target: str, live: Manifest, method: str, needs: tuple[str, ...]
) -> Step | None:
    """Return the update that makes Rook clean the hosts, last before the cluster is deleted.

    Earlier it would stop the operator from looking after the cluster.
    """
    policy = {"confirmation": CLEANUP_CONFIRMATION, "sanitizeDisks": {"method": method}}
    patch = {
        "apiVersion": live["apiVersion"],
        "kind": live["kind"],
        "metadata": live["metadata"],
        "spec": {"cleanupPolicy": policy},
    }
    changes = diff(live, patch)
    if not changes:
        return None
    return Step(
        f"update {target}",
        "update",
        target,
        needs=needs,
        changes=changes,
        destructive=True,
        reason=f"Rook wipes its devices ({method}) and directories on all hosts after the deletion",
        patch={"spec": {"cleanupPolicy": policy}},
    )


def _fingerprint(
    site: str,
    state: str,
    steps: tuple[Step, ...],
    wanted: Mapping[str, Desired],
    observed: Observed,
) -> str:
    """Return a digest of what the plan came from, without what changes on its own."""
    source = {
        "site": site,
        "state": state,
        "steps": [dataclasses.asdict(step) for step in steps],
        "wanted": {key: item.manifest for key, item in wanted.items()},
        "observed": {key: stripped(item) for key, item in observed.objects.items()},
        "owned": sorted(observed.owned),
        "consumers": sorted(consumer.id for consumer in observed.consumers),
        "tenants": sorted(observed.tenants),
    }
    text = json.dumps(source, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
