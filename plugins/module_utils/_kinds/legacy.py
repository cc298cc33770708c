# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of Rook's kinds before 0.9, when they had other names and other groups. Pure.

Each stands for the kind of today into which it grew. Only a cluster of 0.7 or later has a status;
everything else is judged by the daemons that Rook makes for it, or not at all.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import (
    CLUSTER_ROWS,
    STORAGE_ROWS,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import (
    OLDEST,
    Child,
    Kind,
    Version,
)

_TODAY = {row.name: row for row in (*CLUSTER_ROWS, *STORAGE_ROWS)}
_APIS = (
    ("rook.io", "v1alpha1", (0, 6), (0, 7)),
    ("ceph.rook.io", "v1beta1", (0, 8), (0, 8)),
)


def _legacy(name: str, plural: str, **more: t.Any) -> Kind:
    """Return the row of an older kind, with guards and sets of the kind that it became."""
    today = _TODAY[f"Ceph{'Block' if name == 'Pool' else ''}{name}"]
    return dataclasses.replace(
        today,
        name=name,
        plural=plural,
        became=today.name,
        told=OLDEST,
        **{"needs": ("Cluster",), "readiness": "", "children": (), **more},
    )


def _pods(selector: str) -> Child:
    """Return pods: daemons ran in ReplicaSets, DaemonSets and Deployments by turns."""
    return Child("Pod", selector)


def _generation(group: str, version: str, since: Version, until: Version) -> tuple[Kind, ...]:
    """Return the kinds of one of the older APIs."""
    api: dict[str, t.Any] = {"group": group, "version": version, "since": since, "until": until}
    daemons = tuple(_pods(f"app=rook-ceph-{sort}") for sort in ("mon", "mgr", "osd"))
    return (
        _legacy("Cluster", "clusters", needs=("Deployment", "DaemonSet"),
                readiness="legacy cluster", children=daemons, **api),
        _legacy("Pool", "pools", **api),
        _legacy("Filesystem", "filesystems", readiness="legacy filesystem",
                children=(_pods("app=rook-ceph-mds,rook_file_system={name}"),), **api),
        _legacy("ObjectStore", "objectstores", readiness="legacy objectstore",
                children=(_pods("app=rook-ceph-rgw,rook_object_store={name}"),), **api),
    )  # fmt: skip


LEGACY_ROWS = tuple(row for api in _APIS for row in _generation(*api))
