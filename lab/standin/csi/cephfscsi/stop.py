# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of the process: asked for by a signal, or forced by a failure."""

from __future__ import annotations

import logging
import threading
import traceback

LOG = logging.getLogger(__name__)


class Stop(threading.Event):
    """Set when the process is to end; `reason` is set if that is a failure."""

    reason: str | None = None

    def fail(self, reason: str) -> None:
        self.reason = reason
        self.set()

    def thread_failed(self, what: threading.ExceptHookArgs) -> None:
        """End the process for the unforeseen: a driver with half its threads only looks alive."""
        text = traceback.format_exception(what.exc_type, what.exc_value, what.exc_traceback)
        self.fail("a thread failed:\n" + "".join(text))
