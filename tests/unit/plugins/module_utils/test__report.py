# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module returns of a plan."""

from __future__ import annotations

import copy
import json
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _report
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, make_plan
from ansible_collections.rookery.rook.plugins.module_utils._render import render

Params = dict[str, t.Any]


def result(site: Site, upstream: list[Params], seen: Observed, state: str = "present") -> Params:
    desired = render(site, upstream)
    return _report.as_result(make_plan(site, desired, seen, state), desired, seen)


def standing(site: Site, upstream: list[Params]) -> Observed:
    objects = {item.id: copy.deepcopy(item.manifest) for item in render(site, upstream)}
    return Observed(objects=objects, owned=frozenset(objects))


def test_an_empty_site_shows_what_would_be_made(whole_site: Site, upstream: list[Params]) -> None:
    found = result(whole_site, upstream, Observed())
    assert found["changed"] is True
    assert found["diff"]["before"] == {}
    pool = found["diff"]["after"]["CephBlockPool/rook-ceph/fast"]
    assert pool["spec"]["replicated"]["size"] == 3
    definition = found["diff"]["after"]["CustomResourceDefinition//cephclusters.ceph.rook.io"]
    assert definition == {"versions": ["v1"]}


def test_a_converged_site_shows_no_difference(whole_site: Site, upstream: list[Params]) -> None:
    found = result(whole_site, upstream, standing(whole_site, upstream))
    assert found["changed"] is False
    assert found["diff"] == {"before": {}, "after": {}}
    assert "CephCluster/rook-ceph/rook-ceph" in found["objects"]


def test_an_update_shows_the_changed_fields_alone(whole_site: Site, upstream: list[Params]) -> None:
    seen = standing(whole_site, upstream)
    target = "CephBlockPool/rook-ceph/fast"
    t.cast("Params", seen.objects[target])["spec"]["replicated"]["size"] = 2
    diff = result(whole_site, upstream, seen)["diff"]
    assert diff == {
        "before": {target: {"spec.replicated.size": 2}},
        "after": {target: {"spec.replicated.size": 3}},
    }


def test_teardown_shows_everything_before_and_nothing_after(
    whole_site: Site, upstream: list[Params]
) -> None:
    seen = standing(whole_site, upstream)
    diff = result(whole_site, upstream, seen, "absent")["diff"]
    assert set(diff["before"]) == set(seen.objects)
    assert diff["after"] == {}


def test_a_result_is_plain_data(whole_site: Site, upstream: list[Params]) -> None:
    found = result(whole_site, upstream, standing(whole_site, upstream), "absent")
    assert json.loads(json.dumps(found)) == found
    step = found["plan"][0]
    assert set(step) == {
        "id", "op", "target", "executor", "needs", "changes", "destructive", "reason"
    }  # fmt: skip


def test_a_plan_is_told_in_one_line(whole_site: Site, upstream: list[Params]) -> None:
    desired, seen = render(whole_site, upstream), standing(whole_site, upstream)
    plan = make_plan(whole_site, desired, seen, "absent", ["storage"])
    assert _report.summary(plan) == "7 deleted (site store1)"
    assert _report.summary(make_plan(whole_site, [], Observed(), "absent")) == (
        "nothing to do (site store1)"
    )
    lines = [_report.line(step) for step in plan.steps]
    assert _report.told(plan) == [text for text in lines if not text.startswith("wait ")]
    assert "DESTROYS DATA: delete CephBlockPool/rook-ceph/fast (state is absent)" in lines
    assert "wait until gone CephBlockPool/rook-ceph/fast" in lines
