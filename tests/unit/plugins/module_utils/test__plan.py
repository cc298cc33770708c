# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden plans: a model, what is observed, a state, and the steps between them."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils import _kinds, _plan
from ansible_collections.rookery.rook.plugins.module_utils._errors import StalePlan
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._plan_kept import as_made
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.module_utils._render.common import merged
from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired

Params = dict[str, t.Any]
CASES = sorted((Path(__file__).parent / "cases/plan").glob("*.yml"))


def live(manifest: t.Any, number: int) -> Params:
    """Return an object as the server gives it, with what the server adds."""
    found: Params = copy.deepcopy(dict(manifest))
    found["metadata"] |= {"uid": f"uid-{number}", "resourceVersion": "1", "generation": 1}
    found["metadata"]["managedFields"] = [{"manager": "rookery"}]
    return found


def observed_of(case: Params, upstream: list[Params]) -> _plan.Observed:
    """Return what a case observes: an earlier model in place, less and more than that."""
    spec = case.get("observed") or {}
    objects: dict[str, Params] = {}
    if "model" in spec:
        earlier = render(parse_site(spec["model"]), upstream)
        objects = {item.id: live(item.manifest, place) for place, item in enumerate(earlier)}
    for object_id in spec.get("without", ()):
        del objects[object_id]
    for manifest in spec.get("objects", ()):
        object_id = _kinds.id_of(manifest)
        objects[object_id] = merged(objects.get(object_id, {}), manifest)
    owned = {key for key, item in objects.items() if _kinds.is_ours(item, case["model"]["site"])}
    return _plan.Observed(objects=objects, owned=frozenset(owned))


def plan_of(case: Params, upstream: list[Params]) -> _plan.Plan:
    """Return the plan of a case."""
    site = parse_site(case["model"])
    desired = render(site, upstream)
    stages = case.get("stages", _kinds.STAGES)
    return _plan.make_plan(
        site, desired, observed_of(case, upstream), case.get("state", "present"), stages
    )


def told(step: _plan.Step) -> Params:
    """Return a step as a case writes it: what is empty is left out."""
    found: Params = {"step": step.id}
    if step.needs:
        found["needs"] = list(step.needs)
    if step.changes:
        found["changes"] = [f"{c.path}: {c.old} -> {c.new}" for c in step.changes]
    if step.destructive:
        found["destructive"] = True
    if step.reason:
        found["reason"] = step.reason
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_plan(path: Path, upstream: list[Params]) -> None:
    case = yaml.safe_load(path.read_text())
    assert [told(step) for step in plan_of(case, upstream).steps] == case["steps"]


def as_bytes(plan: _plan.Plan) -> bytes:
    return json.dumps(dataclasses.asdict(plan), default=str).encode()


def shuffled(value: t.Any, dice: random.Random) -> t.Any:
    """Return the same dictionaries in another order of their keys."""
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    return [shuffled(item, dice) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_shuffled_input_gives_the_same_bytes(path: Path, seed: int, upstream: list[Params]) -> None:
    case, dice = yaml.safe_load(path.read_text()), random.Random(seed)
    plan = plan_of(case, upstream)
    other, manifests = shuffled(case, dice), shuffled(upstream, dice)
    dice.shuffle(manifests)
    for section in ("block_pools", "storage_classes", "object_store_users"):
        dice.shuffle(other["model"].get(section, []))
    again = plan_of(other, manifests)
    assert [told(step) for step in again.steps] == [told(step) for step in plan.steps]
    assert as_bytes(again) == as_bytes(plan)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_step_stands_after_what_it_needs(path: Path, upstream: list[Params]) -> None:
    done: set[str] = set()
    for step in plan_of(yaml.safe_load(path.read_text()), upstream).steps:
        assert set(step.needs) <= done
        assert step.id not in done
        done.add(step.id)


def everything(site: Site, desired: tuple[Desired, ...]) -> _plan.Observed:
    objects = {item.id: live(item.manifest, place) for place, item in enumerate(desired)}
    return _plan.Observed(objects=objects, owned=frozenset(objects))


def test_teardown_deletes_in_the_reverse_of_the_order_of_making(
    whole_site: Site, upstream: list[Params]
) -> None:
    desired = render(whole_site, upstream)
    made = _plan.make_plan(whole_site, desired, _plan.Observed()).steps
    gone = _plan.make_plan(whole_site, desired, everything(whole_site, desired), "absent").steps
    first_made = {step.target: place for place, step in reversed(list(enumerate(made)))}
    needs = {item.id: item.needs for item in desired}
    deleted = [step.target for step in gone if step.op == "delete"]
    assert sorted(deleted) == sorted(first_made)
    for target, needed in needs.items():
        for other in needed:
            assert first_made[other] < first_made[target]
            assert deleted.index(other) > deleted.index(target)


def test_a_converged_site_is_no_change(whole_site: Site, upstream: list[Params]) -> None:
    desired = render(whole_site, upstream)
    plan = _plan.make_plan(whole_site, desired, everything(whole_site, desired))
    assert not plan.changed
    assert {step.op for step in plan.steps} == {"keep", "wait"}


def test_the_servers_prediction_decides_what_changes(
    whole_site: Site, upstream: list[Params]
) -> None:
    desired = render(whole_site, upstream)
    seen = everything(whole_site, desired)
    target = "CephBlockPool/rook-ceph/fast"
    stored = merged(seen.objects[target], {"spec": {"defaulted": True}})
    plan = _plan.make_plan(
        whole_site, desired, dataclasses.replace(seen, predicted={target: stored})
    )
    update = next(step for step in plan.steps if step.op == "update")
    assert [(c.path, c.old, c.new) for c in update.changes] == [("spec.defaulted", None, True)]


def test_status_and_versions_do_not_make_a_plan_stale_but_a_field_does(
    whole_site: Site, upstream: list[Params]
) -> None:
    desired = render(whole_site, upstream)
    seen = everything(whole_site, desired)
    planned = _plan.make_plan(whole_site, desired, seen)
    target = "CephCluster/rook-ceph/rook-ceph"

    def with_over(over: Params) -> _plan.Plan:
        objects = {**seen.objects, target: merged(seen.objects[target], over)}
        return _plan.make_plan(whole_site, desired, dataclasses.replace(seen, objects=objects))

    news = {"status": {"phase": "Ready"}, "metadata": {"resourceVersion": "9"}}
    _plan.refuse_stale(planned, with_over(news))
    with pytest.raises(StalePlan, match="The plan of site store1 was made from other objects"):
        _plan.refuse_stale(planned, with_over({"spec": {"mon": {"count": 5}}}))


def test_the_cluster_is_last_seen_with_the_patch_of_the_plan(
    make_site: Callable[..., Site], upstream: list[Params]
) -> None:
    site = make_site(cluster={"wipe": "complete"})
    desired = render(site, upstream)
    seen = everything(site, desired)
    plan = _plan.make_plan(site, desired, seen, "absent")
    last = _plan.last_seen(plan, "CephCluster/rook-ceph/rook-ceph", seen)
    assert last["spec"]["cleanupPolicy"] == {
        "confirmation": "yes-really-destroy-data",
        "sanitizeDisks": {"method": "complete"},
    }
    assert (
        last["spec"]["storage"]
        == seen.objects["CephCluster/rook-ceph/rook-ceph"]["spec"]["storage"]
    )


def test_hosts_of_an_external_cluster_are_not_to_be_cleaned(
    make_site: Callable[..., Site], upstream: list[Params]
) -> None:
    site = make_site(cluster={"wipe": "complete", "spec": {"external": {"enable": True}}})
    desired = render(site, upstream)
    plan = _plan.make_plan(site, desired, everything(site, desired), "absent")
    steps = {step.id for step in plan.steps}
    assert "delete CephCluster/rook-ceph/rook-ceph" in steps
    assert "update CephCluster/rook-ceph/rook-ceph" not in steps


def test_of_a_cluster_of_another_site_the_drivers_stay(
    make_site: Callable[..., Site], upstream: list[Params]
) -> None:
    site, other = make_site(), make_site(site="other")
    assert site.namespace == other.namespace
    name = f"{site.namespace}.cephfs.csi.ceph.com"
    driver = {"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": name}}
    seen = everything(site, render(site, upstream))
    seen = dataclasses.replace(seen, objects={**seen.objects, f"CSIDriver//{name}": driver})

    def removed(of: Site, observed: _plan.Observed) -> set[str]:
        plan = _plan.make_plan(of, render(of, upstream), observed, "absent")
        return {step.target for step in plan.steps if step.op == "delete"}

    assert f"CSIDriver//{name}" in removed(site, seen)
    assert removed(other, dataclasses.replace(seen, owned=frozenset())) == set()


def test_a_driver_that_rook_has_made_is_taken_over_with_1_20(
    make_site: Callable[..., Site], make_upstream: Callable[..., list[Params]]
) -> None:
    metadata = {"name": "rook-ceph.rbd.csi.ceph.com", "namespace": "rook-ceph"}
    driver: Params = {"apiVersion": "csi.ceph.io/v1", "kind": "Driver", "metadata": metadata}
    site = make_site(version="1.20")
    desired = render(site, [*make_upstream("v1.20.6"), {**driver, "spec": {"grpcTimeout": 9}}])
    target = _kinds.id_of(driver)
    for manager, op in (("rook", "update"), ("kubectl-client-side-apply", "keep")):
        made = {**driver, "metadata": {**metadata, "managedFields": [{"manager": manager}]}}
        plan = _plan.make_plan(site, desired, _plan.Observed(objects={target: made}))
        (step,) = [step for step in plan.steps if step.target == target]
        assert step.op == op
        paths = {change.path for change in step.changes}
        assert paths == ({"metadata.labels", "spec"} if op == "update" else set())


def test_images_of_drivers_come_after_the_operator_that_would_set_them_back(
    make_site: Callable[..., Site], make_upstream: Callable[..., list[Params]]
) -> None:
    metadata = {"name": "rook-csi-operator-image-set-configmap", "namespace": "rook-ceph"}
    images: Params = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    operator = "Deployment/rook-ceph/rook-ceph-operator"
    site, target = make_site(version="1.20"), _kinds.id_of(images)
    desired = render(site, [*make_upstream("v1.20.6"), {**images, "data": {"plugin": "new"}}])
    by_rook = {**metadata, "managedFields": [{"manager": "rook"}]}
    ours = {**by_rook, "labels": {"app.kubernetes.io/managed-by": "rookery"}}
    for meta, first, last in ((by_rook, operator, target), (ours, target, operator)):
        needs = {
            item.id: item.needs
            for item in as_made(site, desired, {target: {**images, "metadata": meta}})
        }
        assert first in needs[last]
        assert last not in needs[first]
