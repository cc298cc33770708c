# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The driver's Controller service as its callers in this process see it."""

from __future__ import annotations

import typing as t

import csi_pb2 as csi
import csi_pb2_grpc as rpc
import grpc

from cephfscsi.capabilities import ACCESS_MODES
from cephfscsi.errors import go_name
from cephfscsi.volumes import CallError, Volume, Wish

CALL_SECONDS = 120


class Driver:
    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = rpc.ControllerStub(channel)

    def create(self, wish: Wish, secrets: t.Mapping[str, str]) -> Volume:
        modes = csi.VolumeCapability.AccessMode
        mount = csi.VolumeCapability.MountVolume(mount_flags=wish.mount_flags)
        request = csi.CreateVolumeRequest(
            name=wish.name,
            capacity_range=csi.CapacityRange(required_bytes=wish.size),
            parameters=wish.parameters,
            secrets=secrets,
            volume_capabilities=[
                csi.VolumeCapability(
                    mount=mount,
                    access_mode=modes(mode=modes.Mode.Value(ACCESS_MODES[mode])),
                )
                for mode in wish.access_modes
            ],
        )
        made = self._call(self._stub.CreateVolume, request).volume
        return Volume(made.volume_id, made.capacity_bytes, dict(made.volume_context))

    def delete(self, handle: str, secrets: t.Mapping[str, str]) -> None:
        self._call(
            self._stub.DeleteVolume, csi.DeleteVolumeRequest(volume_id=handle, secrets=secrets)
        )

    def expand(self, handle: str, size: int, secrets: t.Mapping[str, str]) -> int:
        """Grow a volume and return its size."""
        request = csi.ControllerExpandVolumeRequest(
            volume_id=handle,
            capacity_range=csi.CapacityRange(required_bytes=size),
            secrets=secrets,
        )
        return int(self._call(self._stub.ControllerExpandVolume, request).capacity_bytes)

    def _call(self, method: t.Callable[..., t.Any], request: t.Any) -> t.Any:
        try:
            return method(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            code = go_name(error.code().name)
            raise CallError(f"rpc error: code = {code} desc = {error.details()}") from error
