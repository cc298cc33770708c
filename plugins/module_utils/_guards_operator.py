# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What stands against an operator: one that Helm has, definitions that objects need. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import Refusal

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, Plan

_RELEASE = "meta.helm.sh/release-"


def of_helm(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield wanted objects of a release of Helm: the next upgrade would set them back."""
    for step in plan.steps if plan.state == "present" else ():
        live = observed.objects.get(step.target)
        if step.op != "keep" or live is None or step.target in observed.owned:
            continue
        notes = _kinds.at(live, "metadata.annotations") or {}
        labels = _kinds.at(live, "metadata.labels") or {}
        name = notes.get(f"{_RELEASE}name")
        if name is None and labels.get(_kinds.MANAGER_LABEL) != "Helm":
            continue
        namespace = notes.get(f"{_RELEASE}namespace", "")
        release = f"the release {name} in {namespace}" if name else "a release"
        yield Refusal(
            step.target,
            f"belongs to {release} of Helm",
            "Leave the operator to Helm and work on the stages cluster and storage alone. Or hand "
            f"it over: label these objects {_kinds.MANAGER_LABEL}={_kinds.MANAGER} and "
            f"{_kinds.SITE_LABEL}={plan.site}, and delete the Secrets of the release (owner=helm) "
            "in its namespace; helm uninstall would stop the operator of a cluster with data.",
        )


def of_definitions(plan: Plan, observed: Observed) -> Iterator[Refusal]:
    """Yield definitions that would lose a version in which objects are stored."""
    for step in plan.steps:
        if step.op != "update" or not step.target.startswith("CustomResourceDefinition/"):
            continue
        stored = _kinds.at(observed.objects[step.target], "status.storedVersions") or ()
        after = observed.predicted.get(step.target, {})
        known = {version["name"] for version in _kinds.at(after, "spec.versions") or ()}
        lost = sorted(set(stored) - known)
        if lost and known:
            versions = ", ".join(lost)
            yield Refusal(
                step.target,
                f"would lose {versions}, in which the cluster may have objects stored",
                "Upgrade by a release that has both versions, store every object again, take "
                f"{versions} out of status.storedVersions, and run again.",
            )
