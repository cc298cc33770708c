# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the model and upstream's manifests to the objects that are wanted."""

from __future__ import annotations

import copy
import random
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.module_utils._render.operator import upstream_files
from ansible_collections.rookery.rook.plugins.module_utils._render.storage import provisioner

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]
MakeUpstream = Callable[..., list[Params]]
CONFIG = "ConfigMap/rook-ceph/rook-ceph-operator-config"


def objects(site: Site, upstream: list[Params] | None = None) -> dict[str, Params]:
    return {item.id: t.cast("Params", item.manifest) for item in render(site, upstream or [])}


def spec(site: Site, object_id: str) -> Params:
    return t.cast("Params", objects(site)[object_id]["spec"])


def refused(site: Site, upstream: list[Params]) -> str:
    with pytest.raises(ModelError) as caught:
        render(site, upstream)
    return str(caught.value)


def test_every_object_carries_the_labels_of_its_site(
    whole_site: Site, upstream: list[Params]
) -> None:
    for item in render(whole_site, upstream):
        assert _kinds.is_ours(item.manifest, "store1"), item.id


def test_upstream_is_labelled_on_its_metadata_alone(
    whole_site: Site, upstream: list[Params]
) -> None:
    before = copy.deepcopy(upstream)
    found = objects(whole_site, upstream)
    assert upstream == before
    for manifest in upstream:
        ours = copy.deepcopy(found[_kinds.id_of(manifest)])
        assert ours["metadata"].pop("labels")
        theirs = copy.deepcopy(manifest)
        theirs["metadata"].pop("labels", None)
        assert ours == theirs


def test_other_labels_of_upstream_stay(whole_site: Site, upstream: list[Params]) -> None:
    deployment = objects(whole_site, upstream)["Deployment/rook-ceph/rook-ceph-operator"]
    assert deployment["metadata"]["labels"]["operator"] == "rook"


def test_settings_are_merged_into_the_operators_config_map(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    site = make_site(operator={"config": {"ROOK_CSI_ENABLE_RBD": False, "NEW": 1}})
    assert objects(site, upstream)[CONFIG]["data"] == {
        "ROOK_LOG_LEVEL": "INFO",
        "ROOK_CSI_ENABLE_RBD": "false",
        "NEW": "1",
    }


def test_1_20_takes_the_kubelet_directory_in_the_operator_config_of_csi(
    make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    config = {
        "apiVersion": "csi.ceph.io/v1",
        "kind": "OperatorConfig",
        "metadata": {"name": "ceph-csi-operator-config", "namespace": "rook-ceph"},
        "spec": {"driverSpecDefaults": {"nodePlugin": {"priorityClassName": "x"}}},
    }
    site = make_site(
        version="1.20", operator={"config": {"ROOK_CSI_KUBELET_DIR_PATH": "/data/kubelet"}}
    )
    found = objects(site, [*make_upstream("v1.20.6"), config])
    assert found["OperatorConfig/rook-ceph/ceph-csi-operator-config"]["spec"] == {
        "driverSpecDefaults": {
            "nodePlugin": {"priorityClassName": "x", "kubeletDirPath": "/data/kubelet"}
        }
    }
    assert "ROOK_CSI_KUBELET_DIR_PATH" not in found[CONFIG]["data"]


def test_manifests_of_another_release_are_refused(
    make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    text = refused(make_site(), make_upstream("v1.17.9"))
    assert "is of Rook 1.17.9 (docker.io/rook/ceph:v1.17.9), not 1.18.11 (VER-07)" in text
    render(make_site(version="1.18"), make_upstream("v1.18.4"))


def test_manifests_of_two_other_namespaces_are_refused(
    make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    mixed = [*make_upstream(namespace="one"), *make_upstream(namespace="two")]
    text = refused(make_site(), mixed)
    assert "is for namespaces one, two, not rook-ceph" in text


def test_a_namespace_that_nothing_brings_is_made(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    left = [manifest for manifest in upstream if manifest["kind"] != "Namespace"]
    assert "Namespace//rook-ceph" in objects(make_site(), left)


@pytest.mark.parametrize(
    ("lost", "word"),
    [
        ("Deployment/rook-ceph/rook-ceph-operator", "Add operator.yaml of the release."),
        (CONFIG, "Add operator.yaml of the release."),
        ("CustomResourceDefinition//cephclusters.ceph.rook.io", "Add crds.yaml of the release."),
        ("CustomResourceDefinition//drivers.csi.ceph.io", "Add csi-operator.yaml of the release"),
    ],
)
def test_missing_files_of_upstream_are_named(
    lost: str, word: str, make_site: MakeSite, upstream: list[Params]
) -> None:
    left = [manifest for manifest in upstream if _kinds.id_of(manifest) != lost]
    assert word in refused(make_site(), left)


def test_unknown_kinds_and_broken_documents_are_refused(make_site: MakeSite) -> None:
    text = refused(make_site(), [{"kind": "Gizmo", "metadata": {"name": "x"}}, {"a": 1}])
    assert "operator.manifests[0]: 'Gizmo' is a kind that no order is known for" in text
    assert "operator.manifests[1]: is no object with kind and metadata.name" in text


def test_two_different_objects_of_one_name_are_refused(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    other = {**upstream[2], "automountServiceAccountToken": False}
    assert "holds two different ServiceAccount/" in refused(make_site(), [*upstream, other])
    render(make_site(), [*upstream, upstream[2]])


@pytest.mark.parametrize(
    ("version", "setting", "wanted"),
    [
        ("1.16", None, False),
        ("1.17", "true", True),
        ("1.18", None, True),
        ("1.19", "false", False),
        ("1.20", None, True),
    ],
)
def test_the_csi_operator_is_taken_when_the_era_or_a_setting_says_so(
    version: str, setting: str | None, wanted: bool, make_site: MakeSite
) -> None:
    config = {"ROOK_USE_CSI_OPERATOR": setting} if setting else {}
    site = make_site(version=version, operator={"config": config})
    assert ("csi-operator.yaml" in upstream_files(site)) is wanted


def test_the_cluster_takes_exactly_the_named_devices(make_site: MakeSite) -> None:
    site = make_site(
        hosts={"b": {"devices": ["/dev/disk/by-id/2", "/dev/disk/by-id/1"]}, "a": {}},
        cluster={"ceph_config": {"osd": {"osd_memory_target": 939524096}}},
    )
    found = spec(site, "CephCluster/rook-ceph/rook-ceph")
    assert found["storage"] == {
        "useAllDevices": False,
        "nodes": [
            {
                "name": "b",
                "devices": [{"name": "/dev/disk/by-id/2"}, {"name": "/dev/disk/by-id/1"}],
            }
        ],
    }
    assert found["cephConfig"] == {"osd": {"osd_memory_target": "939524096"}}
    assert "cleanupPolicy" not in found


@pytest.mark.parametrize("given", [True, False])
def test_flags_that_are_not_set_are_left_out_as_rook_does(given: bool, make_site: MakeSite) -> None:
    site = make_site(
        cluster={
            "ceph_allow_unsupported": given,
            "mon_allow_multiple_per_node": given,
            "dashboard_enabled": given,
        },
        filesystems=[
            {"name": "f", "active_standby": given, "data_pools": [{"name": "a", "replicas": 3}]}
        ],
    )
    found = spec(site, "CephCluster/rook-ceph/rook-ceph")
    servers = spec(site, "CephFilesystem/rook-ceph/f")["metadataServer"]
    assert found["cephVersion"].get("allowUnsupported", False) is given
    assert found["mon"].get("allowMultiplePerNode", False) is given
    assert found["dashboard"].get("enabled", False) is given
    assert servers.get("activeStandby", False) is given
    assert False not in [*found["cephVersion"].values(), *found["mon"].values()]


def test_raw_settings_are_merged_last(make_site: MakeSite) -> None:
    site = make_site(
        cluster={"spec": {"mgr": {"modules": [{"name": "rook"}]}, "crashCollector": {}}}
    )
    found = spec(site, "CephCluster/rook-ceph/rook-ceph")
    assert found["mgr"] == {"count": 2, "modules": [{"name": "rook"}]}
    assert found["crashCollector"] == {}


def test_a_pool_with_chunks_has_no_copies(make_site: MakeSite) -> None:
    layout = {"erasure": {"data_chunks": 2, "coding_chunks": 1}, "device_class": "ssd"}
    site = make_site(block_pools=[{"name": "x", "pg_num": 32, **layout}])
    assert spec(site, "CephBlockPool/rook-ceph/x") == {
        "failureDomain": "host",
        "deviceClass": "ssd",
        "erasureCoded": {"dataChunks": 2, "codingChunks": 1},
        "parameters": {"pg_num": "32", "pgp_num": "32"},
    }


def test_data_pools_keep_the_order_that_was_given(make_site: MakeSite) -> None:
    pools = [{"name": "z", "replicas": 2}, {"name": "a", "replicas": 3, "failure_domain": "osd"}]
    site = make_site(filesystems=[{"name": "f", "data_pools": pools}])
    found = spec(site, "CephFilesystem/rook-ceph/f")
    assert [pool["name"] for pool in found["dataPools"]] == ["z", "a"]
    assert found["metadataPool"]["replicated"]["size"] == 3
    assert found["metadataServer"] == {"activeCount": 1, "activeStandby": True}


def test_a_gateway_has_the_ports_that_were_given(make_site: MakeSite) -> None:
    gateway = {"secure_port": 443, "certificate_secret": "tls", "instances": 2}
    site = make_site(object_stores=[{"name": "s", "data": {"replicas": 3}, "gateway": gateway}])
    assert spec(site, "CephObjectStore/rook-ceph/s")["gateway"] == {
        "instances": 2,
        "securePort": 443,
        "sslCertificateRef": "tls",
    }


def test_a_user_has_capabilities_and_quotas(make_site: MakeSite) -> None:
    user = {
        "name": "u",
        "store": "s",
        "capabilities": {"user": "*"},
        "quotas": {"maxBuckets": 5},
    }
    site = make_site(
        object_stores=[{"name": "s", "data": {"replicas": 3}}], object_store_users=[user]
    )
    assert spec(site, "CephObjectStoreUser/rook-ceph/u") == {
        "store": "s",
        "displayName": "u",
        "capabilities": {"user": "*"},
        "quotas": {"maxBuckets": 5},
    }


def test_a_block_class_has_all_parameters_of_its_era(
    make_site: MakeSite, whole_params: Params
) -> None:
    secret = "csi.storage.k8s.io/"
    old = objects(make_site(**{**whole_params, "version": "1.16"}))["StorageClass//block"]
    new = objects(make_site(**whole_params))["StorageClass//block"]
    assert new["provisioner"] == "rook-ceph.rbd.csi.ceph.com"
    assert new["allowVolumeExpansion"] is True and new["reclaimPolicy"] == "Delete"
    assert old["parameters"] == {
        "clusterID": "rook-ceph",
        "pool": "fast",
        "imageFormat": "2",
        "imageFeatures": "layering",
        f"{secret}fstype": "ext4",
        f"{secret}provisioner-secret-name": "rook-csi-rbd-provisioner",
        f"{secret}provisioner-secret-namespace": "rook-ceph",
        f"{secret}controller-expand-secret-name": "rook-csi-rbd-provisioner",
        f"{secret}controller-expand-secret-namespace": "rook-ceph",
        f"{secret}node-stage-secret-name": "rook-csi-rbd-node",
        f"{secret}node-stage-secret-namespace": "rook-ceph",
    }
    assert new["parameters"] == old["parameters"] | {
        f"{secret}controller-publish-secret-name": "rook-csi-rbd-provisioner",
        f"{secret}controller-publish-secret-namespace": "rook-ceph",
    }


def test_a_file_class_names_the_pool_as_ceph_does(whole_site: Site) -> None:
    found = objects(whole_site)["StorageClass//files"]
    assert found["provisioner"] == "rook-ceph.cephfs.csi.ceph.com"
    assert (found["parameters"]["fsName"], found["parameters"]["pool"]) == (
        "shared",
        "shared-replicated",
    )


@pytest.mark.parametrize(
    ("version", "pools"), [("1.15.6", ("f-a", "f-b")), ("1.15.7", ("a", "b")), ("1.20", ("a", "b"))]
)
def test_a_file_class_names_the_pool_whose_name_rook_is_told_to_keep(
    version: str, pools: tuple[str, str], make_site: MakeSite
) -> None:
    filesystem = {
        "name": "f",
        "data_pools": [{"name": name, "replicas": 3} for name in ("a", "b")],
        "spec": {"preservePoolNames": True},
    }
    classes = [
        {"name": "first", "filesystem": "f"},
        {"name": "second", "filesystem": "f", "data_pool": "b"},
    ]
    site = make_site(version=version, filesystems=[filesystem], storage_classes=classes)
    found = objects(site)
    named = [found[f"StorageClass//{each['name']}"]["parameters"]["pool"] for each in classes]
    assert tuple(named) == pools


def test_a_bucket_class_names_its_store(whole_site: Site) -> None:
    found = objects(whole_site)["StorageClass//buckets"]
    assert found["provisioner"] == "rook-ceph.ceph.rook.io/bucket"
    assert found["parameters"] == {
        "objectStoreName": "objects",
        "objectStoreNamespace": "rook-ceph",
    }
    assert "allowVolumeExpansion" not in found


def test_the_default_class_is_annotated_and_given_parameters_win(
    make_site: MakeSite, whole_params: Params
) -> None:
    item = {"name": "d", "pool": "fast", "default": True, "parameters": {"imageFeatures": "x"}}
    found = objects(make_site(**{**whole_params, "storage_classes": [item]}))["StorageClass//d"]
    assert found["metadata"]["annotations"] == {
        "storageclass.kubernetes.io/is-default-class": "true"
    }
    assert found["parameters"]["imageFeatures"] == "x"


def test_provisioners_have_the_prefix_that_the_operator_is_told(make_site: MakeSite) -> None:
    config = {"CSI_DRIVER_NAME_PREFIX": "a", "ROOK_OBC_PROVISIONER_NAME_PREFIX": "b"}
    site = make_site(operator={"config": config})
    assert provisioner(site, "rbd") == "a.rbd.csi.ceph.com"
    assert provisioner(site, "bucket") == "b.ceph.rook.io/bucket"


def test_drivers_of_upstreams_files_have_the_name_that_classes_have(
    make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    metadata = {"name": "rook-ceph.rbd.csi.ceph.com", "namespace": "rook-ceph"}
    driver = {"apiVersion": "csi.ceph.io/v1", "kind": "Driver", "metadata": metadata, "spec": {}}
    for namespace in ("rook-ceph", "storage"):
        operator = {"config": {"CSI_DRIVER_NAME_PREFIX": "mine"}}
        site = make_site(version="1.20", namespace=namespace, operator=operator)
        found = objects(site, [*make_upstream("v1.20.6"), driver])
        assert f"Driver/{namespace}/{provisioner(site, 'rbd')}" in found
        assert not [key for key in found if "/rook-ceph.rbd" in key]


def test_needs_go_from_classes_to_definitions(whole_site: Site, upstream: list[Params]) -> None:
    needs = {item.id: set(item.needs) for item in render(whole_site, upstream)}
    assert needs["StorageClass//files"] == {
        "CephCluster/rook-ceph/rook-ceph",
        "CephFilesystem/rook-ceph/shared",
    }
    assert "CephObjectStore/rook-ceph/objects" in needs["CephObjectStoreUser/rook-ceph/backup"]
    assert needs["CephBlockPool/rook-ceph/fast"] == {
        "CephCluster/rook-ceph/rook-ceph",
        "CustomResourceDefinition//cephblockpools.ceph.rook.io",
        "Namespace//rook-ceph",
    }
    assert needs["Namespace//rook-ceph"] == set()


def test_the_order_of_upstreams_documents_does_not_matter(
    whole_site: Site, upstream: list[Params]
) -> None:
    wanted = render(whole_site, upstream)
    random.Random(1).shuffle(upstream)
    assert render(whole_site, upstream) == wanted
    places = [_kinds.ORDER[item.kind] for item in wanted]
    assert places == sorted(places)


def test_without_manifests_the_operators_stage_is_empty(whole_site: Site) -> None:
    assert {item.stage for item in render(whole_site, [])} == {"cluster", "storage"}
