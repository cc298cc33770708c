# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The daemons of a site, and the nodes that can take them. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._placement.daemons import (
    Daemons,
    monitors,
    service,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.domains import DOMAIN_LABELS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site


def read_daemons(site: Site, facts: Mapping[str, t.Any]) -> tuple[Daemons, ...]:
    """Return monitors, managers, metadata servers and gateways, with what they survive."""
    return tuple(_daemons(site, _units(site, facts)))


def tolerates(site: Site) -> bool:
    """Tell whether somebody has thought of tolerations."""
    placement = site.cluster.spec.get("placement")
    parts = placement.values() if isinstance(placement, Mapping) else ()
    return any(isinstance(part, Mapping) and part.get("tolerations") for part in parts)


def takers(site: Site, facts: Mapping[str, t.Any]) -> dict[str, Mapping[str, t.Any]]:
    """Return the nodes that take pods of the site; without an answer of the API, its hosts.

    Nodes that repel pods take those of a site that tolerates something.
    """
    coming = {host.name: {"schedulable": host.takes_pods} for host in site.hosts}
    nodes: Mapping[str, t.Any] = facts.get("nodes") or coming
    every = tolerates(site)
    return {name: node for name, node in nodes.items() if every or node.get("schedulable", True)}


def _units(site: Site, facts: Mapping[str, t.Any]) -> dict[str, dict[str, list[str]]]:
    """Return the nodes that take pods, by level and by name there."""
    given = {host.name: host.labels for host in site.hosts}
    found: dict[str, dict[str, list[str]]] = {"host": {}}
    for name, node in sorted(takers(site, facts).items()):
        labels = {**given.get(name, {}), **(node.get("labels") or {})}
        found["host"][name] = [name]
        for level, label in DOMAIN_LABELS.items():
            if labels.get(label):
                found.setdefault(level, {}).setdefault(labels[label], []).append(name)
    return found


def _on_host_network(site: Site) -> bool:
    """Tell whether daemons listen on the ports of their host, where there is each port once."""
    network = site.cluster.spec.get("network")
    if not isinstance(network, Mapping):
        return False
    return network.get("provider") == "host" or network.get("hostNetwork") is True


def _daemons(site: Site, units: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Daemons]:
    """Yield the daemons."""
    cluster, nodes = site.cluster, len(units["host"])
    mon = cluster.spec.get("mon")
    stretch = mon.get("stretchCluster") if isinstance(mon, Mapping) else None
    named = stretch.get("zones") if isinstance(stretch, Mapping) else None
    zones = len(named) if isinstance(named, (list, tuple)) else 0
    several = cluster.mon_allow_multiple_per_node
    yield monitors(cluster.mon_count, units, several=several, zones=zones)
    yield service("mgr", "", cluster.mgr_count, nodes, apart=True)
    for filesystem in site.filesystems:
        active = filesystem.active_mds
        # Rook makes one more of each for the active ones to fall back on.
        wanted = active * 2
        yield service("mds", filesystem.name, wanted, nodes, needed=active, apart=False)
    apart = _on_host_network(site)
    for store in site.object_stores:
        yield service("rgw", store.name, store.gateway.instances, nodes, apart=apart)
