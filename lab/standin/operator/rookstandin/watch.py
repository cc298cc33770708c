# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns what happens in Kubernetes into keys of the queue. Pure."""

from __future__ import annotations

import typing as t

from rookstandin import cleanupjob, names, osd
from rookstandin.context import Key

Manifest = t.Mapping[str, t.Any]


class Changes:
    """Remembers of each resource what was seen last: the operator's own writes are no news."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[t.Any, ...]] = {}

    def resource(self, event: str | None, body: Manifest, operator: str) -> list[Key]:
        """Return what a change of one of Rook's resources asks for."""
        meta = body["metadata"]
        key = Key(body["kind"], meta["namespace"], meta["name"])
        if event == "DELETED":
            self._seen.pop(meta["uid"], None)
            if key.kind == "CephCluster":
                return [Key("csi", operator), Key("cleanup", key.namespace)]
            # One dependent less: a store or a cluster that waits for it may go now.
            return [Key("holders", key.namespace)]
        shape = (
            meta.get("generation"), meta.get("deletionTimestamp"), str(meta.get("labels")),
            str(meta.get("annotations")),
        )  # fmt: skip
        if self._seen.get(meta["uid"]) == shape:
            return []
        self._seen[meta["uid"]] = shape
        return [key]


def owned(event: str | None, body: Manifest) -> list[Key]:
    """Return the owner of a Deployment that somebody deleted."""
    meta = body["metadata"]
    if event != "DELETED":
        return []
    return [
        Key(owner["kind"], meta["namespace"], owner["name"])
        for owner in meta.get("ownerReferences") or ()
        if owner["apiVersion"] == names.API_VERSION
    ]


def job(event: str | None, body: Manifest) -> list[Key]:
    """Return what the end of a preparation, or a cleanup that has not begun, asks for."""
    meta = body["metadata"]
    app = (meta.get("labels") or {}).get("app")
    if event == "DELETED":
        return []
    if app == cleanupjob.APP and body["spec"].get("suspend"):
        return [Key("cleanup", meta["namespace"])]
    ended = {item["type"] for item in (body.get("status") or {}).get("conditions") or ()}
    if app == osd.PREPARE_APP and ended & {"Complete", "Failed"}:
        owners = meta.get("ownerReferences") or ()
        return [Key(owner["kind"], meta["namespace"], owner["name"]) for owner in owners]
    return []
