# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thing goes whatever state it is in, or what keeps it is told."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud import marks, states
from ansible_collections.rookery.rook.plugins.module_utils._cloud.absent import foreign
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import (
    Action,
    Look,
    Request,
    Standing,
    Until,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS
from ansible_collections.rookery.rook.plugins.module_utils._cloud.plan import (
    Permission,
    make_plan,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.removal import remove
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight, find
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    RookeryError,
    WaitTimeout,
)

Thing = dict[str, t.Any]


HELD = ClientError("delete", "volume/v", "Invalid volume: Volume status must be available", 400)


def asked(target: str, live: Thing, sight: Sight | None = None, *, held: bool = False) -> list[str]:
    """Return what removing a thing asks for, as words; every wait finds it gone or as wanted.

    What is held is refused as long as nothing was waited for.
    """
    found: list[str] = []
    action = remove("store1", target, live, sight or Sight())
    answer: t.Any = None
    while True:
        try:
            refused = held and found[-1:] == ["DELETE /volumes/v"] and len(found) == 1
            ask = action.throw(HELD) if refused else action.send(answer)
        except StopIteration:
            return found
        if isinstance(ask, Request):
            body = next(iter(ask.body), "") if ask.body else ""
            found.append(f"{ask.method} {ask.path} {body}".rstrip())
        elif isinstance(ask, Until):
            found.append(f"wait for {ask.kind}")
            answer = {"id": ask.uid, "status": "available", "device_id": ""}


def server(**more: t.Any) -> Thing:
    return {"id": "s", "name": "s", "status": "ACTIVE", "OS-EXT-STS:task_state": None, **more}


def its_port(**more: t.Any) -> Thing:
    ours = {"description": marks.text_mark("store1", "port/s-net"), "device_owner": "compute:nova"}
    return {"id": "p", "name": "", "device_id": "s", **ours, **more}


@pytest.mark.parametrize("status", ["ACTIVE", "ERROR", "SHUTOFF", "SHELVED_OFFLOADED", "PAUSED"])
def test_a_server_goes_from_every_state(status: str) -> None:
    steps = asked("server/s", server(status=status), Sight({"port": [its_port()]}))
    assert steps == ["DELETE /servers/s", "wait for server", "wait for port"]


def test_a_locked_server_is_unlocked_and_one_that_is_going_is_waited_for() -> None:
    assert asked("server/s", server(locked=True))[0] == "POST /servers/s/action unlock"
    for going in (server(**{"OS-EXT-STS:task_state": "deleting"}), server(status="DELETED")):
        assert asked("server/s", going)[0] == "wait for server"


def test_a_server_is_gone_when_it_is_in_the_list_no_more() -> None:
    action = remove("store1", "server/s", server(), Sight())
    action.send(None)
    wait = action.send(None)
    assert isinstance(wait, Until)
    assert [wait.judge(live).outcome for live in (server(status="DELETED"), None)] == [
        "waiting", "gone",
    ]  # fmt: skip


def vanished(*ports: Thing) -> Action:
    """Return the removal of a server that is in the list no more; it goes on from there."""
    action = remove("store1", "server/s", server(), Sight({"port": list(ports)}))
    action.send(None)
    assert isinstance(action.send(None), Until)
    return action


def test_a_server_that_has_still_its_port_is_asked_for_itself() -> None:
    # That of others may have been removed before.
    action = vanished(its_port(id="q", description=""), its_port())
    look = action.send(None)
    assert isinstance(look, Until) and (look.kind, look.uid, look.now) == ("port", "p", True)
    assert look.judge(its_port()).outcome == look.judge(None).outcome == "ready"
    ask = action.send(its_port())
    assert isinstance(ask, Request) and ask.path == "/servers/s/metadata" and 404 in ask.accept
    with pytest.raises(StopIteration):
        action.send(None)


@pytest.mark.parametrize("status", [500, 503, None, 403])
def test_only_a_cell_that_answers_lets_a_server_be_gone(status: int | None) -> None:
    action = vanished()
    assert isinstance(action.send(None), Request)
    error = ClientError("get", "server/s", "Unexpected API Error", status)
    if status == 403:
        # Kept by the cloud for a while, and nobody may look at it.
        with pytest.raises(StopIteration):
            action.throw(error)
    else:
        with pytest.raises(RookeryError, match=r"Server s, server/s, is in no list.*may run on"):
            action.throw(error)


def test_a_wait_tells_of_a_server_that_its_cell_does_not_answer() -> None:
    silent = {"id": "s", "status": "UNKNOWN", "tenant_id": "p"}
    words = "is in state UNKNOWN: the part of the cloud that has it does not answer"
    for judge in (states.judge_gone, states.judge_ready):
        assert judge(KINDS["server"])(silent) == Standing("waiting", words)


def volume(status: str, *holders: str, **more: t.Any) -> Thing:
    attachments = [{"server_id": each, "attachment_id": f"on-{each}"} for each in holders]
    return {
        "id": "v", "name": "v", "status": status, "size": 1, "metadata": {},
        "attachments": attachments, **more,
    }  # fmt: skip


@pytest.mark.parametrize("status", ["available", "error", "in-use", "detaching", "attaching"])
def test_a_volume_goes_at_once_when_nothing_holds_it_by_then(status: str) -> None:
    live = volume(status, "gone meanwhile")
    assert asked("volume/v", live) == ["DELETE /volumes/v", "wait for volume"]


@pytest.mark.parametrize("status", ["in-use", "detaching", "attaching"])
def test_a_volume_goes_once_nothing_holds_it(status: str) -> None:
    steps = asked("volume/v", volume(status), held=True)
    assert steps == ["DELETE /volumes/v", "wait for volume"] * 2


def test_a_volume_that_goes_already_is_waited_for() -> None:
    assert asked("volume/v", volume("deleting")) == ["wait for volume"]


def test_a_volume_that_may_not_go_is_told_with_the_clouds_words() -> None:
    action = remove("store1", "volume/v", volume("available"), Sight())
    action.send(None)
    with pytest.raises(ClientError, match="Policy does not allow"):
        action.throw(ClientError("delete", "volume/v", "Policy does not allow it", 403))


def test_a_volume_does_not_take_snapshots_of_others_with_it() -> None:
    (drop,) = [step for step in asked("volume/v", volume("available")) if "DELETE" in step]
    assert "cascade" not in drop


def test_from_a_server_of_others_only_volumes_of_this_site_are_taken() -> None:
    held = [
        volume("in-use", "other", metadata=marks.metadata_mark(site, "volume/o")) | {"id": site}
        for site in ("store1", "store2")
    ]
    steps = asked("attachment/other", {}, Sight({"volume": held}))
    assert steps == ["DELETE /servers/other/os-volume_attachments/store1"]


def refused(live: Thing) -> Action:
    """Return the removal of a volume whose first request was refused; it waits."""
    action = remove("store1", "volume/v", live, Sight())
    action.send(None)
    assert isinstance(action.throw(HELD), Until)
    return action


def test_a_volume_that_is_still_held_is_taken_from_who_holds_it() -> None:
    live = volume("in-use", "other")
    action = refused(live)
    take = action.send(live)
    assert isinstance(take, Request)
    assert (take.method, take.path) == ("DELETE", "/servers/other/os-volume_attachments/v")
    assert isinstance(action.send(None), Until)
    drop = action.send(volume("available"))
    assert isinstance(drop, Request) and drop.path == "/volumes/v"


@pytest.mark.parametrize("before", [volume("attaching"), volume("detaching", "stranger")])
def test_a_volume_is_not_taken_from_who_comes_to_hold_it_meanwhile(before: Thing) -> None:
    action = refused(before)
    wait = action.send(volume("in-use", "stranger"))
    assert isinstance(wait, Until)
    assert wait.judge(volume("in-use", "stranger")).outcome == "waiting"


@pytest.mark.parametrize(
    ("servers", "told"),
    [
        (
            [{"id": "s", "name": "mine", "tenant_id": "p"}],
            "is in state in-use, held by server s (mine) of project p",
        ),
        ([], "is in state in-use, held by server s, which this project does not see"),
        (
            [{"id": "s", "status": "UNKNOWN", "tenant_id": "p"}],
            "is in state in-use, held by server s, of which the cloud tells nothing now",
        ),
    ],
)
def test_who_holds_a_volume_when_the_limit_is_reached_is_named(
    servers: list[Thing], told: str
) -> None:
    action = refused(volume("attaching"))
    action.send(volume("in-use", "s"))
    limit = WaitTimeout({"volume/v (v)": "is in state in-use"}, 5)
    assert action.throw(limit) == Look("volume")
    assert action.send([volume("in-use", "s"), volume("in-use", "other") | {"id": "w"}]) == Look(
        "server"
    )
    with pytest.raises(WaitTimeout, match=re.escape(told)):
        action.send(servers)


def test_a_limit_that_nobody_causes_is_told_as_it_is() -> None:
    action = refused(volume("detaching"))
    limit = WaitTimeout({"volume/v (v)": "is in state detaching"}, 5)
    action.throw(limit)
    action.send([])
    with pytest.raises(WaitTimeout) as raised:
        action.send([])
    assert raised.value is limit


def test_a_wait_for_what_only_the_operator_can_reset_ends_at_once() -> None:
    action = remove("store1", "volume/v", volume("deleting"), Sight())
    wait = action.send(None)
    assert isinstance(wait, Until)
    standing = wait.judge(volume("error_deleting"))
    assert standing.outcome == "failed" and "who runs the cloud has to reset" in standing.reason
    assert wait.judge(None).outcome == "gone"


def test_a_volume_that_could_not_be_made_is_not_for_the_operator_to_reset() -> None:
    standing = states.judge_ready(KINDS["volume"])(volume("error"))
    assert standing.outcome == "failed" and "reset" not in standing.reason
    assert "has it made again" in standing.reason


def test_a_router_loses_its_routes_and_every_interface_first() -> None:
    port = {
        "id": "p", "device_id": "r", "device_owner": "network:router_interface",
        "fixed_ips": [{"subnet_id": "n1"}],
    }  # fmt: skip
    live = {"id": "r", "routes": [{"destination": "a", "nexthop": "b"}]}
    assert asked("router/r", live, Sight({"port": [port]})) == [
        "PUT /routers/r router",
        "PUT /routers/r/remove_router_interface subnet_id",
        "DELETE /routers/r",
    ]


def test_a_port_in_another_network_only_loses_our_groups() -> None:
    groups = [
        {"id": site, "description": marks.text_mark(site, "security_group/nodes")}
        for site in ("store1", "store2")
    ]
    there = port("p", security_groups=["theirs", "store1", "store2"])
    action = remove("store1", "member/p", {}, Sight({"port": [there], "security_group": groups}))
    request = action.send(None)
    assert isinstance(request, Request) and (request.method, request.path) == ("PUT", "/ports/p")
    assert request.body == {"port": {"security_groups": ["theirs", "store2"]}}
    with pytest.raises(StopIteration):
        action.send(None)


def test_a_trunk_that_others_made_goes_alone() -> None:
    assert asked("trunk/t", {}) == ["DELETE /trunks/t"]


def test_a_port_that_carries_a_trunk_goes_after_the_trunk() -> None:
    live = {"id": "p", "device_owner": "", "trunk_details": {"trunk_id": "t"}}
    assert asked("port/p", live) == ["DELETE /trunks/t", "DELETE /ports/p"]


def mark(kind: str, name: str) -> Thing:
    return {"description": marks.text_mark("store1", f"{kind}/{name}")}


def port(uid: str, **more: t.Any) -> Thing:
    return {
        "id": uid, "name": "", "description": "", "network_id": "n", "device_id": "d",
        "device_owner": "", "project_id": "p2", "fixed_ips": [], **more,
    }  # fmt: skip


SIGHT = Sight(
    {
        "network": [{"id": "n", "name": "n", **mark("network", "net")}],
        "router": [{"id": "r", "name": "r", **mark("router", "router")}],
        "server": [server(metadata=marks.metadata_mark("store1", "server/w"))],
        "port": [
            port("dhcp", device_owner="network:dhcp"),
            port("own", device_id="r", device_owner="network:router_interface"),
            port("lb", device_owner="Octavia"),
            port("trunk", trunk_details={"trunk_id": "t1"}),
            port(
                "elsewhere", network_id="m", device_id="r", device_owner="network:router_interface",
            ),
            port("unrelated", network_id="m", security_groups=["theirs"]),
            port("member", network_id="m", security_groups=["theirs", "g"]),
            port("parent", trunk_details={"trunk_id": "t2"}, **mark("port", "w-net")),
        ],
        "security_group": [{"id": "g", "name": "g", **mark("security_group", "nodes")}],
        "volume": [
            volume("in-use", "other", metadata=marks.metadata_mark("store1", "volume/o")),
            volume("in-use", "s", metadata={}) | {"id": "csi"},
        ],
        "floating_ip": [
            {"id": "own", "floating_ip_address": "203.0.113.8", "router_id": "r", "port_id": "x",
             **mark("floating_ip", "w")},
            {"id": "f", "floating_ip_address": "203.0.113.9", "router_id": "r", "port_id": "lb",
             "description": ""},
        ],
        "snapshot": [{"id": "snap", "name": None, "volume_id": "v"}],
        "backup": [{"id": "back", "name": "b", "volume_id": "v"}],
    }
)  # fmt: skip


def test_all_that_others_have_inside_is_told_and_what_the_cloud_keeps_is_not() -> None:
    told = {item.id: item for item in foreign(find("store1", {}, SIGHT), SIGHT)}
    assert set(told) == {
        "lb", "trunk", "elsewhere", "other", "csi", "f", "snap", "back", "member", "t2",
    }  # fmt: skip
    assert told["trunk"].owner == "trunk t1" and told["lb"].owner == "Octavia d"
    assert told["member"].reason == "is in our security_group/nodes"
    assert (told["t2"].kind, told["t2"].reason) == ("trunk", "is on our port/w-net")
    assert told["other"].reason == "holds our volume volume/o"
    assert [key for key, item in told.items() if not item.blocks] == ["back"]


def test_who_is_letting_go_of_our_volume_does_not_block() -> None:
    (held, csi) = SIGHT.of("volume")
    sight = Sight({**SIGHT.lists, "volume": [{**held, "status": "detaching"}, csi]})
    assert "other" not in {item.id for item in foreign(find("store1", {}, sight), sight)}


def test_permitted_things_go_before_what_they_hold() -> None:
    found = find("store1", {}, SIGHT)
    ids = frozenset(item.id for item in foreign(found, SIGHT))
    plan = make_plan("store1", "absent", {}, found, SIGHT, Permission(release=ids))
    place = {step.id: number for number, step in enumerate(plan.steps)}
    for before, after in (
        ("delete port/lb", "delete network/net"),
        ("delete floating_ip/f", "delete router/router"),
        ("delete server/w", "delete volume/csi"),
        ("delete snapshot/snap", "delete volume/o"),
        ("delete attachment/other", "delete volume/o"),
        ("delete router/router", "delete network/net"),
        ("delete member/member", "delete security_group/nodes"),
        ("delete trunk/t2", "delete port/w-net"),
    ):
        assert place[before] < place[after], (before, after)
    assert plan == make_plan("store1", "absent", {}, found, SIGHT, Permission(release=ids))


def test_a_server_and_its_floating_ip_go_at_the_same_time_and_the_port_after_both() -> None:
    found = find("store1", {}, SIGHT)
    plan = make_plan("store1", "absent", {}, found, SIGHT, Permission())
    needs = {step.target: set(step.needs) for step in plan.steps}
    assert "delete floating_ip/w" not in needs["server/w"]
    assert "delete server/w" not in needs["floating_ip/w"]
    assert {"delete server/w", "delete floating_ip/w"} <= needs["port/w-net"]
    assert "delete floating_ip/w" in needs["router/router"]


@pytest.mark.parametrize("kind", ["server", "volume"])
def test_what_is_in_a_list_without_states_is_there(kind: str) -> None:
    judge = states.judge_gone(KINDS[kind])
    assert judge({"id": "s", "name": "s"}) == Standing("waiting", "is still there")
    assert judge(None) == Standing("gone")
