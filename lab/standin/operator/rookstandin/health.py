# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refreshes a CephCluster's status.ceph and what follows from it."""

from __future__ import annotations

import logging

from rookstandin import conditions
from rookstandin.ceph import Ceph
from rookstandin.conditions import Status
from rookstandin.context import Context, Key, now
from rookstandin.errors import CephCommandError, NotYet
from rookstandin.resource import Resource

log = logging.getLogger(__name__)

CHILDREN = ("CephBlockPool", "CephFilesystem", "CephObjectStore", "CephObjectStoreUser")
# Rook looks every minute. What is not well is looked at more often here: in the lab somebody waits.
WELL, UNWELL = 60.0, 4.0


def refresh(context: Context, namespace: str) -> float | None:
    """Write what Ceph says of itself; return when to look again, None when there is no cluster."""
    cluster = context.cluster_of(namespace)
    identity = context.identity(namespace)
    if cluster is None or cluster.deleting or identity is None or not identity.mons:
        return None
    old = cluster.status.get("ceph") or {}
    try:
        ceph = context.ceph(identity)
        answer = ceph.mon("status")
        new = conditions.ceph_status(old, answer, ceph.mon("versions"), now())
        changed: Status = {"ceph": new, "storage": _storage(ceph)}
        label_active_mgr(context, namespace, ceph)
    except (NotYet, CephCommandError) as error:
        log.warning("%s: failed to get Ceph's status: %s", cluster.id, error)
        new = conditions.unreachable(old, str(error), now())
        changed = {"ceph": new}
    context.patch_status(cluster, changed)
    if conditions.usable_health(new) and not conditions.usable_health(old):
        for key in children(context, namespace):
            context.queue.add(key)
    return WELL if new["health"] == "HEALTH_OK" else UNWELL


def children(context: Context, namespace: str) -> list[Key]:
    """List what is made in a cluster."""
    return [
        Key(kind, namespace, item["metadata"]["name"])
        for kind in CHILDREN
        for item in context.kube.list(kind, namespace)
    ]


def deleting(context: Context, namespace: str) -> list[Key]:
    """List what may wait for dependents to go."""
    return [
        Key(kind, namespace, item["metadata"]["name"])
        for kind in ("CephCluster", "CephObjectStore")
        for item in context.kube.list(kind, namespace)
        if "deletionTimestamp" in item["metadata"]
    ]


def _storage(ceph: Ceph) -> Status:
    stores: dict[str, int] = {}
    for item in ceph.mon("osd metadata"):
        # One that has not started yet has told nothing.
        if kind := item.get("osd_objectstore"):
            stores[kind] = stores.get(kind, 0) + 1
    classes = [{"name": name} for name in ceph.mon("osd crush class ls")]
    return {"deviceClasses": classes, "osd": {"storeType": stores}}


def label_active_mgr(context: Context, namespace: str, ceph: Ceph) -> None:
    """Mark the mgr that is active, for the Service that leads to it."""
    active = ceph.mon("mgr dump").get("active_name")
    for item in context.kube.list("Pod", namespace, "app=rook-ceph-mgr"):
        pod = Resource({"kind": "Pod", **item})
        role = "active" if pod.labels.get("instance") == active else "standby"
        if pod.labels.get("mgr_role") != role:
            patch = {"metadata": {"labels": {"mgr_role": role}}}
            context.kube.merge("Pod", pod.name, namespace, patch)
