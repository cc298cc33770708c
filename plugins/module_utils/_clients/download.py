# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Fetch files by address, keep those with the digest that was given, ask for none of them twice.

Proxies and further certificates are taken from the environment: http_proxy, https_proxy, no_proxy,
SSL_CERT_FILE, SSL_CERT_DIR.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import hashlib
import http.client
import os
import tempfile
import time
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

A = t.TypeVar("A")

THREADS = 4
# For an answer and for each part of it.
SILENCE_SECONDS = 30
FILE_SECONDS = 300
FILE_BYTES = 64 << 20
_CHUNK = 1 << 16
_WAYS = {
    401: "it wants a login, which this collection has no option for; take a mirror without one",
    403: "it is not allowed; ask whoever runs the server",
    404: "there is no such file; compare the address with the folder of the release",
    407: "the proxy wants a login; put it into the address in https_proxy",
}


@dataclasses.dataclass(frozen=True)
class Pin:
    """A file by its address, and the SHA-256 that it must have."""

    url: str
    digest: str


def cache_of(given: str | None) -> Path:
    """Return where fetched files are kept: where it is said, or with the user's other ones."""
    if given:
        return Path(given).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "rookery.rook"


def fetch(pins: Sequence[Pin], cache: Path) -> list[Path]:
    """Return the files of pins, from the cache where they are there already.

    Raises one ClientError that tells of every file that could not be had; the others are kept.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
        return _each([pin.url for pin in pins], lambda place: _cached(pins[place], cache))
    except OSError as problem:
        way = "Set operator.cache_dir (rook_operator_cache_dir) to a directory that can be written"
        raise ClientError("keep", f"files in {cache}", f"{problem.strerror}. {way}") from problem


def digests(urls: Sequence[str]) -> list[str]:
    """Return the SHA-256 of what is at addresses now; nothing is kept."""
    return _each(urls, lambda place: digest_of(_download(urls[place])))


def digest_of(content: bytes) -> str:
    """Return the SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _each(urls: Sequence[str], ask: Callable[[int], A]) -> list[A]:
    """Return the answer for each place, some at the same time; all problems come at once."""
    problems: dict[str, str] = {}
    found: dict[int, A] = {}

    def one(place: int) -> None:
        try:
            found[place] = ask(place)
        except ClientError as problem:
            problems[urls[place]] = problem.detail

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(len(urls))))
    if problems:
        lines = "; ".join(f"{url}: {problems[url]}" for url in urls if url in problems)
        raise ClientError("fetch", "files of the release", lines)
    return [found[place] for place in range(len(urls))]


def _cached(pin: Pin, cache: Path) -> Path:
    """Return a file of the cache that is what its name says; what was altered is fetched again."""
    path = cache / pin.digest
    if path.is_file() and digest_of(path.read_bytes()) == pin.digest:
        return path
    content = _download(pin.url)
    found = digest_of(content)
    if found != pin.digest:
        detail = (
            f"its SHA-256 is {found}, not {pin.digest}: it is another file than the one that was "
            "pinned. Find out which of them is right before you change the digest"
        )
        raise ClientError("fetch", pin.url, detail)
    # Whole or not at all: another run may want the same file.
    handle, name = tempfile.mkstemp(dir=cache)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return Path(name).replace(path)


def _download(url: str) -> bytes:
    """Return what is at an address, or raise ClientError with a sentence."""
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "rookery.rook"})
        # Not the opener that the process has: the environment may have changed since.
        opener = urllib.request.build_opener()
        with opener.open(request, timeout=SILENCE_SECONDS) as answer:
            return _read(url, answer)
    except urllib.error.HTTPError as problem:
        way = _WAYS.get(problem.code, "ask whoever runs the server, or take another mirror")
        detail = f"the server answered {problem.code} {problem.reason}: {way}"
        raise ClientError("fetch", url, detail) from problem
    except (OSError, http.client.HTTPException) as problem:
        reason = getattr(problem, "reason", problem)
        silent = f"the server was silent for {SILENCE_SECONDS} s"
        detail = silent if isinstance(reason, TimeoutError) else str(reason)
        raise ClientError("fetch", url, detail) from problem


def _read(url: str, answer: http.client.HTTPResponse) -> bytes:
    """Return a body within the limits of time and size."""
    end, parts, size = time.monotonic() + FILE_SECONDS, [], 0
    # Not every Python counts what read1 returns.
    whole = answer.length
    # What has come, whatever it is: of who sends drop by drop a full chunk may take days.
    while size != whole and (part := answer.read1(_CHUNK)):
        parts.append(part)
        size += len(part)
        if size > FILE_BYTES:
            detail = f"it is larger than {FILE_BYTES >> 20} MiB, which no file of Rook is"
            raise ClientError("fetch", url, detail)
        if time.monotonic() > end:
            detail = f"{size} bytes came in {FILE_SECONDS} s; the limit is reached"
            raise ClientError("fetch", url, detail)
    if whole is not None and size < whole:
        raise ClientError("fetch", url, f"the connection ended {whole - size} bytes too early")
    return b"".join(parts)
