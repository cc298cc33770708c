# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files by address, from a server that does everything wrong on request."""

from __future__ import annotations

import http.server
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients import download
from ansible_collections.rookery.rook.plugins.module_utils._clients.download import (
    Pin,
    digest_of,
    digests,
    fetch,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

CONTENT = b"kind: List\nitems: []\n"


class Handler(http.server.BaseHTTPRequestHandler):
    asked: t.ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer as the name that is asked for says."""
        self.asked.append(self.path)
        name = self.path.rpartition("/")[2]
        if name.isdecimal():
            self.send_error(int(name))
        elif name == "moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
        elif name == "round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
        else:
            self._content(name)

    def _content(self, name: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if name == "short":
            self.wfile.write(CONTENT[:5])
        elif name == "slow":
            for byte in CONTENT:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.1)
        elif name == "silent":
            time.sleep(0.5)
        else:
            self.wfile.write(CONTENT)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture(name="base")
def _base(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Handler.asked.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def pin(base: str, name: str, digest: str = digest_of(CONTENT)) -> Pin:
    return Pin(f"{base}/{name}", digest)


def refused(pins: list[Pin], cache: Path) -> str:
    with pytest.raises(ClientError) as caught:
        fetch(pins, cache)
    return str(caught.value)


def test_a_file_is_asked_for_once(base: str, tmp_path: Path) -> None:
    cache = tmp_path / "deep/cache"
    for _again in range(2):
        (file,) = fetch([pin(base, "good")], cache)
        assert file.read_bytes() == CONTENT
    assert Handler.asked == ["/good"]


def test_a_kept_file_that_was_altered_is_fetched_again(base: str, tmp_path: Path) -> None:
    (file,) = fetch([pin(base, "good")], tmp_path)
    file.write_bytes(b"kind: Trojan")
    (again,) = fetch([pin(base, "good")], tmp_path)
    assert again.read_bytes() == CONTENT and len(Handler.asked) == 2


def test_another_digest_is_refused_and_nothing_is_kept(base: str, tmp_path: Path) -> None:
    text = refused([pin(base, "good", "0" * 64)], tmp_path)
    assert f"its SHA-256 is {digest_of(CONTENT)}, not {'0' * 64}" in text
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_is_followed(base: str, tmp_path: Path) -> None:
    assert fetch([pin(base, "moved")], tmp_path)[0].read_bytes() == CONTENT


def test_all_problems_come_at_once_and_what_came_is_kept(base: str, tmp_path: Path) -> None:
    other = digest_of(b"other")
    text = refused([pin(base, "404", other), pin(base, "503", other), pin(base, "good")], tmp_path)
    assert f"{base}/404: the server answered 404 Not Found: there is no such file" in text
    assert f"{base}/503: the server answered 503 Service Unavailable" in text
    assert [file.name for file in tmp_path.iterdir()] == [digest_of(CONTENT)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("401", "it wants a login"),
        ("403", "it is not allowed"),
        ("round", "302"),
        ("short", "the connection ended 16 bytes too early"),
    ],
)
def test_what_a_server_answers_is_told_in_a_sentence(
    name: str, words: str, base: str, tmp_path: Path
) -> None:
    assert words in refused([pin(base, name)], tmp_path)


@pytest.mark.parametrize(
    ("name", "limit", "value", "words"),
    [
        ("silent", "SILENCE_SECONDS", 0.1, "the server was silent for 0.1 s"),
        ("slow", "FILE_SECONDS", 0.1, "the limit is reached"),
        ("good", "FILE_BYTES", 3, "it is larger than"),
    ],
)
def test_a_limit_is_kept(
    name: str,
    limit: str,
    value: float,
    words: str,
    base: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(download, limit, value)
    assert words in refused([pin(base, name)], tmp_path)


def test_who_sends_drop_by_drop_is_left_before_a_chunk_is_full(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "FILE_SECONDS", 0.1)
    text = refused([pin(base, "slow")], tmp_path)
    assert "the limit is reached" in text and f"{len(CONTENT)} bytes came" not in text


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "http://127.0.0.1:1/x: " in refused([pin("http://127.0.0.1:1", "x")], tmp_path)


def test_a_cache_that_cannot_be_written_is_named(base: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    text = refused([pin(base, "good")], tmp_path / "file/cache")
    assert "operator.cache_dir" in text and str(tmp_path) in text


def test_a_proxy_of_the_environment_is_used(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", base)
    address = "http://mirror.invalid/good"
    assert fetch([Pin(address, digest_of(CONTENT))], tmp_path)[0].read_bytes() == CONTENT
    assert Handler.asked == [address]


def test_digests_are_told_of_what_is_there(base: str, tmp_path: Path) -> None:
    assert digests([f"{base}/good"]) == [digest_of(CONTENT)]
