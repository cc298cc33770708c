# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What the modules for a cloud do: look, plan, guard, do, and tell."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._applied import ApplyError
from ansible_collections.rookery.rook.plugins.module_utils._cloud import absent, report
from ansible_collections.rookery.rook.plugins.module_utils._cloud.desired import desired
from ansible_collections.rookery.rook.plugins.module_utils._cloud.guard import guard
from ansible_collections.rookery.rook.plugins.module_utils._cloud.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._cloud.plan import (
    Permission,
    make_plan,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.shortages import (
    refuse_shortages,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight, find
from ansible_collections.rookery.rook.plugins.module_utils._cloud_look import (
    DERIVED,
    FLAVORS,
    find_known,
    look,
    look_at_site,
    look_behind,
    look_for_copies,
    look_for_removal,
    look_for_rest,
    look_for_room,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError, StalePlan

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found, Live
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import (
        CloudSite,
        Wanted,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._frame import Frame
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan


@dataclasses.dataclass(frozen=True)
class Prospect:
    """What is wanted, what is there, and the plan between them."""

    wanted: Mapping[str, Wanted]
    sight: Sight
    found: Found
    plan: Plan
    live: Mapping[str, Live]


def prospect(cloud: Cloud, site: CloudSite, state: str, allowed: Permission) -> Prospect:
    """Look and plan; only reads."""
    wanted = desired(site) if state == "present" else {}
    sight = look_at_site(cloud, wanted) if state == "present" else look_for_removal(cloud)
    found = find_known(cloud, site, sight)
    sight = _with_flavors(cloud, wanted, sight)
    if state == "present":
        sight = look_behind(cloud, found.uids("load_balancer"), sight)
    plan = make_plan(site.name, state, wanted, found, sight, allowed)
    creates = [wanted[step.target] for step in plan.steps if step.op == "create"]
    sight = look_for_room(cloud, creates, sight, growth=bool(_growth(plan)))
    if state == "present":
        sight = look_for_copies(cloud, plan, sight)
    return Prospect(wanted, sight, found, plan, found.live)


def _with_flavors(cloud: Cloud, wanted: Mapping[str, Wanted], sight: Sight) -> Sight:
    """Return the lists with flavors when some may be declared by id; servers tell names."""
    there = {str(item["flavor"].get("original_name")) for item in sight.of("server")}
    asked = {item.attributes["flavor"].name for item in wanted.values() if item.kind == "server"}
    if not there or asked <= there:
        return sight
    return Sight({**sight.lists, **look(cloud, FLAVORS).lists})


def run_site(module: Frame, cloud: Cloud) -> None:
    """Bring a site to its state."""
    params = module.params
    site, allowed, state = parse_site(params), Permission.from_params(params), params["state"]
    seen = prospect(cloud, site, state, allowed)
    _tell(module, cloud, seen)
    if not module.check_mode:
        module.note(done=[])
    _check(seen, params["fingerprint"], allowed)
    if module.check_mode:
        module.note(changed=seen.plan.changed)
    elif seen.plan.changed:
        seen = _do(module, cloud, site, seen, allowed)
    module.note(
        servers=report.servers(seen.live, seen.wanted),
        floating_ips=report.floating_ips(seen.live),
    )
    if state == "absent" and not module.check_mode:
        _prove_gone(module, cloud, site, seen)
    module.note(requests=cloud.requests)


def _check(seen: Prospect, fingerprint: str | None, allowed: Permission) -> None:
    """Refuse a plan that is not the one that was seen, or that may or can not be done."""
    plan = seen.plan
    if fingerprint and fingerprint != plan.fingerprint:
        raise StalePlan(plan.site, fingerprint, plan.fingerprint)
    guard(plan, seen.wanted, seen.found, seen.sight, allowed)
    creates = [seen.wanted[step.target] for step in plan.steps if step.op == "create"]
    updates = [
        seen.wanted[step.target].part({change.path for change in step.changes})
        for step in plan.steps
        if step.op == "update"
    ]
    there = seen.found.live
    replaced = {item.id: there[item.id] for item in creates if item.id in there}
    refuse_shortages(creates, updates, seen.sight, replaced, _growth(plan))


def _growth(plan: Plan) -> int:
    """Return by how many GiB volumes that are there would grow."""
    return sum(
        change.new - change.old
        for step in plan.steps
        if step.op == "update" and step.target.startswith("volume/")
        for change in step.changes
        if change.path == "size"
    )


def _do(
    module: Frame, cloud: Cloud, site: CloudSite, seen: Prospect, allowed: Permission
) -> Prospect:
    """Do a plan; after creations without an answer look once more for what is there twice."""
    # Most runs find nothing to do, and need not load what does it.
    from ansible_collections.rookery.rook.plugins.module_utils._cloud_apply import Doer

    done: list[str] = []
    try:
        for _again in range(2):
            doer = Doer(
                cloud, seen.wanted, seen.found, seen.sight, module.params["wait_timeout"],
                module.log,
            )  # fmt: skip
            done += doer.run(seen.plan).done
            module.note(changed=True, done=done, requests=cloud.requests)
            seen = dataclasses.replace(seen, live=doer.known.all())
            if not cloud.unsure:
                break
            seen, cloud.unsure = prospect(cloud, site, seen.plan.state, allowed), 0
            guard(seen.plan, seen.wanted, seen.found, seen.sight, allowed)
    except ApplyError as error:
        done += error.applied.done
        module.note(changed=error.changed or bool(done), done=done, requests=cloud.requests)
        raise
    return seen


def _tell(module: Frame, cloud: Cloud, seen: Prospect) -> None:
    """Note what a plan would do, and warn of what it leaves."""
    lines = report.lines(seen.plan)
    module.note(
        plan=[report.told(step) for step in seen.plan.steps],
        fingerprint=seen.plan.fingerprint,
        diff={"before": "", "after": "".join(f"{line}\n" for line in lines)},
        foreign=[dataclasses.asdict(item) for item in absent.foreign(seen.found, seen.sight)],
        requests=cloud.requests,
        servers=[],
        floating_ips={},
    )
    for step in seen.plan.steps:
        if step.op == "keep":
            module.warn(f"{step.target} is left as it is: {step.reason}.")
    if seen.plan.state == "absent" or "snapshots" in cloud.refused:
        _warn_of_unseen(module, cloud)


def _warn_of_unseen(module: Frame, cloud: Cloud) -> None:
    """Warn of what may be left because the user may not look at it."""
    for many in sorted(cloud.refused):
        module.warn(
            f"The cloud refuses the list of {many} to this user (403). What there is of them in "
            "the site is not seen, not counted and not removed: ask somebody who may look."
        )


def _prove_gone(module: Frame, cloud: Cloud, site: CloudSite, seen: Prospect) -> None:
    """Look again where something was removed; raise when something of the site is left."""
    if not seen.plan.changed:
        module.note(left=[])
        return
    left = report.leftovers(find(site.name, site.adopt, look_for_rest(cloud)))
    module.note(left=left)
    if left:
        named = ", ".join(f"{item['id']} ({item['uid']})" for item in left)
        raise RookeryError(
            f"All was removed, and yet there is: {named}. It was made meanwhile, or the cloud "
            "needs longer to remove it. Run again."
        )


def run_info(module: Frame, cloud: Cloud) -> None:
    """Tell what is there of a site, what it costs, and how it differs from its declaration."""
    site = parse_site(module.params)
    wanted = desired(site)
    sight = look_at_site(cloud, wanted, {**DERIVED, **(FLAVORS if wanted else {})})
    found = find_known(cloud, site, sight)
    declared = bool(wanted)
    sight = look_behind(cloud, found.uids("load_balancer") if declared else (), sight)
    plan = make_plan(site.name, "present", wanted, found, sight, Permission())
    module.note(
        exists=bool(found.live),
        things=report.leftovers(found),
        servers=report.servers(found.live, wanted),
        floating_ips=report.floating_ips(found.live),
        drift=[report.told(step) for step in plan.steps] if declared else [],
        foreign=[dataclasses.asdict(item) for item in absent.foreign(found, sight)],
        costs=report.costs(found, sight),
        requests=cloud.requests,
    )
    _warn_of_unseen(module, cloud)
