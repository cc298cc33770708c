# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a declaration does not cover is told, and what it covers is not told to be removed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfsite import TerraformSite
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import read_state
from sites.tfstates import rows, version_4_with

Row = tuple[str, str, dict[str, t.Any]]
ID = {(kind, attributes.get("name", name)): key for kind, name, _i, key, attributes in rows()}
MASTER = ID["compute_instance_v2", "kubeadm-master"]
ROUTER = ID["networking_router_v2", "kubeadm-router"]
SUBNET = ID["networking_subnet_v2", "kubeadm-subnet"]
NETWORK = ID["networking_network_v2", "kubeadm-net"]
DISK: Row = ("blockstorage_volume_v3", "d", {"id": "d-1", "name": "kubeadm-master-d", "size": 5})
DATA: Row = ("data.blockstorage_volume_v3", "d", {"id": "d-1", "name": "elsewhere", "size": 5})


def site_of(*more: Row, **master: t.Any) -> TerraformSite:
    return TerraformSite(read_state(version_4_with(*more, **master), "terraform.tfstate"))


def told(site: TerraformSite) -> list[str]:
    """Return what is unclear beside the floating IP that the site never had a use for."""
    return [each for each in site.unclear if "workerip" not in each]


JOINS: list[tuple[str, dict[str, str], str]] = [
    ("networking_secgroup_rule_v2", {"security_group_id": "x", "protocol": "tcp"},
     "security_group_id x"),
    ("networking_router_interface_v2", {"router_id": "x", "subnet_id": SUBNET}, "router_id x"),
    ("networking_router_interface_v2", {"router_id": ROUTER, "subnet_id": "x"}, "subnet_id x"),
    ("compute_volume_attach_v2", {"instance_id": MASTER, "volume_id": "x"}, "volume_id x"),
    ("compute_volume_attach_v2", {"instance_id": "x", "volume_id": "d-1"}, "instance_id x"),
    ("networking_floatingip_associate_v2", {"floating_ip": "198.51.100.9", "port_id": "p"},
     "floating_ip 198.51.100.9"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "attributes", "words"), JOINS, ids=[row[2] for row in JOINS])
def test_what_joins_the_site_with_something_else_is_told(
    kind: str, attributes: dict[str, str], words: str
) -> None:
    join: Row = (kind, "j", {"id": "j-1", **attributes})
    sentences = [each for each in told(site_of(DISK, join)) if "(j-1)" in each]
    assert sentences == [
        f"openstack_{kind}.j (j-1) is no part of the declaration: its {words} is not what this "
        "state has made."
    ]


def test_a_router_is_declared_without_subnets_of_others() -> None:
    joins: list[Row] = [
        ("networking_router_interface_v2", "j", {"id": "j-1", "router_id": ROUTER, **more})
        for more in ({"subnet_id": "x"}, {"subnet_id": None, "port_id": "p"})
    ]
    (router,) = site_of(*joins).declaration()["routers"]
    assert router["subnets"] == ["subnet"]


@pytest.mark.parametrize(
    ("more", "devices"),
    [
        ({}, [{"source_type": "volume", "destination_type": "volume", "uuid": "d-1",
               "boot_index": -1}]),
        ({"attachment": [{"id": "d-1", "instance_id": MASTER, "device": "/dev/vdc"}]}, []),
    ],
    ids=["block_device", "attachment"],
)  # fmt: skip
def test_a_volume_that_nobody_attached_by_a_resource_is_its_server_s(
    more: dict[str, t.Any], devices: list[dict[str, t.Any]]
) -> None:
    kind, name, attributes = DISK
    site = site_of((kind, name, {**attributes, **more}), block_device=devices)
    assert site.adopt["d-1"] == "volume/master-d"
    (master,) = (each for each in site.declaration()["servers"] if each["name"] == "master")
    assert {"name": "d", "size_gib": 5} in master["volumes"]
    assert told(site) == []


def test_a_volume_that_was_only_looked_up_stays_somebody_else_s() -> None:
    join: Row = ("compute_volume_attach_v2", "j",
                 {"id": "j-1", "instance_id": MASTER, "volume_id": "d-1"})  # fmt: skip
    site = site_of(DATA, join)
    assert "d-1" not in site.adopt and "elsewhere" not in repr(site.declaration())
    assert [each for each in told(site) if "volume_id d-1" in each]


def test_a_port_that_the_state_does_not_have_is_somebody_else_s() -> None:
    # Made by hand, or by another state, and named by its id.
    site = site_of(network=[{"uuid": NETWORK, "port": ""}, {"uuid": NETWORK, "port": "p-9"}])
    assert "p-9" not in site.adopt
    (master,) = (each for each in site.declaration()["servers"] if each["name"] == "master")
    assert len(master["ports"]) == 1
    (sentence,) = told(site)
    assert "has the port p-9, which is not what this state has made" in sentence


def test_a_port_that_was_only_looked_up_stays_somebody_else_s() -> None:
    looked: Row = ("data.networking_port_v2", "vip",
                   {"id": "p-1", "name": "vip", "network_id": NETWORK})  # fmt: skip
    own: Row = ("networking_port_v2", "own",
                {"id": "p-2", "name": "kubeadm-own", "network_id": NETWORK})  # fmt: skip
    nets = [{"port": "p-1", "fixed_ip_v4": "192.168.0.5"}, {"port": "p-2"}]
    site = site_of(looked, own, network=nets)
    assert "p-1" not in site.adopt and site.adopt["p-2"] == "port/master-net"
    (master,) = (each for each in site.declaration()["servers"] if each["name"] == "master")
    assert [each.get("fixed_ips") for each in master["ports"]] == [None]
    (sentence,) = told(site)
    assert "instance_v2.master: has the port p-1, which Terraform only looked up" in sentence
    alone = told(site_of(looked, network=nets[:1]))
    assert any("has no port of its own" in each for each in alone)


def test_a_volume_that_a_server_made_for_itself_is_told() -> None:
    device = {"source_type": "blank", "destination_type": "volume", "boot_index": -1,
              "volume_size": 9}  # fmt: skip
    (sentence,) = told(site_of(block_device=[device]))
    assert "instance_v2.master: has a volume of 9 GiB by block_device" in sentence


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"protocol": "tcp", "port_range_min": 22, "port_range_max": 22,
          "remote_address_group_id": "a-1"}, "is for the address group a-1"),
        ({"protocol": "icmp", "port_range_min": 8, "port_range_max": 0}, "is for type 8 of icmp"),
        ({"protocol": "icmp", "port_range_min": 0, "port_range_max": 0}, ""),
    ],
)  # fmt: skip
def test_a_rule_that_would_let_in_more_as_a_declaration_is_told_and_not_declared(
    rule: dict[str, t.Any], words: str
) -> None:
    group: Row = ("networking_secgroup_v2", "web", {"id": "g-1", "name": "kubeadm-web"})
    more = {"id": "r-1", "security_group_id": "g-1", "direction": "ingress", "ethertype": "IPv4",
            "remote_ip_prefix": "", **rule}  # fmt: skip
    site = site_of(group, ("networking_secgroup_rule_v2", "r", more))
    (web,) = (each for each in site.declaration()["security_groups"] if each["name"] == "web")
    assert web["rules"] == ([] if words else [{"protocol": "icmp"}])
    sentences = told(site)
    assert len(sentences) == bool(words)
    assert all(words in each and "secgroup_rule_v2.r: " in each for each in sentences)


SUBNET_ELSEWHERE = {"id": "s", "name": "kubeadm-s", "network_id": "x", "cidr": "192.0.2.0/24"}
ELSEWHERE: dict[str, tuple[Row | None, dict[str, t.Any], str]] = {
    "a key pair": (None, {"key_pair": "mine"}, "instance_v2.master: has the key pair mine, "),
    "a server group": (None, {"scheduler_hints": [{"group": "x"}]}, "instance_v2.master: is in x"),
    "a network": (("networking_subnet_v2", "s", SUBNET_ELSEWHERE), {}, "subnet_v2.s: is in x, "),
    "a security group": (
        ("compute_secgroup_v2", "g",
         {"id": "g", "name": "kubeadm-g", "rule": [{"from_group_id": "x"}]}),
        {}, "secgroup_v2.g: is for x, ",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("more", "master", "words"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_the_declaration_names_and_the_state_has_not_is_told(
    more: Row | None, master: dict[str, t.Any], words: str
) -> None:
    (sentence,) = told(site_of(*([more] if more else []), **master))
    assert words in sentence and "Declare and adopt that" in sentence


def test_things_that_would_have_one_name_are_told() -> None:
    (sentence,) = told(site_of(name="kubeadm-worker0"))
    worker = ID["compute_instance_v2", "kubeadm-worker0"]
    assert sentence.startswith(", ".join(sorted((MASTER, worker))))
    assert "would all be server/worker0" in sentence
