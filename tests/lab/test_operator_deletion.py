# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the stand-in operator lets a CephCluster go, and what it refreshes while it lives."""

from __future__ import annotations

import pytest
from operatorworld import SPACE, World, world
from rookstandin import conditions, csidriver
from rookstandin.context import Key
from rookstandin.errors import Blocked, NotYet

__all__ = ["world"]

CLUSTER = Key("CephCluster", SPACE, "c")
CLEANUP = Key("cleanup", SPACE)
CONFIRMED = {"cleanupPolicy": {"confirmation": "yes-really-destroy-data"}}
POOL = {"replicated": {"size": 3}}
OLD = {"severity": "HEALTH_ERR", "message": "old"}


def daemon(world: World, host: str) -> None:
    labels = {"kubernetes.io/hostname": host}
    world.kube.put("Node", f"node-{host}", "", metadata={"labels": labels})
    world.kube.put(
        "Pod", f"osd-{host}", metadata={"labels": {"app": "rook-ceph-osd"}},
        spec={"nodeName": f"node-{host}"},
    )  # fmt: skip


def test_dependents_hold_a_cluster(world: World) -> None:
    world.make("CephBlockPool", "rbd", POOL)
    world.make("CephNFS", "nfs", {})
    world.delete(CLUSTER)
    words = r"CephBlockPool: \[rbd], CephNFS: \[nfs]"
    with pytest.raises(Blocked, match=words) as caught:
        world.worker.work(CLUSTER)
    assert world.worker.failed(CLUSTER, caught.value) == 10.0
    status = world.of(CLUSTER)["status"]
    assert (status["phase"], status["state"]) == ("Deleting", "Deleting")
    assert world.condition(CLUSTER, "DeletionIsBlocked")["reason"] == "ObjectHasDependents"


def test_a_blocked_cluster_is_not_written_again(world: World) -> None:
    world.make("CephBlockPool", "rbd", POOL)
    world.delete(CLUSTER)
    for _ in range(2):
        with pytest.raises(Blocked):
            world.worker.work(CLUSTER)
        before = world.of(CLUSTER)
    assert world.of(CLUSTER) is before


@pytest.mark.parametrize("allowed", [False, True])
def test_volumes_hold_a_cluster_unless_they_may_be_lost(world: World, allowed: bool) -> None:
    world.cluster(cleanupPolicy={"allowUninstallWithVolumes": allowed})
    csi = {"driver": "rook-ceph.cephfs.csi.ceph.com", "volumeAttributes": {"clusterID": SPACE}}
    world.kube.put("PersistentVolume", "pv", "", spec={"csi": csi})
    world.delete(CLUSTER)
    if not allowed:
        with pytest.raises(Blocked, match="waiting for csi volume attachments"):
            world.worker.work(CLUSTER)
        return
    world.worker.work(CLUSTER)
    assert world.kube.get("CephCluster", "c", SPACE) is None


def test_without_a_confirmed_policy_hosts_keep_their_data(world: World) -> None:
    daemon(world, "w1")
    world.delete(CLUSTER)
    world.worker.work(CLUSTER)
    assert world.kube.get("CephCluster", "c", SPACE) is None
    assert world.kube.list("Job") == []


def test_a_confirmed_policy_cleans_each_host_after_the_last_daemon(world: World) -> None:
    world.cluster(**CONFIRMED)
    for host in ("w1", "w2"):
        daemon(world, host)
    world.delete(CLUSTER)
    world.worker.work(CLUSTER)
    assert world.kube.get("CephCluster", "c", SPACE) is None
    for kind, name in (("Secret", "rook-ceph-mon"), ("ConfigMap", "rook-ceph-mon-endpoints")):
        kept = world.kube.get(kind, name, SPACE)
        assert kept is not None
        assert kept["metadata"]["finalizers"] == []
    jobs = [world.kube.get("Job", f"cluster-cleanup-job-{host}", SPACE) for host in ("w1", "w2")]
    assert all(job and job["spec"]["suspend"] for job in jobs)
    assert CLEANUP in world.queue.keys
    assert world.worker.work(CLEANUP) == 2.0
    for host in ("w1", "w2"):
        world.kube.delete("Pod", f"osd-{host}", SPACE)
    assert world.worker.work(CLEANUP) is None
    assert not any(job["spec"]["suspend"] for job in world.kube.list("Job"))


def test_a_job_of_an_earlier_cluster_makes_room(world: World) -> None:
    world.cluster(**CONFIRMED)
    daemon(world, "w1")
    world.kube.put("Job", "cluster-cleanup-job-w1", metadata={"annotations": {}}, spec={})
    world.delete(CLUSTER)
    with pytest.raises(NotYet, match="of an earlier cluster"):
        world.worker.work(CLUSTER)
    world.worker.work(CLUSTER)
    job = world.kube.get("Job", "cluster-cleanup-job-w1", SPACE)
    assert job is not None
    assert job["spec"]["suspend"]


def test_children_of_a_cluster_that_goes_with_its_data_go_at_once(world: World) -> None:
    key = world.make("CephBlockPool", "rbd", POOL)
    world.worker.work(key)
    world.cluster(**CONFIRMED)
    world.delete(CLUSTER)
    world.delete(key)
    world.worker.work(key)
    assert world.kube.get("CephBlockPool", "rbd", SPACE) is None
    assert "rbd" in world.ceph.pools, "nothing is removed piece by piece"


def test_a_child_that_is_not_deleted_stays_although_its_cluster_goes(world: World) -> None:
    key = world.make("CephBlockPool", "rbd", POOL)
    world.cluster(**CONFIRMED)
    world.delete(CLUSTER)
    with pytest.raises(NotYet):
        world.worker.work(key)
    assert world.of(key)


@pytest.mark.parametrize("kind", ["Secret", "Deployment"])
def test_a_new_cluster_waits_for_what_is_left_of_the_one_before(world: World, kind: str) -> None:
    world.cluster()["status"] = {}
    owner = {"kind": "CephCluster", "name": "c", "uid": "old"}
    meta = {"ownerReferences": [owner], "labels": {"rook_cluster": SPACE}}
    world.kube.put(kind, "rook-ceph-mon", metadata=meta)
    with pytest.raises(NotYet, match="of the cluster before are still there: rook-ceph-mon"):
        world.worker.work(CLUSTER)


def test_a_policy_stops_the_work_on_a_living_cluster(world: World) -> None:
    world.cluster(**CONFIRMED)
    world.worker.work(CLUSTER)
    assert world.kube.list("Deployment", SPACE, "app=rook-ceph-mon") == []


def test_health_is_told_and_the_next_look_planned(world: World) -> None:
    key = Key("health", SPACE)
    world.cluster()["status"]["ceph"] = {"health": "HEALTH_ERR", "details": {"OLD": OLD}}
    pool = world.make("CephBlockPool", "rbd", POOL)
    world.kube.put("Pod", "mgr", metadata={"labels": {"app": "rook-ceph-mgr", "instance": "a"}})
    assert world.worker.work(key) == 60.0
    status = world.of(CLUSTER)["status"]
    assert status["ceph"]["health"] == "HEALTH_OK"
    assert status["ceph"]["details"] == {}
    assert status["ceph"]["previousHealth"] == "HEALTH_ERR"
    assert status["storage"] == {
        "deviceClasses": [{"name": "hdd"}], "osd": {"storeType": {"bluestore": 1}},
    }  # fmt: skip
    mgr = world.kube.get("Pod", "mgr", SPACE)
    assert mgr is not None
    assert mgr["metadata"]["labels"]["mgr_role"] == "active"
    assert pool in world.queue.keys, "what waited for health is looked at"


def test_codes_that_are_gone_do_not_count_as_errors() -> None:
    answer = {
        "health": {"status": "HEALTH_ERR", "checks": {}}, "fsid": "f", "pgmap": {},
    }  # fmt: skip
    ceph = conditions.ceph_status({"health": "HEALTH_ERR", "details": {"OLD": OLD}}, answer, {}, "")
    assert ceph["details"] == {"OLD": None}
    assert not conditions.usable_health(ceph)


def test_what_is_not_well_is_looked_at_soon(world: World) -> None:
    world.ceph.health = "HEALTH_WARN"
    assert (world.worker.work(Key("health", SPACE)) or 60) < 10


def test_a_ceph_that_does_not_answer_is_an_error_in_the_status(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(prefix: str, **words: object) -> None:
        raise NotYet("the mons cannot be reached yet")

    monkeypatch.setattr(world.ceph, "mon", silent)
    world.worker.work(Key("health", SPACE))
    ceph = world.of(CLUSTER)["status"]["ceph"]
    assert ceph["health"] == "HEALTH_ERR"
    assert "cannot be reached" in ceph["details"]["error"]["message"]


def test_the_driver_runs_while_a_cluster_is_known(world: World) -> None:
    key = Key("csi", SPACE)
    world.worker.work(key)
    assert world.kube.list("DaemonSet") == [], "no cluster has mons yet"
    world.kube.put(
        "ConfigMap", "rook-ceph-csi-config", data={csidriver.CONFIG_KEY: '[{"clusterID": "x"}]'}
    )
    world.worker.work(key)
    assert [item["metadata"]["name"] for item in world.kube.list("CSIDriver")] == [
        "rook-ceph.cephfs.csi.ceph.com"
    ]
    del world.kube.objects[("CephCluster", SPACE, "c")]
    world.worker.work(key)
    assert world.kube.list("DaemonSet") == world.kube.list("CSIDriver") == []


def test_changed_settings_reach_clusters_and_driver(world: World) -> None:
    world.worker.work(Key("settings", SPACE))
    assert set(world.queue.keys) == {CLUSTER, Key("csi", SPACE)}
