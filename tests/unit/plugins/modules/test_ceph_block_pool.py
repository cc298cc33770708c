# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A block pool: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_block_pool
from onsite import Onsite, quartet

OPTIONS = {"name": "fast", "replicas": 3}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_block_pool, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephBlockPool/rook-ceph/fast", confirm=True)


def test_a_pool_grows_and_the_diff_says_by_what(onsite: Onsite) -> None:
    onsite(replicas=2)
    grown = onsite()
    assert grown["changed"] is True
    (update,) = [step for step in grown["plan"] if step["op"] == "update"]
    assert update["changes"] == [{"path": "spec.replicated.size", "old": 2, "new": 3}]


def test_a_pool_does_not_shrink(onsite: Onsite) -> None:
    onsite()
    refused = onsite(replicas=2)
    assert refused["failed"] and refused["changed"] is False
    assert "spec.replicated.size would change from 3 to 2" in refused["msg"]


def test_copies_and_chunks_exclude_each_other(onsite: Onsite) -> None:
    refused = onsite(erasure={"data_chunks": 2, "coding_chunks": 1})
    assert refused["failed"] and "has both replicas and erasure (POOL-01)" in refused["msg"]
    assert onsite.kube.writes == []


def test_without_waiting_nothing_is_waited_for(onsite: Onsite) -> None:
    made = onsite(wait=False)
    assert made["changed"] is True and made["waited"] == []


def test_a_plan_that_was_approved_is_the_only_one_that_is_done(onsite: Onsite) -> None:
    approved = onsite(check=True)["fingerprint"]
    refused = onsite(replicas=2, fingerprint=approved)
    assert refused["failed"] and "made from other objects" in refused["msg"]
    assert onsite.kube.writes == [] and onsite.kube.leases == []
    assert onsite(fingerprint=approved)["changed"] is True
