# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens while a site is taken down: in the end it is gone, or it is said what blocks it.

Random sites go through random histories: an operator that is dead or slow, objects that somebody
holds, lost hosts, consumers, other people's objects, runs that are killed at any of their writes.
"""

from __future__ import annotations

import collections
import copy
import dataclasses
import json
import typing as t

import hypothesis
import pytest
from ansible_collections.rookery.rook.plugins.module_utils._apply import Applier
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._guards import guard
from ansible_collections.rookery.rook.plugins.module_utils._kinds import is_ours
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._readiness import Expect
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.module_utils._site import Wish, prospect
from ansible_collections.rookery.rook.plugins.module_utils._strip import with_strip
from ansible_collections.rookery.rook.plugins.module_utils._waiter import Limits, Waiter
from hypothesis import strategies as st
from rookworld import (
    PROTECTED,
    Faults,
    Hearing,
    Killed,
    Object,
    RookWorld,
    protected_objects,
)
from sites.small import WHOLE, upstream_of
from sites.strategies import SEED, models

pytestmark = pytest.mark.usefixtures("one_after_the_other")
STAGES = ("operator", "cluster", "storage")
HISTORIES = 2000
BLOCKS = 8
VERSIONS = ("1.20", "1.18", "1.16", "1.12")
# Of this many runs the last ones meet no fault that passes.
RUNS = 10
CALM_FROM = 4
STILL_SECONDS = 30.0
FOREVER = 1e9
THEIRS: list[Object] = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "theirs"}},
    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "theirs"}},
    {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "theirs"},
        "provisioner": "example.com/theirs",
    },
]
# Somebody's objects that stand in the way: they must be named, and stay.
BLOCKING: dict[str, Object] = {
    "resource": {
        "apiVersion": "ceph.rook.io/v1",
        "kind": "CephNFS",
        "metadata": {"name": "hers", "namespace": "rook-ceph"},
        "spec": {"server": {"active": 1}},
    },
    "tenant": {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "notes", "namespace": "rook-ceph"},
    },
    "volume": {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "pv-1"},
        "spec": {
            "csi": {
                "driver": "rook-ceph.cephfs.csi.ceph.com",
                "volumeAttributes": {"clusterID": "rook-ceph", "fsName": "shared"},
            },
            "claimRef": {"namespace": "shop", "name": "uploads"},
        },
    },
}


@dataclasses.dataclass
class History:
    """What is there, what goes wrong, and what the runs do to each other.

    kills and intrusions are numbers of writes, for one run after the other; at an intrusion a whole
    second run takes place. by_stage: one call for each stage, as the roles make them. force: a
    person confirms what a refusal offers as the last resort.
    """

    site: Site
    faults: Faults
    blocking: list[str]
    kills: list[int]
    intrusions: list[int]
    by_stage: bool
    force: bool


@st.composite
def faults(draw: st.DrawFn, hosts: list[str], names: list[str]) -> Faults:
    """Return what goes wrong, for a while or for good."""
    ends = st.sampled_from([40.0, 150.0, FOREVER])
    found = Faults(operator_slow=draw(st.sampled_from([0.0, 0.0, 3.0, 20.0])))
    if draw(st.integers(0, 2)) == 0:
        begin = draw(st.sampled_from([0.0, 1.0, 5.0, 20.0]))
        found.operator_dead = (begin, begin + draw(ends))
    if draw(st.integers(0, 2)) == 0:
        found.stuck, found.stuck_until = draw(st.sampled_from(names)), draw(ends)
    if draw(st.integers(0, 2)) == 0:
        found.lost_host, found.lost_until = draw(st.sampled_from(hosts)), draw(ends)
    return found


def standing(site: Site) -> list[Object]:
    """Return the objects of a site that was made, as far as taking down sees them."""
    upstream = upstream_of(f"v{site.version}.0")
    return [dict(copy.deepcopy(item.manifest)) for item in render(site, upstream)]


def run(world: RookWorld, site: Site, stages: tuple[str, ...]) -> str:
    """Take stages of the site down once; return the error, or nothing."""
    wish = Wish(site, "absent", stages)
    try:
        found = prospect(t.cast("t.Any", world), wish)
        strip = confirmation(world.confirmed)
        plan, observed = with_strip(found.plan, found.observed, strip)
        found = dataclasses.replace(found, plan=plan, observed=observed)
        guard(found.plan, found.observed, site.name)
        hearing = Hearing(world)
        limits = Limits.of(STILL_SECONDS)
        client = t.cast("t.Any", world)
        waiter = Waiter(client, hearing, limits, lambda _words: None, lambda: world.now)
        feed = t.cast("t.Any", hearing)
        Applier(client, feed, waiter, found.observed, {}, Expect(release=site.release)).run(
            found.plan
        )
    except RookeryError as problem:
        return str(problem)
    return ""


def confirmation(offer: str) -> str:
    """Return what a refusal wants to have said for the last resort."""
    return offer.partition(" to ")[2].partition(" ")[0]


def ours(world: RookWorld) -> list[str]:
    return sorted(ref.id for ref, item in world.objects.items() if is_ours(item, world.site))


def bystanders(world: RookWorld) -> str:
    """Return all that is somebody else's, byte for byte; Rook's own jobs left out."""
    kept = [
        item
        for ref, item in sorted(world.objects.items())
        if not is_ours(item, world.site) and ref.kind != "Job" and ref.name not in PROTECTED
    ]
    return json.dumps(kept, sort_keys=True)


def named(world: RookWorld) -> list[str]:
    """Return how what is there may be named: by id, or by kind and name."""
    return [ref.id for ref in world.objects]


def take_down(world: RookWorld, history: History) -> str:
    """Take the site down once, stage by stage or as a whole."""
    if not history.by_stage:
        return run(world, history.site, STAGES)
    return next(filter(None, (run(world, history.site, (stage,)) for stage in STAGES[::-1])), "")


def play(world: RookWorld, history: History) -> list[str]:
    """Run until it is over; return what the runs said."""
    said = []
    world.intruder = lambda: run(world, history.site, STAGES)
    for number in range(RUNS):
        world.kill_at, world.intrude_at = (
            moments[number] if number < len(moments) else -1
            for moments in (history.kills, history.intrusions)
        )
        try:
            said.append(take_down(world, history))
        except Killed:
            said.append("killed")
            world.dead = False
        if said[-1] == "":
            break
        if history.force and number >= CALM_FROM:
            world.confirmed = said[-1].partition("strip (rook_teardown_strip)")[2]
        world.tick(20.0)
    return said


@st.composite
def histories(draw: st.DrawFn, version: str) -> History:
    """Return a history."""
    site = parse_site({"site": "store1", **draw(models(version))})
    names = [item["metadata"]["name"] for item in standing(site)]
    hosts = [host.name for host in site.storage_hosts]
    some = st.lists(st.sampled_from(sorted(BLOCKING)), unique=True, max_size=2)
    moments = st.lists(st.integers(1, 30), min_size=1, max_size=CALM_FROM)
    wrong = draw(faults(hosts, names))
    force = draw(st.booleans())
    if force and draw(st.booleans()):
        wrong.operator_dead = (draw(st.sampled_from([0.0, 5.0])), FOREVER)
    return History(
        site,
        wrong,
        blocking=draw(some) if draw(st.integers(0, 3)) == 0 else [],
        kills=draw(moments) if draw(st.booleans()) else [],
        intrusions=draw(moments) if draw(st.integers(0, 2)) == 0 else [],
        by_stage=draw(st.booleans()),
        force=force,
    )


@pytest.mark.parametrize("block", range(BLOCKS))
def test_it_ends_with_nothing_left_or_with_a_named_blocker(block: int) -> None:
    version = VERSIONS[block % len(VERSIONS)]
    seed = int(SEED or 0) + block
    ends: collections.Counter[str] = collections.Counter()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=HISTORIES // BLOCKS,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(histories(version))
    def play_one(history: History) -> None:
        site = history.site
        inside = [BLOCKING[name] for name in history.blocking]
        rooks = protected_objects()
        world = RookWorld(site.name, history.faults, *standing(site), *THEIRS, *rooks, *inside)
        before = bystanders(world)
        said = play(world, history)
        assert world.violations == []
        assert bystanders(world) == before
        left = ours(world)
        if said[-1]:
            assert any(name in said[-1] for name in named(world)), (said[-1], left)
            assert left or history.blocking
            ends["a blocker named"] += 1
        else:
            assert left == []
            ends["nothing left"] += 1
            ends["forced"] += bool(world.confirmed)
        ends["runs killed"] += said.count("killed")
        # One that dies later may leave a host half cleaned, which force is no answer to.
        dead = history.faults.operator_dead == (0.0, FOREVER)
        if history.force and dead and not history.blocking:
            assert said[-1] == "", said[-1]

    play_one()
    print(f"\nRook {version}: {dict(ends)}, ROOKERY_TEST_SEED={seed - block}")
    assert ends["nothing left"] and ends["a blocker named"] and ends["runs killed"]


@pytest.mark.parametrize("by_stage", [False, True])
@pytest.mark.parametrize("kills", [[], [3, 1, 8]])
def test_an_operator_that_is_dead_for_good_is_named_and_then_force_ends_it(
    by_stage: bool, kills: list[int]
) -> None:
    site = parse_site(WHOLE)
    dead = Faults(operator_dead=(0.0, FOREVER))
    history = History(site, dead, [], kills, [], by_stage=by_stage, force=True)
    world = RookWorld(site.name, dead, *standing(site), *THEIRS, *protected_objects())
    before = bystanders(world)
    said = play(world, history)
    assert all("Rook operator" in words for words in said[:-1]), said
    assert said[-1] == "" and world.confirmed
    assert ours(world) == [] and world.violations == []
    assert bystanders(world) == before
    assert not [ref for ref in world.objects if ref.name in PROTECTED]
