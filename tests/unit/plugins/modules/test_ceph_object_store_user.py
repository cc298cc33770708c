# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object store's user: made, kept, removed; its keys are nowhere in the result."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_object_store_user
from onsite import Onsite, quartet

OPTIONS = {"name": "app", "store": "objects"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_object_store_user, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephObjectStoreUser/rook-ceph/app", confirm=True)


def test_a_user_does_not_move_to_another_store(onsite: Onsite) -> None:
    onsite()
    refused = onsite(store="others")
    assert refused["failed"] and "a user cannot move to another store" in refused["msg"]


def test_a_user_without_store_is_refused(onsite: Onsite) -> None:
    refused = onsite(store=None)
    assert refused["failed"] and "object_store_users[0].store: is missing" in refused["msg"]
