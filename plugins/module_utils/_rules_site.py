# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about releases, monitors and the cluster's raw settings. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._eras import dotted
from ansible_collections.rookery.rook.plugins.module_utils._placement.crew import takers
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    count,
    dig,
    error,
    listed,
    warn,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

_IMAGE = "cluster.ceph_image"
# The first Kubernetes with server-side apply.
_APPLY = (1, 16)
# The first Rook that makes no OSD where none was asked for.
_NO_FALLBACK = (1, 0)


def kubernetes_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield whether the Kubernetes release suits the Rook release and this one (VER-01, VER-08)."""
    text = facts.get("kubernetes_version")
    version = _eras.parse_version(str(text)) if text else None
    if version is None:
        return
    if version[:2] < _APPLY:
        reason = f"what is wanted is merged by the server, which does so from {dotted(_APPLY)} on"
        cure = f"Upgrade Kubernetes to {dotted(_APPLY)} or more, with a Rook that is made for it."
        yield error("VER-08", "kubernetes_version", text, reason, cure)
    window = _eras.era(site.version).kubernetes
    reason = f"Rook {site.version} is made for {window}"
    if version[:2] < window.least:
        cure = f"Upgrade Kubernetes to {dotted(window.least)} or more, or take an older Rook."
        yield error("VER-01", "kubernetes_version", text, reason, cure)
    elif window.most and version[:2] > window.most:
        if window.ends:
            reason = f"{reason}, and an API that it needs is gone since"
            yield error("VER-01", "kubernetes_version", text, reason, "Take a newer Rook.")
        else:
            cure = "Take a newer Rook; this pair is not tested by upstream."
            yield warn("VER-01", "kubernetes_version", text, reason, cure)


def operator_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield files of another release of the operator than the one that is wanted (VER-07)."""
    text = str(facts.get("operator_release") or "")
    release = _eras.parse_version(text)
    if release is not None and not _eras.operator_fits(release, site.release):
        reason = f"its files are those of Rook {text}, and {site.version} is wanted"
        cure = f"Take the files or chart of {site.version}."
        yield error("VER-07", f"operator.{site.operator.source}", text, reason, cure)


def ceph_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield whether the Ceph image suits the Rook release (VER-02, VER-03, VER-05)."""
    image, era = site.cluster.ceph_image, _eras.era(site.version)
    if not era.ceph_image:
        # Ceph is part of Rook's own image.
        return
    version = _eras.image_version(image)
    if version is None or len(version) < 3:
        if "@" not in image:
            cure = f"Pin a full version, such as {era.ceph_image}."
            reason = "its tag does not say which Ceph it is, and may be another one tomorrow"
            yield warn("VER-05", _IMAGE, image, reason, cure)
        if version is None:
            return
    majors = listed(f"v{major}" for major in era.ceph_majors)
    if version < era.ceph_least[: len(version)]:
        reason = f"Rook {site.version} needs Ceph {dotted(era.ceph_least)} or more"
        yield error("VER-02", _IMAGE, image, reason, f"Take {era.ceph_image}.")
    elif version[0] not in era.ceph_majors and not site.cluster.ceph_allow_unsupported:
        reason = f"Rook {site.version} supports Ceph {majors}"
        cure = f"Take {era.ceph_image}, or set cluster.ceph_allow_unsupported."
        yield error("VER-02", _IMAGE, image, reason, cure)
    severity = era.ceph_bad.get(version)
    if severity:
        cure = f"Take {era.ceph_image}."
        if (_eras.image_version(era.ceph_image) or ()) < version:
            cure = f"Take a later one, or {era.ceph_image} where no Ceph runs yet."
        yield Finding("VER-03", severity, _IMAGE, image, _eras.BAD_CEPH_REASON, cure)


def monitor_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield whether the monitors find nodes and a majority (MON-01 to MON-03)."""
    wanted, several = site.cluster.mon_count, site.cluster.mon_allow_multiple_per_node
    path = "cluster.mon_count"
    if wanted % 2 == 0:
        reason = f"{wanted} monitors survive no more losses than {wanted - 1}"
        yield warn("MON-01", path, wanted, reason, f"Take {wanted - 1} or {wanted + 1}.")
    elif wanted == 1:
        reason = "with the only monitor the whole cluster is lost"
        yield warn("MON-01", path, wanted, reason, "Take 3 in production.")
    names = sorted(takers(site, facts))
    if names and wanted > len(names) and not several:
        reason = f"each monitor needs a node of its own and there are {len(names)}: {listed(names)}"
        missing = count(wanted - len(names), "node")
        odd = len(names) if len(names) % 2 else len(names) - 1
        cure = f"Add {missing}, lower mon_count to {odd}, or set mon_allow_multiple_per_node."
        # Somebody may have let control planes take pods by hand, which only the API can tell.
        told = error if facts.get("nodes") or wanted > len(site.hosts) else warn
        if not facts.get("nodes") and len(names) < len(site.hosts):
            cure = f"{cure} A control plane takes pods that is in group kube_node as well."
        yield told("MON-02", path, wanted, reason, cure)
    network = dig(site.cluster.spec, "network")
    on_host = dig(network, "provider") == "host" or dig(network, "hostNetwork") is True
    if on_host and several and wanted > 1:
        reason = "monitors on the network of their host cannot share one, their ports are the same"
        cure = "Set it to false, or leave the host's network."
        yield error("MON-03", "cluster.mon_allow_multiple_per_node", several, reason, cure)


def settings_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield what the raw settings may not contain (API-04, DISK-05, SEC-04)."""
    spec = site.cluster.spec
    if dig(spec, "storage.useAllNodes"):
        reason = "Rook ignores the list of hosts then, and takes every node"
        yield error("API-04", "cluster.spec.storage.useAllNodes", True, reason, "Remove it.")
    for key in ("useAllDevices", "deviceFilter", "devicePathFilter"):
        value = dig(spec, f"storage.{key}")
        if value:
            reason = "Rook would take disks that nobody named, a system disk among them"
            cure = "Remove it and name each device in rook_node_devices."
            yield error("DISK-05", f"cluster.spec.storage.{key}", value, reason, cure)
    policy = "cleanupPolicy.confirmation"
    if dig(spec, policy):
        reason = "Rook stops looking after a cluster whose cleanup is confirmed"
        cure = "Remove it; teardown sets it by itself when its time has come."
        yield error("SEC-04", f"cluster.spec.{policy}", dig(spec, policy), reason, cure)


def selection_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield whether hosts with devices are nodes, and whether there are any (API-05, API-07)."""
    sets = dig(site.cluster.spec, "storage.storageClassDeviceSets")
    if not site.storage_hosts and not sets:
        reason = "no host has a device, so there would be no OSD"
        cure = "List devices in rook_node_devices of the hosts of the group rook_storage."
        # Releases of old make an OSD of dataDirHostPath then, on every node.
        told = error if site.release >= _NO_FALLBACK else warn
        yield told("API-07", "hosts", len(site.hosts), reason, cure)
    nodes = facts.get("nodes")
    if not nodes:
        return
    known = {node.get("hostname", name) for name, node in nodes.items()}
    for host in site.storage_hosts:
        if host.name not in known:
            reason = f"no node has this name as its label kubernetes.io/hostname: {listed(known)}"
            cure = "Name the inventory host as its node."
            yield error("API-05", f"hosts.{host.name}", host.name, reason, cure)
