# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Servers and load balancers as declared. Pure."""

from __future__ import annotations

import base64
import ipaddress
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import (
    Listener,
    LoadBalancer,
    Port,
    Server,
    Volume,
)
from ansible_collections.rookery.rook.plugins.module_utils._model import references
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import dns_problem

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.fields import Fields

# Names in the metadata that are this collection's own begin with this.
OWN_METADATA = "rook_"
USER_DATA = 65535


def read_servers(fields: Fields, only: str | None) -> tuple[Server, ...]:
    """Return the servers of all entries, in their order."""
    found = tuple(server for item in fields.items("servers") for server in _servers(item, only))
    fields.problems.extend(references.twice("servers", found))
    return found


def _names(fields: Fields) -> tuple[str, ...]:
    """Return what the servers of an entry are called."""
    name = fields.required("name", "a name")
    names = fields.texts("names")
    if not names and fields.has("count"):
        names = tuple(f"{name}-{place}" for place in range(1, fields.whole("count", 1) + 1))
    elif not fields.has("names"):
        names = (name,)
    elif fields.has("count"):
        fields.bad("count", fields.raw("count"), "goes not with names", "Remove one of them.")
    for item in names:
        problem = dns_problem(item) if item else ""
        if problem:
            fields.bad("name", item, f"cannot be a host's: it {problem}", "Choose another one.")
    return names


def _servers(fields: Fields, only: str | None) -> Iterator[Server]:
    """Yield the servers of one entry."""
    names = _names(fields)
    zones = fields.texts("availability_zones")
    boot = fields.child("boot_volume") if fields.has("boot_volume") else None
    metadata = fields.strings("metadata")
    for key in metadata:
        if key.startswith(OWN_METADATA):
            fields.bad(f"metadata.{key}", None, "is this collection's own name", "Choose another.")
    ports = list(fields.items("ports"))
    for port in ports:
        _check_addresses(port, names)
    volumes = list(fields.items("volumes"))
    for place, name in enumerate(names):
        yield Server(
            name=name,
            groups=fields.texts("groups"),
            flavor=fields.required("flavor", "the flavor"),
            image=fields.required("image", "the image"),
            boot_size=boot.whole("size_gib", 0, least=1) if boot else None,
            boot_type=boot.text("type") or None if boot else None,
            keypair=fields.text("keypair") or None,
            server_group=fields.text("server_group") or None,
            availability_zone=zones[place % len(zones)] if zones else None,
            ports=tuple(_ports(ports, name, place, only)),
            floating_network=fields.text("floating_network") or None,
            volumes=tuple(_volume(item, name) for item in volumes),
            user_data=_user_data(fields),
            config_drive=fields.flag("config_drive", default=False)
            if fields.has("config_drive")
            else None,
            metadata=metadata,
        )


def _user_data(fields: Fields) -> str | None:
    """Return what a server is told at its first start; it may be secret, so only its length is."""
    text = fields.text("user_data") or None
    length = len(base64.b64encode((text or "").encode()))
    if length > USER_DATA:
        reason = f"has {length} characters as base64, and Nova takes {USER_DATA}"
        fields.bad("user_data", None, reason, "Let the server fetch what is long.")
    return text


def _check_addresses(port: Fields, names: Sequence[str]) -> None:
    """Note fixed addresses that are none, or not one for each server."""
    addresses = port.texts("fixed_ips")
    for text in addresses:
        _check_address(port, "fixed_ips", text)
    if port.has("fixed_ips") and len(addresses) != len(names):
        reason = f"has {len(addresses)} addresses for {len(names)} servers"
        port.bad("fixed_ips", list(addresses), reason, "Give one address for each server.")


def _check_address(fields: Fields, key: str, text: str) -> None:
    """Note an address that is none."""
    if not _written(text):
        fields.bad(key, text, "is not an IP address", "Write it like 192.0.2.1.")


def read_address(fields: Fields, key: str) -> str | None:
    """Return an address as the cloud writes it, and note one that is none."""
    text = fields.text(key) or ""
    if text:
        _check_address(fields, key, text)
    return _written(text) or None


def _written(text: str) -> str:
    """Return an address as the cloud writes it, nothing for what is none."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _ports(ports: Sequence[Fields], server: str, place: int, only: str | None) -> Iterator[Port]:
    """Yield the ports of one server; one in the only network when none is declared."""
    if not ports:
        yield Port(f"{server}-{only or ''}", only or "", None, None, None, None, None)
    seen: dict[str, int] = {}
    for item in ports:
        network = item.text("network") or only or ""
        seen[network] = seen.get(network, 0) + 1
        more = f"-{seen[network]}" if seen[network] > 1 else ""
        addresses = item.texts("fixed_ips")
        security = item.has("port_security_enabled")
        yield Port(
            name=f"{server}-{network}{more}",
            network=network,
            subnet=item.text("subnet") or None,
            address=_written(addresses[place]) if place < len(addresses) else None,
            security_groups=item.texts("security_groups") if item.has("security_groups") else None,
            port_security_enabled=item.flag("port_security_enabled", default=True)
            if security
            else None,
            allowed_address_pairs=tuple(sorted(item.texts("allowed_address_pairs")))
            if item.has("allowed_address_pairs")
            else None,
        )


def _volume(fields: Fields, server: str) -> Volume:
    """Return a volume of one server."""
    return Volume(
        name=f"{server}-{fields.required('name', 'a name')}",
        size=fields.whole("size_gib", 0, least=1),
        type=fields.text("type") or None,
        availability_zone=fields.text("availability_zone") or None,
    )


def read_load_balancer(fields: Fields) -> LoadBalancer:
    """Return a load balancer."""
    listeners = []
    for item in fields.items("listeners"):
        port = item.whole("port", 0, least=1, most=65535)
        member = item.whole("member_port", port, least=1, most=65535)
        listeners.append(Listener(port, member, item.required("group", "a group of servers")))
    return LoadBalancer(
        name=fields.required("name", "a name"),
        subnet=fields.text("subnet") or "",
        address=read_address(fields, "address"),
        provider=fields.text("provider") or None,
        floating_network=fields.text("floating_network") or None,
        listeners=tuple(sorted(listeners, key=lambda item: item.port)),
    )
