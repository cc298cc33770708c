# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is told of a plan and of what is there. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS, kind_of
from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Ref

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import (
        Found,
        Live,
        Sight,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Wanted
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan, Step

# QEMU shows a volume of virtio under the first characters of its id.
LINK = "/dev/disk/by-id/virtio-{id:.20}"


def device_of(volume: str, link: str = LINK) -> str:
    """Return the link under which a server finds a volume, whatever the kernel calls it."""
    return link.format(id=volume, hex=volume.replace("-", ""))


def told(step: Step) -> dict[str, t.Any]:
    """Return a step as a result tells it."""
    return {
        "op": step.op,
        "target": step.target,
        "reason": step.reason,
        "changes": [dataclasses.asdict(change) for change in step.changes],
    }


def lines(plan: Plan) -> Iterator[str]:
    """Yield a plan as lines for people."""
    for step in plan.steps:
        why = f": {step.reason}" if step.reason else ""
        yield f"{step.op} {step.target}{why}"
        for change in step.changes:
            old = "" if step.op == "create" else f"{change.old!r} -> "
            yield f"    {change.path}: {old}{change.new!r}"


def servers(live: Mapping[str, Live], wanted: Mapping[str, Wanted]) -> list[dict[str, t.Any]]:
    """Return the servers of a site with their addresses and volumes, by name."""
    return [_server(target, live, wanted) for target in sorted(live) if kind_of(target) == "server"]


def _server(
    target: str, live: Mapping[str, Live], wanted: Mapping[str, Wanted]
) -> dict[str, t.Any]:
    """Return one server."""
    server = live[target]
    uid = server["id"]
    name = target.partition("/")[2]
    metadata = server.get("metadata") or {}
    first = f"port/{name}-{metadata.get(marks.NETWORK_KEY)}"
    ports = _of(target, "ports", live, wanted) or sorted(
        (key for key in live if kind_of(key) == "port" and live[key]["device_id"] == uid),
        key=lambda key: (key != first, key),
    )
    volumes = _of(target, "volumes", live, wanted) or [
        key
        for key in sorted(live)
        if kind_of(key) == "volume"
        and any(item["server_id"] == uid for item in live[key].get("attachments") or ())
    ]
    groups = str(metadata.get(marks.GROUPS_KEY) or "")
    return {
        "name": server["name"],
        "declared": name,
        "id": uid,
        "status": server["status"],
        "created": server.get("created") or "",
        "groups": [group for group in groups.split(",") if group],
        "availability_zone": server.get("OS-EXT-AZ:availability_zone") or "",
        "host_id": server.get("hostId") or "",
        "addresses": _addresses(ports, live),
        "floating_ip": _floating([live[key]["id"] for key in ports], live),
        "volumes": [_volume(key, name, live[key]) for key in volumes],
    }


def _addresses(ports: Sequence[str], live: Mapping[str, Live]) -> list[dict[str, t.Any]]:
    """Return the addresses of ports, by the names of their networks."""
    networks = {item["id"]: key for key, item in live.items() if kind_of(key) == "network"}
    return [
        {
            "network": networks.get(live[key]["network_id"], "").partition("/")[2],
            "address": fixed["ip_address"],
            "mac": live[key]["mac_address"],
        }
        for key in ports
        for fixed in live[key]["fixed_ips"]
    ]


def _volume(target: str, server: str, live: Live) -> dict[str, t.Any]:
    """Return a data volume under its name in the declaration."""
    return {
        "name": target.partition("/")[2].removeprefix(f"{server}-"),
        "id": live["id"],
        "size_gib": live["size"],
        "device": device_of(live["id"]),
    }


def _of(target: str, key: str, live: Mapping[str, Live], wanted: Mapping[str, Wanted]) -> list[str]:
    """Return what a server is declared to have, as far as it is there."""
    refs: Sequence[Ref] = wanted[target].attributes[key] if target in wanted else ()
    return [str(ref) for ref in refs if str(ref) in live]


def _floating(ports: Sequence[str], live: Mapping[str, Live]) -> str:
    """Return the floating IP that leads to one of some ports."""
    return next(
        (
            str(item["floating_ip_address"])
            for key, item in sorted(live.items())
            if kind_of(key) == "floating_ip" and item.get("port_id") in ports
        ),
        "",
    )


def floating_ips(live: Mapping[str, Live]) -> dict[str, str]:
    """Return floating IPs by the server or load balancer that they are for."""
    found = {}
    for target, item in sorted(live.items()):
        if kind_of(target) == "floating_ip":
            name = target.partition("/")[2]
            holders = (f"{kind}/{name}" for kind in ("server", "load_balancer"))
            holder = next((each for each in holders if each in live), target)
            found[holder] = str(item["floating_ip_address"])
    return found


def leftovers(found: Found) -> list[dict[str, str]]:
    """Return all that is the site's, each with its id and state."""
    items = [*found.live.items(), *found.doubles]
    return [
        {
            "id": target,
            "uid": str(live[KINDS[kind_of(target)].uid]),
            "name": str(live.get("name") or live.get("floating_ip_address") or ""),
            "status": str(live.get(KINDS[kind_of(target)].status or "status") or ""),
        }
        for target, live in sorted(items, key=lambda item: item[0])
        if kind_of(target) != "rules"
    ]


def costs(found: Found, sight: Sight) -> dict[str, int]:
    """Return how much of what is paid for a site has."""
    items = [*found.live.items(), *found.doubles]
    servers_ = {live["id"] for target, live in items if kind_of(target) == "server"}
    ours = {live["id"]: live for target, live in items if kind_of(target) == "volume"}
    boots = {
        volume["id"]: volume
        for volume in sight.of("volume")
        if any(item["server_id"] in servers_ for item in volume.get("attachments") or ())
    }
    volumes = {**boots, **ours}
    flavors = [live["flavor"] for target, live in items if kind_of(target) == "server"]
    return {
        "servers": len(servers_),
        "vcpus": sum(int(flavor.get("vcpus") or 0) for flavor in flavors),
        "ram_mib": sum(int(flavor.get("ram") or 0) for flavor in flavors),
        "volumes": len(volumes),
        "volumes_gib": sum(int(volume["size"]) for volume in volumes.values()),
        "floating_ips": sum(kind_of(target) == "floating_ip" for target, _live in items),
        "load_balancers": sum(kind_of(target) == "load_balancer" for target, _live in items),
    }
