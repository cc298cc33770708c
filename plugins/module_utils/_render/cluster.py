# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From the model to the CephCluster. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._eras import DEVICE_LINKS
from ansible_collections.rookery.rook.plugins.module_utils._model.lifetimes import knows
from ansible_collections.rookery.rook.plugins.module_utils._render.common import (
    flags,
    merged,
    resource,
)

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Host, Site

# The first release in which monitors have settings of their own.
_MONS = (0, 8)
# The last release of 0.6, whose daemons have an image of their own by this tag.
_LAST_0_6 = "0.6.2"


def render_cluster(site: Site) -> dict[str, t.Any]:
    """Return the cluster: exactly the named hosts and devices, nothing that Rook would find."""
    cluster = site.cluster
    spec = _daemons(site) if site.release >= _MONS else _old_daemons(site)
    spec["dataDirHostPath"] = cluster.data_dir_host_path
    spec["storage"] = {
        "useAllDevices": False,
        "nodes": [_node(site, host) for host in site.storage_hosts],
    }
    if cluster.ceph_config:
        spec["cephConfig"] = {
            section: dict(sorted(values.items()))
            for section, values in sorted(cluster.ceph_config.items())
        }
    return resource(site, "CephCluster", cluster.name, {"spec": merged(spec, cluster.spec)})


def _daemons(site: Site) -> dict[str, t.Any]:
    """Return how many daemons there are, and of which Ceph."""
    cluster = site.cluster
    spec: dict[str, t.Any] = {}
    if knows(site.release, "cluster.ceph_image"):
        spec["cephVersion"] = {
            "image": cluster.ceph_image,
            **flags(allowUnsupported=cluster.ceph_allow_unsupported),
        }
    else:
        # The account that upstream's files make for the OSDs.
        spec["serviceAccount"] = "rook-ceph-cluster"
    spec["mon"] = {
        "count": cluster.mon_count,
        **flags(allowMultiplePerNode=cluster.mon_allow_multiple_per_node),
    }
    if knows(site.release, "cluster.mgr_count"):
        spec["mgr"] = {"count": cluster.mgr_count}
    return {**spec, "dashboard": flags(enabled=cluster.dashboard_enabled)}


def _old_daemons(site: Site) -> dict[str, t.Any]:
    """Return the same as 0.6 and 0.7 have it."""
    if site.release >= (0, 7):
        return {"backend": "ceph", "monCount": site.cluster.mon_count}
    tag = site.version if len(site.release) > len(_MONS) else _LAST_0_6
    return {"versionTag": f"v{tag}", "monCount": site.cluster.mon_count}


def _node(site: Site, host: Host) -> dict[str, t.Any]:
    """Return a host with what is to hold data on it."""
    links = site.release >= DEVICE_LINKS
    devices = [{"name": name if links else name.removeprefix("/dev/")} for name in host.devices]
    node: dict[str, t.Any] = {"name": host.name, "devices": devices}
    if host.directories:
        node["directories"] = [{"path": path} for path in host.directories]
    return node
