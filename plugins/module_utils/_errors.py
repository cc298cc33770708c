# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Every error that this collection raises on purpose. Pure.

A message says what was being done, to which object, what happened, and what to do about it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._options import option

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class RookeryError(Exception):
    """The root: catching it catches everything that is not a defect of the collection."""


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the variables, at a path that a user can find."""

    path: str
    value: str
    reason: str
    cure: str

    def __str__(self) -> str:
        shown = f" {self.value}" if self.value else ""
        return f"{self.path}:{shown} {self.reason}. {self.cure}".rstrip()


class ModelError(RookeryError):
    """The variables do not make a model; all problems are told at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclasses.dataclass(frozen=True)
class Refusal:
    """One object that a plan may not touch, why, and what a person can do instead."""

    id: str
    reason: str
    way_on: str

    def __str__(self) -> str:
        return f"{self.id}: {self.reason}. {self.way_on}"


class GuardError(RookeryError):
    """The plan would destroy or lose something; nothing of it is done.

    Of very many refusals the first ones stand in the message, and then what more is told of them.
    """

    LINES = 20

    def __init__(self, refusals: Iterable[Refusal], told: str = "") -> None:
        self.refusals = tuple(refusals)
        grouped: dict[tuple[str, str], list[str]] = {}
        for refusal in self.refusals:
            grouped.setdefault((refusal.reason, refusal.way_on), []).append(refusal.id)
        lines = [str(Refusal(", ".join(ids), *why)) for why, ids in grouped.items()]
        rest = len(lines) - self.LINES
        more = [f"and {rest} more refusals"] if rest > 0 else []
        parts = ["Refused, nothing was changed:", *lines[: self.LINES], *more]
        super().__init__("\n".join([*parts, told] if told else parts))


class ClientError(RookeryError):
    """A system that was asked for something answered with an error."""

    def __init__(self, action: str, target: str, detail: str, status: int | None = None) -> None:
        self.action = action
        self.target = target
        self.detail = detail
        self.status = status
        code = f" ({status})" if status is not None else ""
        super().__init__(f"Failed to {action} {target}: {detail.rstrip('.')}{code}.")


class ConflictError(ClientError):
    """Somebody else changed the object meanwhile, or owns the field."""


class _WaitError(RookeryError):
    """A wait that did not end well, with the last reason of each object, and what others said."""

    headline = "Waiting ended"

    def __init__(
        self, reasons: Mapping[str, str], seconds: float | None = None, clues: Iterable[str] = ()
    ) -> None:
        self.reasons = dict(sorted(reasons.items()))
        self.seconds = seconds
        after = f" after {seconds:.0f} s" if seconds is not None else ""
        lines = (f"{target}: {reason}" for target, reason in self.reasons.items())
        super().__init__("\n".join([f"{self.headline}{after}:", *lines, *clues]))


class WaitTimeout(_WaitError):
    """The limit was reached; the objects may still get there."""

    headline = "Waiting reached its limit"


class WaitFailed(_WaitError):
    """A state that cannot recover by itself."""

    headline = "Waiting ended because it cannot succeed"


class StalePlan(RookeryError):
    """What the plan was made from has changed since."""

    def __init__(self, site: str, planned: str, found: str) -> None:
        self.planned = planned
        self.found = found
        super().__init__(
            f"The plan of site {site} was made from other objects "
            f"(fingerprint {planned[:12]}, now {found[:12]}). Plan again, and apply that plan."
        )


class WrongCluster(RookeryError):
    """The cluster that answers is not the one that the site is pinned to."""

    def __init__(self, pinned: str, found: str, where: str) -> None:
        super().__init__(
            f"cluster_uid: {pinned!r} is not the cluster of {where}: the UID of its namespace "
            f"kube-system is {found!r}. Nothing was changed. Set {option('kubeconfig')} and "
            f"context to the right cluster, or {option('cluster_uid')} to the UID of the new one."
        )


class LeaseHeld(RookeryError):
    """Somebody else works on the site."""

    def __init__(self, site: str, proof: bool, holder: str, since: str, until: str) -> None:
        what = "proven" if proof else "worked on"
        super().__init__(
            f"Site {site} is being {what} by {holder}, since {since}. Nothing was changed. Its "
            f"lease ends at {until} unless it is renewed. Run again then, or set "
            f"{option('lock_timeout')} to the seconds to wait for the turn."
        )


class LeaseLost(RookeryError):
    """Somebody else may work on the site by now: nothing more is written."""

    def __init__(self, site: str, taker: str, seconds: float) -> None:
        by = f"{taker} works on it now" if taker else "the lease was removed"
        super().__init__(
            f"Nothing more is written to site {site}: {by}, after this run had not renewed its "
            f"lease for {seconds:.0f} s or more. Run again when nobody else works on the site."
        )


class LeftOver(RookeryError):
    """Everything was taken down, and something is still there."""

    def __init__(self, site: str, found: Iterable[Mapping[str, str]]) -> None:
        lines = [f"{row['id']}: {row['reason']}. {row['way_on']}" for row in found]
        super().__init__("\n".join([f"Left after the teardown of site {site}:", *lines]))


class ProbeError(RookeryError):
    """One probe of a proof did not find what it must."""


class ProofFailed(RookeryError):
    """Storage was not proven; each target comes with what its probe met."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        lines = [f"{target}: {problem}" for target, problem in self.problems.items()]
        super().__init__("\n".join(["Not proven:", *lines]))
