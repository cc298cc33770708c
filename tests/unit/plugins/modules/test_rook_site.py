# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole site in one call: predicted, made in order, kept, repaired."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._lease import Claim, holding
from ansible_collections.rookery.rook.plugins.modules import rook_site
from onsite import Onsite
from wholesite import MODEL, write_manifests

CLUSTER = "CephCluster/rook-ceph/rook-ceph"
KUBE_SYSTEM = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}
THEIRS = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "rook-ceph"}}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    operator = {"manifests": str(write_manifests(tmp_path / "manifests"))}
    return Onsite(rook_site, {**MODEL, "operator": operator}, capsys, monkeypatch, tmp_path)


def test_check_mode_on_nothing_is_the_plan_of_the_run(onsite: Onsite) -> None:
    predicted = onsite(check=True)
    assert predicted["changed"] is True and onsite.kube.writes == []
    made = onsite()
    assert made.get("failed") is None, made["msg"]
    assert made["plan"] == predicted["plan"] and made["diff"] == predicted["diff"]
    assert {wait["outcome"] for wait in made["waited"]} == {"ready"}


def test_a_cluster_that_is_not_there_yet_can_be_planned(onsite: Onsite) -> None:
    onsite.kubeconfig.unlink()
    predicted = onsite(check=True)
    assert predicted["changed"] is True
    assert "so there is no cluster, and nothing of the site in one" in str(predicted["warnings"])


def test_things_are_made_after_what_they_need(onsite: Onsite) -> None:
    onsite()
    made = [write.removeprefix("write ") for write in onsite.kube.writes]
    order = [
        "Namespace//rook-ceph", "Deployment/rook-ceph/rook-ceph-operator", CLUSTER,
        "CephFilesystem/rook-ceph/shared", "StorageClass//files",
    ]  # fmt: skip
    assert [target for target in made if target in order] == order


def test_a_second_run_changes_nothing(onsite: Onsite) -> None:
    onsite()
    onsite.kube.writes.clear()
    again = onsite()
    assert again["changed"] is False and onsite.kube.writes == []
    assert {step["op"] for step in again["plan"]} == {"keep", "wait"}


def test_what_an_operator_writes_meanwhile_is_not_taken_for_a_wish(
    onsite: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    onsite()
    apply, moved = onsite.kube.apply, []
    ref = Ref("ceph.rook.io/v1", "CephCluster", "rook-ceph", "rook-ceph")

    def moving(manifest: dict[str, t.Any], dry_run: bool = False) -> dict[str, t.Any]:
        if dry_run and manifest["kind"] == ref.kind and not moved:
            moved.append(onsite.kube.patch(ref, {"metadata": {"finalizers": ["rook"]}}))
        return apply(manifest, dry_run)

    monkeypatch.setattr(onsite.kube, "apply", moving)
    planned = onsite(check=True)
    assert moved and planned["changed"] is False, planned["diff"]


def test_a_stage_leaves_the_others_alone(onsite: Onsite) -> None:
    onsite(stages=["operator"])
    assert not any("Ceph" in write.split("/")[0] for write in onsite.kube.writes)
    onsite.kube.writes.clear()
    onsite(stages=["cluster"])
    assert onsite.kube.writes == [f"write {CLUSTER}"]


def test_a_namespace_that_somebody_else_has_made_is_used_and_left_as_it_is(onsite: Onsite) -> None:
    theirs = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "rook-ceph"}}
    onsite.kube.apply(theirs)
    onsite.kube.writes.clear()
    made = onsite()
    assert made.get("failed") is None, made["msg"]
    assert "write Namespace//rook-ceph" not in onsite.kube.writes
    assert f"write {CLUSTER}" in onsite.kube.writes


def test_a_plan_that_is_stale_is_not_carried_out(onsite: Onsite) -> None:
    refused = onsite(fingerprint="0" * 64)
    assert refused["failed"] and "made from other objects" in refused["msg"]
    assert onsite.kube.writes == []


def test_every_problem_of_the_model_is_told_at_once(onsite: Onsite) -> None:
    classes = [{"name": "a", "pool": "fst"}, {"name": "b"}]
    refused = onsite(storage_classes=classes, cluster={"mon_count": 0})
    assert refused["failed"] and onsite.kube.writes == []
    for path in ("cluster.mon_count: 0", "storage_classes[0].pool: 'fst'", "storage_classes[1]:"):
        assert path in refused["msg"]


def test_manifests_that_are_not_there_are_named_with_their_variable(onsite: Onsite) -> None:
    refused = onsite(operator={"manifests": "/nowhere"})
    assert "/nowhere" in refused["msg"] and "rook_operator_manifests" in refused["msg"]


def test_another_cluster_than_the_pinned_one_is_refused(onsite: Onsite) -> None:
    onsite.kube.apply(KUBE_SYSTEM)
    uid = onsite.kube.objects[Ref("v1", "Namespace", "", "kube-system")]["metadata"]["uid"]
    onsite.kube.writes.clear()
    for check in (True, False):
        refused = onsite(check=check, cluster_uid="somewhere-else")
        assert refused["failed"] and refused["changed"] is False and "plan" not in refused
        assert "'somewhere-else'" in refused["msg"] and f"'{uid}'" in refused["msg"]
        assert "rook_cluster_uid" in refused["msg"]
    assert onsite.kube.writes == [] and onsite.kube.leases == []
    assert onsite(cluster_uid=uid).get("failed") is None


def test_only_what_writes_takes_the_lease_and_leaves_none(onsite: Onsite) -> None:
    onsite(check=True)
    assert onsite.kube.leases == []
    onsite()
    lease = "Lease/kube-system/rookery-store1"
    assert onsite.kube.leases == [f"write {lease}", f"delete {lease}"]
    onsite()
    assert onsite.kube.leases == [f"write {lease}", f"delete {lease}"]


def test_a_second_run_is_refused_with_the_holder_s_words(onsite: Onsite) -> None:
    claim = Claim("store1", "ann@deploy, process 7: rook_site present, stages storage")
    with holding(t.cast("t.Any", onsite.kube), claim, print):
        refused = onsite()
    assert refused["failed"] and refused["changed"] is False and onsite.kube.writes == []
    assert f"Site store1 is being worked on by {claim.holder}, since 20" in refused["msg"]
    assert onsite().get("failed") is None


def test_what_changed_before_the_lease_was_taken_is_planned_anew(
    onsite: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved = onsite(check=True)
    create = onsite.kube.create

    def late(manifest: dict[str, t.Any], dry_run: bool = False) -> dict[str, t.Any]:
        onsite.kube.apply(THEIRS)
        onsite.kube.writes.clear()
        return create(manifest, dry_run)

    monkeypatch.setattr(onsite.kube, "create", late)
    stale = onsite(fingerprint=approved["fingerprint"])
    assert "made from other objects" in stale["msg"] and onsite.kube.writes == []
    del onsite.kube.objects[Ref("v1", "Namespace", "", "rook-ceph")]
    made = onsite()
    assert made.get("failed") is None, made["msg"]
    assert "keep Namespace//rook-ceph" in [step["id"] for step in made["plan"]]


def meanwhile(onsite: Onsite, monkeypatch: pytest.MonkeyPatch, change: dict[str, t.Any]) -> None:
    """Let somebody change the object store just before this collection writes it."""
    apply, ref = (
        onsite.kube.apply,
        Ref("ceph.rook.io/v1", "CephObjectStore", "rook-ceph", "objects"),
    )

    def late(manifest: dict[str, t.Any], dry_run: bool = False) -> dict[str, t.Any]:
        if manifest["kind"] == ref.kind and not dry_run and not changed:
            changed.append(onsite.kube.patch(ref, change))
        return apply(manifest, dry_run)

    changed: list[t.Any] = []
    monkeypatch.setattr(onsite.kube, "apply", late)


OTHER_PORT = {"object_stores": [{**MODEL["object_stores"][0], "gateway": {"port": 8080}}]}


def test_what_somebody_changes_after_the_plan_is_not_overwritten(
    onsite: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    onsite()
    meanwhile(onsite, monkeypatch, {"spec": {"preservePoolsOnDelete": True}})
    refused = onsite(**OTHER_PORT)
    assert refused["failed"] and "changed by somebody after the plan was made" in refused["msg"]
    again = onsite(**OTHER_PORT)
    assert again.get("failed") is None and again["changed"] is True


def test_a_status_that_is_written_after_the_plan_is_no_change(
    onsite: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    onsite()
    meanwhile(onsite, monkeypatch, {"status": {"info": {"a": "b"}}})
    made = onsite(**OTHER_PORT)
    assert made.get("failed") is None, made["msg"]
    assert made["changed"] is True


def test_what_somebody_makes_after_the_plan_is_not_overwritten(
    onsite: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = onsite.kube.apply

    def late(manifest: dict[str, t.Any], dry_run: bool = False) -> dict[str, t.Any]:
        if manifest["kind"] == "StorageClass" and not dry_run and not made:
            made.append(apply({**manifest, "metadata": {"name": "files"}}))
        return apply(manifest, dry_run)

    made: list[t.Any] = []
    monkeypatch.setattr(onsite.kube, "apply", late)
    refused = onsite()
    assert "StorageClass//files: it was changed by somebody after the plan" in refused["msg"]


def test_a_class_of_an_earlier_release_stays_as_it_was_made(
    onsite: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    onsite()
    onsite.kube.writes.clear()
    later = {"version": "1.18.11", "stages": ["storage"], "operator": None}
    secret = "csi.storage.k8s.io/controller-publish-secret-name"
    apply = onsite.kube.apply

    def sees(manifest: dict[str, t.Any], dry_run: bool = False) -> dict[str, t.Any]:
        # What is as it was made needs no question to the server.
        assert secret not in manifest.get("parameters", {})
        return apply(manifest, dry_run)

    with monkeypatch.context() as patched:
        patched.setattr(onsite.kube, "apply", sees)
        upgraded = onsite(**later)
    assert upgraded.get("failed") is None, upgraded["msg"]
    assert not [write for write in onsite.kube.writes if "StorageClass" in write]
    asked = {"name": "files", "filesystem": "shared", "parameters": {secret: "of-ours"}}
    assert secret in onsite(**later, storage_classes=[asked])["msg"]
    # One that is made anew has what the release gives it, and keeps it.
    onsite.kube.objects.pop(Ref("storage.k8s.io/v1", "StorageClass", "", "files"))
    assert onsite(**later)["changed"] is True
    made = onsite.kube.objects[Ref("storage.k8s.io/v1", "StorageClass", "", "files")]
    assert made["parameters"][secret] == "rook-csi-cephfs-provisioner"
    assert onsite(**later)["changed"] is False
