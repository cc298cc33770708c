# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In every era a site goes in the order in which Rook can let it go: tried on random ones."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._graph import Graph
from ansible_collections.rookery.rook.plugins.module_utils._guards import refusals
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    MANAGER,
    MANAGER_LABEL,
    ROOK_GROUPS,
    SITE_LABEL,
    id_of,
    kinds_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, Plan, make_plan
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from hypothesis import given
from sites.reference import Params
from sites.strategies import models, quick

VERSIONS = [era.name for era in _eras.ERAS.values()]
EXAMPLES = 15
CLUSTERS = ("CephCluster", "Cluster")
SPACE = "rook-ceph"
OPERATOR = f"Deployment/{SPACE}/rook-operator"
AGENT = f"DaemonSet/{SPACE}/rook-agent"
JOB = f"Job/{SPACE}/cluster-cleanup-job-w1"


def made(api_version: str, kind: str, name: str, namespace: str = "", **more: t.Any) -> Params:
    metadata: Params = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def ours(item: Params) -> Params:
    item["metadata"]["labels"] = {SITE_LABEL: "store1", MANAGER_LABEL: MANAGER}
    return item


def by_rook(item: Params) -> Params:
    item["metadata"]["managedFields"] = [{"manager": "rook", "operation": "Update"}]
    return item


def operator_of(release: tuple[int, ...], objects: list[Params]) -> list[Params]:
    """Return what runs a release, as far as it matters: definitions, operator, agents, drivers."""
    groups = {(item["apiVersion"].partition("/")[0], item["kind"]) for item in objects}
    found = [
        ours(made("v1", "Namespace", SPACE)),
        ours(made("apps/v1", "Deployment", "rook-operator", SPACE, spec={})),
        ours(made("v1", "ConfigMap", "rook-ceph-operator-config", SPACE)),
    ]
    for row in kinds_of(release).values():
        if row.group in ROOK_GROUPS and (row.group, row.name) in groups:
            spec = {"group": row.group, "names": {"kind": row.name}, "versions": []}
            definition = made(
                "apiextensions.k8s.io/v1", "CustomResourceDefinition", row.definition, spec=spec
            )
            found.append(ours(definition))
    if release < (1, 8):
        template = {"metadata": {"labels": {"app": "rook-agent"}}}
        found.append(made("apps/v1", "DaemonSet", "rook-agent", SPACE, spec={"template": template}))
    if release >= (1, 0):
        found.append(made("storage.k8s.io/v1", "CSIDriver", f"{SPACE}.rbd.csi.ceph.com"))
    if (1, 18) <= release < (1, 20):
        api = kinds_of(release)["Driver"].api_version
        found += [
            by_rook(made(api, "OperatorConfig", "ceph-csi-operator-config", SPACE)),
            by_rook(made(api, "Driver", f"{SPACE}.rbd.csi.ceph.com", SPACE)),
        ]
    if release >= (1, 20):
        api = kinds_of(release)["Driver"].api_version
        found += [
            ours(made(api, "OperatorConfig", "config", SPACE)),
            ours(made(api, "Driver", f"{SPACE}.rbd.csi.ceph.com", SPACE)),
            made(api, "CephConnection", SPACE, SPACE),
        ]
    return found


def standing(site: Site, *more: Params) -> Observed:
    rendered = [copy.deepcopy(dict(item.manifest)) for item in render(site, ())]
    items = [*rendered, *operator_of(site.release, rendered), *more]
    objects = {id_of(item): item for item in items}
    owned = {
        key
        for key, item in objects.items()
        if (item["metadata"].get("labels") or {}).get(SITE_LABEL) == "store1"
    }
    return Observed(objects=objects, owned=frozenset(owned))


class Order:
    """What a plan lets happen only after something else."""

    def __init__(self, plan: Plan) -> None:
        self.steps = {step.id: step for step in plan.steps}
        self._graph = Graph.of({step.id: step.needs for step in plan.steps})

    def assert_after(self, step: str, *others: str) -> None:
        before = self._graph.closure([step])
        assert [other for other in others if other not in before] == [], step


def gone(targets: t.Iterable[str]) -> list[str]:
    return [f"wait gone {target}" for target in targets]


def cluster_comes_last_but_for_its_operator(
    order: Order, site: Site, cluster: str, rooks: list[str]
) -> None:
    dependents = [key for key in rooks if key != cluster]
    order.assert_after(f"delete {cluster}", *gone(dependents))
    wipes = bool(site.cluster.wipe) and cluster.startswith("CephCluster/")
    assert (f"update {cluster}" in order.steps) is wipes
    # It keeps the operator from looking after anything else.
    if wipes:
        order.assert_after(f"update {cluster}", *gone(dependents))
        order.assert_after(f"delete {cluster}", f"update {cluster}")


@pytest.mark.parametrize("version", VERSIONS)
def test_dependents_then_cluster_then_operator_then_definitions_then_namespace(
    version: str,
) -> None:
    @quick(EXAMPLES)
    @given(models(version))
    def one(found: Params) -> None:
        site = parse_site({**found, "site": "store1"})
        job = made("batch/v1", "Job", "cluster-cleanup-job-w1", SPACE)
        job["metadata"]["labels"] = {"app": "rook-ceph-cleanup"}
        seen = standing(site, job)
        order = Order(make_plan(site, (), seen, "absent"))
        rooks = [
            key
            for key, item in seen.objects.items()
            if item["apiVersion"].partition("/")[0] in ROOK_GROUPS
        ]
        clusters = [key for key in rooks if key.partition("/")[0] in CLUSTERS]
        assert len(clusters) == 1
        cluster_comes_last_but_for_its_operator(order, site, clusters[0], rooks)
        order.assert_after(f"delete {OPERATOR}", *gone(rooks), f"wait ready {JOB}")
        if AGENT in seen.objects:
            order.assert_after(f"delete {AGENT}", *gone(clusters))
        for key in seen.objects:
            if key.startswith("CustomResourceDefinition/"):
                order.assert_after(f"delete {key}", *gone([*rooks, OPERATOR]))
            if key.startswith("CSIDriver/"):
                order.assert_after(f"delete {key}", *gone([OPERATOR]))
                order.assert_after(
                    f"delete ConfigMap/{SPACE}/rook-ceph-operator-config", *gone([key])
                )
        inside = [key for key in seen.objects if key.split("/")[1] == SPACE and key != JOB]
        order.assert_after(f"delete Namespace//{SPACE}", *gone(inside), f"wait ready {JOB}")
        assert {step.target for step in order.steps.values()} == set(seen.objects)

    one()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_definition_stays_while_another_site_uses_it(version: str) -> None:
    @quick(3)
    @given(models(version))
    def one(found: Params) -> None:
        site = parse_site({**found, "site": "store1"})
        seen = standing(site)
        cluster = next(key for key in seen.objects if key.partition("/")[0] in CLUSTERS)
        kind = cluster.partition("/")[0]
        theirs = made(str(seen.objects[cluster]["apiVersion"]), kind, "hers", "elsewhere")
        both = Observed(objects={**seen.objects, id_of(theirs): theirs}, owned=seen.owned)
        plan = make_plan(site, (), both, "absent")
        against = [str(refusal) for refusal in refusals(plan, both, "store1")]
        assert any(
            f"needed by {kind}/elsewhere/hers, which is not ours" in line for line in against
        )
        assert not [step for step in plan.steps if step.op != "keep" and "hers" in step.target]

    one()
