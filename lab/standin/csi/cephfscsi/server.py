# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A gRPC server on a unix socket that logs its calls and answers failures with words."""

from __future__ import annotations

import logging
import time
import typing as t
from concurrent import futures
from pathlib import Path

import grpc

from cephfscsi.errors import CsiError

LOG = logging.getLogger(__name__)
# Asked by kubelet all the time: only their failures are worth a line.
QUIET = ("Probe", "GetCapabilities", "NodeGetVolumeStats", "NodeGetCapabilities", "GetInfo")


class Calls(grpc.ServerInterceptor):
    """Log every call by its volume, never by its contents: requests carry keys."""

    def intercept_service(
        self,
        continuation: t.Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        handler = continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler
        name = details.method.rpartition("/")[2]
        return grpc.unary_unary_rpc_method_handler(
            _worded(name, handler.unary_unary),
            handler.request_deserializer,
            handler.response_serializer,
        )


def _worded(name: str, call: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    def run(request: t.Any, context: grpc.ServicerContext) -> t.Any:
        what = getattr(request, "volume_id", "") or getattr(request, "name", "")
        begin = time.monotonic()
        try:
            answer = call(request, context)
        except (CsiError, OSError) as error:
            code = error.code if isinstance(error, CsiError) else "INTERNAL"
            LOG.warning("%s %s: %s: %s", name, what, code, error)
            context.abort(getattr(grpc.StatusCode, code), str(error))
        if name not in QUIET:
            LOG.info("%s %s: %.2f s", name, what, time.monotonic() - begin)
        return answer

    return run


class Server:
    """One socket with its services; it is there from start() to stop()."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.grpc = grpc.server(
            futures.ThreadPoolExecutor(8, thread_name_prefix=path.stem), interceptors=[Calls()]
        )

    def start(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # A driver that was killed leaves its socket.
        self._path.unlink(missing_ok=True)
        self.grpc.add_insecure_port(f"unix://{self._path}")
        self.grpc.start()
        LOG.info("serving %s", self._path)

    def stop(self, grace: float) -> None:
        """Finish the calls under way, refuse new ones, remove the socket."""
        self._path.unlink(missing_ok=True)
        self.grpc.stop(grace).wait()
