# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy between clients and all services of the lab's cloud: it logs requests, and breaks some.

Each service has a port of its own here. Addresses in answers, so those of a token's catalogue, are
changed on the way: whoever logs in through the proxy finds every service through it. What is broken
is broken on the wire; errors look as a service, or the load balancer before it, makes them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import http.server
import json
import os
import select
import socket
import struct
import threading
import time
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ADDRESS = "127.0.0.1"
RETRY_AFTER = 1
SETTLE_SECONDS = 90
UPSTREAM_SECONDS = 180
REQUEST_ID = "req-00000000-0000-4000-8000-000000000000"
ANSWERS = {
    "401": ("unauthorized", "The request you have made requires authentication."),
    "409": ("conflictingRequest", "Conflict injected by the test"),
    "429": ("overLimit", "This request was rate-limited."),
    "500": ("computeFault", "Unexpected API Error injected by the test"),
}
# These come from what stands before a service, as a page for people.
PAGES = {"503": "503 Service Unavailable", "504": "504 Gateway Time-out"}
RESETS = ("reset before", "reset after")
HOOKS = ("hook before", "hook after")
# "401" lasts: the request's token is worth nothing from then on.
# "504 after" is the gateway's own timeout: the service has done what was asked.
FAULTS = (*ANSWERS, "503", "504 after", *RESETS, *HOOKS, "stall")
_SKIPPED = ("connection", "content-length", "transfer-encoding", "keep-alive", "accept-encoding")


@dataclasses.dataclass
class Request:
    """One request; once it is dealt with, how it ended: status 0 is no answer."""

    index: int
    service: str
    method: str
    path: str
    query: str
    status: int = 0
    seconds: float = 0.0

    @property
    def writes(self) -> bool:
        """Tell whether it would change something; a login does not."""
        return self.method not in ("GET", "HEAD") and not self.path.endswith("/auth/tokens")


@dataclasses.dataclass(frozen=True)
class Fault:
    """What to do to which requests."""

    name: str
    when: t.Callable[[Request], bool]
    seconds: float = 0.0
    hook: t.Callable[[Request], object] | None = None


class CloudProxy:
    """The services at addresses of their own for as long as the context lasts."""

    def __init__(self, clouds: Path) -> None:
        self.log: list[Request] = []
        self.met: list[tuple[Request, str]] = []
        self.busy = 0
        self.expired: set[str] = set()
        self.connections: set[socket.socket] = set()
        self.closing = threading.Event()
        self._clouds = clouds
        self._faults: tuple[Fault, ...] = ()
        self._before: set[socket.socket] = set()
        self._lock = threading.Lock()
        ports: dict[str, int] = json.loads(clouds.with_name("cloud.json").read_text())["ports"]
        self._servers = [_Server(self, service, port) for service, port in ports.items()]
        self._words = {
            f"http://{ADDRESS}:{each.upstream}".encode(): f"http://{ADDRESS}:{each.port}".encode()
            for each in self._servers
        }

    def __enter__(self) -> CloudProxy:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.closing.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def clouds(self, folder: Path) -> Path:
        """Write a clouds.yaml like the cloud's own, that leads here."""
        content = yaml.safe_load(self._clouds.read_text())
        for cloud in content["clouds"].values():
            cloud["auth"]["auth_url"] = self.renamed(cloud["auth"]["auth_url"].encode()).decode()
        path = folder / "clouds.yaml"
        path.touch(0o600)
        path.write_text(yaml.safe_dump(content))
        return path

    def renamed(self, content: bytes) -> bytes:
        """Return an answer with the proxy's addresses in place of the services' own."""
        for own, new in self._words.items():
            content = content.replace(own, new)
        return content

    def arm(self, *faults: Fault) -> None:
        """Begin a new log, in which these faults happen."""
        with self._lock:
            self.log, self.met, self._faults = [], [], faults
            self._before = set(self.connections)

    def enter(self, service: str, method: str, target: str) -> tuple[Request, Fault | None]:
        """Note a request, and return it with what is to happen to it."""
        url = urlsplit(target)
        with self._lock:
            request = Request(len(self.log), service, method, url.path, url.query)
            self.log.append(request)
            fault = next((each for each in self._faults if each.when(request)), None)
            if fault is not None:
                self.met.append((request, fault.name))
            return request, fault

    @contextlib.contextmanager
    def working(self, request: Request) -> t.Iterator[None]:
        """Count a request as long as it is dealt with, and note how long that was."""
        began = time.monotonic()
        with self._lock:
            self.busy += 1
        try:
            yield
        finally:
            request.seconds = time.monotonic() - began
            with self._lock:
                self.busy -= 1

    def settle(self, killed: bool = False) -> None:
        """Return when everything that was asked for has been dealt with.

        Of a client that was killed since the log began a request may not have been read yet.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        while (self.busy or (killed and self._hears())) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not self.busy, f"{self.busy} requests are not answered after {SETTLE_SECONDS} s"
        assert not (killed and self._hears()), f"a client is there after {SETTLE_SECONDS} s"

    def _hears(self) -> bool:
        """Tell whether somebody has come since the log began, or is at the door."""
        coming = select.select([server.socket for server in self._servers], [], [], 0)[0]
        return bool(coming or self.connections - self._before)

    def writes(self) -> list[Request]:
        """Return the requests that would have changed something."""
        return [request for request in self.log if request.writes]


class _Server(http.server.ThreadingHTTPServer):
    """The place of one service."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, proxy: CloudProxy, service: str, upstream: int) -> None:
        self.proxy, self.service, self.upstream = proxy, service, upstream
        super().__init__((ADDRESS, 0), _Handler)
        self.port: int = self.server_address[1]

    def process_request(self, request: t.Any, address: t.Any) -> None:
        self.proxy.connections.add(request)
        super().process_request(request, address)

    def shutdown_request(self, request: t.Any) -> None:
        super().shutdown_request(request)
        self.proxy.connections.discard(request)

    def handle_error(self, _request: t.Any, _address: t.Any) -> None:
        """A client that hangs up is what half of these tests are about."""


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection of a client; each request gets one of its own to the service."""

    protocol_version = "HTTP/1.1"
    # Status line, headers and body leave as one: else the second waits for the client's word.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 120
    server: _Server

    def log_message(self, *_words: t.Any) -> None:
        """The proxy keeps a log of its own."""

    def _pass(self) -> None:
        """Pass a request on, unless a fault is to happen to it, or its token has expired."""
        body, proxy, token = self._body(), self.server.proxy, self.headers.get("X-Auth-Token", "")
        request, fault = proxy.enter(self.server.service, self.command, self.path)
        with proxy.working(request):
            if fault and fault.name == "401":
                proxy.expired.add(token)
            if token in proxy.expired:
                self._fail(request, "401")
            else:
                self._deal(request, body, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _deal(self, request: Request, body: bytes, fault: Fault | None) -> None:
        """Let a request meet its fault, if it has one."""
        name, _space, moment = (fault.name if fault else "").partition(" ")
        if fault and name == "stall":
            self.server.proxy.closing.wait(fault.seconds)
        answer = None if fault and name != "stall" and moment != "after" else self._ask(body)
        if fault and fault.hook:
            fault.hook(request)
        if name in ("reset", "hook"):
            self._reset()
        elif name in ANSWERS or name in PAGES:
            self._fail(request, name)
        elif answer:
            self._answer(request, *answer)

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Let the service answer."""
        headers = {key: value for key, value in self.headers.items() if key.lower() not in _SKIPPED}
        upstream = http.client.HTTPConnection(
            ADDRESS, self.server.upstream, timeout=UPSTREAM_SECONDS
        )
        with contextlib.closing(upstream):
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def _fail(self, request: Request, name: str) -> None:
        headers = [("x-openstack-request-id", REQUEST_ID)]
        if name in PAGES:
            page = f"<html><body><h1>{PAGES[name]}</h1></body></html>"
            self._answer(request, int(name), [("Content-Type", "text/html")], page.encode())
            return
        if name == "429":
            headers.append(("Retry-After", str(RETRY_AFTER)))
        content = _words(self.server.service, name)
        self._answer(request, int(name), [*headers, ("Content-Type", "application/json")], content)

    def _answer(
        self, request: Request, status: int, headers: list[tuple[str, str]], content: bytes
    ) -> None:
        renamed = self.server.proxy.renamed
        content = renamed(content)
        request.status = status
        self.send_response_only(status)
        for key, value in headers:
            if key.lower() not in _SKIPPED:
                self.send_header(key, renamed(value.encode("latin-1")).decode("latin-1"))
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(content)

    def _reset(self) -> None:
        """End the connection as a machine does that loses its network: without a goodbye."""
        self.close_connection = True
        off = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, off)
        os.close(self.connection.detach())


def _words(service: str, name: str) -> bytes:
    """Return an error in the form that a service gives it."""
    kind, message = ANSWERS[name]
    if service == "neutron":
        error = {"NeutronError": {"type": kind, "message": message, "detail": ""}}
    elif service == "keystone":
        error = {"error": {"code": int(name), "message": message, "title": kind}}
    else:
        error = {kind: {"code": int(name), "message": message}}
    return json.dumps(error).encode()
