# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about what hosts found out of each other: ways, packets, clocks, images. Pure."""

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
# The operator asks the monitors every minute; this many seconds are no pause any more.
_STALE = 900
_NOT_HAD = ("missing", "unreachable")
_THESE = ("it is", "they are")
_FETCH = "Open the way, set up a mirror in the container runtime, or import it on the host."
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


def image_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield images that a host neither has nor gets from a registry (RES-01)."""
    found = []
    for host in site.hosts:
        known = host_facts(facts, host.name)
        reasons: dict[str, list[str]] = {}
        for name, told in sorted(table(known.get("images")).items()):
            if table(told).get("state") in _NOT_HAD:
                reasons.setdefault(str(table(told).get("reason")), []).append(name)
        # Where pods run already, nobody else will bring it.
        grave = bool(known.get("runtime")) and not facts.get("imports")
        for reason, names in reasons.items():
            path = f"hosts.{host.name}"
            words = f"{_THESE[len(names) > 1]} not on the host, and {reason}"
            found.append((error if grave else warn)("RES-01", path, listed(names), words, _FETCH))
    yield from grouped(found)


def monitor_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield that the monitors of a cluster that runs do not answer to pods (NET-03)."""
    told = table(facts.get("monitors"))
    if told.get("age", 0) > _STALE:
        reason = f"the operator's pod has had no answer of them since {told.get('last')}"
        cure = "Look at the operator's log. If it runs, repair the pod network, or DNS there."
        yield warn("NET-03", "cluster", site.cluster.name, reason, cure)
