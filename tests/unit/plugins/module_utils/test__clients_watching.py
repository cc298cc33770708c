# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A feed goes on whatever happens to its watch, and never without pauses."""

from __future__ import annotations

import contextlib
import time
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    ExpiredError,
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Event, Listing
from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Feed, Topic

TOPIC = Topic("v1", "Node")
EXPIRED = ExpiredError("watch", "Node", "too old", 410)
BROKEN = UnreachableError("watch", "Node", "no answer")
AWAY = UnreachableError("list", "Node", "no answer")


def node(version: int) -> dict[str, t.Any]:
    return {"metadata": {"name": "w1", "resourceVersion": str(version)}}


class Api:
    """Lists, and watches that end as they are told to, the last one quietly; asked notes both."""

    def __init__(self, *ends: Exception | Event, away: int = 0) -> None:
        self.ends = list(ends)
        self.away = away
        self.asked: list[str] = []

    def list(self, *_where: str) -> Listing:
        self.asked.append("list")
        if self.away:
            self.away -= 1
            raise AWAY
        return Listing((node(len(self.asked)),), str(len(self.asked)))

    def watch(self, *where: t.Any) -> t.Iterator[Event]:
        self.asked.append(f"watch {where[4]}")
        end = self.ends.pop(0) if self.ends else None
        if isinstance(end, Event):
            yield end
        elif end is not None:
            raise end
        else:
            time.sleep(0.05)


def follow(
    api: Api, until: t.Callable[[Feed], bool], leaving: tuple[str, str] | None = None
) -> Feed:
    """Follow what an API tells until something is so, however long its thread takes."""
    feed = Feed(t.cast("t.Any", api), pauses=(0.01,))
    end = time.monotonic() + 30
    with contextlib.closing(feed):
        feed.follow(TOPIC, leaving)
        while not until(feed) and time.monotonic() < end:
            time.sleep(0.01)
    return feed


def cycles_in(api: Api, pause: float, cycle: float) -> tuple[int, float]:
    """Follow until something was asked five times; return how often, and how often it may be."""
    feed, began = Feed(t.cast("t.Any", api), pauses=(pause,)), time.monotonic()
    with contextlib.closing(feed):
        feed.follow(TOPIC)
        while len(api.asked) < 5 and time.monotonic() < began + 30:
            time.sleep(0.01)
        asked = len(api.asked)
    return asked, (time.monotonic() - began) / cycle + 1


def test_a_watch_that_ended_goes_on_from_where_it_was() -> None:
    api = Api(Event("MODIFIED", node(7)))
    feed = follow(api, lambda _feed: len(api.asked) >= 3)
    assert api.asked[:3] == ["list", "watch 1", "watch 7"]
    assert feed.objects(TOPIC) == {("", "w1"): node(7)}


def test_what_is_too_old_or_breaks_begins_with_a_list() -> None:
    api = Api(EXPIRED, BROKEN)
    feed = follow(api, lambda _feed: len(api.asked) >= 6)
    assert api.asked[:6] == ["list", "watch 1", "list", "watch 3", "list", "watch 5"]
    assert feed.problem(TOPIC) is None


def test_watches_that_always_fail_are_not_tried_without_pauses() -> None:
    api = Api(*[EXPIRED] * 1000)
    asked, most = cycles_in(api, 0.1, cycle=0.09)
    assert 5 <= asked <= 2 * most


def test_watches_that_end_at_once_go_on_after_pauses() -> None:
    api = Api()
    asked, most = cycles_in(api, 0.1, cycle=0.14)
    assert 5 <= asked <= 1 + most
    assert api.asked[0] == "list" and set(api.asked[1:]) == {"watch 1"}


def test_a_problem_is_told_until_a_list_works_again() -> None:
    away = Api(away=10_000)
    assert follow(away, lambda _feed: len(away.asked) > 2).problem(TOPIC) == AWAY
    back = follow(Api(away=2), lambda feed: feed.objects(TOPIC) is not None)
    assert back.problem(TOPIC) is None


class Emptied(Api):
    """Its object is in the first list alone."""

    def list(self, *where: str) -> Listing:
        found = super().list(*where)
        return Listing(found.items if len(self.asked) == 1 else (), found.version)


@pytest.mark.parametrize(
    ("api", "last"), [(Api(Event("DELETED", node(7))), node(7)), (Emptied(EXPIRED), node(1))]
)
def test_how_what_is_to_go_was_heard_of_last_is_kept(api: Api, last: dict[str, t.Any]) -> None:
    feed = follow(api, lambda feed: feed.objects(TOPIC) == {}, leaving=("", "w1"))
    assert feed.went(TOPIC, ("", "w1")) == last


def test_what_was_not_to_go_is_forgotten() -> None:
    feed = follow(Api(Event("DELETED", node(7))), lambda feed: feed.objects(TOPIC) == {})
    assert feed.went(TOPIC, ("", "w1")) is None
