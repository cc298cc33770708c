# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy between the code under test and the real API: it logs every request, and breaks some.

TLS on both sides: the client sees a certificate of the test's authority, the API server the
certificate that the proxy was given. What is broken is broken on the wire; nothing else is made up.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import http.server
import json
import os
import socket
import ssl
import struct
import threading
import time
import typing as t
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import yaml

if t.TYPE_CHECKING:
    from controlplane import ControlPlane

RETRY_AFTER = 1
SETTLE_SECONDS = 90
ANSWERS = {
    "409": ("Conflict", "Operation cannot be fulfilled: the object has been modified"),
    "410": ("Expired", "The provided continue parameter is too old to display a consistent list"),
    "429": ("TooManyRequests", "The server has received too many requests and has asked us to try"),
    "500": ("InternalError", "Internal error occurred: injected by the test"),
    "503": ("ServiceUnavailable", "The server is currently unable to handle the request"),
}
RESETS = ("reset before", "reset after")
FAULTS = (*ANSWERS, *RESETS, "stall")
# Of a query only what tells requests apart; the rest may be a command, and commands have secrets.
SHOWN = ("dryRun", "labelSelector", "continue", "watch", "fieldManager", "force")
VERBS = {"POST": "create", "PUT": "replace", "DELETE": "delete"}
PATCHES = {"application/apply-patch+yaml": "apply", "application/merge-patch+json": "patch"}


@dataclasses.dataclass(frozen=True)
class Request:
    """One request, and what became of it: a status, or the fault that it met."""

    index: int
    verb: str
    kind: str
    name: str
    path: str
    query: str

    @property
    def sort(self) -> str:
        """What sort of request it is: verb and kind."""
        return f"{self.verb} {self.kind}"

    @property
    def writes(self) -> bool:
        """Tell whether the API would store something."""
        return self.verb in ("create", "replace", "delete", "apply", "patch")


@dataclasses.dataclass(frozen=True)
class Fault:
    """What to do to which requests."""

    name: str
    when: t.Callable[[Request], bool]
    seconds: float = 0.0


class Proxy:
    """The API at an address of its own for as long as the context lasts."""

    def __init__(self, plane: ControlPlane, user: str = "admin") -> None:
        self.log: list[Request] = []
        self.met: list[tuple[Request, str]] = []
        self.busy = 0
        self.slowest = 0.0
        self._faults: tuple[Fault, ...] = ()
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self.upstream = ("127.0.0.1", plane.port)
        folder = plane.folder
        self.context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
        if (folder / f"{user}.crt").is_file():
            self.context.load_cert_chain(folder / f"{user}.crt", folder / f"{user}.key")
        self.serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.serving.load_cert_chain(*plane.authority.issue("proxy", "proxy"))
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def kubeconfig(self, original: Path) -> Path:
        """Write a kubeconfig like another one, that leads here."""
        content = yaml.safe_load(original.read_text())
        content["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self.port}"
        path = original.with_name(f"proxied-{original.name}")
        path.write_text(yaml.safe_dump(content))
        return path

    def arm(self, *faults: Fault) -> None:
        """Begin a new log, in which these faults happen."""
        with self._lock:
            self.log, self.met, self._faults, self.slowest = [], [], faults, 0.0

    def enter(self, verb: str, kind: str, name: str, path: str, query: str) -> Fault | None:
        """Note a request, and return what is to happen to it."""
        with self._lock:
            request = Request(len(self.log), verb, kind, name, path, query)
            self.log.append(request)
            fault = next((each for each in self._faults if each.when(request)), None)
            if fault is not None:
                self.met.append((request, fault.name))
            return fault

    def settle(self) -> None:
        """Return when everything that was asked for, and is no watch, has been dealt with."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self.busy and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not self.busy

    @contextlib.contextmanager
    def working(self) -> t.Iterator[None]:
        """Count a request as long as it is dealt with, and note how long that was."""
        began = time.monotonic()
        with self._lock:
            self.busy += 1
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1
                self.slowest = max(self.slowest, time.monotonic() - began)

    def writes(self) -> list[Request]:
        """Return the requests that would have stored something."""
        return [request for request in self.log if request.writes]


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, t.Any]:
        """Leave the handshake to the thread of the connection."""
        connection, address = super().get_request()
        wrapped = self.proxy.serving.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        )
        return wrapped, address

    def handle_error(self, _request: t.Any, _address: t.Any) -> None:
        """A client that hangs up is what half of these tests are about."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection of the client, with one of its own to the API."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        self._upstream: http.client.HTTPSConnection | None = None
        self.request.settimeout(120)
        self.request.do_handshake()
        super().setup()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        if self._upstream is not None:
            self._upstream.close()

    def log_message(self, *_words: t.Any) -> None:
        """The proxy keeps a log of its own."""

    def _pass(self) -> None:
        """Pass a request on, unless a fault is to happen to it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = _asked(self.command, self.path, self.headers.get("Content-Type") or "", body)
        watching = asked[0] == "watch"
        with contextlib.nullcontext() if watching else self.server.proxy.working():
            self._deal(body, watching, self.server.proxy.enter(*asked))

    def _deal(self, body: bytes, watching: bool, fault: Fault | None) -> None:
        """Let a request meet its fault, if it has one."""
        name = fault.name if fault else ""
        if name == "stall" and fault is not None:
            self.server.proxy.closing.wait(fault.seconds)
        if name == "410" and watching:
            self._expire()
        elif name in ANSWERS:
            self._answer(int(name), _status(name), {"Retry-After": str(RETRY_AFTER)})
        elif name == "reset before":
            self._reset()
        else:
            self._forward(body, watching, reset=name == "reset after")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815

    def _forward(self, body: bytes, watching: bool, reset: bool) -> None:
        """Let the API answer; with reset, do not let the client have the answer."""
        headers = {
            key: value
            for key, value in self.headers.items()
            if key.lower() not in ("host", "connection", "content-length")
        }
        if self._upstream is None:
            proxy = self.server.proxy
            self._upstream = http.client.HTTPSConnection(*proxy.upstream, context=proxy.context)
        self._upstream.request(self.command, self.path, body or None, headers)
        answer = self._upstream.getresponse()
        if watching and answer.status == 200:
            self._begin_stream()
            self._stream(answer, reset)
            return
        content = answer.read()
        if reset:
            self._reset()
            return
        more = {"Retry-After": answer.headers["Retry-After"]} if answer.status == 429 else {}
        self._answer(answer.status, content, more)

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _stream(self, answer: http.client.HTTPResponse, reset: bool) -> None:
        """Pass events on as they come; with reset, hang up after the first of them."""
        self.close_connection = True
        with contextlib.suppress(OSError, http.client.HTTPException):
            while chunk := answer.read1(65536):
                self._chunk(chunk)
                if reset:
                    self._reset()
                    return
            self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))

    def _expire(self) -> None:
        """Say within a watch that its starting point is too old, as the API does."""
        self._begin_stream()
        event = {"type": "ERROR", "object": json.loads(_status("410"))}
        self._chunk(json.dumps(event).encode() + b"\n")
        self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status: int, content: bytes, headers: t.Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for key, value in headers.items() if status == 429 else ():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        """End the connection as a machine does that loses its network: without a goodbye."""
        self.close_connection = True
        off = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, off)
        os.close(self.connection.detach())


def _asked(
    method: str, path: str, content_type: str, body: bytes
) -> tuple[str, str, str, str, str]:
    """Return verb, kind, name, path and query of a request, in Kubernetes' terms."""
    url = urlsplit(path)
    query = {key: values[0] for key, values in parse_qs(url.query).items() if key in SHOWN}
    shown = "&".join(f"{key}={value}" for key, value in sorted(query.items()))
    _top, *parts = url.path.strip("/").split("/")
    parts = parts[1:] if url.path.startswith("/api/") else parts[2:]
    if parts[:1] == ["namespaces"] and len(parts) > 2:
        parts = parts[2:]
    kind, name = (*parts, "", "")[:2]
    verb = VERBS.get(method) or PATCHES.get(content_type) or "get"
    if method == "GET" and not kind:
        verb, kind = "discover", "kinds"
    elif method == "GET" and not name:
        verb = "watch" if query.get("watch") == "true" else "list"
    if verb == "create" and kind:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            name = json.loads(body)["metadata"]["name"]
    return ("dry-run" if "dryRun" in query else verb), kind, name, url.path, shown


def _status(name: str) -> bytes:
    """Return what the API server says with a status."""
    reason, message = ANSWERS[name]
    status = {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": int(name),
    }  # fmt: skip
    return json.dumps(status).encode()
