# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a plan may not do without being allowed to, and what cannot be done at all. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import absent, kinds, marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.plan import UNDECLARED
from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError, Refusal
from ansible_collections.rookery.rook.plugins.module_utils._options import option

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.plan import Permission
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import (
        Found,
        Live,
        Sight,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Wanted
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan


def guard(
    plan: Plan, wanted: Mapping[str, Wanted], found: Found, sight: Sight, allowed: Permission
) -> None:
    """Raise GuardError unless all that a plan would destroy is allowed to go."""
    refusals = [*_unconfirmed(plan, allowed), *_clashing(found), *_of_another_site(plan, found)]
    if plan.state == "absent":
        refusals += _held(found, sight, allowed)
    else:
        refusals += [*_taken(plan, wanted, sight), *_unknown(found), *_unmarked(plan, found)]
        refusals += _shared(plan, found, sight)
        if not allowed.force:
            refusals += [*_undrained(plan, found, allowed), *_taken_out(plan, found, allowed)]
    if refusals:
        raise GuardError(refusals)


def _unconfirmed(plan: Plan, allowed: Permission) -> Iterator[Refusal]:
    """Yield what is lost for good without a word that this is meant."""
    if allowed.confirm == plan.site:
        return
    for step in plan.steps:
        if step.destructive and step.op == "delete":
            reason = "its data or address would be lost"
            named = step.id.removeprefix("delete ")
            way_on = f"Set {option('confirm')} to {plan.site} if that is meant."
            yield Refusal(named, reason, way_on)


def _held(found: Found, sight: Sight, allowed: Permission) -> Iterator[Refusal]:
    """Yield what others have in the way."""
    for item in absent.foreign(found, sight):
        if item.blocks and item.id not in allowed.release:
            reason = f"{item.reason}, and is not ours"
            way_on = "Have its owner remove it, or name its id in release_foreign."
            yield Refusal(str(item), reason, way_on)


def _undrained(plan: Plan, found: Found, allowed: Permission) -> Iterator[Refusal]:
    """Yield servers that would go with what they hold."""
    doubles = {str(live["id"]) for _target, live in found.doubles}
    for step in plan.steps:
        if step.op != "delete" or kinds.kind_of(step.target) != "server":
            continue
        live, name = found.live[step.target], step.target.partition("/")[2]
        double = any(step.id.endswith(uid) for uid in doubles)
        # What never started, or is going already, holds nothing.
        nothing = step.reason.startswith(("never started", "is being deleted"))
        if double or nothing or allowed.drained & {name, str(live["name"])}:
            continue
        way_on = "Drain it and name it in drained, or set force."
        yield Refusal(step.target, f"{step.reason}, and may hold data", way_on)


def _taken_out(plan: Plan, found: Found, allowed: Permission) -> Iterator[Refusal]:
    """Yield volumes that would be taken, with what is on them, out of servers that stay.

    One that no server has may have been taken out for a repair. That of a server which was named as
    drained in an earlier run, and is gone, goes as that one did.
    """
    going = {step.id for step in plan.steps}
    servers = {
        str(live["id"]): (target.partition("/")[2], str(live["name"]))
        for target, live in found.live.items()
        if kinds.kind_of(target) == "server" and f"delete {target}" not in going
    }
    for target, live, reason in _volumes(plan, found):
        attached = {item["server_id"] for item in live.get("attachments") or ()}
        holders = attached & servers.keys()
        names = {target.partition("/")[2], str(live["name"])}
        emptied = names & allowed.drained
        # That of a server that is gone was that one's, which was permitted to go with all it held.
        if marks.goes_along(live) and not attached:
            continue
        if holders and not emptied and not all(allowed.drained & {*servers[x]} for x in holders):
            way_on = "Drain its server and name that or the volume in drained, or set force."
            yield Refusal(target, f"{reason}, and may hold data", way_on)
        elif (
            not attached
            and reason == UNDECLARED
            and not emptied
            | _with(names, allowed.drained, {name for pair in servers.values() for name in pair})
        ):
            way_on = "Name it in drained if it holds none that are needed, or set force."
            yield Refusal(target, f"{UNDECLARED}, is in no server, and may hold data", way_on)


def _volumes(plan: Plan, found: Found) -> Iterator[tuple[str, Live, str]]:
    """Yield the volumes that would go, also such as are there twice, each with the reason."""
    going = {step.id: step.reason for step in plan.steps if step.op == "delete"}
    own = [(f"delete {target}", target, live) for target, live in found.live.items()]
    more = [(f"delete {each} {live.get('id')}", each, live) for each, live in found.doubles]
    for step_id, target, live in [*own, *more]:
        if step_id in going and kinds.kind_of(target) == "volume":
            yield target, live, going[step_id]


def _with(volume: set[str], drained: frozenset[str], others: set[str]) -> frozenset[str]:
    """Return the drained server with whose name that of a volume begins, and with no other's."""
    whose = [
        max((each for each in drained | others if name.startswith(f"{each}-")), key=len, default="")
        for name in volume
    ]
    return drained & set(whose)


def _taken(plan: Plan, wanted: Mapping[str, Wanted], sight: Sight) -> Iterator[Refusal]:
    """Yield key pairs whose name somebody else has; the cloud has each name once."""
    names = {str(item["name"]) for item in sight.of("keypair")}
    going = {step.target for step in plan.steps if step.op == "delete"}
    for step in plan.steps:
        if step.op == "create" and kinds.kind_of(step.target) == "keypair":
            name = wanted[step.target].attributes["name"]
            if name in names and step.target not in going:
                reason = f"a key pair {name} is there, and does not carry the site's mark"
                way_on = f"Name it in adopt as {name}: {step.target}, or choose another name."
                yield Refusal(step.target, reason, way_on)


def _shared(plan: Plan, found: Found, sight: Sight) -> Iterator[Refusal]:
    """Yield what others have of volumes that would go: servers that hold them, and snapshots.

    The first would be taken their data, and before the second the cloud removes none.
    """
    servers = found.uids("server")
    for target, live, _reason in _volumes(plan, found):
        for item in live.get("attachments") or ():
            if item["server_id"] not in servers:
                reason = f"would go, and server {item['server_id']} has it, which is not ours"
                yield Refusal(target, reason, "Have it detached there, or declare the volume.")
        for item in sight.of("snapshot"):
            if item["volume_id"] == live["id"]:
                named = f"snapshot {item['id']} {item['name'] or ''}".strip()
                reason = f"was made from {target}, which would go, and is not ours"
                yield Refusal(named, reason, "Have its owner remove it, or declare the volume.")


def _clashing(found: Found) -> Iterator[Refusal]:
    """Yield what is to be adopted under the name of something else."""
    for target, uid in found.clashes:
        reason = f"{target} is there already, as {found.uid(target)}"
        yield Refusal(uid, reason, "Remove the one that is not meant, or adopt under another name.")


def _of_another_site(plan: Plan, found: Found) -> Iterator[Refusal]:
    """Yield what is to be adopted and carries the mark of another site."""
    for target, live in found.live.items():
        row = kinds.KINDS[kinds.kind_of(target)]
        owner = marks.read_mark(row.name, row.mark, live)[0] if row.mark else ""
        if owner not in ("", plan.site):
            way_on = "Take it out of adopt, or take the mark from it where that site is gone."
            yield Refusal(found.uid(target), f"is to be adopted, and is of site {owner}", way_on)


def _unmarked(plan: Plan, found: Found) -> Iterator[Refusal]:
    """Yield what would be removed for want of a declaration, and never was the site's."""
    for step in plan.steps:
        row = kinds.KINDS[kinds.kind_of(step.target)]
        gone = step.op == "delete" and step.reason == UNDECLARED
        if gone and marks.read_mark(row.name, row.mark, found.live[step.target])[0] != plan.site:
            reason = "is to be adopted, and is not declared, so it would be removed"
            yield Refusal(step.target, reason, "Declare it, or take it out of adopt.")


def _unknown(found: Found) -> Iterator[Refusal]:
    """Yield what is to be adopted and is not there."""
    for uid in found.missing:
        yield Refusal(uid, "is to be adopted, and is not in this project", "Correct the id.")
