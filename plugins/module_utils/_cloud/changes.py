# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How a thing that is there is changed: the requests of an update step. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._cloud import (
    actions,
    balancers,
    bodies,
    read,
    silence,
    states,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import (
    Action,
    Look,
    Request,
    Until,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS, Kind, kind_of
from ansible_collections.rookery.rook.plugins.module_utils._cloud.plan import STARTS
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight
from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import GATEWAY, Wanted
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Ask, Live
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Change

    Steps = Generator[Ask, t.Any, None]


@dataclasses.dataclass(frozen=True)
class Job:
    """What a change is made from: the thing as it is, as it should be, and what differs."""

    target: str
    live: Live
    given: Mapping[str, t.Any]
    changes: Mapping[str, Change]
    known: actions.Resolver
    sight: Sight

    def put(self, body: Mapping[str, t.Any]) -> Request:
        """Return the request that changes attributes."""
        return actions.put(kind_of(self.target), self.live, self.target, body)

    def path(self, more: str = "") -> str:
        """Return the path of the thing."""
        return f"{KINDS[kind_of(self.target)].path}/{self.live['id']}{more}"


def update(
    item: Wanted, changes: Iterable[Change], known: actions.Resolver, sight: Sight
) -> Action:
    """Change the attributes of a thing that differ."""
    kind, live = KINDS[item.kind], known.live(item.id)
    differing = {change.path: change for change in changes}
    # What does not differ may refer to what was not looked for.
    given = known.value(item.part(differing).attributes)
    yield from _CHANGERS.get(item.kind, _plain)(Job(item.id, live, given, differing, known, sight))
    if kind.status and not _stays(kind, live, differing):
        live = yield Until(kind.name, live[kind.uid], item.id, states.judge_ready(kind))
    return [live]


def _stays(kind: Kind, live: Live, differing: Collection[str]) -> bool:
    """Tell whether a thing is left in a state from which waiting does not bring it."""
    state = live[kind.status]
    other = kind.name == "server" and state not in kind.states and "status" not in differing
    return other or state in kind.broken


def _plain(job: Job) -> Steps:
    """Change attributes that are the cloud's own."""
    yield job.put(bodies.port_changes({key: job.given[key] for key in sorted(job.changes)}))


def _router(job: Job) -> Steps:
    """Change a router: routes that would lead nowhere first, interfaces, then the rest."""
    router, wanted = str(job.live["id"]), job.given
    body: dict[str, t.Any] = {
        key: wanted[key] for key in ("name", "description", "routes") if key in job.changes
    }
    if job.changes.keys() & GATEWAY:
        body["external_gateway_info"] = bodies.gateway(wanted) or {}
    subnets = job.changes.get("subnets")
    if subnets:
        extra = [name for name in subnets.old if name not in subnets.new]
        if extra and job.live.get("routes"):
            yield job.put({"routes": []})
            body["routes"] = wanted.get("routes", job.live["routes"])
        for name in extra:
            subnet = str(job.known.live(name)["id"])
            yield actions.part(job.target, router, subnet)
        there = read.read("router", job.live, job.sight)["subnets"]
        for subnet in sorted(set(wanted["subnets"]) - set(there)):
            yield from actions.join(job.target, router, subnet)
    if body:
        yield job.put(body)


def _rules(job: Job) -> Steps:
    """Change the rules of a group."""
    yield from actions.change_rules(job.target, job.live, job.given["rules"])


def _volume(job: Job) -> Steps:
    """Change a volume; its metadata are added to."""
    if "name" in job.changes:
        yield job.put({"name": job.given["name"]})
    if "metadata" in job.changes:
        body: dict[str, t.Any] = {"metadata": job.given["metadata"]}
        yield Request("POST", "block-storage", job.path("/metadata"), job.target, body)
    if "size" in job.changes:
        row = KINDS["volume"]
        yield Until("volume", job.live["id"], job.target, states.judge_state(row, row.states))
        body = {"os-extend": {"new_size": job.given["size"]}}
        # Once more is refused, as it would not grow.
        yield Request("POST", "block-storage", job.path("/action"), job.target, body, again=False)


def _server(job: Job) -> Steps:
    """Change a server: its name, metadata, ports and volumes, and bring it back to life."""
    if "name" in job.changes:
        yield job.put({"name": job.given["name"]})
    if "metadata" in job.changes:
        body: dict[str, t.Any] = {"metadata": job.given["metadata"]}
        yield Request("POST", "compute", job.path("/metadata"), job.target, body)
    start = STARTS.get(job.live["status"]) if "status" in job.changes else ""
    if start:
        # The conflict is that somebody else was quicker, or that the server is locked.
        done = () if job.live.get("locked") else (409,)
        body = {start: None}
        yield Request("POST", "compute", job.path("/action"), job.target, body, accept=done)
    there = yield from _settled(job)
    for port in _missing("ports", job, there):
        yield from _attach(job, "ports", port, {"interfaceAttachment": {"port_id": port}})
    volumes = {live["id"]: live for live in job.sight.of("volume")}
    for volume in _missing("volumes", job, there):
        if volume in volumes:
            yield from actions.settle(job.target, volumes[volume])
        yield from _attach(job, "volumes", volume, {"volumeAttachment": {"volumeId": volume}})
        judge = states.judge_state(KINDS["volume"], frozenset({"in-use"}))
        yield Until("volume", volume, job.target, judge)


def _settled(job: Job) -> Generator[Ask, t.Any, Mapping[str, t.Any]]:
    """Return what a server has, once nobody works on it; one that is being made has not all yet."""
    if "status" not in job.changes and not job.live.get("OS-EXT-STS:task_state"):
        return read.read("server", job.live, job.sight)
    judge = states.judge_ready(KINDS["server"])
    live = yield Until("server", job.live["id"], job.target, judge)
    ports = (yield Look("port")) if "ports" in job.changes else ()
    return read.read("server", live, Sight({**job.sight.lists, "port": ports}))


_ATTACHED = {"ports": "/os-interface", "volumes": "/os-volume_attachments"}


def _attach(job: Job, key: str, uid: str, body: Mapping[str, t.Any]) -> Steps:
    """Give a server a port or a volume; a refusal counts unless the server has it by now."""
    try:
        yield Request("POST", "compute", job.path(_ATTACHED[key]), job.target, body)
    except ClientError:
        servers = yield Look("server")
        ports = yield Look("port")
        told = [item for item in servers if not silence.is_silent(item)]
        live = [item for item in told if item["id"] == job.live["id"]]
        there = [read.read("server", item, Sight({"port": ports}))[key] for item in live]
        if not any(uid in ids for ids in there):
            raise


def _missing(key: str, job: Job, there: Mapping[str, t.Any]) -> list[str]:
    """Return what a server should have and does not."""
    return sorted(set(job.given[key]) - set(there[key])) if key in job.changes else []


_CHANGERS: Mapping[str, Callable[[Job], Steps]] = {
    "router": _router,
    "rules": _rules,
    "volume": _volume,
    "server": _server,
    "load_balancer": balancers.change,
}
