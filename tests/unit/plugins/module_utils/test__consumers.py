# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses the storage, told from what the API lists."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._consumers import (
    find_consumers,
    find_tenants,
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
    return find_consumers("rook-ceph", objects or {}, slim)


def test_of_many_objects_little_is_kept() -> None:
    busy = pod("a")
    busy["spec"] |= {"containers": [{"name": "app"}], "nodeName": "n1"}
    busy["spec"]["volumes"].append({"name": "tmp", "emptyDir": {}})
    assert thinned({"kind": "Pod", **busy}) == {"kind": "Pod", **pod("a")}
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
        ),
    )
    elsewhere = {"StorageClass//buckets": bucket_class("other")}
    assert found(elsewhere, ObjectBucketClaim=[claim]) == ()


def test_snapshots_of_our_drivers_are_consumers() -> None:
    contents = [
        {"metadata": {"name": "a"}, "spec": {"driver": "rook-ceph.rbd.csi.ceph.com"}},
        {"metadata": {"name": "b"}, "spec": {"driver": "other.rbd.csi.ceph.com"}},
    ]
    assert found(VolumeSnapshotContent=contents) == (Consumer("VolumeSnapshotContent//a"),)


def kept(kind: str, name: str, **metadata: t.Any) -> Params:
    return {"kind": kind, "metadata": {"namespace": "rook-ceph", "name": name, **metadata}}


def test_what_nobody_of_us_has_made_is_a_tenant() -> None:
    items = [kept("ConfigMap", "settings"), kept("Deployment", "rook-ceph-tools")]
    assert find_tenants("store1", items) == (
        "ConfigMap/rook-ceph/settings", "Deployment/rook-ceph/rook-ceph-tools",
    )  # fmt: skip


def labels(**values: str) -> Params:
    return {f"app.kubernetes.io/{key.replace('_', '-')}": value for key, value in values.items()}


@pytest.mark.parametrize(
    "item",
    [
        kept("ConfigMap", "ours", labels=labels(part_of="store1", managed_by="rookery")),
        kept("Pod", "owned", ownerReferences=[{"kind": "ReplicaSet", "name": "x"}]),
        kept("Deployment", "mon", labels=labels(managed_by="rook-ceph-operator")),
        kept("Job", "cluster-cleanup-job-w1", labels={"app": "rook-ceph-cleanup"}),
        kept("ConfigMap", "kube-root-ca.crt"),
        kept("Secret", "rook-ceph-mon"),
        {**kept("Secret", "token"), "type": "kubernetes.io/service-account-token"},
    ],
    ids=lambda item: item["metadata"]["name"],
)
def test_ours_and_what_rook_and_kubernetes_make_are_no_tenants(item: Params) -> None:
    assert find_tenants("store1", [item]) == ()


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
