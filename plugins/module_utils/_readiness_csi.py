# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Can pods on every node use a storage class: is its CSI driver registered there. Pure.

FlexVolume's classes and those of buckets have no driver that a node would know.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import (
    Expect,
    Judge,
    Manifest,
    NotReady,
    Ready,
    Verdict,
    few,
)
from ansible_collections.rookery.rook.plugins.module_utils._remains import DRIVERS
from ansible_collections.rookery.rook.plugins.module_utils._rules_csi import NO_DRIVER, SWITCHES

# Settings that Rook takes for true or false.
_BOOLEANS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
_KEEPS_AWAY = ("NoSchedule", "NoExecute")


def class_ready(manifest: Manifest, children: Sequence[Manifest], expect: Expect) -> Verdict:
    """Judge a StorageClass by the nodes that list its driver."""
    driver = str(at(manifest, "provisioner") or "")
    rolled_out = {_name(child) for child in children if _is(child, "CSIDriver")}
    plugins = [child for child in children if _is(child, "DaemonSet") and _brings(child, driver)]
    if not plugins and not _is_to_come(driver, children, expect.release):
        return Ready()
    listed = registered(manifest, children)
    wanted = at(plugins[0], "status.desiredNumberScheduled") if plugins else None
    # Where an operator is told to run the plugin on some nodes only, these are all.
    if wanted and len(listed) >= int(wanted):
        return Ready()
    nodes = [child for child in children if _is(child, "Node") and _takes_pods(child)]
    missing = sorted(_name(node) for node in nodes if _name(node) not in listed)
    if not missing:
        return Ready()
    reason = (
        f"driver {driver} is not registered on {len(missing)} of {len(nodes)} nodes that take pods "
        f"({few(missing)})"
    )
    if driver not in rolled_out:
        reason = f"there is no CSIDriver {driver}, which its operator has to make; {reason}"
    return NotReady(reason)


def _is_to_come(driver: str, children: Sequence[Manifest], release: _eras.Version) -> bool:
    """Tell whether a driver is there, or one of Ceph's that its operator has not set up yet.

    Operators set up one driver after the other. Where Rook starts them, its settings tell which;
    else an operator that has, or is to have, others was told to leave this one out (CSI-08).
    """
    known = {_name(child) for child in children if child["kind"] in ("CSIDriver", "Driver")}
    prefix, kind = next(
        ((driver.removesuffix(end), end.split(".")[1]) for end in DRIVERS if driver.endswith(end)),
        ("", ""),
    )
    if driver in known or not kind:
        return driver in known
    told = _told(kind, children, _eras.ERAS.get(release[:2], _eras.NEWEST))
    return told if told is not None else not known & {f"{prefix}{end}" for end in DRIVERS}


def _told(kind: str, children: Sequence[Manifest], era: _eras.Era) -> bool | None:
    """Return whether Rook is told to start a kind of driver, None where its settings do not say."""
    settings: Mapping[str, t.Any] = next(
        (
            at(child, "data") or {}
            for child in children
            if _is(child, "ConfigMap") and _name(child) == era.config
        ),
        {},
    )
    if not era.starts_csi or kind not in SWITCHES:
        return None
    if _BOOLEANS.get(str(settings.get(NO_DRIVER[0])).lower()):
        return False
    return _BOOLEANS.get(str(settings.get(SWITCHES[kind][0])).lower())


def registered(manifest: Manifest, children: Sequence[Manifest]) -> frozenset[str]:
    """Return the names of the nodes on which a class's driver is registered."""
    driver = at(manifest, "provisioner")
    return frozenset(
        _name(child)
        for child in children
        if _is(child, "CSINode")
        and any(item.get("name") == driver for item in at(child, "spec.drivers") or ())
    )


def _is(child: Manifest, kind: str) -> bool:
    return str(child["kind"]) == kind


def _name(child: Manifest) -> str:
    return str(child["metadata"]["name"])


def _takes_pods(node: Manifest) -> bool:
    """Tell whether pods that tolerate nothing can come to a node."""
    taints = at(node, "spec.taints") or ()
    away = any(taint.get("effect") in _KEEPS_AWAY for taint in taints)
    return not at(node, "spec.unschedulable") and not away


def _brings(daemons: Manifest, driver: str) -> bool:
    """Tell whether daemons register a driver with kubelet, by the socket that they name to it."""
    containers: Sequence[Mapping[str, t.Any]] = at(daemons, "spec.template.spec.containers") or ()
    return any(
        f"/plugins/{driver}/" in str(word)
        for container in containers
        for word in (*(container.get("args") or ()), *(container.get("command") or ()))
    )


CSI_JUDGES: Mapping[str, Judge] = {"class": class_ready}
