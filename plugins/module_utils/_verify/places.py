# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""On which nodes the pods of a proof can run, and why not on the others. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._nodes import unready

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Object = Mapping[str, t.Any]

HOSTNAME_LABEL = "kubernetes.io/hostname"
_KEEPS_AWAY = ("NoSchedule", "NoExecute")


@dataclasses.dataclass(frozen=True)
class Place:
    """A node that takes pods, and the storage drivers that run on it."""

    node: str
    hostname: str
    drivers: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Places:
    """The nodes that take pods, in the order of their names, and why the others do not."""

    usable: tuple[Place, ...]
    refused: Mapping[str, str]

    def best(self, driver: str = "") -> tuple[Place, ...]:
        """Return the nodes with the driver first; a driver may register itself any moment."""
        return tuple(sorted(self.usable, key=lambda place: driver not in place.drivers))

    def having(self, driver: str) -> tuple[Place, ...]:
        """Return the nodes on which the driver runs."""
        return tuple(place for place in self.usable if driver in place.drivers)


def find_places(
    nodes: Iterable[Object], csi_nodes: Iterable[Object], hosts: Collection[str]
) -> Places:
    """Judge the nodes of a site; without named hosts every node is the site's."""
    drivers = {
        item["metadata"]["name"]: frozenset(
            driver["name"] for driver in at(item, "spec.drivers") or ()
        )
        for item in csi_nodes
    }
    usable, refused = [], {}
    for node in sorted(nodes, key=lambda item: str(item["metadata"]["name"])):
        name = node["metadata"]["name"]
        reason = _reason(node, hosts)
        if reason:
            refused[name] = reason
        else:
            hostname = (node["metadata"].get("labels") or {}).get(HOSTNAME_LABEL, name)
            usable.append(Place(name, hostname, drivers.get(name, frozenset())))
    return Places(tuple(usable), refused)


def _reason(node: Object, hosts: Collection[str]) -> str:
    """Return why a node takes no pods of this site's proof, or nothing."""
    if hosts and node["metadata"]["name"] not in hosts:
        return "the model does not name it"
    if at(node, "spec.unschedulable"):
        return "it is cordoned"
    for taint in at(node, "spec.taints") or ():
        if taint.get("effect") in _KEEPS_AWAY:
            return f"its taint {taint['key']} keeps pods away"
    return unready(node) or ""
