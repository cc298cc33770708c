# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is proven of a model, on which nodes, and with which objects."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import (
    MODEL_KEYS,
    parse_site,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import SECTION_OF
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._verify import leftovers, objects
from ansible_collections.rookery.rook.plugins.module_utils._verify.places import (
    Place,
    find_places,
)
from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import (
    _NOT_TRIED,
    probe_name,
    probes_of,
    promise,
)
from proofworld import csi_node, node

ROOT = Path(__file__).resolve().parents[5]
IMAGE = "registry.example/ceph:v1"
HERE = Place("w1", "w1.local")


def test_each_class_and_each_store_with_a_user_is_a_probe(whole_site: Site) -> None:
    probes, unproven = probes_of(whole_site, ())
    assert [(probe.kind, probe.target) for probe in probes] == [
        ("block", "StorageClass//block"),
        ("files", "StorageClass//files"),
        ("bucket", "CephObjectStore/rook-ceph/objects"),
    ]
    assert [item.target for item in unproven] == ["StorageClass//buckets"]
    assert all(promise(probe) for probe in probes)


def test_a_class_of_nfs_is_proven_by_shared_files(make_site: Callable[..., Site]) -> None:
    site = make_site(
        filesystems=[{"name": "shared", "data_pools": [{"name": "replicated", "replicas": 3}]}],
        nfs=[{"name": "exports"}],
        storage_classes=[{"name": "exported", "filesystem": "shared", "nfs": "exports"}],
    )
    ((probe,), _unproven) = probes_of(site, ())
    assert (probe.kind, probe.driver) == ("files", "rook-ceph.nfs.csi.ceph.com")


def test_named_classes_narrow_the_classes_and_not_the_stores(whole_site: Site) -> None:
    probes, unproven = probes_of(whole_site, ["files"])
    assert [probe.kind for probe in probes] == ["files", "bucket"]
    reasons = {item.target: item.reason for item in unproven}
    assert set(reasons) == {"StorageClass//block", "StorageClass//buckets"}
    assert reasons["StorageClass//block"] == "it is not among the chosen classes"


def test_what_no_class_is_for_is_told_as_unproven(make_site: Callable[..., Site]) -> None:
    site = make_site(
        block_pools=[
            {"name": name, "replicas": 3} for name in ("fast", "bulk", "lonely")
        ] + [{"name": "builtin-mgr", "replicas": 3, "spec": {"name": ".mgr"}}],
        filesystems=[
            {"name": name, "data_pools": [{"name": "fast", "replicas": 3}]}
            for name in ("shared", "alone")
        ],
        nfs=[{"name": "exports"}, {"name": "idle"}],
        storage_classes=[
            {"name": "block", "pool": "fast", "data_pool": "bulk"},
            {"name": "exported", "filesystem": "shared", "nfs": "exports"},
        ],
    )  # fmt: skip
    probes, unproven = probes_of(site, ())
    assert [probe.target for probe in probes] == ["StorageClass//block", "StorageClass//exported"]
    assert [item.target for item in unproven] == [
        "CephBlockPool/rook-ceph/lonely",
        "CephFilesystem/rook-ceph/alone",
        "CephNFS/rook-ceph/idle",
    ]
    assert all("storage_classes" in item.reason for item in unproven)


def test_what_serves_and_is_not_tried_is_told_as_unproven(make_site: Callable[..., Site]) -> None:
    site = make_site(
        version="1.20.0",
        filesystem_mirrors=[{"name": "mirror"}],
        rbd_mirrors=[{"name": "mirror"}],
        cosi_drivers=[{"name": "cosi"}],
        snapshot_classes=[{"name": "snaps", "type": "rbd"}],
        object_realms=[{"name": "realm"}],
    )
    assert {item.target: item.reason for item in probes_of(site, ())[1]} == {
        "CephFilesystemMirror/rook-ceph/mirror": "nothing is mirrored to another cluster",
        "CephRBDMirror/rook-ceph/mirror": "nothing is mirrored to another cluster",
        "CephCOSIDriver/rook-ceph/cosi": "no bucket is made through it",
        "VolumeSnapshotClass//snaps": "no snapshot is taken",
    }
    assert set(_NOT_TRIED) <= set(SECTION_OF)


def test_of_the_site_of_the_lab_nothing_stays_unproven() -> None:
    lab = yaml.safe_load((ROOT / "inventories/lab/group_vars/all/rook.yml").read_text("utf-8"))
    names = {key: key.replace("storage_classes", "classes") for key in MODEL_KEYS}
    stored = {key: lab.get(f"rook_storage_{name}") for key, name in names.items()}
    model = {key: value for key, value in stored.items() if value}
    assert len(model) == 5
    probes, unproven = probes_of(parse_site({**model, "site": "lab", "version": "1.16"}), ())
    assert len(probes) == 3 and unproven == ()


def test_an_unknown_class_is_named_with_those_that_there_are(whole_site: Site) -> None:
    with pytest.raises(ModelError, match=r"nope is no storage class.*block, files, buckets"):
        probes_of(whole_site, ["nope"])


def test_a_store_without_a_user_is_told_as_unproven(make_site: Callable[..., Site]) -> None:
    site = make_site(object_stores=[{"name": "lonely", "data": {"replicas": 3}}])
    probes, (unproven,) = probes_of(site, ())
    assert probes == () and "object_store_users" in unproven.reason


def test_a_long_name_is_cut_and_stays_its_own() -> None:
    names = {probe_name("files", f"{'x.' * 80}{number}") for number in range(3)}
    assert len(names) == 3
    assert all(len(name) <= 55 and "." not in name for name in names)
    assert probe_name("files", "rook-cephfs") == "rookery-proof-files-rook-cephfs"
    assert len({probe_name("block", name) for name in ("fast.ssd", "fast-ssd")}) == 2


@pytest.mark.parametrize(
    ("spec", "status", "reason"),
    [
        ({"unschedulable": True}, "True", "it is cordoned"),
        ({"taints": [{"key": "gpu", "effect": "NoSchedule"}]}, "True", "its taint gpu"),
        ({"taints": [{"key": "gpu", "effect": "PreferNoSchedule"}]}, "True", ""),
        ({}, "Unknown", "condition Ready is Unknown"),
    ],
)
def test_a_node_that_takes_no_pods_is_refused_with_the_reason(
    spec: dict[str, t.Any], status: str, reason: str
) -> None:
    item = node("w1", **spec)
    item["status"]["conditions"][0]["status"] = status
    places = find_places([item], [], [])
    assert [place.node for place in places.usable] == ([] if reason else ["w1"])
    assert reason in places.refused.get("w1", "")


def test_only_the_models_nodes_are_used_and_those_with_the_driver_come_first() -> None:
    nodes = [node(name) for name in ("w3", "w2", "w1", "other")]
    csi_nodes = [csi_node("w2", "cephfs"), csi_node("w1")]
    places = find_places(nodes, csi_nodes, ["w1", "w2", "w3"])
    driver = "rook-ceph.cephfs.csi.ceph.com"
    assert [place.node for place in places.best(driver)] == ["w2", "w1", "w3"]
    assert [place.node for place in places.having(driver)] == ["w2"]
    assert places.refused == {"other": "the model does not name it"}


def test_a_pod_is_small_ends_quickly_and_has_no_account(whole_site: Site) -> None:
    (probe, *_others) = probes_of(whole_site, ["files"])[0]
    pod = objects.pod(whole_site, probe, "a", HERE, IMAGE, [objects.claimed(probe)])
    spec = pod["spec"]
    assert spec["nodeSelector"] == {"kubernetes.io/hostname": "w1.local"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["terminationGracePeriodSeconds"] <= 2
    assert spec["restartPolicy"] == "Never"
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    assert mounts == {"programs": "/rookery", "data": "/proof"}
    assert all(set(volume) & {"configMap", "persistentVolumeClaim"} for volume in spec["volumes"])


def test_credentials_are_references_and_nothing_else(whole_site: Site) -> None:
    bucket = next(probe for probe in probes_of(whole_site, ())[0] if probe.kind == "bucket")
    environment = objects.environment(bucket)
    assert all(set(item) == {"name", "valueFrom"} for item in environment)
    secrets = {item["valueFrom"]["secretKeyRef"]["name"] for item in environment}
    assert secrets == {"rook-ceph-object-user-objects-backup"}


def test_every_object_carries_the_sites_labels_and_the_fixed_prefix(whole_site: Site) -> None:
    probe = probes_of(whole_site, ["files"])[0][0]
    made = [
        objects.programs(whole_site),
        objects.claim(whole_site, probe, "ReadWriteMany"),
        objects.pod(whole_site, probe, "a", HERE, IMAGE),
    ]
    for item in made:
        labels = item["metadata"]["labels"]
        pairs = (part.split("=") for part in leftovers.selector(whole_site).split(","))
        assert all(labels[key] == value for key, value in pairs)
        assert item["metadata"]["name"].startswith("rookery-proof-")
        assert item["metadata"]["namespace"] == "rook-ceph"
        assert json.loads(json.dumps(item)) == item


def test_the_programs_are_whole(whole_site: Site) -> None:
    data = objects.programs(whole_site)["data"]
    assert sorted(data) == ["block.py", "s3.py", "shared.py"]
    for name, text in data.items():
        compile(text, name, "exec")
        assert '__name__ == "__main__"' in text
