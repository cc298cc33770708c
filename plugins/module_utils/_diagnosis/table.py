# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""All signatures. Pure.

To add one is to add a row, a case to tests/corpus, and to write the guide anew.
"""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.table_ceph import CEPH
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.table_cluster import CLUSTER
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.table_kubernetes import (
    KUBERNETES,
)
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.table_osds import OSDS
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.table_removal import REMOVAL
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.table_volumes import VOLUMES

# By what they are about, as the guide has them.
AREAS = {
    "Kubernetes, nodes and the operator": KUBERNETES,
    "The cluster and its mons": CLUSTER,
    "OSDs": OSDS,
    "Pools, file systems and object stores": CEPH,
    "Claims and mounts": VOLUMES,
    "What does not go away": REMOVAL,
}
SIGNATURES = tuple(row for rows in AREAS.values() for row in rows)
