# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Daemons that mirror block devices of another cluster: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_rbd_mirror
from onsite import Onsite, quartet

OPTIONS = {"name": "mirror"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_rbd_mirror, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephRBDMirror/rook-ceph/mirror", confirm=False)


def test_peers_are_secrets_by_name(onsite: Onsite) -> None:
    made = onsite(peers=["peer-a", "peer-b"])
    assert made["object"]["spec"] == {"count": 1, "peers": {"secretNames": ["peer-a", "peer-b"]}}


def test_no_daemon_at_all_is_refused(onsite: Onsite) -> None:
    refused = onsite(count=0)
    assert refused["failed"] and "rbd_mirrors[0].count: 0 is not 1 or more" in refused["msg"]
