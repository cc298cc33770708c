# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After two runs of site.yml: what is there, and that check mode had said so."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from conftest import Kubectl, Run
    from testinfra.host import Host

testinfra_hosts = ["ansible://rook_storage"]
NAMESPACE = "rook-ceph"


def test_check_mode_had_predicted_every_change(runs: list[Run]) -> None:
    predicted, made = runs[0].results("changed"), runs[1].results("changed")
    assert made, "the run changed nothing: this would prove nothing"
    assert sorted(made - predicted) == []


def test_every_node_is_ready(kubectl: Kubectl) -> None:
    nodes = {
        node["metadata"]["name"]: {
            each["type"]: each["status"] for each in node["status"]["conditions"]
        }
        for node in kubectl("get", "nodes", "-o", "json")["items"]
    }
    assert {name: state["Ready"] for name, state in nodes.items()} == dict.fromkeys(
        ("cp1", "w1", "w2", "w3"), "True"
    )


def test_ceph_is_healthy(kubectl: Kubectl) -> None:
    (cluster,) = kubectl("get", "cephclusters", "-n", NAMESPACE, "-o", "json")["items"]
    assert cluster["status"]["ceph"]["health"] == "HEALTH_OK", cluster["status"]["ceph"]


def test_each_storage_host_runs_its_osd(kubectl: Kubectl) -> None:
    pods = kubectl("get", "pods", "-n", NAMESPACE, "-l", "app=rook-ceph-osd", "-o", "json")["items"]
    running = [pod["spec"]["nodeName"] for pod in pods if pod["status"]["phase"] == "Running"]
    assert sorted(running) == ["w1", "w2", "w3"]


def test_the_disk_holds_ceph_s_data(host: Host) -> None:
    label = host.run("head -c 22 /dev/disk/by-id/rooklab-disk0").stdout
    assert label == "bluestore block device"


def test_the_report_holds_the_proof(lab: dict[str, t.Any]) -> None:
    report = json.loads((Path(lab["lab_directory"]) / "report/report.json").read_text())
    assert report["proof"]


def test_the_proof_left_nothing(kubectl: Kubectl) -> None:
    assert kubectl("get", "persistentvolumeclaims", "-A", "-o", "json")["items"] == []
