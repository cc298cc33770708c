# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Is an object ready, is it gone, and if not, why, for every kind of the table. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._readiness_ceph import (
    CEPH_JUDGES,
    cephcluster_gone,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import (
    JUDGES,
    Expect,
    Failed,
    Manifest,
    NotReady,
    Ready,
    Verdict,
    blockers,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_csi import (
    CSI_JUDGES,
    registered,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_legacy import LEGACY_JUDGES
from ansible_collections.rookery.rook.plugins.module_utils._readiness_mirrors import MIRROR_JUDGES

if t.TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Expect",
    "Failed",
    "NotReady",
    "Ready",
    "Verdict",
    "gone",
    "latest",
    "readiness",
    "ready_parts",
]

_ALL = {**JUDGES, **CEPH_JUDGES, **MIRROR_JUDGES, **CSI_JUDGES, **LEGACY_JUDGES}
# Kinds that are waited for but never planned.
_UNPLANNED = {"PersistentVolumeClaim": "claim", "Pod": "pod"}


def readiness(
    manifest: Manifest | None,
    children: Sequence[Manifest] = (),
    expect: Expect | None = None,
) -> Verdict:
    """Judge a live object, None when it is not there, by its status and its children."""
    if manifest is None:
        return NotReady("it is not there yet")
    if _kinds.at(manifest, "metadata.deletionTimestamp") is not None:
        return NotReady(f"it is being deleted; {blockers(manifest)}")
    expect = expect or Expect()
    kinds = _kinds.kinds_of(expect.release) if expect.release else _kinds.KINDS
    row = kinds.get(manifest["kind"])
    name = row.readiness_in(expect.release) if row else _UNPLANNED.get(manifest["kind"], "")
    return _ALL[name](manifest, children, expect) if name else Ready()


def gone(last: Manifest, live: Manifest | None, children: Sequence[Manifest] = ()) -> Verdict:
    """Judge whether an object is gone; last is how it stood when it was deleted."""
    if live is not None and _same(last, live):
        return NotReady(blockers(live))
    if last["kind"] == "CephCluster":
        return cephcluster_gone(last, children)
    return Ready()


def latest(last: Manifest, heard: Manifest | None) -> Manifest:
    """Return how an object stood last, by what was known of it and what was heard since.

    Of the same generation what was known stays: a plan knows of its own patch before it is heard.
    """
    if heard is None or not _same(last, heard):
        return last
    known, new = (int(_kinds.at(item, "metadata.generation") or 0) for item in (last, heard))
    return heard if new > known else last


def ready_parts(manifest: Manifest, children: Sequence[Manifest]) -> frozenset[str]:
    """Return the ids of what an object is judged by and is ready; of a class, its nodes."""
    if manifest["kind"] == "StorageClass":
        nodes = registered(manifest, children)
        return frozenset(_kinds.make_id("CSINode", "", name) for name in nodes)
    # Nodes are where the others run.
    parts = [child for child in children if child["kind"] != "Node"]
    return frozenset(_kinds.id_of(part) for part in parts if isinstance(readiness(part), Ready))


def _same(last: Manifest, live: Manifest) -> bool:
    """Tell whether the live object is the one that was deleted, not one made after it."""
    old, new = _kinds.at(last, "metadata.uid"), _kinds.at(live, "metadata.uid")
    return old is None or new is None or old == new
