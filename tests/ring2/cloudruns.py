# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module for a cloud, run in this process or in one that can be killed; and what came of it."""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import os
import typing as t

from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.modules import openstack_site

if t.TYPE_CHECKING:
    from pathlib import Path

Object = dict[str, t.Any]
# What one process may take on a busy machine.
RUN_SECONDS = 300
# Children begin where everything is imported, and are forked from a process without threads.
_START = multiprocessing.get_context("forkserver")
_START.set_forkserver_preload([openstack_site.__name__, "openstack.connection"])
# Kind: service, path, and what tells one thing from another beside its name.
KINDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "networks": ("network", "/networks", ("status", "mtu", "description")),
    "subnets": ("network", "/subnets", ("cidr", "network_id", "enable_dhcp", "description")),
    "routers": ("network", "/routers", ("status", "description", "external_gateway_info")),
    "ports": (
        "network", "/ports",
        ("device_owner", "device_id", "network_id", "security_groups", "description", "status"),
    ),
    "security_groups": ("network", "/security-groups", ("description",)),
    "security_group_rules": (
        "network", "/security-group-rules",
        (
            "security_group_id", "direction", "ethertype", "protocol", "port_range_min",
            "port_range_max", "remote_ip_prefix", "remote_group_id",
        ),
    ),
    "floatingips": ("network", "/floatingips", ("port_id", "status", "description")),
    "servers": (
        "compute", "/servers/detail",
        ("status", "metadata", "key_name", "os-extended-volumes:volumes_attached"),
    ),
    "keypairs": ("compute", "/os-keypairs", ("public_key",)),
    "server_groups": ("compute", "/os-server-groups", ("policies", "members")),
    "volumes": ("block_storage", "/volumes/detail", ("status", "size", "metadata", "attachments")),
    "snapshots": ("block_storage", "/snapshots/detail", ("status", "volume_id")),
}  # fmt: skip
# Parts of the above that no two runs have in common.
PASSING = ("attached_at", "attachment_id", "external_fixed_ips")
Listing = dict[str, dict[str, Object]]


def run(clouds: Path, **arguments: t.Any) -> Object:
    """Run the module in this process, and return its result."""
    said = io.StringIO()
    given = {
        "cloud": "member", **arguments,
        "_ansible_remote_tmp": str(clouds.parent), "_ansible_keep_remote_files": False,
    }  # fmt: skip
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(clouds)
    with (
        contextlib.redirect_stdout(said),
        patch_module_args(given),
        contextlib.suppress(SystemExit),
    ):
        openstack_site.main()
    return t.cast("Object", json.loads(said.getvalue()))


def start(clouds: Path, **arguments: t.Any) -> t.Any:
    """Start the module in a process of its own."""
    child = _START.Process(target=run, args=(clouds,), kwargs=arguments, daemon=True)
    child.start()
    return child


def end(child: t.Any) -> int:
    """Wait for the end of a process, and return how it ended."""
    child.join(RUN_SECONDS)
    assert child.exitcode is not None, f"process {child.pid} runs after {RUN_SECONDS} s"
    return int(child.exitcode)


def listing(connection: t.Any) -> Listing:
    """Return all that the project has, by kind and id, without the code under test."""
    project = connection.current_project_id
    found: Listing = {}
    for kind, (service, path, _kept) in KINDS.items():
        answer = getattr(connection, service).get(path)
        assert answer.status_code == 200, (path, answer.text)
        items = next(each for name, each in answer.json().items() if not name.endswith("_links"))
        items = [item.get("keypair", item) for item in items]
        own = [item for item in items if item.get("project_id", project) == project]
        found[kind] = {item.get("id") or item["name"]: item for item in own}
    return found


def without(everything: Listing, others: Listing) -> Listing:
    """Return what is in the project beside others' things."""
    return {
        kind: {key: item for key, item in items.items() if key not in others[kind]}
        for kind, items in everything.items()
    }


def within(everything: Listing, others: Listing) -> Listing:
    """Return what has become of others' things, to the bit."""
    return {
        kind: {key: item for key, item in items.items() if key in others[kind]}
        for kind, items in everything.items()
    }


def shape(found: Listing) -> list[str]:
    """Return what is there, with names for ids, so that two runs can be compared."""
    names = {
        key: f"<{kind} {item.get('name') or ''}>"
        for kind, items in found.items() for key, item in items.items()
    }  # fmt: skip
    return sorted(
        f"{kind} {item.get('name') or ''} {json.dumps(_told(kind, item, names), sort_keys=True)}"
        for kind, items in found.items() for item in items.values()
    )  # fmt: skip


def _told(kind: str, item: Object, names: dict[str, str]) -> Object:
    return {name: _lasting(item.get(name), names) for name in KINDS[kind][2]}


def _lasting(value: t.Any, names: dict[str, str]) -> t.Any:
    """Return a value without what passes, with names for ids, and with its lists in order."""
    if isinstance(value, dict):
        return {key: _lasting(each, names) for key, each in value.items() if key not in PASSING}
    if isinstance(value, list):
        return sorted((_lasting(each, names) for each in value), key=str)
    return names.get(value, value) if isinstance(value, str) else value
