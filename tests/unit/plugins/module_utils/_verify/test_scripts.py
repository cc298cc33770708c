# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of the pods: signed requests, monitors, and errors that end them."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import typing as t
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._verify.scripts import (
    block,
    s3,
    shared,
)
from proofworld import SCRIPTS

EMPTY = hashlib.sha256(b"").hexdigest()
NOW = datetime.datetime(2013, 5, 24, tzinfo=datetime.UTC).timestamp()


# The examples of Amazon's own description of Signature Version 4.
@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ("lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            "max-keys=2&prefix=J",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_a_request_is_signed_as_amazon_says(query: str, signature: str) -> None:
    headers = s3.signature(
        "GET",
        f"https://examplebucket.s3.amazonaws.com/?{query}",
        EMPTY,
        NOW,
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    assert headers["authorization"].endswith(f"Signature={signature}")


class Gateway(BaseHTTPRequestHandler):
    """Keeps buckets of one process, as far as the program uses them."""

    buckets: t.ClassVar[dict[str, dict[str, bytes]]] = {}

    def log_message(self, *_words: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        # Ceph's gateway refuses a type that is not signed, and reads no body that it refuses.
        known = self.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=ME/")
        if not known or "Content-Type" in self.headers:
            self.answer(403, b"<Error><Code>AccessDenied</Code></Error>")
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket, _slash, key = urlsplit(self.path).path.strip("/").partition("/")
        assert self.headers["x-amz-content-sha256"] == hashlib.sha256(body).hexdigest()
        self.buckets.setdefault(bucket, {}).update({key: body} if key else {})
        self.answer(200)

    def do_GET(self) -> None:
        bucket, _slash, key = urlsplit(self.path).path.strip("/").partition("/")
        if bucket not in self.buckets:
            self.answer(404)
        elif key:
            self.answer(200, self.buckets[bucket][key])
        else:
            keys = "".join(
                f"<Contents><Key>{name}</Key></Contents>" for name in self.buckets[bucket]
            )
            self.answer(200, f"<R xmlns='urn:s3'>{keys}</R>".encode())

    def do_DELETE(self) -> None:
        bucket, _slash, key = urlsplit(self.path).path.strip("/").partition("/")
        del (self.buckets[bucket] if key else self.buckets)[key or bucket]
        self.answer(204)


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Serve a gateway for one test."""
    Gateway.buckets.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def run(endpoint: str, *words: str, key: str = "ME") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPTS / "s3.py"), *words],
        env={"S3_ENDPOINT": endpoint, "S3_ACCESS_KEY": key, "S3_SECRET_KEY": "HUSH"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_bucket_is_used_from_its_making_to_its_end(endpoint: str) -> None:
    told = {}
    for words in (
        ("remove", "b"), ("create", "b"), ("put", "b", "o", "1"), ("get", "b", "o"),
        ("list", "b"), ("remove", "b"),
    ):  # fmt: skip
        done = run(endpoint, *words)
        assert done.returncode == 0, done.stderr
        told[words[0]] = json.loads(done.stdout)
    assert told["put"]["sha256"] == told["get"]["sha256"]
    assert told["get"]["bytes"] == 1 << 20
    assert told["list"]["keys"] == ["o"]
    assert told["remove"]["removed"] is True
    assert Gateway.buckets == {}


class NameService:
    """Knows a name from some second on; time passes when somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, since: float, error: int) -> None:
        self.now, self._since, self._error = 0.0, since, error
        self._resolve = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _answer(self, *words: t.Any, **named: t.Any) -> t.Any:
        if self.now < self._since:
            raise socket.gaierror(self._error, "in name resolution")
        return self._resolve(*words, **named)


def test_a_name_that_cannot_be_resolved_now_is_asked_for_again(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = NameService(monkeypatch, 20, socket.EAI_AGAIN)
    s3.reach(urlsplit(endpoint)).close()
    assert names.now == 20


def test_a_name_service_that_stays_silent_is_told(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = NameService(monkeypatch, 1000, socket.EAI_AGAIN)
    with pytest.raises(SystemExit, match=r"127\.0\.0\.1 could not be resolved for 60 s"):
        s3.reach(urlsplit(endpoint))
    assert names.now == s3.PATIENCE


def test_a_name_that_is_not_there_is_told_at_once(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = NameService(monkeypatch, 1000, socket.EAI_NONAME)
    with pytest.raises(socket.gaierror):
        s3.reach(urlsplit(endpoint))
    assert names.now == 0


@pytest.mark.parametrize("words", [("create", "b"), ("put", "b", "o", "16")])
def test_a_refused_request_ends_with_what_the_gateway_said_and_no_secret(
    endpoint: str, words: tuple[str, ...]
) -> None:
    done = run(endpoint, *words, key="OTHER")
    assert done.returncode != 0
    assert "403" in done.stderr and "AccessDenied" in done.stderr
    assert "HUSH" not in done.stdout + done.stderr


def test_a_lock_is_let_go_when_its_holder_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = subprocess.Popen(["sleep", "60"])
    note, real, looks = tmp_path / "note", shared._ended, iter((False, False))
    note.write_text(str(holder.pid))
    monkeypatch.setattr(shared, "_note", lambda _path: str(note))
    monkeypatch.setattr(shared, "_ended", lambda pid: next(looks, real(pid)))
    shared.release("/proof/lock")
    assert next(looks, "all") == "all", "it was not waited for"
    # Nobody has cleared it away yet.
    assert real(holder.pid)
    assert holder.wait(60) == -9
    assert real(holder.pid)
    assert not real(os.getpid())


def test_monitors_are_read_as_rook_writes_them() -> None:
    assert block.mon_host("a=10.0.0.1:6789,b=10.0.0.2:3300") == "10.0.0.1:6789,10.0.0.2:3300"
    assert block.mon_host("") == ""


def test_the_kernel_is_asked_for_its_rbd_bus() -> None:
    assert block.kernel() in ({"rbd": True}, {"rbd": False})
