# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a teardown would wait for without end, as nobody is there to let it go. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import Refusal
from ansible_collections.rookery.rook.plugins.module_utils._holders import OPERATORS, held
from ansible_collections.rookery.rook.plugins.module_utils._options import option
from ansible_collections.rookery.rook.plugins.module_utils._plan_types import stage_of

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._plan_types import Observed
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan

    Manifest = Mapping[str, t.Any]

# Steps that take finalizers away begin with it.
STRIP = "strip"


@dataclasses.dataclass(frozen=True)
class Hanging:
    """An object that would stay for good, with the finalizers that nobody takes away, and why."""

    manifest: Manifest
    stage: str
    finalizers: tuple[str, ...]
    reason: str

    @property
    def id(self) -> str:
        """The object's id."""
        return _kinds.id_of(self.manifest)


def of_holders(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield what would hang, unless the plan itself takes its finalizers away (TEAR-06)."""
    stripped = {step.target for step in plan.steps if step.id == f"{STRIP} {step.target}"}
    found = [item for item in hanging(plan, observed) if item.id not in stripped]
    way_on = _way_on(plan, observed, found) if found else ""
    for item in found:
        yield Refusal(item.id, f"would be waited for without end: {item.reason} (TEAR-06)", way_on)


def hanging(plan: Plan, observed: Observed) -> list[Hanging]:
    """Return what is to go and would hang, in the order in which things go."""
    holders = observed.holders
    troubles = {item: holders.trouble(item) for item in OPERATORS} if holders.seen else {}
    found = []
    for stage, item in going(plan, observed):
        of_item = {each: who for each, who in held(item).items() if troubles.get(who)}
        if of_item:
            why = "; ".join(
                f"only {who.name} takes away its finalizers, and {troubles[who]}"
                for who in dict.fromkeys(of_item.values())
            )
            found.append(Hanging(item, stage, tuple(of_item), why))
    return found


def going(plan: Plan, observed: Observed) -> Iterator[tuple[str, Manifest]]:
    """Yield the stage and the object of all that is to go, or goes with what is to go."""
    leaving = plan.leaving
    for target in sorted(leaving, key=_kinds.sort_key, reverse=True):
        if target in observed.objects:
            yield stage_of(target), observed.objects[target]
    for target, item in sorted(observed.objects.items()):
        if target not in leaving and _kinds.claim_of(item) in leaving:
            yield stage_of(target), item
    # Rook's own go with the cluster; without it, nothing but the namespace would ask them to.
    if any(target.startswith(("Namespace/", *(f"{kind}/" for kind in _kinds.CLUSTERS)))
           for target in leaving):  # fmt: skip
        for item in observed.holders.protected:
            if _kinds.id_of(item) not in leaving:
                yield "cluster", item


def tokens(found: Iterable[Hanging]) -> dict[str, str]:
    """Return for each stage what confirms that just these finalizers are taken away."""
    by_stage: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
    for item in found:
        entry = (item.id, str(_kinds.at(item.manifest, "metadata.uid")), item.finalizers)
        by_stage.setdefault(item.stage, []).append(entry)
    return {
        stage: f"{stage}:{_digest(by_stage[stage])}"
        for stage in reversed(_kinds.STAGES)
        if stage in by_stage
    }


def _digest(entries: list[tuple[str, str, tuple[str, ...]]]) -> str:
    text = json.dumps(sorted(entries))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _way_on(plan: Plan, observed: Observed, found: list[Hanging]) -> str:
    """Return how to go on: first the operator, and only then force, with all that it would do."""
    version = observed.holders.version()
    release = f"version {version}, which made the cluster" if version else "the version it had"
    listed = ", ".join(f"{'+'.join(item.finalizers)} of {item.id}" for item in found)
    confirmation = ",".join(tokens(found).values())
    return (
        f"Bring the operator back, as it also cleans up inside Ceph and on the hosts: rook_site "
        f"with stages [operator] and {release}, then run again. Only if it can never run again, "
        f"set {option('strip')} to {confirmation} to take away by force: {listed}. What "
        f"they protect in site {plan.site} is given up."
    )
