# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Look at a project: each kind is one list, all lists at the same time."""

from __future__ import annotations

import concurrent.futures
import typing as t
from collections.abc import Callable, Collection, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import THREADS
from ansible_collections.rookery.rook.plugins.module_utils._cloud import balancers, silence
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight, find
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import CloudSite, Wanted
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan

Objects = Sequence[Mapping[str, t.Any]]
Listing = Callable[["Cloud"], Objects]


def _quotas_of_servers(cloud: Cloud) -> Objects:
    found = cloud.send(Request("GET", "compute", "/limits", "quotas"))["limits"]["absolute"]
    counted = [
        {"name": name, "limit": found[f"max{theirs}"], "used": found[f"total{used}Used"]}
        for name, theirs, used in (
            ("instances", "TotalInstances", "Instances"),
            ("cores", "TotalCores", "Cores"),
            ("ram", "TotalRAMSize", "RAM"),
            ("server_groups", "ServerGroups", "ServerGroups"),
        )
    ]
    # Each group has that many, whatever is in the others.
    return [*counted, {"name": "server_group_members", "limit": found["maxServerGroupMembers"]}]


def _quotas_of_volumes(cloud: Cloud) -> Objects:
    found = cloud.send(Request("GET", "block-storage", "/limits", "quotas"))["limits"]["absolute"]
    return [
        {"name": name, "limit": found[f"maxTotal{theirs}"], "used": found[f"total{used}Used"]}
        for name, theirs, used in (
            ("volumes", "Volumes", "Volumes"),
            ("gigabytes", "VolumeGigabytes", "Gigabytes"),
        )
    ]


def _quotas_of_networks(cloud: Cloud) -> Objects:
    path = f"/quotas/{cloud.project}/details.json"
    found = cloud.send(Request("GET", "network", path, "quotas"))["quota"]
    return [
        {"name": name, "limit": item["limit"], "used": item["used"] + item["reserved"]}
        for name, item in found.items()
    ]


def _quotas_of_balancers(cloud: Cloud) -> Objects:
    path = f"/lbaas/quotas/{cloud.project}"
    limit = cloud.send(Request("GET", "load-balancer", path, "quotas"))["quota"]["load_balancer"]
    used = len(SITE["load_balancer"](cloud))
    return [{"name": "load_balancer", "limit": limit, "used": used}]


def _permitted(many: str, listing: Listing) -> Listing:
    """Return what lists things of which there are none for somebody who may not look at them.

    A site without them needs no right to them; that others may have made some has to be told.
    """

    def ask(cloud: Cloud) -> Objects:
        try:
            return listing(cloud)
        except ClientError as error:
            if error.status != 403:
                raise
            cloud.refused.add(many)
            return []

    return ask


def _keypairs(cloud: Cloud) -> Objects:
    return [item["keypair"] for item in cloud.list("compute", "/os-keypairs", "keypairs")]


def _plain(kind: str, **query: str | Sequence[str]) -> Listing:
    row = KINDS[kind]
    path = f"{row.path}/detail" if kind in ("server", "volume") else row.path

    def ask(cloud: Cloud) -> Objects:
        # Ports of others in our networks are seen by who has the network.
        own = row.service in ("network", "load-balancer") and kind != "port"
        mine = {"project_id": cloud.project} if own else {}
        found = cloud.list(row.service, path, row.many, **mine, **query)
        if kind != "port":
            return found
        # In another project a site may have the same name.
        return [
            item if item["project_id"] == cloud.project else {**item, row.mark: ""}
            for item in found
        ]

    return ask


def _at(service: str, path: str, many: str, **query: str) -> Listing:
    return lambda cloud: cloud.list(service, path, many, **query)


def images(names: Iterable[str]) -> Listing:
    """Return what lists images by name, and those that are not names by id."""

    def ask(cloud: Cloud) -> Objects:
        wanted = sorted(set(names))
        quoted = ",".join(f'"{name}"' for name in wanted)
        found = cloud.list("image", "/images", "images", name=f"in:{quoted}", limit="1000")
        left = sorted(set(wanted) - {str(item["name"]) for item in found})
        if left:
            path = f"in:{','.join(left)}"
            found += cloud.list("image", "/images", "images", id=path, limit="1000")
        return found

    return ask


# What is looked at of a port; to tell the rest takes the cloud half as long again.
PORT = (
    "id", "name", "description", "status", "project_id", "network_id", "device_id", "device_owner",
    "mac_address", "fixed_ips", "security_groups", "port_security_enabled",
    "allowed_address_pairs", "trunk_details", "created_at",
)  # fmt: skip
SITE: Mapping[str, Listing] = {name: _plain(name) for name in KINDS if name != "rules"} | {
    "keypair": _keypairs,
    "port": _plain("port", fields=PORT),
    "load_balancer": _permitted("load balancers", _plain("load_balancer")),
}
NETWORKS = _at("network", "/networks", "networks")
FLAVORS: Mapping[str, Listing] = {"flavor": _at("compute", "/flavors/detail", "flavors")}
# What is looked at before something is created.
ROOM: Mapping[str, Listing] = {
    **FLAVORS,
    "quota server": _quotas_of_servers,
    "quota volume": _quotas_of_volumes,
    "quota network": _quotas_of_networks,
}
BALANCERS: Mapping[str, Listing] = {"quota balancer": _quotas_of_balancers}
ZONES: Mapping[str, Listing] = {
    "server_zone": _at("compute", "/os-availability-zone", "availabilityZoneInfo"),
    "volume_zone": _at("block-storage", "/os-availability-zone", "availabilityZoneInfo"),
}
TYPES: Mapping[str, Listing] = {"volume_type": _at("block-storage", "/types", "volume_types")}
# What others make of our volumes.
DERIVED: Mapping[str, Listing] = {
    "snapshot": _permitted("snapshots", _at("block-storage", "/snapshots/detail", "snapshots")),
    "backup": _permitted("backups", _at("block-storage", "/backups/detail", "backups")),
}

# What there still is can be told without its state, in a fraction of the time: for the details of
# servers Nova asks Neutron, which may be busy with their end.
BRIEF: Mapping[str, Listing] = {
    kind: _at(KINDS[kind].service, KINDS[kind].path, KINDS[kind].many)
    for kind in ("server", "volume")
}


# A network service that has just started and is asked many things at once gives some of its lists
# as empty. One answer makes it ready, and so is waited for; the longest list is made meanwhile.
FIRST = "security_group"
BESIDE = "server"


def look(cloud: Cloud, listings: Mapping[str, Listing]) -> Sight:
    """Return lists by kind; of several that begin with one word the entries stand together."""
    # The first request logs in; the others would all do so at once.
    cloud.login()
    asked = {
        name: listing
        for name, listing in listings.items()
        if name != "load_balancer" or cloud.has("load-balancer")
    }
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        futures = {
            name: pool.submit(asked[name], cloud) for name in (FIRST, BESIDE) if name in asked
        }
        if FIRST in futures:
            futures[FIRST].result()
        futures |= {name: pool.submit(asked[name], cloud) for name in asked if name not in futures}
        lists: dict[str, list[Mapping[str, t.Any]]] = {}
        for name in asked:
            lists.setdefault(name.partition(" ")[0], []).extend(futures[name].result())
    return Sight(lists)


def find_known(cloud: Cloud, site: CloudSite, sight: Sight) -> Found:
    """Return what is the site's; raise RookeryError when nobody knows whether a server is there.

    As long as all servers are in the list that have something of ours, nothing is asked.
    """
    found, gone = find(site.name, site.adopt, sight), set()
    for uid, target in sorted(silence.unlisted(found, sight).items()):
        try:
            if cloud.send(silence.question(uid, f"server {uid}")) is None:
                gone.add(uid)
        except ClientError as error:
            silence.refuse_unknown(uid, f"which has {target}", error)
    return find(site.name, site.adopt, sight, gone) if gone else found


def look_behind(cloud: Cloud, ours: Collection[str], sight: Sight) -> Sight:
    """Return the lists with what is behind some load balancers."""
    if not ours:
        return sight
    mine = {"project_id": cloud.project}
    behind = look(
        cloud,
        {
            kind: _at("load-balancer", f"/lbaas/{many}", many, **mine)
            for kind, many in balancers.LISTS.items()
        },
    )
    return Sight({**sight.lists, **behind.lists, **look(cloud, _members(ours, behind)).lists})


def _members(ours: Collection[str], behind: Sight) -> dict[str, Listing]:
    """Return how the members of the pools behind some load balancers are listed."""

    def listing(pool: str) -> Listing:
        def ask(cloud: Cloud) -> Objects:
            found = cloud.list("load-balancer", f"/lbaas/pools/{pool}/members", "members")
            return [{**item, "pool_id": pool} for item in found]

        return ask

    return {
        f"member {pool['id']}": listing(pool["id"])
        for pool in behind.of("pool")
        if any(each["id"] in ours for each in pool["loadbalancers"])
    }


def look_at_site(
    cloud: Cloud, wanted: Mapping[str, Wanted], more: Mapping[str, Listing] | None = None
) -> Sight:
    """Return the site's lists, more of them, and what the declaration names of the offers."""
    listings = {**SITE, **(more or {}), **_offers(wanted)}
    if not _leads_out(wanted):
        return look(cloud, listings)
    # One list has the networks of the site and those to which its routers lead.
    sight = look(cloud, {**listings, "network": NETWORKS})
    found = sight.of("network")
    own = [item for item in found if item["project_id"] == cloud.project]
    outer = [item for item in found if item.get("router:external")]
    return Sight({**sight.lists, "network": own, "external": outer})


def _offers(wanted: Mapping[str, Wanted]) -> dict[str, Listing]:
    """Return how the offers are listed that a declaration names."""
    listings: dict[str, Listing] = {}
    names = {item.attributes["image"].name for item in wanted.values() if item.kind == "server"}
    if names:
        listings["image"] = images(names)
    return listings


def _leads_out(wanted: Mapping[str, Wanted]) -> bool:
    """Tell whether a declaration names networks of the cloud's."""
    return any(
        item.kind == "floating_ip" or "external_network" in item.attributes
        for item in wanted.values()
    )


def look_for_removal(cloud: Cloud) -> Sight:
    """Return the site's lists, and what others made of volumes."""
    return look(cloud, {**SITE, **DERIVED})


def look_for_rest(cloud: Cloud) -> Sight:
    """Return the lists of what may be made behind one's back while a site is removed.

    Of servers and volumes the waits have seen the end.
    """
    kept = ("network", "router", "security_group", "port", "floating_ip", "load_balancer")
    return look(cloud, {kind: SITE[kind] for kind in kept})


def look_for_room(cloud: Cloud, creates: Sequence[Wanted], sight: Sight, *, growth: bool) -> Sight:
    """Return the lists with what tells whether there is room for what is to be created or grows."""
    if not creates and not growth:
        return sight
    listings = dict(ROOM)
    if any(item.kind == "load_balancer" for item in creates):
        listings |= BALANCERS
    if any(item.attributes.get("availability_zone") for item in creates):
        listings |= ZONES
    boots = [item.attributes.get("boot_volume") or {} for item in creates]
    if any(item.attributes.get("volume_type") for item in creates) or any(
        boot.get("type") for boot in boots
    ):
        listings |= TYPES
    return Sight({**sight.lists, **look(cloud, listings).lists})


def look_for_copies(cloud: Cloud, plan: Plan, sight: Sight) -> Sight:
    """Return the lists with what others made of volumes, where a plan removes any."""
    if not any(step.op == "delete" and step.target.startswith("volume/") for step in plan.steps):
        return sight
    return Sight({**sight.lists, **look(cloud, {"snapshot": DERIVED["snapshot"]}).lists})


def refresh(cloud: Cloud, kind: str, brief: bool = False) -> Objects:
    """Return the list of one kind as it is now; where that is possible only what there is."""
    listings = {**DERIVED, **SITE, **(BRIEF if brief else {})}
    return listings[kind](cloud)
