# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service is asked more at once while that makes its answers no slower."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request
from ansible_collections.rookery.rook.plugins.module_utils._cloud.pace import FIRST, Pace

MOST = 8


def drop(path: str, service: str = "network") -> Request:
    return Request("DELETE", service, path, path)


def after(*seconds: float) -> Pace:
    """Return the pace after answers to requests of one sort."""
    pace = Pace(MOST)
    for each in seconds:
        pace.answered(drop("/ports/p"), each)
    return pace


def test_nothing_is_known_of_a_service_that_was_not_asked() -> None:
    assert Pace(MOST).limit("network") == FIRST


def test_a_first_answer_has_nothing_to_be_measured_by() -> None:
    assert after(0.01).limit("network") == FIRST


def test_each_answer_as_quick_as_the_others_makes_room_for_one_more() -> None:
    assert after(0.2, 0.25, 0.2).limit("network") == FIRST + 2
    assert after(*[0.2] * 50).limit("network") == MOST


@pytest.mark.parametrize(
    ("seconds", "more"),
    [
        ((0.1, 0.2, 0.4), 0),
        # What comes sooner than all before says that there is room.
        ((0.2, 0.1, 0.2), 1),
    ],
)
def test_a_service_that_is_slower_the_more_it_is_asked_is_not_asked_more(
    seconds: tuple[float, ...], more: int
) -> None:
    assert after(*seconds).limit("network") == FIRST + more


def test_sorts_and_services_are_measured_by_themselves() -> None:
    pace = after(0.1)
    pace.answered(drop("/routers/r"), 0.1)
    pace.answered(Request("PUT", "network", "/ports/q", "port/q"), 0.1)
    pace.answered(drop("/ports/p", "compute"), 0.1)
    assert (pace.limit("network"), pace.limit("compute")) == (FIRST, FIRST)
    pace.answered(drop("/ports/other"), 0.1)
    assert (pace.limit("network"), pace.limit("compute")) == (FIRST + 1, FIRST)
