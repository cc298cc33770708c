# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole site goes from a real API: in reverse, only ours, resumable, and never by force."""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest
from acting import JOBS, PLURALS, Acting
from conftest import HOSTS, Run
from raw import CEPH, DEFINITIONS, Object, Raw

CONFIRMED: Object = {"confirm": "store1", "wait_timeout": 60}
CLUSTER = "CephCluster/rook-ceph/rook-ceph"
POOL = f"{CEPH}/cephblockpools/replicapool"
# Collections in which the code under test writes or deletes.
COLLECTIONS = (
    "/api/v1/namespaces", "/api/v1/configmaps", "/api/v1/secrets", "/api/v1/serviceaccounts",
    "/api/v1/persistentvolumes", "/apis/apps/v1/deployments", "/apis/batch/v1/jobs",
    "/apis/storage.k8s.io/v1/storageclasses", "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "/apis/rbac.authorization.k8s.io/v1/roles", "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    DEFINITIONS,
)  # fmt: skip


def digest(raw: Raw) -> dict[str, str]:
    """Return a digest of every object that exists, by kind and name; Kubernetes' own left out."""
    found = {}
    for path in COLLECTIONS:
        for item in raw.items(path):
            meta = item["metadata"]
            if not meta.get("namespace", "").startswith("kube-"):
                text = json.dumps(item, sort_keys=True).encode()
                name = f"{path} {meta.get('namespace', '')}/{meta['name']}"
                found[name] = hashlib.sha256(text).hexdigest()
    return found


def going(result: Object) -> list[str]:
    return [step["target"] for step in result["plan"] if step["op"] == "delete"]


@pytest.fixture(name="standing")
def _standing(run: Run, raw: Raw) -> t.Iterator[Acting]:
    """A whole site, and an operator that looks after it."""
    with Acting(raw, HOSTS) as acting:
        made = run("rook_site", wait_timeout=60)
        assert made.get("failed") is None, made["msg"]
        yield acting


def consumer(raw: Raw) -> None:
    """Make a claim that is bound to a volume of the file system, and a pod that mounts it."""
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
    csi = {
        "driver": "rook-ceph.cephfs.csi.ceph.com", "volumeHandle": "x",
        "volumeAttributes": {"clusterID": "rook-ceph", "fsName": "myfs"},
    }  # fmt: skip
    size, modes = {"storage": "1Gi"}, ["ReadWriteMany"]
    raw("POST", "/api/v1/persistentvolumes", {
        "metadata": {"name": "pv-1"},
        "spec": {
            "capacity": size, "accessModes": modes, "csi": csi, "storageClassName": "rook-cephfs",
            "claimRef": {"namespace": "shop", "name": "uploads"},
        },
    })  # fmt: skip
    inside = "/api/v1/namespaces/shop"
    raw("POST", f"{inside}/persistentvolumeclaims", {
        "metadata": {"name": "uploads"},
        "spec": {
            "accessModes": modes, "resources": {"requests": size}, "volumeName": "pv-1",
            "storageClassName": "rook-cephfs",
        },
    })  # fmt: skip
    volume = {"name": "v", "persistentVolumeClaim": {"claimName": "uploads"}}
    raw("POST", f"{inside}/pods", {
        "metadata": {"name": "web-0"},
        "spec": {"containers": [{"name": "c", "image": "none"}], "volumes": [volume]},
    })  # fmt: skip


def test_it_goes_in_reverse_and_leaves_nothing_of_ours_and_everything_of_others(
    run: Run, raw: Raw, plane: t.Any
) -> None:
    raw("POST", "/apis/storage.k8s.io/v1/storageclasses", {
        "metadata": {"name": "theirs"}, "provisioner": "example.com/theirs",
    })  # fmt: skip
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "theirs"}})
    raw("POST", "/api/v1/namespaces/theirs/secrets", {"metadata": {"name": "s"}})
    before = digest(raw)
    with Acting(raw, HOSTS) as acting:
        run("rook_site", wait_timeout=60)
        predicted = run("rook_teardown", check=True, **CONFIRMED)
        removed = run("rook_teardown", **CONFIRMED)
    assert removed.get("failed") is None, removed["msg"]
    assert removed["changed"] is True and removed["plan"] == predicted["plan"]
    assert acting.going == list(PLURALS) or acting.going[-1] == "cephclusters"
    assert acting.blocked == [], "the cluster was asked to go while something needed it"
    assert digest(raw) == before
    again = run("rook_teardown", **CONFIRMED)
    assert again["changed"] is False and again["plan"] == []


def test_the_operator_lives_until_every_host_is_clean(run: Run, raw: Raw, standing: Acting) -> None:
    removed = run("rook_teardown", stages=["storage", "cluster"], **CONFIRMED)
    assert removed.get("failed") is None, removed["msg"]
    cleaned = {item["metadata"]["name"] for item in raw.items(JOBS)}
    assert cleaned == {f"cluster-cleanup-job-{host}" for host in HOSTS}
    assert raw("GET", "/apis/apps/v1/namespaces/rook-ceph/deployments/rook-ceph-operator")
    policy = next(step for step in removed["plan"] if step["op"] == "update")
    assert policy["target"] == CLUSTER and policy["destructive"] is True
    assert going(removed)[-1] == CLUSTER


def test_a_consumer_refuses_it_whole_and_is_named_with_what_it_uses(
    run: Run, raw: Raw, standing: Acting
) -> None:
    consumer(raw)
    before = digest(raw)
    refused = run("rook_teardown", **CONFIRMED)
    assert refused["failed"] and refused["changed"] is False
    assert (
        "PersistentVolumeClaim/shop/uploads: uses StorageClass//rook-cephfs, "
        "CephFilesystem/rook-ceph/myfs, which would be removed, and is mounted by shop/web-0"
        in refused["msg"]
    )
    for stage in ("storage", "cluster", "operator"):
        alone = run("rook_teardown", check=True, stages=[stage], **CONFIRMED)
        assert alone["failed"], stage
    assert {key: digest(raw).get(key) for key in before} == before


def test_only_the_sites_own_name_confirms(run: Run, standing: Acting) -> None:
    for confirm in ("", "store2", "Store1"):
        refused = run("rook_teardown", confirm=confirm)
        assert refused["failed"] and refused["changed"] is False
        assert (
            CLUSTER in refused["msg"] and "Set confirm (rook_confirm) to store1" in refused["msg"]
        )
    assert standing.going == []


def test_a_stuck_finalizer_ends_within_its_limit_and_is_resumed_when_it_is_gone(
    run: Run, raw: Raw, standing: Acting
) -> None:
    held = ["example.com/held"]
    standing.hold("replicapool")
    raw.merge(POOL, {"metadata": {"finalizers": held}})
    stuck = run("rook_teardown", confirm="store1", wait_timeout=5)
    assert stuck["failed"] and stuck["changed"] is True
    for words in (
        "CephBlockPool/rook-ceph/replicapool", "finalizers hold it: example.com/held",
        "whoever set it has to take it away", f"delete {CLUSTER}", "run again to go on from there",
    ):  # fmt: skip
        assert words in stuck["msg"]
    pool = raw("GET", POOL)
    assert pool and pool["metadata"]["finalizers"] == held, "a finalizer is never taken away"
    assert "cephclusters" not in standing.going
    standing.release()
    resumed = run("rook_teardown", **CONFIRMED)
    assert resumed.get("failed") is None, resumed["msg"]
    assert "StorageClass//rook-ceph-block" not in going(resumed)
    assert raw("GET", "/api/v1/namespaces/rook-ceph") is None


def test_somebody_elses_resource_elsewhere_keeps_its_definition(
    run: Run, raw: Raw, standing: Acting
) -> None:
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "theirs"}})
    theirs = "/apis/ceph.rook.io/v1/namespaces/theirs/cephnfses"
    raw("POST", theirs, {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephNFS", "metadata": {"name": "n"},
        "spec": {"server": {"active": 1}},
    })  # fmt: skip
    refused = run("rook_teardown", **CONFIRMED)
    assert refused["failed"] and refused["changed"] is False
    assert "CephNFS/theirs/n, which is not ours" in refused["msg"]
    assert raw("GET", f"{theirs}/n") and raw("GET", f"{DEFINITIONS}/cephnfses.ceph.rook.io")


def test_somebody_elses_object_in_the_namespace_keeps_the_namespace(
    run: Run, raw: Raw, standing: Acting
) -> None:
    raw("POST", "/api/v1/namespaces/rook-ceph/configmaps", {"metadata": {"name": "notes"}})
    refused = run("rook_teardown", **CONFIRMED)
    assert refused["failed"] and refused["changed"] is False
    assert "ConfigMap/rook-ceph/notes: is not ours and would be removed with" in refused["msg"]
    done = run("rook_teardown", stages=["storage", "cluster"], **CONFIRMED)
    assert done.get("failed") is None, done["msg"]
    assert raw("GET", "/api/v1/namespaces/rook-ceph/configmaps/notes")
