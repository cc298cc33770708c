# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CSI's Node service: a stage is a ceph-fuse mount, a published volume a bind mount of it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import csi_pb2 as csi
import csi_pb2_grpc as rpc
import grpc

from cephfscsi import capabilities, clusters, credentials
from cephfscsi.busy import Busy
from cephfscsi.errors import CsiError
from cephfscsi.fuse import Fuse
from cephfscsi.host import Host
from cephfscsi.stages import Stage, Stages


class Node(rpc.NodeServicer):
    def __init__(self, name: str, config: Path, host: Host, fuse: Fuse, stages: Stages) -> None:
        self._name = name
        self._config = config
        self._host = host
        self._fuse = fuse
        self._stages = stages
        self._busy = Busy()

    def NodeGetInfo(
        self, request: csi.NodeGetInfoRequest, context: grpc.ServicerContext
    ) -> csi.NodeGetInfoResponse:
        return csi.NodeGetInfoResponse(node_id=self._name)

    def NodeGetCapabilities(
        self, request: csi.NodeGetCapabilitiesRequest, context: grpc.ServicerContext
    ) -> csi.NodeGetCapabilitiesResponse:
        kind = csi.NodeServiceCapability.RPC
        return csi.NodeGetCapabilitiesResponse(
            capabilities=[
                csi.NodeServiceCapability(rpc=kind(type=one))
                for one in (kind.STAGE_UNSTAGE_VOLUME, kind.GET_VOLUME_STATS)
            ]
        )

    def NodeStageVolume(
        self, request: csi.NodeStageVolumeRequest, context: grpc.ServicerContext
    ) -> csi.NodeStageVolumeResponse:
        _need(request, "volume_id", "staging_target_path")
        capabilities.check([request.volume_capability])
        who = credentials.of_node(request.secrets)
        stage = _stage(request, who.user)
        with self._busy.hold(request.volume_id):
            known = self._stages.find(stage.path) == stage
            # The key may be a new one even of a stage that works.
            self._stages.keep(stage, who)
            if not (known and self._fuse.healthy(stage)):
                try:
                    mon_host = clusters.find(self._config, stage.cluster).mon_host
                    self._fuse.mount(stage, mon_host, self._stages.keyring(stage))
                except CsiError:
                    self._stages.forget(stage)
                    raise
        return csi.NodeStageVolumeResponse()

    def NodeUnstageVolume(
        self, request: csi.NodeUnstageVolumeRequest, context: grpc.ServicerContext
    ) -> csi.NodeUnstageVolumeResponse:
        _need(request, "volume_id", "staging_target_path")
        with self._busy.hold(request.volume_id):
            # One that is not remembered has its path, hence its unit, all the same.
            stage = self._stages.find(request.staging_target_path) or Stage(
                request.staging_target_path, request.volume_id, "", "", "", ""
            )
            self._fuse.unmount(stage)
            self._stages.forget(stage)
        return csi.NodeUnstageVolumeResponse()

    def NodePublishVolume(
        self, request: csi.NodePublishVolumeRequest, context: grpc.ServicerContext
    ) -> csi.NodePublishVolumeResponse:
        _need(request, "volume_id", "staging_target_path", "target_path")
        capabilities.check([request.volume_capability])
        flags = set(request.volume_capability.mount.mount_flags)
        if request.readonly:
            flags = flags - {"rw"} | {"ro"}
        with self._busy.hold(request.volume_id):
            self._revive(request.staging_target_path)
            self._bind(request.staging_target_path, request.target_path, sorted(flags))
        return csi.NodePublishVolumeResponse()

    def _revive(self, path: str) -> None:
        """See that a stage works; kubelet does not stage again what has died."""
        stage = self._stages.find(path)
        if stage is None:
            raise CsiError(
                "FAILED_PRECONDITION",
                f"nothing is staged at {path}, and how it was staged is not known. "
                "Delete every pod of the volume on this node, so that kubelet stages it again",
            )
        if not self._fuse.healthy(stage):
            mon_host = clusters.find(self._config, stage.cluster).mon_host
            self._fuse.mount(stage, mon_host, self._stages.keyring(stage))

    def _bind(self, source: str, target: str, flags: t.Sequence[str]) -> None:
        if target in self._host.mounts():
            if self._host.answers(target):
                return
            self._host.unmount(target)
        self._host.run("mkdir", "--parents", target)
        self._host.run("mount", "--no-mtab", "--bind", source, target)
        if not flags:
            return
        try:
            options = ",".join(("remount", "bind", *flags))
            self._host.run("mount", "--no-mtab", "-o", options, target)
        except CsiError:
            self._host.unmount(target)
            raise

    def NodeUnpublishVolume(
        self, request: csi.NodeUnpublishVolumeRequest, context: grpc.ServicerContext
    ) -> csi.NodeUnpublishVolumeResponse:
        _need(request, "volume_id", "target_path")
        with self._busy.hold(request.volume_id):
            self._host.unmount(request.target_path)
            if self._host.exists(request.target_path):
                self._host.run("rmdir", request.target_path)
        return csi.NodeUnpublishVolumeResponse()

    def NodeGetVolumeStats(
        self, request: csi.NodeGetVolumeStatsRequest, context: grpc.ServicerContext
    ) -> csi.NodeGetVolumeStatsResponse:
        _need(request, "volume_id", "volume_path")
        if request.volume_path not in self._host.mounts():
            raise CsiError("NOT_FOUND", f"nothing is mounted at {request.volume_path}")
        said = self._host.run(
            "stat", "--file-system", "--format=%S %b %f %a", request.volume_path, timeout=10
        )
        block, total, free, available = map(int, said.split())
        usage = csi.VolumeUsage(
            unit=csi.VolumeUsage.BYTES,
            total=block * total,
            used=block * (total - free),
            available=block * available,
        )
        return csi.NodeGetVolumeStatsResponse(usage=[usage])


def _need(request: t.Any, *names: str) -> None:
    missing = [name for name in names if not getattr(request, name)]
    if missing:
        raise CsiError("INVALID_ARGUMENT", f"the request has no {', '.join(missing)}")


def _stage(request: csi.NodeStageVolumeRequest, user: str) -> Stage:
    """Return what a request wants staged; volumes made by hand name their rootPath."""
    about = request.volume_context
    missing = [name for name in ("clusterID", "fsName") if not about.get(name)]
    root = about.get("subvolumePath") or about.get("rootPath")
    if not root:
        missing.append("subvolumePath (rootPath of a static volume)")
    if missing:
        raise CsiError("INVALID_ARGUMENT", f"the volume's attributes lack {', '.join(missing)}")
    return Stage(
        path=request.staging_target_path,
        volume=request.volume_id,
        cluster=about["clusterID"],
        filesystem=about["fsName"],
        root=root,
        user=user,
    )
