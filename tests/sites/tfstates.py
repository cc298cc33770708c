# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up site as Terraform's state files have it, of 2018 and of today."""

from __future__ import annotations

import json
import typing as t
import zlib

SECRETS = ("Sesam-1", "Sesam-2", "Sesam-3", "Sesam-4", "Sesam-5", "Sesam-6")
NET, SUBNET, ROUTER, PUBLIC = "net-0", "subnet-0", "router-0", "public-0"
CIDR_ANY = "0.0.0.0/0"


def _id(word: str) -> str:
    """Return an id of the form that OpenStack has, the same each time."""
    digits = f"{zlib.crc32(word.encode()):08x}"
    return f"{digits}-0000-4000-8000-{digits}0000"


def _server(name: str, number: int, groups: list[str]) -> dict[str, t.Any]:
    address = f"192.168.0.{number}"
    return {
        "name": f"kubeadm-{name}", "access_ip_v4": address, "flavor_name": "m1.large",
        "flavor_id": "4", "image_name": "Ubuntu 16.04 LTS x86_64", "image_id": _id("image"),
        "key_pair": "kubeadm-key_pair", "availability_zone": "nova",
        "security_groups": groups, "metadata": {"db_password": SECRETS[4]},
        "network": [
            {"name": "kubeadm-net", "uuid": _id(NET), "port": "", "fixed_ip_v4": address,
             "access_network": False}
        ],
        "user_data": SECRETS[0], "admin_pass": SECRETS[1],
    }  # fmt: skip


def _rule(protocol: str, low: int, high: int, **other: t.Any) -> dict[str, t.Any]:
    return {"ip_protocol": protocol, "from_port": low, "to_port": high,
            "cidr": "", "self": False, "from_group_id": "", **other}  # fmt: skip


_INSIDE = [_rule("tcp", 1, 65535, self=True), _rule("udp", 1, 65535, self=True),
           _rule("icmp", -1, -1, self=True)]  # fmt: skip
_OUTSIDE = [_rule("icmp", -1, -1, cidr=CIDR_ANY), _rule("tcp", 80, 80, cidr=CIDR_ANY),
            _rule("tcp", 443, 443, cidr=CIDR_ANY)]  # fmt: skip
_NODES = (("master", 11), ("worker0", 21), ("storage0", 31), ("storage1", 32))


def _volume(name: str, size: int) -> dict[str, t.Any]:
    return {"name": f"kubeadm-{name}", "size": size, "volume_type": "ssd", "attachment": []}


def _attach(server: str, volume: str) -> dict[str, t.Any]:
    return {"instance_id": _id(server), "volume_id": _id(f"volume {volume}"), "device": "/dev/vdb"}


Row = tuple[str, str, int | None, str, dict[str, t.Any]]


def _networks() -> list[Row]:
    """Return what there is beside the servers."""
    return [
        ("networking_network_v2", "network_1", None, _id(NET),
         {"name": "kubeadm-net", "mtu": 1450}),
        ("networking_subnet_v2", "subnet_1", None, _id(SUBNET),
         {"name": "kubeadm-subnet", "network_id": _id(NET), "cidr": "192.168.0.0/24",
          "ip_version": 4, "gateway_ip": "192.168.0.1", "enable_dhcp": True,
          "dns_nameservers": ["192.0.2.53"]}),
        ("networking_router_v2", "router_1", None, _id(ROUTER),
         {"name": "kubeadm-router", "external_network_id": _id(PUBLIC)}),
        ("networking_router_interface_v2", "router_interface_1", None, _id("interface"),
         {"router_id": _id(ROUTER), "subnet_id": _id(SUBNET), "port_id": _id("interface")}),
        ("compute_secgroup_v2", "k8s", None, _id("group k8s"),
         {"name": "kubeadm-k8s", "description": SECRETS[5], "rule": _OUTSIDE + _INSIDE}),
        ("compute_secgroup_v2", "bastion", None, _id("group bastion"),
         {"name": "kubeadm-bastion", "description": "",
          "rule": [_rule("tcp", 22, 22, cidr=CIDR_ANY)]}),
        ("compute_keypair_v2", "k8s", None, "kubeadm-key_pair",
         {"name": "kubeadm-key_pair", "public_key": "ssh-rsa AAAA somebody\n",
          "private_key": SECRETS[2]}),
        ("networking_floatingip_v2", "masterip", None, _id("fip master"),
         {"address": "203.0.113.10", "pool": "ext-net", "fixed_ip": "", "port_id": ""}),
        ("networking_floatingip_v2", "workerip", 0, _id("fip spare"),
         {"address": "203.0.113.11", "pool": "ext-net", "fixed_ip": "", "port_id": ""}),
        ("compute_floatingip_associate_v2", "masterip", None, "203.0.113.10/join",
         {"floating_ip": "203.0.113.10", "instance_id": _id("master"), "fixed_ip": "192.168.0.11"}),
    ]  # fmt: skip


def rows() -> list[Row]:
    """Return type, name, index, id and attributes of each managed resource of the site."""
    groups = ["kubeadm-k8s", "default"]
    found = _networks()
    for name, number in _NODES:
        own = ["kubeadm-bastion", *groups] if name == "master" else groups
        word, index = name.rstrip("01"), int(name[-1]) if name[-1].isdecimal() else None
        found.append(("compute_instance_v2", word, index, _id(name), _server(name, number, own)))
        parts = (("docker", 75), ("", 50)) if word == "storage" else (("docker", 75),)
        for part, size in parts:
            volume = f"{name}-{part}".rstrip("-")
            found += [
                ("blockstorage_volume_v2", f"{word}_{part}", index, _id(f"volume {volume}"),
                 _volume(volume, size)),
                ("compute_volume_attach_v2", f"{word}_{part}", index, f"{name}/{part}",
                 _attach(name, volume)),
            ]  # fmt: skip
    return found


def _flat(value: t.Any, path: str) -> t.Iterator[tuple[str, str]]:
    """Yield keys and strings as state files of version 3 have them."""
    if isinstance(value, dict):
        if path == "metadata":
            yield f"{path}.%", str(len(value))
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield f"{path}.#", str(len(value))
        is_set = path in ("rule", "security_groups")
        for index, item in enumerate(value):
            mark = zlib.crc32(json.dumps(item).encode()) if is_set else index
            yield from _flat(item, f"{path}.{mark}")
    else:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


def version_3(**changes: t.Any) -> str:
    """Return the site as Terraform 0.11 writes it."""
    resources: dict[str, t.Any] = {
        "data.openstack_networking_network_v2.public_network": {
            "type": "openstack_networking_network_v2",
            "primary": {"id": _id(PUBLIC), "attributes": {"id": _id(PUBLIC), "name": "ext-net"}},
        },
        "null_resource.provision_master": {
            "type": "null_resource", "primary": {"id": "1", "attributes": {"id": "1"}}
        },
    }  # fmt: skip
    for kind, name, index, key, attributes in rows():
        flat = {"id": key, **dict(_flat(attributes, ""))}
        place = f"openstack_{kind}.{name}" + ("" if index is None else f".{index}")
        resources[place] = {
            "type": f"openstack_{kind}", "depends_on": [], "deposed": [],
            "primary": {"id": key, "attributes": flat, "meta": {}, "tainted": False},
            "provider": "provider.openstack",
        }  # fmt: skip
    root = {"path": ["root"], "outputs": {}, "resources": resources, "depends_on": []}
    state = {"version": 3, "terraform_version": "0.11.7", "serial": 7, "modules": [root]}
    return json.dumps({**state, **changes})


def version_4(**changes: t.Any) -> str:
    """Return the site as today's Terraform and OpenTofu write it."""
    data = {
        "mode": "data", "type": "openstack_networking_network_v2", "name": "public_network",
        "instances": [{"attributes": {"id": _id(PUBLIC), "name": "ext-net"}}],
    }  # fmt: skip
    found: dict[tuple[str, str], dict[str, t.Any]] = {}
    for kind, name, index, key, attributes in rows():
        item = found.setdefault(
            (kind, name),
            {"mode": "managed", "type": f"openstack_{kind}", "name": name, "instances": []},
        )
        index_key = {} if index is None else {"index_key": index}
        item["instances"].append(
            {**index_key, "schema_version": 0, "attributes": {"id": key, **attributes},
             "sensitive_attributes": [[{"type": "get_attr", "value": "admin_pass"}]]}
        )  # fmt: skip
    outputs = {"token": {"value": SECRETS[3], "type": "string", "sensitive": True}}
    state = {"version": 4, "terraform_version": "1.10.10", "serial": 7, "outputs": outputs,
             "resources": [data, *found.values()]}  # fmt: skip
    return json.dumps({**state, **changes})


def version_4_with(*more: tuple[str, str, dict[str, t.Any]], **master: t.Any) -> str:
    """Return the site with further resources, and with other attributes of its master.

    A type is the one without the provider's name, or data and that.
    """
    state = json.loads(version_4())
    for item in state["resources"]:
        for one in item["instances"]:
            if one["attributes"].get("name") == "kubeadm-master":
                one["attributes"].update(master)
    for kind, name, attributes in more:
        mode, _dot, last = kind.rpartition(".")
        state["resources"].append(
            {"mode": mode or "managed", "type": f"openstack_{last}", "name": name,
             "instances": [{"attributes": attributes}]}
        )  # fmt: skip
    return json.dumps(state)


def upgraded() -> str:
    """Return the site as a Terraform later than 0.11 keeps what that has written."""
    state = json.loads(version_4())
    for item in state["resources"]:
        for one in item["instances"]:
            one["attributes_flat"] = dict(_flat(one.pop("attributes"), ""))
    return json.dumps(state)
