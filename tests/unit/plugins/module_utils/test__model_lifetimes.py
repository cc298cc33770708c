# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an era cannot express is told with variable, era and the era that can."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site

HOSTS = {name: {"devices": ["/dev/sdb"]} for name in ("w1", "w2", "w3")}
POOL = {"name": "fast", "replicas": 3}
FILESYSTEM = {"name": "shared", "data_pools": [{"name": "data0", "replicas": 3}]}
STORE = {"name": "s3", "data": {"replicas": 3}}
CLASS = {"name": "fast", "pool": "fast"}

# Variable, last release without it (for directories and Flex: first), the releases that have it.
CASES: dict[str, tuple[str, dict[str, t.Any], str]] = {
    "hosts.w1.directories": (
        "1.3", {"hosts": {**HOSTS, "w1": {"directories": ["/vol-b"]}}}, "1.2 was the last"),
    "cluster.ceph_image": ("0.8", {"cluster": {"ceph_image": "ceph/ceph:v13.2.4"}}, "0.9"),
    "cluster.ceph_allow_unsupported": (
        "0.8", {"cluster": {"ceph_allow_unsupported": True}}, "0.9"),
    "cluster.mon_allow_multiple_per_node": (
        "0.7", {"cluster": {"mon_allow_multiple_per_node": True}}, "0.8"),
    "cluster.mgr_count": ("1.5", {"cluster": {"mgr_count": 2}}, "1.6"),
    "cluster.ceph_config": ("1.12", {"cluster": {"ceph_config": {"osd": {"a": "1"}}}}, "1.13"),
    "cluster.dashboard_enabled": ("0.7", {"cluster": {"dashboard_enabled": True}}, "0.8"),
    "cluster.mute_health": ("0.9", {"cluster": {"mute_health": ["OSD_DOWN"]}}, "1.0"),
    "cluster.wipe": ("1.3", {"cluster": {"wipe": "quick"}}, "1.4"),
    "block_pools[0].device_class": (
        "1.0",
        {"block_pools": [{**POOL, "device_class": "ssd"}]},
        "1.1",
    ),
    "block_pools[0].pg_num": ("1.2", {"block_pools": [{**POOL, "pg_num": 32}]}, "1.3"),
    "filesystems[0].data_pools[0].name": (
        "1.7", {"filesystems": [{"name": "a", "data_pools": [{"name": "hot", "replicas": 3}]}]},
        "1.8"),
    "filesystems[0].data_pools[0].device_class": (
        "1.0", {"filesystems": [{"name": "a", "data_pools": [
            {"name": "data0", "replicas": 3, "device_class": "ssd"}]}]}, "1.1"),
    "object_stores[0].data.device_class": (
        "1.0", {"object_stores": [{"name": "s3", "data": {"replicas": 3, "device_class": "ssd"}}]},
        "1.1"),
    "object_store_users": (
        "0.8", {"object_stores": [STORE], "object_store_users": [{"name": "u", "store": "s3"}]},
        "0.9"),
    "object_store_users[0].capabilities": (
        "1.7", {"object_stores": [STORE], "object_store_users": [
            {"name": "u", "store": "s3", "capabilities": {"bucket": "*"}}]}, "1.8"),
    "object_store_users[0].quotas": (
        "1.7", {"object_stores": [STORE], "object_store_users": [
            {"name": "u", "store": "s3", "quotas": {"maxBuckets": 1}}]}, "1.8"),
    "object_store_users[0].account": (
        "1.19", {"object_stores": [STORE],
                 "object_store_accounts": [{"name": "team", "store": "s3"}],
                 "object_store_users": [{"name": "u", "store": "s3", "account": "team"}]}, "1.20"),
    "object_stores[0].zone": (
        "1.3", {"object_realms": [{"name": "earth"}],
                "object_zone_groups": [{"name": "europe", "realm": "earth"}],
                "object_zones": [{"name": "berlin", "zone_group": "europe",
                                  "metadata": {"replicas": 3}, "data": {"replicas": 3}}],
                "object_stores": [{"name": "s3", "zone": "berlin"}]}, "1.4"),
    "snapshot_classes[0].type": (
        "1.10", {"snapshot_classes": [{"name": "exports", "type": "nfs"}]}, "1.11"),
    "storage_classes[0].nfs": (
        "1.8", {"filesystems": [FILESYSTEM], "nfs": [{"name": "exports"}],
                "storage_classes": [{"name": "a", "filesystem": "shared", "nfs": "exports"}]},
        "1.9"),
    "storage_classes[0].filesystem": (
        "1.0", {"filesystems": [FILESYSTEM],
                "storage_classes": [{"name": "a", "filesystem": "shared"}]}, "1.1"),
    "storage_classes[0].object_store": (
        "1.0", {"object_stores": [STORE],
                "storage_classes": [{"name": "a", "object_store": "s3"}]}, "1.1"),
    "storage_classes[0].driver": (
        "1.8", {"block_pools": [POOL], "storage_classes": [{**CLASS, "driver": "flex"}]},
        "1.7 was the last"),
    "storage_classes[0].data_pool": (
        "0.8", {"block_pools": [POOL, {"name": "ec",
                "erasure": {"data_chunks": 2, "coding_chunks": 1}}],
                "storage_classes": [{**CLASS, "data_pool": "ec"}]}, "0.9"),
    "storage_classes[0].allow_expansion": (
        "1.1", {"block_pools": [POOL], "storage_classes": [{**CLASS, "allow_expansion": True}]},
        "1.2"),
    "operator.config.ROOK_CEPH_ALLOW_LOOP_DEVICES": (
        "1.9", {"operator": {"config": {"ROOK_CEPH_ALLOW_LOOP_DEVICES": True}}}, "1.10"),
    "operator.config.ROOK_ENABLE_FLEX_DRIVER": (
        "1.8", {"operator": {"config": {"ROOK_ENABLE_FLEX_DRIVER": True}}}, "1.7 was the last"),
    "hosts.w1.devices[0]": (
        "1.2", {"hosts": {**HOSTS, "w1": {"devices": ["/dev/disk/by-id/a"]}}}, "1.3"),
}  # fmt: skip


def told(version: str, params: dict[str, t.Any]) -> list[str]:
    """Return what is said against a site of a release."""
    try:
        parse_site({"site": "old", "version": version, "hosts": HOSTS, **params})
    except ModelError as error:
        return str(error).splitlines()
    return []


def neighbour(version: str, step: int) -> str:
    """Return the release before or after another one."""
    names = [row.name for row in _eras.ERAS.values()]
    return names[names.index(version) + step]


@pytest.mark.parametrize("path", CASES)
def test_a_variable_is_refused_before_and_taken_from_its_first_release_on(path: str) -> None:
    version, params, bound = CASES[path]
    # What a variable refers to may be of the same release.
    (line,) = [text for text in told(version, params) if text.startswith(f"{path}: ")]
    assert f"Rook {version}" in line
    assert bound in line
    assert told(neighbour(version, -1 if "last" in bound else 1), params) == []


def test_every_variable_with_a_life_time_is_tried() -> None:
    tried = {path.replace("[0]", "[*]").replace("w1", "*") for path in CASES}
    lives = {life.path.partition("=")[0] for life in _eras.VARIABLES}
    assert lives <= tried


@pytest.mark.parametrize(
    ("version", "cluster"),
    [
        ("1.2", {"mgr_count": 1, "wipe": "none"}),
        ("0.7", {"dashboard_enabled": "no", "mon_allow_multiple_per_node": False}),
        ("0.6", {"ceph_image": "", "mute_health": [], "ceph_config": {}}),
    ],
)
def test_what_a_release_does_anyway_may_be_said(version: str, cluster: dict[str, t.Any]) -> None:
    assert told(version, {"cluster": cluster}) == []


def test_all_that_an_era_cannot_express_is_told_at_once() -> None:
    params = {
        "cluster": {"mgr_count": 2, "wipe": "complete"},
        "block_pools": [{**POOL, "pg_num": 8}],
    }
    assert [line.partition(":")[0] for line in told("1.2", params)] == [
        "cluster.mgr_count",
        "cluster.wipe",
        "block_pools[0].pg_num",
    ]


def test_the_second_data_pool_has_the_second_name() -> None:
    pools = [{"name": name, "replicas": 3} for name in ("data0", "data2")]
    (line,) = told("1.7", {"filesystems": [{"name": "a", "data_pools": pools}]})
    assert line.endswith("Set it to data1, or set version to 1.8 or more.")


def test_flex_makes_block_volumes_only() -> None:
    classes = [{"name": "a", "filesystem": "shared", "driver": "flex"}]
    (line,) = told("1.5", {"filesystems": [FILESYSTEM], "storage_classes": classes})
    assert line.startswith("storage_classes[0].driver: 'flex' makes block volumes only")


def test_a_newer_release_is_taken_at_ones_own_risk() -> None:
    assert told("1.99", {"allow_newer": "yes"}) == []
    assert "allow_newer" in told("1.99", {})[0]
