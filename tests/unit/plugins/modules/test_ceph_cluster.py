# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster: made, kept, wiped and removed."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.modules import ceph_cluster
from onsite import HOSTS, Onsite, quartet

OPTIONS = {"hosts": HOSTS}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_cluster, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephCluster/rook-ceph/rook-ceph", confirm=True)


def test_its_removal_lets_rook_clean_the_hosts_and_waits_for_that(onsite: Onsite) -> None:
    onsite()
    onsite.kube.writes.clear()
    removed = onsite(state="absent", confirm="store1")
    assert [step["op"] for step in removed["plan"]] == ["update", "delete", "wait"]
    assert removed["plan"][0]["changes"][0]["path"] == "spec.cleanupPolicy"
    target = "CephCluster/rook-ceph/rook-ceph"
    assert onsite.kube.writes == [f"write {target}", f"delete {target}"]


def test_with_wipe_none_the_hosts_are_left_to_others(onsite: Onsite) -> None:
    onsite()
    removed = onsite(state="absent", confirm="store1", wipe="none")
    assert [step["op"] for step in removed["plan"]] == ["delete", "wait"]


def test_a_device_is_not_taken_from_it_by_leaving_it_out(onsite: Onsite) -> None:
    onsite()
    refused = onsite(hosts={**HOSTS, "w3": {"devices": []}})
    assert refused["failed"] and "spec.storage.nodes[w3]" in refused["msg"]
    assert refused["changed"] is False


def test_a_node_is_taken_from_it_once_its_osds_are_purged(onsite: Onsite) -> None:
    onsite()
    fewer = {**HOSTS, "w3": {"devices": []}}
    deployments = [
        {
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": f"rook-ceph-osd-{number}", "namespace": "rook-ceph",
                "labels": {"app": "rook-ceph-osd", "topology-location-host": f"w{number}"},
            },
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    # What is on a claim is on no device of a node.
    claimed = copy.deepcopy(deployments[2])
    claimed["metadata"]["name"] = "rook-ceph-osd-4"
    claimed["metadata"]["labels"]["ceph.rook.io/pvc"] = "set-data-0"
    onsite.kube.objects.pop(Ref("apps/v1", "Deployment", "rook-ceph", "rook-ceph-osd-all"))
    for item in (*deployments, claimed):
        onsite.kube.objects[Ref.of(item)] = item
    assert "spec.storage.nodes[w3]" in onsite(hosts=fewer)["msg"]
    onsite.kube.objects.pop(Ref.of(deployments[2]))
    assert onsite(hosts=fewer, wait=False)["changed"] is True


def test_a_reserved_directory_is_refused_with_a_way_out(onsite: Onsite) -> None:
    refused = onsite(data_dir_host_path="/etc/ceph/data")
    assert refused["failed"] and onsite.kube.writes == []
    assert "cluster.data_dir_host_path: '/etc/ceph/data' is under /etc/ceph" in refused["msg"]
    assert "Take /var/lib/rook." in refused["msg"]
