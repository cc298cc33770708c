# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small registry on loopback that speaks the API of registries, tokens and tempers included."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import ipaddress
import json
import ssl
import threading
import typing as t
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TOKEN = "for-anybody"


class Registry(http.server.ThreadingHTTPServer):
    """What it has are manifests, repository:tag; temper is how it answers."""

    daemon_threads = True

    def __init__(self, *has: str, temper: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.has, self.temper = set(has), temper
        self.asked: list[str] = []
        self.moved_to = ""

    def encrypt(self, folder: Path) -> Path:
        """Speak with a certificate from now on; return where that of its authority is.

        Both are as somebody makes them by hand, without key identifiers.
        """
        by, key = (ec.generate_private_key(ec.SECP256R1()) for _each in range(2))
        own, small = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("own", "small")
        )
        where = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
        made = x509.CertificateBuilder(own, own, by.public_key(), 1, now - day, now + day)
        may_sign = x509.BasicConstraints(ca=True, path_length=None)
        authority = made.add_extension(may_sign, critical=True).sign(by, hashes.SHA256())
        made = x509.CertificateBuilder(own, small, key.public_key(), 2, now - day, now + day)
        certificate = made.add_extension(where, critical=False).sign(by, hashes.SHA256())
        form, plain = serialization.Encoding.PEM, serialization.NoEncryption()
        private = key.private_bytes(form, serialization.PrivateFormat.PKCS8, plain)
        (folder / "both.pem").write_bytes(private + certificate.public_bytes(form))
        (folder / "ca.crt").write_bytes(authority.public_bytes(form))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "both.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        return folder / "ca.crt"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        found = urlsplit(self.path)
        token = " with a token" if self.headers.get("Authorization") else ""
        self.server.asked.append(f"{self.command} {self.path}{token}")
        if found.path == "/token":
            self._token(parse_qs(found.query))
        elif self.server.temper == "busy":
            self._say(429)
        elif self.server.temper == "basic":
            self._say(401, **{"WWW-Authenticate": 'Basic realm="here"'})
        elif self.server.temper and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            realm = f'realm="{self._realm()}",service="small"'
            self._say(401, **{"WWW-Authenticate": f"Bearer {realm}"})
        elif self.server.moved_to:
            self._say(307, Location=f"{self.server.moved_to}{self.path}")
        else:
            self._manifest(found.path)

    def _manifest(self, path: str) -> None:
        name, _sign, version = path.removeprefix("/v2/").partition("/manifests/")
        wanted = name and "manifest" in str(self.headers.get("Accept"))
        self._say(200 if wanted and f"{name}:{version}" in self.server.has else 404)

    def _realm(self) -> str:
        strange = {"file": "file:///etc/passwd", "lost": "http://127.0.0.1:1/token"}
        return strange.get(self.server.temper, f"http://{self.server.host}/token")

    def _token(self, query: dict[str, list[str]]) -> None:
        if self.server.temper == "private" or not query["scope"][0].endswith(":pull"):
            self._say(401)
            return
        given: t.Any = [] if self.server.temper == "odd" else {"token": TOKEN}
        self._say(200, json.dumps(given).encode())

    def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_what: t.Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def running(registry: Registry) -> t.Iterator[Registry]:
    """Let a registry answer."""
    thread = threading.Thread(target=registry.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        registry.shutdown()
        registry.server_close()
