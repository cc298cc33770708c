# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cluster and storage of the first releases on a real API: predicted, made, unchanged, gone.

Their definitions have no schema here, as those that the operators of 0.6 and 0.7 made. The operator
itself cannot be applied to an API of today, which has no workloads and roles of v1beta1 any more.
"""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from conftest import Run
from raw import Object, Raw

STAGES = ["cluster", "storage"]
HOSTS: Object = {
    "w1": {"devices": ["/dev/sdb"], "directories": ["/vol-b"]},
    "w2": {"devices": ["/dev/sdb"]},
    "w3": {"devices": ["/dev/sdb"]},
}
SITE: Object = {
    "hosts": HOSTS,
    "block_pools": [{"name": "fast", "replicas": 3}],
    "filesystems": [
        {
            "name": "shared",
            "data_pools": [
                {"name": "data0", "replicas": 3},
                {"name": "data1", "erasure": {"data_chunks": 2, "coding_chunks": 1}},
            ],
        }
    ],
    "object_stores": [{"name": "s3", "data": {"replicas": 3}}],
    "object_store_users": [],
    "storage_classes": [{"name": "block", "pool": "fast"}],
    "stages": STAGES,
    "wait": False,
}


@dataclasses.dataclass(frozen=True)
class Old:
    """What is particular to a release: API, kinds, provisioner and parameters of its class."""

    version: str
    api: str
    kinds: tuple[str, ...]
    provisioner: str
    parameters: Object

    @property
    def group(self) -> str:
        """Return the group of the API."""
        return self.api.partition("/")[0]


EARLY = ("Cluster", "Pool", "Filesystem", "ObjectStore")
LATER = ("CephCluster", "CephBlockPool", "CephFilesystem", "CephObjectStore")
RELEASES = (
    Old("0.6.2", "rook.io/v1alpha1", EARLY, "rook.io/block",
        {"pool": "fast", "clusterName": "rook-ceph", "fstype": "ext4"}),
    Old("0.7.1", "rook.io/v1alpha1", EARLY, "rook.io/block",
        {"pool": "fast", "clusterName": "rook-ceph", "fstype": "ext4"}),
    Old("0.8.3", "ceph.rook.io/v1beta1", EARLY, "ceph.rook.io/block",
        {"pool": "fast", "clusterNamespace": "rook-ceph", "fstype": "ext4"}),
    Old("0.9.3", "ceph.rook.io/v1", LATER, "ceph.rook.io/block",
        {"blockPool": "fast", "clusterNamespace": "rook-ceph", "fstype": "ext4"}),
)  # fmt: skip
each_release = pytest.mark.parametrize("old", RELEASES, ids=lambda old: old.version)


def define(raw: Raw, old: Old) -> None:
    """Make the namespace and definitions without a schema, and wait until they are served."""
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "rook-ceph"}})
    definitions = []
    for kind in old.kinds:
        plural = f"{kind.lower()}s"
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {
            "name": old.api.partition("/")[2],
            "served": True,
            "storage": True,
            "schema": {"openAPIV3Schema": schema},
        }
        names = {
            "kind": kind,
            "plural": plural,
            "singular": kind.lower(),
            "listKind": f"{kind}List",
        }
        spec = {
            "group": old.group,
            "scope": "Namespaced",
            "names": names,
            "versions": [version],
        }
        metadata = {"name": f"{plural}.{old.group}"}
        definitions.append({"metadata": metadata, "spec": spec})
    raw.define(*definitions)


def path_of(old: Old, kind: str, name: str = "") -> str:
    """Return the path of a kind's collection, or of one object."""
    collection = f"/apis/{old.api}/namespaces/rook-ceph/{kind.lower()}s"
    return f"{collection}/{name}" if name else collection


def of_release(run: Run, old: Old, name: str = "rook_site", **more: t.Any) -> Object:
    """Run a module of the whole model of a release."""
    given = {**SITE, "version": old.version, "operator": None, **more}
    if name == "rook_info":
        del given["wait"]
    found = run(name, **given)
    assert found.get("failed") is None, found["msg"]
    return found


def steps(result: Object) -> list[str]:
    return [step["id"] for step in result["plan"]]


@each_release
def test_a_site_of_old_is_predicted_made_and_then_unchanged(run: Run, raw: Raw, old: Old) -> None:
    define(raw, old)
    predicted = of_release(run, old, check=True)
    assert raw.items(path_of(old, old.kinds[0])) == []
    done = of_release(run, old)
    assert done["changed"] is predicted["changed"] is True
    assert (steps(done), done["diff"]) == (steps(predicted), predicted["diff"])
    again = of_release(run, old)
    assert again["changed"] is False
    assert {step["op"] for step in again["plan"]} <= {"keep", "wait"}
    storage_class = raw("GET", "/apis/storage.k8s.io/v1/storageclasses/block")
    assert storage_class["provisioner"] == old.provisioner
    assert storage_class["parameters"] == old.parameters


@each_release
def test_the_objects_are_those_of_the_release(run: Run, raw: Raw, old: Old) -> None:
    define(raw, old)
    of_release(run, old)
    cluster, _pool, filesystem, _store = (
        raw("GET", path_of(old, kind, name))
        for kind, name in zip(old.kinds, ("rook-ceph", "fast", "shared", "s3"), strict=True)
    )
    spec = cluster["spec"]
    assert spec["storage"]["nodes"][0] == {
        "name": "w1",
        "devices": [{"name": "sdb"}],
        "directories": [{"path": "/vol-b"}],
    }
    monitors = spec.get("monCount") or spec["mon"]["count"]
    assert monitors == 3
    assert ("cephVersion" in spec) is (old.version >= "0.9")
    assert spec.get("versionTag") == ("v0.6.2" if old.version == "0.6.2" else None)
    assert [sorted(pool) for pool in filesystem["spec"]["dataPools"]] == [
        ["failureDomain", "replicated"],
        ["erasureCoded", "failureDomain"],
    ]


@pytest.mark.parametrize("old", RELEASES[1:3], ids=lambda old: old.version)
def test_a_hand_edit_is_repaired(run: Run, raw: Raw, old: Old) -> None:
    define(raw, old)
    of_release(run, old)
    path = path_of(old, old.kinds[2], "shared")
    raw.merge(path, {"spec": {"metadataServer": {"activeCount": 4}}})
    repaired = of_release(run, old)
    assert [step["target"] for step in repaired["plan"] if step["op"] == "update"] == [
        f"{old.kinds[2]}/rook-ceph/shared"
    ]
    assert raw("GET", path)["spec"]["metadataServer"]["activeCount"] == 1


@each_release
def test_it_goes_in_reverse(run: Run, raw: Raw, old: Old) -> None:
    define(raw, old)
    made = of_release(run, old)
    gone = of_release(run, old, "rook_teardown", confirm="store1")
    going = [step["target"] for step in gone["plan"] if step["op"] == "delete"]
    coming = [step["target"] for step in made["plan"] if step["op"] == "create"]
    assert going[-1] == f"{old.kinds[0]}/rook-ceph/rook-ceph" == coming[0]
    assert sorted(going) == sorted(coming)
    assert going[0] == "StorageClass//block"
    assert all(raw.items(path_of(old, kind)) == [] for kind in old.kinds)
    assert of_release(run, old, "rook_teardown", confirm="store1")["changed"] is False


@each_release
def test_it_goes_by_the_release_of_another_era_too(run: Run, raw: Raw, old: Old) -> None:
    define(raw, old)
    made = of_release(run, old)
    later = dataclasses.replace(old, version="1.18.11")
    gone = of_release(run, later, "rook_teardown", confirm="store1", hosts={}, storage_classes=[])
    going = [step["target"] for step in gone["plan"] if step["op"] == "delete"]
    assert sorted(going) == sorted(
        step["target"] for step in made["plan"] if step["op"] == "create"
    )
    assert all(raw.items(path_of(old, kind)) == [] for kind in old.kinds)


def run_daemons(raw: Raw, counts: dict[str, int], **labels: str) -> None:
    """Make so many pods of each sort of daemon, all of them ready."""
    pods = "/api/v1/namespaces/rook-ceph/pods"
    for sort, count in counts.items():
        for place in range(count):
            name = f"rook-ceph-{sort}-{place}"
            metadata = {"name": name, "labels": {"app": f"rook-ceph-{sort}", **labels}}
            container = {"name": sort, "image": "example.test/rook"}
            spec = {"containers": [container], "automountServiceAccountToken": False}
            raw("POST", pods, {"metadata": metadata, "spec": spec})
            ready = {"conditions": [{"type": "Ready", "status": "True"}], "phase": "Running"}
            raw.merge(f"{pods}/{name}/status", {"status": ready})


def test_a_cluster_without_a_status_is_waited_for_by_its_daemons(run: Run, raw: Raw) -> None:
    old = RELEASES[0]
    define(raw, old)
    of_release(run, old)
    told = of_release(run, old, "rook_info")
    reasons = {row["id"]: row["reason"] for row in told["objects"]}
    assert reasons["Cluster/rook-ceph/rook-ceph"] == "0 of 3 monitors run"
    assert reasons["Filesystem/rook-ceph/shared"] == "0 of 2 metadata servers run"
    assert reasons["Pool/rook-ceph/fast"] == ""
    # Pods are refused until a controller has made it.
    raw("POST", "/api/v1/namespaces/rook-ceph/serviceaccounts", {"metadata": {"name": "default"}})
    run_daemons(raw, {"mon": 3, "mgr": 1, "osd": 4})
    run_daemons(raw, {"mds": 2}, rook_file_system="shared")
    run_daemons(raw, {"rgw": 1}, rook_object_store="s3")
    done = of_release(run, old, wait=True, wait_timeout=60)
    assert done["changed"] is False
    assert {wait["id"]: wait["outcome"] for wait in done["waited"]} == {
        "Cluster/rook-ceph/rook-ceph": "ready",
        "Filesystem/rook-ceph/shared": "ready",
        "ObjectStore/rook-ceph/s3": "ready",
    }


def test_what_the_release_cannot_express_reaches_no_api(run: Run, raw: Raw) -> None:
    old = RELEASES[0]
    define(raw, old)
    over = {"cluster": {"mgr_count": 2}, "block_pools": [{"name": "a", "replicas": 3, "pg_num": 8}]}
    refused = run("rook_site", **{**SITE, "version": old.version, "operator": None, **over})
    assert "cluster.mgr_count: 2 is nothing that Rook 0.6 knows" in refused["msg"]
    assert "block_pools[0].pg_num: 8 is nothing that Rook 0.6 knows" in refused["msg"]
    assert raw.items(path_of(old, "Cluster")) == []
