# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Which nodes keep a cluster's daemons from running. Pure.

Rook makes no OSD on a node that is cordoned or not ready, and says so in its log alone; the pod of
a daemon that is there already has its node, and stays without one.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._kinds.osds import (
    HOSTNAME,
    node_of_osd,
    osds_of_node,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import (
    available,
    condition,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Manifest = Mapping[str, t.Any]

# The label of what Rook runs for a moment to learn where the scheduler puts a monitor.
_CANARY = "mon_canary"


def closed_to_daemons(
    cluster: Manifest, daemons: Iterable[Manifest], nodes: Sequence[Manifest]
) -> dict[str, str]:
    """Return node -> reason for each to which daemons that are not available are tied.

    What looks for the place of a monitor that is to be is tied to none: the cluster's nodes count.
    """
    late = [item for item in daemons if available(item) < int(at(item, "spec.replicas") or 1)]
    names = {node_of_osd(item) for item in late}
    if any(_CANARY in (at(item, "metadata.labels") or {}) for item in late):
        names |= {str(node.get("name")) for node in at(cluster, "spec.storage.nodes") or ()}
    return _closed(names, nodes)


def closed_to_osds(
    cluster: Manifest, osds: Sequence[Manifest], nodes: Sequence[Manifest]
) -> dict[str, str]:
    """Return node -> reason for each on which OSDs are wanted that are not there."""
    storage = at(cluster, "spec.storage") or {}
    placed = [node_of_osd(item) for item in osds]
    # One whose node is not known may be on any of them.
    short = (
        str(node.get("name"))
        for node in storage.get("nodes") or ()
        if placed.count(str(node.get("name"))) + placed.count("") < osds_of_node(storage, node)
    )
    return _closed(short, nodes)


def _closed(names: Iterable[str], nodes: Sequence[Manifest]) -> dict[str, str]:
    """Return node -> reason for each that takes no pods; of what nobody has listed, nothing."""
    known = {name: node for node in nodes for name in _names(node)}
    wanted = sorted(set(names) - {""}) if known else []
    found = {name: _reason(known.get(name)) for name in wanted}
    return {name: reason for name, reason in found.items() if reason}


def _names(node: Manifest) -> tuple[str, ...]:
    """Return what Rook calls a node: its label, or else its name."""
    name = str(node["metadata"]["name"])
    return name, str((at(node, "metadata.labels") or {}).get(HOSTNAME) or name)


def _reason(node: Manifest | None) -> str:
    """Return why no pod comes to a node, in words that stay the same while it lasts."""
    if node is None:
        return "is not in the cluster"
    if at(node, "spec.unschedulable"):
        name = node["metadata"]["name"]
        return f"is cordoned: no pod comes to it before 'kubectl uncordon {name}'"
    ready = condition(node, "Ready")
    if ready and ready.get("status") != "True":
        return f"is not ready ({ready.get('reason') or ready.get('status')})"
    return ""
