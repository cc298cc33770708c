# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Terraform's and OpenTofu's state files, as the resources of OpenStack in them. Pure.

A state file holds user data, passwords and private keys in clear. What comes out of here are the
attributes that the table names, and of these none that the file itself calls sensitive. No text
that people write as they like is in the table: they write secrets, too.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Raw = Mapping[str, t.Any]

PREFIX = "openstack_"
VERSIONS = (3, 4)
# What metadata may tell of a server; whatever else people keep there stays in the file.
GROUP_KEYS = ("rook_groups", "kubespray_groups")

_VOLUME = ("name", "size", "volume_type", "availability_zone", "image_id")
_RULE = ("from_port", "to_port", "ip_protocol", "cidr", "from_group_id", "self")
# Type of resource, without the provider's name -> attributes that may come out; none of others.
ATTRIBUTES: Mapping[str, Sequence[str]] = {
    "blockstorage_volume_v2": (*_VOLUME, "attachment"),
    "blockstorage_volume_v3": (*_VOLUME, "attachment"),
    "compute_flavor_v2": ("name", "vcpus", "ram", "disk"),
    "compute_floatingip_associate_v2": ("floating_ip", "instance_id", "fixed_ip"),
    "compute_floatingip_v2": ("address", "pool", "fixed_ip", "instance_id"),
    "compute_instance_v2": (
        "name", "access_ip_v4", "access_ip_v6", "flavor_name", "flavor_id", "image_name",
        "image_id", "key_pair", "availability_zone", "security_groups", "network", "block_device",
        "metadata", "scheduler_hints",
    ),
    "compute_interface_attach_v2": ("instance_id", "port_id", "network_id", "fixed_ip"),
    "compute_keypair_v2": ("name", "public_key", "fingerprint"),
    "compute_secgroup_v2": ("name", "rule"),
    "compute_servergroup_v2": ("name", "policies", "policy"),
    "compute_volume_attach_v2": ("instance_id", "volume_id", "device"),
    "images_image_v2": ("name",),
    "lb_loadbalancer_v2": ("name", "vip_address", "vip_subnet_id"),
    "networking_floatingip_associate_v2": ("floating_ip", "port_id", "fixed_ip"),
    "networking_floatingip_v2": ("address", "pool", "fixed_ip", "port_id"),
    "networking_network_v2": ("name", "external", "mtu", "port_security_enabled"),
    "networking_port_v2": ("name", "network_id", "all_fixed_ips", "all_security_group_ids"),
    "networking_router_interface_v2": ("router_id", "subnet_id", "port_id"),
    "networking_router_v2": ("name", "external_network_id", "external_gateway"),
    "networking_secgroup_rule_v2": (
        "direction", "ethertype", "protocol", "port_range_min", "port_range_max",
        "remote_ip_prefix", "remote_group_id", "remote_address_group_id", "security_group_id",
    ),
    "networking_secgroup_v2": ("name",),
    "networking_subnet_v2": (
        "name", "network_id", "cidr", "ip_version", "gateway_ip", "dns_nameservers",
        "enable_dhcp",
    ),
}  # fmt: skip
# The same for what stands in lists of mappings.
_PARTS: Mapping[str, Sequence[str]] = {
    "attachment": ("instance_id", "device"),
    "block_device": (
        "boot_index", "source_type", "destination_type", "uuid", "volume_size", "volume_type",
        "delete_on_termination",
    ),
    "network": ("name", "uuid", "port", "fixed_ip_v4", "access_network"),
    "rule": _RULE,
    "scheduler_hints": ("group",),
}  # fmt: skip
# Version 3 has nothing but strings.
_NUMBERS = frozenset(
    {
        "boot_index", "disk", "from_port", "ip_version", "mtu", "port_range_max",
        "port_range_min", "ram", "size", "to_port", "vcpus", "volume_size",
    }
)  # fmt: skip
_SWITCHES = frozenset(
    {
        "access_network", "delete_on_termination", "enable_dhcp", "external",
        "port_security_enabled", "self",
    }
)  # fmt: skip


class Attributes(dict[str, t.Any]):
    """What a state tells of a resource; whoever needs more is told what is missing, and of whom."""

    address = ""

    def __missing__(self, name: str) -> t.NoReturn:
        raise _problem(
            f"{self.address}.{name}",
            "",
            "is not told by the state, or is sensitive there, and is needed",
            "Let Terraform or OpenTofu write it with `apply -refresh-only`, or declare the site by "
            "hand.",
        )


@dataclasses.dataclass(frozen=True)
class Resource:
    """One object of OpenStack that a state file knows, with the attributes that may come out.

    What is not managed is only looked up by Terraform. A deposed object was to be replaced, and
    exists until somebody removes it.
    """

    address: str
    type: str
    id: str
    attributes: Mapping[str, t.Any]
    managed: bool = True
    deposed: bool = False

    @property
    def name(self) -> str:
        """Its name in OpenStack; empty for what has none."""
        return str(self.attributes.get("name") or "")

    def as_result(self) -> dict[str, t.Any]:
        """Return it as a module tells it."""
        return {**dataclasses.asdict(self), "name": self.name}


def read_state(text: str, path: str) -> tuple[Resource, ...]:
    """Return the resources of OpenStack in a state file, in the order of their addresses."""
    state = _checked(text, path)
    found = _of_version_3(state) if state["version"] == 3 else _of_version_4(state)
    try:
        return tuple(sorted(found, key=lambda item: (not item.managed, item.address, item.id)))
    except (AttributeError, KeyError, TypeError, ValueError) as fault:
        words = f"{type(fault).__name__}: {fault}"
        raise _problem(
            path, "", f"is not laid out as its version says ({words})", "Take one that is whole."
        ) from fault


def _checked(text: str, path: str) -> Raw:
    """Return the state as a mapping, or say why it is none that can be read."""
    try:
        state = json.loads(text)
    except ValueError as fault:
        # The text itself stays out of the message: it may hold secrets.
        place = f" at line {fault.lineno}" if isinstance(fault, json.JSONDecodeError) else ""
        raise _problem(
            path,
            "",
            f"is not JSON{place}",
            "Name a state file as `terraform state pull` writes it.",
        ) from None
    if not isinstance(state, dict):
        raise _problem(path, "", "is not a state file", "Name the file terraform.tfstate.")
    if "encrypted_data" in state:
        raise _problem(
            path, "", "is encrypted by OpenTofu", "Read it with `tofu state pull`, which decrypts."
        )
    if state.get("version") not in VERSIONS:
        raise _problem(
            path,
            repr(state.get("version")),
            "is not a version of state files that is known here (3 and 4 are)",
            "Let a newer Terraform or OpenTofu rewrite it, with `apply -refresh-only`.",
        )
    if "backend" in state and not any(state.get("modules") or ()) and "resources" not in state:
        raise _problem(
            path,
            str((state["backend"] or {}).get("type")),
            "is only the address of a backend, which holds the state",
            "Write the state itself to a file with `terraform state pull`.",
        )
    return state


def _problem(path: str, value: str, reason: str, cure: str) -> ModelError:
    return ModelError([Problem(path, value, reason, cure)])


def _of_version_3(state: Raw) -> Iterator[Resource]:
    for module in state.get("modules") or ():
        place = "".join(f"module.{name}." for name in module["path"][1:])
        for key, item in module["resources"].items():
            kept = [(item["primary"], False)] if item.get("primary") else []
            for one, deposed in [*kept, *((each, True) for each in item.get("deposed") or ())]:
                yield from _resource(
                    f"{place}{key}", item["type"], one["id"], _nested(one.get("attributes") or {}),
                    managed=not key.startswith("data."), deposed=deposed,
                )  # fmt: skip


def _nested(flat: Mapping[str, str]) -> dict[str, t.Any]:
    """Return the attributes that a flat map of version 3 has."""
    return {name: nest(flat, name) for name in _first_words(flat, "")}


def _of_version_4(state: Raw) -> Iterator[Resource]:
    for item in state.get("resources") or ():
        # What others' providers keep is their own affair; some have not even an id.
        if not item["type"].startswith(PREFIX):
            continue
        managed = item["mode"] == "managed"
        place = f"{item['module']}." if item.get("module") else ""
        data = "" if managed else "data."
        for one in item["instances"]:
            index = f"[{json.dumps(one['index_key'])}]" if "index_key" in one else ""
            hidden = _hidden(one.get("sensitive_attributes") or ())
            # What was brought over from version 3 stays flat until it is refreshed.
            flat = one.get("attributes_flat")
            attributes = one["attributes"] if flat is None else _nested(flat)
            shown = {key: attributes[key] for key in attributes if key not in hidden}
            yield from _resource(
                f"{place}{data}{item['type']}.{item['name']}{index}", item["type"],
                attributes["id"], shown, managed=managed, deposed=bool(one.get("deposed")),
            )  # fmt: skip


def _hidden(paths: Iterable[Sequence[Raw]]) -> set[str]:
    """Return the attributes that are sensitive as a whole or in a part that could come out."""
    return {
        path[0]["value"]
        for path in paths
        if path
        and not (path[0]["value"] == "metadata" and path[1:] and _key(path[1]) not in GROUP_KEYS)
    }


def _key(step: Raw) -> t.Any:
    """Return the key of a map that a step of a path names."""
    value = step["value"]
    return value["value"] if isinstance(value, dict) else value


def _resource(
    address: str, kind: str, key: str, attributes: Raw, *, managed: bool, deposed: bool
) -> Iterator[Resource]:
    """Yield the resource when it is OpenStack's; of other types only what somebody made counts."""
    short = kind.removeprefix(PREFIX)
    if kind.startswith(PREFIX) and (managed or short in ATTRIBUTES):
        kept = Attributes(_kept(attributes, ATTRIBUTES.get(short, ())))
        kept.address = address
        yield Resource(address, short, key, kept, managed, deposed)


def _kept(attributes: Raw, names: Sequence[str]) -> dict[str, t.Any]:
    """Return the named attributes that are set, with numbers and booleans as such."""
    return {
        name: _plain(name, attributes[name])
        for name in names
        if attributes.get(name) not in (None, "")
    }


def _plain(name: str, value: t.Any) -> t.Any:
    if name == "metadata":
        return _kept(value, GROUP_KEYS)
    if name in _PARTS:
        return [_kept(each, _PARTS[name]) for each in value]
    if name in _NUMBERS:
        return int(value)
    if name in _SWITCHES:
        return value in (True, "true")
    return value


def nest(flat: Mapping[str, str], path: str) -> t.Any:
    """Return what a flat map of version 3 has at a path.

    `path.#` counts a list, whose elements have an index or, in a set, a hash; `path.%` counts a
    map, whose keys may hold dots.
    """
    if path in flat:
        return flat[path]
    inside = f"{path}."
    if f"{path}.%" in flat:
        keys = (key.removeprefix(inside) for key in flat if key.startswith(inside))
        return {key: flat[inside + key] for key in keys if key != "%"}
    words = _first_words(flat, inside)
    if f"{path}.#" in flat:
        return [nest(flat, inside + word) for word in sorted(words - {"#"}, key=_place)]
    return {word: nest(flat, inside + word) for word in sorted(words)}


def _place(word: str) -> tuple[int, str]:
    return (int(word), "") if word.isdecimal() else (0, word)


def _first_words(flat: Mapping[str, str], inside: str) -> set[str]:
    """Return the next part of each key below a path."""
    return {key.removeprefix(inside).split(".", 1)[0] for key in flat if key.startswith(inside)}
