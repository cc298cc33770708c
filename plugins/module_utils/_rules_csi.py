# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about the drivers that volumes come by. Pure."""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._remains import OWN_DRIVERS, PREFIX
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    dig,
    error,
    listed,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import uses_csi_operator

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Operator, Site

# The kinds of parts of a cluster that drivers know by an id of their own: what a part is in, and
# the word for it in that id.
_PARTS = {
    "CephBlockPoolRadosNamespace": ("pool", "block"),
    "CephFilesystemSubVolumeGroup": ("filesystem", "file"),
}
# By what a driver is turned off: a setting of the operator, values of its chart and the drivers'.
SWITCHES = {
    "rbd": ("ROOK_CSI_ENABLE_RBD", "csi.enableRbdDriver", "drivers.rbd.enabled"),
    "cephfs": ("ROOK_CSI_ENABLE_CEPHFS", "csi.enableCephfsDriver", "drivers.cephfs.enabled"),
    "nfs": ("ROOK_CSI_ENABLE_NFS", "csi.nfs.enabled", "drivers.nfs.enabled"),
}
NO_DRIVER = ("ROOK_CSI_DISABLE_DRIVER", "csi.disableCsiDriver")
# The name of the part of a pool that is in no part of it.
_WHOLE_POOL = "<implicit>"


def prefix_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield a prefix of drivers' names that Rook does not give to the CSI operator (CSI-06)."""
    prefix = site.operator.config.get(PREFIX)
    by_rook = uses_csi_operator(site) and _eras.era(site.version).starts_csi
    if by_rook and prefix and prefix != site.namespace:
        reason = f"Rook calls the CSI operator's drivers {site.namespace} whatever this says"
        cure = (
            "Remove it; where volumes have been made with it, set ROOK_USE_CSI_OPERATOR to false."
        )
        yield error("CSI-06", f"operator.config.{PREFIX}", prefix, reason, cure)


def switch_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield drivers that are turned off although classes are of them (CSI-08)."""
    classes: dict[str, list[str]] = {}
    for item in site.storage_classes:
        kind = "nfs" if item.nfs else item.type
        if kind in SWITCHES and item.driver != "flex":
            classes.setdefault(kind, []).append(item.name)
    for kind, names in classes.items():
        for path, value in _turned_off(site.operator, kind):
            reason = f"claims of {listed(names)} would stay Pending: nobody makes their volumes"
            cure = "Leave it out, or remove these storage classes."
            yield error("CSI-08", path, value, reason, cure)


def _turned_off(operator: Operator, kind: str) -> Iterator[tuple[str, t.Any]]:
    """Yield where a driver is turned off, with what is said there."""
    setting, value, driver = SWITCHES[kind]
    for place, path, off in (
        ("config", setting, "false"),
        ("config", NO_DRIVER[0], "true"),
        ("values", value, "false"),
        ("values", NO_DRIVER[1], "true"),
        ("drivers_values", driver, "false"),
    ):
        told = dig(getattr(operator, place), path)
        if str(told).lower() == off:
            yield f"operator.{place}.{path}", told


def own_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield drivers of Rook's own that nobody would hand over any more (CSI-07)."""
    own = OWN_DRIVERS & {str(name) for name in facts.get("holders") or ()}
    if own and not _eras.era(site.version).starts_csi:
        reason = f"1.20 leaves these as they are, and their names taken: {listed(sorted(own))}"
        cure = "Set ROOK_USE_CSI_OPERATOR to true on 1.19, and wait until they are gone."
        yield error("CSI-07", "version", site.version, reason, cure)


def cluster_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield classes of a cluster that nobody knows (NAME-07)."""
    parts = sorted(_part_ids(site))
    for place, item in enumerate(site.storage_classes):
        name = item.parameters.get("clusterID")
        if name and name not in (site.namespace, *parts) and item.type in ("rbd", "cephfs"):
            reason = f"the cluster answers to its namespace, {site.namespace}"
            reason += f", and its parts to {listed(parts)}" if parts else ""
            path = f"storage_classes[{place}].parameters.clusterID"
            yield error("NAME-07", path, name, reason, "Remove it.")


def _part_ids(site: Site) -> Iterator[str]:
    """Yield the ids of the site's parts: those that are given, else the ones that Rook makes."""
    for item in site.resources:
        if item.kind not in _PARTS:
            continue
        owner, word = _PARTS[item.kind]
        name = item.values.get("name_in_ceph") or item.name
        name = "" if name == _WHOLE_POOL else name
        text = f"{site.namespace}-{item.values.get(owner)}-{word}-{name}"
        made = hashlib.sha256(text.encode()).hexdigest()[:32]
        yield str(item.values.get("cluster_id") or made)
