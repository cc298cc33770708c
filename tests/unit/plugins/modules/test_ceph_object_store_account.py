# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of an object store: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_object_store_account
from onsite import Onsite, quartet

OPTIONS = {"name": "team", "store": "objects", "version": "1.20"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_object_store_account, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephObjectStoreAccount/rook-ceph/team", confirm=True)


def test_an_earlier_release_has_none_to_make_or_remove(onsite: Onsite) -> None:
    for state in ("present", "absent"):
        refused = onsite(version="1.18.11", state=state)
        assert refused["failed"] and "1.20 is the first that does" in refused["msg"]
    assert onsite.kube.writes == []


def test_the_root_user_is_described(onsite: Onsite) -> None:
    made = onsite(root_user={"display_name": "Team", "skip_create": False})
    assert made["object"]["spec"] == {"store": "objects", "rootUser": {"displayName": "Team"}}
