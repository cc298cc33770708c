# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user of Ceph itself, with rights and a key: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_client
from onsite import Onsite, quartet

OPTIONS = {"name": "glance", "caps": {"mon": "profile rbd"}}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_client, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephClient/rook-ceph/glance", confirm=True)


def test_a_user_without_rights_is_refused(onsite: Onsite) -> None:
    refused = onsite(caps=None)
    assert refused["failed"] and "clients[0].caps: is missing" in refused["msg"]


def test_the_secret_stays_where_it_is(onsite: Onsite) -> None:
    onsite(secret_name="one")
    refused = onsite(secret_name="other")
    assert refused["failed"] and "spec.secretName would change from one to other" in refused["msg"]
