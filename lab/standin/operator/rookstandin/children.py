# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controllers of pools, file systems, stores and users have in common, as in Rook."""

from __future__ import annotations

import logging
import typing as t
from dataclasses import dataclass

from rookstandin import conditions
from rookstandin.ceph import Ceph
from rookstandin.context import Context, Key
from rookstandin.errors import Blocked, NotYet
from rookstandin.podspec import Frame
from rookstandin.resource import Resource

log = logging.getLogger(__name__)

Status = dict[str, t.Any]
Dependents = dict[str, list[str]]


@dataclass(frozen=True)
class Scene:
    """A resource and the living cluster that it belongs to."""

    context: Context
    frame: Frame
    ceph: Ceph
    resource: Resource


@dataclass(frozen=True)
class Controller:
    """One kind: how it is made (and what its status then says), what holds it, how it goes."""

    make: t.Callable[[Scene], Status]
    dependents: t.Callable[[Scene], Dependents]
    remove: t.Callable[[Scene], None]
    first: str = "Progressing"
    failed: str = "Failure"
    tells_deleting: bool = False


def reconcile(context: Context, controller: Controller, resource: Resource) -> None:
    """Make a resource or let it go."""
    if not resource.deleting:
        context.hold(resource)
        if not resource.status:
            context.patch_status(resource, {"phase": controller.first})
    cluster = context.cluster_of(resource.namespace)
    if cluster is not None and cluster.destructive and cluster.deleting:
        log.info(
            "CephCluster has a destructive cleanup policy, allowing %s to be deleted", resource.id
        )
        cluster = None
    if cluster is None and resource.deleting:
        context.release(resource)
        return
    scene = _scene(context, cluster, resource)
    if resource.deleting:
        _remove(controller, scene)
        return
    status = controller.make(scene)
    done = {"phase": "Ready", "observedGeneration": resource.generation, **status}
    if any(resource.status.get(key) != value for key, value in done.items()):
        context.patch_status(resource, done)
        context.event(resource, "ReconcileSucceeded", f"successfully configured {resource.id}")
        # The health that a user waits for is of after this change.
        context.queue.add(Key("health", resource.namespace))


def _scene(context: Context, cluster: Resource | None, resource: Resource) -> Scene:
    """Return what is needed to act; a cluster that cannot be acted on is waited for."""
    if cluster is None:
        raise NotYet("there is no CephCluster in the namespace, or it goes with its data", 10.0)
    if not conditions.usable_health(cluster.status.get("ceph")):
        raise NotYet("the CephCluster is not ready for it", 5.0)
    identity = context.identity(resource.namespace)
    if identity is None:
        raise NotYet("the CephCluster has no identity yet", 5.0)
    ceph = context.ceph(identity)
    if not ceph.mon("osd stat").get("num_up_osds"):
        raise NotYet("no OSD is up yet", 1.0)
    return Scene(context, context.frame(cluster, identity), ceph, resource)


def _remove(controller: Controller, scene: Scene) -> None:
    context, resource = scene.context, scene.resource
    if controller.tells_deleting and resource.status.get("phase") != "Deleting":
        context.patch_status(resource, {"phase": "Deleting"})
    report_dependents(context, resource, controller.dependents(scene))
    log.info("deleting %s", resource.id)
    controller.remove(scene)
    context.release(resource)


def report_dependents(context: Context, resource: Resource, found: Dependents) -> None:
    """Write whether dependents hold a resource that is being deleted; stop if they do."""
    held = {kind: sorted(members) for kind, members in found.items() if members}
    if held:
        message = conditions.blocked_message(resource.id, held)
        _note(context, resource, conditions.blocked(message))
        raise Blocked(message)
    if _note(context, resource, conditions.unblocked(resource.id)):
        context.event(resource, "Deleting", f"deleting {resource.id}")


def _note(context: Context, resource: Resource, condition: conditions.Condition) -> bool:
    """Write a condition unless it says so already; tell whether it did not."""
    wanted = (condition.type, "True" if condition.holds else "False", condition.message)
    for old in resource.status.get("conditions") or ():
        if (old["type"], old["status"], old.get("message")) == wanted:
            return False
    context.add_condition(resource, condition)
    return True


def fail(context: Context, controller: Controller, resource: Resource) -> None:
    """Write that the last reconcile failed; the reason is in the event, as with Rook."""
    if not resource.deleting and resource.status.get("phase") != controller.failed:
        context.patch_status(resource, {"phase": controller.failed})
