# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of a block pool with volumes of its own: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_block_pool_rados_namespace
from onsite import Onsite, quartet

OPTIONS = {"name": "tenant", "pool": "fast"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_block_pool_rados_namespace, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephBlockPoolRadosNamespace/rook-ceph/tenant", confirm=True)


def test_it_cannot_move_to_another_pool(onsite: Onsite) -> None:
    onsite()
    refused = onsite(pool="slow")
    assert refused["failed"] and refused["changed"] is False
    assert "spec.blockPoolName would change from fast to slow" in refused["msg"]


def test_mirroring_names_how_and_as_what(onsite: Onsite) -> None:
    made = onsite(mirroring_mode="image", mirroring_remote="theirs")
    assert made["object"]["spec"]["mirroring"] == {"mode": "image", "remoteNamespace": "theirs"}
