# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Options of the modules for a cloud, as plain data."""

from __future__ import annotations

import typing as t

Spec = dict[str, dict[str, t.Any]]

_STR, _INT, _BOOL = ({"type": kind} for kind in ("str", "int", "bool"))
_PATH = {"type": "path"}
_STRINGS = {"type": "list", "elements": "str"}
_SOME: dict[str, t.Any] = {**_STRINGS, "default": []}
_NAME = {"type": "str", "required": True}


def _list(**options: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"type": "list", "elements": "dict", "options": options}


def _choice(default: str, *choices: str) -> dict[str, t.Any]:
    return {"type": "str", "choices": list(choices), "default": default}


AUTH: Spec = {
    "cloud": _STR,
    "auth": {"type": "dict", "no_log": True},
    "auth_type": _STR,
    "region_name": _STR,
    "validate_certs": _BOOL,
    "ca_cert": _PATH,
    "client_cert": _PATH,
    # A path is no secret.
    "client_key": {**_PATH, "no_log": False},
    "interface": {"type": "str", "choices": ["admin", "internal", "public"]},
    "api_timeout": _INT,
}
_RULE: Spec = {
    "direction": _choice("ingress", "ingress", "egress"),
    "ethertype": _choice("IPv4", "IPv4", "IPv6"),
    "protocol": _STR, "ports": _STR, "remote_cidr": _STR, "remote_group": _STR,
}  # fmt: skip
_POLICIES = ("affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity")
_PORT: Spec = {
    "network": _STR, "subnet": _STR, "fixed_ips": _STRINGS, "security_groups": _STRINGS,
    "port_security_enabled": _BOOL, "allowed_address_pairs": _STRINGS,
}  # fmt: skip
_VOLUME: Spec = {"name": _NAME, "size_gib": {"type": "int", "required": True}, "type": _STR}
_SERVER: Spec = {
    "name": _NAME, "count": _INT, "names": _STRINGS, "groups": _SOME,
    "flavor": _NAME, "image": _NAME,
    "boot_volume": {
        "type": "dict", "options": {"size_gib": _VOLUME["size_gib"], "type": _STR},
    },
    "keypair": _STR, "server_group": _STR, "availability_zones": _SOME, "ports": _list(**_PORT),
    "floating_network": _STR,
    "volumes": {**_list(**_VOLUME, availability_zone=_STR), "default": []},
    # Passwords and tokens may be in it.
    "user_data": {**_STR, "no_log": True},
    "config_drive": _BOOL, "metadata": {"type": "dict", "default": {}},
}  # fmt: skip
_LISTENER: Spec = {
    "port": {"type": "int", "required": True}, "member_port": _INT, "group": _NAME,
}  # fmt: skip
DECLARATION: Spec = {
    "site": _NAME,
    "networks": _list(name=_NAME, mtu=_INT, port_security_enabled=_BOOL),
    "subnets": _list(
        name=_NAME, network=_STR, cidr=_NAME, gateway_ip=_STR,
        enable_dhcp={"type": "bool", "default": True}, dns_nameservers=_STRINGS,
        allocation_pools=_list(start=_NAME, end=_NAME),
    ),
    "routers": _list(
        name=_NAME, external_network=_STR, enable_snat=_BOOL, subnets=_SOME,
        routes=_list(destination=_NAME, nexthop=_NAME),
    ),
    "security_groups": _list(name=_NAME, rules={**_list(**_RULE), "default": []}),
    # The public half is no secret.
    "keypairs": {**_list(name=_NAME, public_key={**_NAME, "no_log": False}), "no_log": False},
    "server_groups": _list(name=_NAME, policy=_choice("soft-anti-affinity", *_POLICIES)),
    "servers": _list(**_SERVER),
    "load_balancers": _list(
        name=_NAME, subnet=_NAME, address=_STR, provider=_STR, floating_network=_STR,
        listeners={**_list(**_LISTENER), "default": []},
    ),
    "adopt": {"type": "dict", "default": {}},
}  # fmt: skip
CHANGING: Spec = {
    "state": _choice("present", "present", "absent"),
    "confirm": {"type": "str", "default": ""},
    "drained": _SOME,
    "force": {"type": "bool", "default": False},
    "replace": _SOME,
    "release_foreign": _SOME,
    "fingerprint": _STR,
    "wait_timeout": {"type": "int", "default": 600},
}
