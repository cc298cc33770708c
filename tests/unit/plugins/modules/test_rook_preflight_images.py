# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images are judged on each node, monitors when there are some, a cluster when there is one."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _examine
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.modules import rook_preflight
from fakekube import FakeKube
from onsite import HOSTS, Result, run_module
from wholesite import MODEL, write_manifests

Judge = t.Callable[..., Result]


@pytest.fixture(name="api")
def _api(monkeypatch: pytest.MonkeyPatch) -> FakeKube:
    api = FakeKube()
    api.expiry = None  # type: ignore[attr-defined]
    connect = classmethod(lambda _cls, *_where, **_how: api)
    monkeypatch.setattr(_examine.KubeClient, "connect", connect)
    return api


@pytest.fixture(name="judge")
def _judge(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Judge:
    write_manifests(tmp_path / "manifests")
    (tmp_path / "kubeconfig").write_text("")

    def judge(
        *, api: bool = False, config: Result | None = None, cluster: Result | None = None,
        **more: t.Any,
    ) -> Result:  # fmt: skip
        operator = {"manifests": str(tmp_path / "manifests"), "config": config or {}}
        where = {"kubeconfig": str(tmp_path / "kubeconfig")} if api else {}
        model = {"site": "store1", **MODEL, "operator": operator, "cluster": cluster or {}}
        return run_module(capsys, rook_preflight, False, model=model, **where, **more)

    return judge


def status(result: Result, rule: str) -> tuple[str, str]:
    told = next(item for item in result["rules"] if item["rule"] == rule)
    return told["status"], told["reason"]


def test_the_images_of_a_site_are_told_and_judged_on_each_node(judge: Judge) -> None:
    names = ["docker.io/rook/ceph:v1.16.0", "quay.io/ceph/ceph:v19.2.2"]
    csi = "registry.example.org/cephcsi:v3"
    asked: Result = {
        host: {"peers": {}, "runtime": "containerd",
               "images": {name: {"state": "served", "reason": ""} for name in [*names, csi]}}
        for host in HOSTS
    }  # fmt: skip
    assert status(judge(probes=asked), "RES-01") == (
        "not decided",
        "images: the operator's files do not tell all of them: they name no image of a CSI driver",
    )
    config = {"ROOK_CSI_CEPH_IMAGE": csi}
    passed = judge(config=config, probes=asked)
    assert passed["images"] == [*names, csi] and status(passed, "RES-01")[0] == "passed"
    gone = {"state": "unreachable", "reason": "quay.io is silent for 10 s"}
    asked["w2"]["images"][names[1]] = gone
    refused = judge(config=config, probes=asked)
    assert (
        f"inventory host w2 ({names[1]}): it is not on the host, and quay.io is silent for 10 s "
        "(RES-01). Open the way"
    ) in refused["msg"]
    assert judge(config=config, probes=asked, kubernetes_imports=True).get("failed") is None
    assert judge(config=config, probes=asked, mute={"RES-01": "air"}).get("failed") is None
    del asked["w2"]["images"][names[1]]["state"]
    open_ = judge(config=config, probes=asked)
    assert status(open_, "RES-01") == (
        "not decided", f"images of w2: {names[1]}: quay.io is silent for 10 s",
    )  # fmt: skip


def test_whether_monitors_answer_to_pods_is_told_when_the_cluster_runs(
    judge: Judge, api: FakeKube
) -> None:
    assert "only when the cluster runs" in status(judge(), "NET-03")[1]
    cluster = {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephCluster", "spec": {},
        "metadata": {"name": "rook-ceph", "namespace": "rook-ceph"},
    }  # fmt: skip

    def checked(when: str) -> tuple[str, str]:
        api.objects[Ref.of(cluster)] = {**cluster, "status": {"ceph": {"lastChecked": when}}}
        return status(judge(api=True), "NET-03")

    assert checked("2026-01-01T10:00:00Z") == (
        "warned", "the operator's pod has had no answer of them since 2026-01-01T10:00:00Z",
    )  # fmt: skip
    now = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
    assert checked(now) == ("passed", "")
    assert checked("never")[0] == checked("2026-01-01T10:00:00")[0] == "not decided"


def test_where_no_host_has_a_kubelet_there_is_no_cluster_whose_rules_could_speak(
    judge: Judge,
) -> None:
    bare: Result = {host: {"kubelet": {"found": False}} for host in HOSTS}
    away = {"kubeconfig": "/nonexistent/kubeconfig"}
    found = judge(kubelets=bare, **away)
    assert status(found, "NODE-12") == status(found, "API-12") == ("passed", "")
    assert status(found, "UPG-02") == ("not applicable", "no cluster runs by another release")
    # Others may still bring these.
    wanted = {"mon": {"volumeClaimTemplate": {"spec": {"storageClassName": "local"}}}}
    found = judge(kubelets=bare, cluster={"spec": wanted}, **away)
    assert status(found, "MON-06") == ("not decided", "classes: there is no Kubernetes cluster yet")
    for kubelets in (
        {**bare, "w2": {"kubelet": {"found": True}}},
        {host: bare[host] for host in ("w1", "w2")},
        {**bare, "w2": {"kubelet": "odd"}},
    ):
        found = judge(kubelets=kubelets, **away)
        assert status(found, "NODE-12")[1] == "clusters: there is no Kubernetes cluster yet"
    adopted = judge(kubelets=bare, kubernetes_adopt=True, **away)
    assert status(adopted, "NODE-12")[0] == "not decided"


ASKED = ("API-CERT", "API-REACH", "API-UID")
ENDS = ("TEARDOWN", "TEAR-01", "TEAR-02", "TEAR-03", "TEAR-05", "TEAR-06", "TEAR-07")


def test_what_nobody_was_asked_for_has_not_passed(judge: Judge) -> None:
    found = judge()
    assert {status(found, rule)[0] for rule in ASKED} == {"not decided"}
    found = judge(systems={})
    for rule in ("NODE-REACH", "NODE-ROOT"):
        assert status(found, rule) == ("not decided", "system of w1, w2, w3: it was not asked")
    found = judge(state="absent", confirm="store1", kubeconfig="/nonexistent/kubeconfig")
    why = "api: there is no Kubernetes cluster any more"
    assert {status(found, rule) for rule in (*ASKED, *ENDS)} == {("not decided", why)}
    assert status(found, "TEAR-04")[0] == "passed"


def test_what_the_api_was_asked_for_has_passed(
    judge: Judge, api: FakeKube, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {status(judge(api=True), rule)[0] for rule in ASKED} == {"passed"}
    found = judge(api=True, state="absent", confirm="store1")
    assert {status(found, rule)[0] for rule in (*ASKED, *ENDS)} == {"passed"}

    def nothing(*_where: str, **_which: t.Any) -> t.NoReturn:
        raise UnreachableError("list", "Node", "nothing listens there")

    monkeypatch.setattr(api, "list", nothing)
    found = judge(api=True, state="absent", confirm="store1")
    assert status(found, "API-REACH")[0] == "error"
    assert {status(found, rule)[0] for rule in ENDS} == {"not decided"}
