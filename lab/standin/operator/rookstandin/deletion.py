# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets a CephCluster go: after its dependents, and with a Job per host that leaves nothing behind.

The Jobs are made before the finalizer goes, but suspended until no daemon is left: an operator that
is restarted in between finds them and goes on.
"""

from __future__ import annotations

import logging

from rookstandin import cleanupjob, cluster_osds, csi, csidriver, names
from rookstandin import identity as ids
from rookstandin.children import Dependents, report_dependents
from rookstandin.conditions import Condition
from rookstandin.context import Context, Key
from rookstandin.errors import Blocked, NotYet
from rookstandin.resource import Resource

log = logging.getLogger(__name__)

DEPENDENT_KINDS = (
    "CephBlockPool", "CephRBDMirror", "CephFilesystem", "CephFilesystemMirror", "CephObjectStore",
    "CephObjectStoreUser", "CephObjectZone", "CephObjectZoneGroup", "CephObjectRealm", "CephNFS",
    "CephClient", "CephBucketTopic", "CephBucketNotification", "CephFilesystemSubVolumeGroup",
    "CephBlockPoolRadosNamespace",
)  # fmt: skip
DELETING = Condition("Deleting", True, "ClusterDeleting", "Deleting the CephCluster")
PROTECTED = (("Secret", ids.SECRET), ("ConfigMap", ids.ENDPOINTS))


def reconcile(context: Context, cluster: Resource) -> None:
    """Release a cluster that is being deleted, as soon as nothing depends on it."""
    if cluster.status.get("phase") != "Deleting":
        context.set_condition(cluster, DELETING, keep_all=True)
    report_dependents(context, cluster, dependents(context, cluster.namespace))
    refuse_volumes(context, cluster)
    if cluster.destructive:
        prepare_cleanup(context, cluster)
    csi.forget(context, cluster.namespace)
    context.drop(cluster.namespace)
    for kind, name in PROTECTED:
        _unprotect(context, kind, name, cluster.namespace)
    context.release(cluster)
    log.info("%s is released", cluster.id)
    context.queue.add(Key("cleanup", cluster.namespace))


def dependents(context: Context, namespace: str) -> Dependents:
    return {
        kind: [item["metadata"]["name"] for item in context.kube.list(kind, namespace)]
        for kind in DEPENDENT_KINDS
    }


def refuse_volumes(context: Context, cluster: Resource) -> None:
    """Keep a cluster while CSI volumes of it exist, unless the policy lets them be lost."""
    if cluster.at("cleanupPolicy.allowUninstallWithVolumes"):
        return
    driver = csidriver.name(context.settings())
    for volume in context.kube.list("PersistentVolume"):
        source = volume["spec"].get("csi") or {}
        in_it = (source.get("volumeAttributes") or {}).get("clusterID") == cluster.namespace
        if in_it and source["driver"] == driver:
            raise Blocked(
                f'waiting for csi volume attachments in cluster "{cluster.namespace}" to be '
                f"cleaned up: {volume['metadata']['name']}"
            )


def prepare_cleanup(context: Context, cluster: Resource) -> None:
    """Make the Job of each host that has daemons; without the keys nothing can be told apart."""
    identity = context.identity(cluster.namespace)
    if identity is None:
        log.warning("%s: no Secret %s: hosts are not cleaned", cluster.id, ids.SECRET)
        return
    settings = context.settings()
    for host in cluster_osds.hosts_with_daemons(context, cluster.namespace):
        job = cleanupjob.job(cluster, identity, settings, host)
        name = job["metadata"]["name"]
        old = context.kube.get("Job", name, cluster.namespace)
        if old and not cleanupjob.is_for(old, identity.fsid):
            context.kube.delete("Job", name, cluster.namespace)
            raise NotYet(f"Job {name} of an earlier cluster is going", 1.0)
        if old is None:
            context.kube.create(job)


def _unprotect(context: Context, kind: str, name: str, namespace: str) -> None:
    found = context.kube.get(kind, name, namespace)
    old = ((found or {}).get("metadata") or {}).get("finalizers") or []
    if names.FINALIZER_OF_SECRETS in old:
        left = [item for item in old if item != names.FINALIZER_OF_SECRETS]
        context.kube.merge(kind, name, namespace, {"metadata": {"finalizers": left}})


def start_cleanup(context: Context, namespace: str) -> float | None:
    """Let the Jobs begin once no daemon is left; return when to look again."""
    waiting = [
        job["metadata"]["name"]
        for job in context.kube.list("Job", namespace, f"app={cleanupjob.APP}")
        if job["spec"].get("suspend")
    ]
    if not waiting:
        return None
    if context.kube.list("CephCluster", namespace):
        return 2.0
    if left := cluster_osds.daemon_pods(context, namespace):
        log.info("hosts are cleaned when %d daemons have stopped", len(left))
        return 2.0
    for name in waiting:
        log.info("starting %s", name)
        context.kube.merge("Job", name, namespace, {"spec": {"suspend": False}})
    return None
