# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of NFS servers: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_nfs
from onsite import Onsite, quartet

OPTIONS = {"name": "exports", "active": 2}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_nfs, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephNFS/rook-ceph/exports", confirm=False)


def test_servers_are_added_and_the_diff_says_how_many(onsite: Onsite) -> None:
    onsite()
    (update,) = [step for step in onsite(active=3)["plan"] if step["op"] == "update"]
    assert update["changes"] == [{"path": "spec.server.active", "old": 2, "new": 3}]


def test_what_the_release_does_not_know_is_refused(onsite: Onsite) -> None:
    refused = onsite(port=2049)
    assert refused["failed"] and "nfs[0].port: 2049" in refused["msg"]
    assert "1.20 is the first that does" in refused["msg"] and onsite.kube.writes == []
