# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others have in the site's networks goes by the request that Neutron wants for it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud import marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.absent import foreign
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request
from ansible_collections.rookery.rook.plugins.module_utils._cloud.plan import (
    Permission,
    make_plan,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.removal import remove
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight, find

Thing = dict[str, t.Any]


def asked(target: str, live: Thing, *answers: t.Any) -> list[str]:
    """Return the requests of a removal, of which the first ones get answers."""
    found: list[str] = []
    action = remove("store1", target, live, Sight())
    answer: t.Any = None
    given = iter(answers)
    while True:
        try:
            ask = action.send(answer)
        except StopIteration:
            return found
        assert isinstance(ask, Request) and 404 in ask.accept
        found.append(f"{ask.method} {ask.path}")
        answer = next(given, None)


@pytest.mark.parametrize(
    ("answer", "parts"),
    [({"port_forwardings": [{"id": "x"}, {"id": "y"}]}, ["x", "y"]), (None, [])],
)
def test_a_floating_ip_goes_after_its_port_forwardings(answer: t.Any, parts: list[str]) -> None:
    path = "/floatingips/f/port_forwardings"
    live = {"id": "f", "port_forwardings": [{"protocol": "tcp"}]}
    requests = [f"GET {path}", *(f"DELETE {path}/{part}" for part in parts)]
    assert asked("floating_ip/f", live, answer) == [*requests, "DELETE /floatingips/f"]


def test_of_a_floating_ip_without_port_forwardings_nothing_is_asked() -> None:
    assert asked("floating_ip/f", {"id": "f", "port_forwardings": []}) == ["DELETE /floatingips/f"]


def of_ours(kind: str, name: str, **more: t.Any) -> Thing:
    return {"name": name, "description": marks.text_mark("store1", f"{kind}/{name}"), **more}


def test_a_local_ip_is_told_and_goes_between_the_ports_and_their_network() -> None:
    port = {"network_id": "n", "project_id": "p1", "fixed_ips": [], "device_owner": ""}
    local = {"device_owner": "network:local_ip", "device_id": "l", "description": "", "name": ""}
    lists = {
        "network": [of_ours("network", "net", id="n")],
        "port": [
            {**port, **of_ours("port", "w-net", id="p", device_id="")},
            {**port, **local, "id": "q"},
        ],
    }  # fmt: skip
    sight = Sight(lists)
    found = find("store1", {}, sight)
    (told,) = foreign(found, sight)
    assert (told.kind, told.id, told.blocks) == ("local_ip", "l", True)
    assert told.reason == "is in our network network/net"
    plan = make_plan("store1", "absent", {}, found, sight, Permission(release=frozenset({"l"})))
    assert [step.id for step in plan.steps] == [
        "delete port/w-net", "delete local_ip/l", "delete network/net",
    ]  # fmt: skip
    assert asked("local_ip/l", {}) == ["DELETE /local_ips/l"]
