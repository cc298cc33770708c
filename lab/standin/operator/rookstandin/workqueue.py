# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A queue of keys, each worked on by one thread at a time, retried with patience."""

from __future__ import annotations

import logging
import threading
import time
import typing as t
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor

from rookstandin.errors import NotYet

log = logging.getLogger(__name__)

FIRST_RETRY, LAST_RETRY = 3.0, 60.0

K = t.TypeVar("K", bound=Hashable)


class WorkQueue(t.Generic[K]):
    """Runs `work(key)` for each added key; its result is the number of seconds until the next run.

    A key that is added while it is worked on is worked on once more. `NotYet` asks for another run
    and is no failure; any other exception is given to `failed`, which may set the delay; else
    delays double up to a minute.
    """

    def __init__(
        self,
        work: Callable[[K], float | None],
        failed: Callable[[K, BaseException], float | None],
        workers: int = 6,
    ) -> None:
        self._work, self._failed = work, failed
        self._due: dict[K, float] = {}
        self._busy: set[K] = set()
        self._failures: dict[K, int] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="work")
        self._thread = threading.Thread(target=self._dispatch, name="dispatch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def add(self, key: K, after: float = 0.0) -> None:
        """Let a key be worked on after some seconds, or sooner if it already is due sooner."""
        due = time.monotonic() + after
        with self._changed:
            self._due[key] = min(due, self._due.get(key, due))
            self._changed.notify()

    def _dispatch(self) -> None:
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                waiting = {k: due for k, due in self._due.items() if k not in self._busy}
                ready = [key for key, due in waiting.items() if due <= now]
                for key in ready:
                    del self._due[key]
                    self._busy.add(key)
                    future = self._pool.submit(self._work, key)
                    future.add_done_callback(lambda future, key=key: self._done(key, future))
                if not ready:
                    soonest = min(waiting.values(), default=now + 3600)
                    self._changed.wait(soonest - now)

    def _done(self, key: K, future: Future[float | None]) -> None:
        if future.cancelled():
            return
        # A key is never lost, not even when telling of its failure fails.
        again: float | None = LAST_RETRY
        try:
            again = self._outcome(key, future)
        finally:
            with self._changed:
                self._busy.discard(key)
                self._changed.notify()
            if again is not None:
                self.add(key, again)

    def _outcome(self, key: K, future: Future[float | None]) -> float | None:
        error = future.exception()
        if error is None:
            self._failures.pop(key, None)
            return future.result()
        if isinstance(error, NotYet):
            log.info("%s: %s", key, error)
            return error.after
        count = self._failures[key] = self._failures.get(key, 0) + 1
        asked = self._failed(key, error)
        return asked or min(FIRST_RETRY * 2 ** (count - 1), LAST_RETRY)
