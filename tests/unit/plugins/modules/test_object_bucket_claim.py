# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bucket, with a user of its own: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import object_bucket_claim
from onsite import Onsite, quartet

OPTIONS = {
    "name": "mine",
    "storage_class": "buckets",
    "generate_bucket_name": "mine",
    "claim_namespace": "apps",
}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    onsite = Onsite(object_bucket_claim, OPTIONS, capsys, monkeypatch, tmp_path)
    onsite.kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}})
    onsite.kube.writes.clear()
    return onsite


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "ObjectBucketClaim/apps/mine", confirm=True)


def test_a_bucket_is_not_renamed(onsite: Onsite) -> None:
    onsite()
    refused = onsite(generate_bucket_name="yours")
    assert refused["failed"]
    assert "spec.generateBucketName would change from mine to yours" in refused["msg"]


def test_a_namespace_that_is_not_there_is_refused(onsite: Onsite) -> None:
    refused = onsite(claim_namespace="nowhere")
    assert refused["failed"] and "Namespace//nowhere: is not there" in refused["msg"]
    assert "Make the namespace first" in refused["msg"] and onsite.kube.writes == []


def test_its_notifications_are_labels(onsite: Onsite) -> None:
    made = onsite(notifications=["puts"])
    assert made["object"]["metadata"]["labels"]["bucket-notification-puts"] == "puts"


def test_a_claim_has_one_sort_of_name(onsite: Onsite) -> None:
    refused = onsite(bucket_name="mine")
    assert "has bucket_name and generate_bucket_name" in refused["msg"]
