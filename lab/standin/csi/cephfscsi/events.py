# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubernetes events, in the sidecars' words; the same one again only raises its count."""

from __future__ import annotations

import datetime
import hashlib
import logging

from cephfscsi.errors import KubeError
from cephfscsi.kube import Json, Kube

LOG = logging.getLogger(__name__)
# What the API allows.
MESSAGE_LIMIT = 1024


class Events:
    def __init__(self, kube: Kube, component: str) -> None:
        self._kube = kube
        self._component = component
        # Rook's rules let the provisioner write events, not get them.
        self._counts: dict[str, int] = {}

    def normal(self, about: Json, reason: str, message: str) -> None:
        self._emit(about, "Normal", reason, message)

    def warning(self, about: Json, reason: str, message: str) -> None:
        self._emit(about, "Warning", reason, message)

    def _emit(self, about: Json, kind: str, reason: str, message: str) -> None:
        event = render(about, kind, reason, message[:MESSAGE_LIMIT], self._component, _now())
        meta = event["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/events"
        count = self._counts[meta["name"]] = self._counts.get(meta["name"], 0) + 1
        try:
            if not self._kube.create(path, event):
                again = {"count": count, "lastTimestamp": _now()}
                self._kube.merge(f"{path}/{meta['name']}", again)
        except KubeError as error:
            # An event tells; the work it tells of must not fail for it.
            LOG.warning("event %s of %s: %s", reason, about["metadata"]["name"], error)


def render(about: Json, kind: str, reason: str, message: str, component: str, now: str) -> Json:
    """Return the event's manifest; its name is made of what it says."""
    meta = about["metadata"]
    digest = hashlib.sha256(f"{meta['uid']} {reason} {message}".encode()).hexdigest()[:16]
    namespace = meta.get("namespace", "default")
    involved = {
        "apiVersion": "v1",
        "kind": about["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        "resourceVersion": meta.get("resourceVersion", ""),
    }
    if "namespace" in meta:
        involved["namespace"] = namespace
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{meta['name']}.{digest}", "namespace": namespace},
        "type": kind,
        "reason": reason,
        "message": message,
        "count": 1,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "source": {"component": component},
        "reportingComponent": component,
        "reportingInstance": "",
        "involvedObject": involved,
    }


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
