# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call is tried again only as often, as long and in such a way as is harmless."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.retrying import (
    PAUSES,
    EarlierTryError,
    Tries,
    holds,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ConflictError

Object = dict[str, t.Any]
LOST = UnreachableError("create", "Lease a", "no answer")
REFUSED = UnreachableError("create", "Lease a", "nothing listens", sent=False)
THERE = ConflictError("create", "Lease a", "it exists", 409)


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def tries(self, method: str, patience: float = 120.0) -> Tries:
        return Tries(method, patience, lambda: self.now, self.sleep)


def test_a_call_without_an_answer_is_given_up_after_all_pauses_and_says_so() -> None:
    clock = Clock()
    tries = clock.tries("GET")
    for _each in PAUSES:
        tries.again(LOST)
    with pytest.raises(UnreachableError, match=r"no answer\. Given up after 5 tries in 8 s"):
        tries.again(LOST)
    assert clock.slept == list(PAUSES)


def test_no_try_begins_when_patience_would_be_over() -> None:
    clock = Clock()
    tries = clock.tries("GET", patience=3.0)
    clock.now = 2.6
    with pytest.raises(UnreachableError, match="Given up after 1 try in 3 s"):
        tries.again(LOST)


def test_the_api_is_given_the_time_that_it_asks_for_and_no_more_than_there_is() -> None:
    clock = Clock()
    tries = clock.tries("PATCH")
    tries.again(UnreachableError("apply", "Lease a", "too many", 429, after=7.0))
    assert clock.slept == [7.0]
    late = UnreachableError("apply", "Lease a", "too many", 429, after=600.0)
    with pytest.raises(UnreachableError, match=r"since it asks to wait for 600 s \(429\)"):
        tries.again(late)


def test_a_change_in_conflict_is_tried_once_more_and_a_creation_is_not() -> None:
    tries = Clock().tries("PATCH")
    tries.after_conflict(THERE)
    with pytest.raises(ConflictError):
        tries.after_conflict(THERE)
    with pytest.raises(ConflictError) as caught:
        Clock().tries("POST").after_conflict(THERE)
    assert not isinstance(caught.value, EarlierTryError)


@pytest.mark.parametrize(("problem", "kind"), [(LOST, EarlierTryError), (REFUSED, ConflictError)])
def test_only_a_creation_that_may_have_been_carried_out_may_be_what_is_there(
    problem: UnreachableError, kind: type[ConflictError]
) -> None:
    tries = Clock().tries("POST")
    tries.again(problem)
    with pytest.raises(ConflictError) as caught:
        tries.after_conflict(THERE)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("live", "same"),
    [
        ({"spec": {"holder": "me", "seconds": 60}, "status": {}}, True),
        ({"spec": {"holder": "you", "seconds": 60}}, False),
        ({"spec": {"holder": "me"}, "parts": [{"name": "a", "more": 1}, {"name": "b"}]}, False),
        ({}, False),
    ],
)
def test_what_is_there_is_ours_when_it_has_all_that_was_sent(live: Object, same: bool) -> None:
    assert holds(live, {"spec": {"holder": "me", "seconds": 60}}) is same


def test_the_server_may_add_to_lists() -> None:
    assert holds({"parts": [{"name": "a", "more": 1}, {"name": "b"}]}, {"parts": [{"name": "a"}]})
    assert not holds({"parts": [{"name": "b"}]}, {"parts": [{"name": "a"}]})
    assert not holds({"parts": []}, {"parts": [{"name": "a"}]})
