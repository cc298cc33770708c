# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site with an entry of every section, on the newest release."""

from __future__ import annotations

import copy
import typing as t

Params = dict[str, t.Any]
EVERYTHING: Params = {
    "site": "store1",
    "version": "1.20",
    "hosts": {name: {"devices": [f"/dev/disk/by-id/{name}-a"]} for name in ("w1", "w2", "w3")},
    "block_pools": [{"name": "fast", "replicas": 3}],
    "filesystems": [{"name": "shared", "data_pools": [{"name": "replicated", "replicas": 3}]}],
    "object_realms": [{"name": "earth"}],
    "object_zone_groups": [{"name": "europe", "realm": "earth"}],
    "object_zones": [
        {
            "name": "berlin",
            "zone_group": "europe",
            "metadata": {"replicas": 3},
            "data": {"erasure": {"data_chunks": 2, "coding_chunks": 1}},
        }
    ],
    "object_stores": [
        {"name": "objects", "data": {"replicas": 3}},
        {"name": "multi", "zone": "berlin"},
    ],
    "object_store_users": [{"name": "app", "store": "objects", "account": "team"}],
    "object_store_accounts": [{"name": "team", "store": "objects"}],
    "bucket_topics": [
        {"name": "news", "store": "objects", "http": {"uri": "http://listener:8080"}}
    ],
    "bucket_notifications": [{"name": "puts", "topic": "news", "events": ["s3:ObjectCreated:Put"]}],
    "cosi_drivers": [{"name": "cosi"}],
    "rados_namespaces": [{"name": "tenant", "pool": "fast"}],
    "subvolume_groups": [{"name": "group", "filesystem": "shared", "quota": "10Gi"}],
    "nfs": [{"name": "exports", "active": 2}],
    "nvmeof_gateways": [{"name": "fabric", "pool": "fast", "group": "a"}],
    "rbd_mirrors": [{"name": "mirror"}],
    "filesystem_mirrors": [{"name": "mirror"}],
    "clients": [{"name": "glance", "caps": {"mon": "profile rbd", "osd": "profile rbd"}}],
    "storage_classes": [
        {"name": "block", "pool": "fast"},
        {"name": "files", "filesystem": "shared"},
        {"name": "exported", "filesystem": "shared", "nfs": "exports"},
        {"name": "buckets", "object_store": "objects"},
    ],
    "snapshot_classes": [
        {"name": "block", "type": "rbd"},
        {"name": "files", "type": "cephfs", "default": True},
    ],
    "bucket_claims": [
        {
            "name": "mine",
            "storage_class": "buckets",
            "generate_bucket_name": "mine",
            "claim_namespace": "apps",
            "notifications": ["puts"],
        }
    ],
}


def site_of(**over: t.Any) -> Params:
    """Return the variables of the site, with some of them replaced."""
    return {**copy.deepcopy(EVERYTHING), **over}
