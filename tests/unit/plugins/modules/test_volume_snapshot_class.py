# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A class for snapshots of volumes: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import volume_snapshot_class
from onsite import Onsite, quartet

OPTIONS = {"name": "snaps", "type": "cephfs"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(volume_snapshot_class, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "VolumeSnapshotClass//snaps", confirm=False)


def test_it_names_the_drivers_secret(onsite: Onsite) -> None:
    made = onsite()["object"]
    assert made["driver"] == "rook-ceph.cephfs.csi.ceph.com"
    assert made["parameters"] == {
        "clusterID": "rook-ceph",
        "csi.storage.k8s.io/snapshotter-secret-name": "rook-csi-cephfs-provisioner",
        "csi.storage.k8s.io/snapshotter-secret-namespace": "rook-ceph",
    }


def test_a_change_is_refused_unless_a_new_class_is_asked_for(onsite: Onsite) -> None:
    onsite()
    refused = onsite(deletion_policy="Retain")
    assert (
        refused["failed"] and "deletionPolicy would change from Delete to Retain" in refused["msg"]
    )
    onsite.kube.writes.clear()
    replaced = onsite(deletion_policy="Retain", recreate=True)
    assert replaced["object"]["deletionPolicy"] == "Retain"
    assert onsite.kube.writes == [
        "delete VolumeSnapshotClass//snaps",
        "write VolumeSnapshotClass//snaps",
    ]


def test_without_the_snapshot_controllers_definitions_it_is_refused(onsite: Onsite) -> None:
    onsite.kube.serves = lambda _api, kind, **_more: kind != "VolumeSnapshotClass"  # type: ignore[method-assign]
    refused = onsite()
    assert refused["failed"] and "Install Kubernetes' snapshot controller" in refused["msg"]
    assert onsite.kube.writes == []


def test_nfs_makes_snapshots_since_a_release(onsite: Onsite) -> None:
    assert onsite(type="nfs").get("failed") is None
