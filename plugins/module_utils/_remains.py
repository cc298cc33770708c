# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What operators make for a site without an owner, and never remove. Pure.

Nothing tells these objects from others but what they are called or point to, which is the namespace
of the cluster. A ClientProfile holds its definition and its namespace until the CSI operator has
taken its finalizer away.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._holders import variables_of
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    CLUSTERS,
    MANAGER_LABEL,
    at,
    is_ours,
    is_rooks,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Manifest = Mapping[str, t.Any]

KINDS = frozenset(
    {"CSIDriver", "CephConnection", "ClientProfile", "DaemonSet", "Driver", "OperatorConfig"}
)
# What the operators of FlexVolume ran on every node.
_AGENTS = ("rook-agent", "rook-ceph-agent", "rook-discover")
DRIVERS = tuple(f".{driver}.csi.ceph.com" for driver in ("rbd", "cephfs", "nfs", "nvmeof"))
# What Rook up to 1.19 runs itself on every node where there is no CSI operator.
OWN_DRIVERS = frozenset({"csi-rbdplugin", "csi-cephfsplugin", "csi-nfsplugin"})
PREFIX = "CSI_DRIVER_NAME_PREFIX"
_CONFIG = "rook-ceph-operator-config"
# What Rook notes as the manager of what it writes.
_ROOK = "rook"
# Where Rook keeps in mind which hosts are being drained, without an owner.
_DRAINS = "rook-ceph-pdbstatemap"
# What it is called that Rook tells the CSI operator, beside a Driver for each type.
IMAGE_SET = "rook-csi-operator-image-set-configmap"
_TOLD = {
    "ConfigMap": IMAGE_SET,
    "OperatorConfig": "ceph-csi-operator-config",
}


def drivers_of(
    namespace: str, config: Mapping[str, t.Any], objects: Iterable[Manifest]
) -> frozenset[str]:
    """Return the names of the drivers of a namespace's operator, of all that it may have had.

    They begin with the namespace, or with what the operator's settings say, wanted or living.
    """
    prefixes = {namespace, config.get(PREFIX)}
    for item in objects:
        if at(item, "metadata.namespace") != namespace:
            continue
        name = item["metadata"]["name"]
        if item["kind"] == "ConfigMap" and name == _CONFIG:
            prefixes.add(at(item, f"data.{PREFIX}"))
        elif item["kind"] == "Driver":
            prefixes.update(name.removesuffix(end) for end in DRIVERS if name.endswith(end))
        elif item["kind"] == "Deployment":
            prefixes.update(value for name, value in variables_of(item) if name == PREFIX)
    return frozenset(f"{prefix}{end}" for prefix in prefixes if prefix for end in DRIVERS)


def _labels(manifest: Manifest) -> Mapping[str, t.Any]:
    """Return the labels of a workload's pods."""
    return t.cast("Mapping[str, t.Any]", at(manifest, "spec.template.metadata.labels") or {})


def is_handed_over(manifest: Manifest) -> bool:
    """Tell whether Rook has told the CSI operator something, which it does no more from 1.20 on.

    Up to 1.19 it makes these objects without a label and without an owner, and never removes them.
    """
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    told = name.endswith(DRIVERS) if kind == "Driver" else name == _TOLD.get(kind)
    managers = {entry.get("manager") for entry in at(manifest, "metadata.managedFields") or ()}
    kept = MANAGER_LABEL in (at(manifest, "metadata.labels") or {})
    return told and _ROOK in managers and not kept


def is_cluster_of_others(manifest: Manifest, site: str, namespace: str) -> bool:
    """Tell whether an object is a Ceph cluster in a site's namespace that is not the site's.

    Whatever Rook has in the namespace works for that one.
    """
    is_cluster = is_rooks(manifest) and manifest["kind"] in CLUSTERS
    inside = at(manifest, "metadata.namespace") == namespace
    return inside and is_cluster and not is_ours(manifest, site)


def remains(manifest: Manifest, namespace: str, drivers: frozenset[str]) -> bool:
    """Tell whether an object was made for the cluster in a namespace, and outlives it."""
    if manifest["kind"] == "CSIDriver":
        return manifest["metadata"]["name"] in drivers
    if at(manifest, "metadata.namespace") != namespace:
        return False
    if manifest["kind"] == "ConfigMap" and manifest["metadata"]["name"] == _DRAINS:
        return True
    if manifest["kind"] == "Driver" or manifest["kind"] in _TOLD:
        return is_handed_over(manifest)
    if manifest["kind"] not in KINDS:
        return False
    if manifest["kind"] == "DaemonSet":
        name = manifest["metadata"]["name"]
        return name in _AGENTS and _labels(manifest).get("app") == name
    path = (
        "metadata.name" if manifest["kind"] == "CephConnection" else "spec.cephConnectionRef.name"
    )
    return bool(at(manifest, path) == namespace)
