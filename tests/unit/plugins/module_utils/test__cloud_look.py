# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists are of one project, also for who may see all."""

from __future__ import annotations

import threading
import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight
from ansible_collections.rookery.rook.plugins.module_utils._cloud_look import (
    BALANCERS,
    DERIVED,
    SITE,
    Listing,
    look,
    look_at_site,
    look_behind,
    refresh,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

MINE = {"id": "1", "project_id": "p1", "description": "marked"}
THEIRS = {"id": "2", "project_id": "p2", "description": "marked"}


class Lists:
    """A cloud that lists what it is asked for, and keeps how it was asked."""

    project = "p1"
    balancers = False

    def __init__(self) -> None:
        self.query: dict[str, str] = {}
        self.paths: list[str] = []
        self.refused: set[str] = set()

    def login(self) -> None:
        """Need none."""

    def has(self, _service: str) -> bool:
        return self.balancers

    def list(self, _service: str, _path: str, _many: str, **query: str) -> list[dict[str, t.Any]]:
        self.query = query
        return [MINE] if "project_id" in query else [MINE, THEIRS]


@pytest.mark.parametrize(
    "kind", ["network", "subnet", "router", "security_group", "floating_ip", "load_balancer"]
)
def test_what_an_administrator_would_see_of_all_is_asked_of_one_project(kind: str) -> None:
    cloud = Lists()
    assert SITE[kind](cloud) == [MINE]  # type: ignore[arg-type]
    assert cloud.query == {"project_id": "p1"}


def test_of_ports_those_of_others_are_seen_without_their_mark() -> None:
    assert SITE["port"](Lists()) == [MINE, {**THEIRS, "description": ""}]  # type: ignore[arg-type]


def test_one_list_has_the_networks_of_the_project_and_those_outside() -> None:
    class Networks(Lists):
        def list(self, _service: str, path: str, *_many: str, **_query: t.Any) -> t.Any:
            self.paths.append(path)
            return [MINE, THEIRS, outside] if path == "/networks" else []

    outside = {**THEIRS, "id": "3", "router:external": True}
    cloud = Networks()
    router = SimpleNamespace(kind="router", attributes={"external_network": "public"})
    seen = look_at_site(cloud, {"router/r": router})  # type: ignore[arg-type, dict-item]
    assert (seen.of("network"), seen.of("external")) == ([MINE], [outside])
    assert cloud.paths.count("/networks") == 1


@pytest.mark.parametrize("listing", [SITE["load_balancer"], DERIVED["backup"]])
@pytest.mark.parametrize("status", [403, 401])
def test_who_may_not_look_at_load_balancers_or_backups_has_none(
    status: int, listing: Listing
) -> None:
    class Refusing(Lists):
        def list(self, *_what: str, **_query: str) -> list[dict[str, t.Any]]:
            raise ClientError("get", "things", "forbidden", status)

    cloud = Refusing()
    if status == 403:
        assert listing(cloud) == [] and len(cloud.refused) == 1  # type: ignore[arg-type]
    else:
        with pytest.raises(ClientError):
            listing(cloud)  # type: ignore[arg-type]


class Octavia(Lists):
    """Has a pool of ours and one of others, and keeps which paths were asked for."""

    balancers = True

    def send(self, request: t.Any) -> dict[str, t.Any]:
        self.paths.append(request.path)
        return {"quota": {"load_balancer": 3}}

    def list(self, _service: str, path: str, _many: str, **query: str) -> list[dict[str, t.Any]]:
        self.paths.append(path)
        if path == "/lbaas/pools":
            return [
                {"id": "mine", "loadbalancers": [{"id": "lb"}]},
                {"id": "theirs", "loadbalancers": [{"id": "lb2"}]},
            ]
        return [{"id": "1"}]


def test_what_is_behind_load_balancers_is_looked_at_where_there_are_any() -> None:
    cloud = Octavia()
    assert look_behind(cloud, set(), Sight()) == Sight() and not cloud.paths  # type: ignore[arg-type]
    seen = look_behind(cloud, {"lb"}, Sight({"network": [MINE]}))  # type: ignore[arg-type]
    assert sorted(cloud.paths) == [
        "/lbaas/healthmonitors", "/lbaas/listeners", "/lbaas/pools", "/lbaas/pools/mine/members",
    ]  # fmt: skip
    assert seen.of("member") == [{"id": "1", "pool_id": "mine"}] and seen.of("network") == [MINE]


def test_of_load_balancers_there_is_room_for_as_many_as_the_quota_says() -> None:
    (listing,) = BALANCERS.values()
    assert listing(Octavia()) == [  # type: ignore[arg-type]
        {"name": "load_balancer", "limit": 3, "used": 1}
    ]


def test_nothing_but_the_longest_list_is_asked_for_before_a_network_service_has_answered() -> None:
    beside, answered = threading.Event(), threading.Event()

    def listing(kind: str) -> Listing:
        def ask(_cloud: t.Any) -> list[dict[str, t.Any]]:
            if kind == "security_group":
                assert beside.wait(10)
                answered.set()
            elif kind == "server":
                beside.set()
            else:
                assert answered.is_set()
            return [{"id": kind}]

        return ask

    kinds = ("volume", "security_group", "network", "server", "keypair")
    seen = look(Octavia(), {kind: listing(kind) for kind in kinds})  # type: ignore[arg-type]
    assert {kind: seen.of(kind) for kind in kinds} == {kind: [{"id": kind}] for kind in kinds}


@pytest.mark.parametrize("kind", ["server", "volume", "load_balancer", "snapshot"])
def test_a_look_may_leave_out_states_where_that_costs_less(kind: str) -> None:
    asked = []

    class Asked(Lists):
        def list(self, service: str, path: str, *more: str, **query: str) -> list[dict[str, t.Any]]:
            asked.append(path)
            return super().list(service, path, *more, **query)

    for brief in (False, True):
        refresh(Asked(), kind, brief)  # type: ignore[arg-type]
    full, short = asked
    assert short == (full.removesuffix("/detail") if kind in ("server", "volume") else full)
