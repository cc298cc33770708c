# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finalizers go by force only as confirmed, and only when that is called for."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError
from ansible_collections.rookery.rook.plugins.module_utils._guards_holders import (
    hanging,
    of_holders,
    tokens,
)
from ansible_collections.rookery.rook.plugins.module_utils._holders import Holders
from ansible_collections.rookery.rook.plugins.module_utils._kinds import id_of
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._plan import (
    Consumer,
    Observed,
    Plan,
    make_plan,
)
from ansible_collections.rookery.rook.plugins.module_utils._strip import with_strip
from sites.small import BARE

Object = dict[str, t.Any]
LABELS = {"app.kubernetes.io/part-of": "store1", "app.kubernetes.io/managed-by": "rookery"}
SITE = parse_site(BARE)
INSIDE = {"namespace": "rook-ceph"}


def resource(kind: str, name: str, *more: str) -> Object:
    finalizers = [f"{kind.lower()}.ceph.rook.io", *more]
    meta = {"name": name, "uid": f"uid-{name}", "labels": LABELS, "finalizers": finalizers}
    return {
        "apiVersion": "ceph.rook.io/v1",
        "kind": kind,
        "metadata": {**meta, **INSIDE},
        "spec": {"storage": {"nodes": []}},
    }


POOL = resource("CephBlockPool", "fast", "example.com/held")
CLUSTER = resource("CephCluster", "rook-ceph")
SECRET: Object = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "rook-ceph-mon",
        "uid": "uid-secret",
        "finalizers": ["ceph.rook.io/disaster-protection"],
        **INSIDE,
    },
}


def observed(*items: Object, **more: t.Any) -> Observed:
    """Return a site that nobody looks after."""
    objects = {id_of(item): item for item in items or (POOL, CLUSTER)}
    holders = Holders("rook-ceph", seen=True, **more)
    return Observed(objects=objects, owned=frozenset(objects), holders=holders)


def plan_of(seen: Observed, *stages: str) -> Plan:
    return make_plan(SITE, (), seen, "absent", stages or ("operator", "cluster", "storage"))


def confirmation(plan: Plan, seen: Observed) -> str:
    return ",".join(tokens(hanging(plan, seen)).values())


def test_a_plan_that_would_hang_is_refused_with_every_object_and_finalizer() -> None:
    seen = observed(protected=(SECRET,))
    plan = plan_of(seen)
    against = list(of_holders(plan, seen))
    assert [item.id for item in against] == [
        "CephBlockPool/rook-ceph/fast",
        "CephCluster/rook-ceph/rook-ceph",
        "Secret/rook-ceph/rook-ceph-mon",
    ]
    assert confirmation(plan, seen) in against[0].way_on
    for words in (
        "cephblockpool.ceph.rook.io of CephBlockPool/rook-ceph/fast",
        "ceph.rook.io/disaster-protection of Secret/rook-ceph/rook-ceph-mon",
    ):
        assert words in against[0].way_on
    assert "example.com/held" not in against[0].way_on


def test_objects_without_finalizers_go_without_an_operator() -> None:
    plain = {**POOL, "metadata": {**POOL["metadata"], "finalizers": []}}
    seen = observed(plain)
    assert list(of_holders(plan_of(seen), seen)) == []


def test_only_what_was_confirmed_is_taken_away_and_before_the_deletion() -> None:
    seen = observed(protected=(SECRET,))
    plan = plan_of(seen)
    forced, after = with_strip(plan, seen, confirmation(plan, seen))
    assert list(of_holders(forced, after)) == []
    steps = {step.id: step for step in forced.steps}
    pool = steps["strip CephBlockPool/rook-ceph/fast"]
    assert pool.patch == {"metadata": {"finalizers": ["example.com/held"]}} and pool.destructive
    assert pool.id in steps["delete CephBlockPool/rook-ceph/fast"].needs
    cluster = steps["strip CephCluster/rook-ceph/rook-ceph"]
    assert "wait gone CephBlockPool/rook-ceph/fast" in cluster.needs
    assert "update CephCluster/rook-ceph/rook-ceph" not in steps, "nobody would clean the hosts"
    secret = steps["strip Secret/rook-ceph/rook-ceph-mon"]
    assert secret.needs == ("wait gone CephCluster/rook-ceph/rook-ceph",)


def test_a_confirmation_of_the_whole_holds_for_each_stage() -> None:
    seen = observed(protected=(SECRET,))
    whole = confirmation(plan_of(seen), seen)
    storage = plan_of(observed(POOL), "storage")
    forced, _seen = with_strip(storage, observed(POOL), whole)
    assert any(step.id.startswith("strip CephBlockPool") for step in forced.steps)
    rest = observed(CLUSTER, protected=(SECRET,))
    forced, _seen = with_strip(plan_of(rest, "cluster"), rest, whole)
    assert [step.target for step in forced.steps if step.id.startswith("strip ")] == [
        "CephCluster/rook-ceph/rook-ceph",
        "Secret/rook-ceph/rook-ceph-mon",
    ]


def test_what_is_being_deleted_already_only_has_its_finalizers_taken() -> None:
    leaving = {**POOL, "metadata": {**POOL["metadata"], "deletionTimestamp": "x"}}
    seen = observed(leaving)
    plan = plan_of(seen)
    forced, _seen = with_strip(plan, seen, confirmation(plan, seen))
    assert [step.id for step in forced.steps] == [
        "strip CephBlockPool/rook-ceph/fast",
        "wait gone CephBlockPool/rook-ceph/fast",
    ]


STRANGE = {**SECRET, "metadata": {**SECRET["metadata"], "name": "strange"}}
OPERATOR: Object = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "rook-ceph-operator", **INSIDE},
    "status": {"availableReplicas": 1},
}


@pytest.mark.parametrize(
    ("more", "consumers", "words"),
    [
        ({}, (Consumer("PersistentVolume//pv-1", pods=("shop/web-0",)),), "mounted by shop/web-0"),
        ({"attachments": ("VolumeAttachment//a",)}, (), "VolumeAttachment//a: says that a node"),
        ({"protected": (STRANGE,)}, (), "Secret/rook-ceph/strange: is not known to be the site's"),
        ({"deployments": (OPERATOR,)}, (), "is let go by the Rook operator, which is at work"),
    ],
)
def test_force_is_refused(more: Object, consumers: tuple[Consumer, ...], words: str) -> None:
    dead = observed(**{key: item for key, item in more.items() if key != "deployments"})
    confirmed = confirmation(plan_of(dead), dead)
    seen = dataclasses.replace(observed(**more), consumers=consumers)
    with pytest.raises(GuardError) as refused:
        with_strip(plan_of(seen), seen, confirmed)
    assert words in str(refused.value)


def test_a_confirmation_of_another_list_is_refused() -> None:
    seen = observed()
    plan = plan_of(seen)
    again = resource("CephBlockPool", "fast", "example.com/held")
    again["metadata"]["uid"] = "another"
    other = observed(again, CLUSTER)
    with pytest.raises(GuardError, match="is not what would be taken away by now") as refused:
        with_strip(plan_of(other), other, confirmation(plan, seen))
    assert confirmation(plan_of(other), other) in str(refused.value)
    assert with_strip(plan, seen, "") == (plan, seen)
