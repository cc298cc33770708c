# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What the modules that have a state do: plan, guard, do, wait, and tell."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._feasible import refuse_impossible
from ansible_collections.rookery.rook.plugins.module_utils._guards import guard
from ansible_collections.rookery.rook.plugins.module_utils._lease import Claim, holding
from ansible_collections.rookery.rook.plugins.module_utils._site import (
    Prospect,
    Wish,
    await_users,
    check_fingerprint,
    execute,
    plan_again,
    prospect,
)
from ansible_collections.rookery.rook.plugins.module_utils._waiter import Limits

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube
    from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule


def run_wish(module: CollectionModule, wish: Wish) -> None:
    """Plan, and outside check mode do it."""
    client = module.client(absent_ok=module.check_mode)
    carry_out(module, client, prospect(client, wish), lambda found: found)


def carry_out(
    module: CollectionModule, client: Kube, found: Prospect, settle: Callable[[Prospect], Prospect]
) -> None:
    """Guard the plan, and do it unless it is only to be shown.

    What has to be written is planned again once nobody else can work on the site.
    """
    found = _guarded(module, settle(found))
    if module.check_mode:
        return
    found = _left(module, client, found, settle)
    if not found.plan.changed:
        _do(module, client, found)
        return
    wish = found.wish
    wanted = {item.id: item.manifest for item in found.desired}
    targets = {step.target for step in found.plan.steps}
    seen = {key: item for key in targets if (item := found.observed.find(key)) is not None}
    refuse_impossible(client, found.plan, {**seen, **wanted})
    run = module.holder(f"{wish.state}, stages {', '.join(wish.stages)}")
    claim = Claim(wish.site.name, run, module.params["lock_timeout"])
    with holding(client, claim, module.log) as holder:
        _do(module, holder, _guarded(module, settle(plan_again(client, found))))


def _left(
    module: CollectionModule,
    client: Kube,
    found: Prospect,
    settle: Callable[[Prospect], Prospect],
) -> Prospect:
    """Return the plan once those have left who are waited for; nobody is held up meanwhile."""
    after = await_users(client, found, _limits(module), module.log, module.note)
    return found if after is found else _guarded(module, settle(after))


def _guarded(module: CollectionModule, found: Prospect) -> Prospect:
    """Note what a plan would do, and refuse one that may not be done."""
    predicted = found.as_result()
    module.note(**{**predicted, "changed": module.check_mode and predicted["changed"]})
    check_fingerprint(found, module.params.get("fingerprint"))
    guard(
        found.plan,
        found.observed,
        module.params.get("confirm") or "",
        module.params.get("fingerprint") or "",
        force_conflicts=module.params.get("force_conflicts", False),
    )
    return found


def _do(module: CollectionModule, client: Kube, found: Prospect) -> None:
    """Do a plan, and wait as the module is asked to."""
    waits = module.params["wait"]
    execute(client, found, _limits(module), module.log, module.note, waits=waits)


def _limits(module: CollectionModule) -> Limits:
    """Return how long to wait, if only for that on which other things stand."""
    return Limits.of(module.params["wait_timeout"])
