# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Failure domains: the types that CRUSH has under Rook, and their names in a model. Pure."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Host

# The labels by which Rook places an OSD, from the smallest domain to the largest.
DOMAIN_LABELS: Mapping[str, str] = {
    "chassis": "topology.rook.io/chassis",
    "rack": "topology.rook.io/rack",
    "row": "topology.rook.io/row",
    "pdu": "topology.rook.io/pdu",
    "pod": "topology.rook.io/pod",
    "room": "topology.rook.io/room",
    "datacenter": "topology.rook.io/datacenter",
    "zone": "topology.kubernetes.io/zone",
    "region": "topology.kubernetes.io/region",
}
DOMAINS = ("osd", "host", *DOMAIN_LABELS)


def domain_names(hosts: Sequence[Host], domain: str) -> tuple[str, ...]:
    """Return the failure domains of a type that hold devices, in order."""
    holding = [host for host in hosts if host.stores]
    if domain == "host":
        return tuple(sorted(host.name for host in holding))
    if domain == "osd":
        return tuple(sorted(f"{host.name}:{store}" for host in holding for store in host.stores))
    label = DOMAIN_LABELS.get(domain, "")
    return tuple(sorted({host.labels[label] for host in holding if host.labels.get(label)}))


def unlabelled(hosts: Sequence[Host], domain: str) -> tuple[str, ...]:
    """Return the hosts with devices that lack the label of a failure domain."""
    label = DOMAIN_LABELS.get(domain)
    if label is None:
        return ()
    return tuple(sorted(host.name for host in hosts if host.stores and not host.labels.get(label)))
