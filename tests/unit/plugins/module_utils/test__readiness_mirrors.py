# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of a pool is ready when Ceph mirrors it as it is to be, whatever its phase says."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._kinds import children_of
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    Failed,
    NotReady,
    Ready,
    readiness,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import SETTLED
from readyworld import Params, thing

MIRRORED = {"enabled": True, "mode": "image"}


def part(phase: str = "Ready", **info: str) -> Params:
    status = {"phase": phase, **({"mirroringInfo": info} if info else {})}
    wanted = {"mode": "image", "remoteNamespace": "theirs"}
    return thing("CephBlockPoolRadosNamespace", status, blockPoolName="x", mirroring=wanted)


def pool(**spec: t.Any) -> Params:
    return thing("CephBlockPool", {"phase": "Ready"}, **{"mirroring": MIRRORED, **spec})


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({}, "is unknown, not image yet"),
        ({"mode": "pool"}, "is pool, not image yet"),
        ({"details": "no such namespace"}, "is unknown, not image yet: no such namespace"),
    ],
)
def test_a_phase_from_before_a_change_does_not_make_it_mirrored(
    info: dict[str, str], words: str
) -> None:
    told = NotReady(f"the mode in which Ceph mirrors it {words}")
    assert readiness(part(**info), [pool()]) == told
    assert readiness(part(mode="image"), [pool()]) == Ready()


def test_a_pool_that_is_not_mirrored_is_named() -> None:
    for phase in ("Ready", "Progressing"):
        verdict = readiness(part(phase=phase), [pool(mirroring={})])
        assert verdict == Failed(
            "Rook cannot mirror it while its pool x is not mirrored: set mirroring.enabled in the "
            "pool's spec",
            SETTLED,
        )


def test_where_rook_does_not_look_the_phase_decides() -> None:
    unwatched = pool(statusCheck={"mirror": {"disabled": True}})
    external = thing("CephCluster", external={"enable": True})
    assert readiness(part(), [unwatched]) == Ready()
    assert readiness(part(), [pool(mirroring={}), external]) == Ready()
    assert readiness(part(), []) == Ready()
    begun = readiness(part(phase="Progressing"), [pool()])
    assert begun == NotReady("phase is Progressing")


def unmirrored(**info: str) -> Params:
    status = {"phase": "Ready", "mirroringInfo": info}
    return thing("CephBlockPoolRadosNamespace", status, blockPoolName="x")


def test_what_was_mirrored_is_waited_for_until_ceph_mirrors_it_no_more() -> None:
    changed = Expect(since="2026-01-01T00:00:00Z")
    still = unmirrored(mode="image", lastChecked="2026-01-01T00:00:40Z")
    assert readiness(still, [], changed) == NotReady(
        "Ceph mirrors it still, in the mode image, as of 2026-01-01T00:00:40Z; Rook turns that off "
        "when no image in it is mirrored any more"
    )
    for info in ({}, {"mode": "disabled"}, {"mode": ""}):
        assert readiness(unmirrored(**info), [], changed) == Ready()
    # Rook may have left what was said long ago.
    assert readiness(still, []) == Ready()


def test_pools_are_asked_for_only_where_it_is_to_be_mirrored() -> None:
    assert {kind for _api, kind, *_more in children_of(part())} == {"CephBlockPool", "CephCluster"}
    assert children_of(thing("CephBlockPoolRadosNamespace", blockPoolName="x")) == ()
