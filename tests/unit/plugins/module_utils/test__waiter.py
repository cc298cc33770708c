# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait keeps its timeline, believes a failure that lasts, and asks others once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Listing, Ref
from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Topic
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis import SIGNATURES
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import SITE_LABEL
from ansible_collections.rookery.rook.plugins.module_utils._waiter import (
    MOST_ASKED,
    Limits,
    Waiter,
)

Object = dict[str, t.Any]
INSIDE = {"namespace": "rook-ceph"}
MISSING = next(row for row in SIGNATURES if row.id == "OPERATOR-MISSING")


class World:
    """A feed and an API of which the test says what they show, and a clock that it sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.shown: list[Object] = []
        self.asked: list[str] = []

    def follow(self, _topic: Topic, _leaving: tuple[str, str] | None = None) -> None:
        return

    def went(self, _topic: Topic, _place: tuple[str, str]) -> Object | None:
        return None

    def objects(self, topic: Topic) -> dict[tuple[str, str], Object]:
        shown = [item for item in self.shown if item["kind"] == topic.kind]
        return {(item["metadata"]["namespace"], item["metadata"]["name"]): item for item in shown}

    def problem(self, _topic: Topic) -> Exception | None:
        return None

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def serves(self, _api: str, kind: str) -> bool:
        return kind == "CephCluster"

    def list(self, _api: str, kind: str, *_where: t.Any) -> Listing:
        self.asked.append(kind)
        return Listing((), "")

    def events(self, *_where: str) -> tuple[Object, ...]:
        return ({"type": "Warning", "reason": "Bad", "message": "a disk is full"},)


def mds(name: str, replicas: int) -> Object:
    status = {"updatedReplicas": replicas, "availableReplicas": replicas}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 1}, "status": status,
        "metadata": {"name": name, "labels": {"app": "rook-ceph-mds"}, **INSIDE},
    }  # fmt: skip


def files(name: str = "shared") -> Object:
    return {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephFilesystem",
        "metadata": {"name": name, "uid": name, **INSIDE}, "status": {"phase": "Ready"},
        "spec": {"metadataServer": {"activeCount": 1, "activeStandby": True}},
    }  # fmt: skip


@pytest.fixture(name="world")
def _world() -> World:
    return World()


@pytest.fixture(name="waiter")
def _waiter(world: World) -> Waiter:
    either = t.cast("t.Any", world)
    return Waiter(either, either, Limits.of(30), lambda _text: None, lambda: world.now)


def test_a_timeline_has_the_parts_with_the_time_since_when_they_are_ready(
    world: World, waiter: Waiter
) -> None:
    waiter.add(Ref.of(files()), "ready", files())
    for seconds, a, b in ((2, 1, 0), (5, 0, 0), (7, 1, 0), (9, 1, 1)):
        world.now = seconds
        world.shown = [files(), mds("mds-a", a), mds("mds-b", b)]
        waiter.settle()
    world.now = 20
    late = waiter.add(Ref.of(files("late")), "ready", files("late"))
    (row, _) = (wait.as_result() for wait in waiter.history)
    assert row["outcome"] == "ready" and row["began"] == 0.0 and row["seconds"] == 9.0
    assert row["parts"] == [
        {"id": "Deployment/rook-ceph/mds-a", "seconds": 7.0},
        {"id": "Deployment/rook-ceph/mds-b", "seconds": 9.0},
    ]
    assert late.as_result()["began"] == 20.0


def test_no_part_is_ready_later_than_the_whole_however_long_a_look_takes(
    world: World, waiter: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = world.objects

    def slowly(topic: Topic) -> dict[tuple[str, str], Object]:
        world.now += 1
        return shown(topic)

    monkeypatch.setattr(world, "objects", slowly)
    world.shown = [files(), mds("mds-a", 1), mds("mds-b", 1)]
    wait = waiter.add(Ref.of(files()), "ready", files())
    waiter.settle()
    row = wait.as_result()
    assert row["outcome"] == "ready" and len(row["parts"]) == 2
    assert max(part["seconds"] for part in row["parts"]) <= row["seconds"]


def test_a_time_out_asks_what_others_said_and_tells_it_once(world: World, waiter: Waiter) -> None:
    world.shown = [files(), files("more")]
    for item in (files(), files("more")):
        waiter.add(Ref.of(item), "ready", item)
    with pytest.raises(WaitTimeout) as ended:
        waiter.wait_all(())
    lines = str(ended.value).splitlines()
    assert lines[1:] == [
        "CephFilesystem/rook-ceph/more: 0 of 2 metadata servers available",
        "CephFilesystem/rook-ceph/shared: 0 of 2 metadata servers available",
        "CephFilesystem/rook-ceph/shared: last event: Bad: a disk is full",
        "The operator: there is no pod of it",
        "CephFilesystem/rook-ceph/more: last event: Bad: a disk is full",
        f"Diagnosis OPERATOR-MISSING (sure): {MISSING.cause} {MISSING.fix} "
        "Seen: there is no pod of the operator in rook-ceph",
    ]
    again = waiter.error(waiter.history[:1])
    assert "last event" not in str(again) and "metadata servers" in str(again)
    assert "Diagnosis" not in str(again)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_the_diagnosis_hides_no_error(
    world: World, waiter: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def serves(_api: str, kind: str) -> bool:
        asked.append(kind)
        raise TypeError("a fault of the collection")

    monkeypatch.setattr(world, "serves", serves)
    world.shown = [files()]
    waiter.add(Ref.of(files()), "ready", files())
    with pytest.raises(WaitTimeout, match="metadata servers") as ended:
        waiter.wait_all(())
    assert asked and "Diagnosis" not in str(ended.value)


def test_nobody_is_asked_while_a_wait_goes_on(world: World, waiter: Waiter) -> None:
    waiter.add(Ref.of(files()), "ready", files())
    world.now = 29
    waiter.settle()
    assert world.asked == []


def test_an_api_that_is_away_while_a_wait_looks_twice_is_a_reason_and_no_end(
    world: World, waiter: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get(_ref: Ref) -> None:
        raise UnreachableError("read", "CephFilesystem rook-ceph/shared", "nothing listens")

    monkeypatch.setattr(world, "get", get, raising=False)
    ours = files()
    ours["metadata"]["labels"] = {SITE_LABEL: "store1"}
    wait = waiter.add(Ref.of(ours), "gone", ours)
    assert waiter.settle() == ()
    assert "it cannot be observed" in wait.reasons[-1] and "nothing listens" in wait.reasons[-1]
    monkeypatch.setattr(world, "get", lambda _ref: None)
    assert waiter.settle() == (wait,)


def cluster(generation: int, **spec: t.Any) -> Object:
    meta = {"name": "rook-ceph", "uid": "1", "generation": generation, **INSIDE}
    status = {"ceph": {"health": "HEALTH_OK"}}
    return {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephCluster", "metadata": meta, "spec": spec,
        "status": status,
    }  # fmt: skip


CLEAN = {"cleanupPolicy": {"confirmation": "yes-really-destroy-data"}}
NOT_BEGUN = "the jobs that clean the hosts have not begun"


def test_a_cluster_is_gone_by_what_its_spec_asked_last(world: World, waiter: Waiter) -> None:
    wait = waiter.add(Ref.of(cluster(1)), "gone", cluster(1))
    for world.shown in ([cluster(1)], [cluster(2, **CLEAN)], []):
        assert waiter.settle() == ()
    assert wait.reasons[-1] == NOT_BEGUN


def test_a_plan_knows_of_its_own_patch_before_it_is_heard(world: World, waiter: Waiter) -> None:
    wait = waiter.add(Ref.of(cluster(1)), "gone", cluster(1, **CLEAN))
    for world.shown in ([cluster(1)], []):
        assert waiter.settle() == ()
    assert wait.reasons[-1] == NOT_BEGUN


@pytest.mark.parametrize("until", ["ready", "gone"])
def test_what_may_not_be_looked_at_ends_a_wait_before_its_limit(
    world: World, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    world.now = 1.0
    denied = ClientError("list", "Node", "nodes is forbidden. Give it the right", 403)

    def get(_ref: Ref) -> None:
        raise denied

    either = t.cast("t.Any", world)
    patient = Waiter(either, either, Limits.of(600), lambda _text: None, lambda: world.now)
    monkeypatch.setattr(world, "get", get, raising=False)
    if until == "ready":
        monkeypatch.setattr(world, "problem", lambda _topic: denied)
    ours = files()
    ours["metadata"]["labels"] = {SITE_LABEL: "store1"}
    patient.add(Ref.of(ours), until, ours)
    with pytest.raises(WaitFailed, match="Give it the right"):
        patient.wait_all(())
    assert world.now < 60


def test_what_only_explains_may_be_hidden_from_who_waits(
    world: World, waiter: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = ClientError("list", "Node", "nodes is forbidden", 403)
    shown = world.objects
    monkeypatch.setattr(world, "problem", lambda topic: denied if topic.kind == "Node" else None)
    monkeypatch.setattr(
        world, "objects", lambda topic: None if topic.kind == "Node" else shown(topic)
    )
    cluster = {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephCluster", "status": {"phase": "Ready"},
        "metadata": {"name": "c", **INSIDE}, "spec": {"mon": {"count": 3}},
    }  # fmt: skip
    world.shown = [cluster]
    wait = waiter.add(Ref.of(cluster), "ready", cluster)
    waiter.settle()
    assert "0 of 3 monitors available" in wait.reasons[-1], wait.reasons


class Indexed(dict[tuple[str, str], Object]):
    """A collection of which each object is found by its name, and none is looked at for another."""

    def __iter__(self) -> t.Iterator[tuple[str, str]]:
        raise AssertionError("all objects were looked at")

    items = values = __iter__  # type: ignore[assignment]


def pods(count: int) -> list[Object]:
    return [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"web-{number}", **INSIDE}}
        for number in range(count)
    ]


def test_many_waits_look_each_for_its_own_object_and_ask_the_api_for_none(
    world: World, waiter: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = Indexed()
    for item in pods(30):
        shown["rook-ceph", item["metadata"]["name"]] = item
        waiter.add(Ref.of(item), "gone", item)
    monkeypatch.setattr(world, "objects", lambda _topic: shown)
    assert waiter.settle() == ()
    del shown["rook-ceph", "web-7"]
    assert [wait.id for wait in waiter.settle()] == ["Pod/rook-ceph/web-7"]
    assert world.asked == []


def test_of_many_that_are_late_others_are_asked_about_the_first(
    world: World, waiter: Waiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    monkeypatch.setattr(world, "events", lambda _where, uid: events.append(uid) or ())
    world.shown = pods(3 * MOST_ASKED)
    for item in world.shown:
        waiter.add(Ref.of(item), "gone", item)
    world.now = 200
    late = waiter.settle()
    told = [str(waiter.error([wait])) for wait in late]
    assert len(events) == MOST_ASKED
    assert len(told) == 3 * MOST_ASKED and "Pod/rook-ceph/web-29: it was not" in told[-1]


def test_an_error_of_one_wait_tells_of_it_alone_as_the_others_go_on(
    world: World, waiter: Waiter
) -> None:
    """Thousands may be waited for, and each of them end by itself."""
    world.shown = [files(), files("more")]
    first, _second = (waiter.add(Ref.of(item), "ready", item) for item in world.shown)
    waiter.settle()
    assert "CephFilesystem/rook-ceph/more" not in str(waiter.error([first]))
