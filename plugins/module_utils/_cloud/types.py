# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is declared of a site in a cloud, as parsed. Pure.

Plain records are named tuples, of which a class is made faster than a frozen dataclass. A Ref is
none: it stands in values in which every tuple is a list.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Collection, Mapping


@dataclasses.dataclass(frozen=True)
class Ref:
    """Stands for the id of something: of the site by kind and name, or of what the cloud has."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


class Network(t.NamedTuple):
    """A network."""

    name: str
    mtu: int | None = None
    port_security_enabled: bool | None = None


class Subnet(t.NamedTuple):
    """A subnet; pools are pairs of first and last address."""

    name: str
    network: str
    cidr: str
    version: int
    gateway_ip: str | None
    enable_dhcp: bool
    dns_nameservers: tuple[str, ...] | None
    allocation_pools: tuple[tuple[str, str], ...] | None


class Router(t.NamedTuple):
    """A router; routes are pairs of destination and next hop."""

    name: str
    external_network: str | None
    enable_snat: bool | None
    subnets: tuple[str, ...]
    routes: tuple[tuple[str, str], ...] | None


class Rule(t.NamedTuple):
    """A rule of a security group, in the cloud's own words."""

    direction: str
    ethertype: str
    protocol: str | None
    port_range_min: int | None
    port_range_max: int | None
    remote_ip_prefix: str | None
    remote_group: str | None


class SecurityGroup(t.NamedTuple):
    """A security group."""

    name: str
    rules: tuple[Rule, ...]


class Keypair(t.NamedTuple):
    """A key pair, of which only the public half is known."""

    name: str
    public_key: str


class ServerGroup(t.NamedTuple):
    """A server group."""

    name: str
    policy: str


class Port(t.NamedTuple):
    """A port of one server; None is left to the cloud."""

    name: str
    network: str
    subnet: str | None
    address: str | None
    security_groups: tuple[str, ...] | None
    port_security_enabled: bool | None
    allowed_address_pairs: tuple[str, ...] | None


class Volume(t.NamedTuple):
    """A data volume of one server."""

    name: str
    size: int
    type: str | None
    availability_zone: str | None


class Server(t.NamedTuple):
    """One server with what it has."""

    name: str
    groups: tuple[str, ...]
    flavor: str
    image: str
    boot_size: int | None
    boot_type: str | None
    keypair: str | None
    server_group: str | None
    availability_zone: str | None
    ports: tuple[Port, ...]
    floating_network: str | None
    volumes: tuple[Volume, ...]
    user_data: str | None
    config_drive: bool | None
    metadata: Mapping[str, str]


class Listener(t.NamedTuple):
    """A port of a load balancer and whose it is."""

    port: int
    member_port: int
    group: str


class LoadBalancer(t.NamedTuple):
    """A load balancer."""

    name: str
    subnet: str
    address: str | None
    provider: str | None
    floating_network: str | None
    listeners: tuple[Listener, ...]


@dataclasses.dataclass(frozen=True)
class CloudSite:
    """All that is declared."""

    name: str
    networks: tuple[Network, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    routers: tuple[Router, ...] = ()
    security_groups: tuple[SecurityGroup, ...] = ()
    keypairs: tuple[Keypair, ...] = ()
    server_groups: tuple[ServerGroup, ...] = ()
    servers: tuple[Server, ...] = ()
    load_balancers: tuple[LoadBalancer, ...] = ()
    adopt: Mapping[str, str] = dataclasses.field(default_factory=dict)


# The attributes of a router's way out, which is changed as a whole.
GATEWAY = frozenset({"external_network", "enable_snat"})


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One thing as it should be: attributes in the cloud's words, with Ref where an id belongs.

    needs are what has to be there before. once is what it is created with beside that, and which
    anyone may change afterwards.
    """

    kind: str
    name: str
    attributes: Mapping[str, t.Any]
    needs: frozenset[str] = frozenset()
    once: Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return what a plan calls it."""
        return f"{self.kind}/{self.name}"

    @property
    def created(self) -> dict[str, t.Any]:
        """Return all that it is created with."""
        return {**self.once, **self.attributes}

    def part(self, changed: Collection[str]) -> Wanted:
        """Return it with the attributes alone from which changes are made."""
        keys = {*changed, *(GATEWAY if GATEWAY & set(changed) else ())}
        found = {key: value for key, value in self.attributes.items() if key in keys}
        return dataclasses.replace(self, attributes=found)
