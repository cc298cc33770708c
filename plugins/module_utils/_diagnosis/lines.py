# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Turn objects and logs into lines of evidence. Pure; no secret gets into a line."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.current import about, recent
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import Line
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at, id_of, make_id
from ansible_collections.rookery.rook.plugins.module_utils._kinds.osds import OSD
from ansible_collections.rookery.rook.plugins.module_utils._readiness_ceph import expected_osds
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import condition
from ansible_collections.rookery.rook.plugins.module_utils._readiness_nodes import (
    closed_to_daemons,
    closed_to_osds,
)
from ansible_collections.rookery.rook.plugins.module_utils._redact import hidden

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import Manifest

LONGEST = 600
# What containers wait for in the usual course of things.
_USUAL = ("ContainerCreating", "PodInitializing", "Completed")
# Conditions that are bad when they are true; the others are when they are false.
_BAD = re.compile(r"Pressure$|Unavailable$|Blocked$|Failure$|Remaining$|^Failed|Terminating|Stuck")
_JUDGED = re.compile(r"^(Ceph|Cluster$|Pool$|Filesystem$|Object)")
_CLAIMS = ("PersistentVolumeClaim", "ObjectBucketClaim", "VolumeSnapshot")
# The time at the beginning of a line, as Rook, Ceph, Kubernetes' libraries and journals write it.
_TIME = re.compile(
    r"^(?:[\dT:.,+Z/-]{8,}\s+){1,2}|^[IWEF]\d{4} [\d:.]+\s+\d+ |^debug \S+ \S+ |^\[\s*\d+\.\d+\] "
    r"|^\w{3}\s+\d+ [\d:]{8} \S+ "
)


def line(source: str, name: str, text: str) -> Line:
    """Return a line of evidence without secrets, on one line, and not too long."""
    return Line(source, name, " ".join(hidden(text).split())[:LONGEST])


def lines_of(item: Manifest) -> Iterator[Line]:
    """Yield what an object says of itself."""
    kind, name = item["kind"], id_of(item)
    if at(item, "metadata.deletionTimestamp") and at(item, "metadata.finalizers"):
        held = ", ".join(at(item, "metadata.finalizers"))
        yield line("deletion", name, f"it is being deleted, finalizers: {held}")
    if kind == "Event":
        yield _event(item)
    elif kind == "Pod":
        yield from _pod(item, name)
    elif kind == "Node":
        yield from _node(item, name)
    else:
        yield from _status(item, name)
        yield from _conditions(item, "condition", name)
    if kind == "CephCluster":
        for code, check in sorted((at(item, "status.ceph.details") or {}).items()):
            said = f"{code} {check.get('severity', '')}: {check.get('message', '')}"
            yield line("health", name, said)
    if kind == "Cluster" and not at(item, "spec.dataDirHostPath"):
        yield line("status", name, "spec.dataDirHostPath is not set")


def log_lines(source: str, name: str, text: str) -> Iterator[Line]:
    """Yield the lines of a log's last hour; of those that differ in their time alone, the last."""
    told = recent([said for said in hidden(text).splitlines() if said.strip()])
    last = {_TIME.sub("", said): said for said in told}
    yield from (line(source, name, said) for said in last.values())


def layouts(items: Iterable[Manifest], pods: Iterable[Manifest]) -> Iterator[Line]:
    """Yield each pool that wants more hosts, or OSDs, than there are."""
    osds = [pod for pod in pods if at(pod, "metadata.labels.app") == "rook-ceph-osd"]
    hosts = {at(pod, "metadata.labels.topology-location-host") or _host(pod) for pod in osds}
    places = {"host": len(hosts - {""}), "osd": len(osds)}
    for item in items if osds else ():
        for where, pool in _pools(item):
            domain = str(pool.get("failureDomain") or "host")
            need = _need(pool)
            if need > places.get(domain, need):
                said = f"{where} needs {need} {domain}s, there are OSDs on {places[domain]}"
                yield line("layout", id_of(item), said)


def absences(
    seen: Mapping[str, Iterable[Manifest]], unserved: Iterable[tuple[str, str]], places: str
) -> Iterator[Line]:
    """Yield what should be there and is not; seen has the objects of each kind that was listed.

    unserved are definitions that are missing, each with what it defines.
    """
    for name, kind in unserved:
        said = f"the API does not know kind {kind}"
        yield line("absent", make_id("CustomResourceDefinition", "", name), said)
    pods = [pod for pod in seen.get("Pod", ()) if not at(pod, "metadata.deletionTimestamp")]
    apps = {at(pod, "metadata.labels.app") for pod in pods}
    if "Pod" in seen and not apps & {"rook-ceph-operator", "rook-operator"}:
        yield line("absent", "", f"there is no pod of the operator in {places}")
    for cluster in seen.get("CephCluster", ()):
        stands = at(cluster, "status.phase") == "Ready" and not (
            at(cluster, "spec.external.enable") or at(cluster, "metadata.deletionTimestamp")
        )
        have = sum(at(pod, "metadata.labels.app") == "rook-ceph-osd" for pod in pods)
        yield from _closed(cluster, seen)
        wanted = expected_osds(cluster)
        if stands and "Pod" in seen and not have:
            yield line("absent", id_of(cluster), "there is no pod of an OSD")
        elif stands and "Pod" in seen and have < wanted:
            said = f"there are pods of {have} OSDs, {wanted} OSDs are wanted"
            yield line("absent", id_of(cluster), said)
    if "CSIDriver" in seen:
        yield from _undriven(seen)


def _closed(cluster: Manifest, seen: Mapping[str, Iterable[Manifest]]) -> Iterator[Line]:
    """Yield the nodes that take no pods and on which a cluster's OSDs are wanted."""
    home = at(cluster, "metadata.namespace")
    osds = [
        item
        for item in seen.get("Deployment", ())
        if at(item, "metadata.labels.app") == OSD and at(item, "metadata.namespace") == home
    ]
    nodes = tuple(seen.get("Node", ()))
    if "Deployment" in seen and not at(cluster, "metadata.deletionTimestamp"):
        closed = closed_to_daemons(cluster, osds, nodes) | closed_to_osds(cluster, osds, nodes)
        for name, reason in sorted(closed.items()):
            yield line("absent", make_id("Node", "", name), f"an OSD wants this node: it {reason}")


def _undriven(seen: Mapping[str, Iterable[Manifest]]) -> Iterator[Line]:
    """Yield the drivers that claims wait for and that are not there."""
    drivers = {item["metadata"]["name"] for item in seen["CSIDriver"]}
    wanted = {at(item, "spec.storageClassName") for item in seen.get("PersistentVolumeClaim", ())}
    for item in seen.get("StorageClass", ()):
        driver, name = str(item.get("provisioner")), item["metadata"]["name"]
        if name in wanted and driver.endswith(".csi.ceph.com") and driver not in drivers:
            said = f"StorageClass {name} names this driver and there is no CSIDriver of this name"
            yield line("absent", make_id("CSIDriver", "", driver), said)


def _event(item: Manifest) -> Line:
    """Return what an event says, of the object that it is about."""
    said = f"{item.get('reason')}: {item.get('message') or item.get('note')}"
    return line("event", about(item), said)


def _status(item: Manifest, name: str) -> Iterator[Line]:
    """Yield phase, state and message of a status."""
    status = item.get("status") or {}
    if item["kind"] in _CLAIMS and not status:
        yield line("status", name, "no status yet")
    words = [f"{key} {status[key]}" for key in ("phase", "state") if status.get(key)]
    said = status.get("message") or at(status, "error.message") or ""
    if words or said:
        prefix = "error" if at(status, "error.message") else " ".join(words)
        yield line("status", name, f"{prefix}: {said}" if said else prefix)


def _conditions(item: Manifest, source: str, name: str) -> Iterator[Line]:
    """Yield the conditions that tell of something; of Rook's own objects all of them."""
    for each in at(item, "status.conditions") or ():
        kind, state = str(each.get("type")), str(each.get("status"))
        bad = state == "True" if _BAD.search(kind) else state != "True"
        if bad or _JUDGED.match(item["kind"]):
            said = f"{kind}={state} {each.get('reason', '')}: {each.get('message', '')}"
            yield line(source, name, said)


def _node(item: Manifest, name: str) -> Iterator[Line]:
    """Yield what is wrong with a node."""
    yield from _conditions(item, "node", name)
    for taint in at(item, "spec.taints") or ():
        yield line("node", name, f"taint {taint.get('key')}:{taint.get('effect')}")


def _pod(item: Manifest, name: str) -> Iterator[Line]:
    """Yield why a pod does not run, by the scheduler first, then by its containers."""
    status = item.get("status") or {}
    scheduled = condition(item, "PodScheduled")
    if scheduled.get("status") == "False":
        said = f"unschedulable {scheduled.get('reason', '')}: {scheduled.get('message', '')}"
        yield line("pod", name, said)
    if status.get("phase") == "Failed":
        yield line("pod", name, f"failed {status.get('reason', '')}: {status.get('message', '')}")
    for kind in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(kind) or ():
            yield from _container(container, name)


def _container(container: Mapping[str, t.Any], name: str) -> Iterator[Line]:
    """Yield why a container waits, and how it ended when it did not end well."""
    waits = at(container, "state.waiting") or {}
    if waits and waits.get("reason") not in _USUAL:
        said = f"{container['name']} waiting {waits.get('reason')}: {waits.get('message', '')}"
        yield line("pod", name, said)
    # How it ended the last time is history once it is well again.
    for when in (
        "state.terminated",
        *(() if container.get("ready") else ("lastState.terminated",)),
    ):
        ended = at(container, when) or {}
        if ended.get("exitCode"):
            said = f"{container['name']} terminated {ended.get('reason')} ({ended['exitCode']})"
            yield line("pod", name, f"{said}: {ended.get('message', '')}")


def _host(pod: Manifest) -> str:
    """Return the node of a pod."""
    return str(at(pod, "spec.nodeName") or "")


def _pools(item: Manifest) -> Iterator[tuple[str, Mapping[str, t.Any]]]:
    """Yield the pools that an object asks for, with their place in its spec."""
    spec = item.get("spec") or {}
    if item["kind"] in ("CephBlockPool", "Pool"):
        yield "the pool", spec
    for field in ("metadataPool", "dataPool"):
        if spec.get(field):
            yield field, spec[field]
    for place, pool in enumerate(spec.get("dataPools") or ()):
        yield f"dataPools[{place}]", pool


def _need(pool: Mapping[str, t.Any]) -> int:
    """Return how many places a pool wants for each piece of data."""
    size = int(at(pool, "replicated.size") or 0)
    if at(pool, "replicated.replicasPerFailureDomain"):
        return -(-size // int(at(pool, "replicated.replicasPerFailureDomain")))
    coded = pool.get("erasureCoded") or {}
    return size or int(coded.get("dataChunks") or 0) + int(coded.get("codingChunks") or 0)
