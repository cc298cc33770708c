# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was named for data goes once it is empty, and pools move where Rook would move them."""

from __future__ import annotations

import copy
import dataclasses
import re
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._guards import refusals
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, make_plan
from ansible_collections.rookery.rook.plugins.module_utils._render import render

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]


def standing(site: Site, osds: tuple[str, ...] = ()) -> Observed:
    objects = {item.id: copy.deepcopy(item.manifest) for item in render(site, [])}
    return Observed(objects=objects, owned=frozenset(objects), osds=osds)


def told(site: Site, seen: Observed) -> list[str]:
    """Return the refusals of a plan from what stands to what the site wants."""
    plan = make_plan(site, render(site, []), seen)
    return [str(refusal) for refusal in refusals(plan, seen)]


@pytest.mark.parametrize(
    ("osds", "refused"),
    [
        (("w1", "w1", "w3"), []),
        (("w1", "w1", "w2", "w3"), ["w2"]),
        (("w1", "w1", "w3", "w3"), ["w3"]),
        # Not told where one is; and none that is told.
        (("", "w1", "w3"), ["w2", "w3"]),
        # On a node that the cluster has by another name.
        (("host-2", "w1", "w3"), ["w2", "w3"]),
        ((), ["w2", "w3"]),
    ],
)
def test_what_is_no_longer_named_may_go_once_its_osds_are_purged(
    make_site: MakeSite, osds: tuple[str, ...], refused: list[str]
) -> None:
    first, second, third = (f"/dev/disk/by-id/{letter}" for letter in "abc")
    hosts = {name: {"devices": [first, second]} for name in ("w1", "w2", "w3")}
    # A node goes, and a disk is replaced by another one.
    after = {"w1": hosts["w1"], "w3": {"devices": [first, third]}}
    seen = standing(make_site(hosts=hosts), osds)
    lines = told(make_site(hosts=after), seen)
    assert [re.findall(r"nodes\[(\w+)\]", line)[0] for line in lines] == refused


def test_a_disk_with_several_osds_is_emptied_with_the_last(make_site: MakeSite) -> None:
    twice = {"storage": {"config": {"osdsPerDevice": "2"}}}
    hosts = {"w1": {"devices": ["/dev/disk/by-id/a", "/dev/disk/by-id/b"]}}
    seen = standing(make_site(hosts=hosts, cluster={"spec": twice}))
    after = make_site(hosts={"w1": {"devices": ["/dev/disk/by-id/a"]}}, cluster={"spec": twice})
    for count, refusals_told in ((3, 1), (2, 0)):
        counted = dataclasses.replace(seen, osds=("w1",) * count)
        assert len(told(after, counted)) == refusals_told


@pytest.mark.parametrize(
    ("raw", "field", "stays"),
    [
        ({}, {"failure_domain": "rack"}, "spec.failureDomain"),
        ({}, {"device_class": "ssd"}, "spec.deviceClass"),
        ({"enableCrushUpdates": False}, {"failure_domain": "rack"}, "spec.failureDomain"),
        ({"enableCrushUpdates": True}, {"failure_domain": "rack"}, ""),
    ],
)
def test_a_pool_moves_only_where_rook_would_move_it(
    make_site: MakeSite, raw: Params, field: Params, stays: str
) -> None:
    pool = {"name": "p", "replicas": 3}
    labels = {"topology.rook.io/rack": "r1"}
    hosts = {
        name: {"devices": [f"/dev/disk/by-id/{name}"], "labels": labels}
        for name in ("w1", "w2", "w3")
    }
    moved = {**pool, **field, "spec": raw}
    filesystem = {"name": "f", "data_pools": [pool]}
    other = {"name": "f", "data_pools": [moved]}
    before = make_site(hosts=hosts, block_pools=[pool], filesystems=[filesystem])
    after = make_site(hosts=hosts, block_pools=[moved], filesystems=[other])
    kept = make_site(
        hosts=hosts,
        block_pools=[{**pool, "spec": raw}],
        filesystems=[{"name": "f", "data_pools": [{**pool, "spec": raw}]}],
    )
    inside = stays.replace("spec.", "spec.dataPools[p].")
    for start in (before, kept):
        lines = told(after, standing(start))
        assert len(lines) == (2 if stays else 0), lines
        assert all(part in line for part, line in zip((stays, inside), lines, strict=False))


@pytest.mark.parametrize(
    ("release", "field", "moves"),
    [
        ((1, 7, 11), {"failure_domain": "osd"}, False),
        ((1, 8, 0), {"failure_domain": "osd"}, True),
        ((1, 12, 11), {"device_class": "ssd"}, False),
        ((1, 14, 12), {"device_class": "ssd"}, True),
        ((1, 15, 0), {"failure_domain": "osd"}, False),
    ],
)
def test_for_some_releases_rook_moved_pools_unasked(
    make_site: MakeSite, release: tuple[int, ...], field: Params, moves: bool
) -> None:
    pool: Params = {"name": "p", "replicas": 3}
    seen = dataclasses.replace(standing(make_site(block_pools=[pool])), release=release)
    assert bool(told(make_site(block_pools=[{**pool, **field}]), seen)) != moves


@pytest.mark.parametrize(
    ("wanted", "refused"),
    [("host", 0), ("osd", 2)],
)
def test_a_pool_that_says_no_place_has_the_usual_one(
    make_site: MakeSite, wanted: str, refused: int
) -> None:
    pool: Params = {"name": "p", "replicas": 3, "failure_domain": wanted}
    site = make_site(block_pools=[pool], filesystems=[{"name": "f", "data_pools": [pool]}])
    seen = standing(site)
    for target, live in seen.objects.items():
        if target.startswith("CephBlockPool/"):
            spec = t.cast("Params", live["spec"])
        elif target.startswith("CephFilesystem/"):
            (spec,) = t.cast("Params", live["spec"])["dataPools"]
        else:
            continue
        # As samples of Rook have it, and as its operator stores it again.
        spec.pop("failureDomain")
        spec["deviceClass"] = ""
    assert len(told(site, seen)) == refused


def test_chunks_do_not_move_where_pools_have_no_names(make_site: MakeSite) -> None:
    coded: Params = {"name": "p", "erasure": {"data_chunks": 2, "coding_chunks": 1}}
    before, after = (
        make_site(version="1.8", filesystems=[{"name": "f", "data_pools": [each]}])
        for each in (coded, {**coded, "failure_domain": "osd"})
    )
    seen = dataclasses.replace(standing(before), release=(1, 8))
    for target in seen.objects:
        if target.startswith("CephFilesystem/"):
            t.cast("Params", seen.objects[target]["spec"])["dataPools"][0].pop("name")
    (line,) = (each for each in told(after, seen) if "failureDomain" in each)
    assert "spec.dataPools[0].failureDomain would change" in line


def test_chunks_do_not_move(make_site: MakeSite) -> None:
    coded = {"data_chunks": 2, "coding_chunks": 1}
    pool = {"name": "p", "erasure": coded, "spec": {"enableCrushUpdates": True}}
    after = {**pool, "failure_domain": "osd"}
    (line,) = told(make_site(block_pools=[after]), standing(make_site(block_pools=[pool])))
    assert "spec.failureDomain would change from host to osd: Rook leaves a pool" in line
