# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole site goes in reverse, only ours, only when confirmed, and never by force."""

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ConflictError
from ansible_collections.rookery.rook.plugins.modules import rook_site
from onsite import Onsite, Result, run_module
from standingsite import CONFIRMED, deleted, standing
from wholesite import MODEL

CLUSTER = "CephCluster/rook-ceph/rook-ceph"
FAST = Ref("ceph.rook.io/v1", "CephBlockPool", "rook-ceph", "fast")
OPERATOR = Ref("apps/v1", "Deployment", "rook-ceph", "rook-ceph-operator")
INSIDE = {"namespace": "rook-ceph"}
CSI = "csi.ceph.io/v1alpha1"


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return standing(capsys, monkeypatch, tmp_path)


def test_without_the_sites_name_nothing_is_touched(onsite: Onsite) -> None:
    for confirm in ({}, {"confirm": "store2"}):
        refused = onsite(**confirm)
        assert refused["failed"] and refused["changed"] is False
        assert CLUSTER in refused["msg"] and "rook_confirm" in refused["msg"]
    assert onsite.kube.writes == []


def test_it_goes_in_reverse_and_a_second_run_changes_nothing(onsite: Onsite) -> None:
    predicted = onsite(check=True, **CONFIRMED)
    assert predicted["changed"] is True and onsite.kube.writes == []
    removed = onsite(**CONFIRMED)
    assert removed.get("failed") is None, removed["msg"]
    assert removed["plan"] == predicted["plan"]
    order = [
        "StorageClass//files", "CephFilesystem/rook-ceph/shared", CLUSTER,
        "Deployment/rook-ceph/rook-ceph-operator", "Namespace//rook-ceph",
    ]  # fmt: skip
    assert [target for target in deleted(onsite) if target in order] == order
    assert onsite(**CONFIRMED)["changed"] is False


def test_the_cleanup_policy_is_set_last_before_the_cluster_goes(onsite: Onsite) -> None:
    onsite(**CONFIRMED)
    place = onsite.kube.writes.index(f"write {CLUSTER}")
    assert onsite.kube.writes[place + 1] == f"delete {CLUSTER}"
    pools = [place for place, write in enumerate(onsite.kube.writes) if "CephBlockPool" in write]
    assert max(pools) < place


def test_a_stage_takes_down_only_its_part(onsite: Onsite) -> None:
    onsite(stages=["storage"], **CONFIRMED)
    assert CLUSTER not in deleted(onsite)
    assert "CephBlockPool/rook-ceph/fast" in deleted(onsite)


def test_without_waiting_nothing_goes_before_what_stands_on_it(onsite: Onsite) -> None:
    onsite.kube.patch(FAST, {"metadata": {"finalizers": ["cephblockpool.ceph.rook.io"]}})
    stuck = onsite(wait=False, wait_timeout=1, **CONFIRMED)
    assert stuck["failed"] and "CephBlockPool/rook-ceph/fast" in stuck["msg"]
    assert CLUSTER not in deleted(onsite)
    assert "Deployment/rook-ceph/rook-ceph-operator" not in deleted(onsite)


def test_what_is_not_ours_stays_as_it_was(onsite: Onsite) -> None:
    theirs = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "theirs"},
        "provisioner": "example.com/theirs",
    }
    before = copy.deepcopy(onsite.kube.apply(theirs))
    onsite(**CONFIRMED)
    assert onsite.kube.get(Ref.of(theirs)) == before


def test_in_a_namespace_of_another_name_nothing_of_the_usual_one_is_touched(
    onsite: Onsite, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = {ref: item for ref, item in onsite.kube.objects.items() if ref.namespace}
    more: Result = {**MODEL, "operator": {"manifests": str(tmp_path / "manifests")}}
    more |= {"site": "store2", "namespace": "vault", "storage_classes": []}
    where = {"kubeconfig": str(onsite.kubeconfig), "wait_timeout": 20}
    made = run_module(capsys, rook_site, False, **more, **where)
    assert made.get("failed") is None, made["msg"]
    onsite.kube.writes.clear()
    removed = onsite(**{**more, "confirm": "store2"})
    assert removed.get("failed") is None, removed["msg"]
    inside = [key for key in deleted(onsite) if key.split("/")[1]]
    assert inside and {key.split("/")[1] for key in inside} == {"vault"}
    assert {ref: onsite.kube.objects[ref] for ref in before} == before


@pytest.mark.parametrize("namespace", ["rook-ceph", "elsewhere"])
def test_somebody_elses_resource_of_our_kinds_refuses_it_whole(
    onsite: Onsite, namespace: str
) -> None:
    onsite.kube.apply(
        {
            "apiVersion": "ceph.rook.io/v1",
            "kind": "CephBlockPool",
            "metadata": {"name": "theirs", "namespace": namespace},
            "spec": {},
        }
    )
    onsite.kube.writes.clear()
    refused = onsite(**CONFIRMED)
    assert refused["failed"] and onsite.kube.writes == []
    assert f"CephBlockPool/{namespace}/theirs, which is not ours (TEAR-02)" in refused["msg"]


def test_somebody_elses_workload_in_our_namespace_refuses_it_whole(onsite: Onsite) -> None:
    workload: dict[str, t.Any] = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "theirs", "namespace": "rook-ceph"},
        "spec": {},
    }
    onsite.kube.apply(workload)
    onsite.kube.writes.clear()
    refused = onsite(**CONFIRMED)
    assert refused["failed"] and onsite.kube.writes == []
    assert "StatefulSet/rook-ceph/theirs: is not ours" in refused["msg"]


def test_a_finalizer_is_waited_for_named_and_never_taken_away(onsite: Onsite) -> None:
    finalizer = "cephblockpool.ceph.rook.io"
    onsite.kube.patch(FAST, {"metadata": {"finalizers": [finalizer]}})
    stuck = onsite(wait_timeout=5, **CONFIRMED)
    assert stuck["failed"] and stuck["changed"] is True
    assert "CephBlockPool/rook-ceph/fast" in stuck["msg"]
    assert f"finalizers hold it: {finalizer} (the Rook operator takes it away" in stuck["msg"]
    assert f"delete {CLUSTER}" in stuck["msg"], "what was held up is told"
    assert onsite.kube.get(FAST)["metadata"]["finalizers"] == [finalizer]
    assert CLUSTER not in deleted(onsite)


def test_what_operators_leave_goes_while_the_csi_operator_runs(onsite: Onsite) -> None:
    csi = {"apiVersion": CSI, "metadata": {"name": "rook-ceph", **INSIDE}, "spec": {}}
    profile = {**csi, "kind": "ClientProfile", "spec": {"cephConnectionRef": {"name": "rook-ceph"}}}
    driver = {"name": "rook-ceph.rbd.csi.ceph.com"}
    registered = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "CSIDriver",
        "metadata": driver,
        "spec": {},
    }
    manager = {"name": "ceph-csi-controller-manager", "namespace": "csi"}
    operator = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": manager, "spec": {}}
    for item in (profile, {**csi, "kind": "CephConnection"}, registered, operator):
        onsite.kube.apply(item)
    finalizers = {"metadata": {"finalizers": ["csi.ceph.com/cleanup"]}}
    onsite.kube.patch(Ref(CSI, "ClientProfile", "rook-ceph", "rook-ceph"), finalizers)
    stuck = onsite(wait_timeout=5, **CONFIRMED)
    assert "csi.ceph.com/cleanup (the CSI operator takes it away" in stuck["msg"]
    assert deleted(onsite)[-2:] == [CLUSTER, "ClientProfile/rook-ceph/rook-ceph"]
    onsite.kube.objects.pop(Ref(CSI, "ClientProfile", "rook-ceph", "rook-ceph"))
    onsite.kube.writes.clear()
    assert onsite(**CONFIRMED).get("failed") is None
    assert deleted(onsite)[:3] == [
        "CephConnection/rook-ceph/rook-ceph",
        "Deployment/rook-ceph/rook-ceph-operator",
        "CSIDriver//rook-ceph.rbd.csi.ceph.com",
    ]


def test_in_a_namespace_that_stays_nothing_of_rooks_is_left(onsite: Onsite) -> None:
    for name in ("rook-ceph-pdbstatemap", "of-a-tenant"):
        metadata = {"name": name, **INSIDE}
        onsite.kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    theirs = {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}}
    onsite.kube.patch(Ref("v1", "Namespace", "", "rook-ceph"), theirs)
    for stage in ("storage", "cluster", "operator"):
        removed = onsite(stages=[stage], **CONFIRMED)
        assert removed.get("failed") is None, removed["msg"]
    assert removed["left"] == []
    gone = deleted(onsite)
    assert {"ConfigMap/rook-ceph/rook-ceph-pdbstatemap", "Job/rook-ceph/cleanup-w1"} <= set(gone)
    assert not {"ConfigMap/rook-ceph/of-a-tenant", "Namespace//rook-ceph"} & set(gone)


def stop_the_operator(onsite: Onsite, **more: t.Any) -> None:
    """Let nobody take finalizers away, of a pool that has one."""
    onsite.kube.patch(FAST, {"metadata": {"finalizers": ["cephblockpool.ceph.rook.io"]}})
    onsite.kube.patch(OPERATOR, {"spec": {"replicas": 0}, **more})
    onsite.kube.writes.clear()


def confirmation(refused: Result) -> str:
    """Return what a refusal wants as confirmation of force."""
    return refused["msg"].partition("strip (rook_teardown_strip) to ")[2].split()[0]


def test_a_dead_operator_is_told_before_the_first_change(onsite: Onsite) -> None:
    stop_the_operator(onsite)
    for check in (True, False):
        refused = onsite(check=check, **CONFIRMED)
        assert refused["failed"] and onsite.kube.writes == []
        for words in (
            "CephBlockPool/rook-ceph/fast: would be waited for without end: only the Rook operator "
            "takes away its finalizers, and Deployment/rook-ceph/rook-ceph-operator is scaled to 0",
            "rook_site with stages [operator] and version 1.16.0, which made the cluster",
            "cephblockpool.ceph.rook.io of CephBlockPool/rook-ceph/fast",
        ):  # fmt: skip
            assert words in refused["msg"], words


def test_finalizers_are_taken_away_only_as_confirmed(onsite: Onsite) -> None:
    stop_the_operator(onsite)
    confirmed = confirmation(onsite(**CONFIRMED))
    for wrong in ("storage:0123456789abcdef", "yes"):
        refused = onsite(strip=wrong, **CONFIRMED)
        assert refused["failed"] and "is not what would be taken away" in refused["msg"]
    assert onsite.kube.writes == []
    removed = onsite(strip=confirmed, **CONFIRMED)
    assert removed.get("failed") is None, removed["msg"]
    forced = [step for step in removed["plan"] if step["id"].startswith("strip ")]
    assert [step["target"] for step in forced] == ["CephBlockPool/rook-ceph/fast"]
    assert forced[0]["destructive"] and "last resort, as confirmed" in forced[0]["reason"]
    assert [step["target"] for step in removed["plan"] if step["op"] == "update"] == [
        "CephBlockPool/rook-ceph/fast", CLUSTER
    ]  # fmt: skip
    assert removed["left"] == []
    assert onsite(strip=confirmed, **CONFIRMED)["changed"] is False


def test_a_finalizer_that_is_set_after_the_confirmation_is_not_taken_away(
    onsite: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_the_operator(onsite)
    confirmed = confirmation(onsite(**CONFIRMED))
    patch, held = onsite.kube.patch, ["cephblockpool.ceph.rook.io", "backup.example.com/hold"]

    def late(ref: Ref, change: Result, dry_run: bool = False) -> Result:
        if ref == FAST and onsite.kube.objects[FAST]["metadata"]["finalizers"] != held:
            patch(FAST, {"metadata": {"finalizers": held}})
        return patch(ref, change, dry_run)

    monkeypatch.setattr(onsite.kube, "patch", late)
    refused = onsite(strip=confirmed, **CONFIRMED)
    assert refused["failed"] and "changed by somebody after the plan was made" in refused["msg"]
    assert onsite.kube.objects[FAST]["metadata"]["finalizers"] == held


def test_the_operator_does_not_go_before_what_it_holds(onsite: Onsite) -> None:
    refused = onsite(stages=["operator"], **CONFIRMED)
    assert refused["failed"] and onsite.kube.writes == []
    assert f"is still needed by {CLUSTER} (TEAR-02)" in refused["msg"]


def test_force_is_refused_while_the_operator_is_at_work(onsite: Onsite) -> None:
    stop_the_operator(onsite)
    confirmed = confirmation(onsite(**CONFIRMED))
    onsite.kube.patch(OPERATOR, {"spec": {"replicas": 1}})
    onsite.kube.writes.clear()
    refused = onsite(strip=confirmed, **CONFIRMED)
    assert refused["failed"] and onsite.kube.writes == []
    assert "is let go by the Rook operator, which is at work" in refused["msg"]


THEIRS: Result = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "cephnfses.ceph.rook.io"},
    "spec": {
        "group": "ceph.rook.io", "names": {"kind": "CephNFS", "plural": "cephnfses"},
        "versions": [{"name": "v1"}],
    },
}  # fmt: skip


def test_what_would_be_left_is_told_beforehand_as_it_is_in_the_end(onsite: Onsite) -> None:
    last = {"stages": ["operator"], "removed_stages": ["cluster", "storage"], **CONFIRMED}
    assert onsite(check=True, **CONFIRMED)["left"] == []
    onsite.kube.apply(THEIRS)
    labels = {"app.kubernetes.io/part-of": "store1", "app.kubernetes.io/managed-by": "rookery"}
    meta = {"name": "shares", "namespace": "rook-ceph", "labels": labels}
    onsite.kube.apply({"apiVersion": "ceph.rook.io/v1", "kind": "CephNFS", "metadata": meta})
    told = onsite(check=True, **CONFIRMED)
    assert onsite(check=True, **last)["left"] == told["left"]
    assert "left" not in onsite(check=True, stages=["storage"], **CONFIRMED)
    assert "The teardown would fail at its end. Left after the teardown of site store1:" in str(
        told["warnings"]
    )
    assert told["left"] == onsite(**CONFIRMED)["left"]


@pytest.mark.parametrize(
    "user",
    [
        {"apiVersion": "ceph.rook.io/v1", "kind": "CephNFS",
         "metadata": {"name": "hers", "namespace": "hers"}},
        {"apiVersion": "apps/v1", "kind": "Deployment",
         "metadata": {"name": "rook-ceph-operator", "namespace": "hers"},
         "spec": {"template": {"spec": {"containers": [{"image": "rook/ceph:v1.16.0"}]}}}},
    ],
)  # fmt: skip
def test_definitions_that_others_use_would_not_be_left(onsite: Onsite, user: Result) -> None:
    onsite.kube.apply(THEIRS)
    onsite.kube.apply(user)
    told = onsite(check=True, **CONFIRMED)
    assert told.get("failed") is None and told["left"] == []


def test_what_is_left_is_named_and_fails(onsite: Onsite) -> None:
    onsite.kube.apply(THEIRS)
    removed = onsite(**CONFIRMED)
    assert removed["failed"] and removed["changed"] is True
    assert [row["id"] for row in removed["left"]] == [
        "CustomResourceDefinition//cephnfses.ceph.rook.io"
    ]
    assert "kubectl delete customresourcedefinition" in removed["msg"]


def test_what_belongs_to_others_is_proven_to_be_as_before(onsite: Onsite) -> None:
    theirs: Result = {
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "theirs"},
        "provisioner": "example.com/theirs",
    }  # fmt: skip
    onsite.kube.apply(theirs)
    proof = onsite(**CONFIRMED)["untouched"]
    assert proof["objects"] == 1 and proof["differing"] == []
    assert proof["before"] == proof["after"] and len(proof["before"]) == 64


def test_an_interrupted_one_is_resumed(onsite: Onsite) -> None:
    onsite.kube.patch(FAST, {"metadata": {"finalizers": ["cephblockpool.ceph.rook.io"]}})
    onsite(wait_timeout=5, **CONFIRMED)
    onsite.kube.objects.pop(FAST)
    onsite.kube.writes.clear()
    resumed = onsite(**CONFIRMED)
    assert resumed.get("failed") is None, resumed["msg"]
    assert "StorageClass//files" not in deleted(onsite)
    assert deleted(onsite)[-1] == "Namespace//rook-ceph"


def test_without_a_kubeconfig_there_is_nothing_to_take_down(onsite: Onsite) -> None:
    onsite.kubeconfig.unlink()
    assert onsite(**CONFIRMED)["changed"] is False


def test_what_was_made_anew_meanwhile_stays_and_the_way_out_is_told(
    onsite: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = onsite.kube.delete

    def delete(ref: Ref, uid: str, **more: t.Any) -> bool:
        if ref == FAST:
            raise ConflictError("delete", ref.id, "Precondition failed: UID in precondition", 409)
        return remove(ref, uid, **more)

    monkeypatch.setattr(onsite.kube, "delete", delete)
    failed = onsite(**CONFIRMED)
    assert failed["failed"] and f"{FAST.id}: it was changed by somebody after" in failed["msg"]
    assert "Run again" in failed["msg"] and CLUSTER not in deleted(onsite)


def test_users_who_do_not_leave_in_time_are_named_and_nothing_is_done(onsite: Onsite) -> None:
    uses = {"clusterID": "rook-ceph", "fsName": "shared"}
    csi = {"driver": "rook-ceph.cephfs.csi.ceph.com", "volumeAttributes": uses}
    spec = {"csi": csi, "claimRef": {"namespace": "shop", "name": "data"}}
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pv-1"}}
    onsite.kube.apply({**volume, "spec": spec})
    onsite.kube.writes.clear()
    stuck = onsite(wait_timeout=1, consumers="wait", **CONFIRMED)
    assert stuck["failed"] and "PersistentVolume//pv-1" in stuck["msg"]
    assert (stuck["changed"], stuck["done"], onsite.kube.writes) == (False, [], [])
    assert [row["id"] for row in stuck["waited"]] == ["PersistentVolume//pv-1"]
