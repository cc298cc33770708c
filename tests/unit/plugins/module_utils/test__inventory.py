# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left is named, and what belongs to others is compared."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._inventory import (
    Inventory,
    Whose,
    left,
    print_of,
    untouched,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import id_of

Object = dict[str, t.Any]
WHOSE = Whose("store1", "rook-ceph", frozenset({"rook-ceph.rbd.csi.ceph.com"}))
LABELS = {"app.kubernetes.io/part-of": "store1", "app.kubernetes.io/managed-by": "rookery"}
INSIDE = {"namespace": "rook-ceph"}


def item(api: str, kind: str, name: str, spec: Object | None = None, **meta: t.Any) -> Object:
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": name, "uid": f"u-{name}", **meta},
        "spec": spec or {},
    }


def definition(kind: str = "CephNFS", group: str = "ceph.rook.io") -> Object:
    name = f"{kind.lower()}s.{group}"
    spec = {"group": group, "names": {"kind": kind}}
    return item("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, spec)


HELD = {"finalizers": ["ceph.rook.io/disaster-protection"], "deletionTimestamp": "x"}
OWNED = {"ownerReferences": [{"uid": "u"}], "labels": {"rook_cluster": "rook-ceph"}}
VOLUME = {
    "csi": {
        "driver": "rook-ceph.rbd.csi.ceph.com",
        "volumeAttributes": {"clusterID": "rook-ceph"},
    }
}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (item("v1", "Secret", "s", labels=LABELS, **INSIDE), "carries the site's labels"),
        (item("storage.k8s.io/v1", "CSIDriver", "rook-ceph.rbd.csi.ceph.com"), "by an operator"),
        (item("v1", "Secret", "rook-ceph-mon", **INSIDE, **HELD), "disaster-protection"),
        (item("v1", "ConfigMap", "rook-ceph-mon-endpoints", **INSIDE), "is Rook's"),
        (item("ceph.rook.io/v1", "CephNFS", "hers", **INSIDE), "is Rook's"),
        (item("v1", "PersistentVolume", "pv-1", VOLUME), "whose data is gone"),
        (definition(), "is a definition of Rook that nobody uses"),
    ],
)
def test_what_is_left_is_named_with_a_way_on(found: Object, words: str) -> None:
    (row,) = left(WHOSE, Inventory((found,), {}))
    assert row["id"] == id_of(found) and words in row["reason"] and row["way_on"].endswith(".")


@pytest.mark.parametrize(
    "cluster",
    [
        item("ceph.rook.io/v1", "CephCluster", "rook-ceph", **INSIDE),
        item("rook.io/v1alpha1", "Cluster", "rook", labels={"app": "x"}, **INSIDE),
    ],
)
def test_where_the_ceph_cluster_is_of_others_nothing_of_rook_is_left_to_be_removed_by_hand(
    cluster: Object,
) -> None:
    ours = item("v1", "Secret", "s", labels=LABELS, **INSIDE)
    theirs = (
        item("storage.k8s.io/v1", "CSIDriver", "rook-ceph.rbd.csi.ceph.com"),
        item("v1", "Secret", "rook-ceph-mon", **INSIDE),
        item("v1", "PersistentVolume", "pv-1", VOLUME),
    )
    (row,) = left(WHOSE, Inventory((ours, cluster, *theirs), {}))
    assert row["id"] == "Secret/rook-ceph/s"
    own = {**cluster, "metadata": {**cluster["metadata"], "labels": LABELS}}
    assert len(left(WHOSE, Inventory((own, *theirs), {}))) == 1 + len(theirs)


@pytest.mark.parametrize(
    "found",
    [
        (item("v1", "ConfigMap", "notes", **INSIDE),),
        (item("v1", "Secret", "key", **INSIDE, **OWNED),),
        (item("v1", "Secret", "rook-ceph-mon", namespace="other"),),
        (definition(), item("ceph.rook.io/v1", "CephNFS", "n", namespace="other")),
        (definition(), item("apps/v1", "Deployment", "rook-ceph-operator", namespace="other")),
        (definition("ObjectBucket", "objectbucket.io"),),
        (item("v1", "PersistentVolume", "pv-2", {"nfs": {}}),),
    ],
)
def test_what_belongs_to_others_or_is_on_its_way_is_not_left(found: tuple[Object, ...]) -> None:
    assert left(WHOSE, Inventory(found, {})) == []


def inventory(*items: Object) -> Inventory:
    return Inventory((), {id_of(each): print_of(each) for each in items})


def test_statuses_and_versions_are_no_change() -> None:
    before = item("v1", "Service", "web", {"ports": []}, namespace="shop", resourceVersion="5")
    after = {**before, "status": {"x": 1}}
    after["metadata"] = {**before["metadata"], "resourceVersion": "9", "managedFields": []}
    proof = untouched(inventory(before), inventory(after), ())
    assert proof["differing"] == [] and proof["before"] == proof["after"]


def test_what_others_changed_is_told_with_who_did_it() -> None:
    fields = [
        {"manager": "rookery", "time": "2026-01-01T00:00:00Z"},
        {"manager": "kubectl-edit", "time": "2026-01-02T00:00:00Z"},
        {"manager": "kubelet", "time": "2026-01-03T00:00:00Z", "subresource": "status"},
    ]
    web = item("apps/v1", "Deployment", "web", {"replicas": 1}, namespace="shop")
    db = item("apps/v1", "Deployment", "db", namespace="shop")
    edited = {**web, "spec": {"replicas": 2}}
    edited["metadata"] = {**web["metadata"], "managedFields": fields}
    new = item("apps/v1", "Deployment", "new", namespace="shop")
    proof = untouched(inventory(web, db), inventory(edited, new), ())
    assert proof["objects"] == 2 and proof["before"] != proof["after"]
    assert proof["differing"] == [
        {"id": "Deployment/shop/db", "how": "removed", "by": ""},
        {"id": "Deployment/shop/web", "how": "changed", "by": "kubectl-edit"},
    ]


def test_an_object_that_was_made_anew_is_a_change() -> None:
    web = item("v1", "Service", "web", namespace="shop")
    anew = {**web, "metadata": {**web["metadata"], "uid": "another"}}
    assert untouched(inventory(web), inventory(anew), ())["differing"][0]["how"] == "changed"


def test_what_goes_by_permission_and_with_the_namespace_is_left_out() -> None:
    claim = item("v1", "PersistentVolumeClaim", "c", namespace="shop")
    root = item("v1", "ConfigMap", "kube-root-ca.crt", **INSIDE)
    meant = {"PersistentVolumeClaim/shop/c", "Namespace//rook-ceph"}
    assert untouched(inventory(claim, root), inventory(), meant)["objects"] == 0
