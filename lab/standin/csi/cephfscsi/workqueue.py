# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of objects to look at: each once at a time, again and later after a failure."""

from __future__ import annotations

import heapq
import threading
import time
import typing as t

FIRST_SECONDS = 1.0
LAST_SECONDS = 60.0


class WorkQueue:
    def __init__(self, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._due: list[tuple[float, str]] = []
        self._when: dict[str, float] = {}
        self._running: set[str] = set()
        self._failures: dict[str, int] = {}
        self._closed = False

    def add(self, key: str, delay: float = 0.0) -> None:
        """Have a key looked at, at the earliest of all the times asked for."""
        with self._changed:
            self._plan(key, self._clock() + delay)

    def take(self) -> str | None:
        """Wait for the next key that nobody works on; None once the queue is closed."""
        with self._changed:
            while not self._closed:
                key, wait = self._next()
                if key is not None:
                    del self._when[key]
                    self._running.add(key)
                    return key
                self._changed.wait(wait)
        return None

    def done(self, key: str, *, failed: bool) -> None:
        """Give a key back; after a failure it comes again, each time later."""
        with self._changed:
            self._running.discard(key)
            if failed:
                count = self._failures[key] = self._failures.get(key, -1) + 1
                delay = min(FIRST_SECONDS * 2**count, LAST_SECONDS)
                self._plan(key, self._clock() + delay)
            else:
                self._failures.pop(key, None)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _plan(self, key: str, when: float) -> None:
        if when < self._when.get(key, float("inf")):
            self._when[key] = when
            heapq.heappush(self._due, (when, key))
            self._changed.notify_all()

    def _next(self) -> tuple[str | None, float | None]:
        """Return a key that is due, or how long to wait for one (None: for a change)."""
        blocked, found, wait = [], None, None
        while self._due and found is None and wait is None:
            when, key = heapq.heappop(self._due)
            if self._when.get(key) != when:
                continue  # planned anew since
            if when > self._clock():
                wait = when - self._clock()
                heapq.heappush(self._due, (when, key))
            elif key in self._running:
                blocked.append((when, key))
            else:
                found = key
        for entry in blocked:
            heapq.heappush(self._due, entry)
        return found, wait
