# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait ends when all is ready or gone, and else tells of each object why it is not."""

from __future__ import annotations

import typing as t
from pathlib import Path

import fakekube
import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Event, Ref
from ansible_collections.rookery.rook.plugins.modules import rook_site, rook_wait
from fakekube import cleanup_job
from onsite import Onsite, run_module
from wholesite import MODEL, write_manifests

POOL = Ref("ceph.rook.io/v1", "CephBlockPool", "rook-ceph", "fast")
CLUSTER = Ref("ceph.rook.io/v1", "CephCluster", "rook-ceph", "rook-ceph")
Object = dict[str, t.Any]


@pytest.fixture
def options(tmp_path: Path) -> Object:
    return {**MODEL, "operator": {"manifests": str(write_manifests(tmp_path / "manifests"))}}


@pytest.fixture
def wait(
    options: Object,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Onsite:
    return Onsite(rook_wait, {**options, "wait_timeout": 2}, capsys, monkeypatch, tmp_path)


@pytest.fixture
def built(wait: Onsite, options: Object, capsys: pytest.CaptureFixture[str]) -> Onsite:
    """Return the module on a site that stands."""
    site = {"site": "store1", "wait_timeout": 20, "kubeconfig": str(wait.kubeconfig)}
    made = run_module(capsys, rook_site, False, **site, **options)
    assert made.get("failed") is None, made["msg"]
    wait.kube.writes.clear()
    return wait


def outcomes(result: Object) -> dict[str, str]:
    return {row["id"]: row["outcome"] for row in result["waited"]}


def test_a_site_that_stands_is_ready_at_once(built: Onsite) -> None:
    result = built()
    assert result.get("failed") is None, result["msg"]
    assert result["changed"] is False and built.kube.writes == []
    assert outcomes(result)[CLUSTER.id] == "ready"
    assert set(outcomes(result).values()) == {"ready"}


def test_stages_and_names_narrow_the_wait(built: Onsite) -> None:
    assert set(outcomes(built(stages=["cluster"]))) == {CLUSTER.id}
    names = ["CephBlockPool/fast", "Deployment/rook-ceph/rook-ceph-operator", "StorageClass/files"]
    assert set(outcomes(built(objects=names))) == {
        POOL.id,
        "Deployment/rook-ceph/rook-ceph-operator",
        "StorageClass//files",
    }


def test_what_is_not_ready_fails_with_the_reason_and_in_check_mode_only_tells(
    built: Onsite,
) -> None:
    built.kube.objects[POOL]["status"]["phase"] = "Progressing"
    told = built(check=True)
    assert told.get("failed") is None and outcomes(told)[POOL.id] == "waiting"
    result = built(objects=["CephBlockPool/fast"])
    assert result["failed"] is True
    assert POOL.id in result["msg"] and "phase is Progressing" in result["msg"]
    (row,) = result["waited"]
    assert (row["outcome"], row["reasons"]) == ("timeout", ["phase is Progressing"])


def test_what_is_there_is_not_gone_and_what_is_not_is(built: Onsite) -> None:
    result = built(until="gone", objects=["CephBlockPool/fast", "CephFilesystem/never"])
    assert result["failed"] is True and "it was not asked to go yet" in result["msg"]
    assert outcomes(result)["CephFilesystem/rook-ceph/never"] == "gone"


@pytest.mark.parametrize("check", [False, True])
def test_a_cluster_is_not_gone_while_its_hosts_are_being_cleaned(wait: Onsite, check: bool) -> None:
    job = cleanup_job("rook-ceph", "w1")
    wait.kube.objects[Ref.of(job)] = {**job, "status": {"active": 1}}
    for narrowed in ({"stages": ["cluster"]}, {"objects": ["CephCluster/rook-ceph"]}):
        told = wait(check=check, until="gone", **narrowed)
        assert told.get("failed", False) is not check
        (row,) = told["waited"]
        assert row["outcome"] == ("waiting" if check else "timeout")
        assert row["reasons"] == ["host w1 is being cleaned: 1 pods are at work"]
    wait.kube.objects[Ref.of(job)] = job
    assert set(outcomes(wait(check=check, until="gone", stages=["cluster"])).values()) == {"gone"}


def test_a_teardown_that_begins_during_the_wait_says_how_the_cluster_goes(
    built: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy, the deletion and that it went are heard at once, between two looks."""
    kube, watch, done = built.kube, built.kube.watch, fakekube.cleanup_job
    policy = {"spec": {"cleanupPolicy": {"confirmation": "yes-really-destroy-data"}}}

    def watched(*where: t.Any) -> t.Iterator[Event]:
        if where[1] == "CephCluster" and CLUSTER in kube.objects:
            kube.delete(CLUSTER, kube.patch(CLUSTER, policy)["metadata"]["uid"])
        return watch(*where)

    busy = {"status": {"active": 1}}
    monkeypatch.setattr(fakekube, "cleanup_job", lambda *what: done(*what) | busy)
    monkeypatch.setattr(kube, "watch", watched)
    told = built(until="gone", objects=["CephCluster/rook-ceph"])
    assert outcomes(told) == {CLUSTER.id: "timeout"}, told
    assert "host w1 is being cleaned: 1 pods are at work" in told["msg"]
    for job in (item for ref, item in kube.objects.items() if ref.kind == "Job"):
        job["status"] = done("rook-ceph", "w1")["status"]
    assert outcomes(built(until="gone", objects=["CephCluster/rook-ceph"])) == {CLUSTER.id: "gone"}


def test_without_a_cluster_everything_is_gone(wait: Onsite) -> None:
    wait.kubeconfig.unlink()
    result = wait(until="gone")
    assert result.get("failed") is None
    assert set(outcomes(result).values()) == {"gone"}
    assert wait(until="ready")["failed"] is True


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Pool/fast", "names no object of a known kind"),
        ("CephBlockPool", "names no object of a known kind"),
        ("CephBlockPool/nope", "is neither in the model nor there"),
    ],
)
def test_a_name_that_means_nothing_is_refused(built: Onsite, name: str, words: str) -> None:
    result = built(objects=[name])
    assert result["failed"] is True and name in result["msg"] and words in result["msg"]
