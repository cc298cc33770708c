# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A storage class: made, kept, replaced only when that is asked for, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import storage_class
from onsite import Onsite, quartet

OPTIONS = {"name": "files", "filesystem": "shared", "data_pool": "replicated"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(storage_class, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "StorageClass//files", confirm=False)


def test_a_field_that_cannot_change_is_refused(onsite: Onsite) -> None:
    onsite()
    refused = onsite(reclaim_policy="Retain")
    assert refused["failed"] and refused["changed"] is False
    assert "reclaimPolicy would change from Delete to Retain" in refused["msg"]


def test_the_class_is_replaced_when_that_is_asked_for(onsite: Onsite) -> None:
    onsite()
    onsite.kube.writes.clear()
    predicted = onsite(check=True, reclaim_policy="Retain", recreate=True)
    assert [step["op"] for step in predicted["plan"]] == ["delete", "wait", "create", "wait"]
    assert predicted["plan"][-1]["needs"] == ["create StorageClass//files"]
    replaced = onsite(reclaim_policy="Retain", recreate=True)
    assert replaced["changed"] is True and replaced["plan"] == predicted["plan"]
    assert replaced["object"]["reclaimPolicy"] == "Retain"
    assert onsite.kube.writes == ["delete StorageClass//files", "write StorageClass//files"]


def test_a_class_of_somebody_else_is_left_alone(onsite: Onsite) -> None:
    theirs = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "files"},
        "provisioner": "example.com/theirs",
    }
    onsite.kube.apply(theirs)
    onsite.kube.writes.clear()
    kept = onsite()
    assert kept["changed"] is False and "not ours" in kept["plan"][0]["reason"]
    assert onsite(state="absent")["changed"] is False
    assert onsite.kube.writes == []


def test_a_file_system_without_its_data_pool_is_refused(onsite: Onsite) -> None:
    refused = onsite(data_pool=None)
    assert refused["failed"] and "data_pool" in refused["msg"]
