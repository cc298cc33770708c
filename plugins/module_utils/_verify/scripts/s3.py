# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Use a bucket of an S3 gateway, signed by AWS Signature Version 4. Runs inside a pod.

usage: s3.py create BUCKET | put BUCKET KEY MIB | get BUCKET KEY | list BUCKET | remove BUCKET
The environment holds the gateway, S3_ENDPOINT, and credentials, S3_ACCESS_KEY and S3_SECRET_KEY.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import socket
import ssl
import sys
import time
import typing as t
import urllib.parse
import xml.etree.ElementTree as ET

REGION, SERVICE = "us-east-1", "s3"
TIMEOUT = 30
# For how long a name service that cannot tell now is asked again: its pods may have been on a node
# that was lost a moment ago.
PATIENCE = 60


def signature(
    method: str, url: str, body_hash: str, now: float, access: str, secret: str
) -> dict[str, str]:
    """Return the headers that sign a request."""
    parts = urllib.parse.urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    day = stamp[:8]
    headers = {"host": parts.netloc, "x-amz-content-sha256": body_hash, "x-amz-date": stamp}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    query = "&".join(
        sorted(
            f"{urllib.parse.quote(key, safe='-_.~')}={urllib.parse.quote(value, safe='-_.~')}"
            for key, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
        )
    )
    canonical = "\n".join([method, parts.path or "/", query, lines, names, body_hash])
    scope = f"{day}/{REGION}/{SERVICE}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = ("AWS4" + secret).encode()
    for part in (day, REGION, SERVICE, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    sign = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={sign}"
    )
    return headers


def connect(url: urllib.parse.SplitResult) -> http.client.HTTPConnection:
    """Return a connection to the gateway."""
    if url.scheme != "https":
        return http.client.HTTPConnection(url.netloc, timeout=TIMEOUT)
    # The gateway is reached by its cluster address, which its certificate does not name.
    context = ssl._create_unverified_context()
    return http.client.HTTPSConnection(url.netloc, timeout=TIMEOUT, context=context)


def reach(url: urllib.parse.SplitResult) -> http.client.HTTPConnection:
    """Return an open connection to the gateway, as soon as its name can be resolved."""
    end = time.monotonic() + PATIENCE
    while True:
        connection = connect(url)
        try:
            connection.connect()
        except socket.gaierror as problem:
            if problem.errno != socket.EAI_AGAIN:
                raise
            if time.monotonic() >= end:
                raise SystemExit(
                    f"{url.hostname} could not be resolved for {PATIENCE} s ({problem}). "
                    "Look at the cluster's name service in namespace kube-system"
                ) from problem
            time.sleep(1)
        else:
            return connection


def call(method: str, path: str, body: bytes = b"", query: str = "") -> tuple[int, bytes]:
    """Send one signed request and return status and answer."""
    url = os.environ["S3_ENDPOINT"].rstrip("/") + "/" + path + (f"?{query}" if query else "")
    digest = hashlib.sha256(body).hexdigest()
    access, secret = os.environ["S3_ACCESS_KEY"], os.environ["S3_SECRET_KEY"]
    headers = signature(method, url, digest, time.time(), access, secret)
    parts = urllib.parse.urlsplit(url)
    with contextlib.closing(reach(parts)) as connection:
        # A gateway that refuses does not read the body; its answer says why.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            target = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
            connection.request(method, target, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def must(method: str, path: str, body: bytes = b"", query: str = "") -> bytes:
    """Return the answer of a request that has to succeed."""
    status, answer = call(method, path, body, query)
    if status >= 300:
        text = answer[:300].decode(errors="replace")
        raise SystemExit(f"{method} /{path} was answered with {status}: {text}")
    return answer


def create(bucket: str) -> dict[str, object]:
    """Make a bucket."""
    must("PUT", bucket)
    return {"bucket": bucket}


def put(bucket: str, key: str, mib: str) -> dict[str, object]:
    """Store an object of random data."""
    body = os.urandom(int(mib) << 20)
    must("PUT", f"{bucket}/{key}", body)
    return {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}


def get(bucket: str, key: str) -> dict[str, object]:
    """Fetch an object."""
    body = must("GET", f"{bucket}/{key}")
    return {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}


def listing(bucket: str) -> dict[str, object]:
    """Return the names of a bucket's objects."""
    return {"keys": keys_of(must("GET", bucket, query="list-type=2"))}


def keys_of(answer: bytes) -> list[str]:
    """Return the keys in the answer to a listing."""
    return [
        element.text or ""
        for element in ET.fromstring(answer).iter()
        if element.tag.endswith("Key")
    ]


def remove(bucket: str) -> dict[str, object]:
    """Remove a bucket with what is in it; one that is not there is removed already."""
    status, answer = call("GET", bucket, query="list-type=2")
    if status == 404:
        return {"removed": True}
    for key in keys_of(answer):
        must("DELETE", f"{bucket}/{key}")
    must("DELETE", bucket)
    return {"removed": call("GET", bucket, query="list-type=2")[0] == 404}


if __name__ == "__main__":
    ACTS: dict[str, t.Callable[..., dict[str, object]]] = {
        "create": create,
        "put": put,
        "get": get,
        "list": listing,
        "remove": remove,
    }
    began = time.monotonic()
    result = ACTS[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({**result, "seconds": round(time.monotonic() - began, 3)}))
