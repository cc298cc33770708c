# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load balancer is compared with all that is behind it, and changed by one request at a time."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud import marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.absent import foreign
from ansible_collections.rookery.rook.plugins.module_utils._cloud.actions import create
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request, Until
from ansible_collections.rookery.rook.plugins.module_utils._cloud.changes import update
from ansible_collections.rookery.rook.plugins.module_utils._cloud.desired import desired
from ansible_collections.rookery.rook.plugins.module_utils._cloud.differ import differences
from ansible_collections.rookery.rook.plugins.module_utils._cloud.known import Known
from ansible_collections.rookery.rook.plugins.module_utils._cloud.plan import (
    Permission,
    make_plan,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.removal import remove
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight, find
from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import (
    CloudSite,
    Listener,
    LoadBalancer,
    Network,
    Port,
    Ref,
    Server,
    Subnet,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    RookeryError,
)

Thing = dict[str, t.Any]
Lists = dict[str, list[Thing]]
BUSY = ClientError("put", "load_balancer/api", "Invalid state PENDING_UPDATE", 409)


def server(*networks: str) -> Server:
    ports = tuple(Port(f"control-{name}", name, None, None, None, None, None) for name in networks)
    return Server(
        "control", ("masters",), "f", "i", None, None, None, None, None, ports, None, (), None,
        None, {},
    )  # fmt: skip


def site(*networks: str) -> CloudSite:
    return CloudSite(
        name="store1",
        networks=tuple(Network(name) for name in networks),
        subnets=(Subnet("subnet", "net", "10.0.0.0/24", 4, None, True, (), None),),
        servers=(server(*networks),),
        load_balancers=(
            LoadBalancer("api", "subnet", None, None, "public", (Listener(6443, 6443, "masters"),)),
        ),
    )


WANTED = desired(site("net"))
API, ADDRESS = WANTED["load_balancer/api"], WANTED["floating_ip/api"]


def mark(kind: str, name: str) -> Thing:
    return {"name": f"store1-{name}", "description": marks.text_mark("store1", f"{kind}/{name}")}


def behind() -> Lists:
    """Return what the cloud shows of what is behind the load balancer."""
    its = {"loadbalancers": [{"id": "lb"}]}
    return {
        "listener": [
            {
                "id": "l", "protocol": "TCP", "protocol_port": 6443, "default_pool_id": "po",
                **its,
            },
        ],
        "pool": [
            {
                "id": "po", "name": "store1-api-6443", "protocol": "TCP",
                "listeners": [{"id": "l"}], "lb_algorithm": "ROUND_ROBIN", "healthmonitor_id": "h",
                **its,
            },
        ],
        "healthmonitor": [{"id": "h", "type": "TCP", "delay": 5, "timeout": 5, "max_retries": 3}],
        "member": [{"id": "m", "pool_id": "po", "address": "10.0.0.7", "protocol_port": 6443}],
    }  # fmt: skip


def lists() -> Lists:
    """Return what the cloud shows of the site when all is as it should be."""
    port = {
        **mark("port", "control-net"), "id": "p", "network_id": "n", "device_id": "s",
        "device_owner": "compute:nova", "project_id": "mine",
        "fixed_ips": [{"ip_address": "10.0.0.7"}],
    }  # fmt: skip
    vip = {
        **port,
        "name": "octavia-lb-lb",
        "description": "",
        "id": "vip",
        "device_owner": "Octavia",
    }
    return {
        "network": [{"id": "n", **mark("network", "net")}],
        "subnet": [{"id": "sub", "network_id": "n", **mark("subnet", "subnet")}],
        "port": [port, vip],
        "load_balancer": [
            {
                "id": "lb", **mark("load_balancer", "api"), "provisioning_status": "ACTIVE",
                "vip_subnet_id": "sub", "vip_network_id": "n", "vip_port_id": "vip",
                "vip_address": "10.0.0.9",
            },
        ],
        **behind(),
        "external": [{"id": "x", "name": "public"}],
        "floating_ip": [
            {
                "id": "f", **mark("floating_ip", "api"), "floating_network_id": "x",
                "port_id": "vip", "floating_ip_address": "203.0.113.9",
            },
        ],
    }  # fmt: skip


def asked(action: t.Any, *answers: t.Any) -> list[str]:
    """Return what an action asks for, as words; answers are to its requests, else empty ones."""
    found, given, answer = [], iter(answers), None
    while True:
        try:
            thrown = isinstance(answer, Exception)
            ask = action.throw(answer) if thrown else action.send(answer)
        except StopIteration:
            return found
        if isinstance(ask, Request):
            found.append(f"{ask.method} {ask.path.removeprefix('/lbaas')}")
            answer = next(given, {})
        else:
            assert isinstance(ask, Until)
            found.append("wait")
            answer = {"id": ask.uid, "provisioning_status": "ACTIVE"}


def repair(there: Lists, *answers: t.Any) -> list[str]:
    """Return what making a load balancer as it is declared asks for."""
    sight = Sight(there)
    found = find("store1", {}, sight)
    changes = differences(API, found.live[API.id], found, sight)
    assert changes
    return asked(update(API, changes, Known(found, sight), sight), *answers)


def without(kind: str) -> t.Callable[[Lists], None]:
    def change(there: Lists) -> None:
        del there[kind][0]

    return change


def other(kind: str, **values: t.Any) -> t.Callable[[Lists], None]:
    return lambda there: there[kind][0].update(values)


def more(kind: str, **values: t.Any) -> t.Callable[[Lists], None]:
    return lambda there: there[kind].append({**there[kind][0], **values})


def renamed(there: Lists) -> None:
    """Take the listener away, and the name by which its pool would be found."""
    unlisted(there)
    other("load_balancer", name="renamed")(there)


def unlisted(there: Lists) -> None:
    """Take the listener away; its pool is free then."""
    without("listener")(there)
    other("pool", listeners=[])(there)


def unmonitored(there: Lists) -> None:
    """Take the monitor away; the cloud does not show then what it was."""
    without("healthmonitor")(there)
    del there["pool"][0]["healthmonitor_id"]


MADE = {"pool": {"id": "new", "lb_algorithm": "ROUND_ROBIN", "protocol": "TCP"}}
POOL = ["POST /pools", "POST /healthmonitors", "PUT /pools/new/members"]
DRIFTS: list[tuple[t.Callable[[Lists], None], list[str]]] = [
    (other("load_balancer", name="renamed"), ["PUT /loadbalancers/lb"]),
    (other("pool", lb_algorithm="SOURCE_IP"), ["PUT /pools/po"]),
    (other("healthmonitor", delay=9), ["PUT /healthmonitors/h"]),
    (other("healthmonitor", type="HTTP"), ["DELETE /healthmonitors/h", "POST /healthmonitors"]),
    (unmonitored, ["POST /healthmonitors"]),
    (without("member"), ["PUT /pools/po/members"]),
    (more("member", address="10.0.0.99"), ["PUT /pools/po/members"]),
    (other("member", protocol_port=1), ["PUT /pools/po/members"]),
    (unlisted, ["POST /listeners"]),
    (renamed, ["PUT /loadbalancers/lb", "POST /listeners"]),
    (other("listener", default_pool_id=None), [*POOL, "PUT /listeners/l"]),
    (
        more("listener", id="k", protocol_port=80, default_pool_id="po2"),
        ["DELETE /listeners/k", "DELETE /pools/po2"],
    ),
    (
        other("listener", protocol="UDP"),
        ["DELETE /listeners/l", "DELETE /pools/po", *POOL, "POST /listeners"],
    ),
    (other("pool", protocol="HTTP"), ["DELETE /pools/po", *POOL, "PUT /listeners/l"]),
]


@pytest.mark.parametrize(("drift", "requests"), DRIFTS)
def test_what_differs_is_changed_one_after_the_other(
    drift: t.Callable[[Lists], None], requests: list[str]
) -> None:
    there = lists()
    drift(there)
    made = [MADE if request == "POST /pools" else {} for request in requests]
    told = repair(there, *made)
    # What is last is waited for once more, as it is with everything that has a state.
    assert told == [word for request in requests for word in (request, "wait")] + ["wait"]


def test_what_is_as_declared_is_left_alone() -> None:
    sight = Sight(lists())
    found = find("store1", {}, sight)
    for wanted in (API, ADDRESS):
        assert differences(wanted, found.live[wanted.id], found, sight) == (), wanted.id


def test_a_change_by_somebody_else_is_waited_for_and_others_refusals_are_told() -> None:
    there = lists()
    there["member"] = []
    put = "PUT /pools/po/members"
    assert repair(copy.deepcopy(there), BUSY, BUSY) == [put, "wait"] * 3 + ["wait"]
    with pytest.raises(ClientError, match="PENDING_UPDATE"):
        repair(copy.deepcopy(there), *[BUSY] * 9)
    with pytest.raises(ClientError, match="quota"):
        repair(there, ClientError("put", "load_balancer/api", "quota", 403))


def gone(status: str, *answers: t.Any) -> list[str]:
    (live,) = lists()["load_balancer"]
    live["provisioning_status"] = status
    return asked(remove("store1", "load_balancer/api", live, Sight()), *answers)


def test_it_goes_from_every_state_with_all_that_is_behind_it() -> None:
    delete = "DELETE /loadbalancers/lb?cascade=true"
    assert gone("ACTIVE") == gone("ERROR") == [delete, "wait"]
    assert gone("PENDING_UPDATE") == ["wait", delete, "wait"]
    assert gone("ACTIVE", BUSY) == [delete, "wait", delete, "wait"]
    with pytest.raises(ClientError, match="forbidden"):
        gone("ACTIVE", ClientError("delete", "load_balancer/api", "forbidden", 403))


def test_one_that_comes_into_error_while_it_goes_is_not_waited_for() -> None:
    (live,) = lists()["load_balancer"]
    action = remove("store1", "load_balancer/api", live, Sight())
    action.send(None)
    wait = action.send({})
    assert wait.judge({**live, "provisioning_status": "ERROR"}).outcome == "failed"
    assert wait.judge({**live, "provisioning_status": "PENDING_DELETE"}).outcome == "waiting"


def test_that_of_others_blocks_and_its_ports_and_ours_do_not() -> None:
    there = lists()
    (ours,), (_port, vip) = there["load_balancer"], there["port"]
    theirs = {
        "id": "lb2",
        "name": "web",
        "description": "",
        "vip_port_id": "v2",
        "vip_address": "10.0.0.8",
    }
    elsewhere = {"id": "lb3", "vip_network_id": "m", "vip_port_id": "v3", "vip_address": "10.9.0.8"}
    there["load_balancer"] += [{**ours, **theirs}, {**ours, **theirs, **elsewhere}]
    pairs = [{"ip_address": ours["vip_address"]}]
    machine = {"name": "octavia-lb-vrrp-1", "device_owner": "compute:nova"}
    there["port"] += [
        {**vip, "id": "v2"},
        {**vip, "id": "machine", **machine, "allowed_address_pairs": pairs},
        {**vip, "id": "strange", **machine, "allowed_address_pairs": []},
    ]
    sight = Sight(there)
    found = find("store1", {}, sight)
    told = foreign(found, sight)
    assert [(item.kind, item.id) for item in told] == [
        ("load_balancer", "lb2"),
        ("port", "strange"),
    ]
    assert str(told[0]) == "load_balancer lb2 web, owner somebody else"
    assert told[0].reason == "has its address in our network network/net"
    plan = make_plan("store1", "absent", {}, found, sight, Permission(release=frozenset({"lb2"})))
    place = {step.id: number for number, step in enumerate(plan.steps)}
    assert place["delete load_balancer/lb2"] < place["delete network/net"]


def test_the_port_from_which_ovn_asks_members_goes_with_the_last_load_balancer() -> None:
    there = lists()
    (ours,), (_port, vip) = there["load_balancer"], there["port"]
    theirs = {**ours, "id": "lb2", "description": "", "vip_port_id": "v2", "provider": "ovn"}
    asking = {"id": "asks", "name": "ovn-lb-hm-s", "device_owner": "ovn-lb-hm:distributed"}
    there["port"] += [{**vip, "id": "v2"}, {**vip, **asking}]
    for balancers, told in (
        ([theirs], ["lb2"]),
        ([], ["asks", "v2"]),
        ([{**theirs, "vip_network_id": "m"}], ["asks"]),
        ([{**theirs, "provider": "amphora"}], ["lb2", "asks"]),
    ):
        sight = Sight({**there, "load_balancer": [ours, *balancers]})
        assert [item.id for item in foreign(find("store1", {}, sight), sight)] == told


def planned(status: str, *replace: str) -> list[str]:
    """Return the steps for load balancer and floating IP, with the names of what they change."""
    there = lists()
    there["load_balancer"][0]["provisioning_status"] = status
    sight, wanted = Sight(there), {item.id: item for item in (API, ADDRESS)}
    allowed = Permission(replace=frozenset(replace))
    plan = make_plan("store1", "present", wanted, find("store1", {}, sight), sight, allowed)
    return [
        f"{step.id}: {' '.join(change.path for change in step.changes)}"
        if step.op in ("update", "keep")
        else step.id
        for step in plan.steps
        if step.target in wanted
    ]


def test_one_that_is_not_active_is_waited_for_or_told_or_made_again() -> None:
    again = [
        "delete load_balancer/api", "create load_balancer/api", "update floating_ip/api: port_id",
    ]  # fmt: skip
    assert planned("ACTIVE") == []
    assert planned("PENDING_CREATE") == ["update load_balancer/api: status"]
    assert planned("ERROR") == ["keep load_balancer/api: status"]
    assert planned("PENDING_DELETE") == planned("ERROR", API.id) == again


def test_a_server_is_reached_in_the_network_of_the_load_balancer() -> None:
    (listener,) = desired(site("other", "net"))[API.id].attributes["listeners"]
    (member,) = listener["default_pool"]["members"]
    assert member == {"address": Ref("port", "control-net"), "protocol_port": 6443}
    (listener,) = desired(site("other"))[API.id].attributes["listeners"]
    assert listener["default_pool"]["members"][0]["address"] == Ref("port", "control-other")


def test_a_member_without_an_address_is_named() -> None:
    there = lists()
    there["port"][0]["fixed_ips"] = []
    sight = Sight(there)
    found = find("store1", {}, sight)
    (change,) = differences(API, found.live[API.id], found, sight)
    assert change.new[0]["default_pool"]["members"][0]["address"] == "port/control-net"
    with pytest.raises(RookeryError, match="port/control-net has no address"):
        Known(found, sight).value(dict(API.attributes))


def test_a_new_one_is_made_with_all_that_is_behind_it() -> None:
    there = {**lists(), "load_balancer": []}
    sight = Sight(there)
    known = Known(find("store1", {}, sight), sight)
    (sent,) = [create("store1", [API], known).send(None)]
    assert isinstance(sent, Request)
    made = sent.body["loadbalancer"]
    assert "status" not in made and made["vip_subnet_id"] == "sub"
    (listener,) = made["listeners"]
    assert listener["name"] == listener["default_pool"]["name"] == "store1-api-6443"
    assert listener["default_pool"]["members"] == [{"address": "10.0.0.7", "protocol_port": 6443}]
