# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From the model to the CephCluster. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._render.common import (
    flags,
    merged,
    resource,
)

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site


def render_cluster(site: Site) -> dict[str, t.Any]:
    """Return the CephCluster: exactly the named hosts and devices, nothing that Rook would find."""
    cluster = site.cluster
    spec: dict[str, t.Any] = {
        "cephVersion": {
            "image": cluster.ceph_image,
            **flags(allowUnsupported=cluster.ceph_allow_unsupported),
        },
        "dataDirHostPath": cluster.data_dir_host_path,
        "mon": {
            "count": cluster.mon_count,
            **flags(allowMultiplePerNode=cluster.mon_allow_multiple_per_node),
        },
        "mgr": {"count": cluster.mgr_count},
        "dashboard": flags(enabled=cluster.dashboard_enabled),
        "storage": {
            "useAllDevices": False,
            "nodes": [
                {"name": host.name, "devices": [{"name": device} for device in host.devices]}
                for host in site.storage_hosts
            ],
        },
    }
    if cluster.ceph_config:
        spec["cephConfig"] = {
            section: dict(sorted(values.items()))
            for section, values in sorted(cluster.ceph_config.items())
        }
    return resource(site, "CephCluster", cluster.name, {"spec": merged(spec, cluster.spec)})
