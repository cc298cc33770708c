# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one table of kinds, and the words of errors."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _errors, _kinds
from ansible_collections.rookery.rook.plugins.module_utils._kinds.consumers import USER_KINDS
from ansible_collections.rookery.rook.plugins.module_utils._readiness import readiness

Params = dict[str, t.Any]


@pytest.mark.parametrize("row", _kinds.KINDS.values(), ids=lambda row: row.name)
def test_a_row_speaks_of_kinds_and_stages_that_exist(row: _kinds.Kind) -> None:
    assert row.stage in _kinds.STAGES
    assert set(row.needs) <= set(_kinds.KINDS)
    assert {ref.kind for ref in row.refs} <= set(_kinds.KINDS)
    children = {child.kind for child in row.children if not child.api}
    assert children <= {*_kinds.KINDS, *USER_KINDS}


@pytest.mark.parametrize("row", _kinds.KINDS.values(), ids=lambda row: row.name)
def test_a_rows_readiness_can_be_judged(row: _kinds.Kind) -> None:
    readiness({"kind": row.name, "apiVersion": row.api_version, "metadata": {"name": "x"}})


def test_kinds_do_not_need_each_other_in_a_circle() -> None:
    done: set[str] = set()
    for _round in _kinds.KINDS:
        done |= {row.name for row in _kinds.KINDS.values() if set(row.needs) <= done}
    assert done == set(_kinds.KINDS)


@pytest.mark.parametrize("row", _kinds.KINDS.values(), ids=lambda row: row.name)
def test_a_row_lives_where_what_it_names_lives(row: _kinds.Kind) -> None:
    first = _kinds.first_release(row.name)
    assert _kinds.kinds_of(first)[row.name].name == row.name
    assert row.until is None or row.since <= row.until


# The releases that first had a kind, by the history of upstream's definitions.
FIRST = {
    "CephNFS": (1, 0), "ObjectBucketClaim": (1, 1), "CephClient": (1, 2), "CephRBDMirror": (1, 4),
    "CephObjectRealm": (1, 4), "CephObjectZoneGroup": (1, 4), "CephObjectZone": (1, 4),
    "CephFilesystemMirror": (1, 6), "CephFilesystemSubVolumeGroup": (1, 8),
    "CephBucketTopic": (1, 8), "CephBucketNotification": (1, 8),
    "CephBlockPoolRadosNamespace": (1, 9), "CephCOSIDriver": (1, 12),
    "ClientProfileMapping": (1, 15), "CephNVMeOFGateway": (1, 19),
    "CephObjectStoreAccount": (1, 20), "VolumeSnapshotClass": (1, 4),
}  # fmt: skip


@pytest.mark.parametrize(("name", "first"), FIRST.items())
def test_a_kind_is_not_there_before_its_first_release(name: str, first: tuple[int, int]) -> None:
    assert _kinds.first_release(name) == first
    assert name in _kinds.kinds_of(first)
    assert name not in _kinds.kinds_of((first[0], first[1] - 1) if first[1] else (0, 9))


@pytest.mark.parametrize(
    ("name", "release", "api"),
    [
        ("Driver", (1, 17), "csi.ceph.io/v1alpha1"),
        ("Driver", (1, 18, 11), "csi.ceph.io/v1"),
        ("VolumeSnapshotClass", (1, 5), "snapshot.storage.k8s.io/v1beta1"),
        ("VolumeSnapshotClass", (1, 6), "snapshot.storage.k8s.io/v1"),
    ],
)
def test_a_kind_has_the_api_of_its_release(name: str, release: _kinds.Version, api: str) -> None:
    assert _kinds.kinds_of(release)[name].api_version == api


def test_a_claim_for_a_bucket_needs_its_class_wherever_it_is() -> None:
    claim = {
        "apiVersion": "objectbucket.io/v1alpha1",
        "kind": "ObjectBucketClaim",
        "metadata": {"name": "mine", "namespace": "apps"},
        "spec": {"storageClassName": "buckets"},
    }
    storage_class = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "buckets"},
    }
    objects = {_kinds.id_of(item): item for item in (claim, storage_class)}
    assert _kinds.needs_of(objects)["ObjectBucketClaim/apps/mine"] == ("StorageClass//buckets",)


def test_the_id_of_a_cluster_scoped_object_has_no_namespace() -> None:
    manifest = {"kind": "StorageClass", "metadata": {"name": "a", "namespace": "stray"}}
    assert _kinds.id_of(manifest) == "StorageClass//a"


def test_an_object_is_ours_by_both_labels_only() -> None:
    def labelled(**labels: str) -> Params:
        return {"metadata": {"labels": labels}}

    manager, site = {_kinds.MANAGER_LABEL: "rookery"}, {_kinds.SITE_LABEL: "store1"}
    assert _kinds.is_ours(labelled(**manager, **site), "store1")
    assert not _kinds.is_ours(labelled(**manager, **site), "store2")
    assert not _kinds.is_ours(labelled(**site), "store1")
    assert not _kinds.is_ours({"metadata": {}}, "store1")


def test_a_user_is_judged_by_the_secret_of_its_store() -> None:
    user = {
        "kind": "CephObjectStoreUser",
        "metadata": {"name": "u", "namespace": "rook-ceph"},
        "spec": {"store": "s"},
    }
    assert _kinds.children_of(user) == (
        ("v1", "Secret", "rook-ceph", "app=rook-ceph-rgw,rook_object_store=s,user=u"),
    )


def test_a_cosi_driver_is_made_after_the_stores_by_which_it_is_judged() -> None:
    meta = {"name": "x", "namespace": "rook-ceph"}
    kinds = ("CephCOSIDriver", "CephObjectStore")
    objects: dict[str, Params] = {
        f"{kind}/rook-ceph/x": {"apiVersion": "ceph.rook.io/v1", "kind": kind, "metadata": meta}
        for kind in kinds
    }
    driver, store = objects
    assert _kinds.needs_of(objects)[driver] == (store,)
    judged = {kind for _api, kind, *_more in _kinds.children_of(objects[driver])}
    assert judged == {"Deployment"}
    wanted = {**objects[driver], "spec": {"deploymentStrategy": "Auto"}}
    judged = {kind for _api, kind, *_more in _kinds.children_of(wanted)}
    assert judged == {"Deployment", "CephObjectStore"}


def test_a_rook_kind_outside_the_table_still_needs_the_cluster() -> None:
    meta = {"name": "x", "namespace": "rook-ceph"}
    objects = {
        "CephNFS/rook-ceph/x": {
            "apiVersion": "ceph.rook.io/v1",
            "kind": "CephNFS",
            "metadata": meta,
        },
        "CephCluster/rook-ceph/x": {
            "apiVersion": "ceph.rook.io/v1",
            "kind": "CephCluster",
            "metadata": meta,
        },
        "CephCluster/other/x": {
            "apiVersion": "ceph.rook.io/v1",
            "kind": "CephCluster",
            "metadata": {"name": "x", "namespace": "other"},
        },
    }
    assert _kinds.needs_of(objects)["CephNFS/rook-ceph/x"] == ("CephCluster/rook-ceph/x",)


def test_a_client_error_says_what_was_done_to_what() -> None:
    error = _errors.ClientError("create", "CephBlockPool/rook-ceph/fast", "quota exceeded.", 403)
    assert str(error) == "Failed to create CephBlockPool/rook-ceph/fast: quota exceeded (403)."
    assert issubclass(_errors.ConflictError, _errors.ClientError)


def test_a_wait_that_ends_tells_the_last_reason_of_each_object() -> None:
    reasons = {"b": "phase is Progressing", "a": "it is not there yet"}
    assert str(_errors.WaitTimeout(reasons, 600)) == (
        "Waiting reached its limit after 600 s:\na: it is not there yet\nb: phase is Progressing"
    )
    assert str(_errors.WaitFailed({"a": "x"})) == "Waiting ended because it cannot succeed:\na: x"


def test_equal_refusals_are_one_line() -> None:
    error = _errors.GuardError(
        [
            _errors.Refusal("a", "r", "W."),
            _errors.Refusal("b", "r", "W."),
            _errors.Refusal("c", "s", "W."),
        ]
    )
    assert str(error) == "Refused, nothing was changed:\na, b: r. W.\nc: s. W."


@pytest.mark.parametrize(
    "name", ["ModelError", "GuardError", "ClientError", "WaitTimeout", "WaitFailed", "StalePlan"]
)
def test_every_error_has_the_same_root(name: str) -> None:
    assert issubclass(getattr(_errors, name), _errors.RookeryError)
