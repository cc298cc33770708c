# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CSI's Identity service."""

from __future__ import annotations

import csi_pb2 as csi
import csi_pb2_grpc as rpc
import grpc

from cephfscsi import VERSION


class Identity(rpc.IdentityServicer):
    def __init__(self, driver: str, *, controller: bool) -> None:
        self._driver = driver
        self._controller = controller

    def GetPluginInfo(
        self, request: csi.GetPluginInfoRequest, context: grpc.ServicerContext
    ) -> csi.GetPluginInfoResponse:
        return csi.GetPluginInfoResponse(name=self._driver, vendor_version=VERSION)

    def GetPluginCapabilities(
        self, request: csi.GetPluginCapabilitiesRequest, context: grpc.ServicerContext
    ) -> csi.GetPluginCapabilitiesResponse:
        service = csi.PluginCapability.Service
        have = [
            csi.PluginCapability(service=service(type=service.CONTROLLER_SERVICE)),
            csi.PluginCapability(
                volume_expansion=csi.PluginCapability.VolumeExpansion(
                    type=csi.PluginCapability.VolumeExpansion.ONLINE
                )
            ),
        ]
        return csi.GetPluginCapabilitiesResponse(capabilities=have if self._controller else [])

    def Probe(self, request: csi.ProbeRequest, context: grpc.ServicerContext) -> csi.ProbeResponse:
        return csi.ProbeResponse()
