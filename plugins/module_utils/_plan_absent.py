# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The steps that take a site down: everything of ours that is observed, along reversed edges. Pure.

Those who use what is to go leave first, if they may be waited for or evicted at all.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._diff import diff
from ansible_collections.rookery.rook.plugins.module_utils._evict import leave_steps, losses
from ansible_collections.rookery.rook.plugins.module_utils._graph import Graph
from ansible_collections.rookery.rook.plugins.module_utils._plan_types import (
    being_deleted,
    not_ours,
    stage_of,
    wait_for,
)
from ansible_collections.rookery.rook.plugins.module_utils._remains import (
    drivers_of,
    is_cluster_of_others,
    remains,
)
from ansible_collections.rookery.rook.plugins.module_utils._steps import Step

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._plan_types import Observed
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan, Policy

Manifest = Mapping[str, t.Any]
CLEANUP_CONFIRMATION = "yes-really-destroy-data"


def absent_steps(
    site: Site,
    wanted: Mapping[str, Desired],
    observed: Observed,
    stages: Collection[str],
    policy: Policy,
) -> Iterator[Step]:
    """Yield the removal of everything of ours that is observed, along the reversed edges."""
    here = {key: item for key, item in observed.objects.items() if stage_of(key) in stages}
    ours = {
        key: item
        for key, item in here.items()
        if key in observed.owned and not _kinds.has_owner(item)
    }
    objects = observed.objects.values()
    if not any(is_cluster_of_others(item, site.name, site.namespace) for item in objects):
        drivers = drivers_of(site.namespace, site.operator.config, objects)
        ours |= {key: item for key, item in here.items() if remains(item, site.namespace, drivers)}
        ours |= _cleaned(site, observed) if "operator" in stages else {}
    users: tuple[Step, ...] = ()
    if "storage" in stages:
        lost = losses(observed, ours)
        losing = [consumer for consumer in observed.consumers if consumer.id in lost]
        users = leave_steps(losing, observed.crowd, policy)
    yield from users
    jobs = []
    if {"cluster", "operator"} & set(stages):
        cleanups = _cleanups(observed.objects)
        jobs = [wait_for(key, "ready", reason="a host is being cleaned") for key in cleanups]
    yield from jobs
    blocked = (*(job.id for job in jobs), *(step.id for step in users if step.op == "wait"))
    needed_by = Graph.of(_kinds.needs_of(ours)).reversed().needs
    for target, live in ours.items():
        needs = tuple(sorted(f"wait gone {other}" for other in needed_by[target]))
        yield from _remove(site, target, live, (*needs, *blocked))
    for target, item in here.items():
        foreign = target not in ours and not _kinds.has_owner(item)
        if foreign and (target in wanted or _kinds.is_rooks(item)):
            yield not_ours(target, site.name, item)


def as_if_done(plan: Plan, observed: Observed) -> Observed:
    """Return what would be observed if a plan had taken away what it is to."""
    leaving = plan.leaving
    users = losses(observed, leaving).keys() | leaving
    return dataclasses.replace(
        observed,
        objects={key: item for key, item in observed.objects.items() if key not in leaving},
        owned=observed.owned - leaving,
        consumers=tuple(each for each in observed.consumers if each.id not in users),
        tenants=tuple(tenant for tenant in observed.tenants if tenant not in users),
    )


def _cleanups(objects: Mapping[str, Manifest]) -> list[str]:
    """Return Rook's jobs that are cleaning hosts; the operator and namespace have to stay."""
    return [
        target
        for target, item in sorted(objects.items())
        if _kinds.is_cleanup(item) and not _kinds.at(item, "status.completionTime")
    ]


def _cleaned(site: Site, observed: Observed) -> dict[str, Manifest]:
    """Return Rook's jobs that have cleaned hosts, unless they go with their namespace."""
    if _kinds.make_id("Namespace", "", site.namespace) in observed.owned:
        return {}
    return {key: item for key, item in observed.objects.items() if _kinds.is_cleanup(item)}


def _remove(site: Site, target: str, live: Manifest, needs: tuple[str, ...]) -> Iterator[Step]:
    """Yield the removal of one object and the wait until it is gone."""
    row = _kinds.kind_of(target)
    # Of an external cluster Rook has no hosts to clean.
    external = _kinds.at(live, "spec.external.enable")
    if row.name == "CephCluster" and site.cluster.wipe and not external:
        cleanup = _cleanup_policy(target, live, site.cluster.wipe, needs)
        if cleanup is not None:
            yield cleanup
            needs = (cleanup.id,)
    if being_deleted(live):
        yield wait_for(target, "gone", *needs, reason="is being deleted already")
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
    yield wait_for(target, "gone", delete.id)


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
