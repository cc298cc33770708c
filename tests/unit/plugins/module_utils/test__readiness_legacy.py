# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be told of what Rook made before it told it by itself."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    Failed,
    NotReady,
    Ready,
    readiness,
)


def pod(sort: str, name: str, ready: str = "True") -> dict[str, t.Any]:
    """Return a pod of a daemon."""
    return {
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": f"rook-ceph-{sort}"}},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


PODS = [
    *(pod("mon", f"mon{place}") for place in range(3)),
    pod("mgr", "mgr0"),
    pod("osd", "osd0"),
    pod("osd", "osd1"),
]
NODES = [{"name": "n1", "devices": [{"name": "sdb"}], "directories": [{"path": "/vol-b"}]}]


def cluster(kind: str = "Cluster", **status: t.Any) -> dict[str, t.Any]:
    """Return a cluster with one device and one directory."""
    spec = {"monCount": 3, "storage": {"nodes": NODES}}
    found = {"kind": kind, "metadata": {"name": "rook"}, "spec": spec}
    return {**found, "status": status} if status else found


def test_a_cluster_of_0_6_has_no_state_and_is_ready_when_its_pods_run() -> None:
    assert readiness(cluster(), PODS, Expect(release=(0, 6))) == Ready()


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("mon2", "2 of 3 monitors run"),
        ("mgr0", "0 of 1 managers run"),
        ("osd1", "1 of 2 OSDs run"),
    ],
)
def test_a_missing_daemon_holds_a_cluster_up(missing: str, reason: str) -> None:
    pods = [item for item in PODS if item["metadata"]["name"] != missing]
    assert readiness(cluster(), pods, Expect(release=(0, 6))) == NotReady(reason)


def test_a_pod_that_does_not_run_is_named() -> None:
    pods = [pod("mon", "mon0", "False"), *PODS[1:]]
    verdict = readiness(cluster(), pods, Expect(release=(0, 6)))
    assert verdict == NotReady("2 of 3 monitors run (mon0 not ready)")


def test_from_0_7_on_the_operator_has_to_say_that_it_is_done() -> None:
    told = Expect(release=(0, 7))
    assert readiness(cluster(), PODS, told) == NotReady("state is not set: no message")
    assert isinstance(readiness(cluster(state="Creating"), PODS, told), NotReady)
    assert readiness(cluster(state="Created"), PODS, told) == Ready()


def test_an_error_that_the_operator_tells_is_a_failure() -> None:
    verdict = readiness(cluster(state="Error", message="giving up"), PODS, Expect(release=(0, 8)))
    assert isinstance(verdict, Failed)
    assert "giving up" in verdict.reason


def test_from_1_0_on_ceph_has_to_be_healthy_too() -> None:
    told = Expect(release=(1, 0))
    created = cluster("CephCluster", state="Created")
    assert readiness(created, PODS, told) == NotReady("Ceph's health is not known yet")
    created["status"]["ceph"] = {"health": "HEALTH_OK"}
    assert readiness(created, PODS, told) == Ready()
    # The same words are not enough where there is a phase.
    assert isinstance(readiness(created, PODS, Expect(release=(1, 3))), NotReady)


def test_a_file_system_runs_with_a_standby_for_each_active_server() -> None:
    spec = {"metadataServer": {"activeCount": 1, "activeStandby": False}}
    item = {"kind": "Filesystem", "metadata": {"name": "fs"}, "spec": spec}
    servers = [pod("mds", "a"), pod("mds", "b")]
    assert readiness(item, servers[:1]) == NotReady("1 of 2 metadata servers run")
    assert readiness(item, servers) == Ready()


def test_an_object_store_runs_with_its_gateways() -> None:
    spec = {"gateway": {"instances": 2}}
    item = {"kind": "ObjectStore", "metadata": {"name": "s3"}, "spec": spec}
    assert readiness(item, [pod("rgw", "a")]) == NotReady("1 of 2 gateways run")
    assert readiness(item, [pod("rgw", "a"), pod("rgw", "b")]) == Ready()


def test_deployments_count_by_what_is_available() -> None:
    item = {"kind": "CephObjectStore", "metadata": {"name": "s3"}, "spec": {}}
    deployment = {**pod("rgw", "s3-a"), "kind": "Deployment", "status": {"availableReplicas": 1}}
    assert readiness(item, [deployment], Expect(release=(0, 9))) == Ready()


def test_a_pool_of_which_nothing_is_told_is_not_waited_for() -> None:
    pool = {"kind": "CephBlockPool", "metadata": {"name": "fast"}, "spec": {}}
    assert readiness(pool, (), Expect(release=(1, 1))) == Ready()
    assert isinstance(readiness(pool, (), Expect(release=(1, 2))), NotReady)


def test_a_user_is_ready_with_its_secret() -> None:
    user = {"kind": "CephObjectStoreUser", "metadata": {"name": "u"}, "spec": {"store": "s3"}}
    assert isinstance(readiness(user, (), Expect(release=(1, 0))), NotReady)
    assert readiness(user, [{"kind": "Secret"}], Expect(release=(1, 0))) == Ready()


def test_an_external_cluster_of_old_is_ready_when_it_is_connected() -> None:
    spec = {"external": {"enable": True}}
    told = {"state": "Connected", "ceph": {"health": "HEALTH_OK"}}
    item = {"kind": "CephCluster", "metadata": {"name": "x"}, "spec": spec, "status": told}
    expect = Expect(release=(1, 2, 7))
    assert readiness(item, (), expect) == Ready()
    tried = {**item, "status": {**told, "state": "Connecting"}}
    assert readiness(tried, (), expect) == NotReady("state is Connecting: no message")
