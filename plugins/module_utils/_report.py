# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From a plan to what a module returns: every step, before and after, a line in words. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._diff import masked, stripped

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, Plan, Step
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired

_DONE = {"create": "created", "update": "updated", "delete": "deleted", "keep": "left alone"}


def step_dict(step: Step) -> dict[str, t.Any]:
    """Return a step as users read it, without what is empty."""
    found: dict[str, t.Any] = {
        "id": step.id,
        "op": step.op,
        "target": step.target,
        "executor": step.executor,
        "needs": list(step.needs),
        "changes": [{"path": c.path, "old": c.old, "new": c.new} for c in step.changes],
        "destructive": step.destructive,
        "reason": step.reason,
    }
    if step.until:
        found["until"] = step.until
    return found


def as_result(plan: Plan, desired: Iterable[Desired], observed: Observed) -> dict[str, t.Any]:
    """Return changed, plan, diff and objects; the same with and without check mode."""
    manifests = {item.id: item.manifest for item in desired}
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for step in plan.steps:
        _show(step, manifests, observed, before, after)
    return {
        "changed": plan.changed,
        "plan": [step_dict(step) for step in plan.steps],
        "diff": {"before": before, "after": after},
        "objects": sorted({step.target for step in plan.steps}, key=_kinds.sort_key),
        "fingerprint": plan.fingerprint,
    }


def _show(
    step: Step,
    manifests: Mapping[str, Mapping[str, t.Any]],
    observed: Observed,
    before: dict[str, t.Any],
    after: dict[str, t.Any],
) -> None:
    """Lay one step into both sides of the difference."""
    if step.op == "create":
        after[step.target] = _brief(manifests.get(step.target, {}))
    elif step.op == "delete":
        before[step.target] = _brief(observed.objects.get(step.target, {}))
        after.pop(step.target, None)
    elif step.op == "update":
        before[step.target] = {change.path: change.old for change in step.changes}
        after[step.target] = {change.path: change.new for change in step.changes}


def _brief(manifest: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return an object as a difference shows it: definitions by name, the rest whole and masked."""
    if not manifest:
        return {}
    if manifest["kind"] == "CustomResourceDefinition":
        versions = _kinds.at(manifest, "spec.versions") or ()
        return {"versions": [version["name"] for version in versions]}
    found = masked(stripped(manifest))
    found.pop("apiVersion", None)
    found.pop("kind", None)
    return found


def summary(plan: Plan) -> str:
    """Return a plan in one line, such as 12 created, 1 updated, 3 left alone (site store1)."""
    counts = Counter(step.op for step in plan.steps)
    parts = [f"{counts[op]} {word}" for op, word in _DONE.items() if counts[op]]
    return f"{', '.join(parts) or 'nothing to do'} (site {plan.site})"


def told(plan: Plan) -> list[str]:
    """Return a line for each step that changes something, in the plan's order."""
    return [line(step) for step in plan.steps if step.op not in ("keep", "wait")]


def line(step: Step) -> str:
    """Return a step in one line."""
    mark = "DESTROYS DATA: " if step.destructive else ""
    word = f"wait until {step.until}" if step.op == "wait" else step.op
    why = f" ({step.reason})" if step.reason else ""
    return f"{mark}{word} {step.target}{why}"
