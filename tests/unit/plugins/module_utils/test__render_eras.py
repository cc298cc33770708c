# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same variables, as each era has them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _eras, _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._render import render

SECRET = "csi.storage.k8s.io/{}-secret-name"
SITE: dict[str, t.Any] = {
    "site": "old",
    "hosts": {name: {"devices": ["/dev/sdb"]} for name in ("w1", "w2", "w3")},
    "block_pools": [{"name": "fast", "replicas": 3}],
    "filesystems": [{"name": "shared", "data_pools": [{"name": "data0", "replicas": 3}]}],
    "object_stores": [{"name": "s3", "data": {"replicas": 3}}],
    "storage_classes": [{"name": "block", "pool": "fast"}],
}
NAMES = [row.name for row in _eras.ERAS.values()]


def made(version: str, **more: t.Any) -> dict[str, dict[str, t.Any]]:
    """Return the objects of a site of a release by kind."""
    site = parse_site({**SITE, "version": version, **more})
    return {item.kind: dict(item.manifest) for item in render(site, ())}


@pytest.mark.parametrize("version", NAMES)
def test_every_era_has_a_rendering_under_the_api_of_the_era(version: str) -> None:
    objects = made(version)
    era = _eras.era(version)
    rooks = {item["apiVersion"] for kind, item in objects.items() if kind != "StorageClass"}
    assert rooks == {era.api}
    assert set(objects) <= set(_kinds.kinds_of(era.rook))
    assert len(objects) == 5
    cluster = objects["Cluster" if era.rook < (0, 9) else "CephCluster"]
    assert cluster["metadata"]["labels"][_kinds.SITE_LABEL] == "old"


@pytest.mark.parametrize(
    ("version", "spec"),
    [
        ("0.6", {"versionTag": "v0.6.2", "monCount": 3}),
        ("0.6.1", {"versionTag": "v0.6.1", "monCount": 3}),
        ("0.7.1", {"backend": "ceph", "monCount": 3}),
        (
            "0.8.3",
            {
                "serviceAccount": "rook-ceph-cluster",
                "mon": {"count": 3},
                "dashboard": {"enabled": True},
            },
        ),
        (
            "0.9.3",
            {
                "cephVersion": {"image": "ceph/ceph:v13.2.4-20190109"},
                "mon": {"count": 3},
                "dashboard": {"enabled": True},
            },
        ),
        (
            "1.6",
            {
                "cephVersion": {"image": "ceph/ceph:v15.2.13"},
                "mon": {"count": 3},
                "mgr": {"count": 2},
                "dashboard": {"enabled": True},
            },
        ),
    ],
)
def test_daemons_are_counted_in_the_words_of_the_era(version: str, spec: dict[str, t.Any]) -> None:
    objects = made(version)
    found = dict((objects.get("Cluster") or objects["CephCluster"])["spec"])
    assert found.pop("dataDirHostPath") == "/var/lib/rook"
    assert found.pop("storage")["useAllDevices"] is False
    assert found == spec


@pytest.mark.parametrize(("version", "name"), [("1.2", "sdb"), ("1.3", "/dev/sdb")])
def test_devices_are_named_as_the_era_looks_them_up(version: str, name: str) -> None:
    (first, *_more) = made(version)["CephCluster"]["spec"]["storage"]["nodes"]
    assert first == {"name": "w1", "devices": [{"name": name}]}


def test_directories_stand_beside_the_devices() -> None:
    hosts = {"w1": {"directories": ["/vol-b"]}, "w2": {"devices": ["/dev/sdb"]}}
    nodes = made("0.7", hosts=hosts)["Cluster"]["spec"]["storage"]["nodes"]
    assert nodes == [
        {"name": "w1", "devices": [], "directories": [{"path": "/vol-b"}]},
        {"name": "w2", "devices": [{"name": "sdb"}]},
    ]


@pytest.mark.parametrize(
    ("version", "safe"), [("1.2", {}), ("1.3", {"requireSafeReplicaSize": True})]
)
def test_copies_are_guarded_by_rook_where_it_can(version: str, safe: dict[str, t.Any]) -> None:
    objects = made(version)
    assert objects["CephBlockPool"]["spec"]["replicated"] == {"size": 3, **safe}
    assert objects["CephFilesystem"]["spec"]["metadataPool"]["replicated"] == {"size": 3, **safe}
    assert objects["CephObjectStore"]["spec"]["dataPool"]["replicated"] == {"size": 3, **safe}


@pytest.mark.parametrize(("version", "named"), [("1.7", False), ("1.8", True)])
def test_data_pools_have_names_where_rook_takes_them(version: str, named: bool) -> None:
    (pool,) = made(version)["CephFilesystem"]["spec"]["dataPools"]
    assert ("name" in pool) is named


@pytest.mark.parametrize(
    ("version", "driver", "provisioner", "parameters"),
    [
        ("0.7", None, "rook.io/block", {"pool": "fast", "clusterName": "rook-ceph"}),
        ("0.8", None, "ceph.rook.io/block", {"pool": "fast", "clusterNamespace": "rook-ceph"}),
        ("0.9", None, "ceph.rook.io/block", {"blockPool": "fast", "clusterNamespace": "rook-ceph"}),
        ("1.0", "flex", "ceph.rook.io/block", {"blockPool": "fast"}),
        ("1.7", "flex", "ceph.rook.io/block", {"blockPool": "fast"}),
        ("1.1", None, "rook-ceph.rbd.csi.ceph.com", {"pool": "fast", "clusterID": "rook-ceph"}),
        ("1.7", "csi", "rook-ceph.rbd.csi.ceph.com", {"pool": "fast"}),
    ],
)
def test_a_class_has_the_provisioner_of_its_driver(
    version: str, driver: str | None, provisioner: str, parameters: dict[str, str]
) -> None:
    item = {"name": "block", "pool": "fast", "driver": driver}
    found = made(version, storage_classes=[item])["StorageClass"]
    assert found["provisioner"] == provisioner
    assert parameters.items() <= found["parameters"].items()
    assert ("allowVolumeExpansion" in found) is ("csi" in provisioner and version != "1.1")


@pytest.mark.parametrize(
    ("version", "uses"),
    [
        ("1.1", {"provisioner", "node-stage"}),
        ("1.2", {"provisioner", "node-stage", "controller-expand"}),
        ("1.18", {"provisioner", "node-stage", "controller-expand", "controller-publish"}),
    ],
)
def test_the_driver_gets_the_secrets_that_it_asks_for(version: str, uses: set[str]) -> None:
    parameters = made(version)["StorageClass"]["parameters"]
    assert {key for key in parameters if key.endswith("-secret-name")} == {
        SECRET.format(use) for use in uses
    }


def test_names_for_chunks_go_to_the_pool_with_copies() -> None:
    pools = [*SITE["block_pools"],
             {"name": "ec", "erasure": {"data_chunks": 2, "coding_chunks": 1}}]  # fmt: skip
    classes = [{"name": "block", "pool": "fast", "data_pool": "ec"}]
    found = made("0.9", block_pools=pools, storage_classes=classes)["StorageClass"]
    assert found["parameters"]["dataBlockPool"] == "ec"


@pytest.mark.parametrize(
    ("version", "provisioner"),
    [("1.2", "ceph.rook.io/bucket"), ("1.3", "rook-ceph.ceph.rook.io/bucket")],
)
def test_buckets_have_a_provisioner_of_their_operator_from_1_3_on(
    version: str, provisioner: str
) -> None:
    classes = [{"name": "buckets", "object_store": "s3"}]
    assert made(version, storage_classes=classes)["StorageClass"]["provisioner"] == provisioner


@pytest.mark.parametrize("version", ["0.6", "0.8", "0.9"])
def test_storage_of_old_needs_the_cluster_of_old(version: str) -> None:
    site = parse_site({**SITE, "version": version})
    needs = {item.id: item.needs for item in render(site, ())}
    kind = "CephCluster" if version == "0.9" else "Cluster"
    pool = "CephBlockPool" if version == "0.9" else "Pool"
    cluster = f"{kind}/rook-ceph/rook-ceph"
    assert needs[f"{pool}/rook-ceph/fast"] == (cluster,)
    assert set(needs["StorageClass//block"]) == {cluster, f"{pool}/rook-ceph/fast"}


def operator_of_old(image: str) -> list[dict[str, t.Any]]:
    """Return what 0.6 and 0.7 make their operator from, and a cluster that is not ours."""
    meta = {"name": "rook-operator", "namespace": "rook-system"}
    containers = [{"name": "rook-operator", "image": image, "env": [{"name": "A", "value": "1"}]}]
    return [
        {"apiVersion": "apps/v1beta1", "kind": "Deployment", "metadata": meta,
         "spec": {"template": {"spec": {"containers": containers}}}},
        {"apiVersion": "rook.io/v1alpha1", "kind": "Cluster",
         "metadata": {"name": "rook", "namespace": "rook"}, "spec": {}},
    ]  # fmt: skip


def test_an_operator_of_old_takes_its_settings_from_its_environment() -> None:
    config = {"config": {"ROOK_MON_OUT_TIMEOUT": "600s"}}
    site = parse_site({**SITE, "version": "0.6.2", "operator": config})
    objects = {item.id: item.manifest for item in render(site, operator_of_old("rook/rook:v0.6.1"))}
    deployment = objects["Deployment/rook-ceph/rook-operator"]
    assert deployment["apiVersion"] == "apps/v1beta1"
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [
        {"name": "A", "value": "1"},
        {"name": "ROOK_MON_OUT_TIMEOUT", "value": "600s"},
    ]
    assert [key for key in objects if key.startswith("Cluster/")] == ["Cluster/rook-ceph/rook-ceph"]


def test_files_of_another_minor_release_are_refused() -> None:
    site = parse_site({**SITE, "version": "0.7.1"})
    with pytest.raises(ModelError, match=r"is of Rook 0\.6\.1"):
        render(site, operator_of_old("rook/rook:v0.6.1"))
