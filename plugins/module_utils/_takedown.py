# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What rook_teardown does: plan, guard, take down, wait, and prove that nothing is left."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import LeftOver
from ansible_collections.rookery.rook.plugins.module_utils._proof_gone import foreseen, proving
from ansible_collections.rookery.rook.plugins.module_utils._run import carry_out
from ansible_collections.rookery.rook.plugins.module_utils._site import prospect
from ansible_collections.rookery.rook.plugins.module_utils._strip import with_strip

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
    from ansible_collections.rookery.rook.plugins.module_utils._site import Prospect, Wish


def run_teardown(module: CollectionModule, wish: Wish) -> None:
    """Take down what is there, and prove it; without a kubeconfig there is nothing."""
    client = module.client(absent_ok=True)

    with proving(client, wish, module.note, proven=not module.check_mode) as meant:

        def forced(found: Prospect) -> Prospect:
            plan, observed = with_strip(found.plan, found.observed, module.params["strip"])
            meant.update(step.target for step in plan.steps if step.op in ("update", "delete"))
            return dataclasses.replace(found, plan=plan, observed=observed)

        found = prospect(client, wish)
        carry_out(module, client, found, forced)
        if module.check_mode and "operator" in wish.stages:
            _foresee(module, wish, foreseen(client, wish, forced(found)))


def _foresee(module: CollectionModule, wish: Wish, left: list[dict[str, t.Any]]) -> None:
    """Tell what would be left in the end, by which the teardown itself fails."""
    module.note(left=left)
    if left:
        module.warn(f"The teardown would fail at its end. {LeftOver(wish.site.name, left)}")
