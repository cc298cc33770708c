# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grow the volumes of claims, as the external-resizer sidecar does."""

from __future__ import annotations

import logging

from cephfscsi import quantity
from cephfscsi.errors import KubeError
from cephfscsi.events import Events
from cephfscsi.kube import Json, Kube, secret
from cephfscsi.loop import Retry
from cephfscsi.provisioner import VOLUMES
from cephfscsi.volumes import CallError, Calls

LOG = logging.getLogger(__name__)


class Resizer:
    def __init__(self, driver: str, kube: Kube, calls: Calls, events: Events) -> None:
        self._driver = driver
        self._kube = kube
        self._calls = calls
        self._events = events

    def handle(self, claim: Json) -> None:
        """Grow a claim's volume if it wants more than it has; raises Retry."""
        if not wants_more(claim):
            return
        name = claim["spec"]["volumeName"]
        try:
            volume = self._kube.get(f"{VOLUMES}/{name}")
            source = ((volume or {}).get("spec") or {}).get("csi") or {}
            if source.get("driver") == self._driver:
                self._grow(claim, name, source)
        except (CallError, KubeError) as error:
            message = f'resize volume "{name}" by resizer "{self._driver}" failed: {error}'
            self._events.warning(claim, "VolumeResizeFailed", message)
            raise Retry(message) from error

    def _grow(self, claim: Json, name: str, source: Json) -> None:
        wanted = quantity.to_bytes(claim["spec"]["resources"]["requests"]["storage"])
        self._events.normal(claim, "Resizing", f"External resizer is resizing volume {name}")
        at = source.get("controllerExpandSecretRef")
        secrets = secret(self._kube, at["namespace"], at["name"]) if at else {}
        size = self._calls.expand(source["volumeHandle"], wanted, secrets)
        capacity = {"capacity": {"storage": quantity.to_text(size)}}
        self._kube.merge(f"{VOLUMES}/{name}", {"spec": capacity})
        meta = claim["metadata"]
        self._kube.merge(
            f"/api/v1/namespaces/{meta['namespace']}/persistentvolumeclaims/{meta['name']}/status",
            {"status": capacity},
        )
        LOG.info("%s has %d bytes", name, size)
        self._events.normal(claim, "VolumeResizeSuccessful", "Resize volume succeeded")


def wants_more(claim: Json) -> bool:
    """Tell whether a bound claim asks for more than its volume has."""
    status, spec = claim.get("status") or {}, claim["spec"]
    has = (status.get("capacity") or {}).get("storage")
    if status.get("phase") != "Bound" or "deletionTimestamp" in claim["metadata"] or not has:
        return False
    return quantity.to_bytes(spec["resources"]["requests"]["storage"]) > quantity.to_bytes(has)
