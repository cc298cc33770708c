# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about what hosts found out of each other: ways, packets, clocks, registries. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    error,
    grouped,
    host_facts,
    listed,
    table,
    warn,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import on_openstack

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

    Peers = Mapping[str, t.Any]

# Seconds between the clocks of monitors from which Ceph warns.
_DRIFT = 0.05
_OPEN = "Let 3300, 6789 and 6800 to 7300/tcp pass between all nodes."


def peer_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield ways between hosts that are closed, narrow or late (NET-01, 02, 09, NODE-15, 17)."""
    found: list[Finding] = []
    on_cloud = any("system" in host_facts(facts, host.name) for host in site.hosts)
    cloud = on_cloud and on_openstack(facts)
    for host in site.hosts:
        for name, peer in table(host_facts(facts, host.name).get("peers")).items():
            found += _ways(f"hosts.{host.name}", name, table(peer), cloud=cloud)
    yield from grouped(found)
    yield from grouped(_clocks(site, facts))


def _ways(path: str, name: str, peer: Peers, *, cloud: bool) -> Iterator[Finding]:
    """Yield what is wrong with the way from a host to another."""
    ports = table(peer.get("ports"))
    blocked = sorted((port for port, state in ports.items() if state == "blocked"), key=str)
    if ports and len(blocked) == len(ports):
        reason = f"nothing of it gets to {name}: no port answers, and none refuses"
        yield error("NODE-17", path, f"to {name}", reason, "Repair the network between them.")
    elif blocked:
        reason = f"to {name} these ports are closed on the way: {listed(map(str, blocked))}"
        rule = "NET-09" if cloud else "NET-01"
        cure = f"{_OPEN} Security groups of OpenStack drop silently." if cloud else _OPEN
        yield error(rule, path, f"to {name}", reason, cure)
    if peer.get("large") is False:
        size = peer.get("mtu") or "the interface's size"
        reason = f"small packets get to {name}, and those of {size} bytes do not"
        cure = "Set one MTU on every interface and switch on the way."
        yield warn("NET-02", path, f"to {name}", reason, cure)


def _clocks(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield clocks that differ, or that nobody keeps (NODE-15)."""
    for host in site.hosts:
        path, known = f"hosts.{host.name}", host_facts(facts, host.name)
        for name, peer in table(known.get("peers")).items():
            offset, doubt = table(peer).get("offset"), table(peer).get("doubt") or 0
            if isinstance(offset, (int, float)) and abs(offset) - doubt > _DRIFT:
                reason = f"its clock is {abs(offset):.2f} s off that of {name}; Ceph allows 0.05"
                yield warn("NODE-15", path, f"to {name}", reason, "Start chrony on both.")
        if table(table(known.get("system")).get("clock")).get("synchronized") is False:
            reason = "its clock is kept by nothing, and will leave that of the others"
            yield warn("NODE-15", path, "not synchronized", reason, "Start chrony there.")


def registry_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield registries that a host does not reach, unless it has the image (RES-01)."""
    found = []
    for host in site.hosts:
        states = table(host_facts(facts, host.name).get("registries"))
        for name, state in sorted(states.items(), key=str):
            if state == "blocked":
                reason = "images of the site come from there, and this host does not reach it"
                cure = "Open the way, set up a mirror, or import the images on the host."
                found.append(warn("RES-01", f"hosts.{host.name}", name, reason, cure))
    yield from grouped(found)
