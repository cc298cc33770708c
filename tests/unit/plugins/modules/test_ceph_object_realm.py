# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A realm of object stores at several sites: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_object_realm
from onsite import Onsite, quartet

OPTIONS = {"name": "earth"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_object_realm, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephObjectRealm/rook-ceph/earth", confirm=False)


def test_a_realm_can_come_from_another_site(onsite: Onsite) -> None:
    made = onsite(pull_endpoint="http://master:80", default=True)
    assert made["object"]["spec"] == {
        "pull": {"endpoint": "http://master:80"},
        "defaultRealm": True,
    }
