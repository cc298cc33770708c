# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What of a state file of Terraform a declaration does not cover, in sentences. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfrules import rules_of
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfservers import boots

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfservers import Known, Server
    from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import Resource

# What is declared must be there; an adopted thing is not changed by what is not declared of it.
_EITHER = "Declare and adopt that, or take it out of the declaration."
# What only joins two others, or stands inside one, is described with them -> attributes that have
# the ids of these, or the address of one.
_JOINS: Mapping[str, Sequence[str]] = {
    "compute_floatingip_associate_v2": ("floating_ip",),
    "compute_volume_attach_v2": ("instance_id", "volume_id"),
    "networking_floatingip_associate_v2": ("floating_ip",),
    "networking_router_interface_v2": ("router_id", "subnet_id"),
    "networking_secgroup_rule_v2": ("security_group_id",),
}


def unclear(known: Known, servers: Sequence[Server], adopt: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each thing that is not taken over as it is."""
    roots = {server.boot.uid: server.name for server in servers if server.boot.uid}
    for each in known.all:
        if each.deposed:
            yield f"{each.address} ({each.id}) was replaced and may still exist: remove it."
        elif each.managed and known.key_of(each) not in adopt:
            for reason in _left_out(each, known, roots):
                yield f"{each.address} ({each.id}) {reason}"
    yield from _of_networks(known)
    for server in servers:
        ports = _of_ports(server.resource.attributes, known)
        for sentence in (*ports, *_of_server(server, known)):
            yield f"{server.resource.address}: {sentence}"
    for target, count in Counter(adopt.values()).items():
        if count > 1:
            ids = ", ".join(sorted(key for key in adopt if adopt[key] == target))
            yield f"{ids}: would all be {target}. Give them different names before."


def _of_networks(known: Known) -> Iterator[str]:
    """Yield what of networks and security groups cannot be declared, or needs more."""
    for subnet in known.of("subnet"):
        network = subnet.attributes.get("network_id", "")
        if known.mine(network) is None:
            yield f"{subnet.address}: is in {network}, no network of this state. {_EITHER}"
    for group in known.of("security_group"):
        for rule in rules_of(group, known):
            if rule.beyond:
                yield f"{rule.address}: has no rule in the declaration, for it {rule.beyond}."
            elif rule.group and known.mine(rule.group) is None:
                yield f"{rule.address}: is for {rule.group}, no group of this state. {_EITHER}"


def _left_out(thing: Resource, known: Known, roots: Mapping[str, str]) -> Iterator[str]:
    """Yield why a thing is not adopted; nothing for what others bring along."""
    if thing.id in roots:
        yield (
            f"is what server/{roots[thing.id]} boots from, and is not adopted: if it does not go "
            "with the server, a teardown asks for it in release_foreign."
        )
    elif thing.type in _JOINS:
        for name, key in _elsewhere(thing, known):
            yield (
                f"is no part of the declaration: its {name} {key} is not what this state has made."
            )
    else:
        yield "is no part of the declaration: remove it with Terraform, or keep it by hand."


def _elsewhere(join: Resource, known: Known) -> Iterator[tuple[str, str]]:
    """Yield what a join names, and Terraform did not make; the same for what it does not name."""
    addresses = {each.attributes.get("address") for each in known.of("floating_ip")}
    for name in _JOINS[join.type]:
        key = join.attributes.get(name) or ""
        if key not in addresses if name == "floating_ip" else known.mine(key) is None:
            yield name, key


def _of_ports(server: Mapping[str, t.Any], known: Known) -> Iterator[str]:
    """Yield which ports of a server are not adopted, as others have made them."""
    for net in server.get("network") or ():
        if reason := known.whose(net):
            yield (
                f"has the port {net['port']}, which {reason}: it is somebody else's, is not "
                "adopted, and no part of the declaration. A teardown names it where it is in a "
                "network of the site."
            )
    if not known.ports_of(server):
        yield "has no port of its own, and would be given one. Declare it by hand, or leave it out."


def _of_server(server: Server, known: Known) -> Iterator[str]:
    """Yield what of a server cannot be declared, or has to be said."""
    for net in known.ports_of(server.resource.attributes):
        network = known.network_of(net)
        if network and known.mine(network) is None:
            yield (
                f"has a port in {network}, no network of this state. Only networks of the site "
                "can be declared: take the port out."
            )
    has = server.resource.attributes
    pair = has.get("key_pair")
    if pair and pair not in {each.name for each in known.of("keypair")}:
        yield f"has the key pair {pair}, none of this state. {_EITHER}"
    for hint in has.get("scheduler_hints") or ():
        group = hint.get("group")
        if group and known.mine(group) is None:
            yield f"is in {group}, no server group of this state. {_EITHER}"
    for device in server.resource.attributes.get("block_device") or ():
        to_volume = device.get("destination_type") == "volume" and not boots(device)
        if to_volume and known.mine(device.get("uuid", "")) is None:
            yield (
                f"has a volume of {device.get('volume_size') or '?'} GiB by block_device, which is "
                "not what this state has made. Declare it in volumes and adopt it, else it is "
                "taken for somebody else's."
            )
    if server.boot.source and not server.boot.image:
        more = "" if server.boot.size else ", and boot_volume"
        yield (
            f"boots from a volume (source_type {server.boot.source}), of whose image the state "
            f"tells nothing. Set image of {server.name} to the image_id in the volume's "
            f"volume_image_metadata{more}."
        )
    if not server.groups:
        yield "its name tells no group. Put it into one."
