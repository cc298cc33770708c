# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Is a part of a pool mirrored as it is to be. Pure.

Of all kinds with a phase this one alone never says which change Rook has seen, and its phase stays
Ready when Rook fails to mirror it. What can change of it is how it is mirrored, and that Rook reads
back from Ceph, each minute while it is on.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._readiness_ceph import phase_ready
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import (
    SETTLED,
    Expect,
    Failed,
    Judge,
    Manifest,
    NotReady,
    Ready,
    Verdict,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# How Ceph calls the mode of what it does not mirror.
_OFF = "disabled"


def radosnamespace_ready(
    manifest: Manifest, children: Sequence[Manifest], expect: Expect
) -> Verdict:
    """Judge a CephBlockPoolRadosNamespace by its phase, and by what Ceph says of its mirroring."""
    verdict = phase_ready(manifest, children, expect)
    wanted, pool = at(manifest, "spec.mirroring.mode"), _pool_of(manifest, children)
    if isinstance(verdict, Ready) and not wanted:
        return _unmirrored(manifest, expect)
    # In an external cluster Rook assumes that it is there, and mirrors nothing.
    if isinstance(verdict, Failed) or not wanted or not pool or _is_external(children):
        return verdict
    name = pool["metadata"]["name"]
    if not at(pool, "spec.mirroring.enabled"):
        return Failed(
            f"Rook cannot mirror it while its pool {name} is not mirrored: set mirroring.enabled "
            "in the pool's spec",
            SETTLED,
        )
    found = at(manifest, "status.mirroringInfo.mode") or "unknown"
    watched = not at(pool, "spec.statusCheck.mirror.disabled")
    if isinstance(verdict, Ready) and watched and found != wanted:
        details = at(manifest, "status.mirroringInfo.details")
        said = f": {details}" if details else ""
        return NotReady(f"the mode in which Ceph mirrors it is {found}, not {wanted} yet{said}")
    return verdict


def _unmirrored(manifest: Manifest, expect: Expect) -> Verdict:
    """Judge a part that is not to be mirrored by what Ceph said of it last.

    Rook refuses to turn it off while images in it are mirrored. Where it did not see how that went,
    it leaves what was said before, so that this tells only of a change that was just made.
    """
    found = at(manifest, "status.mirroringInfo.mode") or _OFF
    if found == _OFF or not expect.since:
        return Ready()
    checked = at(manifest, "status.mirroringInfo.lastChecked") or "an unknown time"
    return NotReady(
        f"Ceph mirrors it still, in the mode {found}, as of {checked}; Rook turns that off when no "
        "image in it is mirrored any more"
    )


def _pool_of(manifest: Manifest, children: Sequence[Manifest]) -> Manifest | None:
    """Return the pool of a part."""
    name = at(manifest, "spec.blockPoolName")
    pools = (child for child in children if child["kind"] == "CephBlockPool")
    return next((pool for pool in pools if pool["metadata"]["name"] == name), None)


def _is_external(children: Sequence[Manifest]) -> bool:
    """Tell whether the cluster is only connected to."""
    return any(at(child, "spec.external.enable") for child in children)


MIRROR_JUDGES: Mapping[str, Judge] = {"radosnamespace": radosnamespace_ready}
