# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From a module's parameters to the declaration: all problems at once. Pure."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import addresses, kinds
from ansible_collections.rookery.rook.plugins.module_utils._cloud.parse_servers import (
    read_address,
    read_load_balancer,
    read_servers,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import (
    CloudSite,
    Keypair,
    LoadBalancer,
    Network,
    Router,
    Rule,
    SecurityGroup,
    ServerGroup,
    Subnet,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._model import references
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import Fields

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Item = t.TypeVar("Item", bound=references.Named)

_LAST_PORT = 65535
_PORTS = re.compile(r"(\d+)(?:-(\d+))?")


def parse_site(params: Mapping[str, t.Any]) -> CloudSite:
    """Return the declaration; raises ModelError with every problem that was found."""
    problems: list[Problem] = []
    fields = Fields(params, "", problems)
    networks = _listed(fields, "networks", _network)
    only = networks[0].name if len(networks) == 1 else None
    subnets = _listed(fields, "subnets", lambda item: _subnet(item, only))
    site = CloudSite(
        name=fields.name("site", 40),
        networks=networks,
        subnets=subnets,
        routers=_listed(fields, "routers", _router),
        security_groups=_listed(fields, "security_groups", _security_group),
        keypairs=_listed(fields, "keypairs", _keypair),
        server_groups=_listed(fields, "server_groups", _server_group),
        servers=read_servers(fields, only),
        load_balancers=_listed(fields, "load_balancers", _load_balancer),
        adopt=fields.strings("adopt"),
    )
    problems.extend(_references(site))
    problems.extend(_adoptions(site))
    problems.extend(addresses.problems(site))
    if problems:
        raise ModelError(dict.fromkeys(problems))
    return site


def _listed(fields: Fields, key: str, read: Callable[[Fields], Item]) -> tuple[Item, ...]:
    """Return the entries of a list, and note names that are there twice."""
    found = tuple(read(item) for item in fields.items(key))
    fields.problems.extend(references.twice(key, found))
    return found


def _name(fields: Fields) -> str:
    """Return a name that the cloud and a person can live with."""
    name = fields.required("name", "a name")
    if name and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", name):
        reason = "is not letters, digits, hyphens, underscores and dots"
        fields.bad("name", name, reason, "Begin with a letter or digit, 63 characters at most.")
    return name


def _optional_flag(fields: Fields, key: str) -> bool | None:
    """Return a boolean, or None when it is left to the cloud."""
    return fields.flag(key, default=False) if fields.has(key) else None


def _network(fields: Fields) -> Network:
    """Return a network."""
    mtu = fields.whole("mtu", 0, least=68, most=65535) if fields.has("mtu") else None
    return Network(_name(fields), mtu, _optional_flag(fields, "port_security_enabled"))


def _cidr(fields: Fields, key: str) -> str:
    """Return addresses with the length of their prefix."""
    text = fields.text(key) or ""
    if text:
        try:
            return str(ipaddress.ip_network(text))
        except ValueError as error:
            fields.bad(key, text, f"is no network: {error}", "Write it like 192.0.2.0/24.")
    return ""


def _subnet(fields: Fields, only: str | None) -> Subnet:
    """Return a subnet."""
    name = _name(fields)
    cidr = _cidr(fields, "cidr")
    if not fields.text("cidr"):
        fields.bad("cidr", "", "is empty", "Write it like 192.0.2.0/24.")
    pools = [
        (read_address(pool, "start") or "", read_address(pool, "end") or "")
        for pool in fields.items("allocation_pools")
    ]
    return Subnet(
        name=name,
        network=fields.text("network") or only or "",
        cidr=cidr,
        version=6 if ":" in cidr else 4,
        gateway_ip=read_address(fields, "gateway_ip"),
        enable_dhcp=fields.flag("enable_dhcp", default=True),
        dns_nameservers=fields.texts("dns_nameservers") if fields.has("dns_nameservers") else None,
        allocation_pools=tuple(sorted(pools)) if fields.has("allocation_pools") else None,
    )


def _router(fields: Fields) -> Router:
    """Return a router."""
    routes = [
        (_cidr(route, "destination"), read_address(route, "nexthop") or "")
        for route in fields.items("routes")
    ]
    if fields.has("enable_snat") and not fields.has("external_network"):
        cure = "Name the network that is the gateway, too."
        fields.bad("enable_snat", None, "goes not without external_network", cure)
    return Router(
        name=_name(fields),
        external_network=fields.text("external_network") or None,
        enable_snat=_optional_flag(fields, "enable_snat"),
        subnets=fields.texts("subnets"),
        routes=tuple(sorted(routes)) if fields.has("routes") else None,
    )


def _security_group(fields: Fields) -> SecurityGroup:
    """Return a security group with its rules in one order."""
    name = _name(fields)
    rules = {_rule(item) for item in fields.items("rules")}
    return SecurityGroup(name, tuple(sorted(rules, key=lambda rule: str(tuple(rule)))))


def _rule(fields: Fields) -> Rule:
    """Return a rule."""
    ethertype = fields.text("ethertype", "IPv4") or "IPv4"
    protocol = _protocol(fields, ethertype)
    ports = fields.text("ports") or ""
    match = _PORTS.fullmatch(ports)
    least, most = (int(match[1]), int(match[2] or match[1])) if match else (None, None)
    every = most == _LAST_PORT and least in (0, 1)
    if ports and not every and not (least and most and least <= most <= _LAST_PORT):
        fields.bad("ports", ports, "is no port or range of ports", "Write 22, or 30000-32767.")
    elif ports and protocol in (None, "icmp", "icmpv6", "ipv6-icmp"):
        fields.bad("ports", ports, "needs a protocol that has ports", "Set protocol to tcp or udp.")
    if every:
        # The cloud keeps all ports as none.
        least, most = None, None
    if (fields.text("remote_cidr") or "") and (fields.text("remote_group") or ""):
        cure = "Write two rules."
        fields.bad("remote_group", fields.text("remote_group"), "goes not with remote_cidr", cure)
    return Rule(
        direction=fields.text("direction", "ingress") or "ingress",
        ethertype=ethertype,
        protocol=protocol,
        port_range_min=least,
        port_range_max=most,
        remote_ip_prefix=_remote(fields, ethertype),
        remote_group=fields.text("remote_group") or None,
    )


def _protocol(fields: Fields, ethertype: str) -> str | None:
    """Return a protocol as the cloud keeps it."""
    name = (fields.text("protocol") or "any").lower()
    if ethertype == "IPv6" and name in ("icmp", "icmpv6"):
        return "ipv6-icmp"
    return None if name == "any" else name


def _remote(fields: Fields, ethertype: str) -> str | None:
    """Return the addresses of a rule, which are of its kind."""
    cidr = _cidr(fields, "remote_cidr")
    if cidr and (":" in cidr) != (ethertype == "IPv6"):
        cure = "Set ethertype to that of the addresses."
        fields.bad("remote_cidr", cidr, f"is not of ethertype {ethertype}", cure)
    return cidr or None


def _load_balancer(fields: Fields) -> LoadBalancer:
    """Return a load balancer, with a name that its mark can carry."""
    _name(fields)
    return read_load_balancer(fields)


def _keypair(fields: Fields) -> Keypair:
    """Return a key pair; the comment of its key makes place for the mark."""
    name = _name(fields)
    words = fields.required("public_key", "the public key").split()
    if len(words) < 2:
        fields.bad("public_key", None, "is no public key", "Give the whole line of the .pub file.")
    return Keypair(name, " ".join(words[:2]))


def _server_group(fields: Fields) -> ServerGroup:
    """Return a server group."""
    policy = fields.text("policy", "soft-anti-affinity") or "soft-anti-affinity"
    return ServerGroup(_name(fields), policy)


def _references(site: CloudSite) -> Iterator[Problem]:
    """Yield what one part says of another that is not there."""
    networks = [item.name for item in site.networks]
    subnets = [item.name for item in site.subnets]
    groups = [item.name for item in site.security_groups]
    for place, subnet in enumerate(site.subnets):
        path = f"subnets[{place}].network"
        yield from _named(path, subnet.network, "networks", networks)
    for place, router in enumerate(site.routers):
        for name in router.subnets:
            yield from _named(f"routers[{place}].subnets", name, "subnets", subnets)
    for place, group in enumerate(site.security_groups):
        for rule in group.rules:
            path = f"security_groups[{place}].rules"
            yield from references.nowhere(path, rule.remote_group, "security_groups", groups)
    for place, balancer in enumerate(site.load_balancers):
        yield from _named(f"load_balancers[{place}].subnet", balancer.subnet, "subnets", subnets)
    keys = [item.name for item in site.keypairs]
    server_groups = [item.name for item in site.server_groups]
    for server in site.servers:
        path = f"servers[{server.name}]"
        yield from references.nowhere(f"{path}.keypair", server.keypair, "keypairs", keys)
        chosen = server.server_group
        yield from references.nowhere(
            f"{path}.server_group", chosen, "server_groups", server_groups
        )
        for port in server.ports:
            yield from _named(f"{path}.ports.network", port.network, "networks", networks)
            yield from references.nowhere(f"{path}.ports.subnet", port.subnet, "subnets", subnets)


def _named(path: str, name: str, section: str, known: list[str]) -> Iterator[Problem]:
    """Yield a problem when a name that is needed is not given, or is not there."""
    if not name:
        reason = f"is needed, for there is not one of {section} alone"
        yield Problem(path, "", reason, f"Name one of: {', '.join(sorted(known)) or 'none yet'}.")
    yield from references.nowhere(path, name, section, known)


def _adoptions(site: CloudSite) -> Iterator[Problem]:
    """Yield what cannot be adopted."""
    for uid, target in site.adopt.items():
        kind, _slash, name = target.partition("/")
        if kind not in kinds.KINDS or not name:
            cure = f"Write kind/name; kinds are {', '.join(kinds.ADOPTABLE)}."
            yield Problem(f"adopt.{uid}", target, "is not the name of a thing of a site", cure)
