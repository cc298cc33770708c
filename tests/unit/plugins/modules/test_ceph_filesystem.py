# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file system: made, kept, guarded, removed."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_filesystem
from onsite import Onsite, quartet

OPTIONS = {"name": "shared", "data_pools": [{"name": "replicated", "replicas": 3}]}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_filesystem, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephFilesystem/rook-ceph/shared", confirm=True)


def test_a_bound_claim_refuses_the_removal_and_is_named_with_its_pod(onsite: Onsite) -> None:
    onsite()
    for item in consumers():
        onsite.kube.apply(item)
    refused = onsite(state="absent", confirm="store1")
    assert refused["failed"] and refused["changed"] is False
    assert "PersistentVolumeClaim/shop/data: uses CephFilesystem/rook-ceph/shared" in refused["msg"]
    assert "is mounted by shop/web" in refused["msg"]
    assert not any(write.startswith("delete") for write in onsite.kube.writes)


def consumers() -> list[dict[str, t.Any]]:
    csi = {
        "driver": "rook-ceph.cephfs.csi.ceph.com",
        "volumeAttributes": {"clusterID": "rook-ceph", "fsName": "shared"},
    }
    inside, claim = {"namespace": "shop", "name": "data"}, {"claimName": "data"}
    volumes = [{"name": "v", "persistentVolumeClaim": claim}]
    return [
        {
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pv-1"},
            "spec": {"csi": csi, "claimRef": inside},
        },
        {
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": inside,
            "spec": {"volumeName": "pv-1"},
        },
        {
            "apiVersion": "v1", "kind": "Pod", "metadata": {**inside, "name": "web"},
            "spec": {"volumes": volumes}, "status": {"phase": "Running"},
        },
    ]  # fmt: skip


def test_a_file_system_needs_a_pool(onsite: Onsite) -> None:
    refused = onsite(data_pools=[])
    assert refused["failed"] and "names no pool (FS-04)" in refused["msg"]
