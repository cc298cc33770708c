# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of Kubernetes' container object storage interface: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_cosi_driver
from onsite import Onsite, quartet

OPTIONS = {"name": "cosi"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_cosi_driver, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephCOSIDriver/rook-ceph/cosi", confirm=False)


def test_how_it_is_deployed_is_one_of_three_ways(onsite: Onsite) -> None:
    refused = onsite(deployment="Sometimes")
    assert refused["failed"] and "is none of Auto, Always, Never" in refused["msg"]
