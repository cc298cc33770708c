# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a thing is, in the words in which it is declared. Pure."""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import balancers, marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import ROUTER_PORTS

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Live, Sight

Attributes = dict[str, t.Any]


def read(kind: str, live: Live, sight: Sight) -> Attributes:
    """Return the attributes of a thing of the cloud; what is the same there is taken as it is."""
    reader = _READERS.get(kind)
    return {**live, **reader(live, sight)} if reader else dict(live)


def _router(live: Live, sight: Sight) -> Attributes:
    gateway = live.get("external_gateway_info") or {}
    interfaces = [
        fixed["subnet_id"]
        for port in sight.ports_of(live["id"])
        if port["device_owner"].startswith(ROUTER_PORTS)
        for fixed in port["fixed_ips"]
    ]
    return {
        "external_network": gateway.get("network_id"),
        "enable_snat": gateway.get("enable_snat"),
        "subnets": interfaces,
        "routes": [
            {"destination": route["destination"], "nexthop": route["nexthop"]}
            for route in live.get("routes") or ()
        ],
    }


RULE = (
    "direction", "ethertype", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix",
    "remote_group_id",
)  # fmt: skip


def _rules(live: Live, _sight: Sight) -> Attributes:
    """Return the rules of a group."""
    rules = live.get("security_group_rules") or ()
    return {"rules": [{key: rule.get(key) for key in RULE} for rule in rules]}


def is_from_the_cloud(rule: Mapping[str, t.Any]) -> bool:
    """Tell whether a rule is one of the two with which the cloud makes a group."""
    return rule["direction"] == "egress" and not any(rule[key] for key in RULE[2:])


def _port(live: Live, _sight: Sight) -> Attributes:
    pairs = live.get("allowed_address_pairs") or ()
    return {"allowed_address_pairs": [{"ip_address": pair["ip_address"]} for pair in pairs]}


def _server(live: Live, sight: Sight) -> Attributes:
    attached = [item["id"] for item in live.get("os-extended-volumes:volumes_attached") or ()]
    volumes = {item["id"]: item for item in sight.of("volume")}
    boot = next((volumes[uid] for uid in attached if _is_boot(volumes.get(uid))), None)
    image = live.get("image") or (boot or {}).get("volume_image_metadata", {}).get("image_id") or ""
    groups = sight.of("server_group")
    return {
        "flavor": live["flavor"].get("original_name") or live["flavor"].get("id"),
        "image": image["id"] if isinstance(image, dict) else image,
        "server_group": next((g["id"] for g in groups if live["id"] in g["members"]), None),
        "availability_zone": live.get("OS-EXT-AZ:availability_zone"),
        "boot_volume": boot and {"size": boot["size"], "type": boot["volume_type"]},
        "user_data": (live.get("metadata") or {}).get(marks.USER_DATA_KEY),
        "config_drive": live.get("config_drive") in (True, "True"),
        "ports": [port["id"] for port in sight.ports_of(live["id"])],
        "volumes": [uid for uid in attached if boot is None or uid != boot["id"]],
    }


def _is_boot(volume: Live | None) -> bool:
    """Tell whether a server boots from a volume."""
    return (
        volume is not None
        and volume.get("bootable") == "true"
        and not volume["metadata"].get(marks.NAME_KEY)
    )


def _load_balancer(live: Live, sight: Sight) -> Attributes:
    return {"status": live["provisioning_status"], "listeners": balancers.read(live, sight)}


def digest(text: str) -> str:
    """Return what stands for user data, which the cloud does not tell."""
    return hashlib.sha256(text.encode()).hexdigest()


_READERS: Mapping[str, Callable[[Live, Sight], Attributes]] = {
    "router": _router,
    "rules": _rules,
    "port": _port,
    "server": _server,
    "load_balancer": _load_balancer,
}
