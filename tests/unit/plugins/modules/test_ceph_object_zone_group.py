# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone group of a realm: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_object_zone_group
from onsite import Onsite, quartet

OPTIONS = {"name": "europe", "realm": "earth"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_object_zone_group, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephObjectZoneGroup/rook-ceph/europe", confirm=False)


def test_it_belongs_to_a_realm_for_good(onsite: Onsite) -> None:
    onsite()
    refused = onsite(realm="mars")
    assert refused["failed"] and "spec.realm would change from earth to mars" in refused["msg"]
    missing = onsite(realm=None)
    assert "object_zone_groups[0].realm: is missing" in missing["msg"]
