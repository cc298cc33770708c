# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The reverse: from what is there to the steps that remove it, and what others have there. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import kinds
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import (
    ROUTER_PORTS,
    ending_with,
    uid_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._steps import Step

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import (
        Found,
        Live,
        Sight,
    )

EXECUTOR = "openstack"
# Ports with these owners belong to what the cloud itself does for a network, and go with it.
_INFRASTRUCTURE = (
    "network:dhcp", "network:distributed", "network:router_gateway", "network:floatingip",
    "network:router_ha_interface", "network:router_centralized_snat",
)  # fmt: skip
# So Octavia calls the ports of the machines in which a load balancer runs.
_ANSWERS = "octavia-lb-vrrp-"
# The port of a local IP goes with that and not otherwise, the network not before it.
_LOCAL_IP = "network:local_ip"
# So OVN's driver for Octavia calls its port in a subnet, from which all its load balancers there
# ask whether their members answer. It goes with the last of them.
_ASKS, _ASKING = "ovn-lb-hm-", "ovn"
# What has to be gone before a kind goes, as the cloud refuses otherwise.
_AFTER: Mapping[str, tuple[str, ...]] = {
    "floating_ip": ("load_balancer",),
    "server": ("load_balancer",),
    "port": ("server", "floating_ip", "load_balancer"),
    "volume": ("server",),
    "subnet": ("port", "server", "router", "load_balancer"),
    "keypair": ("server",),
    "server_group": ("server",),
    "security_group": ("port", "server"),
    "router": ("floating_ip", "load_balancer"),
    "network": ("port", "server", "subnet", "router", "load_balancer"),
}
# What of ours is held by something of others.
_HOLDS: Mapping[str, tuple[str, ...]] = {
    "port": ("router", "network", "subnet", "security_group"),
    "floating_ip": ("router", "network", "port"),
    "local_ip": ("network", "subnet"),
    "load_balancer": ("router", "network", "subnet", "security_group"),
    "snapshot": ("volume",),
    "attachment": ("volume",),
    "member": ("security_group",),
    "trunk": ("port",),
    "backup": (),
    "volume": (),
}
# What of ours has to be gone before something of others goes.
_FOLLOWS: Mapping[str, str] = {"volume": "server", "local_ip": "port"}
# Metadata by which the driver for Kubernetes tells the cluster of a volume.
CSI_CLUSTER = "cinder.csi.openstack.org/cluster"


@dataclasses.dataclass(frozen=True)
class Foreign:
    """Something of others in what is the site's; it blocks a removal or would only be left over."""

    kind: str
    id: str
    name: str
    owner: str
    reason: str
    blocks: bool = True

    def __str__(self) -> str:
        named = f" {self.name}" if self.name else ""
        return f"{self.kind} {self.id}{named}, owner {self.owner or 'unknown'}"


def removal_needs(
    target: str, live: Live, found: Found, going: Mapping[str, Live]
) -> Iterator[str]:
    """Yield what has to be gone before a thing: only what is going at all."""
    kind = kinds.kind_of(target)
    for other in going:
        if other == target or kinds.kind_of(other) not in _AFTER.get(kind, ()):
            continue
        yield other


def absent_steps(found: Found, sight: Sight, release: Collection[str]) -> Iterator[Step]:
    """Yield what removes all of a site, and of others what is permitted."""
    # Subnets go with their network, rules with their group.
    networks = {
        uid_of(target, live) for target, live in found.live.items() if _is("network", target)
    }
    going = {
        target: live
        for target, live in found.live.items()
        if not _is("rules", target)
        and not (_is("subnet", target) and live["network_id"] in networks)
    }
    others = [item for item in foreign(found, sight) if item.id in release]
    for item in others:
        first = _FOLLOWS.get(item.kind, "")
        after = tuple(f"delete {target}" for target in going if _is(first, target))
        yield Step(
            f"delete {item.kind}/{item.id}", "delete", f"{item.kind}/{item.id}", EXECUTOR,
            needs=after, destructive=True, reason=f"permitted: {item.reason}",
        )  # fmt: skip
    for target, live in going.items():
        before = tuple(f"delete {other}" for other in removal_needs(target, live, found, going))
        held = tuple(
            f"delete {item.kind}/{item.id}"
            for item in others
            if kinds.kind_of(target) in _HOLDS[item.kind]
        )
        yield Step(
            f"delete {target}", "delete", target, EXECUTOR, needs=(*before, *held),
            destructive=kinds.KINDS[kinds.kind_of(target)].costly,
        )  # fmt: skip
    for target, live in found.doubles:
        uid = uid_of(target, live)
        needs = tuple(f"delete {other}" for other in removal_needs(target, live, found, going))
        yield Step(
            f"delete {target} {uid}", "delete", target, EXECUTOR, needs=needs,
            destructive=kinds.KINDS[kinds.kind_of(target)].costly, reason="is there twice",
        )  # fmt: skip


def _is(kind: str, target: str) -> bool:
    """Tell whether a thing is of a kind."""
    return kinds.kind_of(target) == kind


def foreign(found: Found, sight: Sight) -> list[Foreign]:
    """Return what others have in the site's networks, behind its routers and of its volumes."""
    return sorted(
        [
            *_ports(found, sight),
            *_on_ports(found, sight),
            *_addresses(found, sight),
            *_balancers(found, sight),
            *_volumes(found, sight),
        ],
        key=lambda item: (item.kind, item.id),
    )


def _ports(found: Found, sight: Sight) -> Iterator[Foreign]:
    """Yield ports of others in our networks, and interfaces of our routers elsewhere."""
    networks, ours = found.uids("network"), found.uids("port")
    routers, servers = found.uids("router"), found.uids("server")
    vips = {live["vip_port_id"]: live["vip_address"] for live in sight.of("load_balancer")}
    for port in sight.of("port"):
        owner, device = port["device_owner"], port["device_id"]
        interface = owner.startswith(ROUTER_PORTS)
        if port["id"] in ours or owner.startswith(_INFRASTRUCTURE):
            continue
        if port["id"] in vips or _carries(port, vips.values()) or _asks(port, sight):
            continue
        if interface and device in routers and port["network_id"] in networks:
            continue
        if interface and device in routers:
            reason = f"is an interface of our router in network {port['network_id']} of others"
        elif port["network_id"] not in networks:
            continue
        elif device in servers:
            reason = "was added to our server by somebody else"
        else:
            reason = f"is in our network {_name_of(found, port['network_id'])}"
        kind, uid = ("local_ip", device) if owner == _LOCAL_IP else ("port", port["id"])
        yield Foreign(kind, uid, port["name"], _owner(port), reason)


def _on_ports(found: Found, sight: Sight) -> Iterator[Foreign]:
    """Yield trunks on our ports, and ports of others elsewhere that are in our security groups."""
    networks, ours = found.uids("network"), found.uids("port")
    groups = found.uids("security_group")
    for port in sight.of("port"):
        if port["id"] in ours and port.get("trunk_details"):
            trunk, owner = port["trunk_details"]["trunk_id"], f"project {port['project_id']}"
            reason = f"is on our {_name_of(found, port['id'])}"
            yield Foreign("trunk", trunk, "", owner, reason)
        taken = groups & set(port.get("security_groups") or ())
        if taken and port["id"] not in ours and port["network_id"] not in networks:
            named = ", ".join(sorted(_name_of(found, uid) for uid in taken))
            yield Foreign("member", port["id"], port["name"], _owner(port), f"is in our {named}")


def _carries(port: Live, addresses: Collection[str]) -> bool:
    """Tell whether a port is one by which a load balancer answers, and goes with it."""
    pairs = {pair["ip_address"] for pair in port.get("allowed_address_pairs") or ()}
    return port["name"].startswith(_ANSWERS) and bool(pairs.intersection(addresses))


def _asks(port: Live, sight: Sight) -> bool:
    """Tell whether a port is one from which load balancers ask, and goes with the last of them."""
    return port["name"].startswith(_ASKS) and any(
        live["vip_network_id"] == port["network_id"] and live.get("provider") == _ASKING
        for live in sight.of("load_balancer")
    )


def _balancers(found: Found, sight: Sight) -> Iterator[Foreign]:
    """Yield load balancers of others in our networks; their ports go with them."""
    networks, ours = found.uids("network"), found.uids("load_balancer")
    for live in sight.of("load_balancer"):
        if live["id"] not in ours and live["vip_network_id"] in networks:
            reason = f"has its address in our network {_name_of(found, live['vip_network_id'])}"
            owner = live["description"] or "somebody else"
            yield Foreign("load_balancer", live["id"], live["name"], owner, reason)


def _owner(port: Live) -> str:
    """Return who has a port, as far as it says."""
    words = " ".join(word for word in (port["device_owner"], port["device_id"]) if word)
    if port.get("trunk_details"):
        return f"trunk {port['trunk_details']['trunk_id']}"
    return words or f"project {port['project_id']}"


def _name_of(found: Found, uid: str) -> str:
    """Return what a plan calls a thing of ours."""
    return found.names().get(uid, uid)


def _addresses(found: Found, sight: Sight) -> Iterator[Foreign]:
    """Yield floating IPs of others that hold our routers."""
    routers, ours, ports = found.uids("router"), found.uids("floating_ip"), found.uids("port")
    for address in sight.of("floating_ip"):
        if address["id"] in ours:
            continue
        if address.get("router_id") in routers or address.get("port_id") in ports:
            behind = address.get("port_id") or address.get("router_id")
            yield Foreign(
                "floating_ip", address["id"], address["floating_ip_address"],
                f"port {behind}", "leads into our network",
            )  # fmt: skip


def _volumes(found: Found, sight: Sight) -> Iterator[Foreign]:
    """Yield volumes of others on our servers, and what was made from our volumes."""
    servers, ours = found.uids("server"), found.uids("volume")
    for volume in sight.of("volume"):
        holders = {item["server_id"] for item in volume.get("attachments") or ()}
        metadata = volume.get("metadata") or {}
        if volume["id"] in ours:
            # Who is letting go of it is waited for.
            for holder in sorted(holders - servers if volume["status"] != "detaching" else ()):
                reason = f"holds our volume {_name_of(found, volume['id'])}"
                yield Foreign("attachment", f"{holder}", "", f"server {holder}", reason)
        elif holders & servers and not _goes_along(volume, sight, servers):
            cluster = metadata.get(CSI_CLUSTER)
            owner = f"Kubernetes cluster {cluster}" if cluster else "somebody else"
            yield Foreign("volume", volume["id"], volume["name"], owner, "is on our server")
    for kind, blocks in (("snapshot", True), ("backup", False)):
        for item in sight.of(kind):
            if item["volume_id"] in ours:
                reason = f"was made from our volume {_name_of(found, item['volume_id'])}"
                yield Foreign(kind, item["id"], item["name"] or "", "somebody", reason, blocks)


def _goes_along(volume: Live, sight: Sight, servers: set[str]) -> bool:
    """Tell whether a volume is one from which our server boots, which goes with it."""
    return any(
        volume["id"] in ending_with(server)
        for server in sight.of("server")
        if server["id"] in servers
    )
