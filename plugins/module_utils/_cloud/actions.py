# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How a step is done: the requests and waits that bring one thing to its state. Pure.

An action yields what it asks for. What it cannot know is asked for again: when no answer came to a
creation, the list tells by the mark whether it was done, before it is repeated.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import (
    bodies,
    marks,
    read,
    silence,
    states,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import (
    Action,
    Look,
    Request,
    UnsureError,
    Until,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Ask, Live
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Wanted

# How often a creation without an answer is looked for and repeated.
TRIES = 3
# These are created by one request for many.
BULK = frozenset({"security_group", "port"})


class Resolver(t.Protocol):
    """Tells the ids of what the attributes refer to."""

    def value(self, value: t.Any) -> t.Any:
        """Return a value with ids for references, at any depth."""

    def live(self, target: str) -> Live:
        """Return a thing as it was seen last."""


def create(site: str, items: Sequence[Wanted], known: Resolver) -> Action:
    """Create things of one kind, several only of a kind that takes them at once."""
    kind = KINDS[items[0].kind]
    if kind.name == "rules":
        return (yield from _create_rules(items[0], known))
    for volume in items[0].attributes["volumes"] if kind.name == "server" else ():
        yield from settle(items[0].id, known.live(str(volume)))
    made: dict[str, Live] = {}
    for attempt in range(1, TRIES + 1):
        left = [item for item in items if item.id not in made]
        if not left:
            break
        try:
            answer = yield _creation(kind.name, left, known)
        except UnsureError:
            seen = yield Look(kind.name)
            made |= _marked(site, kind.name, seen, {item.id for item in left})
            if attempt == TRIES and len(made) < len(items):
                raise
            continue
        found = answer[kind.many] if len(left) > 1 else [answer[kind.one]]
        made |= {item.id: live for item, live in zip(left, found, strict=True)}
    if kind.status:
        for item in items:
            uid = str(made[item.id][kind.uid])
            ready = Until(kind.name, uid, item.id, states.judge_ready(kind))
            made[item.id] = yield ready
    if kind.name == "router":
        yield from _route(items[0], made[items[0].id], known)
    return [made[item.id] for item in items]


def settle(target: str, volume: Live) -> Generator[Ask, t.Any, None]:
    """Wait for a volume on its way to a state, such as one whose creation was interrupted."""
    row = KINDS["volume"]
    if volume["status"] not in row.states | row.broken:
        judge = states.judge_state(row, row.states)
        yield Until("volume", str(volume["id"]), target, judge)


def _creation(kind: str, items: Sequence[Wanted], known: Resolver) -> Request:
    """Return the request that creates things of one kind."""
    row = KINDS[kind]
    sent = [bodies.create_body(kind, known.value(item.created)) for item in items]
    body: dict[str, t.Any] = {row.many: sent} if len(items) > 1 else {row.one: sent[0]}
    if kind == "server":
        group = items[0].attributes.get("server_group")
        if group is not None:
            body["os:scheduler_hints"] = {"group": known.value(group)}
    told = ", ".join(item.id for item in items)
    return Request("POST", row.service, row.path, told, body, again=False)


def _marked(site: str, kind: str, seen: Sequence[Live], wanted: set[str]) -> dict[str, Live]:
    """Return what is there after all, by its mark.

    Raises RookeryError where something tells nothing that may be what was made: to make it once
    more would make it twice.
    """
    found: dict[str, Live] = {}
    for live in seen:
        owner, target = marks.read_mark(kind, KINDS[kind].mark, live)
        if owner == site and target in wanted:
            found.setdefault(target, live)
    if kind == "server" and found.keys() != wanted:
        silence.refuse_silence(seen)
    return found


def _route(item: Wanted, live: Live, known: Resolver) -> Generator[Ask, t.Any, None]:
    """Give a new router its interfaces, then its routes, which lead through them."""
    for subnet in item.attributes["subnets"]:
        yield from join(item.id, str(live["id"]), known.value(subnet))
    if item.attributes.get("routes"):
        yield put("router", live, item.id, {"routes": item.attributes["routes"]})


def join(target: str, router: str, subnet: str) -> Generator[Ask, t.Any, None]:
    """Tie a router to a subnet; once more is no harm, and whatever else is refused is told."""
    path = f"/routers/{router}/add_router_interface"
    try:
        yield Request("PUT", "network", path, target, {"subnet_id": subnet})
    except ClientError as error:
        if "already has a port on subnet" not in error.detail:
            raise


def part(target: str, router: str, subnet: str) -> Request:
    """Return the request that unties a router from a subnet; once more is no harm."""
    path = f"/routers/{router}/remove_router_interface"
    return Request("PUT", "network", path, target, {"subnet_id": subnet}, accept=(404,))


def put(kind: str, live: Live, target: str, body: Mapping[str, t.Any]) -> Request:
    """Return the request that changes attributes."""
    row = KINDS[kind]
    path = f"{row.path}/{live[row.uid]}"
    return Request("PUT", row.service, path, target, {row.one: dict(body)})


def _create_rules(item: Wanted, known: Resolver) -> Action:
    """Create the rules of a new group, which the cloud itself may have given some."""
    group = known.live(f"security_group/{item.name}")
    yield from change_rules(item.id, group, known.value(item.attributes["rules"]))
    return [group]


def change_rules(
    target: str, group: Live, wanted: Sequence[Mapping[str, t.Any]]
) -> Generator[Ask, t.Any, None]:
    """Add the rules that are missing, then remove those that are too many."""
    there = group["security_group_rules"]
    open_egress = not any(rule["direction"] == "egress" for rule in wanted)
    missing = [rule for rule in wanted if not any(_alike(rule, other) for other in there)]
    yield from _write_rules(target, str(group["id"]), missing)
    for rule in there:
        spared = open_egress and read.is_from_the_cloud(rule)
        if not spared and not any(_alike(other, rule) for other in wanted):
            path = f"/security-group-rules/{rule['id']}"
            yield Request("DELETE", "network", path, target, accept=(404,))


def _alike(one: Mapping[str, t.Any], other: Mapping[str, t.Any]) -> bool:
    """Tell whether two rules say the same."""
    return all(one.get(key) == other.get(key) for key in read.RULE)


def _write_rules(
    target: str, group: str, rules: Sequence[Mapping[str, t.Any]]
) -> Generator[Ask, t.Any, None]:
    """Create rules of one group by one request; what is there by now is left out the next time."""
    sent = [bodies.rule_body(rule, group) for rule in rules]
    for attempt in range(1, TRIES + 1):
        if not sent:
            return
        body = {"security_group_rules": sent}
        request = Request("POST", "network", "/security-group-rules", target, body, again=False)
        try:
            yield request
        except ClientError as error:
            if attempt == TRIES or not (isinstance(error, UnsureError) or error.status == 409):
                raise
            seen = yield Look("security_group")
            live = next((item for item in seen if item["id"] == group), None)
            there = live["security_group_rules"] if live else ()
            sent = [rule for rule in sent if not any(_same(rule, other) for other in there)]
        else:
            return


def _same(rule: Mapping[str, t.Any], live: Mapping[str, t.Any]) -> bool:
    """Tell whether a rule is there."""
    keys = (*read.RULE, "security_group_id")
    return all(rule.get(key) == live.get(key) for key in keys)
