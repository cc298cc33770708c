# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delete released volumes, as the external-provisioner sidecar does."""

from __future__ import annotations

import enum
import logging

from cephfscsi.errors import KubeError
from cephfscsi.events import Events
from cephfscsi.kube import Json, Kube, secret
from cephfscsi.loop import Retry
from cephfscsi.provisioner import DELETION_SECRET, FINALIZER, PROVISIONED_BY, VOLUMES
from cephfscsi.volumes import CallError, Calls

LOG = logging.getLogger(__name__)


class Verdict(enum.Enum):
    KEEP = "keep"
    DELETE = "delete"
    LET_GO = "let go"


class Reclaim:
    def __init__(self, driver: str, kube: Kube, calls: Calls, events: Events) -> None:
        self._driver = driver
        self._kube = kube
        self._calls = calls
        self._events = events

    def handle(self, volume: Json) -> None:
        """Delete a volume that nobody claims any more; raises Retry."""
        verdict = judge(volume, self._driver)
        if verdict is Verdict.KEEP:
            return
        try:
            if verdict is Verdict.DELETE:
                self._delete(volume)
            self._let_go(volume)
        except (CallError, KubeError) as error:
            self._events.warning(volume, "VolumeFailedDelete", str(error))
            raise Retry(f"the volume is not deleted: {error}") from error

    def _delete(self, volume: Json) -> None:
        meta = volume["metadata"]
        notes = meta["annotations"]
        name = notes.get(f"{DELETION_SECRET}-name")
        namespace = notes.get(f"{DELETION_SECRET}-namespace")
        secrets = secret(self._kube, namespace, name) if name and namespace else {}
        self._calls.delete(volume["spec"]["csi"]["volumeHandle"], secrets)
        if "deletionTimestamp" not in meta:
            self._kube.delete(f"{VOLUMES}/{meta['name']}")
        LOG.info("deleted %s", meta["name"])

    def _let_go(self, volume: Json) -> None:
        """Take our finalizer, and no other's, off the volume as it is now."""
        path = f"{VOLUMES}/{volume['metadata']['name']}"
        live = self._kube.get(path)
        if live is None or live["metadata"]["uid"] != volume["metadata"]["uid"]:
            return
        finalizers = live["metadata"].get("finalizers") or []
        if FINALIZER in finalizers:
            rest = [finalizer for finalizer in finalizers if finalizer != FINALIZER]
            # With the version, so that a change meanwhile is a conflict and not lost.
            version = live["metadata"]["resourceVersion"]
            self._kube.merge(
                path, {"metadata": {"resourceVersion": version, "finalizers": rest or None}}
            )


def judge(volume: Json, driver: str) -> Verdict:
    """Return what is to be done with a PersistentVolume."""
    meta, spec = volume["metadata"], volume["spec"]
    if (meta.get("annotations") or {}).get(PROVISIONED_BY) != driver or "csi" not in spec:
        return Verdict.KEEP
    doomed = "deletionTimestamp" in meta
    if doomed and FINALIZER not in (meta.get("finalizers") or []):
        return Verdict.KEEP
    phase = (volume.get("status") or {}).get("phase")
    if spec.get("persistentVolumeReclaimPolicy") == "Delete":
        unused = phase == "Released" or (doomed and phase == "Available")
        return Verdict.DELETE if unused else Verdict.KEEP
    # Retain: the object may go, what it stands for stays.
    return Verdict.LET_GO if doomed and phase != "Bound" else Verdict.KEEP
