# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What the modules that have a state do: plan, guard, do, wait, and tell."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import LeftOver
from ansible_collections.rookery.rook.plugins.module_utils._feasible import refuse_impossible
from ansible_collections.rookery.rook.plugins.module_utils._guards import guard
from ansible_collections.rookery.rook.plugins.module_utils._lease import Claim, holding
from ansible_collections.rookery.rook.plugins.module_utils._proof_gone import foreseen, proving
from ansible_collections.rookery.rook.plugins.module_utils._single import (
    live_object,
    replaced,
    single_wish,
)
from ansible_collections.rookery.rook.plugins.module_utils._site import (
    Prospect,
    Wish,
    await_users,
    check_fingerprint,
    execute,
    plan_again,
    prospect,
)
from ansible_collections.rookery.rook.plugins.module_utils._strip import with_strip
from ansible_collections.rookery.rook.plugins.module_utils._waiter import Limits

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube
    from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule


def run_wish(module: CollectionModule, wish: Wish) -> None:
    """Plan, and outside check mode do it: the whole of every module that has a state."""
    client = module.client(absent_ok=module.check_mode)
    _carry_out(module, client, prospect(client, wish), lambda found: found)


def run_teardown(module: CollectionModule, wish: Wish) -> None:
    """Take down what is there, and prove it; without a kubeconfig there is nothing."""
    client = module.client(absent_ok=True)

    with proving(client, wish, module.note, proven=not module.check_mode) as meant:

        def forced(found: Prospect) -> Prospect:
            plan, observed = with_strip(found.plan, found.observed, module.params["strip"])
            meant.update(step.target for step in plan.steps if step.op in ("update", "delete"))
            return dataclasses.replace(found, plan=plan, observed=observed)

        found = prospect(client, wish)
        _carry_out(module, client, found, forced)
        if module.check_mode and "operator" in wish.stages:
            _foresee(module, wish, foreseen(client, wish, forced(found)))


def _foresee(module: CollectionModule, wish: Wish, left: list[dict[str, t.Any]]) -> None:
    """Tell what would be left in the end, by which the teardown itself fails."""
    module.note(left=left)
    if left:
        module.warn(f"The teardown would fail at its end. {LeftOver(wish.site.name, left)}")


def run_single(
    module: CollectionModule, kind: str, options: Mapping[str, t.Any], *, recreate: bool = False
) -> None:
    """Bring one object to its state, and return it as it is then."""
    run_one(module, single_wish(kind, module.params, options), recreate=recreate)


def run_one(module: CollectionModule, wish: Wish, *, recreate: bool = False) -> None:
    """Bring the one object that is wished for to its state, and return it as it is then."""
    client = module.client(absent_ok=module.check_mode)
    found = prospect(client, wish)
    module.note(object=None)
    _carry_out(module, client, found, replaced if recreate else lambda found: found)
    module.note(object=live_object(client, wish))


def _carry_out(
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
