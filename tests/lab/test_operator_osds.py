# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the stand-in operator makes OSDs: of which devices, by which Jobs, what it leaves alone."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from operatorworld import SPACE, World, world
from rookstandin import bluestore, cluster_osds, osd, prepare
from rookstandin.bluestore import Label
from rookstandin.errors import NotYet, StandinError
from rookstandin.podspec import Frame
from rookstandin.resource import Resource

__all__ = ["world"]

DISK = "/dev/disk/by-id/disk0"
STORAGE = {"storage": {"nodes": [{"name": "w1", "devices": [{"name": DISK}]}]}}
REQUEST: dict[str, t.Any] = {"fsid": "ours", "config": {}, "loop_devices": True}


@pytest.fixture
def frame(world: World) -> Frame:
    labels = {"kubernetes.io/hostname": "w1", "topology.kubernetes.io/zone": "z"}
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    world.kube.put("Node", "w1", "", metadata={"labels": labels}, status=ready)
    return Frame(Resource(world.cluster(**STORAGE)), "fsid")


def end(world: World, condition: str, code: int, message: str) -> None:
    """Let the prepare Job of w1 end with a message."""
    job = world.kube.list("Job")[0]
    job["status"] = {"conditions": [{"type": condition, "status": "True"}]}
    terminated = {"exitCode": code, "message": message}
    world.kube.put(
        "Pod", "prepare", metadata={"labels": {"job-name": job["metadata"]["name"]}},
        status={"containerStatuses": [{"state": {"terminated": terminated}}]},
    )  # fmt: skip


def test_named_devices_become_osds_where_their_node_is(world: World, frame: Frame) -> None:
    with pytest.raises(NotYet, match="being prepared on w1"):
        cluster_osds.reconcile(world.context, frame)
    made = {"id": 0, "uuid": "u", "device": DISK, "device_class": "hdd"}
    end(world, "Complete", 0, json.dumps({"osds": [made], "skipped": []}))
    cluster_osds.reconcile(world.context, frame)
    deployment = world.kube.get("Deployment", "rook-ceph-osd-0", SPACE)
    assert deployment is not None
    spec = deployment["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"kubernetes.io/hostname": "w1"}
    assert "--crush-location=root=default host=w1 zone=z" in spec["containers"][0]["args"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert (labels["ceph-osd-id"], labels["device-class"]) == ("0", "hdd")
    world.kube.delete("Job", "rook-ceph-osd-prepare-w1", SPACE)
    cluster_osds.reconcile(world.context, frame)
    assert world.kube.list("Job") == [], "a device that is an OSD is not prepared again"


def test_why_a_preparation_failed_is_told_and_it_is_tried_again(world: World, frame: Frame) -> None:
    with pytest.raises(NotYet):
        cluster_osds.reconcile(world.context, frame)
    end(world, "Failed", 1, "the disk is on fire")
    with pytest.raises(StandinError, match="failed to prepare devices on w1: the disk is on fire"):
        cluster_osds.reconcile(world.context, frame)
    with pytest.raises(NotYet):
        cluster_osds.reconcile(world.context, frame)


def test_a_changed_specification_is_asked_for_anew(world: World, frame: Frame) -> None:
    with pytest.raises(NotYet):
        cluster_osds.reconcile(world.context, frame)
    first = world.kube.list("Job")[0]["metadata"]["annotations"][osd.WANTED]
    end(world, "Complete", 0, json.dumps({"osds": [], "skipped": []}))
    frame.cluster.raw["metadata"]["generation"] = 2
    for _ in range(2):
        with pytest.raises(NotYet):
            cluster_osds.reconcile(world.context, frame)
    assert world.kube.list("Job")[0]["metadata"]["annotations"][osd.WANTED] != first


def test_nodes_that_are_not_there_are_left_out(frame: Frame) -> None:
    assert osd.wanted(frame, []) == []


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a file pass for a blank device that is large enough."""
    path = tmp_path / "sdx"
    path.touch()
    monkeypatch.setattr(Path, "is_block_device", lambda self: self == path)
    monkeypatch.setattr(bluestore, "size", lambda device: prepare.MINIMUM)
    monkeypatch.setattr(bluestore, "signature", lambda device: "")
    monkeypatch.setattr(bluestore, "labels", lambda device: {})
    return path


def test_a_blank_device_is_prepared_once(device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []
    made = Label("u", {"ceph_fsid": "ours", "whoami": "4"})

    def run(*command: str) -> str:
        ran.append(command)
        monkeypatch.setattr(bluestore, "labels", lambda device: {0: made})
        return ""

    monkeypatch.setattr(prepare, "run", run)
    for _ in range(2):
        result = prepare.prepare(str(device), REQUEST)
        assert (result["id"], result["uuid"]) == (4, "u")
    assert len(ran) == 1


@pytest.mark.parametrize(
    ("function", "answer", "words"),
    [
        ("signature", "ext4", 'contains a filesystem "ext4"'),
        ("size", 10, "Insufficient space"),
        ("labels", {0: Label("u", {"ceph_fsid": "theirs"})}, 'another ceph cluster "theirs"'),
    ],
)
def test_a_device_that_is_not_blank_is_left_alone(
    device: Path, monkeypatch: pytest.MonkeyPatch, function: str, answer: object, words: str
) -> None:
    def run(*command: str) -> str:
        raise AssertionError(f"{command} ran")

    monkeypatch.setattr(prepare, "run", run)
    monkeypatch.setattr(bluestore, function, lambda device: answer)
    assert words in prepare.prepare(str(device), REQUEST)["reason"]


def test_what_is_no_device_is_left_alone(device: Path) -> None:
    refused = prepare.prepare(str(device.parent), REQUEST)
    assert refused["reason"] == "is not a block device of this node"


def test_loop_devices_have_to_be_allowed(device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = device.with_name("loop0")
    loop.touch()
    monkeypatch.setattr(Path, "is_block_device", lambda self: self == loop)
    refused = prepare.prepare(str(loop), {**REQUEST, "loop_devices": False})
    assert "ROOK_CEPH_ALLOW_LOOP_DEVICES" in refused["reason"]
