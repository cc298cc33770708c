# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon that mirrors file systems to other clusters: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_filesystem_mirror
from onsite import Onsite, quartet

OPTIONS = {"name": "mirror"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_filesystem_mirror, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephFilesystemMirror/rook-ceph/mirror", confirm=False)


def test_what_has_no_option_goes_into_the_spec(onsite: Onsite) -> None:
    made = onsite(spec={"priorityClassName": "high"})
    assert made["object"]["spec"] == {"priorityClassName": "high"}
