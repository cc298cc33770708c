# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Every rule that can be decided before the first change. Pure.

A rule whose facts are not there is silent, so the variables can be judged before any node is
asked. Rules that the parser applies (names, reserved directories, missing parts) stand there.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import (
    _rules_names,
    _rules_nodes,
    _rules_pools,
    _rules_site,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import Facts, Finding

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

__all__ = ["Facts", "Finding", "check"]

RULES = (
    _rules_site.kubernetes_findings,
    _rules_site.ceph_findings,
    _rules_site.monitor_findings,
    _rules_site.settings_findings,
    _rules_site.selection_findings,
    _rules_pools.pool_findings,
    _rules_pools.filesystem_findings,
    _rules_pools.object_store_findings,
    _rules_names.volume_findings,
    _rules_nodes.device_findings,
    _rules_nodes.directory_findings,
    _rules_nodes.kubelet_findings,
    _rules_nodes.module_findings,
)


def check(site: Site, facts: Facts | None = None) -> tuple[Finding, ...]:
    """Return what all rules find, errors first, each group in the order of the rules."""
    found = [finding for rule in RULES for finding in rule(site, facts or {})]
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))
