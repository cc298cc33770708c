# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cloud refuses to change is told; only what was done before is taken for done."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud import actions
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Look, Request, Until
from ansible_collections.rookery.rook.plugins.module_utils._cloud.changes import update
from ansible_collections.rookery.rook.plugins.module_utils._cloud.differ import differences
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found, Sight
from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Ref, Wanted
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._steps import Change

Thing = dict[str, t.Any]
OVERLAP = "Bad router request: Cidr 10.0.0.0/24 of subnet a overlaps with cidr of subnet b"


class Known:
    """Ids that stand for themselves."""

    def __init__(self, live: Thing) -> None:
        self._live = live

    def value(self, value: t.Any) -> t.Any:
        return value

    def live(self, _target: str) -> Thing:
        return self._live


def server(*volumes: str, **more: t.Any) -> Thing:
    attached = [{"id": uid} for uid in volumes]
    return {
        "id": "s", "name": "s", "status": "ACTIVE", "flavor": {"id": "f"}, "metadata": {},
        "OS-EXT-STS:task_state": None, "os-extended-volumes:volumes_attached": attached, **more,
    }  # fmt: skip


def port(device: str) -> Thing:
    return {"id": "p", "device_id": device, "device_owner": "compute:nova", "fixed_ips": []}


def changed(live: Thing, key: str, new: t.Any) -> t.Generator[t.Any, t.Any, t.Any]:
    wanted = Wanted(live["kind"], "x", {key: new})
    return update(wanted, [Change(key, [], new)], Known(live), Sight())


@pytest.mark.parametrize(
    ("key", "uid", "servers", "ports", "done"),
    [
        ("volumes", "v", [server("v")], [], True),
        ("volumes", "v", [server()], [], False),
        ("volumes", "v", [], [], False),
        # Its cell does not answer, so nobody knows.
        ("volumes", "v", [{"id": "s", "status": "UNKNOWN"}], [], False),
        ("ports", "p", [server()], [port("s")], True),
        ("ports", "p", [server()], [port("another")], False),
    ],
)
def test_what_a_server_is_refused_counts_unless_it_has_it(
    key: str, uid: str, servers: list[Thing], ports: list[Thing], done: bool
) -> None:
    action = changed({"kind": "server", **server()}, key, [uid])
    assert isinstance(action.send(None), Request)
    refusal = ClientError("post", "server/x", "it is in use", 400)
    assert action.throw(refusal) == Look("server")
    assert action.send(servers) == Look("port")
    if done:
        assert isinstance(action.send(ports), Until)
    else:
        with pytest.raises(ClientError, match="it is in use"):
            action.send(ports)


@pytest.mark.parametrize(
    ("key", "had", "asks"),
    [
        ("volumes", server("v"), []),
        ("volumes", server(), ["POST /servers/s/os-volume_attachments"]),
        ("ports", server(), []),
    ],
)
def test_a_server_that_is_being_made_is_given_what_it_has_not_got_by_then(
    key: str, had: Thing, asks: list[str]
) -> None:
    live = {"kind": "server", **server(status="BUILD", **{"OS-EXT-STS:task_state": "spawning"})}
    wanted = Wanted("server", "x", {key: ["v" if key == "volumes" else "p"], "status": "ACTIVE"})
    changes = [Change(key, [], wanted.attributes[key]), Change("status", "BUILD", "ACTIVE")]
    action = update(wanted, changes, Known(live), Sight())
    assert isinstance(action.send(None), Until)
    ask = action.send(had)
    if key == "ports":
        assert ask == Look("port")
        ask = action.send([port("s")])
    assert [f"{ask.method} {ask.path}"] == asks if asks else isinstance(ask, Until)


def test_a_server_that_is_being_made_is_not_blamed_for_what_it_does_not_tell_yet() -> None:
    live = server(status="BUILD", image="", **{"OS-EXT-AZ:availability_zone": ""})
    attributes = {"availability_zone": "az1", "image": "i", "name": "s", "status": "ACTIVE"}
    changes = differences(Wanted("server", "x", attributes), live, Found(), Sight())
    assert changes == (Change("status", "BUILD", "ACTIVE"),)


@pytest.mark.parametrize("locked", [True, False])
def test_a_conflict_at_the_start_of_a_locked_server_is_told(locked: bool) -> None:
    live = {"kind": "server", **server(status="SHUTOFF", locked=locked)}
    request = changed(live, "status", "ACTIVE").send(None)
    assert request.body == {"os-start": None} and (409 in request.accept) is not locked


@pytest.mark.parametrize(
    ("words", "done"), [("Router already has a port on subnet n", True), (OVERLAP, False)]
)
@pytest.mark.parametrize("made", [True, False], ids=["new", "changed"])
def test_a_router_that_cannot_join_a_subnet_is_told(words: str, done: bool, made: bool) -> None:
    live = {"kind": "router", "id": "r", "routes": []}
    if made:
        wanted = Wanted("router", "x", {"name": "x", "subnets": ["n"], "routes": [],
                                        "description": ""})  # fmt: skip
        action = actions.create("store1", [wanted], Known(live))
        action.send(None)
        request = action.send({"router": live})
    else:
        action = changed(live, "subnets", ["n"])
        request = action.send(None)
    assert request.path == "/routers/r/add_router_interface" and request.accept == ()
    refusal = ClientError("put", "router/x", words, 400)
    with pytest.raises(StopIteration if done else ClientError, match=None if done else "overlaps"):
        action.throw(refusal)


@pytest.mark.parametrize("status", ["creating", "detaching", "reserved"])
@pytest.mark.parametrize("made", [True, False], ids=["new", "changed"])
def test_a_volume_on_its_way_to_a_state_is_waited_for_before_a_server_takes_it(
    status: str, made: bool
) -> None:
    volume = {"id": "v", "status": status, "name": "v"}
    if made:
        wanted = Wanted("server", "x", {
            "name": "x", "flavor": "f", "image": "i", "metadata": {}, "ports": [],
            "volumes": [Ref("volume", "v")],
        })  # fmt: skip
        action = actions.create("store1", [wanted], Known(volume))
    else:
        given = Wanted("server", "x", {"volumes": ["v"]})
        changes = [Change("volumes", [], ["v"])]
        action = update(given, changes, Known(server()), Sight({"volume": [volume]}))
    wait = action.send(None)
    assert isinstance(wait, Until) and (wait.kind, wait.uid) == ("volume", "v")
    assert wait.judge({**volume, "status": "available"}).outcome == "ready"
    assert isinstance(action.send({**volume, "status": "available"}), Request)


@pytest.mark.parametrize(
    ("kind", "status", "waits"),
    [
        ("server", "RESCUE", False), ("server", "VERIFY_RESIZE", False), ("server", "ERROR", False),
        ("server", "ACTIVE", True), ("volume", "error", False), ("volume", "in-use", True),
        ("volume", "backing-up", True), ("server", "MIGRATING", False),
    ],
)  # fmt: skip
def test_a_state_that_is_left_as_it_is_is_not_waited_for(
    kind: str, status: str, waits: bool
) -> None:
    live = {**server(status=status), "kind": kind}
    action = changed(live, "metadata", {"a": "b"})
    assert isinstance(action.send(None), Request)
    if waits:
        assert isinstance(action.send(None), Until)
    else:
        with pytest.raises(StopIteration):
            action.send(None)
