# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object store: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_object_store
from onsite import Onsite, quartet

OPTIONS = {"name": "objects", "data": {"replicas": 3}}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_object_store, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephObjectStore/rook-ceph/objects", confirm=True)


def test_its_user_holds_it(onsite: Onsite) -> None:
    onsite()
    onsite.kube.apply(
        {
            "apiVersion": "ceph.rook.io/v1",
            "kind": "CephObjectStoreUser",
            "metadata": {"namespace": "rook-ceph", "name": "app"},
            "spec": {"store": "objects"},
        }
    )
    refused = onsite(state="absent", confirm="store1")
    assert refused["failed"]
    assert (
        "is still needed by CephObjectStoreUser/rook-ceph/app, which is not ours" in refused["msg"]
    )


def test_a_store_without_data_pool_is_refused(onsite: Onsite) -> None:
    refused = onsite(data=None)
    assert refused["failed"] and "is missing" in refused["msg"]
