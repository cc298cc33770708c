# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone of a zone group, with its pools: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_object_zone
from onsite import Onsite, quartet

OPTIONS = {
    "name": "berlin",
    "zone_group": "europe",
    "metadata": {"replicas": 3},
    "data": {"replicas": 3},
}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_object_zone, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephObjectZone/rook-ceph/berlin", confirm=True)


def test_its_pools_do_not_shrink(onsite: Onsite) -> None:
    onsite()
    refused = onsite(data={"replicas": 2})
    assert refused["failed"] and refused["changed"] is False
    assert "spec.dataPool.replicated.size would change from 3 to 2" in refused["msg"]


def test_pools_of_its_own_and_shared_ones_exclude_each_other(onsite: Onsite) -> None:
    refused = onsite(shared_pools={"dataPoolName": "shared"})
    assert refused["failed"] and "Give exactly one of data, shared_pools" in refused["msg"]
