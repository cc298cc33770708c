# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes first where one service does all, and that no wait is forgotten."""

from __future__ import annotations

import itertools
import threading
import time
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _cloud_apply
from ansible_collections.rookery.rook.plugins.module_utils._applied import ApplyError
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import (
    Action,
    Request,
    Standing,
    Until,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS, kind_of
from ansible_collections.rookery.rook.plugins.module_utils._cloud.pace import Pace
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found, Sight
from ansible_collections.rookery.rook.plugins.module_utils._cloud.states import judge_gone
from ansible_collections.rookery.rook.plugins.module_utils._cloud_apply import Doer, behind
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan, Step

NEEDS = {
    "network/n": (), "security_group/g": (), "subnet/s": ("network/n",),
    "router/r": ("subnet/s",), "rules/g": ("security_group/g",),
    "port/p": ("subnet/s", "security_group/g"), "server/a": ("port/p",),
    "floating_ip/a": ("port/p", "router/r"),
}  # fmt: skip
STEPS = tuple(
    Step(f"create {target}", "create", target, "openstack", tuple(f"create {x}" for x in needs))
    for target, needs in NEEDS.items()
)
PLAN = Plan("s", "present", STEPS, "")
# A loop that goes round without end asks for the time more often than any that waits.
LOOKS = 5000


class Slow:
    """A cloud that notes what it does at the same time."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.together: list[set[str]] = []
        self._now: set[str] = set()
        self._lock = threading.Lock()

    def send(self, request: Request) -> None:
        """Take a moment for a request."""
        with self._lock:
            self.began.append(request.target)
            self._now.add(request.target)
            self.together.append({each for each in self._now if service(each) == "network"})
        time.sleep(0.02)
        with self._lock:
            self._now.discard(request.target)


def service(target: str) -> str:
    return KINDS[kind_of(target)].service


def doer(cloud: t.Any, clock: t.Callable[[], float] = time.monotonic, timeout: float = 60) -> Doer:
    return Doer(cloud, {}, Found(), Sight(), timeout, lambda _text: None, clock)


def test_what_servers_wait_for_has_the_longest_way_behind_it() -> None:
    found = {step.target: behind(STEPS)[step.id] for step in STEPS}
    assert found["network/n"] > found["subnet/s"] > found["port/p"] > found["router/r"]
    assert found["router/r"] > found["rules/g"] == found["server/a"] == 0


def test_a_service_does_first_what_has_more_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def action(_doer: Doer, steps: t.Sequence[Step]) -> Action:
        yield Request("POST", service(steps[0].target), "/", steps[0].target)
        return []

    monkeypatch.setattr(Doer, "_action", action)
    cloud = Slow()
    doer(cloud).run(PLAN)
    assert sorted(cloud.began) == sorted(NEEDS)
    assert cloud.began.index("port/p") < cloud.began.index("router/r")
    assert cloud.began.index("router/r") < cloud.began.index("rules/g")
    ranks = behind(STEPS)
    for together in cloud.together:
        assert len({ranks[f"create {target}"] for target in together}) <= 1, together


def test_no_service_is_asked_more_at_once_than_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    limits, lock = {"network": 3, "compute": 1}, threading.Lock()
    now, most, answered = dict.fromkeys(limits, 0), dict.fromkeys(limits, 0), []
    # So many requests do come at once, or this ends with an error.
    gates = {name: threading.Barrier(limit, timeout=30) for name, limit in limits.items()}

    class Cloud:
        def send(self, request: Request) -> None:
            with lock:
                now[request.service] += 1
                most[request.service] = max(now[request.service], most[request.service])
            gates[request.service].wait()
            time.sleep(0.01)
            with lock:
                now[request.service] -= 1

    def action(_doer: Doer, steps: t.Sequence[Step]) -> Action:
        target = steps[0].target
        yield Request("DELETE", service(target), f"/{target}", target)
        return []

    monkeypatch.setattr(Doer, "_action", action)
    monkeypatch.setattr(Pace, "limit", lambda _pace, name: limits[name])
    monkeypatch.setattr(Pace, "answered", lambda _pace, request, _time: answered.append(request))
    targets = [*(f"port/p{number}" for number in range(9)), "keypair/a", "keypair/b"]
    steps = tuple(Step(f"delete {each}", "delete", each, "openstack", ()) for each in targets)
    done = doer(Cloud()).run(Plan("s", "absent", steps, "")).done
    assert most == limits and {*done} == {step.id for step in steps}
    assert sorted(request.target for request in answered) == sorted(targets)


def test_a_refusal_is_no_measure_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cloud:
        def send(self, request: Request) -> None:
            if request.target == "port/b":
                raise ClientError("delete", request.target, "in use", 409)

    def action(_doer: Doer, steps: t.Sequence[Step]) -> Action:
        yield Request("DELETE", "network", f"/{steps[0].target}", steps[0].target)
        return []

    answered: list[str] = []
    monkeypatch.setattr(Doer, "_action", action)
    monkeypatch.setattr(Pace, "answered", lambda _pace, asked, _time: answered.append(asked.target))
    steps = tuple(Step(f"delete port/{x}", "delete", f"port/{x}", "openstack", ()) for x in "abc")
    with pytest.raises(ApplyError):
        doer(Cloud()).run(Plan("s", "absent", steps, ""))
    assert sorted(answered) == ["port/a", "port/c"]


def test_a_wait_that_follows_on_another_is_looked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    first, looks = threading.Event(), iter(range(LOOKS))

    def wait(kind: str) -> t.Iterator[t.Any]:
        yield Until(kind, kind, kind, lambda live: Standing("ready" if live else "waiting"))

    def action(_doer: Doer, steps: t.Sequence[Step]) -> t.Iterator[t.Any]:
        if kind_of(steps[0].target) == "volume":
            yield from wait("volume")
            first.set()
            return []
        yield from wait("server")
        yield from wait("volume")
        return []

    def refresh(_cloud: t.Any, kind: str, _brief: bool) -> list[dict[str, str]]:
        # The look at servers comes back right after the other wait has ended.
        assert kind != "server" or first.wait(10)
        return [{"id": kind}]

    def clock() -> float:
        assert next(looks, None) is not None, "it goes round without end"
        return time.monotonic()

    monkeypatch.setattr(_cloud_apply, "FIRST", 0.01)
    monkeypatch.setattr(_cloud_apply, "refresh", refresh)
    monkeypatch.setattr(Doer, "_action", action)
    steps = [
        Step(f"create {each}", "create", each, "openstack") for each in ("server/a", "volume/b")
    ]
    done = doer(None, clock).run(Plan("s", "present", tuple(steps), ""))
    assert sorted(done.done) == ["create server/a", "create volume/b"]


class Ends:
    """Servers that go one after another, by a clock that goes from look to look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, end: bool = True) -> None:
        self.now, self.takes, self.answers = 0.0, 0.0, 0.0
        # When each look was, whether it was without states, and what was seen.
        self.looks: list[tuple[float, bool]] = []
        self.proofs: list[float] = []
        self.gone_at = {"server/a": 3, "server/b": 4}
        self._end = end
        monkeypatch.setattr(_cloud_apply, "refresh", self._refresh)
        monkeypatch.setattr(Doer, "_action", lambda _doer, steps: self._action(steps))
        monkeypatch.setattr(Doer, "_pause", lambda doer: self._pause(doer))

    def run(self, timeout: float = 60) -> None:
        """Wait for all of them."""
        steps = [Step(f"delete {each}", "delete", each, "openstack") for each in self.gone_at]
        doer(self, lambda: self.now, timeout).run(Plan("s", "absent", tuple(steps), ""))

    def send(self, _request: Request) -> None:
        """Answer what is asked to go."""
        self.now += self.answers

    def _action(self, steps: t.Sequence[Step]) -> t.Iterator[t.Any]:
        uid = steps[0].target
        if self.answers:
            yield Request("DELETE", "compute", "/servers/a", uid)
        judge = judge_gone(KINDS["server"])
        yield Until("server", uid, uid, judge, end=self._end)
        if self._end:
            yield Until("port", uid, uid, lambda _live: Standing("ready"), now=True)
        return []

    def _refresh(self, _cloud: t.Any, kind: str, brief: bool) -> list[dict[str, str]]:
        if kind == "port":
            self.proofs.append(self.now)
            return []
        self.looks.append((self.now, brief))
        self.now += self.takes
        left = [uid for uid, look in self.gone_at.items() if len(self.looks) <= look]
        return [{"id": uid, **({} if brief else {"status": "ACTIVE"})} for uid in left]

    def _pause(self, doer: Doer) -> None:
        if all(poll.future is None for poll in doer._polls.values()):
            waited = {wait.until.kind for wait in doer._waits}
            dues = [poll.due for kind, poll in doer._polls.items() if kind in waited]
            due = min(dues, default=self.now)
            self.now = due if due < _cloud_apply.NEVER else self.now


def test_once_one_has_gone_the_others_are_looked_at_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what was asked to go at once, the last ones follow the first ones soon."""
    ends = Ends(monkeypatch)
    ends.run()
    pauses = [
        round(after - before, 6) for (before, _), (after, _) in itertools.pairwise(ends.looks)
    ]
    assert pauses == sorted(pauses[:-1]) + pauses[-1:] and pauses[-1] == _cloud_apply.FIRST


def test_what_is_to_be_looked_at_once_is_when_the_last_one_has_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = Ends(monkeypatch)
    ends.run()
    assert ends.proofs == [ends.looks[-1][0]]


def test_ends_are_looked_at_without_states_for_some_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = Ends(monkeypatch)
    ends.gone_at = {"server/a": 9, "server/b": 12}
    ends.run()
    told = [now for now, brief in ends.looks if not brief]
    quiet = _cloud_apply.STATES
    assert told and all(after - before >= quiet for before, after in itertools.pairwise([0, *told]))
    for (before, brief), (after, _) in itertools.pairwise(ends.looks):
        # No two looks without states are as far from each other as that.
        assert not brief or after - before < quiet, ends.looks


def test_what_is_to_become_something_is_looked_at_with_its_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = Ends(monkeypatch, end=False)
    ends.run()
    assert not any(brief for _now, brief in ends.looks)


@pytest.mark.parametrize(("answers", "first"), [(0.1, 0.4), (1.5, 3.0), (60.0, 5.0)])
def test_a_slow_cloud_is_not_asked_more_often(
    monkeypatch: pytest.MonkeyPatch, answers: float, first: float
) -> None:
    """Where an answer takes long, what it was about takes longer."""
    ends = Ends(monkeypatch)
    ends.gone_at, ends.answers = {"server/a": 1}, answers
    ends.run()
    assert round(ends.looks[0][0] - answers, 6) == first


def test_what_is_to_be_looked_at_once_does_not_wait_for_other_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = threading.Event()

    def action(_doer: Doer, steps: t.Sequence[Step]) -> t.Iterator[t.Any]:
        target = steps[0].target
        if kind_of(target) == "router":
            yield Request("DELETE", "network", "/routers/r", target)
            return []
        yield Until("server", "a", target, lambda _live: Standing("gone"), end=True)
        yield Until("port", "p", target, lambda _live: Standing("ready"), now=True)
        return []

    def refresh(_cloud: t.Any, kind: str, _brief: bool) -> list[dict[str, str]]:
        if kind == "port":
            looked.set()
        return []

    class Router:
        """A cloud that is done with a router once somebody has looked at ports."""

        def send(self, _request: Request) -> None:
            assert looked.wait(10), "nobody looked"

    monkeypatch.setattr(_cloud_apply, "FIRST", 0.01)
    monkeypatch.setattr(_cloud_apply, "refresh", refresh)
    monkeypatch.setattr(Doer, "_action", action)
    steps = [
        Step(f"delete {each}", "delete", each, "openstack") for each in ("server/a", "router/r")
    ]
    done = doer(Router()).run(Plan("s", "absent", tuple(steps), ""))
    assert sorted(done.done) == ["delete router/r", "delete server/a"]


@pytest.mark.parametrize("others", [0, 30])
@pytest.mark.parametrize("takes", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("timeout", [1, 15, 20, 60])
def test_a_wait_in_vain_says_in_which_state_a_thing_stayed(
    monkeypatch: pytest.MonkeyPatch, timeout: float, takes: float, others: int
) -> None:
    """Also where others go around its limit, so that all look sooner."""
    ends = Ends(monkeypatch)
    ends.takes = takes
    ends.gone_at = {"server/a": 1000, **{f"server/{each}": each for each in range(others)}}
    with pytest.raises(ApplyError) as caught:
        ends.run(timeout)
    problem = caught.value.applied.failed["delete server/a"]
    assert "is in state ACTIVE" in str(problem), problem
    assert any(brief for _now, brief in ends.looks)
    # The limit is passed by a pause and two looks at most.
    assert ends.now <= timeout + _cloud_apply.LONGEST + 3 * takes, ends.looks
