# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong on the way to the API, one more run makes of a site what it should be.

Each request of two runs, one from nothing and one that changes a site, meets every fault. By
default faults are dealt out: each request meets one of them, and each sort of request meets all.
ROOKERY_TEST_FAULTS=all tries every fault at every request by itself; most of that is to wait, so
with -n 8 the faults are tried side by side.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
import time
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._clients import kube, retrying
from conftest import MODEL, MODULES, manifests, run_module
from controlplane import ControlPlane
from faults import FAULTS, Fault, Proxy, Request
from faults_store import Content, Store, named
from raw import Object, Raw

ALL = os.environ.get("ROOKERY_TEST_FAULTS") == "all"
# The faults of one test: all of them, or one.
TESTS = tuple((name,) for name in FAULTS) if ALL else (FAULTS,)
each_fault = pytest.mark.parametrize("faults", TESTS, ids=" ".join)
# What one try of a call may take where some are held back: some times of what the slowest call
# needs undisturbed. The client's own limit is proven below, by one real stall.
TRY_SECONDS, SLOWEST = 1.5, 4
# A stalled request is held back longer than that: the API does it when the client has given up.
STALL = 1.2
# A run in which anything is broken ends after so many times what one try may take, and what a run
# takes on a machine that has become slower by so many times.
RUN, SLOWER = 40, 10
# In how many requests, one after the other, the faults of one run are.
TOGETHER = 12
KINDS = ("cephclusters", "cephblockpools", "cephfilesystems")
SITE: Object = {
    "site": "store1", "version": MODEL["version"], "hosts": MODEL["hosts"], "wait": False,
    "block_pools": [{"name": "replicapool", "replicas": 3}],
    "filesystems": [{"name": "myfs", "data_pools": [{"name": "replicated", "replicas": 3}]}],
    "storage_classes": [{"name": "rook-ceph-block", "pool": "replicapool"}],
}  # fmt: skip
CHANGED: Object = {
    **SITE,
    "block_pools": [
        {
            "name": "replicapool",
            "replicas": 3,
            "spec": {"parameters": {"compression_mode": "none"}},
        },
        {"name": "second", "replicas": 3},
    ],
    "storage_classes": [*SITE["storage_classes"], {"name": "files", "filesystem": "myfs"}],
}
# What a message says of each fault.
WORDS = {
    "409": "modified", "410": "too old", "429": "too many requests", "500": "injected",
    "503": "unable to handle", "reset before": "ended the connection",
    "reset after": "ended the connection", "stall": "did not answer in time",
}  # fmt: skip


@dataclasses.dataclass
class Case:
    """A run that is to be disturbed: what it starts from, what it wants, and what comes of it."""

    name: str
    model: Object
    before: Content
    requests: tuple[Request, ...]
    after: dict[str, Object]
    keys: frozenset[str]


class Bench:
    """One control plane with its proxy, on which run after run is disturbed."""

    def __init__(
        self, plane: ControlPlane, proxy: Proxy, call: t.Callable[[Object], Object],
        say: t.Callable[[str], None],
    ) -> None:  # fmt: skip
        self.store, self.raw, self.proxy = Store(plane), Raw(plane), proxy
        self._call, self.say = call, say
        self.limit, self.runs = TRY_SECONDS, 0
        # How long the client waits for an answer, and how long runs took: undisturbed, the last.
        self.patience, self.usual, self.took = kube.ANSWER_SECONDS, 0.0, 0.0
        self.met: set[tuple[str, str]] = set()

    def run(self, model: Object) -> Object:
        """Run the module once, within its limit."""
        began = time.monotonic()
        self.runs += 1
        result = self._call(model)
        self.took = time.monotonic() - began
        assert self.took < self.within(RUN), (self.took, self.limit, self.proxy.met)
        return result

    def within(self, tries: int) -> float:
        """Return how long a run may take in which so many tries get no answer."""
        return tries * self.limit + SLOWER * self.usual

    def case(self, name: str, model: Object) -> Case:
        """Run undisturbed, and note what was asked and what came of it."""
        before = self.store.content()
        self.proxy.arm()
        self.limit = kube.ANSWER_SECONDS
        result = self.run(model)
        self.usual = self.took
        self.limit = max(TRY_SECONDS, SLOWEST * self.proxy.slowest)
        assert result.get("failed") is None and result["changed"], result.get("msg")
        requests = tuple(self.proxy.log)
        paths = sorted({path(request) for request in requests if is_of_site(request)})
        self.proxy.arm()
        assert self.run(model)["changed"] is False
        after = {each: normal(self.raw("GET", each)) for each in paths}
        return Case(name, model, before, requests, after, self._keys())

    def fault(self, name: str, when: t.Callable[[Request], bool]) -> Fault:
        """Return a fault that lasts longer than the client's patience, if it is to last."""
        return Fault(name, when, STALL * self.limit)

    def disturb(self, case: Case, *faults: Fault) -> str:
        """Disturb a run, run at most once more, and compare; return why the first one failed.

        took is then how long that one took.
        """
        self.proxy.settle()
        self.store.restore(case.before)
        self.proxy.arm(*faults)
        if any(fault.name == "stall" for fault in faults):
            self.patience = self.limit
        first = self.run(case.model)
        took, self.patience = self.took, kube.ANSWER_SECONDS
        met = [(request.sort, request.name, fault) for request, fault in self.proxy.met]
        self.met.update((request.sort, fault) for request, fault in self.proxy.met)
        self.proxy.arm()
        if first.get("failed"):
            assert "fault of the collection" not in first["msg"], (met, first)
            second = self.run(case.model)
            assert second.get("failed") is None, (met, first["msg"], second["msg"])
        self._compare(case, met)
        self.took = took
        return str(first.get("msg") or "")

    def _keys(self) -> frozenset[str]:
        """Return what is stored, without leases: one that cannot be removed runs out by itself."""
        keys = self.store.content().keys()
        return frozenset(key for key in keys if not named(key).startswith("/registry/leases/"))

    def _compare(self, case: Case, met: t.Any) -> None:
        """Compare with what an undisturbed run makes; the API's own controllers may need a bit."""
        deadline = time.monotonic() + 60
        while True:
            found = {each: normal(self.raw("GET", each)) for each in case.after}
            more = self._keys() - case.keys
            if (found == case.after and not more) or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        for each, wanted in case.after.items():
            assert found[each] == wanted, (met, each)
        assert not more, (met, more)


def is_of_site(request: Request) -> bool:
    """Tell whether a request writes an object of the site."""
    return request.writes and request.kind != "leases"


def path(request: Request) -> str:
    """Return where the object of a writing request is."""
    tail = f"/{request.name}"
    return request.path if request.path.endswith(tail) else request.path + tail


def normal(item: t.Any) -> t.Any:
    """Return an object without what no two runs have in common."""
    if isinstance(item, list):
        return [normal(each) for each in item]
    if not isinstance(item, dict):
        return item
    return {
        key: sorted(map(normal, value), key=str) if key == "managedFields" else normal(value)
        for key, value in item.items()
        if key not in ("uid", "resourceVersion", "time") and not key.endswith(("Time", "Timestamp"))
    }


@pytest.fixture(name="bench")
def _bench(
    plane: ControlPlane, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> t.Iterator[Bench]:  # fmt: skip
    """A bench whose clients are in a hurry, with the definitions of the few kinds it needs."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    for file in manifests().glob("*.yaml"):
        items = [item for item in yaml.load_all(file.read_text(), yaml.CSafeLoader) if item]
        few = [
            item for item in items
            if item["kind"] != "CustomResourceDefinition"
            or item["spec"]["names"]["plural"] in KINDS
        ]  # fmt: skip
        (folder / file.name).write_text(yaml.safe_dump_all(few))
    monkeypatch.setattr(retrying, "PAUSES", (0.05, 0.1, 0.2, 0.4))
    with Proxy(plane) as proxy:
        conf = proxy.kubeconfig(plane.folder / "admin.conf")

        def call(model: Object) -> Object:
            model = {**model, "operator": {"manifests": str(folder)}}
            return run_module(capsys, conf, MODULES["rook_site"], False, **model)

        def say(words: str) -> None:
            with capsys.disabled():
                print(f"\n{words}", end=" ")

        bench = Bench(plane, proxy, call, say)
        connect = kube.KubeClient.connect
        monkeypatch.setattr(
            kube.KubeClient, "connect",
            lambda path, context=None: connect(path, context, seconds=bench.patience),
        )  # fmt: skip
        yield bench


def cases(bench: Bench) -> t.Iterator[Case]:
    """Yield a run from nothing, then one that changes what that has made."""
    yield bench.case("from nothing", SITE)
    yield bench.case("changing", CHANGED)


def at(index: int) -> t.Callable[[Request], bool]:
    return lambda request: request.index == index


def first_of(sorts: t.Collection[str]) -> t.Callable[[Request], bool]:
    """Return what is true for the first request of each of these sorts."""
    left = set(sorts)

    def when(request: Request) -> bool:
        met = request.sort in left
        left.discard(request.sort)
        return met

    return when


def like(other: Request) -> t.Callable[[Request], bool]:
    """Return what is true for a request and all its repetitions."""
    return lambda request: (request.verb, request.path) == (other.verb, other.path)


def names(message: str, request: Request) -> bool:
    """Tell whether a message names what a request was about."""
    if request.verb == "discover":
        return "list the kinds of" in message
    kind = re.sub("(?<=ss)es$|s$", "", request.kind)
    return (request.name or kind) in message.lower()


def dealt(bench: Bench, case: Case, faults: t.Sequence[str]) -> t.Iterator[tuple[Fault, ...]]:
    """Yield the faults of run after run: at each request one of them, some in each run."""
    count = len(case.requests)
    if ALL:
        yield from ((bench.fault(name, at(index)),) for index in range(count) for name in faults)
        return
    step = -(-count // TOGETHER)
    for begin in range(step):
        indexes = range(begin, count, step)
        yield tuple(
            bench.fault(faults[(begin + turn) % len(faults)], at(index))
            for turn, index in enumerate(indexes)
        )


def meet(bench: Bench, case: Case, name: str) -> None:
    """Let each sort of request meet a fault that it has not met yet, in as few runs as can be."""
    sorts = {request.sort for request in case.requests}
    while left := {sort for sort in sorts if (sort, name) not in bench.met}:
        bench.disturb(case, bench.fault(name, first_of(left)))
        assert any((sort, name) in bench.met for sort in left), (name, left)


@each_fault
def test_one_more_run_makes_up_for_any_fault_at_any_request(
    bench: Bench, faults: t.Sequence[str]
) -> None:
    for case in cases(bench):
        bench.runs, bench.met = 0, set()
        runs = dealt(bench, case, faults)
        failed = [said for together in runs if (said := bench.disturb(case, *together))]
        for name in faults:
            meet(bench, case, name)
        bench.say(
            f"{case.name}: {len(case.requests)} requests, {len(bench.met)} pairs of sort and "
            f"fault, {bench.runs} runs, of the first {len(failed)} failed"
        )


def lasting(case: Case, faults: t.Sequence[str]) -> list[tuple[Request, str]]:
    """Return requests and the faults that they meet at every try, by default a choice of both."""
    firsts = {request.sort: request for request in reversed(case.requests)}
    pairs = list(itertools.product(firsts.values(), faults))
    if ALL:
        return pairs
    # From nothing takes longest, and reads as the other case does.
    chosen = pairs[:: len(faults) + 1]
    return [pair for pair in chosen if pair[0].writes or case.model is CHANGED]


@each_fault
def test_what_goes_wrong_at_every_try_is_named_and_one_more_run_makes_up_for_it(
    bench: Bench, faults: t.Sequence[str]
) -> None:
    for case in cases(bench):
        bench.runs, failed = 0, 0
        for request, name in lasting(case, faults):
            said = bench.disturb(case, bench.fault(name, like(request)))
            if said:
                failed += 1
                assert WORDS[name] in said.lower(), (request, name, said)
                assert names(said, request), (request, name, said)
        bench.say(f"{case.name}: {bench.runs} runs, {failed} failed and said why")


@pytest.mark.parametrize("name", ["reset before", "stall"])
def test_an_api_that_goes_away_in_the_middle_ends_the_run_soon(bench: Bench, name: str) -> None:
    case = bench.case("from nothing", SITE)
    writes = [request.index for request in case.requests if is_of_site(request)]
    middle = writes[len(writes) // 2]

    # The lease is let go, so that the next run need not wait until it has run out.
    def away(request: Request) -> bool:
        return request.index >= middle and request.kind != "leases"

    said = bench.disturb(case, bench.fault(name, away))
    assert WORDS[name] in said.lower() and "Not done, because it needs the above: " in said
    assert "run again to go on from there" in said
    assert bench.took < bench.within(20), bench.took


def test_a_stall_of_a_minute_costs_a_minute(bench: Bench) -> None:
    case = bench.case("from nothing", SITE)
    bench.limit = kube.ANSWER_SECONDS
    said = bench.disturb(case, Fault("stall", first_of({"apply cephblockpools"}), 61.0))
    # Twice it would be two minutes, and a run.
    assert said == "" and 60 < bench.took < 120 + bench.usual, (said, bench.took)
