# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the plan of any site, in every era: tried on random ones."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._kinds import is_ours
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, Plan, make_plan
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from hypothesis import given
from hypothesis import strategies as st
from sites.reference import Params
from sites.strategies import models, quick

VERSIONS = [era.name for era in _eras.ERAS.values()]
EXAMPLES = 20


def in_order(plan: Plan) -> bool:
    """Tell whether each step comes after everything that it needs."""
    places = {step.id: place for place, step in enumerate(plan.steps)}
    return all(places[need] < places[step.id] for step in plan.steps for need in step.needs)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_plan_is_deterministic_ordered_and_empty_the_second_time(version: str) -> None:
    @quick(EXAMPLES)
    @given(models(version), st.randoms(use_true_random=False))
    def one(found: Params, chance: object) -> None:
        site = parse_site({**found, "site": "store1"})
        desired = list(render(site, ()))
        first = make_plan(site, desired, Observed())
        mixed = list(desired)
        chance.shuffle(mixed)  # type: ignore[attr-defined]
        assert make_plan(site, mixed, Observed()) == first
        assert in_order(first) and first.changed
        assert {step.target for step in first.steps} == {item.id for item in desired}
        live = {item.id: item.manifest for item in desired}
        assert all(is_ours(item, "store1") for item in live.values())
        there = Observed(objects=live, owned=frozenset(live))
        assert not make_plan(site, desired, there).changed
        gone = make_plan(site, (), there, state="absent")
        assert in_order(gone)
        assert {step.target for step in gone.steps if step.op == "delete"} == set(live)

    one()
