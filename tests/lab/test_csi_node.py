# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CSI driver's Node service and registration over sockets, as kubelet calls them."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from csiworld import SECRETS, World, config, grpc, refused, stubs, world

__all__ = ["config", "stubs", "world"]


def test_a_volume_is_staged_published_and_taken_off(world: World) -> None:
    volume = world.create()
    for _ in range(2):
        world.stage(volume)
        world.publish(volume)
    assert world.host.mounted == {"/stage": "ceph-fuse", "/pod": "/stage"}
    assert world.fuse.count == 1
    for _ in range(2):
        world.node.NodeUnpublishVolume(
            world.csi.NodeUnpublishVolumeRequest(volume_id=volume.volume_id, target_path="/pod")
        )
        world.node.NodeUnstageVolume(
            world.csi.NodeUnstageVolumeRequest(
                volume_id=volume.volume_id, staging_target_path="/stage"
            )
        )
    assert world.host.mounted == {}
    assert world.stages.all() == []
    assert SECRETS["adminKey"] not in str(world.host.commands)


def test_a_dead_stage_is_staged_again_when_kubelet_only_publishes(world: World) -> None:
    volume = world.create()
    world.stage(volume)
    world.publish(volume, "/old")
    world.host.dead = {"/stage", "/old"}
    world.publish(volume, "/new")
    world.publish(volume, "/old")
    assert world.fuse.count == 2
    assert world.host.dead == set()


def test_publishing_what_was_never_staged_says_what_to_do(world: World) -> None:
    volume = world.create()
    with refused("FAILED_PRECONDITION", "Delete every pod of the volume on this node"):
        world.publish(volume)


def test_a_failed_stage_is_not_remembered(world: World) -> None:
    volume = world.create()
    world.fuse.refuse = True
    with refused("INTERNAL", "did not mount"):
        world.stage(volume)
    assert world.stages.all() == []


def test_read_only_pods_and_mount_options_bind_so(world: World) -> None:
    volume = world.create()
    world.stage(volume)
    capability = world.capability("nosuid", "rw")
    world.publish(volume, readonly=True, volume_capability=capability)
    assert ("mount", "--no-mtab", "-o", "remount,bind,nosuid,ro", "/pod") in world.host.commands


@pytest.mark.parametrize("missing", ["fsName", "clusterID", "subvolumePath"])
def test_volumes_made_by_hand_must_say_where_they_are(world: World, missing: str) -> None:
    volume = world.create()
    del volume.volume_context[missing]
    with refused("INVALID_ARGUMENT", missing):
        world.stage(volume)


def test_a_static_volume_has_a_root_path(world: World) -> None:
    volume = world.csi.Volume(volume_id="myfs-static")
    about = {"clusterID": "rook-ceph", "fsName": "myfs", "rootPath": "/", "staticVolume": "true"}
    world.stage(volume, volume_context=about)
    found = world.stages.find("/stage")
    assert found is not None
    assert found.root == "/"


def test_usage_is_told_of_mounts_alone(world: World) -> None:
    volume = world.create()
    request = world.csi.NodeGetVolumeStatsRequest(volume_id=volume.volume_id, volume_path="/pod")
    with refused("NOT_FOUND", "nothing is mounted at /pod"):
        world.node.NodeGetVolumeStats(request)
    world.stage(volume)
    world.publish(volume)
    usage = world.node.NodeGetVolumeStats(request).usage[0]
    assert (usage.total, usage.used, usage.available) == (409600, 163840, 204800)


def test_no_call_logs_a_key(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        volume = world.create()
        world.stage(volume)
        with contextlib.suppress(grpc.RpcError):
            world.stage(volume, volume_context={})
    assert "CreateVolume pvc-1" in caplog.text
    assert "NodeStageVolume" in caplog.text
    assert SECRETS["adminKey"] not in caplog.text


def test_kubelet_learns_of_the_driver_and_a_refusal_ends_it(tmp_path: Path) -> None:
    import pluginregistration_pb2 as messages
    import pluginregistration_pb2_grpc as rpc
    from cephfscsi import registration, server

    refusals: list[str] = []
    own = server.Server(tmp_path / "d-reg.sock")
    rpc.add_RegistrationServicer_to_server(
        registration.Registration("d", "/csi.sock", refusals.append), own.grpc
    )
    own.start()
    with grpc.insecure_channel(f"unix://{tmp_path}/d-reg.sock") as channel:
        stub = rpc.RegistrationStub(channel)
        info = stub.GetInfo(messages.InfoRequest())
        status = messages.RegistrationStatus
        stub.NotifyRegistrationStatus(status(plugin_registered=True))
        assert refusals == []
        stub.NotifyRegistrationStatus(status(plugin_registered=False, error="why"))
    own.stop(0)
    assert (info.type, info.name, info.endpoint) == ("CSIPlugin", "d", "/csi.sock")
    assert refusals == ["kubelet refused to register d: why"]
