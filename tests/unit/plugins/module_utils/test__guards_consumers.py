# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken from others has to be allowed, and seen by somebody before it is done."""

from __future__ import annotations

import dataclasses

from ansible_collections.rookery.rook.plugins.module_utils._guards import refusals
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._plan import (
    REFUSE,
    Crowd,
    Policy,
    make_plan,
)
from test__guards import CLAIM, standing, told

EVICT = Policy("evict", frozenset({"shop"}))
EVICTED = dataclasses.replace(CLAIM, pods=(), namespace="shop", volume="PersistentVolume//pv-1")
CROWD = Crowd(
    {
        key: {"apiVersion": "v1", "kind": key.partition("/")[0], "metadata": {"name": "x"}}
        for key in (EVICTED.id, EVICTED.volume)
    }
)


def test_an_eviction_needs_the_fingerprint_of_the_plan_that_was_shown(whole_site: Site) -> None:
    seen = dataclasses.replace(standing(whole_site, [], EVICTED), crowd=CROWD)
    plan = make_plan(whole_site, [], seen, "absent", policy=EVICT)
    (refusal,) = refusals(plan, seen, "store1")
    assert refusal.id == EVICTED.id and "TEAR-05" in refusal.reason
    assert plan.fingerprint in refusal.way_on and "rook_plan_fingerprint" in refusal.way_on
    assert refusals(plan, seen, "store1", plan.fingerprint) == ()
    assert {item.id for item in refusals(plan, seen, "", plan.fingerprint)} >= {EVICTED.id}


def test_whoever_may_not_be_evicted_refuses_and_says_why(whole_site: Site) -> None:
    blog = dataclasses.replace(EVICTED, namespace="blog")
    seen = dataclasses.replace(standing(whole_site, [], blog), crowd=CROWD)
    assert "namespace blog, which evict_namespaces does not list" in str(
        told(whole_site, seen, state="absent", policy=EVICT)
    )
    seen = dataclasses.replace(seen, consumers=(EVICTED,))
    alone = told(whole_site, seen, state="absent", policy=EVICT, stages=["cluster"])
    assert "it is evicted with stage storage" in str(alone)


def test_the_plan_of_one_stage_is_the_same_before_and_after_an_eviction(whole_site: Site) -> None:
    before = dataclasses.replace(standing(whole_site, [], EVICTED), crowd=CROWD)
    after = standing(whole_site, [])
    for policy, same in ((EVICT, True), (Policy("wait"), True), (REFUSE, False)):
        prints = {
            make_plan(whole_site, [], seen, "absent", ["cluster"], policy).fingerprint
            for seen in (before, after)
        }
        assert (len(prints) == 1) is same
