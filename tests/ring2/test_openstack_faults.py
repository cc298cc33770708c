# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong on the way to a cloud, one more run makes or removes a site whole.

Each request of a run that makes a site, and of one that removes it, meets faults, or the end of the
process that asks. By default faults are dealt out: each request meets one of them, each sort of
request meets all, and processes are killed at each sort of write, each further than the last,
before one comes to its end. ROOKERY_TEST_FAULTS=all tries each fault and each end at each request
by itself, in a test for each fault and each end, which -n shares out over clouds. A second site and
thirty things of others in the project, some with names of this site's, stay as they are to the bit.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import os
import re
import time
import typing as t
from pathlib import Path

import cloudruns
import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _cloud_apply
from ansible_collections.rookery.rook.plugins.module_utils._clients import openstack
from cloud import Cloud, bystanders
from cloudproxy import CloudProxy, Fault, Request

ALL = os.environ.get("ROOKERY_TEST_FAULTS") == "all"
FAULTS = ("409", "429", "500", "503", "reset before", "reset after")
ENDS = ("hook before", "hook after")
# The faults, and the ends, of one test: all of them, or one.
each_fault = pytest.mark.parametrize(
    "faults", tuple((name,) for name in FAULTS) if ALL else (FAULTS,), ids=" ".join
)
each_end = pytest.mark.parametrize(
    "ends", tuple((name,) for name in ENDS) if ALL else (ENDS,), ids=" ".join
)
# In how many requests, one after the other, the faults of one run are.
TOGETHER = 12
# In how many runs more a sort is to meet a fault that it has not met: some more than the longest
# way from a thing to what it needs, for a run may end at the first fault of that way.
TURNS = 12
# How long ours and others' things may need to come to rest.
RESTING_SECONDS = 60
NAME = "faulty"
SITE: dict[str, t.Any] = {
    "site": NAME,
    "networks": [{"name": "net"}],
    "subnets": [{"name": "subnet", "cidr": "192.168.7.0/24"}],
    "routers": [{"name": "router", "external_network": "public", "subnets": ["subnet"]}],
    "security_groups": [
        {"name": "nodes", "rules": [{"protocol": "tcp", "ports": "22"}, {"remote_group": "nodes"}]}
    ],
    "keypairs": [
        {
            "name": "key",
            "public_key": "ssh-ed25519 "
            "AAAAC3NzaC1lZDI1NTE5AAAAIBJh6ZVKJ0T5rUrzwmbq0lS5n6yC0QTyEPvD1h2b7GXk",
        }
    ],
    "server_groups": [{"name": "apart"}],
    "servers": [
        {
            "name": "node", "flavor": "m1.tiny", "image": "debian-13", "keypair": "key",
            "server_group": "apart", "ports": [{"security_groups": ["nodes"]}],
            "floating_network": "public", "volumes": [{"name": "data", "size_gib": 1}],
        }
    ],
}  # fmt: skip
STATES: dict[str, dict[str, t.Any]] = {
    "present": {**SITE, "state": "present"},
    "absent": {"site": NAME, "state": "absent", "confirm": NAME},
}
ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
When = t.Callable[[Request], bool]


def sort(request: Request) -> str:
    """Return what sort of request it is: method and path, without ids."""
    return f"{request.method} {request.service} {ID.sub('ID', request.path)}"


@dataclasses.dataclass(frozen=True)
class Case:
    """A run that is to be disturbed: its state, its requests, and what comes of it."""

    state: str
    requests: tuple[Request, ...]
    after: tuple[str, ...]

    @property
    def sorts(self) -> set[str]:
        """Every sort of request that it sends."""
        return set(map(sort, self.requests))


Act = t.Callable[[Case], None]


class Bench:
    """One project in which a site comes and goes, run after run disturbed."""

    def __init__(self, cloud: Cloud, proxy: CloudProxy, clouds: Path) -> None:
        self.cloud, self.proxy, self.clouds = cloud, proxy, clouds
        self.eyes = cloud.connect("member")
        self.runs = self.again = 0
        self.met: dict[str, set[tuple[str, str]]] = {state: set() for state in STATES}
        self.bad: list[str] = []
        self.others = self._at_rest()

    def _at_rest(self) -> cloudruns.Listing:
        """Return what others have, when it does not change any more."""
        deadline = time.monotonic() + RESTING_SECONDS
        last = cloudruns.listing(self.eyes)
        while time.monotonic() < deadline:
            time.sleep(2)
            now = cloudruns.listing(self.eyes)
            if now == last:
                return now
            last = now
        raise AssertionError("what others have does not come to rest")

    def run(self, state: str) -> cloudruns.Object:
        """Run the module once."""
        self.runs += 1
        return cloudruns.run(self.clouds, **STATES[state])

    def case(self, state: str) -> Case:
        """Run undisturbed, and note what was asked and what came of it."""
        self.proxy.arm()
        result = self.run(state)
        assert result.get("failed") is None and result["changed"], result
        requests = tuple(self.proxy.log)
        assert self.run(state)["changed"] is False
        return Case(state, requests, tuple(self._own()))

    def _own(self) -> list[str]:
        return cloudruns.shape(cloudruns.without(cloudruns.listing(self.eyes), self.others))

    def cycle(self, cases: t.Sequence[Case], acts: t.Sequence[Act | None]) -> None:
        """Make and remove the site, each time disturbed; note what does not come out right."""
        for case, act in zip(cases, acts, strict=True):
            try:
                (act or self.disturb)(case)
            except AssertionError as error:
                self.bad.append(f"{case.state}: {error}")
                self.clear()
                return

    def disturb(self, case: Case, faults: t.Sequence[Fault] = ()) -> None:
        """Disturb a run, run at most once more, and compare."""
        self.proxy.arm(*faults)
        first = self.run(case.state)
        met = self._met(case)
        if first.get("failed"):
            self.once_more(case, f"{met}: {first['msg']}")
        self.compare(case, met)

    def kill(self, case: Case, fault: Fault) -> None:
        """Kill a run at a request, run once more, and compare."""
        met = self._killed(case, fault)
        self.once_more(case, str(met))
        self.compare(case, met)

    def kill_again_and_again(self, case: Case, ends: t.Sequence[str]) -> None:
        """Kill run after run, each at a sort of write that is new, until none is; then compare."""
        left = {sort(request) for request in case.requests if request.writes}
        met: list[tuple[str, str]] = []
        while here := self._killed(case, Fault(ends[len(met) % len(ends)], first_of(left))):
            left -= {each for each, _name in here}
            met += here
        assert not left, f"nothing was killed at {left}, but at {met}"
        self.once_more(case, str(met))
        self.compare(case, met)

    def _killed(self, case: Case, fault: Fault) -> list[tuple[str, str]]:
        """Run in a process that is killed where it meets a fault, and return what it met."""
        children: list[t.Any] = []
        self.proxy.arm(dataclasses.replace(fault, hook=lambda _request: children[0].kill()))
        self.runs += 1
        children.append(cloudruns.start(self.clouds, **STATES[case.state]))
        ended = cloudruns.end(children[0])
        self.proxy.settle(killed=True)
        met = self._met(case)
        assert ended == (-9 if met else 0), f"killed at {met}: it ended with {ended}"
        return met

    def once_more(self, case: Case, before: str) -> None:
        """Run again, undisturbed; it must come to its end."""
        self.again += 1
        self.proxy.arm()
        second = self.run(case.state)
        assert second.get("failed") is None, f"{before}; then: {second['msg']}"

    def _met(self, case: Case) -> list[tuple[str, str]]:
        """Return which sorts of requests met which faults in the run that was."""
        met = [(sort(request), fault) for request, fault in self.proxy.met]
        self.met[case.state].update(met)
        return met

    def compare(self, case: Case, met: t.Any) -> None:
        """Compare with what an undisturbed run makes; statuses follow in a moment."""
        deadline = time.monotonic() + RESTING_SECONDS
        while True:
            everything = cloudruns.listing(self.eyes)
            own = cloudruns.shape(cloudruns.without(everything, self.others))
            if own == list(case.after) or time.monotonic() > deadline:
                break
            time.sleep(0.3)
        more, less = sorted(set(own) - set(case.after)), sorted(set(case.after) - set(own))
        assert own == list(case.after), f"{met}: too much: {more}, missing: {less}, {len(own)}"
        assert cloudruns.within(everything, self.others) == self.others, f"{met}: others' things"

    def clear(self) -> None:
        """Remove what a case that went wrong has left, so that the next one can be told apart."""
        self.proxy.arm()
        result = self.run("absent")
        own = self._own()
        if result.get("failed") or own:
            raise AssertionError(f"{self.bad}; and it cannot be cleared: {result}, {own}")


@pytest.fixture(name="bench")
def _bench(
    fresh_cloud: Cloud, cloud_proxy: CloudProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    """A project with others in it, and a client that is in a hurry."""
    monkeypatch.setattr(openstack, "PAUSES", (0.05, 0.1, 0.2, 0.4, 0.8))
    monkeypatch.setattr(_cloud_apply, "FIRST", 0.3)
    monkeypatch.setattr(_cloud_apply, "LONGEST", 1.0)
    # The runs set it.
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "")
    bystanders(fresh_cloud, NAME)
    return Bench(fresh_cloud, cloud_proxy, cloud_proxy.clouds(tmp_path))


def at(index: int) -> When:
    return lambda request: request.index == index


def first_of(sorts: t.Collection[str]) -> When:
    """Return what is true for the first request of each of these sorts."""
    left = set(sorts)

    def when(request: Request) -> bool:
        met = sort(request) in left
        left.discard(sort(request))
        return met

    return when


def dealt(bench: Bench, case: Case, names: t.Sequence[str]) -> t.Iterator[Act]:
    """Yield run after run: at each request one of the faults, some in each run."""
    count = len(case.requests)
    if ALL:
        for index, name in itertools.product(range(count), names):
            yield functools.partial(bench.disturb, faults=[Fault(name, at(index))])
        return
    step = -(-count // TOGETHER)
    for begin in range(step):
        faults = [
            Fault(names[(begin + turn) % len(names)], at(index))
            for turn, index in enumerate(range(begin, count, step))
        ]
        yield functools.partial(bench.disturb, faults=faults)


def not_met(bench: Bench, case: Case, name: str) -> Act | None:
    """Return a run in which each sort of request meets a fault that it has not met yet."""
    left = {each for each in case.sorts if (each, name) not in bench.met[case.state]}
    return functools.partial(bench.disturb, faults=[Fault(name, first_of(left))]) if left else None


def tell(bench: Bench, cases: t.Sequence[Case], capsys: pytest.CaptureFixture[str]) -> None:
    """Print what was tried, and fail when any of it went wrong."""
    pairs = sum(map(len, bench.met.values()))
    counts = " and ".join(f"{len(case.requests)} requests ({case.state})" for case in cases)
    with capsys.disabled():
        print(
            f"\n{counts}: {pairs} pairs of sort and fault, {bench.runs} runs, {bench.again} of "
            f"them once more, {len(bench.bad)} went wrong",
            end=" ",
        )
    assert not bench.bad, "\n".join(bench.bad)


@each_fault
def test_one_more_run_makes_up_for_any_fault_at_any_request(
    bench: Bench, faults: t.Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [bench.case(state) for state in STATES]
    for acts in itertools.zip_longest(*(dealt(bench, case, faults) for case in cases)):
        bench.cycle(cases, acts)
    # A sort that follows on a failure is only met when the failure is out of the way.
    for name, _turn in itertools.product(faults, range(TURNS)):
        acts = tuple(not_met(bench, case, name) for case in cases)
        if any(acts):
            bench.cycle(cases, acts)
    tell(bench, cases, capsys)
    for case in cases:
        missing = set(itertools.product(case.sorts, faults)) - bench.met[case.state]
        assert not missing, (case.state, missing)


def ended(bench: Bench, case: Case, names: t.Sequence[str]) -> t.Iterator[Act]:
    """Yield runs that are killed: by default one after the other, each further than the last."""
    if not ALL:
        yield functools.partial(bench.kill_again_and_again, ends=names)
        return
    for index, name in itertools.product(range(len(case.requests)), names):
        yield functools.partial(bench.kill, fault=Fault(name, at(index)))


@each_end
def test_one_more_run_makes_up_for_a_process_that_is_killed(
    bench: Bench, ends: t.Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [bench.case(state) for state in STATES]
    for acts in itertools.zip_longest(*(ended(bench, case, ends) for case in cases)):
        bench.cycle(cases, acts)
    tell(bench, cases, capsys)
