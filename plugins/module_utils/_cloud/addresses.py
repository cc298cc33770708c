# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Addresses that are declared: those that cannot be, and how the cloud gives none of them away.

A cloud chooses at random the addresses of which nothing is declared: those of other servers, of
load balancers, of its own DHCP. One that it chose before it is asked for is taken for good. Pure.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import Problem
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import shown

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import CloudSite, Subnet

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Range = tuple[int, int]


class Claim(t.NamedTuple):
    """An address that is declared, where, and of which subnets it may be."""

    path: str
    address: Address
    subnets: tuple[Subnet, ...]

    @property
    def subnet(self) -> Subnet | None:
        """Return the subnet in which it is."""
        return next((item for item in self.subnets if self.address in _network(item)), None)


def problems(site: CloudSite) -> Iterator[Problem]:
    """Yield addresses that no port can have."""
    seen: dict[tuple[str, Address], str] = {}
    for claim in _claims(site):
        path, text, subnet = claim.path, shown(str(claim.address)), claim.subnet
        if subnet is None:
            among = ", ".join(f"{item.name} ({item.cidr})" for item in claim.subnets)
            yield Problem(path, text, f"is in no subnet that it may be of: {among}", _CHOOSE)
            continue
        if reason := _reserved(claim.address, subnet):
            yield Problem(path, text, f"{reason} of subnet {subnet.name} ({subnet.cidr})", _CHOOSE)
        other = seen.setdefault((subnet.name, claim.address), path)
        if other != path:
            yield Problem(path, text, f"is that of {other}, too", _CHOOSE)


_CHOOSE = "Choose another one."


def pools(site: CloudSite, subnet: Subnet) -> list[dict[str, str]]:
    """Return what a new subnet may give away: everything but what is declared and the gateway.

    Each as {"start": address, "end": address}; none when no address is declared or none is left.
    """
    taken = {int(claim.address) for claim in _claims(site) if claim.subnet == subnet}
    network = _network(subnet)
    first, last = _bounds(network)
    gateway = ipaddress.ip_address(subnet.gateway_ip) if subnet.gateway_ip else network[first]
    bottom = int(network.network_address)
    held = sorted({*taken, int(gateway)})
    found = _between(bottom + first, bottom + last, held) if taken else ()
    make = type(network.network_address)
    return [{"start": str(make(start)), "end": str(make(end))} for start, end in found]


def _between(start: int, end: int, held: list[int]) -> Iterator[Range]:
    """Yield what lies between what is held."""
    for number in held:
        if start <= number <= end:
            if start < number:
                yield start, number - 1
            start = number + 1
    if start <= end:
        yield start, end


def _network(subnet: Subnet) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(subnet.cidr)


def _bounds(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Range:
    """Return the places of the first and the last address that a port may have."""
    last = network.num_addresses - 1
    if last == 0 or (network.version == 4 and last == 1):
        return 0, last
    return 1, last - 1 if network.version == 4 else last


def _reserved(address: Address, subnet: Subnet) -> str:
    """Return what an address is that is no port's."""
    network = _network(subnet)
    first, last = _bounds(network)
    if not first <= int(address) - int(network.network_address) <= last:
        return "is the first or the last"
    if subnet.gateway_ip and address == ipaddress.ip_address(subnet.gateway_ip):
        return "is the gateway"
    return ""


def _claims(site: CloudSite) -> Iterator[Claim]:
    """Yield all addresses that are declared, of servers and of load balancers."""
    for server in site.servers:
        for port in server.ports:
            if port.address:
                subnets = tuple(
                    item
                    for item in site.subnets
                    if item.network == port.network and port.subnet in (None, item.name)
                )
                path = f"servers[{server.name}].ports.fixed_ips"
                yield from _claim(path, port.address, subnets)
    for balancer in site.load_balancers:
        if balancer.address:
            subnets = tuple(item for item in site.subnets if item.name == balancer.subnet)
            path = f"load_balancers[{balancer.name}].address"
            yield from _claim(path, balancer.address, subnets)


def _claim(path: str, address: str, subnets: tuple[Subnet, ...]) -> Iterator[Claim]:
    """Yield an address, unless it cannot be told of which subnet it is."""
    if subnets and all(item.cidr for item in subnets):
        yield Claim(path, ipaddress.ip_address(address), subnets)
