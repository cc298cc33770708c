# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The servers of a site as hosts of an inventory. Pure."""

from __future__ import annotations

import dataclasses
import fnmatch
import shlex
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud.plan import STARTS
from ansible_collections.rookery.rook.plugins.module_utils._cloud.report import LINK, device_of
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Server = Mapping[str, t.Any]

CONTROL_PLANE, NODE, STORAGE = "kube_control_plane", "kube_node", "rook_storage"
GROUPS = (CONTROL_PLANE, NODE, STORAGE)
# The first half of a version 4 UUID but its version: 48 random bits.
SHARED_LENGTH = 13


@dataclasses.dataclass(frozen=True)
class Way:
    """How hosts are reached, and which of their volumes are for Ceph."""

    known_hosts: str
    address: str = "floating"
    network: str = ""
    user: str = ""
    private_key_file: str = ""
    pinned_only: bool = False
    storage_volumes: Sequence[str] = ("*",)
    device_link: str = LINK

    def __post_init__(self) -> None:
        """Refuse a link that is none, or that all volumes have."""
        try:
            found = [device_of(uid, self.device_link) for uid in ("0" * 36, "1" * 36)]
        except (AttributeError, LookupError, TypeError, ValueError):
            found = []
        if len(set(found)) < 2 or not found[0].startswith("/dev/disk/by-"):
            raise RookeryError(
                f"device_link: {self.device_link} names no volume under /dev/disk. "
                f"Put {{id}} or {{hex}} where its id is, as in {LINK}."
            )


def hosts_of(servers: Sequence[Server], way: Way) -> dict[str, dict[str, t.Any]]:
    """Return the variables of each server by its name in the declaration."""
    jump = _jump(servers) if way.address == "floating" else None
    return {server["declared"]: _variables(server, jump, way) for server in servers}


def groups_of(servers: Sequence[Server]) -> dict[str, list[str]]:
    """Return the servers of each group by name; the groups of the roles are always there."""
    found: dict[str, list[str]] = {group: [] for group in GROUPS}
    for server in servers:
        for group in server["groups"]:
            found.setdefault(group, []).append(server["declared"])
    return found


def shared(uid: str) -> str:
    """Return where connections to a server meet, as Ansible's ssh expands it.

    Ansible's own name has but address and user. Another site's server at the same address, behind
    another way, would be taken for this one as long as a connection is kept, with no key checked.
    A socket's name has a limit, so of the id there is only a part.
    """
    return f"%(directory)s/{uid[:SHARED_LENGTH]}-%%r"


def _jump(servers: Sequence[Server]) -> Server | None:
    """Return the server through which others are reached."""

    def rank(server: Server) -> tuple[bool, ...]:
        return _is_off(server), *(
            group not in server["groups"] for group in ("bastion", CONTROL_PLANE)
        )

    return min((server for server in servers if server["floating_ip"]), key=rank, default=None)


def _is_off(server: Server) -> bool:
    """Tell whether nothing answers on a server before it is started or made again."""
    return server["status"] == "ERROR" or bool(STARTS.get(server["status"]))


def _variables(server: Server, jump: Server | None, way: Way) -> dict[str, t.Any]:
    fixed = _fixed(server, way)
    public = server["floating_ip"] if way.address == "floating" else ""
    found: dict[str, t.Any] = {
        "ansible_host": public or fixed,
        "ansible_ssh_common_args": _arguments(server, None if public else jump, way),
        "ansible_control_path": shared(server["id"]),
        # Where Ansible checks none it tells ssh so before that, and the first word counts.
        "ansible_host_key_checking": True,
        # A floating IP is on no interface of the node.
        "rook_kubernetes_node_ip": fixed,
        "openstack_id": server["id"],
        "openstack_name": server["name"],
        "openstack_status": server["status"],
        "openstack_availability_zone": server["availability_zone"],
    }
    if way.user:
        found["ansible_user"] = way.user
    if way.private_key_file:
        found["ansible_ssh_private_key_file"] = way.private_key_file
    if STORAGE in server["groups"]:
        found["rook_node_devices"] = [
            device_of(volume["id"], way.device_link)
            for volume in server["volumes"]
            if _is_storage(volume["name"], way)
        ]
    return found


def _fixed(server: Server, way: Way) -> str:
    """Return a server's own address, of the network in which the nodes know each other.

    Neutron tells the addresses of a port in the order of their text, so that of two protocols
    either may be the first: all servers have that of IPv4 where there is one.
    """
    found = [each for each in server["addresses"] if way.network in ("", each["network"])]
    same = [each["address"] for each in found if each["network"] == found[0]["network"]]
    return str(min(same, key=lambda address: ":" in address, default=""))


def _is_storage(name: str, way: Way) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in way.storage_volumes)


def _arguments(server: Server, jump: Server | None, way: Way) -> str:
    """Return ssh's options: keys by the server's id, and the way through another one."""
    words = _checking(server, way)
    if jump is not None:
        key = ["-i", way.private_key_file] if way.private_key_file else []
        # Whoever names the user, ssh itself knows whom it logs in.
        to = f"{way.user or '%r'}@{jump['floating_ip']}"
        # Brackets part an address of IPv6 from the port.
        through = shlex.join(["ssh", "-W", "[%h]:%p", *_checking(jump, way), *key, to])
        words += ["-o", f"ProxyCommand={through}"]
    return shlex.join(words)


def _checking(server: Server, way: Way) -> list[str]:
    checking = "yes" if way.pinned_only else "accept-new"
    options = (
        f'UserKnownHostsFile="{way.known_hosts}"',
        f"HostKeyAlias={server['id']}",
        f"StrictHostKeyChecking={checking}",
        "HashKnownHosts=no",
        # Else ssh before 8.5 keeps keys under addresses as well, which come to other servers.
        "CheckHostIP=no",
        # What waits for a server that is gone fails then; TCP alone needs hours.
        "ServerAliveInterval=30",
        "ServerAliveCountMax=4",
    )
    return [word for option in options for word in ("-o", option)]
