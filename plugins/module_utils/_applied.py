# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What became of the steps of a plan. Pure."""

from __future__ import annotations

import dataclasses

from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError


@dataclasses.dataclass
class Applied:
    """What became of each step, by its id."""

    done: list[str] = dataclasses.field(default_factory=list)
    failed: dict[str, RookeryError] = dataclasses.field(default_factory=dict)
    blocked: dict[str, str] = dataclasses.field(default_factory=dict)


class ApplyError(RookeryError):
    """Some steps failed; the message says which, what was held up, and what was done."""

    def __init__(self, applied: Applied, *, changed: bool) -> None:
        self.applied = applied
        self.changed = changed
        lines = [f"{step}: {problem}" for step, problem in applied.failed.items()]
        if applied.blocked:
            lines.append(f"Not done, because it needs the above: {', '.join(applied.blocked)}.")
        lines.append(
            "What was done before stays; run again to go on from there."
            if changed
            else "Nothing was changed."
        )
        super().__init__("\n".join(lines))
