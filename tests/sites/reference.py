# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference sites, in the collection's own variables: one desired state for every release.

SINCE says of each site, by upstream's own history, which release is the first that can have it.
"""

from __future__ import annotations

import copy
import typing as t

Params = dict[str, t.Any]
Release = tuple[int, int]

_HOSTS: Params = {f"w{number}": {"devices": ["/dev/sdb"]} for number in range(1, 4)}
_BY_ID: Params = {
    f"w{number}": {
        "devices": [f"/dev/disk/by-id/wwn-0x5000c500000000{number}{disk}" for disk in "ab"],
        "labels": {"topology.kubernetes.io/zone": f"z{number}"},
    }
    for number in range(1, 7)
}

# Every option that the newest release has, each with a value: what bad sites are made from.
WHOLE: Params = {
    "hosts": _BY_ID,
    "operator": {"config": {"ROOK_LOG_LEVEL": "DEBUG"}},
    "cluster": {
        "name": "main",
        "ceph_allow_unsupported": False,
        "data_dir_host_path": "/var/lib/rook-main",
        "mon_count": 5,
        "mgr_count": 2,
        "mon_allow_multiple_per_node": False,
        "dashboard_enabled": True,
        "mute_health": ["MON_CLOCK_SKEW"],
        "ceph_config": {"global": {"osd_pool_default_size": "3"}},
        "wipe": "complete",
        "spec": {"crashCollector": {"disable": True}},
    },
    "block_pools": [
        {"name": "fast", "replicas": 3, "failure_domain": "host", "device_class": "ssd",
         "pg_num": 32},
        {"name": "cold", "erasure": {"data_chunks": 4, "coding_chunks": 2}},
        {"name": "zoned", "replicas": 3, "spec": {"enableRBDStats": True}},
    ],
    "filesystems": [
        {
            "name": "shared",
            "metadata_replicas": 3,
            "failure_domain": "host",
            "active_mds": 2,
            "active_standby": True,
            "data_pools": [
                {"name": "replicated", "replicas": 3, "device_class": "ssd"},
                {"name": "erasure", "erasure": {"data_chunks": 2, "coding_chunks": 1}},
            ],
            "spec": {"preserveFilesystemOnDelete": True},
        },
    ],
    "object_stores": [
        {
            "name": "objects",
            "metadata_replicas": 3,
            "failure_domain": "host",
            "data": {"replicas": 3},
            "gateway": {"port": 8080, "instances": 2},
            "spec": {"preservePoolsOnDelete": True},
        },
        {"name": "zonal", "zone": "here", "gateway": {"port": 8081}},
    ],
    "object_store_users": [
        {
            "name": "backup",
            "store": "objects",
            "display_name": "Nightly backups",
            "capabilities": {"bucket": "*"},
            "quotas": {"maxBuckets": 10},
        },
    ],
    "storage_classes": [
        {"name": "block", "type": "rbd", "pool": "fast", "default": True},
        {"name": "block-cold", "pool": "zoned", "data_pool": "cold", "reclaim_policy": "Retain"},
        {"name": "files", "filesystem": "shared", "data_pool": "erasure", "allow_expansion": False},
        {"name": "buckets", "object_store": "objects", "parameters": {"region": "eu-1"}},
        {"name": "exports", "filesystem": "shared", "nfs": "exporter", "driver": "csi"},
    ],
    "object_realms": [{"name": "world", "default": True}],
    "object_zone_groups": [{"name": "europe", "realm": "world"}],
    "object_zones": [
        {
            "name": "here",
            "zone_group": "europe",
            "metadata": {"replicas": 3},
            "data": {"erasure": {"data_chunks": 2, "coding_chunks": 1}},
            "custom_endpoints": ["http://objects.example:8081"],
        },
    ],
    "rados_namespaces": [{"name": "tenant", "pool": "fast", "mirroring_mode": "image"}],
    "subvolume_groups": [{"name": "team", "filesystem": "shared", "quota": "10Gi"}],
    "object_store_accounts": [
        {"name": "firm", "store": "objects", "root_user": {"display_name": "The firm"}},
    ],
    "bucket_topics": [
        {"name": "news", "store": "objects", "http": {"uri": "http://news.example:80"},
         "persistent": True},
    ],
    "bucket_notifications": [
        {"name": "changes", "topic": "news", "events": ["s3:ObjectCreated:*"]},
    ],
    "cosi_drivers": [{"name": "cosi", "deployment": "Auto"}],
    "nfs": [{"name": "exporter", "active": 2, "log_level": "NIV_INFO", "host_network": True}],
    "nvmeof_gateways": [
        {"name": "blocks", "pool": "fast", "group": "first", "instances": 2,
         "ports": {"io_port": 4420}},
    ],
    "rbd_mirrors": [{"name": "mirror", "count": 2, "peers": ["peer-of-fast"]}],
    "filesystem_mirrors": [{"name": "mirror"}],
    "clients": [{"name": "glance", "caps": {"mon": "profile rbd", "osd": "profile rbd pool=fast"}}],
    "snapshot_classes": [
        {"name": "block-snapshots", "type": "rbd", "deletion_policy": "Retain", "default": True,
         "parameters": {"note": "nightly"}},
    ],
    "bucket_claims": [
        {"name": "photos", "storage_class": "buckets", "generate_bucket_name": "photos",
         "claim_namespace": "web", "notifications": ["changes"]},
    ],
}  # fmt: skip

_SHARED: Params = {
    "name": "shared",
    "data_pools": [{"name": "data0", "replicas": 3}],
}

SITES: dict[str, Params] = {
    "small": {
        "hosts": _HOSTS,
        "block_pools": [{"name": "replicapool", "replicas": 3}],
        "filesystems": [_SHARED],
        "storage_classes": [{"name": "block", "pool": "replicapool"}],
    },
    # What a busy site of 2023 and later has.
    "full": {
        "hosts": _BY_ID,
        **{
            name: WHOLE[name]
            for name in (
                "cluster", "block_pools", "filesystems", "object_stores", "object_store_users",
                "storage_classes", "object_zone_groups", "object_zones", "bucket_topics",
                "bucket_notifications", "cosi_drivers", "nfs", "rbd_mirrors", "filesystem_mirrors",
                "clients", "snapshot_classes", "bucket_claims",
            )
        },
        "object_realms": [{"name": "world"}],
        "rados_namespaces": [{"name": "tenant", "pool": "fast"}],
        "subvolume_groups": [{"name": "team", "filesystem": "shared"}],
    },
    "erasure coded": {
        "hosts": _HOSTS,
        "block_pools": [
            {"name": "names", "replicas": 3},
            {"name": "chunks", "erasure": {"data_chunks": 2, "coding_chunks": 1}},
        ],
        "object_stores": [
            {"name": "archive", "data": {"erasure": {"data_chunks": 2, "coding_chunks": 1}}},
        ],
    },
    "object": {
        "hosts": _HOSTS,
        "object_stores": [{"name": "objects", "data": {"replicas": 3}}],
        "object_store_users": [{"name": "backup", "store": "objects"}],
        "storage_classes": [{"name": "buckets", "object_store": "objects"}],
        "bucket_claims": [
            {"name": "photos", "storage_class": "buckets", "generate_bucket_name": "photos"},
        ],
    },
    "nfs": {
        "hosts": _HOSTS,
        "filesystems": [_SHARED],
        "nfs": [{"name": "exporter", "active": 1}],
    },
    "mirrored": {
        "hosts": _HOSTS,
        "block_pools": [
            {"name": "fast", "replicas": 3,
             "spec": {"mirroring": {"enabled": True, "mode": "image"}}},
        ],
        "filesystems": [{**_SHARED, "spec": {"mirroring": {"enabled": True}}}],
        "rbd_mirrors": [{"name": "mirror"}],
        "filesystem_mirrors": [{"name": "mirror"}],
    },
}  # fmt: skip
SINCE: dict[str, Release] = {
    "small": (0, 6),
    "full": (1, 13),
    "erasure coded": (0, 6),
    "object": (1, 1),
    "nfs": (1, 8),
    "mirrored": (1, 6),
}


def site(name: str, version: str, **more: t.Any) -> Params:
    """Return the variables of a reference site for one release; the caller may change them."""
    return {"site": "store1", "version": version, **copy.deepcopy(SITES[name]), **more}
