# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From the declaration to all that is wanted, each thing with what it needs before. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import addresses, balancers, marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import (
    CloudSite,
    Keypair,
    LoadBalancer,
    Network,
    Port,
    Ref,
    Router,
    Rule,
    SecurityGroup,
    Server,
    ServerGroup,
    Subnet,
    Volume,
    Wanted,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Attributes = dict[str, t.Any]


def desired(site: CloudSite) -> dict[str, Wanted]:
    """Return what is wanted by id; raise ModelError when one id means two things."""
    found: dict[str, Wanted] = {}
    twice = [item.id for item in _things(site) if found.setdefault(item.id, item) is not item]
    if twice:
        cure = "Give servers, networks, volumes and load balancers names that do not run together."
        raise ModelError([Problem(name, "", "is declared twice", cure) for name in twice])
    return found


def _things(site: CloudSite) -> Iterator[Wanted]:
    """Yield everything; the order does not matter."""
    name = site.name
    yield from (_network(name, item) for item in site.networks)
    yield from (_subnet(site, item) for item in site.subnets)
    yield from (_router(name, item) for item in site.routers)
    for group in site.security_groups:
        yield from _security_group(name, group)
    yield from (_keypair(name, item) for item in site.keypairs)
    yield from (_server_group(name, item) for item in site.server_groups)
    for server in site.servers:
        yield from _server_things(site, server)
    for balancer in site.load_balancers:
        yield from _load_balancer(site, balancer)


def _thing(site: str, kind: str, name: str, attributes: Attributes, *more: str) -> Wanted:
    """Return a thing of the network service: called after the site, marked by its description."""
    given = {key: value for key, value in attributes.items() if value is not None}
    own = {"name": f"{site}-{name}", "description": marks.text_mark(site, f"{kind}/{name}")}
    if kind == "floating_ip":
        del own["name"]
    return _wanted(kind, name, {**own, **given}, *more)


def _wanted(kind: str, name: str, attributes: Attributes, *more: str) -> Wanted:
    """Return a thing that needs all that its attributes refer to."""
    needs = {str(ref) for ref in references(attributes)} | set(more)
    return Wanted(kind, name, attributes, frozenset(needs))


def references(value: t.Any) -> Iterator[Ref]:
    """Yield everything that a value refers to, at any depth."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from references(item)


def _network(site: str, item: Network) -> Wanted:
    wanted = {"mtu": item.mtu, "port_security_enabled": item.port_security_enabled}
    return _thing(site, "network", item.name, wanted)


def _subnet(site: CloudSite, item: Subnet) -> Wanted:
    """Return a subnet, in which the cloud gives no address away that is declared."""
    pools, resolvers = item.allocation_pools, item.dns_nameservers
    wanted = {
        "network_id": Ref("network", item.network),
        "cidr": item.cidr,
        "gateway_ip": item.gateway_ip,
        "enable_dhcp": item.enable_dhcp,
        "dns_nameservers": None if resolvers is None else list(resolvers),
        "allocation_pools": None if pools is None else [{"start": a, "end": b} for a, b in pools],
    }
    thing = _thing(site.name, "subnet", item.name, wanted)
    spared = addresses.pools(site, item) if pools is None else []
    return dataclasses.replace(thing, once={"allocation_pools": spared}) if spared else thing


def _router(site: str, item: Router) -> Wanted:
    external, routes = item.external_network, item.routes
    wanted = {
        "external_network": Ref("external", external) if external else None,
        "enable_snat": item.enable_snat,
        "subnets": [Ref("subnet", name) for name in item.subnets],
        "routes": None if routes is None else [{"destination": a, "nexthop": b} for a, b in routes],
    }
    return _thing(site, "router", item.name, wanted)


def _security_group(site: str, item: SecurityGroup) -> Iterator[Wanted]:
    """Yield a group, and its rules, which may refer to other groups."""
    yield _thing(site, "security_group", item.name, {})
    group = f"security_group/{item.name}"
    yield _wanted("rules", item.name, {"rules": [_rule(rule) for rule in item.rules]}, group)


def _rule(rule: Rule) -> Attributes:
    group = rule.remote_group
    return {
        "direction": rule.direction,
        "ethertype": rule.ethertype,
        "protocol": rule.protocol,
        "port_range_min": rule.port_range_min,
        "port_range_max": rule.port_range_max,
        "remote_ip_prefix": rule.remote_ip_prefix,
        "remote_group_id": Ref("security_group", group) if group else None,
    }


def _keypair(site: str, item: Keypair) -> Wanted:
    mark = marks.text_mark(site, f"keypair/{item.name}")
    wanted = {"name": f"{site}-{item.name}", "public_key": f"{item.public_key} {mark}"}
    return _wanted("keypair", item.name, wanted)


def _server_group(site: str, item: ServerGroup) -> Wanted:
    mark = marks.text_mark(site, f"server_group/{item.name}")
    return _wanted("server_group", item.name, {"name": mark, "policy": item.policy})


def _server_things(site: CloudSite, server: Server) -> Iterator[Wanted]:
    """Yield a server and what it alone has."""
    declared = {group.name for group in site.security_groups}
    routers = [f"router/{item.name}" for item in site.routers]
    for port in server.ports:
        nets = [f"subnet/{item.name}" for item in site.subnets if item.network == port.network]
        yield _port(site.name, port, declared, nets)
    yield from (_volume(site.name, item) for item in server.volumes)
    yield _server(site.name, server)
    if server.floating_network and server.ports:
        wanted = {
            "floating_network_id": Ref("external", server.floating_network),
            "port_id": Ref("port", server.ports[0].name),
        }
        yield _thing(site.name, "floating_ip", server.name, wanted, *routers)


def _port(site: str, port: Port, declared: set[str], subnets: list[str]) -> Wanted:
    """Return a port. What is no group of the site is one of others."""
    fixed = {
        "subnet_id": Ref("subnet", port.subnet) if port.subnet else None,
        "ip_address": port.address,
    }
    groups = port.security_groups
    pairs = port.allowed_address_pairs
    wanted = {
        "network_id": Ref("network", port.network),
        "fixed_ips": [fixed] if port.subnet or port.address else None,
        "security_groups": None
        if groups is None
        else [
            Ref("security_group" if name in declared else "other_group", name) for name in groups
        ],
        "port_security_enabled": port.port_security_enabled,
        "allowed_address_pairs": None if pairs is None else [{"ip_address": ip} for ip in pairs],
    }
    return _thing(site, "port", port.name, wanted, *subnets)


def _volume(site: str, item: Volume) -> Wanted:
    wanted = {
        "name": f"{site}-{item.name}",
        "metadata": marks.metadata_mark(site, f"volume/{item.name}"),
        "size": item.size,
        "volume_type": item.type,
        "availability_zone": item.availability_zone,
    }
    return _wanted("volume", item.name, _given(wanted))


def _server(site: str, item: Server) -> Wanted:
    boot = {"size": item.boot_size, "type": item.boot_type}
    metadata = {
        **item.metadata,
        **marks.metadata_mark(site, f"server/{item.name}"),
        marks.GROUPS_KEY: ",".join(item.groups),
    }
    if len(item.ports) > 1:
        metadata[marks.NETWORK_KEY] = item.ports[0].network
    group = item.server_group
    wanted = {
        "name": f"{site}-{item.name}",
        "metadata": metadata,
        "flavor": Ref("flavor", item.flavor),
        "image": Ref("image", item.image),
        "key_name": Ref("keypair", item.keypair) if item.keypair else None,
        "server_group": Ref("server_group", group) if group else None,
        "availability_zone": item.availability_zone,
        "boot_volume": _given(boot) if item.boot_size else None,
        "user_data": item.user_data,
        "config_drive": item.config_drive,
        "ports": [Ref("port", port.name) for port in item.ports],
        "volumes": [Ref("volume", volume.name) for volume in item.volumes],
        "status": "ACTIVE",
    }
    return _wanted("server", item.name, _given(wanted))


def _load_balancer(site: CloudSite, item: LoadBalancer) -> Iterator[Wanted]:
    """Yield a load balancer with all its listeners, and its floating IP."""
    network = next(subnet.network for subnet in site.subnets if subnet.name == item.subnet)
    listeners = [
        balancers.wanted(
            listener.port,
            [
                {"address": _member(server, network), "protocol_port": listener.member_port}
                for server in site.servers
                if listener.group in server.groups and server.ports
            ],
        )
        for listener in item.listeners
    ]
    wanted = {
        "vip_subnet_id": Ref("subnet", item.subnet),
        "vip_address": item.address,
        "provider": item.provider,
        "listeners": listeners,
        "status": "ACTIVE",
    }
    yield _thing(site.name, "load_balancer", item.name, wanted)
    if item.floating_network:
        routers = [f"router/{router.name}" for router in site.routers]
        address = {
            "floating_network_id": Ref("external", item.floating_network),
            "port_id": Ref("load_balancer", item.name),
        }
        yield _thing(site.name, "floating_ip", item.name, address, *routers)


def _member(server: Server, network: str) -> Ref:
    """Return the port by which a load balancer reaches a server: one in its network if there is."""
    near = [port for port in server.ports if port.network == network]
    return Ref("port", (near or server.ports)[0].name)


def _given(values: Mapping[str, t.Any]) -> Attributes:
    """Return what is not left to the cloud."""
    return {key: value for key, value in values.items() if value is not None}
