# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubelet's plugin registration: kubelet finds the socket in its directory and asks who we are."""

from __future__ import annotations

import logging
import typing as t

import grpc
import pluginregistration_pb2 as messages
import pluginregistration_pb2_grpc as rpc

LOG = logging.getLogger(__name__)


class Registration(rpc.RegistrationServicer):
    def __init__(self, driver: str, endpoint: str, refused: t.Callable[[str], None]) -> None:
        self._driver = driver
        self._endpoint = endpoint
        self._refused = refused

    def GetInfo(
        self, request: messages.InfoRequest, context: grpc.ServicerContext
    ) -> messages.PluginInfo:
        return messages.PluginInfo(
            type="CSIPlugin",
            name=self._driver,
            endpoint=self._endpoint,
            supported_versions=["1.0.0"],
        )

    def NotifyRegistrationStatus(
        self, request: messages.RegistrationStatus, context: grpc.ServicerContext
    ) -> messages.RegistrationStatusResponse:
        if request.plugin_registered:
            LOG.info("kubelet has registered %s", self._driver)
        else:
            self._refused(f"kubelet refused to register {self._driver}: {request.error}")
        return messages.RegistrationStatusResponse()
