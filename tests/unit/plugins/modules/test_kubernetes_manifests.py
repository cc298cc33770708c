# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests are applied as they are, in their order, and only where the API would change."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _module
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.modules import kubernetes_manifests
from fakekube import FakeKube
from onsite import run_module

Run = t.Callable[..., dict[str, t.Any]]
MANIFEST = """\
apiVersion: v1
kind: Namespace
metadata: {name: net}
---
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: net}, data: {a: "1"}}
"""
MADE = ["create Namespace//net", "create ConfigMap/net/one"]


@pytest.fixture(name="kube")
def _kube(monkeypatch: pytest.MonkeyPatch) -> FakeKube:
    kube = FakeKube()
    connect = classmethod(lambda _cls, *_where, **_how: kube)
    monkeypatch.setattr(_module.KubeClient, "connect", connect)
    return kube


@pytest.fixture(name="run")
def _run(kube: FakeKube, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    assert kube
    file = tmp_path / "network.yml"
    file.write_text(MANIFEST)

    def run(check: bool = False, text: str = "") -> dict[str, t.Any]:
        if text:
            file.write_text(text)
        return run_module(capsys, kubernetes_manifests, check, files=[str(file)])

    return run


def done(result: dict[str, t.Any]) -> list[str]:
    assert result.get("failed") is None, result["msg"]
    return [f"{step['op']} {step['id']}" for step in result["plan"]]


def test_check_mode_predicts_and_the_run_makes_the_same_in_order(run: Run, kube: FakeKube) -> None:
    assert (done(run(check=True)), kube.writes) == (MADE, [])
    result = run()
    assert (done(result), result["diff"]["after"]) == (MADE, "\n".join(MADE) + "\n")
    assert kube.writes == ["write Namespace//net", "write ConfigMap/net/one"]


def test_a_second_run_changes_nothing_and_only_what_differs_is_repaired(
    run: Run, kube: FakeKube
) -> None:
    run()
    assert run()["changed"] is False
    kube.patch(Ref("v1", "ConfigMap", "net", "one"), {"data": {"a": "2"}})
    assert done(run()) == ["update ConfigMap/net/one"]


def test_a_status_that_changes_meanwhile_is_no_change(
    run: Run, kube: FakeKube, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    tried = kube.apply

    def later(manifest: dict[str, t.Any], dry_run: bool = False) -> dict[str, t.Any]:
        return {**tried(manifest, dry_run), "status": {"replicas": 1}}

    monkeypatch.setattr(kube, "apply", later)
    assert run()["changed"] is False


def test_what_is_being_deleted_is_refused_before_anything_is_written(
    run: Run, kube: FakeKube
) -> None:
    run()
    when = {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}
    kube.patch(Ref("v1", "ConfigMap", "net", "one"), {**when, "data": {"a": "2"}})
    kube.patch(Ref("v1", "Namespace", "", "net"), {"spec": {"a": "2"}})
    kube.writes.clear()
    result = run()
    assert "ConfigMap/net/one: it is being deleted since 2026-01-01T00:00:00Z" in result["msg"]
    assert kube.writes == []


@pytest.mark.parametrize("meta", ["", "metadata: {}\n", "metadata: {namespace: net}\n"])
def test_an_object_without_a_name_is_told_with_its_file(run: Run, meta: str) -> None:
    result = run(text=f"apiVersion: v1\nkind: ConfigMap\n{meta}")
    assert result["msg"].startswith("Failed to apply a ConfigMap of ")
    assert "network.yml: it has no metadata.name" in result["msg"]


@pytest.mark.parametrize("text", ["a: [", "just words", "- a list\n"])
def test_a_file_that_holds_no_objects_is_named(run: Run, text: str) -> None:
    result = run(text=text)
    assert result["failed"] is True
    assert "network.yml, line " in result["msg"]
