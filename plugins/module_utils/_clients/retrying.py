# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How often one call to the API is tried, and what a repeated one may find.

Reads, applies, merges and deletions by uid can be repeated as they are. Of a creation without an
answer it is not known whether it was done: when its repetition meets an object that holds all that
it wanted, it was.
"""

from __future__ import annotations

import time
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ConflictError,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
        UnreachableError,
    )

# Seconds between tries; an API server that restarts, or defines a kind, needs about their sum.
PAUSES = (0.5, 1.0, 2.0, 4.0)


class EarlierTryError(ConflictError):
    """What is to be created is there; an earlier try of the same call may have made it."""


class Tries:
    """The tries of one call. After patience seconds no other one begins."""

    def __init__(
        self,
        method: str,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._method = method
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._began = clock()
        self._pauses = iter(PAUSES)
        self._count = 0
        self._unsure = self._conflicted = False

    def again(self, problem: UnreachableError) -> None:
        """Return when it is time for the next try; raise the problem when there is none."""
        self._count += 1
        self._unsure = self._unsure or problem.sent
        spent = self._clock() - self._began
        pause = max(next(self._pauses, self._patience), problem.after)
        if spent + pause >= self._patience:
            raise problem.given_up(self._count, spent)
        self._sleep(pause)

    def after_conflict(self, problem: ClientError) -> None:
        """Let a call be tried once more, at once; raise the problem of a creation."""
        if self._method == "POST" and self._unsure:
            raise EarlierTryError(
                problem.action, problem.target, problem.detail, problem.status
            ) from problem
        if self._conflicted or self._method == "POST":
            raise problem
        self._conflicted = True


def holds(live: t.Any, wanted: t.Any) -> bool:
    """Tell whether a stored value has all that is wanted; what the server adds does not count."""
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(
            holds(live.get(key), value) for key, value in wanted.items()
        )
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        # The server appends to lists, such as volumes of a pod.
        return (
            isinstance(live, Sequence)
            and len(live) >= len(wanted)
            and all(map(holds, live, wanted))
        )
    return bool(live == wanted)
