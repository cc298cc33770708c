# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The drivers that volumes come by: what they are called, and the one for NFS. Pure.

Rook and its files start those for RBD and CephFS, and that for NFS only when they are told to.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras, _kinds
from ansible_collections.rookery.rook.plugins.module_utils._render.storage import provisioner
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import is_on

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Manifest

_ENABLE = "ROOK_CSI_ENABLE_NFS"


def called(site: Site, manifest: Manifest) -> Manifest:
    """Return a driver of upstream's files under the name that storage classes have."""
    name = str(manifest["metadata"]["name"])
    kind, _dot, end = name.removeprefix(f"{site.namespace}.").partition(".")
    if manifest["kind"] != "Driver" or name != f"{site.namespace}.{kind}.{end}":
        return manifest
    return {**manifest, "metadata": {**manifest["metadata"], "name": provisioner(site, kind)}}


def needs_nfs(site: Site) -> bool:
    """Tell whether a class is of the driver for NFS."""
    return any(item.nfs for item in site.storage_classes) or any(
        item.kind == "VolumeSnapshotClass" and item.values["type"] == "nfs"
        for item in site.resources
    )


def nfs_settings(site: Site) -> dict[str, str]:
    """Return what the operator is told where it is Rook that starts the driver for NFS."""
    by_rook = _eras.era(site.version).starts_csi
    return {_ENABLE: "true"} if needs_nfs(site) and by_rook else {}


def nfs_driver(site: Site) -> Manifest | None:
    """Return the driver for NFS where the files of a release lack it; it has the usual settings."""
    if not needs_nfs(site) or _eras.era(site.version).starts_csi:
        return None
    row = _kinds.kind_in(site.release, "Driver")
    metadata = {"name": provisioner(site, "nfs"), "namespace": site.namespace}
    return {"apiVersion": row.api_version, "kind": row.name, "metadata": metadata, "spec": {}}


def nfs_cure(site: Site, found: Mapping[str, Manifest], settings: Manifest) -> str:
    """Return what makes a chart start the driver for NFS, or nothing when it does."""
    driver = nfs_driver(site)
    if driver is not None and _kinds.id_of(driver) not in found:
        return "Set drivers.nfs.enabled to true in operator.drivers_values, or leave it out."
    told = {**settings, **site.operator.config}
    if nfs_settings(site) and not is_on(told.get(_ENABLE)):
        return "Set csi.nfs.enabled to true in operator.values."
    return ""
