# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of the kinds of the Ceph CSI operator. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import Kind


def _csi(name: str, plural: str, *needs: str) -> Kind:
    """Return the row of a kind of the CSI operator, which has to run when one is removed."""
    return Kind(name, "csi.ceph.io", "v1", plural, True, "operator", needs=("Deployment", *needs))


CSI_ROWS = (
    _csi("OperatorConfig", "operatorconfigs"),
    _csi("Driver", "drivers", "OperatorConfig"),
    _csi("CephConnection", "cephconnections"),
    _csi("ClientProfile", "clientprofiles", "CephConnection", "OperatorConfig"),
)
