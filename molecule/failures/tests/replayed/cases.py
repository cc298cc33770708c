# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each failure as variables of a site on the lab's two storage hosts, and what cures it."""

from __future__ import annotations

import dataclasses
import typing as t

Variables = dict[str, t.Any]

_CHUNKS = {"data_chunks": 2, "coding_chunks": 1}
_PLACES = "on different hosts, the inventory has 2 OSD hosts (w1, w2): 2 of 3 find a place"
_FIELD = "rook_storage_filesystems"


def filesystem(*data: Variables, name: str = "myfs") -> Variables:
    """Return a file system with data pools."""
    pools = [{"name": f"data{place}", **each} for place, each in enumerate(data)]
    return {"name": name, "metadata_replicas": 2, "data_pools": pools}


# Two storage hosts, with what suits them.
TODAY: Variables = {
    "rook_storage_block_pools": [],
    "rook_storage_object_stores": [],
    "rook_storage_object_store_users": [],
    "rook_storage_classes": [],
    _FIELD: [filesystem({"replicas": 2})],
}
# The article's releases have none of what the lab's own site sets.
_THEN: Variables = {
    **TODAY,
    "rook_node_devices": [],
    "rook_node_directories": ["/volb"],
    "rook_operator_config": {},
    "rook_cluster_ceph_image": "",
    "rook_cluster_ceph_allow_unsupported": False,
    "rook_cluster_ceph_config": {},
    "rook_cluster_mute_health": [],
    "rook_cluster_wipe": "none",
}
OF_0_7 = {
    **_THEN,
    "rook_version": "0.7.1",
    "rook_kubernetes_version": "1.15.12",
    "rook_cluster_dashboard_enabled": False,
    "rook_preflight_mute": {"VER-08": "this site is judged, and never applied"},
}
OF_0_9 = {
    **OF_0_7,
    "rook_version": "0.9.3",
    "rook_cluster_ceph_image": "ceph/ceph:v13.2.4-20190109",
    "rook_operator_config": {"ROOK_ALLOW_MULTIPLE_FILESYSTEMS": "true"},
}


@dataclasses.dataclass(frozen=True)
class Case:
    """What was wrong with a site, what has to be told of it, and with what it passes."""

    site: Variables
    wrong: Variables
    told: tuple[str, ...]
    cured: Variables = dataclasses.field(default_factory=dict)


CASES: dict[str, Case] = {
    "directory_name": Case(
        OF_0_7,
        {"rook_node_directories": ["/vol_b"]},
        (
            "rook_node_directories[0] of w1 (/vol_b): its volume would be named 'vol_b', which "
            "Kubernetes refuses (NAME-01). Choose a path of lower-case letters, digits and single "
            "hyphens, or a link to it.",
        ),
    ),
    "more_copies_than_hosts": Case(
        TODAY,
        {"rook_storage_block_pools": [{"name": "copies", "replicas": 3}]},
        (
            f"rook_storage_block_pools[0].replicas (3): pool 'copies' wants 3 copies {_PLACES}",
            "(POOL-02). Add 1 host to rook_storage or set replicas to 2.",
        ),
        {"rook_storage_block_pools": [{"name": "copies", "replicas": 2}]},
    ),
    "chunks_on_filestore": Case(
        OF_0_7,
        {
            _FIELD: [filesystem({"erasure": _CHUNKS})],
            "rook_cluster_spec": {"storage": {"storeConfig": {"storeType": "filestore"}}},
        },
        (
            "its chunks would lie on filestore, which cannot overwrite them (FS-01). Take "
            "replicas, or devices with bluestore.",
        ),
    ),
    "nodes_left_out": Case(
        OF_0_7,
        {"rook_cluster_spec": {"storage": [{"name": "w1", "directories": [{"path": "/volb"}]}]}},
        (
            "it is a list, and entries of nodes stand one level lower (API-06). Set "
            "rook_node_devices of each host.",
        ),
    ),
    "chunks_on_two_hosts": Case(
        OF_0_7,
        {_FIELD: [{**filesystem({"erasure": _CHUNKS}), "metadata_replicas": 3}]},
        (
            f"{_FIELD}[0].data_pools[0].erasure (2+1): pool 'myfs-data0' wants 2 data + 1 coding "
            f"= 3 chunks {_PLACES} and Ceph writes with 3 or more, so nothing can ever be written "
            "to it (POOL-03). Add 1 host to rook_storage or replace erasure by replicas: 2.",
        ),
    ),
    "old_kernel": Case(
        OF_0_9,
        {_FIELD: [filesystem({"replicas": 2}), filesystem({"replicas": 2}, name="second")]},
        (
            "inventory host w1 (4.4.0-116-generic): it mounts the first of 2 file systems, "
            "whichever is asked (FS-07). Upgrade it, or make one file system only.",
        ),
    ),
}
