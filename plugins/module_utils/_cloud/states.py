# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How the states of things are read: ready, not yet, or never. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import silence
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Standing

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Live
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import Kind

READY, GONE = "ready", "gone"
WAITING, FAILED = "waiting", "failed"
# From these nothing of ours leads out; only who runs the cloud can reset them.
_STUCK = frozenset({"error_deleting", "error_managing"})
# From this a volume comes when a person has decided, which nobody waits for.
_OFFERED = "awaiting-transfer"
# What is in error while it is removed is not being removed any more.
_ENDS = frozenset({"server", "load_balancer"})


def judge_ready(kind: Kind) -> Callable[[Live | None], Standing]:
    """Return what tells whether a thing is as it should be."""

    def judge(live: Live | None) -> Standing:
        if live is None:
            return Standing(WAITING, "is not in the list yet")
        state, task = str(live.get(kind.status)), live.get("OS-EXT-STS:task_state")
        if state in kind.states and not task:
            return Standing(READY)
        if state in kind.broken:
            return Standing(FAILED, f"is in state {state}: {why(live)}")
        return Standing(WAITING, f"is in state {state}{_more(live)}")

    return judge


def judge_state(kind: Kind, states: frozenset[str]) -> Callable[[Live | None], Standing]:
    """Return what tells whether a thing has reached one of some states."""

    def judge(live: Live | None) -> Standing:
        state = str(live.get(kind.status)) if live is not None else ""
        if state in states:
            return Standing(READY)
        if state in kind.broken or state == _OFFERED:
            return Standing(FAILED, f"is in state {state}: {why(live or {})}")
        return Standing(WAITING, f"is in state {state or 'unknown'}")

    return judge


def judge_gone(kind: Kind) -> Callable[[Live | None], Standing]:
    """Return what tells whether a thing is gone."""

    def judge(live: Live | None) -> Standing:
        # In state DELETED a server is still in the list, for others to see.
        if live is None or live.get(kind.status) == "SOFT_DELETED":
            return Standing(GONE)
        if kind.status not in live:
            return Standing(WAITING, "is still there")
        state, task = str(live.get(kind.status)), live.get("OS-EXT-STS:task_state")
        if state in _STUCK or (state in kind.broken and not task and kind.name in _ENDS):
            return Standing(FAILED, f"is in state {state}: {why(live)}")
        return Standing(WAITING, f"is in state {state}{_more(live)}")

    return judge


def _more(live: Live) -> str:
    """Return what else is said of a state: who works on it, or why nobody knows."""
    task = live.get("OS-EXT-STS:task_state")
    if silence.is_silent(live):
        return ": the part of the cloud that has it does not answer"
    return f" ({task})" if task else ""


def is_going(server: Live) -> bool:
    """Tell whether a server is on its way out, the last of which is the state DELETED."""
    return server.get("OS-EXT-STS:task_state") == "deleting" or server["status"] == "DELETED"


def why(live: Live) -> str:
    """Return what the cloud says of a state from which nothing comes."""
    fault = live.get("fault") or {}
    if fault.get("message"):
        return str(fault["message"])
    state = str(live.get("status", ""))
    if state in _STUCK:
        return "who runs the cloud has to reset its state"
    if state == _OFFERED:
        return "it is offered to another project; have that taken back, or the volume taken"
    if state == "error":
        return "the cloud does not say why; to name it in replace has it made again"
    return "the cloud does not say why"
