# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the objects of one kind where they should be, one after the other and again on failure."""

from __future__ import annotations

import logging
import threading
import typing as t

from cephfscsi.kube import Json, Kube
from cephfscsi.watch import Watch
from cephfscsi.workqueue import WorkQueue

LOG = logging.getLogger(__name__)
WORKERS = 4


class Retry(Exception):
    """It did not work and is to be tried again; the text says why."""


class Loop:
    def __init__(self, kube: Kube, path: str, handle: t.Callable[[Json], None]) -> None:
        self._handle = handle
        self._objects: dict[str, Json] = {}
        self._queue = WorkQueue()
        self._watch = Watch(kube, path, self._changed)

    def start(self, stop: threading.Event) -> None:
        for run, count in ((self._work, WORKERS), (lambda: self._watch.run(stop), 1)):
            for _ in range(count):
                threading.Thread(target=run, daemon=True).start()

    def close(self) -> None:
        self._queue.close()

    def _changed(self, key: str, item: Json | None) -> None:
        if item is None:
            self._objects.pop(key, None)
        else:
            self._objects[key] = item
            self._queue.add(key)

    def _work(self) -> None:
        while (key := self._queue.take()) is not None:
            failed = False
            item = self._objects.get(key)
            try:
                if item is not None:
                    self._handle(item)
            except Retry as error:
                failed = True
                LOG.warning("%s: %s", key, error)
            finally:
                self._queue.done(key, failed=failed)
