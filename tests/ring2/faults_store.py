# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's own storage, put back to what it was: hundreds of cases then need one control plane.

etcd speaks JSON, too. What is put back reaches the API server as any change does, by its watches.
"""

from __future__ import annotations

import base64
import json
import ssl
import typing as t
import urllib.request

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from controlplane import ControlPlane

# What the control plane keeps for itself.
SKIPPED = ("/registry/events/", "/registry/leases/kube-system/apiserver", "/registry/masterleases/")
Content = dict[str, str]


class Store:
    """All that the API has stored."""

    def __init__(self, plane: ControlPlane) -> None:
        self._url = plane.store
        self._context = ssl.create_default_context(cafile=str(plane.folder / "ca.crt"))
        self._context.load_cert_chain(plane.folder / "etcd.crt", plane.folder / "etcd.key")

    def content(self) -> Content:
        """Return every key with its value; both stay as etcd's JSON has them."""
        everything = {"key": _coded("/registry/"), "range_end": _coded("/registry0")}
        return {
            item["key"]: item["value"]
            for item in self._ask("range", everything).get("kvs") or ()
            if not named(item["key"]).startswith(SKIPPED)
        }

    def restore(self, wanted: Mapping[str, str]) -> None:
        """Make the content what it was."""
        now = self.content()
        for key in now.keys() - wanted.keys():
            self._ask("deleterange", {"key": key})
        for key, value in wanted.items():
            if now.get(key) != value:
                self._ask("put", {"key": key, "value": value})

    def _ask(self, what: str, body: t.Any) -> t.Any:
        request = urllib.request.Request(
            f"{self._url}/v3/kv/{what}", json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request, context=self._context, timeout=20) as answer:
            return json.load(answer)


def named(key: str) -> str:
    """Return a key in letters."""
    return base64.b64decode(key).decode()


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
