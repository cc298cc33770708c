# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways for block devices over NVMe-oF: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_nvmeof_gateway
from onsite import Onsite, quartet

OPTIONS = {"name": "fabric", "pool": "fast", "group": "a", "version": "1.20"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_nvmeof_gateway, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephNVMeOFGateway/rook-ceph/fabric", confirm=False)


def test_the_group_stays(onsite: Onsite) -> None:
    onsite(instances=2, ports={"io_port": 4421})
    refused = onsite(instances=2, ports={"io_port": 4421}, group="b")
    assert refused["failed"] and "spec.group would change from a to b" in refused["msg"]
