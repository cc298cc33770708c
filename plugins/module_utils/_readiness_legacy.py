# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Is what Rook made before 1.3 ready: by a state, where there is one, and by its pods. Pure.

0.6 says nothing at all; 0.7 has a state on the cluster, 1.0 Ceph's health beside it. What a pool or
a file system has come to is told by none of them.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._readiness_ceph import (
    expected_osds,
    failed,
    health_problem,
    message_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import (
    Expect,
    Judge,
    NotReady,
    Ready,
    Verdict,
    condition,
)

Manifest = Mapping[str, t.Any]
# The first releases with a state on the cluster, and with Ceph's health in it.
_STATE, _HEALTH = (0, 7), (1, 0)


def _running(child: Manifest) -> int:
    """Return how many daemons of a pod or a deployment run."""
    if child["kind"] == "Pod":
        return int(condition(child, "Ready").get("status") == "True")
    return int(at(child, "status.availableReplicas") or 0)


def _short(children: Sequence[Manifest], sort: str, what: str, wanted: int) -> str:
    """Return how many daemons of a sort are missing, and which do not run, or nothing."""
    own = [
        child
        for child in children
        if (at(child, "metadata.labels") or {}).get("app") == f"rook-ceph-{sort}"
    ]
    have = sum(map(_running, own))
    if have >= wanted:
        return ""
    waiting = sorted(child["metadata"]["name"] for child in own if not _running(child))
    names = f" ({', '.join(waiting)} not ready)" if waiting else ""
    return f"{have} of {wanted} {what} run{names}"


def cluster_ready(manifest: Manifest, children: Sequence[Manifest], expect: Expect) -> Verdict:
    """Judge a cluster of 0.6 to 1.2."""
    if at(manifest, "status.state") == "Error":
        return failed("state is Error", message_of(manifest))
    for reason in _unfinished(manifest, children, expect):
        return NotReady(reason)
    return Ready()


def _unfinished(manifest: Manifest, children: Sequence[Manifest], expect: Expect) -> Iterator[str]:
    """Yield what is missing, the earliest step of building first; an external cluster is built."""
    external = bool(at(manifest, "spec.external.enable"))
    count = at(manifest, "spec.mon.count") or at(manifest, "spec.monCount")
    wanted = {
        "mon": ("monitors", int(count or 3)),
        "mgr": ("managers", 1),
        "osd": ("OSDs", expected_osds(manifest)),
    }
    for sort, (what, number) in () if external else wanted.items():
        short = _short(children, sort, what, number)
        if short:
            yield short
    state = at(manifest, "status.state")
    if state != ("Connected" if external else "Created") and (state or expect.release >= _STATE):
        yield f"state is {state or 'not set'}: {message_of(manifest)}"
    if expect.release >= _HEALTH:
        yield from filter(None, (health_problem(manifest, expect.muted),))


def filesystem_ready(manifest: Manifest, children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a file system by its metadata servers, of which each active one has another."""
    wanted = 2 * int(at(manifest, "spec.metadataServer.activeCount") or 1)
    short = _short(children, "mds", "metadata servers", wanted)
    return NotReady(short) if short else Ready()


def objectstore_ready(manifest: Manifest, children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge an object store by its gateways."""
    wanted = int(at(manifest, "spec.gateway.instances") or 1)
    short = _short(children, "rgw", "gateways", wanted)
    return NotReady(short) if short else Ready()


def user_ready(_manifest: Manifest, children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge a user of an object store by the secret with its keys."""
    return Ready() if children else NotReady("the secret with its keys is not there yet")


LEGACY_JUDGES: Mapping[str, Judge] = {
    "legacy cluster": cluster_ready,
    "legacy filesystem": filesystem_ready,
    "legacy objectstore": objectstore_ready,
    "legacy user": user_ready,
}
