# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan is the one that would be carried out, and planning writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import (
    rook_plan,
    rook_site,
    rook_teardown,
)
from onsite import Onsite, run_module
from wholesite import MODEL, write_manifests


@pytest.fixture(name="options")
def _options(tmp_path: Path) -> dict[str, object]:
    return {**MODEL, "operator": {"manifests": str(write_manifests(tmp_path / "manifests"))}}


@pytest.fixture(name="plan")
def _plan(
    options: dict[str, object],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Onsite:
    # It does not wait, so it has no option for it.
    return Onsite(rook_plan, {**options, "wait_timeout": None}, capsys, monkeypatch, tmp_path)


def made(
    plan: Onsite, options: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> dict[str, object]:
    kubeconfig = str(plan.kubeconfig)
    site = {"site": "store1", "wait_timeout": 20}
    return run_module(capsys, rook_site, False, kubeconfig=kubeconfig, **site, **options)


def test_planning_changes_nothing_and_tells_what_the_run_does(
    plan: Onsite, options: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    planned = plan()
    assert planned["changed"] is False and planned["refusals"] == []
    assert plan.kube.writes == []
    assert made(plan, options, capsys)["plan"] == planned["plan"]


def test_without_a_kubeconfig_the_plan_starts_from_nothing(plan: Onsite) -> None:
    plan.kubeconfig.unlink()
    planned = plan()
    assert {step["op"] for step in planned["plan"]} == {"create", "wait"}
    assert plan(state="absent")["plan"] == []


def test_the_plan_of_a_teardown_lists_what_stands_against_it(
    plan: Onsite, options: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    made(plan, options, capsys)
    planned = plan(state="absent")
    assert planned.get("failed") is None
    refused = {refusal["id"] for refusal in planned["refusals"]}
    assert "CephCluster/rook-ceph/rook-ceph" in refused
    assert plan(state="absent", confirm="store1")["refusals"] == []


def test_the_plan_of_an_eviction_is_shown_with_whom_it_takes_the_storage_from(
    plan: Onsite, options: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    made(plan, options, capsys)
    csi = {
        "driver": "rook-ceph.cephfs.csi.ceph.com",
        "volumeAttributes": {"clusterID": "rook-ceph", "fsName": "shared"},
    }
    claim = {"namespace": "shop", "name": "data"}
    for kind, metadata, spec in (
        ("PersistentVolume", {"name": "pv-1"}, {"csi": csi, "claimRef": claim}),
        ("PersistentVolumeClaim", claim, {"volumeName": "pv-1"}),
    ):
        plan.kube.apply({"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec})
    evicting = {"state": "absent", "confirm": "store1", "consumers": "evict"}
    planned = plan(**evicting, evict_namespaces=["shop"])
    assert planned["refusals"] == []
    (root,) = planned["blockers"]
    assert root["id"] == "CephFilesystem/rook-ceph/shared"
    (blocker,) = root["blockers"]
    assert blocker["id"] == "PersistentVolumeClaim/shop/data"
    assert blocker["command"] == "kubectl -n shop delete persistentvolumeclaim data"
    steps = [step["id"] for step in planned["plan"]]
    assert steps[0] == f"delete {blocker['id']}"
    refused = plan(**evicting, evict_namespaces=["blog"])
    assert [refusal["id"] for refusal in refused["refusals"]] == [blocker["id"]]


def test_what_pools_survive_is_told_by_the_devices_that_were_asked(plan: Onsite) -> None:
    told = plan()["placement"]
    assert told["verdict"] == "redundant"
    assert told["assumed"][0] == "all devices are of one size"
    gib = dict.fromkeys(MODEL["hosts"], 4096)
    gib[min(gib)] = 40
    said = {
        host: {"disks": [{"path": path, "size": gib[host] << 30, "rotational": True}]}
        for host, given in MODEL["hosts"].items()
        for path in given["devices"]
    }
    told = plan(disks=said)["placement"]
    assert (told["verdict"], told["assumed"]) == ("degraded", [])
    assert "placement" not in plan(state="absent")


def test_the_fingerprint_is_that_of_the_same_plan(plan: Onsite) -> None:
    first = plan()
    assert plan()["fingerprint"] == first["fingerprint"]
    plan.kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "rook-ceph"}})
    assert plan()["fingerprint"] != first["fingerprint"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_each_stage_has_a_fingerprint_that_the_other_stages_do_not_change(
    plan: Onsite, options: dict[str, object], capsys: pytest.CaptureFixture[str], state: str
) -> None:
    if state == "absent":
        made(plan, options, capsys)
    approved = plan(state=state, confirm="store1")["fingerprints"]
    module, site = {
        "present": (rook_site, {}),
        "absent": (rook_teardown, {"confirm": "store1"}),
    }[state]
    for stage in list(approved) if state == "present" else list(reversed(approved)):
        done = run_module(
            capsys, module, False, kubeconfig=str(plan.kubeconfig), site="store1", wait_timeout=20,
            stages=[stage], fingerprint=approved[stage], **site, **options,
        )  # fmt: skip
        assert done.get("failed") is None and done["changed"], done.get("msg")
    stale = run_module(
        capsys, module, False, kubeconfig=str(plan.kubeconfig), site="store1", wait_timeout=20,
        stages=["storage"], fingerprint=approved["storage"], **site, **options,
    )  # fmt: skip
    assert "made from other objects" in stale["msg"]
