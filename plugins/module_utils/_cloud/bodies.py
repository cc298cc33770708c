# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is sent to create a thing: its attributes in the form that the cloud takes. Pure."""

from __future__ import annotations

import base64
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import balancers, marks, read

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Body = dict[str, t.Any]


def create_body(kind: str, given: Mapping[str, t.Any]) -> Body:
    """Return the body of a thing whose references are ids already."""
    builder = _BUILDERS.get(kind)
    return builder(given) if builder else dict(given)


def rule_body(rule: Mapping[str, t.Any], group: str) -> Body:
    """Return the body of a rule."""
    return {"security_group_id": group, **{key: value for key, value in rule.items() if value}}


def gateway(given: Mapping[str, t.Any]) -> Body | None:
    """Return the gateway of a router."""
    if not given.get("external_network"):
        return None
    snat = given.get("enable_snat")
    more = {} if snat is None else {"enable_snat": snat}
    return {"network_id": given["external_network"], **more}


def port_changes(given: Mapping[str, t.Any]) -> Body:
    """Return attributes of a port without what is left open in its addresses."""
    body = dict(given)
    if "fixed_ips" in body:
        body["fixed_ips"] = [
            {key: value for key, value in item.items() if value is not None}
            for item in body["fixed_ips"]
        ]
    return body


def _subnet(given: Mapping[str, t.Any]) -> Body:
    return {**given, "ip_version": 6 if ":" in given["cidr"] else 4}


def _router(given: Mapping[str, t.Any]) -> Body:
    """Return a router without interfaces and routes, which come one by one afterwards."""
    body = {key: given[key] for key in ("name", "description")}
    external = gateway(given)
    return {**body, "external_gateway_info": external} if external else body


def _keypair(given: Mapping[str, t.Any]) -> Body:
    return {"name": given["name"], "public_key": given["public_key"], "type": "ssh"}


def _server(given: Mapping[str, t.Any]) -> Body:
    metadata = dict(given["metadata"])
    body: Body = {
        "name": given["name"],
        "flavorRef": given["flavor"],
        "networks": [{"port": port} for port in given["ports"]],
        "metadata": metadata,
    }
    for key in ("key_name", "availability_zone", "config_drive"):
        if given.get(key) is not None:
            body[key] = given[key]
    if given.get("user_data"):
        body["user_data"] = base64.b64encode(given["user_data"].encode()).decode()
        metadata[marks.USER_DATA_KEY] = read.digest(given["user_data"])
    boot = given.get("boot_volume")
    if not boot:
        body["imageRef"] = given["image"]
    if boot or given["volumes"]:
        volumes = [_data_disk(uid) for uid in given["volumes"]]
        body["block_device_mapping_v2"] = [_boot_disk(given["image"], boot), *volumes]
    return body


def _boot_disk(image: str, boot: Mapping[str, t.Any] | None) -> Body:
    """Return the disk from which a server starts: the host's own, or a volume of the server's."""
    disk: Body = {
        "boot_index": 0,
        "source_type": "image",
        "destination_type": "volume" if boot else "local",
        "uuid": image,
        "delete_on_termination": True,
    }
    if boot:
        disk["volume_size"] = boot["size"]
        if boot.get("type"):
            disk["volume_type"] = boot["type"]
    return disk


def _data_disk(volume: str) -> Body:
    """Return a volume that outlives its server."""
    return {
        "boot_index": -1,
        "source_type": "volume",
        "destination_type": "volume",
        "uuid": volume,
        "delete_on_termination": False,
    }


_BUILDERS: Mapping[str, Callable[[Mapping[str, t.Any]], Body]] = {
    "subnet": _subnet,
    "router": _router,
    "keypair": _keypair,
    "port": port_changes,
    "server": _server,
    "load_balancer": balancers.body,
}
