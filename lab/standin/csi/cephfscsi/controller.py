# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CSI's Controller service: volumes are subvolumes of a CephFS file system."""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

import csi_pb2 as csi
import csi_pb2_grpc as rpc
import grpc

from cephfscsi import capabilities, clusters, credentials, volume_id
from cephfscsi.busy import Busy
from cephfscsi.ceph import Ceph, Subvolume
from cephfscsi.clusters import Cluster
from cephfscsi.credentials import Credentials
from cephfscsi.errors import CsiError
from cephfscsi.volume_id import VolumeId
from cephfscsi.volumes import RESERVED

DEFAULT_SIZE = 2**30
Connect = t.Callable[[Cluster, Credentials], contextlib.AbstractContextManager[Ceph]]


class Controller(rpc.ControllerServicer):
    def __init__(self, driver: str, config: Path, connect: Connect) -> None:
        self._driver = driver
        self._config = config
        self._connect = connect
        self._busy = Busy()

    def ControllerGetCapabilities(
        self, request: csi.ControllerGetCapabilitiesRequest, context: grpc.ServicerContext
    ) -> csi.ControllerGetCapabilitiesResponse:
        kind = csi.ControllerServiceCapability.RPC
        return csi.ControllerGetCapabilitiesResponse(
            capabilities=[
                csi.ControllerServiceCapability(rpc=kind(type=one))
                for one in (kind.CREATE_DELETE_VOLUME, kind.EXPAND_VOLUME)
            ]
        )

    def ValidateVolumeCapabilities(
        self, request: csi.ValidateVolumeCapabilitiesRequest, context: grpc.ServicerContext
    ) -> csi.ValidateVolumeCapabilitiesResponse:
        reason = capabilities.problem(request.volume_capabilities)
        if reason:
            return csi.ValidateVolumeCapabilitiesResponse(message=reason)
        return csi.ValidateVolumeCapabilitiesResponse(
            confirmed=csi.ValidateVolumeCapabilitiesResponse.Confirmed(
                volume_context=request.volume_context,
                volume_capabilities=request.volume_capabilities,
                parameters=request.parameters,
            )
        )

    def CreateVolume(
        self, request: csi.CreateVolumeRequest, context: grpc.ServicerContext
    ) -> csi.CreateVolumeResponse:
        cluster = self._checked(request)
        name = request.parameters["fsName"]
        size = request.capacity_range.required_bytes or DEFAULT_SIZE
        volume = volume_id.volume_of(self._driver, request.name)
        who = credentials.of_controller(request.secrets)
        with self._busy.hold(volume), self._connect(cluster, who) as ceph:
            known = ceph.filesystems()
            if name not in known:
                have = ", ".join(sorted(known)) or "none"
                raise CsiError(
                    "NOT_FOUND", f"filesystem {name!r} not found, the cluster has {have}"
                )
            identity = VolumeId(cluster.name, known[name], volume)
            place = Subvolume(name, cluster.group, identity.subvolume)
            path, size = _ensure(ceph, place, size, request)
        return csi.CreateVolumeResponse(
            volume=csi.Volume(
                volume_id=str(identity),
                capacity_bytes=size,
                volume_context=_context(request.parameters, place.name, path),
            )
        )

    def _checked(self, request: csi.CreateVolumeRequest) -> Cluster:
        """Return the request's cluster; raises CsiError with what the request lacks."""
        if not request.name:
            raise CsiError("INVALID_ARGUMENT", "a volume name is required")
        capabilities.check(request.volume_capabilities)
        if request.HasField("volume_content_source"):
            raise CsiError("INVALID_ARGUMENT", "clones and snapshots are not supported")
        for name in ("clusterID", "fsName"):
            if not request.parameters.get(name):
                raise CsiError("INVALID_ARGUMENT", f"missing required parameter {name}")
        wanted = request.capacity_range
        if 0 < wanted.limit_bytes < (wanted.required_bytes or DEFAULT_SIZE):
            raise CsiError(
                "OUT_OF_RANGE",
                f"at most {wanted.limit_bytes} bytes are allowed, "
                f"at least {wanted.required_bytes or DEFAULT_SIZE} are needed",
            )
        if len(request.parameters["clusterID"].encode()) > volume_id.CLUSTER_LIMIT:
            raise CsiError(
                "INVALID_ARGUMENT", f"clusterID is longer than {volume_id.CLUSTER_LIMIT} bytes"
            )
        return clusters.find(self._config, request.parameters["clusterID"])

    def DeleteVolume(
        self, request: csi.DeleteVolumeRequest, context: grpc.ServicerContext
    ) -> csi.DeleteVolumeResponse:
        if not request.volume_id:
            raise CsiError("INVALID_ARGUMENT", "a volume id is required")
        identity = volume_id.parse(request.volume_id)
        # An id that no driver made names no volume, which is what is wanted.
        if identity is not None:
            with self._volume(identity, request.secrets) as (ceph, place):
                if place is not None:
                    ceph.remove(place)
        return csi.DeleteVolumeResponse()

    def ControllerExpandVolume(
        self, request: csi.ControllerExpandVolumeRequest, context: grpc.ServicerContext
    ) -> csi.ControllerExpandVolumeResponse:
        identity = volume_id.parse(request.volume_id)
        if identity is None:
            raise CsiError("NOT_FOUND", f"{request.volume_id!r} is no volume of this driver")
        size = request.capacity_range.required_bytes
        if size <= 0:
            raise CsiError("INVALID_ARGUMENT", "required_bytes is missing")
        with self._volume(identity, request.secrets) as (ceph, place):
            found = ceph.info(place) if place else None
            if place is None or found is None:
                raise CsiError("NOT_FOUND", f"volume {request.volume_id} does not exist")
            if found.quota is not None and found.quota < size:
                ceph.resize(place, size)
        # The quota is the server's: nothing is left to do on the nodes.
        return csi.ControllerExpandVolumeResponse(
            capacity_bytes=max(size, found.quota or 0), node_expansion_required=False
        )

    @contextlib.contextmanager
    def _volume(
        self, identity: VolumeId, secrets: t.Mapping[str, str]
    ) -> t.Iterator[tuple[Ceph, Subvolume | None]]:
        """Have a volume alone, with its place; no place means its file system is gone."""
        cluster = clusters.find(self._config, identity.cluster)
        who = credentials.of_controller(secrets)
        with self._busy.hold(identity.volume), self._connect(cluster, who) as ceph:
            names = {number: name for name, number in ceph.filesystems().items()}
            name = names.get(identity.filesystem)
            place = Subvolume(name, cluster.group, identity.subvolume) if name else None
            yield ceph, place


def _ensure(
    ceph: Ceph, place: Subvolume, size: int, request: csi.CreateVolumeRequest
) -> tuple[str, int]:
    """Make the subvolume unless it is there; return its path and size."""
    found = ceph.info(place)
    if found is None:
        ceph.create(place, size, request.parameters.get("pool"))
        found = ceph.info(place)
        if found is None:
            raise CsiError("INTERNAL", f"subvolume {place.name} vanished after its creation")
    elif found.quota is not None:
        limit = request.capacity_range.limit_bytes
        if found.quota < size or 0 < limit < found.quota:
            raise CsiError(
                "ALREADY_EXISTS",
                f"volume {request.name} exists with {found.quota} bytes, {size} are wanted",
            )
        size = found.quota
    return found.path, size


def _context(parameters: t.Mapping[str, str], subvolume: str, path: str) -> dict[str, str]:
    """Return what the nodes are told: the class's parameters and where the volume is."""
    own = {key: value for key, value in parameters.items() if not key.startswith(RESERVED)}
    return {**own, "subvolumeName": subvolume, "subvolumePath": path}
