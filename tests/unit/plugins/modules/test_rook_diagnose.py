# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tells what it finds, writes nothing but its bundle, and that not in check mode."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import rook_diagnose
from onsite import Onsite

POD = {
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "rook-ceph-mon-a-1", "namespace": "rook-ceph"},
    "status": {"containerStatuses": [{"name": "mon", "state": {"waiting": {
        "reason": "ImagePullBackOff", "message": "Back-off pulling image",
    }}}]},
}  # fmt: skip
OPERATOR = {
    "apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "rook-ceph-operator-1", "namespace": "rook-ceph",
                 "labels": {"app": "rook-ceph-operator"}},
}  # fmt: skip


@pytest.fixture(name="diagnose")
def _diagnose(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    options: dict[str, t.Any] = {"wait_timeout": None, "site": None}
    onsite = Onsite(rook_diagnose, options, capsys, monkeypatch, tmp_path)
    onsite.kube.create(OPERATOR)
    onsite.kube.writes.clear()
    return onsite


def test_a_site_that_is_well_has_no_diagnosis(diagnose: Onsite) -> None:
    found = diagnose()
    assert found["changed"] is False and diagnose.kube.writes == []
    assert found["unknown"] is True and found["diagnoses"] == [] and found["unread"] == []
    assert found["bundle"] == "" and found["lines"][0].startswith("Unknown: ")


@pytest.mark.parametrize("check", [False, True])
def test_a_trouble_is_told_and_nothing_is_written(diagnose: Onsite, check: bool) -> None:
    diagnose.kube.create(POD)
    diagnose.kube.writes.clear()
    found = diagnose(check=check)
    assert found["changed"] is False and diagnose.kube.writes == []
    (row,) = found["diagnoses"]
    assert (row["id"], row["confidence"], row["count"]) == ("IMAGE-PULL", "possible", 1)
    assert row["evidence"] == [
        {"source": "pod", "object": "Pod/rook-ceph/rook-ceph-mon-a-1",
         "text": "mon waiting ImagePullBackOff: Back-off pulling image"},
    ]  # fmt: skip
    assert found["lines"][0].startswith("Diagnosis IMAGE-PULL (possible): ")


def test_a_bundle_is_written_once_and_not_in_check_mode(diagnose: Onsite, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.tar.gz"
    predicted = diagnose(check=True, bundle=str(bundle))
    assert predicted["changed"] is True and not bundle.exists()
    assert diagnose(bundle=str(bundle))["changed"] is True
    again = diagnose(bundle=str(bundle))
    assert again["changed"] is False and again["bundle"] == str(bundle)
    assert predicted["lines"] == again["lines"]


def test_a_bundle_that_cannot_be_written_still_tells_what_was_found(
    diagnose: Onsite, tmp_path: Path
) -> None:
    diagnose.kube.create(POD)
    found = diagnose(bundle=str(tmp_path))
    assert found["failed"] and "cannot be written" in found["msg"]
    assert found["diagnoses"][0]["id"] == "IMAGE-PULL"


def test_without_a_kubeconfig_what_is_given_is_judged(diagnose: Onsite, tmp_path: Path) -> None:
    given = [{"source": "health", "object": "CephCluster//x", "lines": ["MGR_DOWN: no active mgr"]}]
    found = diagnose(evidence=given, namespace="elsewhere", operator_namespace="rook-ceph")
    assert [row["id"] for row in found["diagnoses"]] == ["MGR-DOWN"]
