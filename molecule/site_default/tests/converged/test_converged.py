# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After two runs of site.yml: what is there, and that check mode had said so."""

from __future__ import annotations

import base64
import datetime
import json
import typing as t
from pathlib import Path

import pytest

if t.TYPE_CHECKING:
    from conftest import Eventually, Kubectl, Run, Unready
    from testinfra.host import Host

testinfra_hosts = ["ansible://rook_storage"]
NAMESPACE = "rook-ceph"


def test_check_mode_had_predicted_every_change(runs: list[Run]) -> None:
    predicted, made = runs[0].results("changed"), runs[1].results("changed")
    assert made, "the run changed nothing: this would prove nothing"
    assert sorted(made - predicted) == []


def test_every_node_is_ready(unready: Unready, eventually: Eventually) -> None:
    eventually(unready("cp1", "w1", "w2", "w3"), 120)


def test_ceph_is_healthy(complaints: t.Callable[[], list[str]], eventually: Eventually) -> None:
    """The operator tells what it saw at its last look, which may have been at a busy moment."""
    eventually(complaints, 120)


def test_each_storage_host_runs_its_osd(kubectl: Kubectl) -> None:
    pods = kubectl("get", "pods", "-n", NAMESPACE, "-l", "app=rook-ceph-osd", "-o", "json")["items"]
    running = [pod["spec"]["nodeName"] for pod in pods if pod["status"]["phase"] == "Running"]
    assert sorted(running) == ["w1", "w2", "w3"]


def test_the_disk_holds_ceph_s_data(host: Host) -> None:
    label = host.run("head -c 22 /dev/disk/by-id/rooklab-disk0").stdout
    assert label == "bluestore block device"


@pytest.fixture(scope="module")
def report(lab: dict[str, t.Any]) -> dict[str, t.Any]:
    return json.loads((Path(lab["lab_directory"]) / "report/report.json").read_text())


def test_everything_that_was_probed_is_proven(report: dict[str, t.Any]) -> None:
    assert {probe["outcome"] for probe in report["probes"]} == {"proven"}, report["probes"]


def test_what_one_node_wrote_another_read_with_the_same_hash(report: dict[str, t.Any]) -> None:
    hashes: dict[str, set[tuple[str, str]]] = {}
    for act in report["evidence"]:
        if act["target"].endswith("/rook-cephfs") and act.get("sha256"):
            hashes.setdefault(act["what"], set()).add((act["node"], act["sha256"]))
    shared = [
        found
        for found in hashes.values()
        if len({node for node, _hash in found}) > 1 and len({each for _node, each in found}) == 1
    ]
    assert shared, hashes


def test_the_proof_left_nothing(kubectl: Kubectl) -> None:
    assert kubectl("get", "persistentvolumeclaims", "-A", "-o", "json")["items"] == []


def test_the_token_with_which_nodes_joined_was_taken_back(kubectl: Kubectl) -> None:
    """That of kubeadm's own init lasts a day, and that of the certificates says what it is for."""
    secrets = kubectl("get", "secrets", "-n", "kube-system", "-o", "json")["items"]
    tokens = [each for each in secrets if each["type"] == "bootstrap.kubernetes.io/token"]

    def lasts(token: dict[str, t.Any]) -> datetime.timedelta:
        ends = base64.b64decode(token["data"]["expiration"]).decode()
        begun = token["metadata"]["creationTimestamp"]
        return datetime.datetime.fromisoformat(ends) - datetime.datetime.fromisoformat(begun)

    short = [each for each in tokens if lasts(each) < datetime.timedelta(hours=12)]
    assert tokens and all("description" in token["data"] for token in short)
