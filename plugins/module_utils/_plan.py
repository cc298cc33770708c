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
from ansible_collections.rookery.rook.plugins.module_utils._diff import diff, full_diff, stripped
from ansible_collections.rookery.rook.plugins.module_utils._errors import StalePlan
from ansible_collections.rookery.rook.plugins.module_utils._evict import is_evicted
from ansible_collections.rookery.rook.plugins.module_utils._graph import Graph
from ansible_collections.rookery.rook.plugins.module_utils._managed import holders
from ansible_collections.rookery.rook.plugins.module_utils._plan_absent import absent_steps
from ansible_collections.rookery.rook.plugins.module_utils._plan_types import (
    OWNER,
    Consumer,
    Crowd,
    Observed,
    being_deleted,
    keep,
    not_ours,
    stage_of,
    wait_for,
)
from ansible_collections.rookery.rook.plugins.module_utils._remains import is_handed_over
from ansible_collections.rookery.rook.plugins.module_utils._render.common import merged
from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired
from ansible_collections.rookery.rook.plugins.module_utils._steps import (
    REFUSE,
    Change,
    Plan,
    Policy,
    Step,
)

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

__all__ = ["OWNER", "REFUSE", "Consumer", "Crowd", "Observed", "Plan", "Policy", "Step"]

Manifest = Mapping[str, t.Any]


def make_plan(
    site: Site,
    desired: Iterable[Desired],
    observed: Observed,
    state: str = "present",
    stages: Collection[str] = _kinds.STAGES,
    policy: Policy = REFUSE,
) -> Plan:
    """Return the steps that bring the stages of a site to a state, present or absent."""
    wanted = {item.id: item for item in desired if item.stage in stages}
    if state == "present":
        steps = _present(site.name, wanted, observed, stages)
    else:
        steps = absent_steps(site, wanted, observed, stages, policy)
    ordered = tuple(_in_order(steps, down=state == "absent"))
    # What other stages do meanwhile is no news for this one's plan.
    here = dataclasses.replace(
        observed,
        objects={key: item for key, item in observed.objects.items() if stage_of(key) in stages},
        owned=frozenset(key for key in observed.owned if stage_of(key) in stages),
        consumers=tuple(
            item for item in observed.consumers if not _will_be_gone(item, observed, policy)
        ),
    )
    digest = _fingerprint(site.name, state, tuple(_done_here(ordered)), wanted, here)
    return Plan(site.name, state, ordered, digest, policy)


def _will_be_gone(consumer: Consumer, observed: Observed, policy: Policy) -> bool:
    """Tell whether a consumer is gone by the time that any storage is touched."""
    return policy.consumers == "wait" or is_evicted(consumer, observed.crowd, policy)


def _done_here(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps as they are once those have left who are waited for."""
    awaited = {step.id for step in steps if step.executor == OWNER}
    for step in steps:
        if step.id not in awaited:
            needs = tuple(need for need in step.needs if need not in awaited)
            yield dataclasses.replace(step, needs=needs)


def refuse_stale(planned: Plan, found: Plan) -> None:
    """Raise StalePlan when a plan that is made anew comes from other objects."""
    if planned.fingerprint != found.fingerprint:
        raise StalePlan(planned.site, planned.fingerprint, found.fingerprint)


def last_seen(plan: Plan, target: str, observed: Observed) -> Manifest:
    """Return an object as it stands when the plan deletes it, with the plan's own patches."""
    manifest = observed.find(target) or {}
    for patch in plan.patches.get(target, ()):
        manifest = merged(manifest, patch)
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


def _goes_along(manifest: Manifest, observed: Observed) -> bool:
    """Tell whether an object is in a namespace that is on its way out."""
    namespace = _kinds.at(manifest, "metadata.namespace")
    return bool(namespace) and being_deleted(
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
                steps.append(wait_for(target, "ready", steps[-1].id))
            done[target] = steps
    for steps in done.values():
        yield from steps
    for target in observed.owned:
        live = observed.objects.get(target)
        if live is None or target in wanted or stage_of(target) not in stages:
            continue
        if not _kinds.has_owner(live):
            yield keep(target, "ours, but no longer in the model; state absent removes it")


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
    elif item.id not in observed.owned and not is_handed_over(live):
        yield not_ours(item.id, site, live)
    elif being_deleted(live) or _goes_along(live, observed):
        gone = wait_for(
            item.id, "gone", *needs, reason="is being deleted, and made again after that"
        )
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
            yield keep(item.id, "is as wanted")


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
