# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of a file system with volumes of its own: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_filesystem_sub_volume_group
from onsite import Onsite, quartet

OPTIONS = {"name": "group", "filesystem": "shared"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_filesystem_sub_volume_group, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephFilesystemSubVolumeGroup/rook-ceph/group", confirm=True)


def test_a_quota_may_change_and_the_file_system_may_not(onsite: Onsite) -> None:
    onsite(quota="10Gi")
    assert onsite(quota="20Gi")["changed"] is True
    refused = onsite(quota="20Gi", filesystem="other")
    assert refused["failed"]
    assert "spec.filesystemName would change from shared to other" in refused["msg"]
