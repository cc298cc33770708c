# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The site that a state file of Terraform describes: inventory, declaration, adoption. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud_hosts import shared
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfrules import rules_of
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfservers import (
    CONTROL_PLANE,
    NODE,
    STORAGE,
    Known,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfunclear import unclear
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfrules import Rule
    from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfservers import Boot, Server
    from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import Resource

    Entry = dict[str, t.Any]


class TerraformSite:
    """A site as a state file has it; what cannot be taken over is told in `unclear`."""

    def __init__(self, resources: Iterable[Resource], site: str = "") -> None:
        self._known = Known(resources)
        self.site = site or self._found_site()
        self.servers = tuple(
            self._known.server(each, self._short(each)) for each in self._known.of("server")
        )
        self.adopt = self._adopt()
        self.unclear = list(unclear(self._known, self.servers, self.adopt))

    def declaration(self) -> Entry:
        """Return the options of openstack_site that make exactly this."""
        parts = {
            "networks": [self._network(each) for each in self._known.of("network")],
            "subnets": [self._subnet(each) for each in self._known.of("subnet")],
            "routers": [self._router(each) for each in self._known.of("router")],
            "security_groups": [self._group(each) for each in self._known.of("security_group")],
            "keypairs": [
                {"name": self._short(each), "public_key": each.attributes["public_key"].strip()}
                for each in self._known.of("keypair")
            ],
            "server_groups": [
                {"name": self._short(each), "policy": _policy(each.attributes)}
                for each in self._known.of("server_group")
            ],
            "servers": [self._declared(each) for each in self.servers],
        }
        return {"site": self.site, **{key: part for key, part in parts.items() if part}}

    def inventory(self, user: str = "") -> Entry:
        """Return the hosts as an inventory; those without a floating IP are reached by a jump."""
        by_name = {each.name: each for each in self.servers}
        jump = next((each for each in self.servers if each.floating), None)
        groups = {group: [n for n, each in by_name.items() if group in each.groups]
                  for group in (CONTROL_PLANE, NODE, STORAGE)}  # fmt: skip
        hosts = {name: self._host(each, jump, user) for name, each in by_name.items()}
        children: Entry = {
            group: {"hosts": {name: {} for name in names}} for group, names in groups.items()
        }
        return {"all": {"hosts": hosts, "children": children}}

    def _host(self, server: Server, jump: Server | None, user: str) -> Entry:
        public = server.floating.attributes["address"] if server.floating else ""
        host: Entry = {
            "ansible_host": public or server.address,
            "ansible_control_path": shared(server.resource.id),
        }
        if not public and jump is not None and jump.floating is not None:
            by = f"{user}@{jump.floating.attributes['address']}".removeprefix("@")
            host["ansible_ssh_common_args"] = f"-o ProxyJump={by}"
        if user:
            host["ansible_user"] = user
        if server.devices:
            host["rook_node_devices"] = server.devices
        return host

    def _found_site(self) -> str:
        """Return what the names of all servers begin with, up to a hyphen."""
        names = [each.name for each in self._known.of("server")]
        parts = [name.split("-")[:-1] for name in names]
        first = parts[0] if parts else []
        same = [all(each[: i + 1] == first[: i + 1] for each in parts) for i in range(len(first))]
        found = "-".join(first[: sum(same)])
        if not found:
            shown = ", ".join(names) or "none"
            raise ModelError(
                [Problem("site", "", f"is not in the names of the servers ({shown})", "Set site.")]
            )
        return found

    def _short(self, resource: Resource) -> str:
        """Return a resource's name without the site's; Terraform's own where it has none."""
        address = resource.address.partition(f"{resource.type}.")[2]
        name = resource.name or re.sub(r"[^A-Za-z0-9_.-]+", "-", address).strip("-")
        return name.removeprefix(f"{self.site}-").removeprefix(f"{self.site}_")

    def _network(self, resource: Resource) -> Entry:
        kept = ("mtu", "port_security_enabled")
        return _without_none(name=self._short(resource), **_some(resource, kept))

    def _subnet(self, resource: Resource) -> Entry:
        kept = ("cidr", "gateway_ip", "enable_dhcp", "dns_nameservers")
        network = self._name_of(resource.attributes.get("network_id", ""))
        return _without_none(name=self._short(resource), network=network, **_some(resource, kept))

    def _router(self, resource: Resource) -> Entry:
        has = resource.attributes
        outside = has.get("external_network_id") or has.get("external_gateway") or ""
        joined = [
            self._known.mine(each.attributes.get("subnet_id", ""))
            for each in self._known.typed("networking_router_interface_v2")
            if each.attributes.get("router_id") == resource.id
        ]
        inside = [self._short(each) for each in joined if each]
        known = self._known.by_id.get(outside)
        external = (known.name if known else "") or outside
        return _without_none(
            name=self._short(resource), external_network=external or None, subnets=inside
        )

    def _name_of(self, key: str) -> str:
        """Return how the declaration calls something; its id if it is not the site's."""
        found = self._known.mine(key)
        return self._short(found) if found else key

    def _group(self, resource: Resource) -> Entry:
        found = rules_of(resource, self._known)
        rules = [self._rule(rule) for rule in found if not rule.beyond]
        return {"name": self._short(resource), "rules": rules}

    def _rule(self, rule: Rule) -> Entry:
        return _without_none(
            direction=None if rule.direction == "ingress" else rule.direction,
            ethertype=None if rule.ethertype == "IPv4" else rule.ethertype,
            protocol=rule.protocol,
            ports=rule.ports,
            remote_cidr=rule.cidr,
            remote_group=self._name_of(rule.group) if rule.group else None,
        )

    def _declared(self, server: Server) -> Entry:
        has = server.resource.attributes
        zone = has.get("availability_zone")
        hints = has.get("scheduler_hints") or [{}]
        return _without_none(
            name=server.name,
            groups=list(server.groups),
            flavor=has.get("flavor_name") or has.get("flavor_id"),
            image=server.boot.image or None,
            boot_volume=_boot_volume(server.boot),
            keypair=self._keypair(has.get("key_pair")),
            server_group=self._name_of(hints[0]["group"]) if hints[0].get("group") else None,
            # "nova" is what Nova says when nobody has chosen.
            availability_zones=[zone] if zone and zone != "nova" else None,
            ports=[self._port(net, has) for net in self._known.ports_of(has)],
            floating_network=server.floating.attributes.get("pool") if server.floating else None,
            volumes=[self._volume(each, server) for each in server.volumes] or None,
        )

    def _keypair(self, name: str | None) -> str | None:
        found = next((each for each in self._known.of("keypair") if each.name == name), None)
        return self._short(found) if found else name

    def _port(self, net: Mapping[str, t.Any], has: Mapping[str, t.Any]) -> Entry:
        port = self._known.by_id.get(net.get("port", ""))
        ids = port.attributes.get("all_security_group_ids") if port else None
        named = {each.name: self._short(each) for each in self._known.of("security_group")}
        # A port of its own may have none, whatever the other ones of its server have.
        groups = (
            [named.get(each, each) for each in has.get("security_groups") or ()]
            if ids is None
            else [self._name_of(each) for each in ids]
        )
        first = net == (has.get("network") or [{}])[0]
        fixed = net.get("fixed_ip_v4") or (has.get("access_ip_v4") if first else None)
        return _without_none(
            network=self._name_of(self._known.network_of(net)) or None,
            fixed_ips=[fixed] if fixed else None,
            security_groups=sorted(groups),
        )

    def _volume(self, volume: Resource, server: Server) -> Entry:
        return _without_none(
            name=self._volume_name(volume, server),
            size_gib=volume.attributes["size"],
            type=volume.attributes.get("volume_type"),
        )

    def _volume_name(self, volume: Resource, server: Server) -> str:
        """Return what a volume is called beside the others of its server."""
        name = self._short(volume)
        return name.removeprefix(server.name).strip("-_") or "data"

    def _adopt(self) -> dict[str, str]:
        """Return id -> kind and name, for what the declaration has."""
        whole = ("network", "subnet", "router", "security_group", "keypair", "server_group")
        found = {
            self._known.key_of(each): f"{kind}/{self._short(each)}"
            for kind in whole
            for each in self._known.of(kind)
        }
        for server in self.servers:
            found[server.resource.id] = f"server/{server.name}"
            for volume in server.volumes:
                found[volume.id] = f"volume/{server.name}-{self._volume_name(volume, server)}"
            nets = self._known.ports_of(server.resource.attributes)
            names = [self._name_of(self._known.network_of(net)) for net in nets]
            for index, name in enumerate(names):
                more = f"-{names[:index].count(name) + 1}" if name in names[:index] else ""
                if nets[index].get("port"):
                    found[nets[index]["port"]] = f"port/{server.name}-{name}{more}"
            if server.floating:
                found[server.floating.id] = f"floating_ip/{server.name}"
        return found


def _policy(group: Mapping[str, t.Any]) -> str:
    """Return the policy of a server group, of which the provider has two notations."""
    told = group.get("policies") or [group["policy"]]
    return str(told[0])


def _some(resource: Resource, names: Sequence[str]) -> Entry:
    return {
        name: resource.attributes[name]
        for name in names
        if resource.attributes.get(name) is not None
    }


def _without_none(**entry: t.Any) -> Entry:
    return {key: value for key, value in entry.items() if value is not None}


def _boot_volume(boot: Boot) -> Entry | None:
    """Return the volume to boot from; none without a size, which the declaration needs."""
    if not boot.source or not boot.size:
        return None
    return _without_none(size_gib=boot.size, type=boot.type or None)
