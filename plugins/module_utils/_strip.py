# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The last resort: take finalizers away that nobody else will take away any more. Pure.

It is the one place that may write finalizers, and only those that its own confirmation lists.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError, Refusal
from ansible_collections.rookery.rook.plugins.module_utils._guards_holders import (
    STRIP,
    Hanging,
    going,
    hanging,
    of_holders,
    tokens,
)
from ansible_collections.rookery.rook.plugins.module_utils._holders import held
from ansible_collections.rookery.rook.plugins.module_utils._options import option
from ansible_collections.rookery.rook.plugins.module_utils._plan_types import wait_for
from ansible_collections.rookery.rook.plugins.module_utils._steps import Change, Step

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._plan_types import Observed
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan

_OPTION = "strip"
_LEAVE_OUT = f"Leave {option('strip')} out."
_READ_ANEW = "Read what would be taken away now, and confirm that, or leave it out."
# What Rook protects from disasters, as far as no owner tells whose it is.
_PROTECTED = ("rook-ceph-mon", "rook-ceph-mon-endpoints")


def with_strip(plan: Plan, observed: Observed, strip: str) -> tuple[Plan, Observed]:
    """Return the plan that takes away what was confirmed, and what it is made from.

    Raises GuardError when force is not what is called for, and for a confirmation that is not for
    this very list, with the right one. Without a confirmation the plan stays as it is.
    """
    given = {word.strip() for word in strip.split(",") if word.strip()}
    if not given or plan.state != "absent":
        return plan, observed
    found = hanging(plan, observed)
    against = [*_needless(plan, observed, found, given)]
    confirmed = set(tokens(found).values()) <= given
    if found and not confirmed:
        reason = f"{strip!r} is not what would be taken away by now (TEAR-07)"
        against += [Refusal(_OPTION, reason, _READ_ANEW), *of_holders(plan, observed)]
    if found and confirmed:
        against += [*_in_use(observed), *_not_ours(observed, found)]
    if against:
        raise GuardError(against)
    if not found:
        return plan, observed
    return dataclasses.replace(plan, steps=tuple(_forced(plan.steps, found))), observed


def _needless(
    plan: Plan, observed: Observed, found: list[Hanging], given: Collection[str]
) -> Iterator[Refusal]:
    """Yield what an operator that is at work will take away itself."""
    hang = {item.id for item in found}
    stages = {word.partition(":")[0] for word in given}
    for stage, item in going(plan, observed):
        if stage in stages and held(item) and _kinds.id_of(item) not in hang:
            names = ", ".join(sorted({who.name for who in held(item).values()}))
            yield Refusal(
                _kinds.id_of(item),
                f"is let go by {names}, which is at work: nothing is taken away by force (TEAR-07)",
                _LEAVE_OUT,
            )


def _in_use(observed: Observed) -> Iterator[Refusal]:
    """Yield who uses the storage; with force, nobody may."""
    way = "Stop what uses it and remove it first; force is for storage that nobody uses."
    for consumer in observed.consumers:
        if consumer.id not in observed.owned:
            pods = f", and is mounted by {', '.join(consumer.pods)}" if consumer.pods else ""
            yield Refusal(consumer.id, f"is data in use{pods} (TEAR-07)", way)
    for attachment in observed.holders.attachments:
        yield Refusal(attachment, "says that a node holds a volume (TEAR-07)", way)


def _not_ours(observed: Observed, found: Iterable[Hanging]) -> Iterator[Refusal]:
    """Yield objects that nothing tells to be the site's."""
    uids = {_kinds.at(observed.objects[key], "metadata.uid") for key in observed.owned}
    for item in found:
        owners = _kinds.at(item.manifest, "metadata.ownerReferences") or ()
        named = item.manifest["metadata"]["name"] in _PROTECTED
        owned = named or any(owner.get("uid") in uids for owner in owners)
        # What is observed and to go is so by the plan, which takes only the site's own.
        if item.id in observed.objects or owned:
            continue
        yield Refusal(
            item.id,
            "is not known to be the site's, so its finalizers are not taken away (TEAR-07)",
            "Find out whose it is, and remove it by hand if it is of no use to anybody.",
        )


def _forced(steps: Iterable[Step], found: list[Hanging]) -> Iterator[Step]:
    """Yield the steps with the finalizers' removal before that of each object.

    No policy asks for hosts to be cleaned: nobody would do it. What is in no step of its own goes
    before its namespace.
    """
    hang = {item.id: item for item in found}
    dropped = {step.id: step.needs for step in steps if step.op == "update" and step.target in hang}
    planned = {step.target for step in steps}
    deleted = {step.target for step in steps if step.op == "delete"}
    further = [item for target, item in hang.items() if target not in planned]
    clusters = tuple(
        step.id for step in steps
        if step.until == "gone" and step.target.startswith(("CephCluster/", "Cluster/"))
    )  # fmt: skip
    alone = [step for item in further for step in _alone(item, clusters)]
    waits = tuple(step.id for step in alone if step.op == "wait")
    for step in steps:
        if step.id in dropped:
            continue
        needs = tuple(other for need in step.needs for other in dropped.get(need, (need,)))
        if step.target in hang and (step.op == "delete" or step.target not in deleted):
            strip = _strip(hang[step.target], needs)
            yield strip
            needs = (strip.id,)
        elif step.id.startswith("delete Namespace/"):
            yield from alone
            alone, needs = [], (*needs, *waits)
        yield dataclasses.replace(step, needs=needs)
    yield from alone


def _alone(item: Hanging, needs: tuple[str, ...]) -> Iterator[Step]:
    """Yield the removal of an object of an operator's own."""
    strip = _strip(item, needs)
    yield strip
    reason = "belongs to the cluster"
    yield Step(f"delete {item.id}", "delete", item.id, needs=(strip.id,), reason=reason)
    yield wait_for(item.id, "gone", f"delete {item.id}")


def _strip(item: Hanging, needs: tuple[str, ...]) -> Step:
    """Return the one step that writes finalizers."""
    before = list(_kinds.at(item.manifest, "metadata.finalizers") or ())
    after = [each for each in before if each not in item.finalizers]
    return Step(
        f"{STRIP} {item.id}",
        "update",
        item.id,
        needs=needs,
        changes=(Change("metadata.finalizers", before, after),),
        destructive=True,
        reason=f"the last resort, as confirmed: {item.reason}",
        patch={"metadata": {"finalizers": after}},
    )
