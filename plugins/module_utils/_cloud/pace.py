# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How much each service is asked at once. Pure.

A small cloud needs longer for all of many requests together than for one after another: they are in
each other's way. A large one does not. Which it is, is told by nothing but the time of its answers.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request

# How many requests a service has at first, and how many times as long as the quickest answer of its
# sort one may take after which it has one more.
FIRST, SLOWER = 2, 1.5
Sort = tuple[str, str, str]


class Pace:
    """The pace of one run. most is what no service has at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limits: dict[str, int] = {}
        self._quickest: dict[Sort, float] = {}

    def limit(self, service: str) -> int:
        """Return how many requests a service may have at once."""
        return self._limits.get(service, FIRST)

    def answered(self, request: Request, seconds: float) -> None:
        """Take in how long an answer took: as quick ones follow on each other, so more is asked."""
        sort = (request.method, request.service, request.path.split("/")[1])
        quickest = self._quickest.get(sort)
        self._quickest[sort] = seconds if quickest is None else min(quickest, seconds)
        if quickest is not None and seconds <= SLOWER * quickest:
            self._limits[request.service] = min(self.limit(request.service) + 1, self._most)
