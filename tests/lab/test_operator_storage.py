# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in operator's pools, file systems, stores and users: made, held and removed."""

from __future__ import annotations

import base64

import pytest
from operatorworld import SPACE, World, world
from rookstandin.context import Key
from rookstandin.errors import Blocked, NotYet, StandinError

__all__ = ["world"]

POOL = {"replicated": {"size": 3}}
FILESYSTEM = {
    "metadataPool": POOL,
    "dataPools": [{"name": "replicated", **POOL}],
    "metadataServer": {"activeCount": 1, "activeStandby": True},
}
STORE = {"metadataPool": POOL, "dataPool": POOL, "gateway": {"port": 80, "instances": 1}}


def test_a_pool_becomes_ready_and_says_what_it_is(world: World) -> None:
    key = world.make("CephBlockPool", "rbd", POOL)
    world.worker.work(key)
    made = world.of(key)
    assert made["metadata"]["finalizers"] == ["cephblockpool.ceph.rook.io"]
    assert made["status"] == {
        "phase": "Ready",
        "observedGeneration": 1,
        "poolID": 1,
        "info": {"type": "Replicated", "failureDomain": "host"},
    }
    assert ("init_rbd", {"pool": "rbd"}) in world.ceph.done
    assert Key("health", SPACE) in world.queue.keys


def test_a_pool_that_is_ready_is_not_written_again(world: World) -> None:
    key = world.make("CephBlockPool", "rbd", POOL)
    world.worker.work(key)
    world.kube.events.clear()
    world.worker.work(key)
    assert world.kube.events == []
    assert world.ceph.names().count("osd pool create") == 1


def test_an_erasure_coded_pool_has_a_profile_of_its_own(world: World) -> None:
    coded = {"erasureCoded": {"dataChunks": 2, "codingChunks": 1}, "failureDomain": "rack"}
    world.worker.work(world.make("CephBlockPool", "ec", coded))
    profile = dict(world.ceph.done)["osd erasure-code-profile set"]
    assert profile["name"] == "ec_ecprofile"
    assert {"k=2", "m=1", "crush-failure-domain=rack"} <= set(profile["profile"])
    assert ("osd pool set", {"pool": "ec", "var": "allow_ec_overwrites", "val": "true"}) in (
        world.ceph.done
    )


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({}, "not defined as replicated or erasure coded"),
        ({**POOL, "erasureCoded": {"dataChunks": 2, "codingChunks": 1}}, "both replication and"),
        ({**POOL, "failureDomain": "moon"}, "unrecognized failure domain moon"),
        ({"replicated": {"size": 1, "requireSafeReplicaSize": True}}, "must be false"),
        ({**POOL, "mirroring": {"enabled": True}}, "mirroring is beyond"),
    ],
)
def test_a_pool_is_refused_in_rooks_words(world: World, spec: dict, words: str) -> None:
    key = world.make("CephBlockPool", "bad", spec)
    with pytest.raises(StandinError, match=words) as caught:
        world.worker.work(key)
    world.worker.failed(key, caught.value)
    assert world.of(key)["status"]["phase"] == "Failure"
    reason, message = world.kube.events[-1]
    assert reason == "ReconcileFailed"
    assert words in message


@pytest.mark.parametrize("ceph", [None, {"health": "HEALTH_ERR", "details": {}}])
def test_nothing_is_made_in_a_cluster_that_is_not_well(world: World, ceph: dict | None) -> None:
    world.cluster()["status"]["ceph"] = ceph
    key = world.make("CephBlockPool", "rbd", POOL)
    with pytest.raises(NotYet):
        world.worker.work(key)
    assert world.of(key)["status"] == {"phase": "Progressing"}


def test_nothing_is_made_before_an_osd_is_up(world: World) -> None:
    world.ceph.osds_up = 0
    with pytest.raises(NotYet, match="no OSD is up"):
        world.worker.work(world.make("CephBlockPool", "rbd", POOL))


def test_a_pool_with_images_is_kept(world: World) -> None:
    key = world.make("CephBlockPool", "rbd", POOL)
    world.worker.work(key)
    world.ceph.rbd_images = ["image"]
    world.delete(key)
    with pytest.raises(StandinError, match="contains images"):
        world.worker.work(key)
    assert "rbd" in world.ceph.pools
    world.ceph.rbd_images = []
    world.worker.work(key)
    assert world.ceph.pools == {}
    assert world.kube.get("CephBlockPool", "rbd", SPACE) is None


def test_a_file_system_gets_servers_pools_and_csis_group(world: World) -> None:
    key = world.make("CephFilesystem", "fs", FILESYSTEM)
    world.worker.work(key)
    assert world.of(key)["status"]["phase"] == "Ready"
    assert set(world.ceph.pools) == {"fs-metadata", "fs-replicated"}
    for name in ("rook-ceph-mds-fs-a", "rook-ceph-mds-fs-b"):
        assert world.kube.get("Deployment", name, SPACE)
        assert world.kube.get("Secret", f"{name}-keyring", SPACE)
    assert "fs subvolumegroup create" in world.ceph.names()


def test_a_file_system_waits_for_a_server_before_it_asks_the_mgr(world: World) -> None:
    key = world.make("CephFilesystem", "fs", FILESYSTEM)
    world.worker.work(key)
    world.ceph.filesystems["fs"]["info"] = {}
    world.ceph.done.clear()
    with pytest.raises(NotYet, match="no metadata server"):
        world.worker.work(key)
    assert "fs subvolumegroup create" not in world.ceph.names()


def test_subvolumes_hold_a_file_system(world: World) -> None:
    key = world.make("CephFilesystem", "fs", FILESYSTEM)
    world.worker.work(key)
    world.ceph.subvolumes["csi"] = ["csi-vol-1"]
    world.delete(key)
    with pytest.raises(Blocked, match=r"subvolume groups that contain subvolumes .*\[csi]"):
        world.worker.work(key)
    blocked = world.condition(key, "DeletionIsBlocked")
    assert (blocked["status"], blocked["reason"]) == ("True", "ObjectHasDependents")
    world.ceph.subvolumes["csi"] = []
    world.worker.work(key)
    assert world.ceph.filesystems == world.ceph.pools == {}
    assert ("forget", {"entity": "mds.fs-b"}) in world.ceph.done


def test_a_store_gets_a_realm_pools_a_gateway_and_an_endpoint(world: World) -> None:
    key = world.make("CephObjectStore", "s", STORE)
    world.worker.work(key)
    status = world.of(key)["status"]
    endpoint = "http://rook-ceph-rgw-s.rook-ceph.svc:80"
    assert status["info"] == {"endpoint": endpoint}
    assert status["endpoints"] == {"insecure": [endpoint], "secure": []}
    assert len(world.ceph.pools) == 8
    assert world.ceph.realms == ["s"]
    assert world.kube.get("Deployment", "rook-ceph-rgw-s-a", SPACE)
    assert world.kube.get("Service", "rook-ceph-rgw-s", SPACE)


def test_a_store_with_what_the_stand_in_lacks_is_refused_in_words(world: World) -> None:
    secure = {**STORE, "gateway": {"securePort": 443, "instances": 1}}
    with pytest.raises(StandinError, match=r"spec\.gateway\.securePort is beyond"):
        world.worker.work(world.make("CephObjectStore", "s", secure))


def test_buckets_and_users_hold_a_store(world: World) -> None:
    key = world.make("CephObjectStore", "s", STORE)
    user = world.make("CephObjectStoreUser", "u", {"store": "s"})
    world.worker.work(key)
    world.worker.work(user)
    world.ceph.buckets = ["b"]
    world.delete(key)
    with pytest.raises(Blocked, match=r"CephObjectStoreUsers: \[u], buckets: \[b]"):
        world.worker.work(key)
    assert world.of(key)["status"]["phase"] == "Deleting"
    world.ceph.buckets = []
    world.delete(user)
    world.worker.work(user)
    world.kube.put(
        "Pod", "g", metadata={"labels": {"app": "rook-ceph-rgw", "rook_object_store": "s"}}
    )
    with pytest.raises(NotYet, match="gateways are still stopping"):
        world.worker.work(key)
    world.kube.delete("Pod", "g", SPACE)
    world.worker.work(key)
    assert world.ceph.pools == {}
    assert world.kube.get("CephObjectStore", "s", SPACE) is None


def test_a_user_gets_the_secret_that_applications_look_for(world: World) -> None:
    world.worker.work(world.make("CephObjectStore", "s", STORE))
    key = world.make("CephObjectStoreUser", "u", {"store": "s", "displayName": "U"})
    world.worker.work(key)
    name = "rook-ceph-object-user-s-u"
    assert world.of(key)["status"]["info"] == {"secretName": name}
    secret = world.kube.get("Secret", name, SPACE)
    assert secret is not None
    assert secret["metadata"]["labels"] == {
        "app": "rook-ceph-rgw", "user": "u", "rook_cluster": SPACE, "rook_object_store": "s",
    }  # fmt: skip
    data = {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
    assert data == {
        "AccessKey": "AK", "SecretKey": "SK",
        "Endpoint": "http://rook-ceph-rgw-s.rook-ceph.svc:80",
    }  # fmt: skip


def test_a_user_waits_for_his_store(world: World) -> None:
    key = world.make("CephObjectStoreUser", "u", {"store": "s"})
    with pytest.raises(NotYet, match="not initialized"):
        world.worker.work(key)
    assert world.of(key)["status"]["phase"] == "ReconcileFailed"


@pytest.mark.parametrize("given", ["read, write", "*"])
def test_a_users_capabilities_are_set_once(world: World, given: str) -> None:
    world.worker.work(world.make("CephObjectStore", "s", STORE))
    key = world.make("CephObjectStoreUser", "u", {"store": "s", "capabilities": {"bucket": given}})
    world.worker.work(key)
    words = dict(world.ceph.done)["caps add"]["words"]
    assert f"--caps=buckets={given}" in words
    world.ceph.users["u"]["caps"] = [{"type": "buckets", "perm": "*"}]
    world.ceph.done.clear()
    world.worker.work(key)
    assert "caps add" not in world.ceph.names()


def test_a_users_quota_is_turned_on(world: World) -> None:
    world.worker.work(world.make("CephObjectStore", "s", STORE))
    spec = {"store": "s", "quotas": {"maxSize": "2Gi"}}
    world.worker.work(world.make("CephObjectStoreUser", "u", spec))
    assert f"--max-size={2 * 1024**3}" in dict(world.ceph.done)["quota set"]["words"]
    assert "quota enable" in world.ceph.names()


def test_somebody_elses_do_not_reconcile_is_obeyed(world: World) -> None:
    key = world.make("CephBlockPool", "rbd", POOL)
    world.of(key)["metadata"]["labels"] = {"do_not_reconcile": "true"}
    world.worker.work(key)
    assert "status" not in world.of(key)
    world.of(key)["metadata"]["labels"] = {
        "do_not_reconcile": "false", "ceph.rook.io/do-not-reconcile": "true"
    }  # fmt: skip
    world.worker.work(key)
    assert "status" in world.of(key)
