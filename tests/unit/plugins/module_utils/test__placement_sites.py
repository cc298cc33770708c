# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a model and what hosts said to pools, capacity, groups and daemons."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._placement.capacity import capacity
from ansible_collections.rookery.rook.plugins.module_utils._placement.crew import read_daemons
from ansible_collections.rookery.rook.plugins.module_utils._placement.daemons import (
    Daemons,
    monitors,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.groups import (
    count_groups,
    power,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.picture import picture
from ansible_collections.rookery.rook.plugins.module_utils._placement.sites import (
    Plant,
    read_plant,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Pool, Take
from placed import TIB, chunks, copies, hosts
from sites.small import WHOLE

ZONE = "topology.kubernetes.io/zone"
STRETCH = {
    "mon_count": 5,
    "spec": {
        "mon": {
            "stretchCluster": {
                "failureDomainLabel": ZONE,
                "zones": [{"name": "a"}, {"name": "b"}, {"name": "c", "arbiter": True}],
            }
        }
    },
}


def site(**more: t.Any) -> Site:
    return parse_site({**WHOLE, "operator": {"manifests": "/srv/rook"}, **more})


def pools(plant: Plant) -> dict[str, Pool]:
    return {pool.name: pool for pool in plant.pools}


def test_every_pool_that_ceph_will_have_is_there_those_of_managers_and_gateways_too() -> None:
    found = pools(read_plant(site(), {}))
    assert list(found)[:4] == [".mgr", "fast", "shared-metadata", "shared-replicated"]
    assert {"objects.rgw.buckets.index", "objects.rgw.buckets.data", ".rgw.root"} < set(found)
    assert found[".mgr"].pg_num == 1 and found["fast"].pg_num == 32
    assert found["objects.rgw.meta"].pg_num == 8


def test_a_pool_of_the_model_may_be_that_of_the_managers() -> None:
    given = {"name": "builtin-mgr", "replicas": 2, "spec": {"name": ".mgr"}}
    found = pools(read_plant(site(block_pools=[given], storage_classes=[]), {}))
    assert found[".mgr"].size == 2 and found[".mgr"].path == "block_pools[0]"


def test_old_rook_makes_a_hundred_groups_and_writes_one_copy() -> None:
    model = {
        "site": "store1", "version": "0.9", "operator": {"manifests": "/srv/rook"},
        "hosts": {name: {"devices": ["/dev/sdb"]} for name in ("a", "b", "c")},
        "block_pools": [{"name": "fast", "replicas": 3}],
    }  # fmt: skip
    (fast,) = (pool for pool in read_plant(parse_site(model), {}).pools if pool.name == "fast")
    assert (fast.pg_num, fast.least) == (100, 1)


@pytest.mark.parametrize(
    ("spec", "config", "least"),
    [
        ({}, {}, 2),
        ({"parameters": {"min_size": "3"}}, {}, 3),
        ({}, {"global": {"osd_pool_default_min_size": "1"}}, 1),
        ({}, {"global": {"osd_pool_default_min_size": "0"}}, 2),
    ],
)
def test_min_size_is_ceph_s_own_unless_it_is_given(
    spec: dict[str, t.Any], config: dict[str, t.Any], least: int
) -> None:
    block = [{"name": "fast", "replicas": 3, "spec": spec}]
    found = read_plant(site(block_pools=block, cluster={"ceph_config": config}), {})
    assert pools(found)["fast"].least == least


def test_a_default_min_size_is_never_more_than_the_copies_and_is_not_for_chunks() -> None:
    block = [
        {"name": "one", "replicas": 1},
        {"name": "chunks", "erasure": {"data_chunks": 2, "coding_chunks": 1}},
        {"name": "strict", "erasure": {"data_chunks": 2, "coding_chunks": 1},
         "spec": {"parameters": {"min_size": "3"}}},
    ]  # fmt: skip
    config = {"ceph_config": {"global": {"osd_pool_default_min_size": "3"}}}
    model = site(block_pools=block, cluster=config, storage_classes=[])
    found = pools(read_plant(model, {}))
    assert [found[name].least for name in ("one", "chunks", "strict")] == [1, 2, 3]


def test_devices_are_sorted_as_rook_sorts_them_when_all_have_been_asked() -> None:
    rows = {
        "w1": [{"path": "/dev/sdb", "links": ["/dev/disk/by-id/w1-a"], "size": 2 * TIB,
                "rotational": True}],
        "w2": [{"path": "/dev/nvme0n1", "links": ["/dev/disk/by-id/w2-a"], "size": TIB,
                "rotational": False}],
        "w3": [{"path": "/dev/sdb", "links": ["/dev/disk/by-id/w3-a"], "size": TIB,
                "rotational": False}],
    }  # fmt: skip
    facts = {"hosts": {name: {"devices": devices} for name, devices in rows.items()}}
    plant = read_plant(site(), facts)
    osds = {node.name: node.osds[0] for node in plant.tree.nodes}
    assert [osds[name].device_class for name in sorted(osds)] == ["hdd", "nvme", "ssd"]
    assert (osds["w1"].weight, plant.weighed, plant.sorted) == (2.0, True, True)
    del facts["hosts"]["w3"]
    plant = read_plant(site(), facts)
    assert (plant.weighed, plant.sorted) == (False, False)
    assert {osd.weight for node in plant.tree.nodes for osd in node.osds} == {1.0}


def test_a_class_that_no_device_has_makes_a_pool_that_cannot_be_written() -> None:
    block = [{"name": "fast", "replicas": 3, "device_class": "nvme"}]
    rows = {
        name: {"devices": [{"path": f"/dev/disk/by-id/{name}-a", "size": TIB, "rotational": True}]}
        for name in ("w1", "w2", "w3")
    }
    model = site(block_pools=block)
    told = {pool["name"]: pool for pool in picture(model, {"hosts": rows})["pools"]}
    assert told["fast"]["verdict"] == "never writable"
    told = {pool["name"]: pool for pool in picture(model)["pools"]}
    assert told["fast"]["verdict"] == "redundant"


def test_a_class_that_the_settings_give_counts_before_what_devices_are() -> None:
    block = [{"name": "fast", "replicas": 3, "device_class": "gold"}]
    config = {"spec": {"storage": {"config": {"deviceClass": "gold"}}}}
    rows = {
        name: {"devices": [{"path": f"/dev/disk/by-id/{name}-a", "size": TIB, "rotational": True}]}
        for name in ("w1", "w2", "w3")
    }
    for cluster, verdict in ((config, "redundant"), ({}, "never writable")):
        told = picture(site(block_pools=block, cluster=cluster), {"hosts": rows})
        assert {pool["name"]: pool["verdict"] for pool in told["pools"]}["fast"] == verdict


def test_a_pool_under_a_root_without_osds_cannot_be_written() -> None:
    block = [{"name": "fast", "replicas": 3, "spec": {"crushRoot": "other"}}]
    told = {pool["name"]: pool for pool in picture(site(block_pools=block))["pools"]}
    assert told["fast"]["verdict"] == "never writable"
    config = {"spec": {"storage": {"config": {"crushRoot": "other"}}}}
    told = {
        pool["name"]: pool for pool in picture(site(block_pools=block, cluster=config))["pools"]
    }
    assert told["fast"]["verdict"] == told[".mgr"]["verdict"] == "redundant"


def stretched() -> Site:
    machines = {
        name: {"devices": [f"/dev/disk/by-id/{name}"], "labels": {ZONE: zone}}
        for name, zone in (("w1", "a"), ("w2", "a"), ("w3", "b"), ("w4", "b"))
    }
    machines["w5"] = {"labels": {ZONE: "c"}}
    block = [{"name": "fast", "replicas": 4}]
    return site(
        hosts=machines, cluster=STRETCH, block_pools=block, filesystems=[], object_stores=[],
        object_store_users=[], storage_classes=[],
    )  # fmt: skip


def test_a_stretched_cluster_survives_a_site_in_pools_and_monitors() -> None:
    told = picture(stretched())
    for pool in told["pools"]:
        assert (pool["size"], pool["min_size"], pool["verdict"]) == (4, 2, "redundant")
        survives = {row["lost"]: row for row in pool["survives"]}
        assert survives["1 zone"]["writes"] == survives["1 zone"]["data"] == "all"
    (mon,) = [item for item in told["daemons"] if item["kind"] == "mon"]
    assert mon["survives"]["1 zone"] == "all"


def test_the_picture_is_plain_data_and_the_same_each_time() -> None:
    told = picture(site())
    assert json.loads(json.dumps(told)) == told == picture(site())
    assert told["hosts"][0]["devices"][0]["name"] == "/dev/disk/by-id/w1-a"


def test_pools_of_one_variable_that_are_not_redundant_are_told_once() -> None:
    two = {name: {"devices": [f"/dev/disk/by-id/{name}-a"]} for name in ("w1", "w2")}
    lines = picture(site(hosts=two))["lines"]
    assert len(lines) == 6
    assert lines[1] == (
        "pool fast (3 copies over hosts) is degraded: 2 of 3 pieces find a place, so it stays "
        "undersized for ever, writes stop with one host; to cure it, set replicas to 2 or add an "
        "OSD host"
    )
    assert picture(site())["lines"] == []


def test_without_hosts_there_is_a_picture_too() -> None:
    assert picture(site(hosts={}))["verdict"] == "never writable"


def test_capacity_is_that_of_the_fullest_domain() -> None:
    even = capacity(hosts(4, 4, 4), copies(3))
    assert even is not None and even.usable_bytes == pytest.approx(0.95 * 4 * TIB, rel=1e-3)
    assert even.heals is False and even.fills == pytest.approx(1.0, rel=1e-3)
    # Three of three: each takes a piece of all there is, so the smallest is full first.
    small = capacity(hosts(4, 4, 2), copies(3))
    assert small is not None and small.usable_bytes == pytest.approx(0.95 * 2 * TIB, rel=1e-3)
    assert small.fullest == "h2"


def test_chunks_take_less_room_than_copies() -> None:
    found = capacity(hosts(4, 4, 4, 4, 4, 4), chunks(4, 2))
    assert found is not None and found.usable_bytes == pytest.approx(0.95 * 16 * TIB, rel=1e-3)


def test_what_a_lost_host_leaves_must_fit_on_the_others() -> None:
    found = capacity(hosts(4, 4, 4, 4), copies(3))
    assert found is not None and found.heals
    assert found.full_after == pytest.approx(0.95 * 4 * TIB, rel=1e-3)
    assert found.safe_bytes == pytest.approx(0.85 * 4 * TIB, rel=1e-3)
    assert found.usable_bytes == pytest.approx(0.95 * 16 / 3 * TIB, rel=1e-3)


def test_a_walk_that_places_no_piece_takes_no_room() -> None:
    first, then = Take("host", "hdd", count=1), Take("host", "hdd")
    found = capacity(hosts(4, 4), copies(1, first, then))
    assert found is not None and found.raw_bytes == 8 * TIB


def test_of_two_classes_the_smaller_one_is_the_capacity() -> None:
    nodes = [
        type(node)(node.name, (*node.osds, type(node.osds[0])("s", 0.1, "ssd", TIB // 10)), {})
        for node in hosts(4, 4, 4).nodes
    ]
    pool = copies(3, Take("host", "ssd", count=1), Take("host", "hdd"))
    found = capacity(type(hosts(1))(nodes), pool)
    assert found is not None and found.usable_bytes == pytest.approx(0.95 * 0.3 * TIB, rel=1e-2)


def test_groups_are_counted_on_the_devices_of_their_class() -> None:
    found = count_groups(hosts(1, 1, 1, 1), [copies(3, pg_num=32), copies(2, pg_num=16)])
    assert found.per_osd == {"hdd": (32 * 3 + 16 * 2) / 4} and found.most == 32


@pytest.mark.parametrize(("number", "near"), [(0.3, 1), (1, 1), (23, 16), (24, 32), (100, 128)])
def test_the_autoscaler_takes_the_nearest_power_of_two(number: float, near: int) -> None:
    assert power(number) == near


def units(**zones: int) -> dict[str, dict[str, list[str]]]:
    members = {zone: [f"{zone}{n}" for n in range(number)] for zone, number in zones.items()}
    return {"host": {name: [name] for names in members.values() for name in names}, "zone": members}


@pytest.mark.parametrize(
    ("wanted", "zones", "left"),
    [
        (3, {"a": 1, "b": 1, "c": 1}, "all"),
        (3, {"a": 2, "b": 2, "c": 2}, "some"),
        (3, {"a": 2, "b": 1}, "none"),
        (5, {"a": 5, "b": 1, "c": 1}, "none"),
        (5, {"a": 2, "b": 2, "c": 1}, "all"),
    ],
)
def test_whether_a_majority_is_left_depends_on_where_the_scheduler_puts_monitors(
    wanted: int, zones: dict[str, int], left: str
) -> None:
    assert monitors(wanted, units(**zones), several=False).survives["1 zone"] == left


def crew(**more: t.Any) -> dict[tuple[str, str], Daemons]:
    return {(item.kind, item.name): item for item in read_daemons(site(**more), {})}


def test_daemons_survive_a_host_when_there_is_another_one_of_them() -> None:
    found = crew()
    assert found["mon", ""].survives == {"1 host": "all", "2 hosts": "none"}
    assert found["mds", "shared"].survives["1 host"] == "all"
    assert found["rgw", "objects"].survives["1 host"] == "none"


def test_gateways_on_the_network_of_their_host_need_a_node_each() -> None:
    stores = [{"name": "objects", "data": {"replicas": 3}, "gateway": {"instances": 4}}]
    network = {"spec": {"network": {"provider": "host"}}}
    assert crew(object_stores=stores)["rgw", "objects"].placed == 4
    assert crew(object_stores=stores, cluster=network)["rgw", "objects"].placed == 3
