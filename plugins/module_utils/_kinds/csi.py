# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of the kinds of the Ceph CSI operator. Pure."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import stays
from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import Kind, Version

_MOVED = "the driver does not find what it knows of volumes that exist"


def _csi(name: str, plural: str, *needs: str, **more: t.Any) -> tuple[Kind, ...]:
    """Return the rows of a kind of the CSI operator, which has to run when one is removed."""
    needed = ("Deployment", *needs)

    def row(version: str, since: Version, until: Version | None) -> Kind:
        own = {"needs": needed, "since": since, "until": until, **more}
        return Kind(name, "csi.ceph.io", version, plural, True, "operator", **own)

    return row("v1alpha1", (1, 15), (1, 17)), row("v1", (1, 18), None)


CSI_ROWS = tuple(
    itertools.chain(
        _csi("OperatorConfig", "operatorconfigs"),
        _csi("Driver", "drivers", "OperatorConfig"),
        _csi("CephConnection", "cephconnections"),
        _csi(
            "ClientProfile",
            "clientprofiles",
            "CephConnection",
            "OperatorConfig",
            fixed=(
                stays("spec.rbd.radosNamespace", _MOVED),
                stays("spec.cephFs.radosNamespace", _MOVED),
                stays("spec.nvmeof.radosNamespace", _MOVED),
            ),
        ),
        _csi(
            "ClientProfileMapping",
            "clientprofilemappings",
            "ClientProfile",
            "OperatorConfig",
            set_like={"spec.mappings": "localClientProfile"},
        ),
    )
)
