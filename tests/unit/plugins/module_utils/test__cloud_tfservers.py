# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site is declared alike, wherever the provider writes what is needed."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfsite import TerraformSite
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import read_state
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from sites.tfstates import version_4_with

Row = tuple[str, str, dict[str, t.Any]]


def site_of(*more: Row, **master: t.Any) -> TerraformSite:
    return TerraformSite(read_state(version_4_with(*more, **master), "terraform.tfstate"))


def master_of(site: TerraformSite) -> dict[str, t.Any]:
    (found,) = (each for each in site.declaration()["servers"] if each["name"] == "master")
    return t.cast("dict[str, t.Any]", found)


def test_a_key_pair_of_a_user_is_adopted_by_its_name() -> None:
    pair = {"id": "u-1:kubeadm-own", "name": "kubeadm-own", "public_key": "ssh-rsa AAAA"}
    site = site_of(("compute_keypair_v2", "own", pair))
    assert site.adopt["kubeadm-own"] == "keypair/own"
    assert [each for each in (*site.adopt, *site.unclear) if "u-1" in each] == []


@pytest.mark.parametrize(
    "given", [{"policies": ["affinity"]}, {"policy": "affinity"},
              {"policies": [], "policy": "affinity"}],
)  # fmt: skip
def test_a_server_group_has_its_policy_in_either_place(given: dict[str, t.Any]) -> None:
    group = {"id": "g-1", "name": "kubeadm-g", **given}
    declared = site_of(("compute_servergroup_v2", "g", group)).declaration()
    assert declared["server_groups"] == [{"name": "g", "policy": "affinity"}]


def test_a_server_group_without_a_policy_is_named() -> None:
    site = site_of(("compute_servergroup_v2", "g", {"id": "g-1", "name": "g", "policies": []}))
    with pytest.raises(ModelError, match=r"servergroup_v2\.g\.policy: is not told by"):
        site.declaration()


@pytest.mark.parametrize(("key", "name"), [("a.b/c", "sub-a.b-c"), (0, "sub-0")])
def test_what_has_no_name_gets_one_that_can_be_declared(key: t.Any, name: str) -> None:
    net: Row = ("networking_network_v2", "n", {"id": "n-1", "name": "kubeadm-n"})
    subnet = {"id": "s-1", "name": "", "network_id": "n-1", "cidr": "192.0.2.0/24"}
    state = json.loads(version_4_with(net, ("networking_subnet_v2", "sub", subnet)))
    state["resources"][-1]["instances"][0]["index_key"] = key
    state["resources"][-1]["module"] = "module.nets"
    site = TerraformSite(read_state(json.dumps(state), "terraform.tfstate"))
    assert site.adopt["s-1"] == f"subnet/{name}"


def test_a_network_is_known_by_its_name_where_the_state_has_no_id_of_it() -> None:
    net: Row = ("networking_network_v2", "n", {"id": "n-1", "name": "kubeadm-n"})
    site = site_of(net, network=[{"name": "kubeadm-n", "fixed_ip_v4": "192.0.2.4"}])
    assert [each["network"] for each in master_of(site)["ports"]] == ["n"]
    site = site_of(net, network=[{"name": "elsewhere", "fixed_ip_v4": "192.0.2.4"}])
    assert [each for each in site.unclear if "has a port in elsewhere" in each]


@pytest.mark.parametrize(
    ("told", "groups"),
    [({"all_security_group_ids": []}, []), ({"all_security_group_ids": ["x"]}, ["x"]),
     ({}, ["bastion", "default", "k8s"])],
)  # fmt: skip
def test_a_port_of_its_own_has_its_own_security_groups(
    told: dict[str, t.Any], groups: list[str]
) -> None:
    net: Row = ("networking_network_v2", "n", {"id": "n-1", "name": "kubeadm-n"})
    port: Row = ("networking_port_v2", "p", {"id": "p-1", "network_id": "n-1", **told})
    site = site_of(net, port, network=[{"port": "p-1", "fixed_ip_v4": "192.0.2.4"}])
    assert [each["security_groups"] for each in master_of(site)["ports"]] == [groups]


def test_a_server_without_an_address_of_ipv4_is_reached_by_the_other_one() -> None:
    site = site_of(access_ip_v4="", access_ip_v6="[2001:db8::5]", network=[{"name": "kubeadm-net"}])
    (master,) = (each for each in site.servers if each.name == "master")
    assert master.address == "2001:db8::5"
    assert "fixed_ips" not in master_of(site)["ports"][0]
