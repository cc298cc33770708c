# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How many OSDs a device becomes, and where one is. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at

OSD, HOSTNAME = "rook-ceph-osd", "kubernetes.io/hostname"
# Which claim an OSD is on.
CLAIM = "ceph.rook.io/pvc"


def osds_on(*levels: t.Any) -> int:
    """Return the OSDs on one device: the narrowest of cluster, node and device that says so."""
    told = [at(level, "config.osdsPerDevice") for level in reversed(levels)]
    return int(next(filter(None, told), 1))


def osds_of_node(storage: t.Any, node: Mapping[str, t.Any]) -> int:
    """Return how many OSDs the named devices and directories of a node become."""
    devices = sum(osds_on(storage, node, device) for device in node.get("devices") or ())
    return devices + len(node.get("directories") or ())


def node_of_osd(deployment: Mapping[str, t.Any]) -> str:
    """Return the node of an OSD by its Deployment, which Rook keeps until the OSD is purged."""
    node = at(deployment, "spec.template.spec.nodeSelector") or {}
    labels = at(deployment, "metadata.labels") or {}
    # On a volume that moves, an OSD is wherever that is attached.
    return str(node.get(HOSTNAME) or labels.get("topology-location-host") or "")
