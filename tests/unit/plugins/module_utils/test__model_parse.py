# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What parsing says of wrong variables, in words, and what it makes of right ones."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import (
    MODEL_KEYS,
    directory_problem,
    parse_site,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]


def told(params: Params) -> list[str]:
    """Return the lines of the error that the variables raise."""
    with pytest.raises(ModelError) as caught:
        parse_site(params)
    return str(caught.value).splitlines()


# What is added to a good model, and the line that has to come of it.
WRONG = {
    "a misspelt option": (
        {"hots": {}},
        "hots: is not known here; the nearest is hosts. Rename it.",
    ),
    "a misspelt option of the cluster": (
        {"cluster": {"mon_cont": 3}},
        "cluster.mon_cont: is not known here; the nearest is mon_count. Rename it.",
    ),
    "an option from elsewhere": (
        {"block_pools": [{"name": "a", "replicas": 2, "zzz": 1}]},
        "block_pools[0].zzz: is not known here. Known are device_class, erasure, failure_domain, "
        "name, pg_num, replicas, spec.",
    ),
    "a name in capitals": (
        {"site": "Store"},
        "site: 'Store' is not a DNS-1123 name: lower-case letters, digits and hyphens, "
        "beginning and ending with a letter or digit. Choose another name.",
    ),
    "a release as a number": (
        {"version": 1.2},
        "version: 1.2 is a number, which 1.2 and 1.20 both are. "
        'Write it in quotes, such as "1.20".',
    ),
    "a release of the future": (
        {"version": "1.99"},
        "version: '1.99' is newer than any release that this collection knows (0.6 to 1.20). "
        "Set version to 1.20 or less, update the collection, or set allow_newer "
        "(rook_allow_newer) to go on at your own risk as if it were 1.20.",
    ),
    "a release of the past": (
        {"version": "0.5.1"},
        "version: '0.5.1' is older than any release that this collection knows (0.6 to 1.20). "
        "Set version to 0.6 or more.",
    ),
    "no release": (
        {"version": "newest"},
        "version: 'newest' is not a Rook release. Give it as \"1.18\" or \"1.18.11\", in quotes.",
    ),
    "a string for a dictionary": (
        {"cluster": "big"},
        "cluster: 'big' is a string, not a dictionary. Give key: value.",
    ),
    "a dictionary for a list": (
        {"block_pools": {"name": "a"}},
        "block_pools: {'name': 'a'} is a dictionary, not a list. Give a list.",
    ),
    "words for a number": (
        {"cluster": {"mon_count": "three"}},
        "cluster.mon_count: 'three' is a string, not a whole number. Give a number.",
    ),
    "a number out of range": (
        {"cluster": {"mon_count": 11}},
        "cluster.mon_count: 11 is not between 1 and 9. Give a number of that range.",
    ),
    "words for a boolean": (
        {"cluster": {"dashboard_enabled": "maybe"}},
        "cluster.dashboard_enabled: 'maybe' is a string, not true or false. Give true or false.",
    ),
    "an unknown choice": (
        {"cluster": {"wipe": "twice"}},
        "cluster.wipe: 'twice' is none of none, quick, complete. Give one of them.",
    ),
    "a directory that Rook uses itself": (
        {"cluster": {"data_dir_host_path": "/rook/data"}},
        "cluster.data_dir_host_path: '/rook/data' is under /rook, which Rook's containers use "
        "themselves (NODE-09). Take /var/lib/rook.",
    ),
    "a health code that is none": (
        {"cluster": {"mute_health": ["clock skew"]}},
        "cluster.mute_health: 'clock skew' is not a Ceph health code. "
        "Take the code from `ceph health detail`, such as MON_CLOCK_SKEW.",
    ),
    "a device that is no path": (
        {"hosts": {"w1": {"devices": ["sdb"]}}},
        "hosts.w1.devices[0]: 'sdb' is not the path of a device. "
        "Give the full path, such as /dev/disk/by-id/wwn-0x5000c500a1b2c3d4.",
    ),
    "a device that is there twice": (
        {"hosts": {"w1": {"devices": ["/dev/sdb", "/dev/sdb"]}}},
        "hosts.w1.devices[1]: '/dev/sdb' is there twice. Remove one of them.",
    ),
    "directories in an era without": (
        {"hosts": {"w1": {"directories": ["/data"]}}},
        "hosts.w1.directories: ['/data'] is nothing that Rook 1.18 knows "
        "(storage.nodes[].directories): 1.2 was the last that did. "
        "Leave it out, or set version to 1.2 or less.",
    ),
    "a node name that is none": (
        {"hosts": {"W_1": {}}},
        "hosts.W_1: is a name that is not a DNS-1123 name: lower-case letters, digits, dots and "
        "hyphens, beginning and ending with a letter or digit. "
        "Give the host the name that its node has in Kubernetes (NAME-02).",
    ),
    "a pool with both layouts": (
        {"block_pools": [
            {"name": "a", "replicas": 2, "erasure": {"data_chunks": 2, "coding_chunks": 1}}
        ]},
        "block_pools[0]: has both replicas and erasure (POOL-01). Keep one of them.",
    ),
    "a pool without a layout": (
        {"block_pools": [{"name": "a"}]},
        "block_pools[0]: has neither replicas nor erasure (POOL-01). "
        "Give replicas, or erasure with data_chunks and coding_chunks.",
    ),
    "an erasure code with one number": (
        {"block_pools": [{"name": "a", "erasure": {"data_chunks": 2}}]},
        "block_pools[0].erasure.coding_chunks: is missing. Give a number of chunks.",
    ),
    "a pool without a name": (
        {"block_pools": [{"replicas": 2}]},
        "block_pools[0].name: is missing. Give a name.",
    ),
    "two pools of one name": (
        {"block_pools": [{"name": "a", "replicas": 2}, {"name": "a", "replicas": 3}]},
        "block_pools[1].name: 'a' is already the name of block_pools[0]. "
        "Choose another name, or remove one of them.",
    ),
    "copies set past the model": (
        {"block_pools": [{"name": "a", "replicas": 3, "spec": {"replicated": {"size": 1}}}]},
        "block_pools[0].spec.replicated.size: 1 is set past the model, where no rule would see it. "
        "Set replicas instead.",
    ),
    "nodes set past the model": (
        {"cluster": {"spec": {"storage": {"nodes": []}}}},
        "cluster.spec.storage.nodes: [] is set past the model, where no rule would see it. "
        "Set hosts instead.",
    ),
    "a file system without data": (
        {"filesystems": [{"name": "a"}]},
        "filesystems[0].data_pools: names no pool (FS-04). "
        "Give a list with at least one {name, replicas}.",
    ),
    "no metadata server": (
        {"filesystems": [
            {"name": "a", "active_mds": 0, "data_pools": [{"name": "d", "replicas": 2}]}
        ]},
        "filesystems[0].active_mds: 0 is not between 1 and 50. Give a number of that range.",
    ),
    "two data pools of one name": (
        {"filesystems": [{"name": "a", "data_pools": [
            {"name": "d", "replicas": 2}, {"name": "d", "replicas": 2}
        ]}]},
        "filesystems[0].data_pools[1].name: 'd' is there twice. Choose another name.",
    ),
    "a store with a long name": (
        {"object_stores": [{"name": "x" * 39, "data": {"replicas": 2}}]},
        f"object_stores[0].name: '{'x' * 39}' has 39 characters, 38 are allowed. "
        "Choose another name.",
    ),
    "a store without data": (
        {"object_stores": [{"name": "s"}]},
        "object_stores[0].data: is missing. Give {replicas} or {erasure} of the data pool.",
    ),
    "a port beyond ports": (
        {"object_stores": [{"name": "s", "data": {"replicas": 2}, "gateway": {"port": 70000}}]},
        "object_stores[0].gateway.port: 70000 is not between 0 and 65535. "
        "Give a number of that range.",
    ),
    "a user of no store": (
        {"object_store_users": [{"name": "u", "store": "nowhere"}]},
        "object_store_users[0].store: 'nowhere' is not in object_stores. "
        "There are: none. Correct it or add it there.",
    ),
    "a class of no pool": (
        {"block_pools": [{"name": "fast", "replicas": 2}],
         "storage_classes": [{"name": "c", "pool": "fats"}]},
        "storage_classes[0].pool: 'fats' is not in block_pools. "
        "The nearest is fast. Correct it or add it there.",
    ),
    "a class of two things": (
        {"block_pools": [{"name": "a", "replicas": 2}],
         "filesystems": [{"name": "b", "data_pools": [{"name": "d", "replicas": 2}]}],
         "storage_classes": [{"name": "c", "pool": "a", "filesystem": "b"}]},
        "storage_classes[0]: names pool and filesystem. "
        "Name exactly one of pool, filesystem, object_store.",
    ),
    "a class of another type": (
        {"block_pools": [{"name": "a", "replicas": 2}],
         "storage_classes": [{"name": "c", "pool": "a", "type": "cephfs"}]},
        "storage_classes[0].type: 'cephfs' does not go with pool. "
        "Set type to rbd, or leave it out.",
    ),
    "a block class on chunks alone": (
        {"block_pools": [{"name": "a", "erasure": {"data_chunks": 2, "coding_chunks": 1}}],
         "storage_classes": [{"name": "c", "pool": "a"}]},
        "storage_classes[0].pool: 'a' is erasure coded and cannot hold the names of block devices. "
        "Set pool to a pool with replicas, and data_pool to a.",
    ),
    "two default classes": (
        {"block_pools": [{"name": "a", "replicas": 2}],
         "storage_classes": [
             {"name": "c", "pool": "a", "default": True},
             {"name": "d", "pool": "a", "default": True},
         ]},
        "storage_classes[1].default: True is also that of storage_classes[0]. "
        "Keep one default class.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("claim", WRONG)
def test_a_wrong_variable_is_told_in_one_line(claim: str, bare_params: Params) -> None:
    over, line = WRONG[claim]
    assert told({**bare_params, **over}) == [line]


def test_all_problems_are_told_at_once(bare_params: Params) -> None:
    over = {"site": "A", "version": "0.5", "hosts": [], "block_pools": [{}], "zzz": 1}
    paths = [line.partition(":")[0] for line in told({**bare_params, **over})]
    assert paths == ["version", "block_pools[0].name", "block_pools[0]", "site", "hosts", "zzz"]


def test_a_missing_site_and_version_are_asked_for() -> None:
    assert told({}) == [
        'version: is missing. Give the Rook release in quotes, such as "1.18".',
        "site: is missing. Give a name.",
    ]


def test_long_values_are_cut_in_messages(bare_params: Params) -> None:
    (line,) = told({**bare_params, "cluster": ["x" * 500]})
    assert len(line) < 150


def test_what_is_not_given_has_the_default(make_site: MakeSite) -> None:
    cluster = make_site(namespace=None, cluster={"mon_count": None, "name": ""}).cluster
    assert (cluster.name, cluster.mon_count, cluster.mgr_count) == ("rook-ceph", 3, 2)
    assert (cluster.data_dir_host_path, cluster.wipe) == ("/var/lib/rook", "quick")
    assert cluster.ceph_image == "quay.io/ceph/ceph:v19.2.3"


def test_what_ceph_says_of_keys_that_rook_allows_holds_nothing_up(make_site: MakeSite) -> None:
    given = {"mute_health": ["MON_DISK_LOW"]}
    assert make_site(version="1.18", cluster=given).cluster.mute_health == ("MON_DISK_LOW",)
    codes = make_site(version="1.19", cluster=given).cluster.mute_health
    assert {"AUTH_INSECURE_KEYS_ALLOWED", "MON_DISK_LOW"} <= set(codes)


def test_the_cluster_is_named_as_its_namespace(make_site: MakeSite) -> None:
    assert make_site(namespace="storage").cluster.name == "storage"


def test_strings_of_the_command_line_are_numbers_and_booleans(make_site: MakeSite) -> None:
    cluster = make_site(cluster={"mon_count": "5", "dashboard_enabled": "no"}).cluster
    assert (cluster.mon_count, cluster.dashboard_enabled) == (5, False)


def test_ceph_settings_are_strings_whatever_is_given(make_site: MakeSite) -> None:
    config = make_site(cluster={"ceph_config": {"global": {"a": 1, "b": True}}}).cluster.ceph_config
    assert config == {"global": {"a": "1", "b": "true"}}


def test_the_type_of_a_class_follows_from_what_it_names(whole_site: Site) -> None:
    assert [item.type for item in whole_site.storage_classes] == ["rbd", "cephfs", "bucket"]


def test_a_host_without_devices_holds_no_data(make_site: MakeSite) -> None:
    site = make_site(hosts={"b": {"devices": ["/dev/sdb"]}, "a": {"devices": []}, "c": None})
    assert [host.name for host in site.hosts] == ["a", "b", "c"]
    assert [host.name for host in site.storage_hosts] == ["b"]


def test_a_leading_v_is_taken_from_the_release(make_site: MakeSite) -> None:
    assert make_site(version="v1.18.11").version == "1.18.11"


def test_the_model_is_made_from_exactly_the_named_keys(bare_params: Params) -> None:
    empty = {key: None for key in MODEL_KEYS if key not in bare_params}
    assert parse_site({**bare_params, **empty}) == parse_site(bare_params)


def test_variables_are_not_changed_by_parsing(whole_params: Params) -> None:
    before = repr(whole_params)
    parse_site(whole_params)
    assert repr(whole_params) == before


@pytest.mark.parametrize(
    "path", ["/etc/ceph", "/var/log/ceph/x", "/", "/var/lib", "/a b", "/a/../b", "a"]
)
def test_a_directory_that_cannot_be_rooks_is_refused(path: str) -> None:
    assert directory_problem(path)


@pytest.mark.parametrize("path", ["/var/lib/rook", "/data/rook/", "/rookery", "/etc/cephalon"])
def test_a_directory_beside_the_reserved_ones_is_fine(path: str) -> None:
    assert directory_problem(path) == ""
