# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Judge how nodes answered before anything is asked of what they said. Pure.

An answer is the raw result of a task on one node: what its module returned, or that the node could
not be reached, or that the module failed there.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._rules import Finding

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Answers = t.Mapping[str, t.Mapping[str, t.Any]]


def address_findings(addresses: Mapping[str, str]) -> Iterator[Finding]:
    """Yield an error for each pair of inventory hosts that are one machine or one node."""
    seen: dict[tuple[str, str], str] = {}
    for name, address in addresses.items():
        for kind, key in (("name", name.lower()), ("address", address)):
            first = seen.setdefault((kind, key), name)
            if key and first != name:
                yield Finding(
                    rule="NODE-NAME",
                    severity="error",
                    path=f"inventory host {name}",
                    value=name if kind == "name" else f"ansible_host {address}",
                    reason=f"it has the same {kind} as {first}, so both would be one node",
                    cure=f"Give each host a {kind} of its own, or list the host once.",
                )


def answer_findings(answers: Answers, key: str) -> Iterator[Finding]:
    """Yield an error for each node whose answer lacks the key that its module always returns."""
    for name, answer in answers.items():
        if not answer or answer.get("skipped") or key in answer:
            continue
        reason = " ".join(str(answer.get("msg", "no message")).split())
        unreachable = bool(answer.get("unreachable"))
        yield Finding(
            rule="NODE-REACH" if unreachable else "NODE-ROOT",
            severity="error",
            path=f"inventory host {name}",
            value="unreachable" if unreachable else "reached",
            reason=reason if unreachable else f"it could not be examined as root: {reason}",
            cure=_REACH_CURE if unreachable else _ROOT_CURE,
        )


def usable(answers: Answers, key: str) -> dict[str, t.Any]:
    """Return what the nodes said under the key, without those that said nothing."""
    return {name: answer[key] for name, answer in answers.items() if answer and key in answer}


_REACH_CURE = (
    "Start the host, correct ansible_host, ansible_user or its key, or take it out of its groups."
)
_ROOT_CURE = (
    "Give ansible_user the right to become root (ansible_become_password, or sudo without one), "
    "and the host Python 3.9 or newer."
)
