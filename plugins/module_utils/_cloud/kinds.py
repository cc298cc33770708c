# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Kinds of things in a cloud, as rows: where they are, what tells whose they are, what changes.

Pure. The order of the rows is the order of a plan where nothing else decides.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Kind:
    """One row.

    mark is the field that carries the mark. fixed are attributes that the cloud cannot change,
    ordered those whose order says something; other lists are sets. states are those of a thing
    that is as it should be, broken those from which nothing gets better by waiting. costly things
    hold data or an address that is lost with them.
    """

    name: str
    service: str
    path: str
    one: str
    many: str
    mark: str
    fixed: frozenset[str] = frozenset()
    ordered: frozenset[str] = frozenset()
    uid: str = "id"
    status: str = ""
    states: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    costly: bool = False


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ROWS = (
    Kind("network", "network", "/networks", "network", "networks", "description"),
    Kind(
        "subnet", "network", "/subnets", "subnet", "subnets", "description",
        fixed=_set("network_id cidr"), ordered=_set("dns_nameservers"),
    ),
    Kind("router", "network", "/routers", "router", "routers", "description"),
    Kind(
        "security_group", "network", "/security-groups", "security_group", "security_groups",
        "description",
    ),
    # The rules of one group are one thing: they have no mark, and live in the group.
    Kind("rules", "network", "/security-group-rules", "", "security_group_rules", ""),
    Kind(
        "keypair", "compute", "/os-keypairs", "keypair", "keypairs", "public_key",
        fixed=_set("name public_key"), uid="name",
    ),
    Kind(
        "server_group", "compute", "/os-server-groups", "server_group", "server_groups", "name",
        fixed=_set("policy"),
    ),
    Kind("port", "network", "/ports", "port", "ports", "description", fixed=_set("network_id")),
    Kind(
        "volume", "block-storage", "/volumes", "volume", "volumes", "metadata",
        fixed=_set("volume_type availability_zone"), status="status",
        states=_set("available in-use"),
        broken=_set("error error_deleting error_extending error_restoring error_managing"),
        costly=True,
    ),
    Kind(
        "server", "compute", "/servers", "server", "servers", "metadata",
        fixed=_set(
            "flavor image key_name server_group availability_zone user_data config_drive"
            " boot_volume"
        ),
        status="status", states=_set("ACTIVE"), broken=_set("ERROR"), costly=True,
    ),
    Kind(
        "load_balancer", "load-balancer", "/lbaas/loadbalancers", "loadbalancer", "loadbalancers",
        "description", fixed=_set("vip_subnet_id vip_address provider"),
        status="provisioning_status", states=_set("ACTIVE"), broken=_set("ERROR"),
    ),
    Kind(
        "floating_ip", "network", "/floatingips", "floatingip", "floatingips", "description",
        fixed=_set("floating_network_id"), costly=True,
    ),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {row.name: row for row in _ROWS}
ADOPTABLE = tuple(name for name in KINDS if name != "rules")
_PLACES = {name: place for place, name in enumerate(KINDS)}


def sort_key(target: str) -> tuple[int, str]:
    """Return where a thing stands in a plan among others that do not need each other."""
    kind, _slash, name = target.partition("/")
    return _PLACES.get(kind, len(_PLACES)), name


def kind_of(target: str) -> str:
    """Return the kind of what a plan is about."""
    return target.partition("/")[0]
