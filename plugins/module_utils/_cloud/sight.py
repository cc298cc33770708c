# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is there, as lists of the cloud's own objects, and which of it is the site's. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Iterator, Mapping, Sequence, Set

from ansible_collections.rookery.rook.plugins.module_utils._cloud import marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS, Kind, kind_of
from ansible_collections.rookery.rook.plugins.module_utils._cloud.silence import refuse_silence

Live = Mapping[str, t.Any]

# What the cloud offers, by the kind of a reference: under which name each list is kept.
CATALOGS = {"external": "external", "image": "image", "flavor": "flavor"}
ROUTER_PORTS = ("network:router_interface", "network:ha_router_replicated_interface")


@dataclasses.dataclass(frozen=True)
class Sight:
    """One look at a project: lists by kind, catalogs among them."""

    lists: Mapping[str, Sequence[Live]] = dataclasses.field(default_factory=dict)

    def of(self, kind: str) -> Sequence[Live]:
        """Return the list of a kind; one that was not asked for is empty."""
        return self.lists.get(kind, ())

    def catalog(self, kind: str, name: str) -> list[Live]:
        """Return what the cloud offers by name or id."""
        kept = "security_group" if kind == "other_group" else kind
        by_id = [item for item in self.of(kept) if item["id"] == name]
        return by_id or [item for item in self.of(kept) if item["name"] == name]

    def ports_of(self, device: str) -> list[Live]:
        """Return the ports of a server or router."""
        return [port for port in self.of("port") if port["device_id"] == device]


@dataclasses.dataclass(frozen=True)
class Found:
    """What is the site's: by id of the plan, and what carries a mark that another one has, too.

    along are volumes that go with servers that have them: while they do, these are no own things.
    """

    live: Mapping[str, Live] = dataclasses.field(default_factory=dict)
    doubles: Sequence[tuple[str, Live]] = ()
    missing: Sequence[str] = ()
    clashes: Sequence[tuple[str, str]] = ()
    along: Sequence[tuple[str, Live]] = ()

    def uid(self, target: str) -> str:
        """Return the cloud's id of a thing, nothing when it is not there."""
        live = self.live.get(target)
        return uid_of(target, live) if live is not None else ""

    def uids(self, kind: str) -> set[str]:
        """Return the cloud's ids of all that is the site's of a kind."""
        items = [*self.live.items(), *self.doubles]
        return {uid_of(target, live) for target, live in items if kind_of(target) == kind}

    def names(self) -> dict[str, str]:
        """Return ids of the plan by ids of the cloud."""
        ours = {
            uid_of(target, live): target
            for target, live in self.live.items()
            if not target.startswith("rules/")
        }
        # What leads to a load balancer leads to its port.
        return ours | {
            str(live["vip_port_id"]): target
            for target, live in self.live.items()
            if kind_of(target) == "load_balancer"
        }


def uid_of(target: str, live: Live) -> str:
    """Return the id by which the cloud knows a thing."""
    return str(live[KINDS[kind_of(target)].uid])


def find(site: str, adopt: Mapping[str, str], sight: Sight, gone: Set[str] = frozenset()) -> Found:
    """Return what is the site's, by its mark or because it is to be adopted.

    Of several with one mark the eldest is taken; the others came from requests that were repeated.
    gone are servers of which Nova knows no more, whatever Cinder takes for held by them.
    Raises RookeryError while the cloud does not tell whose a server is.
    """
    refuse_silence(sight.of("server"))
    live: dict[str, Live] = {}
    doubles: list[tuple[str, Live]] = []
    clashes: list[tuple[str, str]] = []
    adopted: set[str] = set()
    for name, row in KINDS.items():
        for item in sorted(sight.of(name), key=_age):
            target, marked = _whose(site, adopt, row, item)
            if not target:
                continue
            if target not in live:
                live[target] = item
            elif marked and target not in adopted:
                doubles.append((target, item))
            else:
                # Of two different things one is not simply too many.
                clashes.append((target, str(item[row.uid])))
            if not marked:
                adopted.add(target)
    servers = [item for target, item in [*live.items(), *doubles] if kind_of(target) == "server"]
    along = tuple(_along(live, servers, sight, gone))
    for target, _item in along:
        del live[target]
    live.update(_ports_of_adopted(adopt, live, sight))
    for target in [target for target in live if target.startswith("security_group/")]:
        live[f"rules/{target.partition('/')[2]}"] = live[target]
    taken = {uid_of(target, item) for target, item in live.items()}
    missing = sorted(uid for uid, name in adopt.items() if uid not in taken and name not in live)
    return Found(live, tuple(doubles), tuple(missing), tuple(clashes), along)


def _along(
    live: Mapping[str, Live], servers: Sequence[Live], sight: Sight, gone: Set[str]
) -> Iterator[tuple[str, Live]]:
    """Yield the volumes that go with our servers and are still theirs.

    Nova may have one of a server for its own when Cinder does not, and a server may be in no list.
    """
    ours = {server["id"] for server in servers}
    others = {server["id"] for server in sight.of("server")} - ours
    theirs = {uid for server in servers for uid in ending_with(server)}
    for target, item in live.items():
        holders = {each["server_id"] for each in item.get("attachments") or ()} - gone
        if marks.goes_along(item) and (item["id"] in theirs or (holders and not holders & others)):
            yield target, item


def ending_with(server: Live) -> list[str]:
    """Return the volumes that the cloud removes with a server, such as that it boots from."""
    attached = server.get("os-extended-volumes:volumes_attached") or ()
    return [str(item["id"]) for item in attached if item.get("delete_on_termination")]


def _ports_of_adopted(
    adopt: Mapping[str, str], live: Mapping[str, Live], sight: Sight
) -> dict[str, Live]:
    """Return the ports that the cloud itself made for servers that are adopted."""
    networks = {
        item["id"]: target.partition("/")[2]
        for target, item in live.items()
        if kind_of(target) == "network"
    }
    found: dict[str, Live] = {}
    for target, server in live.items():
        if kind_of(target) != "server" or adopt.get(server["id"]) != target:
            continue
        for port in sight.ports_of(server["id"]):
            network = networks.get(port["network_id"])
            name = f"port/{target.partition('/')[2]}-{network}"
            # Nova gives its ports no name: one that has a name was made by somebody.
            if network and name not in live and not port["name"]:
                found.setdefault(name, port)
    return found


def _whose(site: str, adopt: Mapping[str, str], row: Kind, item: Live) -> tuple[str, bool]:
    """Return what a plan calls a thing if it is the site's, and whether its mark says so."""
    owner, target = marks.read_mark(row.name, row.mark, item) if row.mark else ("", "")
    asked = adopt.get(str(item.get(row.uid, "")), "")
    if owner == site:
        return target, True
    return (asked, False) if asked.startswith(f"{row.name}/") else ("", False)


def _age(item: Live) -> tuple[bool, str, str]:
    """Order things by age; what never came to life comes last."""
    broken = str(item.get("status", "")).upper() == "ERROR"
    born = str(item.get("created_at") or item.get("created") or "")
    return broken, born, str(item.get("id", ""))
