# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What became of the steps of a plan. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError, WaitTimeout

if t.TYPE_CHECKING:
    from collections.abc import Sequence

# Who waits for what has another limit in each role.
_MORE_TIME = (
    "If it only takes longer, raise wait_timeout (in a role its own variable, such as "
    "rook_cluster_wait_timeout)."
)


@dataclasses.dataclass
class Applied:
    """What became of the steps, by their ids; blocked are those that lack what they need."""

    done: list[str] = dataclasses.field(default_factory=list)
    failed: dict[str, RookeryError] = dataclasses.field(default_factory=dict)
    blocked: list[str] = dataclasses.field(default_factory=list)


class ApplyError(RookeryError):
    """Some steps failed; the message says which, what was held up, and what was done.

    Of very many steps the first ones stand in the message, and how many more there are.
    """

    SHOWN = 20

    def __init__(self, applied: Applied, *, changed: bool) -> None:
        self.applied = applied
        self.changed = changed
        failed = [f"{step}: {problem}" for step, problem in applied.failed.items()]
        lines = self._first(failed, "and {} more steps failed")
        if applied.blocked:
            held = ", ".join(self._first(applied.blocked, "and {} more"))
            lines.append(f"Not done, because it needs the above: {held}.")
        if any(isinstance(problem, WaitTimeout) for problem in applied.failed.values()):
            lines.append(_MORE_TIME)
        lines.append(
            "What was done before stays; run again to go on from there."
            if changed
            else "Nothing was changed."
        )
        super().__init__("\n".join(lines))

    def _first(self, items: Sequence[str], words: str) -> list[str]:
        """Return the first items, and in words how many more there are."""
        rest = len(items) - self.SHOWN
        return [*items[: self.SHOWN], *([words.format(rest)] if rest > 0 else [])]
