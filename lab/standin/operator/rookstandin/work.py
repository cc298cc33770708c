# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done for each key of the queue, and what is told of failures."""

from __future__ import annotations

import logging

from rookstandin import (
    blockpool,
    children,
    cluster,
    csi,
    deletion,
    filesystem,
    health,
    objectstore,
    objectuser,
)
from rookstandin.conditions import Condition
from rookstandin.context import Context, Key
from rookstandin.errors import Blocked, StandinError
from rookstandin.resource import Resource
from rookstandin.workqueue import WorkQueue

log = logging.getLogger(__name__)

CONTROLLERS = {
    "CephBlockPool": blockpool.CONTROLLER,
    "CephFilesystem": filesystem.CONTROLLER,
    "CephObjectStore": objectstore.CONTROLLER,
    "CephObjectStoreUser": objectuser.CONTROLLER,
}


class Worker:
    """Turns keys into reconciles."""

    def __init__(self, context: Context) -> None:
        self._context = context
        context.queue = WorkQueue(self.work, self.failed)

    def work(self, key: Key) -> float | None:
        context = self._context
        if key.kind == "health":
            return health.refresh(context, key.namespace)
        if key.kind == "cleanup":
            return deletion.start_cleanup(context, key.namespace)
        if key.kind == "csi":
            csi.keep_driver(context)
            return None
        if key.kind in ("holders", "settings"):
            self._add_related(key)
            return None
        resource = context.resource(key)
        if resource is None or resource.frozen:
            return None
        if key.kind == "CephCluster":
            return self._cluster(resource)
        children.reconcile(context, CONTROLLERS[key.kind], resource)
        return None

    def _add_related(self, key: Key) -> None:
        """Add what waits for dependents to go, or all that the operator's settings are for."""
        if key.kind == "holders":
            related = health.deleting(self._context, key.namespace)
        else:
            found = [item["metadata"] for item in self._context.kube.list("CephCluster")]
            related = [Key("CephCluster", meta["namespace"], meta["name"]) for meta in found]
            related.append(Key("csi", self._context.namespace))
        for other in related:
            self._context.queue.add(other)

    def _cluster(self, resource: Resource) -> float | None:
        if not resource.deleting:
            return cluster.reconcile(self._context, resource)
        # Pools and file systems look at the policy of a cluster that goes.
        for key in health.children(self._context, resource.namespace):
            self._context.queue.add(key)
        deletion.reconcile(self._context, resource)
        return None

    def failed(self, key: Key, error: BaseException) -> float | None:
        """Tell of a failed reconcile: in the log, in an event, in the status."""
        if isinstance(error, StandinError):
            log.error("failed to reconcile %s: %s", key, error)
        else:
            log.error("failed to reconcile %s", key, exc_info=error)
        if key.kind.islower():
            return None
        resource = self._context.resource(key)
        if resource is None:
            return None
        message = f"failed to reconcile {resource.id}. {error}"
        self._context.event(resource, "ReconcileFailed", message, "Warning")
        if isinstance(error, Blocked):
            return error.after
        if key.kind in CONTROLLERS:
            children.fail(self._context, CONTROLLERS[key.kind], resource)
        elif not resource.deleting:
            condition = Condition("Progressing", False, "ClusterProgressing", str(error))
            self._context.set_condition(resource, condition)
        return None
