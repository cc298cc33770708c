# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a cluster's OSDs: a Job per node that prepares devices, then a Deployment per OSD."""

from __future__ import annotations

import logging

from rookstandin import mon, names, osd
from rookstandin.context import Context
from rookstandin.errors import NotYet, StandinError
from rookstandin.osd import NodeDevices, Osd
from rookstandin.podspec import Frame, Manifest

log = logging.getLogger(__name__)

OSD_LABEL = "app=rook-ceph-osd"


def reconcile(context: Context, frame: Frame) -> None:
    space = frame.cluster.namespace
    nodes = context.kube.list("Node")
    have = osd.existing(context.kube.list("Deployment", space, OSD_LABEL))
    waiting: list[str] = []
    reported: list[Osd] = []
    for node in osd.wanted(frame, nodes):
        known = {one.device for one in have if one.host == node.host}
        if not node.all_devices and set(node.devices) <= known:
            continue
        report = prepared(context, frame, node)
        if report is None:
            waiting.append(node.host)
            continue
        reported += [Osd(host=node.host, **item) for item in report["osds"]]
    labels = {mon.hostname(node): node["metadata"]["labels"] for node in nodes}
    every = {one.id: one for one in [*have, *reported]}
    for one in every.values():
        context.kube.apply(osd.deployment(frame, one, labels.get(one.host, {})))
    if waiting:
        raise NotYet(f"devices are being prepared on {', '.join(waiting)}", 5.0)


def prepared(context: Context, frame: Frame, node: NodeDevices) -> Manifest | None:
    """Return the report of a node's preparation; start it when it has not been asked for."""
    space = frame.cluster.namespace
    manifest = osd.prepare_job(frame, context.settings(), node)
    name = manifest["metadata"]["name"]
    job = context.kube.get("Job", name, space)
    if job is None:
        log.info("preparing OSDs on %s", node.host)
        context.kube.create(manifest)
        return None
    same = (job["metadata"].get("annotations") or {}).get(osd.WANTED) == (
        manifest["metadata"]["annotations"][osd.WANTED]
    )
    ended = {
        condition["type"]
        for condition in (job.get("status") or {}).get("conditions") or ()
        if condition["status"] == "True"
    }
    if not ended & {"Complete", "Failed"}:
        return None
    pods = context.kube.list("Pod", space, f"job-name={name}")
    report = osd.report(pods) if same else None
    if report is None:
        # Asked for something else, failed, or its Pod is gone and nobody knows what it did.
        context.kube.delete("Job", name, space)
        if same and "Failed" in ended:
            reason = osd.failure(pods) or "its Pod left no message"
            raise StandinError(f"failed to prepare devices on {node.host}: {reason}")
        return None
    for item in report["skipped"]:
        log.warning("%s: skipping device %s: it %s", node.host, item["device"], item["reason"])
    return report


def hosts_with_daemons(context: Context, namespace: str) -> list[str]:
    """List the host names of nodes that hold Pods of Ceph's daemons."""
    nodes = {node["metadata"]["name"]: mon.hostname(node) for node in context.kube.list("Node")}
    pods = daemon_pods(context, namespace)
    found = {pod["spec"].get("nodeName") for pod in pods}
    return sorted(nodes[name] for name in found if name in nodes)


def daemon_pods(context: Context, namespace: str) -> list[Manifest]:
    selector = f"app in ({','.join(names.DAEMON_APPS)})"
    return context.kube.list("Pod", namespace, selector)
