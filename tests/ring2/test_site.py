# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole site on a real API: predicted, made, unchanged, repaired, refused."""

from __future__ import annotations

import typing as t

from acting import DEPLOYMENTS, PLURALS, Acting
from conftest import HOSTS, MODEL, Run
from raw import CEPH, Raw

CONFIG_MAP = "/api/v1/namespaces/rook-ceph/configmaps/rook-ceph-operator-config"


def steps(result: dict[str, t.Any]) -> list[str]:
    return [step["id"] for step in result["plan"]]


def ops(result: dict[str, t.Any]) -> set[str]:
    return {step["op"] for step in result["plan"]}


def test_check_mode_on_an_empty_cluster_predicts_exactly_what_the_run_does(
    run: Run, raw: Raw
) -> None:
    predicted = run("rook_site", check=True)
    assert predicted["changed"] is True
    assert raw("GET", "/api/v1/namespaces/rook-ceph") is None
    with Acting(raw, HOSTS):
        done = run("rook_site", wait_timeout=60)
    assert done.get("failed") is None, done["msg"]
    assert done["changed"] is True
    assert steps(done) == steps(predicted)
    assert done["diff"] == predicted["diff"]
    waited = {wait["id"]: wait["outcome"] for wait in done["waited"]}
    assert waited["CephCluster/rook-ceph/rook-ceph"] == "ready"
    assert set(waited.values()) == {"ready"}


def test_a_second_run_changes_nothing_and_a_hand_edit_is_found_and_repaired(
    run: Run, raw: Raw
) -> None:
    with Acting(raw, HOSTS):
        run("rook_site", wait_timeout=60)
        again = run("rook_site", wait_timeout=60)
        assert again["changed"] is False and ops(again) <= {"keep", "wait"}
        path = f"{CEPH}/cephfilesystems/myfs"
        raw.merge(path, {"spec": {"metadataServer": {"activeCount": 2}}})
        raw.merge(CONFIG_MAP, {"data": {"ROOK_CSI_ENABLE_CEPHFS": "false"}})
        predicted = run("rook_site", check=True)
        repaired = run("rook_site", wait_timeout=60)
    updates = {
        step["target"]: step["changes"] for step in repaired["plan"] if step["op"] == "update"
    }
    assert updates == {
        step["target"]: step["changes"] for step in predicted["plan"] if step["op"] == "update"
    }
    assert updates["CephFilesystem/rook-ceph/myfs"] == [
        {"path": "spec.metadataServer.activeCount", "old": 2, "new": 1}
    ]
    assert "ConfigMap/rook-ceph/rook-ceph-operator-config" in updates
    assert repaired["changed"] is True
    assert raw("GET", path)["spec"]["metadataServer"]["activeCount"] == 1


def test_stages_do_their_part_only(run: Run, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        first = run("rook_site", stages=["operator"], wait_timeout=60)
        assert first.get("failed") is None, first["msg"]
        assert raw.items(f"{CEPH}/cephclusters") == []
        second = run("rook_site", stages=["cluster"], wait_timeout=60)
        assert [step["target"] for step in second["plan"]] == [
            "CephCluster/rook-ceph/rook-ceph"
        ] * 2
        assert raw.items(f"{CEPH}/cephblockpools") == []
        third = run("rook_site", stages=["storage"], wait_timeout=60)
        assert third.get("failed") is None, third["msg"]
        whole = run("rook_site", wait_timeout=60)
    assert whole["changed"] is False, whole["diff"]


def test_an_object_of_somebody_else_is_left_alone(run: Run, raw: Raw) -> None:
    run("rook_site", wait=False, stages=["operator"])
    pool = {"replicated": {"size": 2}}
    raw("POST", f"{CEPH}/cephblockpools", {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephBlockPool",
        "metadata": {"name": "replicapool"}, "spec": pool,
    })  # fmt: skip
    result = run("rook_site", wait=False)
    kept = next(step for step in result["plan"] if step["target"].endswith("/replicapool"))
    assert kept["op"] == "keep" and "not ours" in kept["reason"]
    assert raw("GET", f"{CEPH}/cephblockpools/replicapool")["spec"]["replicated"]["size"] == 2


def test_shrinking_a_pool_is_refused_before_anything_is_written(run: Run, raw: Raw) -> None:
    run("rook_site", wait=False)
    model = {"block_pools": [{"name": "replicapool", "replicas": 2}], "storage_classes": []}
    extra = {**model, "filesystems": [
        *MODEL["filesystems"], {"name": "more", "data_pools": [{"name": "a", "replicas": 3}]},
    ]}  # fmt: skip
    result = run("rook_site", wait=False, **extra)
    assert result["failed"] and result["changed"] is False
    assert "CephBlockPool/rook-ceph/replicapool" in result["msg"] and "from 3 to 2" in result["msg"]
    assert raw("GET", f"{CEPH}/cephfilesystems/more") is None


def test_a_wait_says_what_is_missing_and_on_what_it_ended(run: Run) -> None:
    run("rook_site", stages=["operator"], wait=False)
    result = run("rook_site", stages=["operator"], wait_timeout=20)
    assert result["failed"] and result["changed"] is False
    assert "Deployment/rook-ceph/rook-ceph-operator" in result["msg"]
    assert "replicas" in result["msg"]


def test_a_plan_that_was_approved_is_the_plan_that_is_done(run: Run, raw: Raw) -> None:
    approved = run("rook_plan")
    assert approved["changed"] is False and approved["refusals"] == []
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "rook-ceph"}})
    stale = run("rook_site", wait=False, fingerprint=approved["fingerprint"])
    assert stale["failed"] and stale["changed"] is False
    assert "made from other objects" in stale["msg"]
    fresh = run("rook_plan")
    done = run("rook_site", wait=False, fingerprint=fresh["fingerprint"])
    assert done.get("failed") is None, done["msg"]


def test_nothing_of_a_user_secret_is_in_any_result(run: Run, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        results = [run("rook_site", wait_timeout=60), run("rook_site", check=True)]
    assert "TOP-SECRET-VALUE" not in str(results)
    assert raw("GET", f"{DEPLOYMENTS}/rook-ceph-operator") is not None
    assert [plural for plural in PLURALS if not raw.items(f"{CEPH}/{plural}")] == []
