# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says of weights, sizes and domains inside of others."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._placement.sites import read_plant
from ansible_collections.rookery.rook.plugins.module_utils._rules import Finding, check

ZONE = "topology.kubernetes.io/zone"
GIB = 1 << 30


def findings(sizes: dict[str, int], zones: t.Sequence[str] = (), **pool: t.Any) -> list[Finding]:
    """Return what is found of one pool on hosts by their size in GiB, in turns in some zones."""
    labels = {
        name: {ZONE: zones[place % len(zones)]} if zones else {} for place, name in enumerate(sizes)
    }
    site = parse_site(
        {
            "site": "store1", "version": "1.18.11", "operator": {"manifests": "/srv/rook"},
            "hosts": {
                name: {"devices": ["/dev/sdb"], "labels": labels[name]} for name in sizes
            },
            "block_pools": [{"name": "fast", "replicas": 3, **pool}],
        }
    )  # fmt: skip
    said = {
        name: {"devices": [{"path": "/dev/sdb", "size": size * GIB, "rotational": True}]}
        for name, size in sizes.items()
        if size
    }
    found = check(site, {"hosts": said})
    return [item for item in found if item.path.startswith("block_pools[0]")]


def rules(found: list[Finding]) -> list[tuple[str, str]]:
    return [(item.rule, item.severity) for item in found]


def test_hosts_of_one_size_are_well() -> None:
    assert findings({"a": 4096, "b": 4096, "c": 4096, "d": 4096}) == []


def test_a_small_host_is_missed_by_groups_and_the_number_is_told() -> None:
    found = findings({"a": 4096, "b": 4096, "c": 40})
    assert ("POOL-02", "warn") in rules(found)
    (missed,) = [item for item in found if item.rule == "POOL-02"]
    assert "CRUSH is expected to miss a place in 25 of 32 groups" in missed.reason
    assert "add an OSD host with 4 TiB of hdd devices" in missed.cure


def test_without_an_answer_of_the_devices_nothing_is_said_of_weights() -> None:
    assert rules(findings({"a": 0, "b": 0, "c": 0, "d": 0})) == []


def test_a_small_host_that_has_to_take_the_place_of_a_large_one_is_a_trap() -> None:
    found = findings({"a": 8192, "b": 8192, "c": 4096, "d": 400})
    (trap,) = [item for item in found if item.rule == "POOL-04"]
    # It would be 95 % of 400 GiB if host d took a piece of every group; it is drawn too rarely.
    assert "when host a is lost" in trap.reason and "593 GiB are in it" in trap.reason
    assert "keep less than 530 GiB" in trap.cure


def test_a_loss_that_others_can_bear_is_no_trap() -> None:
    assert findings({"a": 8192, "b": 8192, "c": 8192, "d": 8192, "e": 4096}) == []


TWICE = {
    "replicas": 4,
    "failure_domain": "zone",
    "spec": {"replicated": {"replicasPerFailureDomain": 2}},
}


def test_two_copies_in_each_of_two_zones_need_two_hosts_in_each() -> None:
    hosts = {"a": 512, "b": 512, "c": 512, "d": 512}
    assert ("POOL-02", "error") not in rules(findings(hosts, ("x", "y"), **TWICE))
    del hosts["d"]
    (short,) = [item for item in findings(hosts, ("x", "y"), **TWICE) if item.rule == "POOL-02"]
    assert short.severity == "error"
    assert "2 on different hosts in each: 3 of 4 pieces find a place" in short.reason


def test_labels_of_a_node_that_is_named_otherwise_are_those_of_its_host() -> None:
    hosts = {name: {"devices": ["/dev/sdb"]} for name in ("a", "b", "c")}
    model = {"site": "s", "version": "1.18", "operator": {"manifests": "/x"}, "hosts": hosts}
    site = parse_site({**model, "block_pools": [{"name": "fast", "replicas": 3}]})
    nodes = {f"{name}.example.com": {"hostname": name, "labels": {ZONE: name}} for name in hosts}
    assert read_plant(site, {"nodes": nodes}).tree.levels() == ("host", "zone")


def classed(solid: int, **model: t.Any) -> list[Finding]:
    """Return the errors of a model on four hosts with a hard disk, some of them with an SSD too."""
    names = ("a", "b", "c", "d")
    site = parse_site(
        {
            "site": "store1", "version": "1.18.11", "operator": {"manifests": "/srv/rook"},
            "hosts": {name: {"devices": ["/dev/sdb", "/dev/sdc"]} for name in names}, **model,
        }
    )  # fmt: skip
    said = {
        name: {
            "devices": [
                {"path": "/dev/sdb", "size": 4096 * GIB, "rotational": True},
                {"path": "/dev/sdc", "size": 4096 * GIB, "rotational": place >= solid},
            ]
        }
        for place, name in enumerate(names)
    }
    return [item for item in check(site, {"hosts": said}) if item.severity == "error"]


def test_pieces_find_no_place_on_hosts_without_the_pools_class() -> None:
    chunks = {"data_chunks": 2, "coding_chunks": 1}
    pools = [{"name": "fast", "erasure": chunks, "device_class": "ssd"}]
    (found,) = classed(2, block_pools=pools)
    assert (found.rule, found.path) == ("POOL-03", "block_pools[0]")
    assert "wants its chunks on different hosts with devices of class ssd: 2 of 3" in found.reason
    assert "dd an OSD host with 4 TiB of ssd devices" in found.cure
    assert classed(3, block_pools=pools) == []
    pools = [{"name": "fast", "replicas": 3, "device_class": "ssd"}]
    assert rules(classed(2, block_pools=pools)) == [("POOL-02", "error")]
    # Five have no place on four hosts of any class, and that no disk has a class: told elsewhere.
    pools = [{"name": "fast", "replicas": 5, "device_class": "ssd"}]
    assert rules(classed(2, block_pools=pools)) == [("POOL-02", "error")]
    pools = [{"name": "fast", "replicas": 3, "device_class": "nvme"}]
    assert rules(classed(2, block_pools=pools)) == [("POOL-10", "error")]


def test_pools_of_other_sections_are_held_against_their_class_too() -> None:
    layout = {"replicas": 3, "device_class": "ssd"}
    filesystem = {"name": "fs", "data_pools": [{"name": "data", **layout}]}
    found = classed(2, filesystems=[filesystem], object_stores=[{"name": "s3", "data": layout}])
    paths = {"filesystems[0].data_pools[0]", "object_stores[0].data"}
    assert {item.path for item in found} == paths and len(found) == len(paths)


def test_more_pools_than_the_osds_can_begin_with_are_told() -> None:
    model = {
        "site": "store1", "version": "1.18.11", "operator": {"manifests": "/srv/rook"},
        "hosts": {name: {"devices": ["/dev/sdb"]} for name in ("a", "b", "c")},
        "block_pools": [{"name": f"pool{number}", "replicas": 3} for number in range(8)],
    }  # fmt: skip
    (found,) = [item for item in check(parse_site(model)) if item.rule == "POOL-14"]
    assert (found.severity, found.value) == ("warn", "9 pools")
    assert "begin with 257 placement groups on each OSD" in found.reason
    model["block_pools"] = model["block_pools"][:7]
    assert [item for item in check(parse_site(model)) if item.rule == "POOL-14"] == []


def test_raw_settings_of_no_form_are_judged_as_if_they_were_not_there() -> None:
    hosts = {"a": 512, "b": 512, "c": 512, "d": 512}
    for raw in ({"hybridStorage": {"primaryDeviceClass": ["ssd"]}}, {"hybridStorage": 3}):
        findings(hosts, spec={"replicated": raw})
    assert findings(hosts, spec={"parameters": {"min_size": "x", "pg_num": []}}) == []
