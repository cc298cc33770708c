# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proof is no change; check mode says what it would be; a failure keeps its evidence."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._lease import Claim, holding
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._verify import clearing, procedures
from ansible_collections.rookery.rook.plugins.module_utils._verify.objects import programs
from ansible_collections.rookery.rook.plugins.modules import rook_verify
from onsite import Onsite
from proofworld import ProofWorld

MODEL = {
    "wait_timeout": None,
    "filesystems": [{"name": "shared", "data_pools": [{"name": "a", "replicas": 3}]}],
    "object_stores": [{"name": "objects", "data": {"replicas": 3}}],
    "object_store_users": [{"name": "backup", "store": "objects"}],
    "storage_classes": [{"name": "files", "filesystem": "shared"}],
}


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    monkeypatch.setattr(procedures, "MIB", "1")
    monkeypatch.setattr(clearing, "LEAST_SECONDS", 1)
    return Onsite(rook_verify, MODEL, capsys, monkeypatch, tmp_path)


@pytest.fixture
def cluster(run: Onsite, tmp_path: Path) -> ProofWorld:
    """Put a cluster whose pods work in the place of the plain one."""
    run.kube = ProofWorld(tmp_path)
    return run.kube


def test_check_mode_says_what_would_be_proven_and_makes_nothing(
    run: Onsite, cluster: ProofWorld
) -> None:
    result = run(check=True)
    assert result["changed"] is False
    assert {(row["target"], row["outcome"]) for row in result["probes"]} == {
        ("StorageClass//files", "planned"),
        ("CephObjectStore/rook-ceph/objects", "planned"),
    }
    assert result["evidence"] == [] and cluster.writes == []


def test_check_mode_works_before_there_is_a_cluster(run: Onsite) -> None:
    run.kubeconfig.unlink()
    result = run(check=True)
    assert result.get("failed") is None and result["summary"] == "2 to prove"


def test_a_proof_is_no_change_and_returns_its_evidence(run: Onsite, cluster: ProofWorld) -> None:
    result = run()
    assert result.get("failed") is None, result["msg"]
    assert result["changed"] is False and result["removed"] == []
    assert {row["outcome"] for row in result["probes"]} == {"proven"}
    assert {row["act"] for row in result["evidence"]} >= {"write", "read", "hold", "put", "get"}
    assert cluster.names("Pod") == cluster.names("ConfigMap") == []


def test_a_failure_says_which_probe_and_keeps_the_evidence(
    run: Onsite, cluster: ProofWorld
) -> None:
    cluster.answers["shared.py", "try"] = {"locked_by_other": False}
    result = run()
    assert result["failed"] is True and result["changed"] is False
    assert "StorageClass//files" in result["msg"] and "lock" in result["msg"]
    outcomes = {row["target"]: row["outcome"] for row in result["probes"]}
    assert outcomes["CephObjectStore/rook-ceph/objects"] == "proven"
    assert result["evidence"]
    assert cluster.names("Pod") == []


def test_absent_removes_what_was_left_once(run: Onsite, cluster: ProofWorld) -> None:
    cluster.kept.add("rookery-proof-files-files-a")
    assert run(timeout=5)["failed"] is True
    cluster.kept.clear()
    predicted = run(check=True, state="absent")
    assert predicted["changed"] is True and cluster.names("Pod") != []
    removed = run(state="absent")
    assert removed["changed"] is True and removed["removed"] == predicted["removed"]
    assert cluster.names("Pod") == cluster.names("ConfigMap") == []
    assert run(state="absent")["changed"] is False


def break_off(run: Onsite, cluster: ProofWorld) -> str:
    """Leave the pod that tells of a bucket, as an interrupted proof does; return its name."""
    name = "rookery-proof-bucket-objects-a"
    cluster.kept.add(name)
    assert run(timeout=5)["failed"] is True
    cluster.kept.clear()
    return name


def test_absent_without_the_model_keeps_what_tells_of_a_bucket_and_warns(
    run: Onsite, cluster: ProofWorld
) -> None:
    name = break_off(run, cluster)
    bare = {key: [] for key, value in MODEL.items() if isinstance(value, list)}
    for check in (True, False, True):
        told = run(check=check, state="absent", **bare)
        assert f"Pod/rook-ceph/{name}" in str(told["warnings"]), told
        assert not any(name in each for each in told["removed"]) and name in cluster.names("Pod")
    assert told["changed"] is False
    assert run(state="absent", classes=["files"])["removed"] == [f"Pod/rook-ceph/{name}"]
    assert cluster.names("Pod") == cluster.names("ConfigMap") == []


def test_a_proof_keeps_what_tells_of_a_bucket_that_is_no_longer_in_the_model_and_warns(
    run: Onsite, cluster: ProofWorld
) -> None:
    name = break_off(run, cluster)
    for check in (True, False, True):
        told = run(check=check, object_stores=[], object_store_users=[])
        assert told.get("failed") is None and name not in str(told["removed"]), told
        assert f"Pod/rook-ceph/{name}" in str(told["warnings"]) and name in cluster.names("Pod")
    assert told["changed"] is False
    assert run()["removed"] == [f"Pod/rook-ceph/{name}"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_two_proofs_of_one_site_do_not_meet(run: Onsite, cluster: ProofWorld, state: str) -> None:
    cluster.store(programs(parse_site({"site": "store1", "version": "1.18"})))
    client = t.cast("t.Any", cluster)
    with holding(client, Claim("store1", "ann@here: rook_verify", proof=True), print):
        refused = run(state=state)
    assert refused["failed"] and cluster.writes == []
    assert "Site store1 is being proven by ann@here: rook_verify, since 20" in refused["msg"]
    # Work on the site holds up no proof.
    with holding(client, Claim("store1", "ann@here: rook_site"), print):
        assert run(state=state).get("failed") is None
    assert cluster.names("Lease") == []


def test_absent_on_a_cluster_that_is_gone_is_nothing(run: Onsite) -> None:
    run.kubeconfig.unlink()
    result = run(state="absent")
    assert result.get("failed") is None and result["changed"] is False


def test_a_release_that_names_no_image_asks_for_one(run: Onsite, cluster: ProofWorld) -> None:
    plain = {
        "version": "0.8", "cluster": {}, "filesystems": [], "storage_classes": [],
        "object_stores": [], "object_store_users": [],
    }  # fmt: skip
    assert "Set image (rook_verify_image)" in run(**plain)["msg"]
    assert cluster.writes == []
    assert run(**plain, state="absent")["changed"] is False


@pytest.mark.parametrize("check", [True, False])
def test_a_model_of_which_nothing_is_proven_says_so(
    run: Onsite, cluster: ProofWorld, check: bool
) -> None:
    result = run(check=check, storage_classes=[], object_store_users=[])
    assert result.get("failed") is None and result["probes"] == []
    assert "Nothing is proven" in str(result["warnings"])
    assert [row["target"] for row in result["unproven"]] == [
        "CephObjectStore/rook-ceph/objects",
        "CephFilesystem/rook-ceph/shared",
    ]
    assert cluster.names("Pod") == []


def test_an_unknown_class_is_refused_before_anything_is_asked(
    run: Onsite, cluster: ProofWorld
) -> None:
    result = run(classes=["nope"])
    assert result["failed"] is True and "nope" in result["msg"]
    assert cluster.writes == []
