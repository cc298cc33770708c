# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Kubernetes API as a pod's service account sees it."""

from __future__ import annotations

import base64
import binascii
import http.client
import json
import ssl
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

from cephfscsi.errors import KubeError

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
REQUEST_SECONDS = 30
MERGE_PATCH = "application/merge-patch+json"

Json = dict[str, t.Any]


class Kube(t.Protocol):
    """What the loops need of the API; tests have one in memory."""

    def get(self, path: str) -> Json | None: ...

    def create(self, path: str, body: Json) -> bool: ...

    def merge(self, path: str, body: Json) -> Json | None: ...

    def delete(self, path: str) -> None: ...

    def stream(self, path: str, seconds: float) -> t.Iterator[Json]: ...


class Client:
    def __init__(self, address: str, account: Path = ACCOUNT) -> None:
        self._address = address
        self._account = account
        self._trust = ssl.create_default_context(cafile=str(account / "ca.crt"))

    def get(self, path: str) -> Json | None:
        """Return an object or a list; None if it does not exist."""
        try:
            return self._json("GET", path)
        except KubeError as error:
            if error.status == http.HTTPStatus.NOT_FOUND:
                return None
            raise

    def create(self, path: str, body: Json) -> bool:
        """Create an object; False if one of its name exists."""
        try:
            self._json("POST", path, body)
        except KubeError as error:
            if error.status == http.HTTPStatus.CONFLICT:
                return False
            raise
        return True

    def merge(self, path: str, body: Json) -> Json | None:
        """Change an object by a merge patch; None if it does not exist."""
        try:
            return self._json("PATCH", path, body)
        except KubeError as error:
            if error.status == http.HTTPStatus.NOT_FOUND:
                return None
            raise

    def delete(self, path: str) -> None:
        """Delete an object; one that is gone is no error."""
        try:
            self._json("DELETE", path)
        except KubeError as error:
            if error.status != http.HTTPStatus.NOT_FOUND:
                raise

    def stream(self, path: str, seconds: float) -> t.Iterator[Json]:
        """Yield the events of a watch until the server ends it."""
        with self._open("GET", path, None, seconds) as answer:
            try:
                for line in answer:
                    yield json.loads(line)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise KubeError(f"watch {path}", None, str(error)) from error

    def _json(self, method: str, path: str, body: Json | None = None) -> Json:
        with self._open(method, path, body, REQUEST_SECONDS) as answer:
            try:
                return t.cast(Json, json.loads(answer.read()))
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise KubeError(f"{method} {path}", None, str(error)) from error

    def _open(
        self, method: str, path: str, body: Json | None, seconds: float
    ) -> http.client.HTTPResponse:
        # The token is read each time, as kubelet replaces it.
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {(self._account / 'token').read_text().strip()}",
            "Content-Type": MERGE_PATCH if method == "PATCH" else "application/json",
        }
        request = urllib.request.Request(
            self._address + path,
            method=method,
            headers=headers,
            data=None if body is None else json.dumps(body).encode(),
        )
        try:
            answer = urllib.request.urlopen(request, timeout=seconds, context=self._trust)
        except urllib.error.HTTPError as error:
            with error:
                raise KubeError(f"{method} {path}", error.code, _reason(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise KubeError(f"{method} {path}", None, str(error)) from error
        return t.cast(http.client.HTTPResponse, answer)


def _reason(error: urllib.error.HTTPError) -> str:
    """Return the server's own words."""
    try:
        return str(json.loads(error.read())["message"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return str(error.reason)


def secret(kube: Kube, namespace: str, name: str) -> dict[str, str]:
    """Return a Secret's contents; raises KubeError."""
    found = kube.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")
    if found is None:
        raise KubeError(f"read secret {namespace}/{name}", 404, "it does not exist")
    try:
        data = found.get("data") or {}
        return {key: base64.b64decode(value).decode() for key, value in data.items()}
    except (binascii.Error, UnicodeDecodeError) as error:
        raise KubeError(f"read secret {namespace}/{name}", None, "its data is no text") from error
