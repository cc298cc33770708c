# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One operation at a time on each volume."""

from __future__ import annotations

import contextlib
import threading
import typing as t

from cephfscsi.errors import CsiError


class Busy:
    def __init__(self, patience: float = 20.0) -> None:
        self._patience = patience
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.Lock, int]] = {}

    @contextlib.contextmanager
    def hold(self, what: str) -> t.Iterator[None]:
        """Have `what` alone; raises CsiError ABORTED if another call keeps it too long."""
        lock = self._enter(what)
        try:
            if not lock.acquire(timeout=self._patience):
                raise CsiError("ABORTED", f"an operation on {what} is already under way")
            try:
                yield
            finally:
                lock.release()
        finally:
            self._leave(what)

    def _enter(self, what: str) -> threading.Lock:
        with self._guard:
            lock, users = self._locks.get(what, (threading.Lock(), 0))
            self._locks[what] = (lock, users + 1)
            return lock

    def _leave(self, what: str) -> None:
        with self._guard:
            lock, users = self._locks[what]
            if users == 1:
                del self._locks[what]
            else:
                self._locks[what] = (lock, users - 1)
