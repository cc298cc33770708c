# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a node's module is going to do, one step for each object."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import faults
from ansible_collections.rookery.rook.plugins.module_utils._redact import hidden

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclasses.dataclass(frozen=True)
class HostStep:
    """One change of one object of the host; `before` and `after` are what a diff shows."""

    id: str
    op: str
    reason: str
    do: Callable[..., t.Any] = dataclasses.field(compare=False, repr=False)
    before: str = ""
    after: str = ""
    permits: bool = False
    """Whether only who may use the object changes, which whoever has read it need not know."""


def as_result(steps: Sequence[HostStep]) -> dict[str, t.Any]:
    """Return the keys that every module of the collection returns about a plan.

    Files have logins of registries and the like, which a difference does not show.
    """
    return {
        "changed": bool(steps),
        "plan": [
            {"id": step.id, "op": step.op, "executor": "node", "reason": step.reason}
            for step in steps
        ],
        "diff": [
            {
                "before_header": step.id,
                "after_header": step.id,
                "before": hidden(_line(step.before)),
                "after": hidden(_line(step.after)),
            }
            for step in steps
        ],
    }


def carry_out(steps: Sequence[HostStep], done: list[HostStep], check_mode: bool) -> None:
    """Do every step in its order, and add each to those that are done before one may fail.

    In check mode none is done, and all count as such. What the system refuses is a ClientError.
    """
    for step in steps:
        try:
            if not check_mode:
                step.do()
        except OSError as problem:
            where = f" ({problem.filename})" if problem.filename else ""
            raise ClientError(step.op, f"{step.id}{where}", faults.reason(problem)) from problem
        done.append(step)


def _line(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
