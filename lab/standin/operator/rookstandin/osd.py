# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OSDs: which devices on which nodes, the jobs that prepare them, the daemons. Pure."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass

from rookstandin import identity as ids
from rookstandin import mon, names, podspec
from rookstandin.podspec import Frame, Manifest
from rookstandin.settings import Settings

PREPARE_APP = "rook-ceph-osd-prepare"
DEVICE = "rookery.lab/device"
UUID = "rookery.lab/osd-uuid"
WANTED = "rookery.lab/wanted"
OSD_CAPS = {"mon": "allow profile osd", "mgr": "allow profile osd", "osd": "allow *"}
TOPOLOGY = {
    "topology.kubernetes.io/region": "region",
    "topology.kubernetes.io/zone": "zone",
    "topology.rook.io/rack": "rack",
}

# The label on the device, not the operator's memory, says whose OSD it is.
ACTIVATE = """
set -eu
if ! ceph-bluestore-tool show-label --dev "$DEVICE" | grep -q "$OSD_UUID"; then
  echo "$DEVICE does not hold OSD $OSD_ID ($OSD_UUID)" | tee /dev/termination-log
  exit 1
fi
chown ceph:ceph "$(readlink -f "$DEVICE")"
chown --recursive ceph:ceph /var/log/ceph /var/lib/ceph/crash /run/ceph
ceph-bluestore-tool prime-osd-dir --no-mon-config --dev "$DEVICE" --path "$OSD_DATA"
ln -snf "$DEVICE" "$OSD_DATA/block"
chown -h ceph:ceph "$OSD_DATA"/* "$OSD_DATA"
"""


@dataclass(frozen=True)
class NodeDevices:
    """The devices that the specification names on one node."""

    host: str
    devices: tuple[str, ...]
    config: tuple[tuple[str, str], ...] = ()
    all_devices: bool = False


@dataclass(frozen=True)
class Osd:
    """An OSD that lives on a device."""

    id: int
    uuid: str
    device: str
    host: str
    device_class: str = ""


def device_path(name: str) -> str:
    return name if name.startswith("/dev/") else f"/dev/{name}"


def wanted(frame: Frame, nodes: list[Manifest]) -> list[NodeDevices]:
    """Read spec.storage: nodes by host name, or all usable nodes."""
    storage = frame.cluster.at("storage", {})
    present = {mon.hostname(node) for node in nodes if mon.usable(node, frame, "osd")}
    if storage.get("useAllNodes"):
        entries: list[Manifest] = [{"name": name} for name in sorted(present)]
    else:
        entries = [entry for entry in storage.get("nodes") or () if entry["name"] in present]
    result = []
    for entry in entries:
        devices = entry.get("devices") or storage.get("devices") or ()
        config = {**(storage.get("config") or {}), **(entry.get("config") or {})}
        everything = entry.get("useAllDevices", storage.get("useAllDevices", False))
        result.append(
            NodeDevices(
                entry["name"],
                tuple(device_path(device["name"]) for device in devices),
                tuple(sorted(config.items())),
                bool(everything) and not devices,
            )
        )
    return [node for node in result if node.devices or node.all_devices]


def location(host: str, node_labels: dict[str, str]) -> str:
    """Say where in the CRUSH map an OSD belongs: its host, and above it what the labels tell."""
    levels = [("root", "default"), ("host", host.replace(".", "-"))]
    levels += [(level, node_labels[key]) for key, level in TOPOLOGY.items() if key in node_labels]
    return " ".join(f"{level}={name}" for level, name in levels)


def request_hash(frame: Frame, node: NodeDevices) -> str:
    """Tell two preparations apart: a new generation of the resource asks anew, as in Rook."""
    text = repr((frame.fsid, frame.cluster.generation, node))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _prepare_container(frame: Frame, settings: Settings, node: NodeDevices) -> Manifest:
    request = {
        "fsid": frame.fsid, "devices": node.devices, "all_devices": node.all_devices,
        "config": dict(node.config), "loop_devices": settings.loop_devices,
    }  # fmt: skip
    host = [
        {"name": "devices", "mountPath": "/dev"}, {"name": "udev", "mountPath": "/run/udev"},
    ]  # fmt: skip
    command = ["python3", "-m", "rookstandin.prepare"]
    container = podspec.container(frame, "provision", command, [], host)
    container |= {
        "image": settings.image, "imagePullPolicy": settings.pull_policy,
        "securityContext": {"privileged": True, "runAsUser": 0},
    }  # fmt: skip
    container["env"].append({"name": "REQUEST", "value": json.dumps(request)})
    # ceph-volume wants its configuration in /etc/ceph, which must then be the container's own.
    for mount in container["volumeMounts"]:
        mount["mountPath"] = mount["mountPath"].replace("/etc/ceph", "/etc/rook")
    return container


def prepare_job(frame: Frame, settings: Settings, node: NodeDevices) -> Manifest:
    """Make the Job that turns a node's devices into OSDs and reports them when it ends."""
    cluster = frame.cluster
    labels = names.app_labels(PREPARE_APP, cluster.namespace)
    pod: Manifest = {
        # A Pod that failed stays, and with it what it says.
        "restartPolicy": "Never", "serviceAccountName": "rook-ceph-osd",
        "automountServiceAccountToken": False, "enableServiceLinks": False,
        "nodeSelector": {mon.HOSTNAME: node.host},
        "containers": [_prepare_container(frame, settings, node)],
        "tolerations": frame.tolerations("osd") + frame.tolerations("prepareosd"),
        "volumes": [
            *podspec.volumes(frame, ids.ADMIN_KEYRING),
            {"name": "devices", "hostPath": {"path": "/dev"}},
            {"name": "udev", "hostPath": {"path": "/run/udev"}},
        ],
    }  # fmt: skip
    if frame.host_network:
        pod |= {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}
    return {
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {
            "name": names.limited(f"{PREPARE_APP}-{{}}", node.host), "namespace": cluster.namespace,
            "labels": labels, "ownerReferences": [cluster.owner()],
            "annotations": {WANTED: request_hash(frame, node)},
        },
        "spec": {
            "backoffLimit": 2,
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }  # fmt: skip


def daemon(frame: Frame, osd: Osd) -> names.Daemon:
    number = str(osd.id)
    extra = (("ceph-osd-id", number),)
    space, parent = frame.cluster.namespace, frame.cluster.name
    return names.Daemon("osd", number, space, parent, "cephclusters", extra)


def deployment(frame: Frame, osd: Osd, node_labels: dict[str, str]) -> Manifest:
    """Make the Deployment of an OSD, pinned to the node that has its device."""
    data = f"/var/lib/ceph/osd/ceph-{osd.id}"
    extra = [
        {"name": "activate-osd", "mountPath": data}, {"name": "devices", "mountPath": "/dev"},
    ]  # fmt: skip
    privileged = {"privileged": True, "runAsUser": 0}
    init = podspec.container(frame, "activate", ["sh", "-c", ACTIVATE], [], extra)
    init["env"] += [
        {"name": "DEVICE", "value": osd.device}, {"name": "OSD_DATA", "value": data},
        {"name": "OSD_ID", "value": str(osd.id)}, {"name": "OSD_UUID", "value": osd.uuid},
    ]  # fmt: skip
    args = [
        "--foreground", *podspec.flags(frame.fsid, str(osd.id), f"{data}/keyring"),
        f"--crush-location={location(osd.host, node_labels)}",
    ]  # fmt: skip
    main = podspec.container(frame, "osd", ["ceph-osd"], args, extra)
    init["securityContext"] = main["securityContext"] = privileged
    if resources := frame.cluster.at("resources.osd"):
        main["resources"] = resources
    host_path = {"path": frame.host_path(f"{frame.fsid}_{osd.uuid}"), "type": "DirectoryOrCreate"}
    pod: dict[str, t.Any] = {
        "nodeSelector": {mon.HOSTNAME: osd.host}, "initContainers": [init], "containers": [main],
        "volumes": [
            *podspec.volumes(frame, ids.ADMIN_KEYRING),
            {"name": "activate-osd", "hostPath": host_path},
            {"name": "devices", "hostPath": {"path": "/dev"}},
        ],
    }  # fmt: skip
    manifest = podspec.deployment(frame, daemon(frame, osd), frame.cluster.owner(), pod)
    meta = manifest["metadata"]
    meta["annotations"] = {DEVICE: osd.device, UUID: osd.uuid}
    labels = {
        "failure-domain": osd.host, "portable": "false", "device-class": osd.device_class,
        "osd-store": "bluestore", "encrypted": "false",
    }  # fmt: skip
    for labelled in (meta, manifest["spec"]["template"]["metadata"]):
        labelled["labels"] |= labels
    return manifest


def _ends(pods: list[Manifest]) -> t.Iterator[Manifest]:
    """Yield how the containers of a prepare Job's Pods have ended, and left a message."""
    for pod in pods:
        for status in pod.get("status", {}).get("containerStatuses") or ():
            for state in ("state", "lastState"):
                ended = status.get(state, {}).get("terminated") or {}
                if ended.get("message"):
                    yield ended


def report(pods: list[Manifest]) -> dict[str, t.Any] | None:
    """Read what a prepare Job's Pod left as its termination message; None while there is none."""
    good = (json.loads(ended["message"]) for ended in _ends(pods) if ended.get("exitCode") == 0)
    return next(good, None)


def failure(pods: list[Manifest]) -> str:
    """Return what a prepare Job's Pod said when it failed; empty when it said nothing."""
    return next((str(ended["message"]) for ended in _ends(pods) if ended.get("exitCode")), "")


def existing(deployments: list[Manifest]) -> list[Osd]:
    """Read the OSDs from their Deployments."""
    return [
        Osd(
            int(item["metadata"]["labels"]["ceph-osd-id"]),
            item["metadata"]["annotations"][UUID],
            item["metadata"]["annotations"][DEVICE],
            item["spec"]["template"]["spec"]["nodeSelector"][mon.HOSTNAME],
            item["metadata"]["labels"].get("device-class", ""),
        )
        for item in deployments
    ]
