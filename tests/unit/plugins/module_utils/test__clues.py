# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others said last is found, and no secret is in it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Listing
from ansible_collections.rookery.rook.plugins.module_utils._clues import (
    clues,
    last_error,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._readiness import Expect

Object = dict[str, t.Any]
INSIDE = {"namespace": "rook-ceph"}
LOG = """\
2026-01-01 00:00:00.000000 I | rookcmd: starting
2026-01-01 00:00:01.000000 E | ceph-block-pool-controller: failed to reconcile "fast"
2026-01-01 00:00:02.000000 E | ceph-cluster-controller: failed to get key: AQ{key}==
2026-01-01 00:00:03.000000 I | op-mon: waiting
""".replace("{key}", "a" * 38)
POOL: Object = {
    "apiVersion": "ceph.rook.io/v1",
    "kind": "CephBlockPool",
    "metadata": {"name": "fast", "uid": "u1", **INSIDE},
}
CLUSTER: Object = {
    "apiVersion": "ceph.rook.io/v1",
    "kind": "CephCluster",
    "metadata": {"name": "rook-ceph", **INSIDE},
    "status": {
        "ceph": {
            "health": "HEALTH_WARN",
            "details": {
                "OSD_DOWN": {"message": "1 osds down"},
                "MON_DISK_LOW": {"message": "mon a is low"},
            },
        }
    },
}
OPERATOR: Object = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "operator-1", "labels": {"app": "rook-ceph-operator"}, **INSIDE},
    "spec": {"containers": [{"name": "rook-ceph-operator"}]},
}


class Api:
    """Lists by kind and one label, events, and one log."""

    def __init__(self, *objects: Object) -> None:
        self.objects = objects
        self.told: list[Object] = []

    def list(self, _api: str, kind: str, namespace: str = "", labels: str = "") -> Listing:
        key, _, value = labels.partition("=")
        return Listing(
            tuple(
                item
                for item in self.objects
                if item["kind"] == kind
                and namespace in ("", item["metadata"]["namespace"])
                and (not key or item["metadata"].get("labels", {}).get(key) == value)
            ),
            "1",
        )

    def events(self, _namespace: str, uid: str) -> tuple[Object, ...]:
        return tuple(self.told) if uid == "u1" else ()

    def logs(self, _namespace: str, pod: str, container: str, _tail: int) -> str:
        assert (pod, container) == ("operator-1", "rook-ceph-operator")
        return LOG


def heard(api: Api, manifest: Object, *parts: Object) -> list[str]:
    expect = Expect(frozenset({"MON_DISK_LOW"}))
    return list(clues(t.cast("t.Any", api), manifest, [manifest, *parts], expect))


def test_events_operator_and_ceph_are_told_in_turn() -> None:
    api = Api(CLUSTER, OPERATOR)
    api.told = [
        {"type": "Warning", "reason": "ReconcileFailed", "message": "no OSD is up"},
        {"type": "Normal", "reason": "Reconciling", "message": "trying again"},
    ]
    assert heard(api, POOL) == [
        "CephBlockPool/rook-ceph/fast: last event: ReconcileFailed: no OSD is up",
        "The operator, Pod/rook-ceph/operator-1: last error in its log: 2026-01-01 00:00:02.000000 "
        "E | ceph-cluster-controller: failed to get key: (hidden)",
        "CephCluster/rook-ceph/rook-ceph: Ceph is in HEALTH_WARN: OSD_DOWN 1 osds down",
    ]


def test_a_class_asks_where_its_cluster_is() -> None:
    of_class = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "block"},
        "parameters": {"clusterID": "rook-ceph"},
    }
    assert any("OSD_DOWN" in line for line in heard(Api(CLUSTER, OPERATOR), of_class))


def test_a_pod_that_does_not_start_is_told_with_its_reason() -> None:
    selector = {"matchLabels": {"app": "mon"}}
    late = {
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": {"selector": selector},
        "metadata": {"name": "mon-a", **INSIDE},
    }  # fmt: skip
    unplaced = {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}
    pod = {
        "apiVersion": "v1", "kind": "Pod", "status": {"phase": "Pending", "conditions": [unplaced]},
        "metadata": {"name": "mon-a-1", "labels": {"app": "mon"}, **INSIDE},
    }  # fmt: skip
    assert heard(Api(pod, OPERATOR), POOL, late)[0] == (
        "Pod/rook-ceph/mon-a-1: phase is Pending: it is on no node: 0/3 nodes are available"
    )


def test_an_operator_that_is_not_there_is_a_clue() -> None:
    assert heard(Api(), POOL) == ["The operator: there is no pod of it"]


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(CLUSTER, OPERATOR)

    def refused(*_where: t.Any) -> str:
        raise ClientError("read the log of", "Pod rook-ceph/operator-1", "forbidden", 403)

    monkeypatch.setattr(api, "logs", refused)
    lines = heard(api, POOL)
    assert lines[0].startswith("Failed to read the log of Pod rook-ceph/operator-1: forbidden")
    assert "OSD_DOWN" in lines[1]


def test_an_api_that_is_away_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(CLUSTER, OPERATOR)
    asked = []

    def away(*_where: t.Any) -> t.Any:
        asked.append(_where)
        raise UnreachableError("list", "events", "nothing listens")

    monkeypatch.setattr(api, "events", away)
    monkeypatch.setattr(api, "list", away)
    assert heard(api, POOL) == ["Failed to list events: nothing listens."]
    assert len(asked) == 1


def test_the_last_error_of_each_kind_of_log_is_found() -> None:
    assert last_error("I0101 a\nE0101 12:00:00.0 1 it failed\nI0101 b").startswith("E0101")
    assert last_error('{"level":"info"}\n{"level":"error","msg":"no"}\n').endswith('"no"}')
    assert last_error("2026-01-01 00:00:00.0 I | all is well") == ""


def test_an_operator_without_an_error_says_what_it_did_last() -> None:
    api = Api(OPERATOR)
    quiet = "2026-01-01 00:00:03.000000 I | op-mon: waiting\n"
    api.logs = lambda *_where: quiet  # type: ignore[method-assign]
    said = list(clues(t.cast("t.Any", api), POOL, (), Expect()))
    assert said[-1] == (
        "The operator, Pod/rook-ceph/operator-1: last line of its log: "
        "2026-01-01 00:00:03.000000 I | op-mon: waiting"
    )


def test_what_keeps_a_namespace_is_named_with_its_finalizer() -> None:
    meta = {"name": "rook-ceph-mon", "finalizers": ["ceph.rook.io/disaster-protection"], **INSIDE}
    when = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {**meta, **when}}
    message = "Some resources are remaining: secrets. has 1 resource instances"
    condition = {"type": "NamespaceContentRemaining", "status": "True", "message": message}
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "rook-ceph", **when},
        "status": {"conditions": [condition]},
    }
    said = list(clues(t.cast("t.Any", Api(secret)), namespace, (namespace,), Expect()))
    assert any(
        line.startswith(
            "Secret/rook-ceph/rook-ceph-mon is still there: finalizers hold it: "
            "ceph.rook.io/disaster-protection (the Rook operator takes it away"
        )
        for line in said
    ), said
