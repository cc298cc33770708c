# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The steps of a plan, for Kubernetes as for a cloud. Pure."""

from __future__ import annotations

import dataclasses
import functools
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem

Manifest = Mapping[str, t.Any]
POLICIES = ("refuse", "wait", "evict")
# What stands in a change for what must not be shown.
HIDDEN = "(hidden)"


@dataclasses.dataclass(frozen=True)
class Change:
    """One field that differs; None stands for a field that is not there."""

    path: str
    old: t.Any
    new: t.Any


@dataclasses.dataclass(frozen=True)
class Policy:
    """What becomes of those who use what is to go: nothing, a wait for them, or their eviction.

    Only what is in the namespaces is evicted; of what would outlive its claim, only what is named.
    """

    consumers: str = "refuse"
    namespaces: frozenset[str] = frozenset()
    release: frozenset[str] = frozenset()

    @classmethod
    def from_params(cls, params: Mapping[str, t.Any]) -> Policy:
        """Return what a module's parameters ask for; raises ModelError."""
        found = cls(
            params["consumers"],
            frozenset(params["evict_namespaces"]),
            frozenset(params["release_volumes"]),
        )
        problems = []
        if found.consumers == "evict" and not found.namespaces:
            cure = "List the namespaces whose pods and claims may be removed."
            problems.append(Problem("evict_namespaces", "", "is needed to evict consumers", cure))
        if found.consumers != "refuse" and not params.get("wait", True):
            reason = f"cannot go with consumers: {found.consumers}, for storage would go under them"
            problems.append(Problem("wait", "false", reason, "Set wait to true."))
        if problems:
            raise ModelError(problems)
        return found


# What becomes of them unless something else is asked for.
REFUSE = Policy()


@dataclasses.dataclass(frozen=True)
class Step:
    """One thing to do, or to leave alone and say why.

    target is the object's id; until is ready or gone for a wait; patch is the merge patch of an
    update that is not the whole wanted object.
    """

    id: str
    op: str
    target: str
    executor: str = "kubernetes"
    needs: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    destructive: bool = False
    reason: str = ""
    until: str = ""
    patch: Manifest | None = None


@dataclasses.dataclass(frozen=True)
class Plan:
    """Steps in an order in which they can be done, and the fingerprint of what they came from."""

    site: str
    state: str
    steps: tuple[Step, ...]
    fingerprint: str
    policy: Policy = REFUSE

    @property
    def changed(self) -> bool:
        """Tell whether there is anything to do but waiting."""
        return any(step.op in ("create", "update", "delete") for step in self.steps)

    @functools.cached_property
    def patches(self) -> dict[str, list[Manifest]]:
        """Return the merge patches of the plan's updates by target, in their order."""
        found: dict[str, list[Manifest]] = {}
        for step in self.steps:
            if step.patch is not None:
                found.setdefault(step.target, []).append(step.patch)
        return found

    @property
    def leaving(self) -> frozenset[str]:
        """Return the ids of what the plan deletes or waits to be gone for good."""
        if self.state != "absent":
            return frozenset()
        return frozenset(
            step.target for step in self.steps if step.op == "delete" or step.until == "gone"
        )
