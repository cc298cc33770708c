# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a plan may not do, each with the object, the reason and the way on. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._blockers import as_text, find_blockers
from ansible_collections.rookery.rook.plugins.module_utils._diff import matches
from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError, Refusal
from ansible_collections.rookery.rook.plugins.module_utils._evict import losses, obstacle
from ansible_collections.rookery.rook.plugins.module_utils._guards_holders import of_holders
from ansible_collections.rookery.rook.plugins.module_utils._guards_operator import (
    of_definitions,
    of_helm,
)
from ansible_collections.rookery.rook.plugins.module_utils._guards_osds import is_emptied, may_move
from ansible_collections.rookery.rook.plugins.module_utils._managed import holders
from ansible_collections.rookery.rook.plugins.module_utils._options import option

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._managed import Holder
    from ansible_collections.rookery.rook.plugins.module_utils._plan import (
        Consumer,
        Observed,
        Plan,
        Step,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Change


def guard(
    plan: Plan,
    observed: Observed,
    confirm: str = "",
    approved: str = "",
    *,
    force_conflicts: bool = False,
) -> None:
    """Raise GuardError with every refusal; a plan that passes loses nothing by surprise."""
    found = refusals(plan, observed, confirm, approved, force_conflicts=force_conflicts)
    if found:
        raise GuardError(found, as_text(find_blockers(plan, observed)))


def refusals(
    plan: Plan,
    observed: Observed,
    confirm: str = "",
    approved: str = "",
    *,
    force_conflicts: bool = False,
) -> tuple[Refusal, ...]:
    """Return everything that stands against a plan, what is in use before what is unconfirmed.

    approved is the fingerprint of a plan that somebody has seen.
    """
    return (
        *_in_use(plan, observed),
        *_still_needed(plan, observed),
        *_inhabited(plan, observed),
        *_elsewhere(plan, observed),
        *_losing_changes(plan, observed),
        *(() if force_conflicts else _claimed(plan, observed)),
        *of_definitions(plan, observed),
        *of_helm(plan, observed),
        *of_holders(plan, observed),
        *_unconfirmed(plan, confirm),
        *_unseen(plan, observed, approved),
    )


def _unconfirmed(plan: Plan, confirm: str) -> Iterator[Refusal]:
    """Yield what would be destroyed without the site's name as confirmation (TEAR-04)."""
    if confirm == plan.site:
        return
    given = f"the confirmation is {confirm!r}" if confirm else "there is no confirmation"
    for target in dict.fromkeys(step.target for step in plan.steps if step.destructive):
        yield Refusal(
            target,
            f"would be destroyed with its data, and {given} (TEAR-04)",
            f"Set {option('confirm')} to {plan.site}, the name of the site, to allow it.",
        )


def _unseen(plan: Plan, observed: Observed, approved: str) -> Iterator[Refusal]:
    """Yield what would be taken from others without anybody having seen the plan (TEAR-05)."""
    if approved == plan.fingerprint:
        return
    # What operators have made for themselves goes only as its own list was confirmed.
    known = {*observed.objects, *map(_kinds.id_of, observed.holders.protected)}
    theirs = [
        step.target
        for step in plan.steps
        if step.op in ("update", "delete") and step.target not in known
    ]
    for target in dict.fromkeys(theirs):
        yield Refusal(
            target,
            "would be evicted, and no plan that was shown is named (TEAR-05)",
            "Look at the plan, then set fingerprint (rook_plan_fingerprint, storage) to "
            f"{plan.fingerprint} to have this one done.",
        )


def _in_use(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield every consumer that would lose its storage (TEAR-01)."""
    lost = losses(observed, plan.leaving)
    for consumer in observed.consumers:
        if consumer.id in lost:
            yield _consumer_refusal(consumer, lost[consumer.id], plan, observed)


def _consumer_refusal(
    consumer: Consumer, lost: tuple[str, ...], plan: Plan, observed: Observed
) -> Refusal:
    """Return the refusal of one consumer in words: what it uses itself, else what that needs."""
    kind = consumer.id.partition("/")[0]
    named = [target for target in lost if target in consumer.uses] or lost[:1]
    pods = f", and is mounted by {', '.join(consumer.pods)}" if consumer.pods else ""
    stays = f", and {consumer.volume} stays by its policy Retain" if consumer.retained else ""
    why = ""
    if plan.policy.consumers == "evict":
        # Only where storage goes, its users do.
        found = obstacle(consumer, observed.crowd, plan.policy) or "is evicted with stage storage"
        why = f"; it {found}"
    first = "Stop those pods, then delete" if consumer.pods else "Delete"
    return Refusal(
        consumer.id,
        f"uses {', '.join(named)}, which would be removed{pods}{stays}{why} (TEAR-01)",
        f"{first} this {kind} (its data goes with it), or leave the site as it is.",
    )


def _still_needed(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield what stays and would lose what it stands on (TEAR-02, TEAR-03)."""
    leaving = plan.leaving
    for dependent, needs in sorted(_kinds.needs_of(observed.objects).items()):
        item = observed.objects[dependent]
        if {dependent, _kinds.claim_of(item)} & leaving:
            continue
        if _kinds.is_cleanup(item) or _kinds.has_owner(item):
            continue
        for needed in needs:
            if needed in leaving:
                whose = "" if dependent in observed.owned else ", which is not ours"
                yield Refusal(
                    needed,
                    f"is still needed by {dependent}{whose} (TEAR-02)",
                    f"Remove {dependent} first, or leave both.",
                )


def _inhabited(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield what others keep in a namespace that would be removed with it (TEAR-03)."""
    leaving = plan.leaving
    for tenant in observed.tenants:
        namespace = _kinds.make_id("Namespace", "", tenant.split("/")[1])
        if namespace in leaving:
            yield Refusal(
                tenant,
                f"is not ours and would be removed with {namespace} (TEAR-03)",
                "Remove it or move it to another namespace first, or leave the stage operator out "
                "(teardown.yml with --tags rook_storage,rook_cluster).",
            )


def _elsewhere(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield storage of the site in a namespace in which nobody looked for its users (TEAR-07)."""
    here = observed.holders.namespace
    for step in plan.steps:
        group = observed.objects.get(step.target, {}).get("apiVersion", "").partition("/")[0]
        if not here or not step.destructive or not group.endswith("rook.io"):
            continue
        namespace = step.target.split("/")[1]
        if namespace != here:
            yield Refusal(
                step.target,
                f"is of this site, and not in namespace {here}, in which its users were looked for "
                "(TEAR-07)",
                f"Set rook_namespace to {namespace}, in which the site was built.",
            )


def _claimed(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield fields that others apply too: they would set them again, and neither side would win."""
    for step in plan.steps:
        paths: dict[Holder, list[str]] = {}
        for change in step.changes if step.patch is None else ():
            for holder in holders(observed.objects[step.target], change.path):
                if holder.applied:
                    paths.setdefault(holder, []).append(change.path)
        for holder, claimed in sorted(paths.items()):
            yield Refusal(
                step.target,
                f"{', '.join(claimed)} would be taken from {holder.manager}, which applied it at "
                f"{holder.since}",
                f"Take it out of what {holder.manager} applies, give the model the value that is "
                f"there, or set {option('force_conflicts')} to take it over.",
            )


def _losing_changes(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield changes that lose data or redundancy, or that can never succeed."""
    for step in plan.steps:
        if step.op == "update" and step.patch is None:
            for change in step.changes:
                if not is_emptied(step, change, observed):
                    yield from _losing_change(step, change, observed)


def _losing_change(step: Step, change: Change, observed: Observed) -> Iterator[Refusal]:
    """Yield the refusal of one change, by the first rule of its kind that it breaks."""
    for rule in _kinds.kind_of(step.target).fixed:
        if (
            matches(rule.path, change.path)
            and _breaks(rule.rule, change)
            and not (rule.rule == "placed" and may_move(step, change, observed))
        ):
            old, new = _word(change.old), _word(change.new)
            yield Refusal(
                step.target,
                f"{change.path} would change from {old} to {new}: {rule.reason}",
                rule.way_on,
            )
            return


def _breaks(rule: str, change: Change) -> bool:
    """Tell whether a change is what a rule forbids."""
    if rule == "shrink":
        numbers = isinstance(change.old, int) and isinstance(change.new, int)
        return numbers and change.new < change.old
    if rule == "keep":
        return change.new is None
    if rule == "presence":
        return change.old is None or change.new is None
    return True


def _word(value: t.Any) -> str:
    """Return a value as a sentence has it."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        inside = ", ".join(f"{key} {_word(item)}" for key, item in sorted(value.items()))
        return f"({inside})" if len(inside) <= 80 else "other settings"
    return str(value)
