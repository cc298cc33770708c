# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Every rule that can be decided before the first change. Pure.

What a rule needs, and when it can be decided, stands in the registry. A function finds what it can
with the facts that there are; what was not found for lack of facts is told by _verdicts. Rules that
the parser applies (names, reserved directories, missing parts) stand there.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import (
    _rules_api,
    _rules_csi,
    _rules_facts,
    _rules_names,
    _rules_nodes,
    _rules_placement,
    _rules_pools,
    _rules_probes,
    _rules_settings,
    _rules_site,
    _rules_stores,
    _rules_system,
    _rules_table,
    _rules_table_storage,
    _rules_upgrade,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import Facts, Finding, Rule

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

__all__ = ["REGISTRY", "Facts", "Finding", "check"]

REGISTRY: dict[str, Rule] = {
    row.id: row for row in (*_rules_table.ROWS, *_rules_table_storage.ROWS)
}
RULES = (
    _rules_site.kubernetes_findings,
    _rules_site.operator_findings,
    _rules_site.ceph_findings,
    _rules_site.monitor_findings,
    _rules_site.settings_findings,
    _rules_site.selection_findings,
    _rules_settings.storage_findings,
    _rules_settings.name_findings,
    _rules_settings.feature_findings,
    _rules_settings.network_findings,
    _rules_settings.stretch_findings,
    _rules_settings.encryption_findings,
    _rules_settings.topology_findings,
    _rules_settings.kms_findings,
    _rules_settings.old_findings,
    _rules_pools.pool_findings,
    _rules_pools.filesystem_findings,
    _rules_pools.object_store_findings,
    _rules_placement.placement_findings,
    _rules_stores.pool_findings,
    _rules_stores.share_findings,
    _rules_stores.filesystem_findings,
    _rules_stores.store_findings,
    _rules_stores.claim_findings,
    _rules_stores.class_findings,
    _rules_csi.prefix_findings,
    _rules_csi.own_findings,
    _rules_csi.switch_findings,
    _rules_csi.cluster_findings,
    _rules_names.volume_findings,
    _rules_nodes.device_findings,
    _rules_nodes.directory_findings,
    _rules_nodes.kubelet_findings,
    _rules_nodes.module_findings,
    _rules_system.system_findings,
    _rules_system.place_findings,
    _rules_system.cgroup_findings,
    _rules_system.flex_findings,
    _rules_api.node_findings,
    _rules_api.cluster_findings,
    _rules_api.served_findings,
    _rules_api.object_findings,
    _rules_api.address_findings,
    _rules_api.label_findings,
    _rules_upgrade.upgrade_findings,
    _rules_probes.peer_findings,
    _rules_probes.image_findings,
    _rules_probes.monitor_findings,
)


def check(site: Site, facts: Facts | None = None) -> tuple[Finding, ...]:
    """Return what all rules find, errors first, each group in the order of the rules."""
    known = _rules_facts.cleaned(facts or {})
    found = [finding for rule in RULES for finding in rule(site, known)]
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))
