# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CSI driver behind a socket, with a fake Ceph and a fake node: for the tests of its calls."""

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

from rooklab import sources  # noqa: E402 - after the skips

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
