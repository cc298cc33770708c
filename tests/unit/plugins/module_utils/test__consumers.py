# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses the storage, told from what the API lists."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._consumers import (
    Storage,
    addresses,
    find_consumers,
)
from ansible_collections.rookery.rook.plugins.module_utils._consumers_crowd import (
    crowd_of,
    thinned,
)
from ansible_collections.rookery.rook.plugins.module_utils._plan import Consumer

Params = dict[str, t.Any]


def volume(claim: str = "shop/data", driver: str = "cephfs", **attributes: str) -> Params:
    namespace, _, name = claim.partition("/")
    csi = {
        "driver": f"rook-ceph.{driver}.csi.ceph.com",
        "volumeAttributes": {"clusterID": "rook-ceph", **attributes},
    }
    return {
        "metadata": {"name": "pv-1"},
        "spec": {
            "csi": csi,
            "storageClassName": "files",
            "claimRef": {"namespace": namespace, "name": name},
        },
    }


CLAIM = {"metadata": {"namespace": "shop", "name": "data"}, "spec": {"volumeName": "pv-1"}}


def pod(name: str, phase: str = "Running", **source: t.Any) -> Params:
    source = source or {"persistentVolumeClaim": {"claimName": "data"}}
    return {
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"volumes": [{"name": "v", **source}]},
        "status": {"phase": phase},
    }


def bucket_class(namespace: str = "rook-ceph") -> Params:
    return {
        "kind": "StorageClass",
        "metadata": {"name": "buckets"},
        "provisioner": "rook-ceph.ceph.rook.io/bucket",
        "parameters": {"objectStoreName": "s", "objectStoreNamespace": namespace},
    }


def found(objects: Params | None = None, **listed: list[Params]) -> tuple[Consumer, ...]:
    """Return the consumers, told from what is kept of each object."""
    slim = {
        kind: [left for item in items if (left := thinned({"kind": kind, **item}))]
        for kind, items in listed.items()
    }
    drivers = frozenset(f"rook-ceph.{sort}.csi.ceph.com" for sort in ("rbd", "cephfs"))
    storage = Storage("rook-ceph", objects or {}, drivers, frozenset({"10.0.0.7", "fd00::7"}))
    return find_consumers(storage, slim)


def test_of_many_objects_little_is_kept() -> None:
    busy = pod("a")
    busy["spec"] |= {"containers": [{"name": "app"}], "nodeName": "n1"}
    busy["spec"]["volumes"].append({"name": "tmp", "emptyDir": {}})
    slim = {"kind": "Pod", **pod("a")}
    slim["spec"]["nodeName"] = "n1"
    assert thinned({"kind": "Pod", **busy}) == slim
    assert thinned({"kind": "Pod", **pod("b", emptyDir={})}) is None
    assert thinned({"kind": "StorageClass", **bucket_class()}) == bucket_class()


def test_a_bound_claim_stands_for_its_volume_with_its_pods() -> None:
    assert found(
        PersistentVolume=[volume(fsName="shared")],
        PersistentVolumeClaim=[CLAIM],
        Pod=[pod("b"), pod("a"), pod("done", "Succeeded")],
    ) == (
        Consumer(
            "PersistentVolumeClaim/shop/data",
            ("CephFilesystem/rook-ceph/shared", "StorageClass//files"),
            ("shop/a", "shop/b"),
            namespace="shop",
            volume="PersistentVolume//pv-1",
        ),
    )


def test_a_volume_without_its_claim_speaks_for_itself() -> None:
    (consumer,) = found(PersistentVolume=[volume(driver="rbd", pool="fast", dataPool="ec")])
    assert consumer.id == "PersistentVolume//pv-1"
    assert consumer.uses == (
        "CephBlockPool/rook-ceph/ec",
        "CephBlockPool/rook-ceph/fast",
        "StorageClass//files",
    )


@pytest.mark.parametrize("attributes", [{"clusterID": "other"}])
def test_a_volume_of_another_cluster_is_no_consumer(attributes: Params) -> None:
    assert found(PersistentVolume=[volume(**attributes)]) == ()


def test_a_volume_of_another_driver_is_no_consumer() -> None:
    item = volume()
    item["spec"]["csi"]["driver"] = "ebs.csi.aws.com"
    assert found(PersistentVolume=[item, {"metadata": {"name": "nfs"}, "spec": {}}]) == ()


def test_ephemeral_volumes_of_pods_are_their_claims() -> None:
    claim = {"metadata": {"namespace": "shop", "name": "web-v"}, "spec": {"volumeName": "pv-1"}}
    (consumer,) = found(
        PersistentVolume=[volume("shop/web-v")],
        PersistentVolumeClaim=[claim],
        Pod=[pod("web", ephemeral={})],
    )
    assert consumer.pods == ("shop/web",)


def test_a_claim_that_is_not_bound_uses_nothing_yet() -> None:
    pending = {"metadata": {"namespace": "shop", "name": "data"}, "spec": {}}
    assert found(PersistentVolumeClaim=[pending], Pod=[pod("a")]) == ()


def test_bucket_claims_use_the_store_of_their_class() -> None:
    claim = {
        "metadata": {"namespace": "shop", "name": "photos"},
        "spec": {"storageClassName": "buckets"},
    }
    other = {"metadata": {"namespace": "shop", "name": "x"}, "spec": {"storageClassName": "y"}}
    ours = {"StorageClass//buckets": bucket_class()}
    assert found(ours, ObjectBucketClaim=[claim, other]) == (
        Consumer(
            "ObjectBucketClaim/shop/photos",
            ("CephObjectStore/rook-ceph/s", "StorageClass//buckets"),
            namespace="shop",
        ),
    )
    elsewhere = {"StorageClass//buckets": bucket_class("other")}
    assert found(elsewhere, ObjectBucketClaim=[claim]) == ()


@pytest.mark.parametrize(
    ("told", "uses"),
    [
        ({"endpoint": {"bucketHost": "rook-ceph-rgw-s.rook-ceph.svc"}}, True),
        ({"endpoint": {"bucketHost": "rook-ceph-rgw-s.rook-ceph"}}, True),
        ({"endpoint": {"bucketHost": "rook-ceph-rgw-s.other.svc"}}, False),
        (
            {"additionalState": {"objectStoreName": "s", "objectStoreNamespace": "rook-ceph"},
             "endpoint": {"bucketHost": "s3.example.org"}},
            True,
        ),
    ],
)  # fmt: skip
def test_a_bucket_whose_class_is_gone_tells_its_store_itself(told: Params, uses: bool) -> None:
    ref = {"namespace": "shop", "name": "photos"}
    claim = {"metadata": ref, "spec": {"storageClassName": "gone"}}
    bucket = {"metadata": {"name": "obc"}, "spec": {**claim["spec"], "claimRef": ref, **told}}
    consumers = found({}, ObjectBucketClaim=[claim], ObjectBucket=[bucket])
    assert [each.id for each in consumers] == ["ObjectBucketClaim/shop/photos"] * uses
    assert all("CephObjectStore/rook-ceph/s" in consumer.uses for consumer in consumers)


def test_a_snapshot_is_of_the_cluster_that_its_driver_notes() -> None:
    """One operator may look after several clusters, and after one of another namespace."""

    def content(name: str, driver: str, cluster: str, path: str = "snapshotHandle") -> Params:
        handle = f"0001-{len(cluster):04x}-{cluster}-0000000000000002-{name}"
        source = {"source": {"volumeHandle": handle}} if path == "volumeHandle" else {}
        status = {"status": {"snapshotHandle": handle}} if path == "snapshotHandle" else {}
        spec = {"driver": f"{driver}.rbd.csi.ceph.com", **source}
        return {"metadata": {"name": name}, "spec": spec, **status}

    contents = [
        content("ours", "rook-ceph", "rook-ceph"),
        content("theirs", "rook-ceph", "rook-ceph-2"),
        content("begun", "rook-ceph", "rook-ceph-2", "volumeHandle"),
        content("part", "rook-ceph", "0f343b0931126a20f133d67c2b018a3b"),
        content("abroad", "rook-system", "rook-ceph", "volumeHandle"),
    ]
    assert [consumer.id for consumer in found(VolumeSnapshotContent=contents)] == [
        "VolumeSnapshotContent//abroad", "VolumeSnapshotContent//ours",
        "VolumeSnapshotContent//part",
    ]  # fmt: skip


def test_snapshots_of_our_drivers_are_consumers() -> None:
    contents = [
        {"metadata": {"name": "a"}, "spec": {"driver": "rook-ceph.rbd.csi.ceph.com"}},
        {"metadata": {"name": "b"}, "spec": {"driver": "other.rbd.csi.ceph.com"}},
    ]
    assert found(VolumeSnapshotContent=contents) == (Consumer("VolumeSnapshotContent//a"),)


def test_a_snapshot_stands_for_its_content_and_a_bucket_speaks_for_itself() -> None:
    content = {
        "metadata": {"name": "a"},
        "spec": {
            "driver": "rook-ceph.rbd.csi.ceph.com",
            "deletionPolicy": "Retain",
            "volumeSnapshotRef": {"namespace": "shop", "name": "nightly"},
        },
    }
    snapshot = {"metadata": {"namespace": "shop", "name": "nightly"}}
    bucket = {
        "metadata": {"name": "obc-shop-photos"},
        "spec": {
            "storageClassName": "buckets",
            "claimRef": {"namespace": "shop", "name": "photos"},
        },
    }
    classes = [bucket_class()]
    assert found(
        VolumeSnapshotContent=[content], VolumeSnapshot=[snapshot], ObjectBucket=[bucket],
        StorageClass=classes,
    ) == (
        Consumer(
            "ObjectBucket//obc-shop-photos",
            ("CephObjectStore/rook-ceph/s", "StorageClass//buckets"),
            namespace="shop",
        ),
        Consumer(
            "VolumeSnapshot/shop/nightly",
            namespace="shop",
            volume="VolumeSnapshotContent//a",
            retained=True,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ({"csi": {"driver": "rook-ceph.cephfs.csi.ceph.com",
                  "volumeAttributes": {"clusterID": "rook-ceph", "fsName": "shared"}}},
         ("CephFilesystem/rook-ceph/shared",)),
        ({"flexVolume": {"driver": "ceph.rook.io/rook",
                         "options": {"clusterNamespace": "rook-ceph", "fsName": "shared"}}},
         ("CephFilesystem/rook-ceph/shared",)),
        ({"cephfs": {"monitors": ["10.0.0.7:6789"]}}, ()),
        ({"cephfs": {"monitors": ["[fd00::7]:6789"]}}, ()),
        ({"rbd": {"monitors": ["rook-ceph-mon-a.rook-ceph.svc:6789"], "pool": "fast"}},
         ("CephBlockPool/rook-ceph/fast",)),
    ],
)  # fmt: skip
def test_a_pod_may_use_the_cluster_without_a_claim(source: Params, uses: tuple[str, ...]) -> None:
    assert found(Pod=[pod("a", **source)]) == (
        Consumer("Pod/shop/a", uses, ("shop/a",), namespace="shop"),
    )


@pytest.mark.parametrize(
    "source",
    [
        {"cephfs": {"monitors": ["10.0.0.8:6789", "mon.example.com"]}},
        {"rbd": {"monitors": ["rook-ceph-mon-a.elsewhere.svc:6789"]}},
        {"csi": {"driver": "secrets-store.csi.k8s.io"}},
        {"flexVolume": {"driver": "rook.io/rook", "options": {"clusterName": "elsewhere"}}},
    ],
)
def test_a_pod_of_another_cluster_is_no_consumer(source: Params) -> None:
    assert found(Pod=[pod("a", **source)]) == ()


def test_the_monitors_are_those_of_the_map_that_rook_keeps() -> None:
    told = {"data": {"data": "a=10.0.0.7:6789,b=[fd00::7]:6789"}}
    assert addresses(told) == {"10.0.0.7", "fd00::7"}
    assert addresses(None) == addresses({"data": {"data": ""}}) == frozenset()


def attachment(name: str, volume_name: str, attacher: str = "rook-ceph.rbd.csi.ceph.com") -> Params:
    source = {"persistentVolumeName": volume_name}
    spec = {"attacher": attacher, "nodeName": "n1", "source": source}
    return {"metadata": {"name": name}, "spec": spec}


def test_what_is_attached_goes_with_its_volume_or_stands_alone() -> None:
    held = [
        attachment("csi-1", "pv-1"), attachment("csi-2", "gone"),
        attachment("csi-3", "gone", "ebs.csi.aws.com"),
    ]  # fmt: skip
    alone, claimed = found(
        PersistentVolume=[volume()], PersistentVolumeClaim=[CLAIM], VolumeAttachment=held
    )[::-1]
    assert claimed.attachments == ("VolumeAttachment//csi-1",)
    assert alone == Consumer("VolumeAttachment//csi-2")


def owned(kind: str, name: str, owner_kind: str = "", owner: str = "") -> Params:
    metadata: Params = {"namespace": "shop", "name": name}
    if owner:
        reference = {"kind": owner_kind, "name": owner, "controller": True}
        metadata["ownerReferences"] = [reference]
    return {"kind": kind, "metadata": metadata}


def test_pods_are_told_with_what_runs_them_and_lost_ones_with_their_node() -> None:
    names = [*"abcd"]
    pods = [{**pod(name), "kind": "Pod"} for name in names]
    pods[0]["metadata"] |= owned("Pod", "a", "ReplicaSet", "web-1")["metadata"]
    for item, node in zip(pods, ("n1", "n1", "n2", "n3"), strict=True):
        item["spec"]["nodeName"] = node
    for item in pods[1:]:
        item["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    nodes = [
        {"kind": "Node", "metadata": {"name": name},
         "status": {"conditions": [{"type": "Ready", "status": status}]}}
        for name, status in (("n1", "True"), ("n2", "Unknown"))
    ]  # fmt: skip
    listed = {
        "Node": nodes,
        "Pod": pods,
        "ReplicaSet": [owned("ReplicaSet", "web-1", "Deployment", "web")],
        "Deployment": [owned("Deployment", "web"), owned("Deployment", "idle")],
    }
    user = Consumer("PersistentVolumeClaim/shop/data", pods=tuple(f"shop/{name}" for name in names))
    crowd = crowd_of([user], listed)
    assert crowd.runners["shop/a"] == ("ReplicaSet/shop/web-1", "Deployment/shop/web")
    assert crowd.runners["shop/b"] == ()
    assert crowd.lost == {
        "shop/c": "it is to end, and its node n2 is not ready",
        "shop/d": "it is to end, and its node n3 is gone",
    }
    assert "Deployment/shop/idle" not in crowd.objects and "Node//n1" not in crowd.objects
    assert "ReplicaSet/shop/web-1" in crowd.objects


def test_owners_that_own_each_other_are_told_once() -> None:
    runner = {**pod("a"), "kind": "Pod"}
    runner["metadata"] |= owned("Pod", "a", "ReplicaSet", "web-1")["metadata"]
    circle = owned("ReplicaSet", "web-1", "Deployment", "web")
    listed = {
        "Pod": [runner],
        "ReplicaSet": [circle],
        "Deployment": [owned("Deployment", "web", "ReplicaSet", "web-1")],
    }
    user = Consumer("PersistentVolumeClaim/shop/data", pods=("shop/a",))
    runners = crowd_of([user], listed).runners["shop/a"]
    assert runners == ("ReplicaSet/shop/web-1", "Deployment/shop/web")


@pytest.mark.parametrize("kind", ["CephFilesystemSubVolumeGroup", "CephBlockPoolRadosNamespace"])
def test_a_volume_in_a_part_with_an_id_of_its_own_uses_the_part(kind: str) -> None:
    part = f"{kind}/rook-ceph/tenant"
    item = {
        "kind": kind,
        "metadata": {"namespace": "rook-ceph", "name": "tenant"},
        "status": {"info": {"clusterID": "0f1e2d"}},
    }
    inside = volume(clusterID="0f1e2d", fsName="shared")
    (consumer,) = found({part: item}, PersistentVolume=[inside])
    assert part in consumer.uses and "CephFilesystem/rook-ceph/shared" in consumer.uses
    assert found({}, PersistentVolume=[inside]) == ()


def test_a_volume_over_nfs_uses_the_servers_and_the_file_system() -> None:
    exported = volume(driver="nfs", nfsCluster="exports", fsName="shared")
    (consumer,) = found(PersistentVolume=[exported])
    assert consumer.uses == (
        "CephFilesystem/rook-ceph/shared",
        "CephNFS/rook-ceph/exports",
        "StorageClass//files",
    )


@pytest.mark.parametrize(
    ("driver", "options", "objects", "pool"),
    [
        ("rook.io/rook", {"clusterName": "rook-ceph", "pool": "fast"},
         {"Pool/rook-ceph/fast": {"kind": "Pool", "metadata": {"namespace": "rook-ceph"}}},
         "Pool/rook-ceph/fast"),
        ("ceph.rook.io/rook-ceph-system", {"clusterNamespace": "rook-ceph", "blockPool": "fast"},
         {}, "CephBlockPool/rook-ceph/fast"),
    ],
)  # fmt: skip
def test_a_flex_volume_uses_the_cluster_too(
    driver: str, options: Params, objects: Params, pool: str
) -> None:
    item = {
        "metadata": {"name": "pv-1"},
        "spec": {"flexVolume": {"driver": driver, "options": options}, "storageClassName": "block"},
    }
    (consumer,) = found(objects, PersistentVolume=[item])
    assert consumer.uses == (pool, "StorageClass//block")
    other = {**options, **dict.fromkeys(("clusterName", "clusterNamespace"), "elsewhere")}
    item["spec"]["flexVolume"]["options"] = other
    assert found(objects, PersistentVolume=[item]) == ()
