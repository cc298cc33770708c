# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How a thing is removed, whatever state it is in: the requests of a delete step. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import (
    actions,
    balancers,
    marks,
    silence,
    states,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import (
    Action,
    Look,
    Request,
    Standing,
    Until,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS, Kind
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import (
    ROUTER_PORTS,
    ending_with,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError, WaitTimeout

if t.TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Ask, Live
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight

    Steps = Generator[Ask, t.Any, None]

GONE = (404,)
# The answer of Cinder to what a volume's state does not allow.
INVALID = 400
# A volume is removed from these; from the others it comes to one of them by itself, or never.
_REMOVABLE = frozenset({"available", "error", "error_restoring", "error_extending"})
_HELD = frozenset({"in-use"})
# Whatever a look shows is what was asked for.
_SEEN = Standing(states.READY)
# Where things of the network service have their mark.
_TEXT = "description"
# What others make of our volumes, and how the cloud names it.
_DERIVED = {"snapshot": "/snapshots", "backup": "/backups"}


def remove(site: str, target: str, live: Live, sight: Sight) -> Action:
    """Remove one thing, and wait until it is gone where that takes time."""
    kind, uid = target.partition("/")[0], target.partition("/")[2]
    if kind in _DERIVED:
        path = f"{_DERIVED[kind]}/{uid}"
        yield Request("DELETE", "block-storage", path, target, accept=GONE)
        yield Until(kind, uid, target, states.judge_gone(_derived(kind)), end=True)
    elif kind in _RELEASERS:
        yield from _RELEASERS[kind](site, target, uid, sight)
    else:
        if kind == "server":
            yield from _mark_along(site, target, live, sight)
        yield from _REMOVERS.get(kind, _plain)(target, live, sight)
        if KINDS[kind].status:
            uid = str(live[KINDS[kind].uid])
            yield Until(kind, uid, target, states.judge_gone(KINDS[kind]), end=True)
        if kind == "server":
            yield from _prove_gone(target, str(live["id"]), sight)
            yield from _end_along(target, live, sight)
    return []


def _derived(kind: str) -> Kind:
    """Return a row for what is made of volumes."""
    path = _DERIVED[kind]
    return Kind(kind, "block-storage", path, kind, path[1:], "", status="status")


def _plain(target: str, live: Live, _sight: Sight) -> Steps:
    """Remove a thing that is gone with the answer, or soon after."""
    row = KINDS[target.partition("/")[0]]
    yield Request("DELETE", row.service, f"{row.path}/{live[row.uid]}", target, accept=GONE)


def _server(target: str, live: Live, sight: Sight) -> Steps:
    """Remove a server; a locked one is unlocked, and one that is being deleted is waited for."""
    if live.get("locked"):
        path = f"/servers/{live['id']}/action"
        yield Request("POST", "compute", path, target, {"unlock": None}, accept=GONE)
    if not states.is_going(live):
        yield from _plain(target, live, sight)


def _prove_gone(target: str, uid: str, sight: Sight) -> Steps:
    """Look whether a server that has left the list is gone, or only hidden by a silent cell.

    Nova lets go of its ports before it forgets it: of many servers one list of them tells.
    """
    ports = sight.ports_of(uid)
    # One of others may be removed before, for reasons of its own.
    for port in sorted(ports, key=lambda item: not marks.read_mark("port", _TEXT, item)[0])[:1]:
        seen = yield Until("port", str(port["id"]), target, lambda _live: _SEEN, now=True)
        if seen is None or seen["device_id"] != uid:
            return
    yield from _is_known(target, uid)


def _is_known(target: str, uid: str) -> Generator[Ask, t.Any, bool]:
    """Tell whether Nova knows a server that is in no list; raise when nobody can tell."""
    try:
        answer = yield silence.question(uid, target)
    except ClientError as error:
        silence.refuse_unknown(uid, target, error)
        return True
    return answer is not None


def _mark_along(site: str, target: str, live: Live, sight: Sight) -> Steps:
    """Mark the volumes that Nova removes with a server: what it cannot remove it leaves unnamed."""
    marked = {each["id"] for each in sight.of("volume") if _is_marked(each)}
    for uid in ending_with(live):
        if uid not in marked:
            body = {"metadata": marks.along_mark(site, target)}
            path = f"{KINDS['volume'].path}/{uid}/metadata"
            # One of which an image is being made takes no mark, and is waited for in the end.
            refused = (INVALID, *GONE)
            yield Request("POST", "block-storage", path, target, body, accept=refused)


def _is_marked(volume: Live) -> bool:
    """Tell whether a volume is a site's already."""
    return marks.SITE_KEY in (volume.get("metadata") or {})


def _end_along(target: str, live: Live, sight: Sight) -> Steps:
    """Remove the volumes that Nova should have removed with a server, and did not.

    It asks Cinder once, before it forgets the server, and goes on whatever the answer is.
    """
    for uid in ending_with(live):
        seen = yield Until("volume", uid, target, lambda _live: _SEEN, now=True)
        if seen is None or (_is_marked(seen) and not marks.goes_along(seen)):
            continue
        # A server that the cloud keeps for a while after its end keeps its volumes.
        if _holders(seen) and (yield from _is_known(target, str(live["id"]))):
            continue
        yield from _volume(target, seen, sight)
        gone = states.judge_gone(KINDS["volume"])
        yield Until("volume", uid, target, gone, end=True)


def _volume(target: str, live: Live, _sight: Sight) -> Steps:
    """Remove a volume: at once, for the servers that held it are gone; else when it is let go."""
    uid, row = str(live["id"]), KINDS["volume"]
    if live["status"] == "deleting":
        return
    # Not with its snapshots: those that may go have steps of their own.
    drop = Request("DELETE", row.service, f"{row.path}/{uid}", target, accept=GONE)
    try:
        yield drop
    except ClientError as error:
        # So the cloud refuses what is held, or busy.
        if error.status != INVALID:
            raise
    else:
        return
    if (yield from _let_go(target, live)):
        yield drop


def _let_go(target: str, live: Live) -> Generator[Ask, t.Any, bool]:
    """Wait until nothing holds a volume, and take it from who does; False when it is gone."""
    uid = str(live["id"])
    seen = yield from _until(target, uid, _REMOVABLE | _HELD)
    # Nobody has said that it may be taken from those who come to hold it meanwhile, or who were
    # about to let it go and do not.
    known = _holders(live) if live["status"] != "detaching" else set()
    if seen is not None:
        for item in seen.get("attachments") or ():
            if item["server_id"] in known:
                yield from _take(target, uid, item)
        if seen["status"] not in _REMOVABLE:
            seen = yield from _until(target, uid, _REMOVABLE)
    return seen is not None


def _take(target: str, volume: str, attachment: Live) -> Steps:
    """Take a volume from a server, also from one that is gone and of which Cinder was not told.

    When Nova ends a server and Cinder does not answer, Nova goes on: for Cinder the server then
    holds the volume for ever.
    """
    path = f"/servers/{attachment['server_id']}/os-volume_attachments/{volume}"
    try:
        yield Request("DELETE", "compute", path, target)
    except ClientError as error:
        # A cell that does not answer is another error than a server that is not there.
        if error.status not in GONE:
            raise
        path = f"/attachments/{attachment['attachment_id']}"
        yield Request("DELETE", "block-storage", path, target, accept=GONE)


def _holders(live: Live) -> set[str]:
    """Return the servers that hold a volume."""
    return {item["server_id"] for item in live.get("attachments") or ()}


def _until(target: str, uid: str, wanted: frozenset[str]) -> Generator[Ask, t.Any, Live | None]:
    """Wait for a volume to come to a state, or to be gone; at the limit tell who holds it."""
    judge = judge_removable(KINDS["volume"], wanted)
    try:
        seen: Live | None = yield Until("volume", uid, target, judge)
    except WaitTimeout as error:
        volumes = yield Look("volume")
        servers = yield Look("server")
        holders = {each for live in volumes if live["id"] == uid for each in _holders(live)}
        told = ", ".join(_holder(holder, servers) for holder in sorted(holders))
        if not told:
            raise
        reasons = {name: f"{why}, held by {told}" for name, why in error.reasons.items()}
        raise WaitTimeout(reasons, error.seconds) from error
    return seen


def _holder(uid: str, servers: Sequence[Live]) -> str:
    """Return whose a server is that holds something of ours, as far as this project sees it."""
    found = next((live for live in servers if live["id"] == uid), None)
    if found is None:
        return f"server {uid}, which this project does not see"
    if silence.is_silent(found):
        return f"server {uid}, of which the cloud tells nothing now"
    return f"server {uid} ({found['name']}) of project {found['tenant_id']}"


def judge_removable(kind: Kind, wanted: frozenset[str]) -> Callable[[Live | None], Standing]:
    """Return what tells whether a volume is in a state that is wanted, or gone."""
    judge = states.judge_state(kind, wanted)
    return lambda live: Standing(states.READY) if live is None else judge(live)


def _router(target: str, live: Live, sight: Sight) -> Steps:
    """Remove a router after its routes and interfaces, those that others added among them."""
    if live.get("routes"):
        yield actions.put("router", live, target, {"routes": []})
    for port in sight.ports_of(live["id"]):
        if port["device_owner"].startswith(ROUTER_PORTS):
            for fixed in port["fixed_ips"]:
                yield actions.part(target, live["id"], fixed["subnet_id"])
    yield from _plain(target, live, sight)


def _port(target: str, live: Live, sight: Sight) -> Steps:
    """Remove a port; one of others with its trunk, and as an interface of a router that."""
    # A trunk on a port of ours is somebody else's, and has a step of its own where it may go.
    if live.get("trunk_details") and target == f"port/{live['id']}":
        path = f"/trunks/{live['trunk_details']['trunk_id']}"
        yield Request("DELETE", "network", path, target, accept=GONE)
    if live["device_owner"].startswith(ROUTER_PORTS):
        body = {"port_id": live["id"]}
        path = f"/routers/{live['device_id']}/remove_router_interface"
        yield Request("PUT", "network", path, target, body, accept=GONE)
    else:
        yield from _plain(target, live, sight)


def _floating_ip(target: str, live: Live, sight: Sight) -> Steps:
    """Remove a floating IP after its port forwardings, which Neutron does not remove with it."""
    path = f"{KINDS['floating_ip'].path}/{live['id']}/port_forwardings"
    # What older clouds tell of them with the address has no ids.
    if live.get("port_forwardings"):
        answer = yield Request("GET", "network", path, target, accept=GONE)
        for item in answer["port_forwardings"] if answer else ():
            yield Request("DELETE", "network", f"{path}/{item['id']}", target, accept=GONE)
    yield from _plain(target, live, sight)


def _load_balancer(target: str, live: Live, _sight: Sight) -> Steps:
    """Remove a load balancer with all that is behind it, once it is not at work for somebody."""
    row, uid = KINDS["load_balancer"], str(live["id"])
    path = f"{row.path}/{uid}?cascade=true"
    rest = Until(row.name, uid, target, judge_removable(row, row.states | row.broken))
    seen: Live | None = live
    for attempt in range(1, balancers.TRIES + 1):
        if seen is not None and seen[row.status] not in row.states | row.broken:
            seen = yield rest
        if seen is None:
            return
        try:
            yield Request("DELETE", row.service, path, target, accept=GONE)
        except ClientError as error:
            if error.status != 409 or attempt == balancers.TRIES:
                raise
            seen = yield rest
        else:
            return


def _detach_everywhere(site: str, target: str, server: str, sight: Sight) -> Steps:
    """Take our volumes from a server of others, which may be of another site and hold its own."""
    for volume in sight.of("volume"):
        for item in volume.get("attachments") or ():
            if item["server_id"] == server and volume["metadata"].get(marks.SITE_KEY) == site:
                yield from _take(target, str(volume["id"]), item)


def _leave_groups(site: str, target: str, port: str, sight: Sight) -> Steps:
    """Take a port of others, which stays, out of the security groups of this site."""
    ours = {
        group["id"]
        for group in sight.of("security_group")
        if marks.read_mark("security_group", _TEXT, group)[0] == site
    }
    for live in sight.of("port"):
        if live["id"] == port:
            kept = [uid for uid in live["security_groups"] if uid not in ours]
            yield actions.put("port", live, target, {"security_groups": kept})


def _trunk(_site: str, target: str, trunk: str, _sight: Sight) -> Steps:
    """Remove a trunk; the ports that it joins stay."""
    yield Request("DELETE", "network", f"/trunks/{trunk}", target, accept=GONE)


def _local_ip(_site: str, target: str, uid: str, _sight: Sight) -> Steps:
    """Remove a local IP with its port; those that it led to were ours, and are gone."""
    yield Request("DELETE", "network", f"/local_ips/{uid}", target, accept=GONE)


# What others have of ours is released.
_RELEASERS: Mapping[str, Callable[[str, str, str, Sight], Steps]] = {
    "attachment": _detach_everywhere,
    "member": _leave_groups,
    "trunk": _trunk,
    "local_ip": _local_ip,
}
_REMOVERS: Mapping[str, Callable[[str, Live, Sight], Steps]] = {
    "server": _server,
    "volume": _volume,
    "router": _router,
    "port": _port,
    "floating_ip": _floating_ip,
    "load_balancer": _load_balancer,
}
