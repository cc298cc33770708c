# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an operator looks after a namespace is told before it is waited for."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._holders import (
    CSI,
    ROOK,
    Holders,
    held,
    kept,
)

Object = dict[str, t.Any]


def deployment(name: str = "rook-ceph-operator", where: str = "rook-ceph", **more: t.Any) -> Object:
    container = {"name": name, "image": "docker.io/rook/ceph:v1.18.11", **more.pop("container", {})}
    spec = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"spec": {"containers": [container]}},
        **more.pop("spec", {}),
    }
    meta = {"name": name, "namespace": where, **more.pop("metadata", {})}
    status = {"status": {"availableReplicas": 1}, **more}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec, **status}


def alone() -> Object:
    return {"env": [{"name": "ROOK_CURRENT_NAMESPACE_ONLY", "value": "true"}]}


LOOPING: Object = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "operator-1",
        "namespace": "rook-ceph",
        "labels": {"app": "rook-ceph-operator"},
    },
    "status": {
        "containerStatuses": [
            {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 7}
        ]
    },
}


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ((), "there is no Deployment of it that looks after namespace rook-ceph"),
        ((deployment(spec={"replicas": 0}),), "rook-ceph-operator is scaled to 0 replicas"),
        ((deployment(status={}),), "has 0 of 1 replicas available"),
        ((deployment(metadata={"deletionTimestamp": "x"}),), "is being deleted"),
        ((deployment(where="other", container=alone()),), "there is no Deployment of it"),
        ((deployment(),), ""),
        ((deployment(where="rook-ceph-system"),), ""),
        ((deployment("rook-operator", "rook"),), ""),
        # The one in the namespace is down, but another one looks after all of them.
        ((deployment(status={}), deployment(where="other")), ""),
    ],
)
def test_who_looks_after_a_namespace(items: tuple[Object, ...], words: str) -> None:
    found = Holders("rook-ceph", items, seen=True).trouble(ROOK)
    assert words in found if words else found == ""


def test_an_operator_that_ends_again_and_again_is_named_with_its_pod() -> None:
    holders = Holders("rook-ceph", (deployment(status={}),), pods=(LOOPING,), seen=True)
    assert holders.trouble(ROOK).endswith(
        "(Pod/rook-ceph/operator-1: CrashLoopBackOff, started again 7 times)"
    )


def test_the_operator_of_the_drivers_is_told_by_its_name_or_image() -> None:
    image = {"image": "quay.io/cephcsi/ceph-csi-operator:v0.4.1"}
    for item in (deployment("ceph-csi-controller-manager"), deployment("any", container=image)):
        assert kept(item) is item
        assert Holders("rook-ceph", (item,), seen=True).trouble(CSI) == ""
        assert Holders("rook-ceph", (item,), seen=True).trouble(ROOK)
    assert kept(deployment("shop")) is None


@pytest.mark.parametrize(
    ("watched", "works"),
    [(None, True), ("", True), ("other", False), ("other,rook-ceph", True)],
)
def test_the_operator_of_the_drivers_looks_after_what_it_watches(
    watched: str | None, works: bool
) -> None:
    env = [] if watched is None else [{"name": "WATCH_NAMESPACE", "value": watched}]
    item = deployment("ceph-csi-controller-manager", "other", container={"env": env})
    assert (Holders("rook-ceph", (item,), seen=True).trouble(CSI) == "") is works


def test_the_release_is_that_which_made_the_daemons_else_the_operators() -> None:
    labels = {"labels": {"rook-version": "v1.16.9"}}
    monitor = deployment("rook-ceph-mon-a", metadata=labels)
    assert Holders("rook-ceph", (deployment(), monitor)).version() == "1.16.9"
    later = deployment("rook-ceph-mon-b", metadata={"labels": {"rook-version": "v1.17.0"}})
    own = deployment("rook-ceph-mon-c", metadata={"labels": {"rook-version": "nightly"}})
    assert Holders("rook-ceph", (monitor, later, own)).version() == "1.17.0"
    assert Holders("rook-ceph", (deployment(),)).version() == "1.18.11"
    digest = {"image": "registry.example.com:5000/rook/ceph@sha256:00"}
    assert Holders("rook-ceph", (deployment(container=digest),)).version() == ""
    assert Holders("rook-ceph").version() == ""


@pytest.mark.parametrize(
    ("finalizer", "holder"),
    [
        ("cephblockpool.ceph.rook.io", ROOK),
        ("cluster.rook.io", ROOK),
        ("ceph.rook.io/disaster-protection", ROOK),
        ("objectbucket.io/finalizer", ROOK),
        ("csi.ceph.com/cleanup", CSI),
        ("kubernetes.io/pvc-protection", None),
        ("example.com/held", None),
    ],
)
def test_each_finalizer_has_its_holder(finalizer: str, holder: t.Any) -> None:
    item = {"metadata": {"name": "x", "finalizers": [finalizer]}}
    assert held(item) == ({finalizer: holder} if holder else {})
