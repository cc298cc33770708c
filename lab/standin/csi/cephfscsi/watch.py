# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List, then watch, for ever: whatever the API server and the network do."""

from __future__ import annotations

import logging
import threading
import typing as t

from cephfscsi.errors import KubeError
from cephfscsi.kube import Json, Kube

LOG = logging.getLogger(__name__)
WATCH_SECONDS = 300
FIRST_SECONDS = 1.0
LAST_SECONDS = 30.0
GONE = 410


class Watch:
    """Calls `changed(key, object)` for every object now and after each change; None: deleted."""

    def __init__(
        self, kube: Kube, path: str, changed: t.Callable[[str, Json | None], None]
    ) -> None:
        self._kube = kube
        self._path = path
        self._changed = changed
        self._known: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        version, delay = "", FIRST_SECONDS
        while not stop.is_set():
            try:
                version = version or self._list()
                for reached in self._follow(version):
                    version, delay = reached, FIRST_SECONDS
                    if stop.is_set():
                        return
            except KubeError as error:
                # 410: the server has forgotten that version; only a new list helps.
                if error.status is not None:
                    version = ""
                LOG.warning("%s; again in %g s", error, delay)
                stop.wait(delay)
                delay = min(delay * 2, LAST_SECONDS)

    def _list(self) -> str:
        """Report every object, and those gone since the last list; return the list's version."""
        found = self._kube.get(self._path)
        if found is None:
            raise KubeError(f"list {self._path}", 404, "the server does not have it")
        # Only watches say what the objects are; a list says it once for all.
        kind = found["kind"].removesuffix("List")
        listed = {key_of(item): {"kind": kind, **item} for item in found["items"]}
        for key in self._known - set(listed):
            self._changed(key, None)
        self._known = set(listed)
        for key, item in listed.items():
            self._changed(key, item)
        return str(found["metadata"]["resourceVersion"])

    def _follow(self, version: str) -> t.Iterator[str]:
        """Report changes since a version, yielding the version reached."""
        query = (
            f"watch=1&allowWatchBookmarks=true&timeoutSeconds={WATCH_SECONDS}"
            f"&resourceVersion={version}"
        )
        for event in self._kube.stream(f"{self._path}?{query}", WATCH_SECONDS + 30):
            kind, item = event["type"], event["object"]
            if kind == "ERROR":
                status = item.get("code") or GONE
                raise KubeError(f"watch {self._path}", status, item.get("message", "no reason"))
            if kind == "DELETED":
                self._known.discard(key_of(item))
                self._changed(key_of(item), None)
            elif kind != "BOOKMARK":
                self._known.add(key_of(item))
                self._changed(key_of(item), item)
            yield str(item["metadata"]["resourceVersion"])


def key_of(item: Json) -> str:
    about = item["metadata"]
    return "/".join(filter(None, (about.get("namespace"), about["name"])))
