# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CSI needs of a cluster: keys, Secrets, addresses; and the driver while one exists."""

from __future__ import annotations

import logging
import threading

from rookstandin import csidriver
from rookstandin import identity as ids
from rookstandin.context import Context, Key
from rookstandin.errors import StandinError
from rookstandin.identity import Identity
from rookstandin.podspec import Manifest
from rookstandin.resource import Resource
from rookstandin.settings import Settings

log = logging.getLogger(__name__)

OPERATOR = "rook-ceph-operator"

# entity -> capabilities, as ceph-csi asks for them
CAPS = {
    "csi-rbd-provisioner": {
        "mon": "profile rbd, allow command 'osd blocklist'", "mgr": "allow rw",
        "osd": "profile rbd",
    },
    "csi-rbd-node": {"mon": "profile rbd", "mgr": "allow rw", "osd": "profile rbd"},
    "csi-cephfs-provisioner": {
        "mon": "allow r, allow command 'osd blocklist'", "mgr": "allow rw",
        "osd": "allow rw tag cephfs metadata=*", "mds": "allow *",
    },
    "csi-cephfs-node": {
        "mon": "allow r", "mgr": "allow rw", "osd": "allow rw tag cephfs *=*", "mds": "allow rw",
    },
}  # fmt: skip

# The list of clusters is one text that all of them share.
_config_lock = threading.Lock()


def secret(user: str, key: str, cluster: Resource) -> Manifest:
    """Make the Secret of a CSI user; the two drivers want different words in it."""
    prefix = "user" if "-rbd-" in user else "admin"
    values = {f"{prefix}ID": user, f"{prefix}Key": key}
    return ids.secret(f"rook-{user}", cluster.namespace, cluster.owner(), **values)


def reconcile(context: Context, identity: Identity, cluster: Resource) -> None:
    """Let CSI into a cluster that has mons."""
    ceph = context.ceph(identity)
    for user, caps in CAPS.items():
        context.kube.apply(secret(user, ceph.key(f"client.{user}", **caps), cluster))
    _set_cluster(context, identity.namespace, identity)
    context.queue.add(Key("csi", context.namespace))


def forget(context: Context, namespace: str) -> None:
    """Take a cluster that goes away out of CSI's list."""
    _set_cluster(context, namespace, None)


def _set_cluster(context: Context, namespace: str, identity: Identity | None) -> None:
    with _config_lock:
        found = context.kube.get("ConfigMap", ids.CSI_CONFIG, context.namespace) or {}
        current = (found.get("data") or {}).get(csidriver.CONFIG_KEY)
        wanted = ids.csi_config(current, identity, namespace)
        if wanted == current or (identity is None and current is None):
            return
        manifest = ids.config_map(
            ids.CSI_CONFIG, context.namespace, _owner(context), **{csidriver.CONFIG_KEY: wanted}
        )
        context.kube.apply(manifest)


def _owner(context: Context) -> Manifest:
    """Name the operator's Deployment as the owner: what is made for all clusters goes with it."""
    found = context.kube.get("Deployment", OPERATOR, context.namespace)
    if found is None:
        raise StandinError(f"failed to find the operator's own Deployment {OPERATOR}")
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "name": OPERATOR,
        "uid": found["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip


def keep_driver(context: Context) -> None:
    """Run the driver while a cluster exists, once it knows one; without any it goes, as in Rook."""
    settings = context.settings()
    clusters = [Resource(item) for item in context.kube.list("CephCluster")]
    if any(cluster.deleting or cluster.destructive for cluster in clusters):
        return
    found = context.kube.get("ConfigMap", ids.CSI_CONFIG, context.namespace) or {}
    known = (found.get("data") or {}).get(csidriver.CONFIG_KEY, "[]")
    if not clusters or not settings.csi_cephfs:
        _remove_driver(context, settings)
    elif known != "[]":
        if settings.csi_rbd:
            log.warning("ROOK_CSI_ENABLE_RBD is set, but the stand-in has no RBD driver")
        # A list that the Pods mount before it names the cluster reaches them a minute late.
        for manifest in csidriver.objects(settings, _owner(context)):
            context.kube.apply(manifest)


def _remove_driver(context: Context, settings: Settings) -> None:
    space = context.namespace
    context.kube.delete("Deployment", csidriver.CONTROLLER, space)
    context.kube.delete("DaemonSet", csidriver.NODE, space)
    context.kube.delete("CSIDriver", csidriver.name(settings))
