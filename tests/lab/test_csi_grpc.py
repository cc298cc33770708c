# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CSI driver over its sockets, as kubelet and the sidecars call it; Ceph and node are fakes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "lab"), str(TOP / "lab/standin/csi")]

# Pinned in lab/images/requirements.txt.
grpc = pytest.importorskip("grpc", reason="grpcio is not installed")
pytest.importorskip("grpc_tools", reason="grpcio-tools is not installed")

from rooklab import sources

PROTOS = {
    "csi.proto": (sources.CSI, "csi.proto"),
    "pluginregistration.proto": (
        sources.KUBELET,
        "pkg/apis/pluginregistration/v1/api.proto",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def stubs(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[None]:
    """Make the stubs as the image's build does, and have them importable."""
    text, code = tmp_path_factory.mktemp("protos"), tmp_path_factory.mktemp("stubs")
    for name, (source, path) in PROTOS.items():
        shutil.copyfile(sources.fetch(source, os.environ) / path, text / name)
    command = ("-m", "grpc_tools.protoc", f"-I{text}", f"--python_out={code}")
    subprocess.run(
        (sys.executable, *command, f"--grpc_python_out={code}", *PROTOS), check=True, cwd=text
    )
    sys.path.insert(0, str(code))
    yield
    sys.path.remove(str(code))


CAPS = {"mode": 5}
PARAMETERS = {"clusterID": "rook-ceph", "fsName": "myfs", "pool": "myfs-data0"}
SECRETS = {"adminID": "csi", "adminKey": "AgDSECRETSECRET=="}


class FakeCeph:
    """A cluster in memory; it is its own connection."""

    def __init__(self) -> None:
        self.volumes: dict[str, int] = {}
        self.users: list[str] = []

    @contextlib.contextmanager
    def connect(self, cluster: t.Any, who: t.Any) -> t.Iterator[FakeCeph]:
        self.users.append(who.user)
        yield self

    def filesystems(self) -> dict[str, int]:
        return {"myfs": 1}

    def info(self, place: t.Any) -> t.Any:
        from cephfscsi.ceph import Info

        if place.name not in self.volumes:
            return None
        return Info(f"/volumes/{place.group}/{place.name}/x", self.volumes[place.name])

    def create(self, place: t.Any, size: int, pool: str | None) -> None:
        self.volumes[place.name] = size

    def resize(self, place: t.Any, size: int) -> None:
        self.volumes[place.name] = size

    def remove(self, place: t.Any) -> None:
        self.volumes.pop(place.name, None)


class FakeHost:
    """A node: a set of mounts, of which some are dead."""

    def __init__(self) -> None:
        self.mounted: dict[str, str] = {}
        self.dead: set[str] = set()
        self.commands: list[tuple[str, ...]] = []

    def run(self, *command: str, ok: object = (0,), timeout: float = 0) -> str:
        self.commands.append(command)
        if command[0] == "mount" and "--bind" in command:
            self.mounted[command[-1]] = command[-2]
        return "4096 100 60 50" if command[0] == "stat" else ""

    def mounts(self) -> dict[str, str]:
        return dict(self.mounted)

    def exists(self, path: str) -> bool:
        return True

    def answers(self, path: str) -> bool:
        return path not in self.dead

    def unmount(self, path: str) -> None:
        self.mounted.pop(path, None)
        self.dead.discard(path)


class FakeFuse:
    def __init__(self, host: FakeHost) -> None:
        self.host = host
        self.count = 0
        self.refuse = False

    def healthy(self, stage: t.Any) -> bool:
        return stage.path in self.host.mounted and self.host.answers(stage.path)

    def mount(self, stage: t.Any, mon_host: str, keyring: Path) -> None:
        from cephfscsi.errors import CsiError

        assert "AgDSECRET" in keyring.read_text()
        if self.refuse:
            raise CsiError("INTERNAL", "ceph-fuse did not mount")
        self.count += 1
        self.unmount(stage)
        self.host.mounted[stage.path] = "ceph-fuse"

    def unmount(self, stage: t.Any) -> None:
        self.host.unmount(stage.path)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps([{"clusterID": "rook-ceph", "monitors": ["10.96.0.1:6789"]}]))
    return path


class World:
    """One driver behind a socket, with messages and stubs at hand."""

    def __init__(self, folder: Path, config: Path) -> None:
        import csi_pb2
        import csi_pb2_grpc
        from cephfscsi import controller, identity, node, server, stages

        self.csi, self.ceph, self.host = csi_pb2, FakeCeph(), FakeHost()
        self.fuse, self.stages = FakeFuse(self.host), stages.Stages(folder / "stages")
        self.server = server.Server(folder / "csi.sock")
        services = self.server.grpc
        csi_pb2_grpc.add_IdentityServicer_to_server(
            identity.Identity("d", controller=True), services
        )
        csi_pb2_grpc.add_ControllerServicer_to_server(
            controller.Controller("d", config, self.ceph.connect), services
        )
        csi_pb2_grpc.add_NodeServicer_to_server(
            node.Node("w1", config, self.host, self.fuse, self.stages), services
        )
        self.server.start()
        self.channel = grpc.insecure_channel(f"unix://{folder}/csi.sock")
        self.identity = csi_pb2_grpc.IdentityStub(self.channel)
        self.controller = csi_pb2_grpc.ControllerStub(self.channel)
        self.node = csi_pb2_grpc.NodeStub(self.channel)

    def capability(self, *flags: str) -> t.Any:
        one = self.csi.VolumeCapability
        mode = one.AccessMode.MULTI_NODE_MULTI_WRITER
        return one(mount=one.MountVolume(mount_flags=flags), access_mode=one.AccessMode(mode=mode))

    def create(self, **changes: t.Any) -> t.Any:
        request = {
            "name": "pvc-1",
            "parameters": PARAMETERS,
            "secrets": SECRETS,
            "volume_capabilities": [self.capability()],
            "capacity_range": self.csi.CapacityRange(required_bytes=2**30),
            **changes,
        }
        return self.controller.CreateVolume(self.csi.CreateVolumeRequest(**request)).volume

    def stage(self, volume: t.Any, **changes: t.Any) -> None:
        request = {
            "volume_id": volume.volume_id,
            "volume_context": volume.volume_context,
            "secrets": SECRETS,
            "staging_target_path": "/stage",
            "volume_capability": self.capability(),
            **changes,
        }
        self.node.NodeStageVolume(self.csi.NodeStageVolumeRequest(**request))

    def publish(self, volume: t.Any, target: str = "/pod", **changes: t.Any) -> None:
        request = {
            "volume_id": volume.volume_id,
            "staging_target_path": "/stage",
            "target_path": target,
            "volume_capability": self.capability(),
            **changes,
        }
        self.node.NodePublishVolume(self.csi.NodePublishVolumeRequest(**request))


@pytest.fixture
def world(tmp_path: Path, config: Path) -> t.Iterator[World]:
    world = World(tmp_path, config)
    yield world
    world.channel.close()
    world.server.stop(0)
    assert not (tmp_path / "csi.sock").exists()


@contextlib.contextmanager
def refused(code: str, words: str) -> t.Iterator[None]:
    with pytest.raises(grpc.RpcError) as caught:
        yield
    assert (caught.value.code().name, words in caught.value.details()) == (code, True), (
        caught.value.details()
    )


def test_it_says_who_it_is(world: World) -> None:
    info = world.identity.GetPluginInfo(world.csi.GetPluginInfoRequest())
    assert info.name == "d"
    found = world.identity.GetPluginCapabilities(world.csi.GetPluginCapabilitiesRequest())
    assert len(found.capabilities) == 2


def test_a_volume_is_made_once(world: World) -> None:
    first = world.create()
    assert world.create() == first
    assert len(world.ceph.volumes) == 1
    assert first.capacity_bytes == 2**30
    name = next(iter(world.ceph.volumes))
    assert first.volume_context["subvolumeName"] == name
    assert first.volume_context["subvolumePath"] == f"/volumes/csi/{name}/x"
    assert first.volume_id.endswith(name.removeprefix("csi-vol-"))
    assert SECRETS["adminKey"] not in str(first)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"name": ""}, "INVALID_ARGUMENT", "name is required"),
        ({"volume_capabilities": []}, "INVALID_ARGUMENT", "are required"),
        ({"parameters": {"clusterID": "rook-ceph"}}, "INVALID_ARGUMENT", "parameter fsName"),
        ({"parameters": {**PARAMETERS, "clusterID": "x"}}, "INVALID_ARGUMENT", "cluster ID 'x'"),
        ({"parameters": {**PARAMETERS, "fsName": "nofs"}}, "NOT_FOUND", "the cluster has myfs"),
        ({"secrets": {}}, "INVALID_ARGUMENT", "no adminID and adminKey"),
    ],
)
def test_bad_requests_are_refused_with_words(
    world: World, changes: dict[str, t.Any], code: str, words: str
) -> None:
    with refused(code, words):
        world.create(**changes)
    assert world.ceph.volumes == {}


def test_sizes_that_contradict_are_refused(world: World) -> None:
    size = world.csi.CapacityRange
    with refused("OUT_OF_RANGE", "at most 5 bytes"):
        world.create(capacity_range=size(required_bytes=6, limit_bytes=5))
    world.create()
    with refused("ALREADY_EXISTS", "exists with 1073741824 bytes"):
        world.create(capacity_range=size(required_bytes=2**31))


def test_a_volume_is_deleted_once_and_again(world: World) -> None:
    volume = world.create()
    for handle in (volume.volume_id, volume.volume_id, "made-by-hand"):
        request = world.csi.DeleteVolumeRequest(volume_id=handle, secrets=SECRETS)
        world.controller.DeleteVolume(request)
    assert world.ceph.volumes == {}


def test_a_volume_grows_and_never_shrinks(world: World) -> None:
    volume = world.create()
    for wanted, size in ((2**31, 2**31), (2**30, 2**31)):
        request = world.csi.ControllerExpandVolumeRequest(
            volume_id=volume.volume_id,
            capacity_range=world.csi.CapacityRange(required_bytes=wanted),
            secrets=SECRETS,
        )
        answer = world.controller.ControllerExpandVolume(request)
        assert (answer.capacity_bytes, answer.node_expansion_required) == (size, False)
    request.volume_id = volume.volume_id[:-1] + ("0" if volume.volume_id[-1] != "0" else "1")
    with refused("NOT_FOUND", "does not exist"):
        world.controller.ControllerExpandVolume(request)


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


def test_claims_reach_the_driver_in_the_sidecars_words(world: World) -> None:
    from cephfscsi.driver import Driver
    from cephfscsi.volumes import CallError, Wish

    driver = Driver(world.channel)
    wish = Wish("pvc-9", 2**20, ("ReadWriteMany", "ReadWriteOnce"), ("noatime",), PARAMETERS)
    volume = driver.create(wish, SECRETS)
    assert driver.expand(volume.handle, 2**21, SECRETS) == 2**21
    driver.delete(volume.handle, SECRETS)
    with pytest.raises(CallError, match="^rpc error: code = NotFound desc = volume .* not exist"):
        driver.expand(volume.handle, 2**22, SECRETS)
