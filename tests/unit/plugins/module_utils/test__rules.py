# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule with a site that it refuses and one that it lets pass."""

from __future__ import annotations

import copy
import re
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._rules import Finding, check
from ansible_collections.rookery.rook.plugins.module_utils._rules_names import (
    directory_findings,
    volume_name,
)

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]
EC21 = {"data_chunks": 2, "coding_chunks": 1}


def hosts(count: int, devices: int = 1, **labels: str) -> Params:
    """Return so many hosts with so many devices each."""
    return {
        f"w{number}": {
            "devices": [f"/dev/disk/by-id/w{number}-{place}" for place in range(devices)],
            "labels": labels,
        }
        for number in range(1, count + 1)
    }


def pool(**layout: t.Any) -> Params:
    return {"block_pools": [{"name": "x", **layout}]}


def found(site: Site, rule: str, facts: Params | None = None) -> list[Finding]:
    return [finding for finding in check(site, facts) if finding.rule == rule]


def test_a_site_of_three_hosts_with_three_copies_has_no_error(whole_site: Site) -> None:
    assert [finding for finding in check(whole_site) if finding.severity == "error"] == []


def test_size_three_on_two_hosts_is_refused_with_the_arithmetic(make_site: MakeSite) -> None:
    (finding,) = found(make_site(hosts=hosts(2), **pool(replicas=3)), "POOL-02")
    assert finding == Finding(
        rule="POOL-02",
        severity="error",
        path="block_pools[0].replicas",
        value="3",
        reason="pool 'x' wants 3 copies on different hosts, "
        "the inventory has 2 OSD hosts (w1, w2): 2 of 3 find a place "
        "and Ceph writes with 2 or more, so all writes stop when one host is lost",
        cure="Add 1 host to rook_storage or set replicas to 2.",
    )


def test_erasure_two_plus_one_on_two_hosts_is_refused_with_the_arithmetic(
    make_site: MakeSite,
) -> None:
    (finding,) = found(make_site(hosts=hosts(2), **pool(erasure=EC21)), "POOL-03")
    assert (finding.severity, finding.path, finding.value) == (
        "error", "block_pools[0].erasure", "2+1"
    )  # fmt: skip
    assert finding.reason == (
        "pool 'x' wants 2 data + 1 coding = 3 chunks on different hosts, "
        "the inventory has 2 OSD hosts (w1, w2): 2 of 3 find a place "
        "and Ceph writes with 2 or more, so all writes stop when one host is lost"
    )
    assert finding.cure == "Add 1 host to rook_storage or replace erasure by replicas: 2."


def test_a_pool_that_can_never_be_written_to_says_so(make_site: MakeSite) -> None:
    (finding,) = found(make_site(hosts=hosts(1), **pool(replicas=3)), "POOL-02")
    assert finding.reason.endswith("so nothing can ever be written to it")
    assert finding.cure == "Add 2 hosts to rook_storage."


def test_hosts_without_devices_are_not_counted_as_places(make_site: MakeSite) -> None:
    three = {**hosts(2), "w3": {"devices": []}}
    assert found(make_site(hosts=three, **pool(replicas=3)), "POOL-02")


def test_metadata_pools_are_counted_too(make_site: MakeSite) -> None:
    site = make_site(
        hosts=hosts(2),
        filesystems=[{"name": "f", "data_pools": [{"name": "d", "replicas": 2}]}],
        object_stores=[{"name": "s", "metadata_replicas": 2, "data": {"erasure": EC21}}],
    )
    assert [finding.path for finding in found(site, "POOL-02")] == [
        "filesystems[0].metadata_replicas"
    ]
    assert [finding.path for finding in found(site, "POOL-03")] == ["object_stores[0].data.erasure"]


CASES = yaml.safe_load((Path(__file__).parent / "cases/rules.yml").read_text())


@pytest.mark.parametrize("claim", CASES)
def test_a_rule_refuses_what_it_is_for(claim: str, make_site: MakeSite) -> None:
    case = CASES[claim]["refused"]
    findings = found(make_site(**case.get("model", {})), claim.split()[0], case.get("facts"))
    assert {finding.severity for finding in findings} == {CASES[claim]["severity"]}


@pytest.mark.parametrize("claim", CASES)
def test_a_rule_lets_pass_what_is_right(claim: str, make_site: MakeSite) -> None:
    case = CASES[claim]["passes"]
    site = make_site(**case.get("model", {}))
    assert found(site, claim.split()[0], case.get("facts")) == []


@pytest.mark.parametrize("claim", CASES)
def test_a_finding_has_all_its_parts_and_the_input_is_left_alone(
    claim: str, make_site: MakeSite
) -> None:
    case = CASES[claim]["refused"]
    facts = case.get("facts", {})
    before = copy.deepcopy(facts)
    for finding in check(make_site(**case.get("model", {})), facts):
        assert finding.path and finding.reason and finding.value
        assert finding.cure.endswith(".") and not finding.reason.endswith(".")
    assert facts == before


def test_rules_without_facts_judge_the_variables_alone(whole_site: Site) -> None:
    assert check(whole_site) == check(whole_site, {})


def test_errors_stand_before_warnings(make_site: MakeSite) -> None:
    site = make_site(cluster={"mon_count": 2}, hosts=hosts(2), **pool(replicas=3))
    severities = [finding.severity for finding in check(site)]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "warn"}


def test_a_missing_device_is_told_with_the_blank_disks_there_are(make_site: MakeSite) -> None:
    other = {"path": "/dev/sdc", "links": ["/dev/disk/by-id/other"], "type": "disk"}
    used = {"path": "/dev/sdd", "mounts": ["/"], "type": "disk"}
    facts = {"hosts": {"w1": {"devices": [used, other]}}}
    (finding,) = found(make_site(), "DISK-01", facts)
    assert finding.cure == "Blank disks there are: /dev/disk/by-id/other."


@pytest.mark.parametrize(("rule", "key"), [("DISK-08", "devices"), ("NODE-11", "directories")])
def test_nobody_is_told_to_wipe_data_of_whoever_while_the_api_cannot_say_whose(
    make_site: MakeSite, rule: str, key: str
) -> None:
    disk = {"path": "/dev/sdb", "links": ["/dev/disk/by-id/w1-a"], "ceph": {"fsid": "f"}}
    said = {
        "devices": [{**disk, "signatures": ["ceph_bluestore"]}],
        "directories": {"/var/lib/rook": {"entries": ["mon-a"], "ceph_fsid": "f"}},
    }
    hosts_facts = {"w1": {key: said[key]}}
    (asked,) = found(make_site(), rule, {"hosts": hosts_facts, "ceph_fsid": ""})
    assert re.search("another Ceph cluster|an older cluster", asked.reason)
    silent = {"hosts": hosts_facts, "unknown": {"api": "nothing listens there."}}
    (finding,) = found(make_site(), rule, silent)
    assert finding.reason.endswith("and the API cannot tell whose: nothing listens there")
    assert finding.cure.startswith("Give the kubeconfig with which its API answers first")
    assert finding.severity == "error"


@pytest.mark.parametrize(
    ("path", "release", "name"),
    [
        ("/data/osd_1", (0, 7), "data-osd_1"),
        ("/data/osd_1", (0, 9), "data-osd-1"),
        ("/Data/Osd.1/", (1, 0), "data-osd-1"),
        (
            "/this/is/some-path/.that/is_longer/than/$63/chars/1234567890/and/i'm/still/typing",
            (1, 2),
            "this-is-some-path--that-i---7890-and-i-m-still-typing-c4132749",
        ),
    ],
)
def test_a_directory_becomes_the_volume_name_of_its_release(
    path: str, release: tuple[int, ...], name: str
) -> None:
    assert volume_name(path, release) == name


@pytest.mark.parametrize(
    ("paths", "release", "word"),
    [
        (["/storage_1"], (0, 7), "refuses"),
        (["/Storage"], (0, 9), "refuses"),
        (["/" + "x" * 64], (0, 8), "refuses"),
        (["/a/b", "/a-b"], (0, 7), "as that of /a/b"),
        (["/devices"], (1, 2), "Rook uses itself"),
    ],
)
def test_a_directory_without_a_valid_volume_name_is_refused(
    paths: list[str], release: tuple[int, ...], word: str
) -> None:
    (finding,) = directory_findings("w1", paths, release)
    assert finding.rule == "NAME-01"
    assert word in finding.reason


def test_directories_with_names_of_their_own_pass() -> None:
    assert list(directory_findings("w1", ["/a/b", "/a/c"], (0, 7))) == []


OLD: Params = {
    "version": "0.7.1",
    "hosts": {name: {"directories": ["/vol-b"]} for name in ("w1", "w2", "w3")},
}


def test_labels_of_the_api_need_no_domain_for_each_copy_where_one_takes_several(
    make_site: MakeSite,
) -> None:
    zone = "topology.kubernetes.io/zone"
    places = {"w1": "a", "w2": "a", "w3": "b", "w4": "b"}
    nodes = {name: {"labels": {zone: value}} for name, value in places.items()}
    machines = hosts(4)
    for name, value in places.items():
        machines[name]["labels"] = {zone: value}
    copies = {"replicas": 4, "failure_domain": "zone"}
    nested = {"spec": {"replicated": {"replicasPerFailureDomain": 2}}}
    site = make_site(hosts=machines, **pool(**copies, **nested))
    assert found(site, "TOP-02", {"nodes": nodes}) == []
    assert found(make_site(hosts=machines, **pool(**copies)), "TOP-02", {"nodes": nodes})


def test_directories_of_old_are_places_for_data(make_site: MakeSite) -> None:
    assert found(make_site(**OLD, **pool(replicas=3)), "POOL-02") == []
    assert found(make_site(**OLD, **pool(replicas=4)), "POOL-02")


def test_the_volume_of_a_directory_is_looked_at_before_rook_makes_it(make_site: MakeSite) -> None:
    hosts = {**OLD["hosts"], "w1": {"directories": ["/vol_b"]}}
    (finding,) = found(make_site(**{**OLD, "hosts": hosts}), "NAME-01")
    assert (finding.path, finding.value) == ("hosts.w1.directories[0]", "/vol_b")
    assert found(make_site(version="1.2", hosts=hosts), "NAME-01") == []


def test_names_of_the_kernel_are_told_only_where_links_are_taken(make_site: MakeSite) -> None:
    hosts = {"w1": {"devices": ["/dev/sdb"]}}
    assert found(make_site(version="1.2", hosts=hosts), "DISK-06") == []
    assert found(make_site(version="1.3", hosts=hosts), "DISK-06")


def test_luminous_wants_one_chunk_more_than_holds_the_data(make_site: MakeSite) -> None:
    hosts = {name: {"directories": ["/vol-b"]} for name in ("w1", "w2")}
    (finding,) = found(make_site(version="0.7.1", hosts=hosts, **pool(erasure=EC21)), "POOL-03")
    assert "2 of 3 find a place and Ceph writes with 3 or more" in finding.reason
    assert "nothing can ever be written to it" in finding.reason


@pytest.mark.parametrize(("wanted", "cure"), [("1.18", "Take 1.17 first."), ("1.15", "Keep 1.16.")])
def test_a_release_is_changed_by_one_step_forward(
    make_site: MakeSite, wanted: str, cure: str
) -> None:
    (finding,) = found(make_site(version=wanted), "UPG-02", {"running": {"rook": "1.16.4"}})
    assert (finding.value, finding.cure) == (wanted, cure)


SICK: Params = {"rook": "1.18.4", "daemons": "1.18.4", "ceph": "19.2.3", "health": "HEALTH_WARN"}


@pytest.mark.parametrize(
    ("version", "image", "facts", "path"),
    [
        ("1.18.11", "c:v19.2.3", {}, "version"),
        ("1.18", "c:v19.2.3", {"operator_release": "1.18.11"}, "version"),
        ("1.18.4", "c:v19.2.3-20250717", {}, "cluster.ceph_image"),
        ("1.18.4", "c@sha256:b", {}, "cluster.ceph_image"),
        ("1.18", "c:v19.2.3", {}, ""),
        ("1.18", "c:v19.2.3", {"operator_release": "1.18.4"}, ""),
        ("1.18.4", "c:v19.2.3", {"operator_release": "1.18.4"}, ""),
    ],
)
def test_every_change_that_replaces_daemons_begins_on_a_healthy_cluster(
    make_site: MakeSite, version: str, image: str, facts: Params, path: str
) -> None:
    site = make_site(version=version, cluster={"ceph_image": image})
    running = {"running": {**SICK, "ceph_image": "c:v19.2.3"}}
    told = [finding.path for finding in found(site, "UPG-01", {**running, **facts})]
    assert told == ([path] if path else [])


def test_a_change_that_was_broken_off_is_ended_while_ceph_warns_of_it(make_site: MakeSite) -> None:
    # The operator is the new one, and the cluster has the new image; the daemons follow.
    site = make_site(version="1.18.4", cluster={"ceph_image": "c:v19.2.4"})
    running = {**SICK, "daemons": "1.17.9", "ceph_image": "c:v19.2.4"}
    assert not [each for each in check(site, {"running": running}) if each.rule[:3] == "UPG"]
    next_image = {"running": {**running, "ceph_image": "c:v19.2.3"}}
    (finding,) = found(site, "UPG-01", next_image)
    assert "Rook 1.18.4 still has daemons of 1.17.9 to replace" in finding.reason


@pytest.mark.parametrize(
    ("version", "cure"),
    [
        ("1.19", "Take a later one, or quay.io/ceph/ceph:v19.2.6 where no Ceph runs yet."),
        ("1.20", "Take quay.io/ceph/ceph:v20.2.4."),
    ],
)
def test_nobody_is_told_to_take_an_earlier_ceph_than_the_one_that_runs(
    make_site: MakeSite, version: str, cure: str
) -> None:
    site = make_site(version=version, cluster={"ceph_image": "quay.io/ceph/ceph:v20.2.0"})
    assert [finding.cure for finding in found(site, "VER-03")] == [cure]


def test_a_single_copy_is_refused_by_rook_from_1_3_on(make_site: MakeSite) -> None:
    hosts = {"w1": {"devices": ["/dev/sdb"]}}
    (old,) = found(make_site(version="1.2", hosts=hosts, **pool(replicas=1)), "POOL-05")
    (new,) = found(make_site(version="1.3", hosts=hosts, **pool(replicas=1)), "POOL-05")
    assert (old.severity, new.severity) == ("warn", "error")


def test_an_api_that_kubernetes_has_lost_is_an_error(make_site: MakeSite) -> None:
    site = make_site(**OLD)
    (finding,) = found(site, "VER-01", {"kubernetes_version": "v1.16.3"})
    assert (finding.severity, "an API that it needs" in finding.reason) == ("error", True)
    assert found(site, "VER-01", {"kubernetes_version": "v1.15.3"}) == []
    assert found(make_site(version="1.9"), "VER-01", {"kubernetes_version": "v1.99.0"}) == []
    assert found(site, "VER-05") == []


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ({"name": "a"}, "001fb585143b8469b550ab5ae1a9bcda"),
        ({"name": "b", "name_in_ceph": "a"}, "001fb585143b8469b550ab5ae1a9bcda"),
        ({"name": "a", "cluster_id": "mine"}, "mine"),
    ],
)
def test_a_class_may_be_of_a_part_by_the_id_that_rook_gives_it(
    part: Params, given: str, make_site: MakeSite
) -> None:
    block: Params = {"name": "c", "pool": "fast", "parameters": {"clusterID": given}}
    more = {"block_pools": [{"name": "fast", "replicas": 3}], "storage_classes": [block]}
    site = make_site(rados_namespaces=[{"pool": "fast", **part}], **more)
    assert found(site, "NAME-07") == []
    assert len(found(make_site(**more), "NAME-07")) == 1
