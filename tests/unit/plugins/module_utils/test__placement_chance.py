# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws of CRUSH: chances against formulas for simple cases, and what each domain gets."""

from __future__ import annotations

import math

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._placement.chance import spread


def whole(*weights: float) -> list[tuple[float, float]]:
    return [(weight, weight) for weight in weights]


def test_the_chance_to_miss_the_last_domain_is_that_of_the_last_draws() -> None:
    # Of two domains the one that was not drawn first is missed by all of the other 51 draws.
    small, large = 0.02, 0.98
    found = spread(whole(large, small), 2).short(2)
    assert found == pytest.approx(large**52 + small**52, rel=1e-9)


def test_chunks_have_as_many_rounds_as_their_rule_says() -> None:
    # In the first round both draw, in the others the one that has no place.
    small, large = 0.02, 0.98
    assert spread(whole(large, small), 2, indep=True).short(2) == pytest.approx(large**101)


def test_equal_domains_get_equal_pieces_and_all_of_them_together_all() -> None:
    found = spread(whole(*[2.0] * 8), 3)
    assert found.pieces_of(2.0, 2.0) == pytest.approx(3 / 8)
    assert math.fsum(found.placed) == pytest.approx(1.0)


def test_a_domain_gets_less_than_its_weight_when_there_are_hardly_more_than_pieces() -> None:
    found = spread(whole(1.0, 1.0, 1.0, 3.0), 3)
    # By weight alone it would be one and a half.
    assert 0.9 < found.pieces_of(3.0, 3.0) < 1.0
    total = 3 * found.pieces_of(1.0, 1.0) + found.pieces_of(3.0, 3.0)
    assert total == pytest.approx(3.0)


def test_what_is_out_is_drawn_in_vain() -> None:
    found = spread([(1.0, 1.0), (1.0, 1.0), (1.0, 0.0)], 2)
    assert found.pieces_of(1.0, 0.0) == 0.0
    # One of two left is missed: 51 draws or more of the first one or of what is out.
    assert 0 < found.short(2) < 4 * (2 / 3) ** 51
    assert spread([(1.0, 1.0), (1.0, 0.0)], 2).placed[2] == 0.0


def test_a_domain_that_is_out_in_part_is_tried_once_for_copies_and_five_times_for_chunks() -> None:
    half = [(1.0, 1.0), (0.02, 0.01)]
    share = 0.02 / 1.02
    copies, chunks = spread(half, 2), spread(half, 2, indep=True)
    assert copies.short(2) == pytest.approx((1 - share / 2) ** 52, rel=1e-6)
    assert chunks.short(2) == pytest.approx((1 - share * (1 - 0.5**5)) ** 101, rel=0.02)


def test_thousands_of_different_domains_are_put_together() -> None:
    weights = [1 + number / 7777 for number in range(3000)]
    found = spread(whole(*weights), 6, indep=True)
    total = sum(found.pieces_of(weight, weight) for weight in weights)
    assert total == pytest.approx(6.0)
    assert found.pieces_of(weights[-1], weights[-1]) > found.pieces_of(1.0, 1.0)


@pytest.mark.parametrize("domains", [[], [(0.0, 0.0)]])
def test_without_weight_nothing_is_placed(domains: list[tuple[float, float]]) -> None:
    assert spread(domains, 3).short(1) == 1.0
