# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operator that Helm has, and definitions in which objects are stored."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._guards import refusals
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, make_plan
from ansible_collections.rookery.rook.plugins.module_utils._render import render

Params = dict[str, t.Any]
DEPLOYMENT = "Deployment/rook-ceph/rook-ceph-operator"
DEFINITION = "CustomResourceDefinition//cephclusters.ceph.rook.io"


def of_somebody(metadata: Params) -> Observed:
    name = {"name": "rook-ceph-operator", "namespace": "rook-ceph"}
    live = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {**name, **metadata}}
    return Observed(objects={DEPLOYMENT: live})


def told(site: Site, upstream: list[Params], seen: Observed) -> list[str]:
    plan = make_plan(site, render(site, upstream), seen)
    return [str(refusal) for refusal in refusals(plan, seen)]


@pytest.mark.parametrize(
    ("metadata", "release"),
    [
        (
            {
                "annotations": {
                    "meta.helm.sh/release-name": "rook",
                    "meta.helm.sh/release-namespace": "rook-ceph",
                }
            },
            "the release rook in rook-ceph",
        ),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, "a release"),
    ],
)
def test_an_operator_of_helm_is_refused_with_both_ways_on(
    metadata: Params, release: str, whole_site: Site, upstream: list[Params]
) -> None:
    (line,) = told(whole_site, upstream, of_somebody(metadata))
    assert line.startswith(f"{DEPLOYMENT}: belongs to {release} of Helm. Leave the operator to")
    assert "app.kubernetes.io/part-of=store1" in line and "helm uninstall would stop" in line


def test_an_operator_of_somebody_else_is_left_alone(
    whole_site: Site, upstream: list[Params]
) -> None:
    assert told(whole_site, upstream, of_somebody({"labels": {"a": "b"}})) == []


@pytest.mark.parametrize(("stored", "lost"), [(["v1"], ""), (["v1alpha1", "v1"], "v1alpha1")])
def test_a_definition_keeps_the_versions_in_which_objects_are_stored(
    stored: list[str], lost: str, whole_site: Site, upstream: list[Params]
) -> None:
    wanted = {item.id: item.manifest for item in render(whole_site, upstream)}
    live = copy.deepcopy(t.cast("Params", wanted[DEFINITION]))
    live["spec"]["versions"].append({"name": "v1alpha1"})
    live["status"] = {"storedVersions": stored}
    seen = Observed(
        objects={DEFINITION: live},
        owned=frozenset({DEFINITION}),
        predicted={DEFINITION: {**wanted[DEFINITION], "status": live["status"]}},
    )
    lines = told(whole_site, upstream, seen)
    assert len(lines) == bool(lost)
    assert not lost or lines[0].startswith(f"{DEFINITION}: would lose {lost}, in which")


def test_a_definition_that_a_release_no_longer_has_is_kept_with_the_reason(
    whole_site: Site, upstream: list[Params]
) -> None:
    old = "CustomResourceDefinition//volumes.rook.io"
    live = {"kind": "CustomResourceDefinition", "metadata": {"name": "volumes.rook.io"}}
    seen = Observed(objects={old: live}, owned=frozenset({old}))
    plan = make_plan(whole_site, render(whole_site, upstream), seen)
    (step,) = [step for step in plan.steps if step.target == old]
    assert step.op == "keep" and "no longer in the model" in step.reason


def test_a_driver_that_rook_has_made_does_not_keep_its_definition(
    whole_site: Site, upstream: list[Params]
) -> None:
    objects = {item.id: dict(item.manifest) for item in render(whole_site, upstream)}
    owned = frozenset(objects)
    name = "rook-ceph.rbd.csi.ceph.com"
    metadata = {"name": name, "namespace": "rook-ceph", "managedFields": [{"manager": "rook"}]}
    driver = {"apiVersion": "csi.ceph.io/v1", "kind": "Driver", "metadata": metadata}
    seen = Observed(objects={**objects, f"Driver/rook-ceph/{name}": driver}, owned=owned)
    plan = make_plan(whole_site, (), seen, "absent")
    assert refusals(plan, seen, whole_site.name) == ()
    assert f"delete Driver/rook-ceph/{name}" in {step.id for step in plan.steps}
