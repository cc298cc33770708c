# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Addresses that are declared: those that cannot be, and how the cloud gives none of them away.

A cloud chooses at random the addresses of which nothing is declared: those of other servers, of
load balancers, of its own DHCP. One that it chose before it is asked for is taken for good. Pure.
"""

from __future__ import annotations

import contextlib
import ipaddress
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import Problem
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import shown

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import (
        CloudSite,
        Port,
        Subnet,
        Wanted,
    )

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network
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
    routed = {name for router in site.routers for name in router.subnets}
    seen: dict[tuple[str, Address], str] = {}
    for claim in _claims(site):
        path, text, subnet = claim.path, shown(str(claim.address)), claim.subnet
        if subnet is None:
            among = ", ".join(f"{item.name} ({item.cidr})" for item in claim.subnets)
            yield Problem(path, text, f"is not in subnet {among}", _CHOOSE)
            continue
        if reason := _reserved(claim.address, subnet, routed):
            yield Problem(path, text, f"is the {reason} of subnet {subnet.name}", _CHOOSE)
        if other := seen.get((subnet.name, claim.address)):
            yield Problem(path, text, f"is that of {other}, too", _CHOOSE)
        seen[subnet.name, claim.address] = path


_CHOOSE = "Choose another one."


def pools(site: CloudSite, subnet: Subnet) -> list[dict[str, str]]:
    """Return what a new subnet may give away: everything but what is declared and the gateway.

    Each as {"start": address, "end": address}; none when no address is declared or none is left.
    """
    taken = {int(claim.address) for claim in _claims(site) if claim.subnet == subnet}
    taken |= set(_shared(site, subnet))
    if not taken:
        return []
    network = _network(subnet)
    first, last = int(network.network_address) + 1, int(network.broadcast_address)
    gateway = int(ipaddress.ip_address(subnet.gateway_ip)) if subnet.gateway_ip else first
    found = _between(first, last - (network.version == 4), sorted({*taken, gateway}))
    make = type(network.network_address)
    return [{"start": str(make(start)), "end": str(make(end))} for start, end in found]


def cramped(creates: Sequence[Wanted]) -> Iterator[Problem]:
    """Yield new subnets with fewer addresses than there are ports that are to get one of them.

    Only of a new network with nothing else to choose from: of the others the cloud may know more.
    """
    made = {item.id for item in creates}
    subnets = [item for item in creates if item.kind == "subnet"]
    nets = [_lies_in(item) for item in subnets]
    for item, net in zip(subnets, nets, strict=True):
        if net[0] not in made or nets.count(net) > 1 or "allocation_pools" in item.attributes:
            continue
        asked = [text for other in creates for text in _asked(item, other)]
        dhcp = bool(item.attributes["enable_dhcp"])
        needed, left = asked.count("") + dhcp, _left(item, fixed=any(asked))
        if needed > left:
            own = ", with the one that the cloud takes for DHCP" if dhcp else ""
            reason = f"has {left} beside the gateway and what is declared, and {needed} are needed"
            cure = "Take a larger cidr" + (", or set enable_dhcp to false." if dhcp else ".")
            yield Problem(item.id, str(item.attributes["cidr"]), f"{reason}{own}", cure)


def _lies_in(subnet: Wanted) -> tuple[str, int]:
    """Return the network of a subnet, and the version of its addresses."""
    wanted = subnet.attributes
    return str(wanted["network_id"]), ipaddress.ip_network(wanted["cidr"]).version


def _asked(subnet: Wanted, item: Wanted) -> Iterator[str]:
    """Yield the address that something is to have in a subnet, empty for any one."""
    wanted, network = item.attributes, ipaddress.ip_network(subnet.attributes["cidr"])
    if item.kind == "load_balancer" and str(wanted["vip_subnet_id"]) == subnet.id:
        yield wanted.get("vip_address") or ""
    elif item.kind == "port" and wanted["network_id"] == subnet.attributes["network_id"]:
        for fixed in wanted.get("fixed_ips") or [{}]:
            text = fixed.get("ip_address") or ""
            elsewhere = str(fixed.get("subnet_id") or subnet.id) != subnet.id
            if not elsewhere and (not text or ipaddress.ip_address(text) in network):
                yield text


def _left(subnet: Wanted, *, fixed: bool) -> int:
    """Return how many addresses a new subnet gives away."""
    spared = subnet.once.get("allocation_pools") or ()
    if spared or fixed:
        ends = [[int(ipaddress.ip_address(pool[x])) for x in ("start", "end")] for pool in spared]
        return sum(end - start + 1 for start, end in ends)
    network = ipaddress.ip_network(subnet.attributes["cidr"])
    # The gateway has one, and in all but the smallest networks of IPv4 two are nobody's.
    kept = 3 if network.version == 4 and network.prefixlen < 31 else 1
    return max(0, network.num_addresses - kept)


def _between(start: int, end: int, held: list[int]) -> Iterator[Range]:
    """Yield what lies between what is held."""
    for number in held:
        if start <= number <= end:
            if start < number:
                yield start, number - 1
            start = number + 1
    if start <= end:
        yield start, end


def _network(subnet: Subnet) -> Network:
    return ipaddress.ip_network(subnet.cidr)


def _reserved(address: Address, subnet: Subnet, routed: Collection[str]) -> str:
    """Return what an address is that is no port's; where no router of the site is, a server may be.

    Which one the gateway is of which nothing is declared, only the cloud knows.
    """
    network = _network(subnet)
    if network.version == 4 and network.prefixlen < 31:
        if address == network.network_address:
            return "network address"
        if address == network.broadcast_address:
            return "broadcast address"
    gateway = subnet.gateway_ip if subnet.name in routed else None
    return "gateway" if gateway and address == ipaddress.ip_address(gateway) else ""


def _shared(site: CloudSite, subnet: Subnet) -> Iterator[int]:
    """Yield addresses of a subnet that servers share, as one that follows the healthy one is."""
    pairs = {
        pair
        for server in site.servers
        for port in server.ports
        if port.network == subnet.network
        for pair in port.allowed_address_pairs or ()
    }
    for pair in pairs:
        with contextlib.suppress(ValueError):
            address = ipaddress.ip_address(pair.partition("/")[0])
            whole = ipaddress.ip_network(pair, strict=False)
            if whole.num_addresses == 1 and address in _network(subnet):
                yield int(address)


def _claims(site: CloudSite) -> Iterator[Claim]:
    """Yield all addresses that are declared, of servers and of load balancers."""
    for server in site.servers:
        for port in server.ports:
            if port.address:
                path = f"servers[{server.name}].ports.fixed_ips"
                yield from _of_port(path, ipaddress.ip_address(port.address), port, site.subnets)
    for balancer in site.load_balancers:
        subnets = tuple(item for item in site.subnets if item.name == balancer.subnet and item.cidr)
        if balancer.address and subnets:
            path = f"load_balancers[{balancer.name}].address"
            yield Claim(path, ipaddress.ip_address(balancer.address), subnets)


def _of_port(path: str, address: Address, port: Port, subnets: Sequence[Subnet]) -> Iterator[Claim]:
    """Yield an address of a port, unless it may be of a subnet that others have there."""
    named = port.subnet is not None
    around = tuple(
        item
        for item in subnets
        if item.cidr and item.network == port.network and port.subnet in (None, item.name)
    )
    claim = Claim(path, address, around)
    if around and (named or claim.subnet):
        yield claim
