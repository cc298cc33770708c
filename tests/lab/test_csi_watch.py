# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the CSI driver's controller follows the API: watches, retries, one object at a time."""

from __future__ import annotations

import sys
import threading
import typing as t
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab/standin/csi"))

from cephfscsi.errors import KubeError
from cephfscsi.loop import Loop, Retry
from cephfscsi.watch import Watch
from cephfscsi.workqueue import WorkQueue


def item(name: str, version: int) -> dict[str, t.Any]:
    return {"metadata": {"name": name, "namespace": "n", "resourceVersion": str(version)}}


class Script:
    """An API whose answers to lists and watches are written down; the last stops the watch."""

    def __init__(self, stop: threading.Event, lists: list[t.Any], streams: list[t.Any]) -> None:
        self.stop, self.lists, self.streams = stop, lists, streams
        self.asked: list[str] = []

    def get(self, path: str) -> dict[str, t.Any]:
        answer = self.lists.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"kind": "ThingList", "items": answer, "metadata": {"resourceVersion": "10"}}

    def stream(self, path: str, seconds: float) -> t.Iterator[dict[str, t.Any]]:
        self.asked.append(path.rpartition("resourceVersion=")[2])
        for event in self.streams.pop(0):
            if isinstance(event, Exception):
                raise event
            yield event
        if not self.streams:
            self.stop.set()


def version_of(found: dict[str, t.Any] | None) -> str | None:
    return found and found["metadata"]["resourceVersion"]


def watched(lists: list[t.Any], streams: list[t.Any]) -> tuple[list[t.Any], list[str]]:
    stop, seen = threading.Event(), []
    api = Script(stop, lists, streams)
    # Backoff waits for nothing here.
    stop.wait = lambda timeout=None: stop.is_set()
    Watch(api, "/things", lambda key, found: seen.append((key, version_of(found)))).run(stop)
    return seen, api.asked


def test_a_watch_goes_on_where_the_last_one_ended() -> None:
    bookmark = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "15"}}}
    seen, asked = watched(
        [[item("a", 3)]],
        [
            [{"type": "MODIFIED", "object": item("a", 12)}, bookmark],
            [{"type": "DELETED", "object": item("a", 16)}],
        ],
    )
    assert seen == [("n/a", "3"), ("n/a", "12"), ("n/a", None)]
    assert asked == ["10", "15"]


def test_a_broken_connection_goes_on_and_a_410_lists_anew() -> None:
    gone = {"type": "ERROR", "object": {"code": 410, "message": "too old resource version"}}
    seen, asked = watched(
        [KubeError("list", None, "refused"), [item("a", 3), item("b", 4)], [item("b", 4)]],
        [
            [{"type": "ADDED", "object": item("c", 11)}, KubeError("watch", None, "reset")],
            [gone],
            [],
        ],
    )
    assert asked == ["10", "11", "10"]
    assert seen[:3] == [("n/a", "3"), ("n/b", "4"), ("n/c", "11")]
    assert sorted(seen[3:5]) == [("n/a", None), ("n/c", None)]
    assert seen[5:] == [("n/b", "4")]


def test_failures_come_back_later_each_time_and_success_forgets_them() -> None:
    now = [0.0]
    queue = WorkQueue(lambda: now[0])
    queue.add("a")
    queue.add("a")
    assert queue.take() == "a"
    waits = []
    for _ in range(8):
        queue.done("a", failed=True)
        waits.append(queue._when["a"] - now[0])
        now[0] = queue._when["a"]
        assert queue.take() == "a"
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    queue.done("a", failed=False)
    queue.add("a")
    assert queue.take() == "a"
    queue.done("a", failed=True)
    assert queue._when["a"] - now[0] == 1


def test_an_object_is_never_handled_twice_at_a_time() -> None:
    queue = WorkQueue()
    queue.add("a")
    assert queue.take() == "a"
    queue.add("a")
    queue.add("b")
    assert queue.take() == "b"
    queue.done("a", failed=False)
    assert queue.take() == "a"
    queue.close()
    assert queue.take() is None


def test_a_loop_tries_again_and_forgets_what_is_gone() -> None:
    stop, done, tries = threading.Event(), threading.Event(), []

    def handle(found: dict[str, t.Any]) -> None:
        tries.append(found["kind"])
        if len(tries) < 2:
            raise Retry("not yet")
        done.set()

    again = {"type": "MODIFIED", "object": {"kind": "Thing", **item("a", 4)}}
    api = Script(stop, [[item("a", 3)]], [[again]])
    loop = Loop(api, "/things", handle)
    loop.start(stop)
    assert done.wait(10)
    loop.close()
    assert tries[:2] == ["Thing", "Thing"]
