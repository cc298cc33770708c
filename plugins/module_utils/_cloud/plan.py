# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From what is declared and what is there to the steps between them. Pure.

The same input gives the same steps in the same order.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import differ, kinds, states
from ansible_collections.rookery.rook.plugins.module_utils._cloud.absent import (
    absent_steps,
    removal_needs,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import uid_of
from ansible_collections.rookery.rook.plugins.module_utils._graph import Graph
from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan, Step

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import (
        Found,
        Live,
        Sight,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Wanted
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Change

EXECUTOR = "openstack"
UNDECLARED = "is no longer declared"
# What holds a router's place in a subnet, while no change has to come before its end.
_ENTRIES = frozenset({"floating_ip", "load_balancer"})


@dataclasses.dataclass(frozen=True)
class Permission:
    """What a person allows: things to make again, servers without data, things of others."""

    confirm: str = ""
    replace: frozenset[str] = frozenset()
    drained: frozenset[str] = frozenset()
    force: bool = False
    release: frozenset[str] = frozenset()

    @classmethod
    def from_params(cls, params: Mapping[str, t.Any]) -> Permission:
        """Return what a module's parameters allow."""
        return cls(
            params["confirm"],
            frozenset(params["replace"]),
            frozenset(params["drained"]),
            params["force"],
            frozenset(params["release_foreign"]),
        )


def make_plan(
    site: str,
    state: str,
    wanted: Mapping[str, Wanted],
    found: Found,
    sight: Sight,
    allowed: Permission,
) -> Plan:
    """Return the steps that bring a site to a state."""
    if state == "present":
        steps = list(_present(wanted, found, sight, allowed))
    else:
        steps = list(absent_steps(found, sight, allowed.release))
    steps = list(_in_order(steps, down=state == "absent"))
    return Plan(site, state, tuple(steps), _fingerprint(site, state, steps, found))


def _present(
    wanted: Mapping[str, Wanted], found: Found, sight: Sight, allowed: Permission
) -> Iterator[Step]:
    """Yield what makes everything as it is declared, and removes what is declared no more."""
    made: dict[str, list[Step]] = {}
    known = found
    for layer in Graph.of({item.id: item.needs for item in wanted.values()}).layers():
        for target in sorted(layer, key=kinds.sort_key):
            item = wanted[target]
            needs = tuple(made[need][-1].id for need in sorted(item.needs) if made.get(need))
            made[target] = list(_make(item, needs, known, sight, allowed))
            if any(step.op == "delete" for step in made[target]):
                known = _without(known, target)
    extra = {
        target: live
        for target, live in found.live.items()
        if target not in wanted and kinds.kind_of(target) != "rules"
    }
    entries = tuple(f"delete {target}" for target in extra if kinds.kind_of(target) in _ENTRIES)
    changing = []
    for step in itertools.chain.from_iterable(made.values()):
        if step.op == "update":
            changing.append(step.id)
            if kinds.kind_of(step.target) == "router":
                step = dataclasses.replace(step, needs=(*step.needs, *entries))
        yield step
    for target, live in extra.items():
        after = () if kinds.kind_of(target) in _ENTRIES else tuple(changing)
        yield _removal(target, live, found, extra, UNDECLARED, needs=after)
    for target, live in found.doubles:
        step = _removal(target, live, found, {}, "is there twice", needs=tuple(changing))
        yield dataclasses.replace(step, id=f"delete {target} {uid_of(target, live)}")


def _without(found: Found, target: str) -> Found:
    """Return what there is for others when a thing is made again: it gets another id, if any."""
    if kinds.KINDS[kinds.kind_of(target)].uid == "name":
        return found
    live = {name: item for name, item in found.live.items() if name != target}
    return dataclasses.replace(found, live=live)


def _removal(
    target: str,
    live: Live,
    found: Found,
    going: Mapping[str, Live],
    reason: str,
    needs: tuple[str, ...] = (),
) -> Step:
    """Return the step that removes a thing after all that would hold it."""
    before = tuple(f"delete {other}" for other in removal_needs(target, live, found, going))
    return Step(
        f"delete {target}",
        "delete",
        target,
        EXECUTOR,
        needs=(*before, *needs),
        destructive=kinds.KINDS[kinds.kind_of(target)].costly,
        reason=reason,
    )


def _make(
    item: Wanted, needs: tuple[str, ...], found: Found, sight: Sight, allowed: Permission
) -> Iterator[Step]:
    """Yield what makes one thing as it should be."""
    live = found.live.get(item.id)
    create = Step(
        f"create {item.id}", "create", item.id, EXECUTOR, needs=needs,
        changes=differ.creation(item, found, sight),
    )  # fmt: skip
    if live is None:
        if item.kind != "rules" or item.attributes["rules"]:
            yield create
        return
    changes = differ.differences(item, live, found, sight)
    fixed = tuple(change for change in changes if _is_fixed(item.kind, change))
    never = _never_lived(item.kind, live)
    if never or (fixed and item.id in allowed.replace):
        why = never or f"{_words(fixed)} cannot be changed"
        removal = _removal(item.id, live, found, {}, why)
        costly = removal.destructive and not never
        yield dataclasses.replace(removal, needs=needs, destructive=costly)
        again = (*needs, f"delete {item.id}")
        yield dataclasses.replace(create, needs=again, reason="is made again")
        return
    loose = tuple(change for change in changes if change not in fixed)
    if loose:
        yield Step(f"update {item.id}", "update", item.id, EXECUTOR, needs=needs, changes=loose)
    if fixed:
        reason = f"{_words(fixed)} cannot be changed; name it in replace to have it made again"
        yield Step(f"keep {item.id}", "keep", item.id, EXECUTOR, changes=fixed, reason=reason)


def _is_fixed(kind: str, change: Change) -> bool:
    """Tell whether the cloud cannot make a change."""
    if kind == "volume" and change.path == "size":
        return bool(change.new < change.old)
    if change.path == "status":
        return change.old not in STARTS
    return change.path in kinds.KINDS[kind].fixed


# How what is not as it should be comes back to life, by its state.
STARTS: Mapping[str, str] = {
    "SHUTOFF": "os-start",
    "PAUSED": "unpause",
    "SUSPENDED": "resume",
    "SHELVED": "unshelve",
    "SHELVED_OFFLOADED": "unshelve",
    # What is on its way needs no more than a wait.
    "BUILD": "",
    "REBOOT": "",
    "HARD_REBOOT": "",
    "PENDING_CREATE": "",
    "PENDING_UPDATE": "",
}


def _never_lived(kind: str, live: Live) -> str:
    """Return why a thing holds nothing and can be made again without being asked, or nothing."""
    if kind == "server" and live["status"] == "ERROR" and not live.get("OS-SRV-USG:launched_at"):
        return f"never started: {fault_of(live)}"
    if kind == "server" and states.is_going(live):
        return "is being deleted"
    if kind == "volume" and live["status"] == "deleting":
        return "is being deleted"
    if kind == "load_balancer" and live["provisioning_status"] == "PENDING_DELETE":
        return "is being deleted"
    return ""


def fault_of(live: Live) -> str:
    """Return what the cloud says of a server in error."""
    return str((live.get("fault") or {}).get("message") or "the cloud does not say why")


def _words(changes: tuple[Change, ...]) -> str:
    """Return differences as words."""
    return ", ".join(f"{change.path} is {change.old!r}, not {change.new!r}" for change in changes)


def _in_order(steps: list[Step], *, down: bool) -> Iterator[Step]:
    """Yield steps after everything that they need, independent ones in the table's order."""
    by_id = {step.id: step for step in steps}

    def place(step_id: str) -> tuple[int, str]:
        row, target = kinds.sort_key(by_id[step_id].target)
        return (-row if down else row), f"{target} {step_id}"

    for layer in Graph.of({step.id: step.needs for step in steps}).layers():
        for step_id in sorted(layer, key=place):
            needs = tuple(sorted(need for need in set(by_id[step_id].needs) if need in by_id))
            yield dataclasses.replace(by_id[step_id], needs=needs)


def _fingerprint(site: str, state: str, steps: list[Step], found: Found) -> str:
    """Return the digest of what a plan does and to which things."""
    uids = {step.target: found.uid(step.target) for step in steps if step.target in found.live}
    told = [site, state, [dataclasses.asdict(step) for step in steps], uids]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
