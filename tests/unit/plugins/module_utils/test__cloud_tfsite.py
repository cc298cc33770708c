# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state file becomes an inventory, a declaration that equals it, and what to adopt."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfsite import TerraformSite
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import read_state
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from sites.tfstates import rows, version_3, version_4

ID = {(kind, attributes.get("name", name)): key for kind, name, _i, key, attributes in rows()}


@pytest.fixture(name="site", params=[version_3(), version_4()], ids=["3", "4"])
def _site(request: pytest.FixtureRequest) -> TerraformSite:
    return TerraformSite(read_state(request.param, "terraform.tfstate"))


def by_name(entries: list[dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    return {each["name"]: each for each in entries}


def changed(server: str, **attributes: t.Any) -> dict[str, t.Any]:
    """Return the state with other attributes of a server."""
    state: dict[str, t.Any] = json.loads(version_4())
    for item in state["resources"]:
        for one in item["instances"]:
            if one["attributes"].get("name") == server:
                one["attributes"].update(attributes)
    return state


def test_the_site_is_what_all_servers_names_begin_with(site: TerraformSite) -> None:
    assert site.site == "kubeadm"


def test_servers_are_grouped_by_their_names(site: TerraformSite) -> None:
    children = site.inventory()["all"]["children"]
    assert {group: sorted(told["hosts"]) for group, told in children.items()} == {
        "kube_control_plane": ["master"],
        "kube_node": ["storage0", "storage1", "worker0"],
        "rook_storage": ["storage0", "storage1"],
    }


def test_a_host_is_reached_by_its_floating_ip_or_through_the_one_that_has_one(
    site: TerraformSite,
) -> None:
    hosts = site.inventory("ubuntu")["all"]["hosts"]
    paths = [host.pop("ansible_control_path") for host in hosts.values()]
    assert hosts["master"] == {"ansible_host": "203.0.113.10", "ansible_user": "ubuntu"}
    assert hosts["worker0"] == {
        "ansible_host": "192.168.0.21",
        "ansible_user": "ubuntu",
        "ansible_ssh_common_args": "-o ProxyJump=ubuntu@203.0.113.10",
    }
    # Two sites of one declaration have the same addresses, and no connection of the other's.
    assert len(set(paths)) == len(hosts)
    assert all(re.fullmatch(r"%\(directory\)s/[0-9a-f]{8}-[0-9a-f]{4}-%%r", path) for path in paths)


def test_only_the_disks_that_are_for_ceph_are_claimed(site: TerraformSite) -> None:
    hosts = site.inventory()["all"]["hosts"]
    claimed = {name: host.get("rook_node_devices") for name, host in hosts.items()}
    volume = ID["blockstorage_volume_v2", "kubeadm-storage0"]
    assert claimed["storage0"] == [f"/dev/disk/by-id/virtio-{volume[:20]}"]
    assert (claimed["master"], claimed["worker0"]) == (None, None)


def test_the_declaration_has_networks_as_they_are(site: TerraformSite) -> None:
    declared = site.declaration()
    assert declared["networks"] == [{"name": "net", "mtu": 1450}]
    assert declared["subnets"] == [
        {"name": "subnet", "network": "net", "cidr": "192.168.0.0/24", "gateway_ip": "192.168.0.1",
         "enable_dhcp": True, "dns_nameservers": ["192.0.2.53"]}
    ]  # fmt: skip
    assert declared["routers"] == [
        {"name": "router", "external_network": "ext-net", "subnets": ["subnet"]}
    ]


def test_the_declaration_has_each_rule(site: TerraformSite) -> None:
    groups = by_name(site.declaration()["security_groups"])
    found = groups["k8s"]["rules"]
    assert len(found) == 6
    for rule in (
        {"protocol": "icmp", "remote_cidr": "0.0.0.0/0"},
        {"protocol": "tcp", "ports": "80", "remote_cidr": "0.0.0.0/0"},
        {"protocol": "udp", "ports": "1-65535", "remote_group": "k8s"},
        {"protocol": "icmp", "remote_group": "k8s"},
    ):
        assert rule in found


def test_a_rule_that_is_a_resource_of_its_own_is_its_group_s() -> None:
    state = json.loads(version_4())
    for key, name in (("g1", "kubeadm-web"), ("g2", "kubeadm-db")):
        state["resources"].append(
            {"mode": "managed", "type": "openstack_networking_secgroup_v2", "name": name,
             "instances": [{"attributes": {"id": key, "name": name}}]}
        )  # fmt: skip
    rule = {"id": "r", "security_group_id": "g1", "direction": "ingress", "ethertype": "IPv6",
            "protocol": "tcp", "port_range_min": 5432, "port_range_max": 5432,
            "remote_group_id": "g2", "remote_ip_prefix": ""}  # fmt: skip
    state["resources"].append(
        {"mode": "managed", "type": "openstack_networking_secgroup_rule_v2", "name": "r",
         "instances": [{"attributes": rule}]}
    )  # fmt: skip
    site = TerraformSite(read_state(json.dumps(state), "terraform.tfstate"))
    assert by_name(site.declaration()["security_groups"])["web"]["rules"] == [
        {"ethertype": "IPv6", "protocol": "tcp", "ports": "5432", "remote_group": "db"}
    ]


def test_the_declaration_has_servers_with_what_belongs_to_them(site: TerraformSite) -> None:
    servers = by_name(site.declaration()["servers"])
    assert servers["master"] == {
        "name": "master",
        "groups": ["kube_control_plane"],
        "flavor": "m1.large",
        "image": "Ubuntu 16.04 LTS x86_64",
        "keypair": "key_pair",
        "ports": [
            {"network": "net", "fixed_ips": ["192.168.0.11"],
             "security_groups": ["bastion", "default", "k8s"]}
        ],
        "floating_network": "ext-net",
        "volumes": [{"name": "docker", "size_gib": 75, "type": "ssd"}],
    }  # fmt: skip
    assert sorted(each["name"] for each in servers["storage1"]["volumes"]) == ["data", "docker"]


NO_IMAGE = "Attempt to boot from volume - no image supplied"
DATA = {"boot_index": -1, "source_type": "blank", "destination_type": "volume", "volume_size": 9}
BOOTS = {
    "an image": (
        {"source_type": "image", "uuid": "i-1", "volume_size": 20, "volume_type": "ssd"},
        {"image": "i-1", "boot_volume": {"size_gib": 20, "type": "ssd"}}, "",
    ),
    "a volume of an image": (
        {"source_type": "volume", "uuid": "v-1", "volume_size": 0, "volume_type": ""},
        {"image": "i-2", "boot_volume": {"size_gib": 30, "type": "hdd"}}, "",
    ),
    "a volume of nobody knows what": (
        {"source_type": "volume", "uuid": "v-2", "volume_size": 0},
        {"boot_volume": {"size_gib": 40}}, "volume_image_metadata.",
    ),
    "a volume that is not in the state": (
        {"source_type": "volume", "uuid": "v-3", "volume_size": None, "boot_index": None}, {},
        "volume_image_metadata, and boot_volume.",
    ),
    "a snapshot": (
        {"source_type": "snapshot", "uuid": "s-1", "volume_size": 50},
        {"boot_volume": {"size_gib": 50}}, "volume_image_metadata.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("device", "declared", "told"), BOOTS.values(), ids=BOOTS)
def test_a_server_that_boots_from_a_volume_has_the_image_of_that(
    device: dict[str, t.Any], declared: dict[str, t.Any], told: str
) -> None:
    boot = {"boot_index": 0, "destination_type": "volume", **device}
    state = changed("kubeadm-master", image_name="", image_id=NO_IMAGE, block_device=[DATA, boot])
    for key, more in (("v-1", {"image_id": "i-2", "volume_type": "hdd", "size": 30}),
                      ("v-2", {"image_id": "", "size": 40})):  # fmt: skip
        volume = {"id": key, "name": "", **more}
        state["resources"].append(
            {"mode": "managed", "type": "openstack_blockstorage_volume_v3", "name": key,
             "instances": [{"attributes": volume}]}
        )  # fmt: skip
    site = TerraformSite(read_state(json.dumps(state), "terraform.tfstate"))
    master = by_name(site.declaration()["servers"])["master"]
    assert {key: master[key] for key in ("image", "boot_volume") if key in master} == declared
    sentences = [each for each in site.unclear if "boots from a volume" in each]
    assert [each.partition("the volume's ")[2] for each in sentences] == ([told] if told else [])
    uid = device["uuid"]
    for sentence in (each for each in site.unclear if f"({uid})" in each):
        assert "is what server/master boots from" in sentence and "remove it" not in sentence
    assert uid not in site.adopt


@pytest.mark.parametrize(
    ("name", "uid", "image"),
    [("", "i-1", "i-1"), ("Image not found", "i-1", "i-1"), ("debian", "i-1", "debian")],
)
def test_a_server_without_a_volume_to_boot_from_has_its_own_image(
    name: str, uid: str, image: str
) -> None:
    state = changed("kubeadm-master", image_name=name, image_id=uid)
    site = TerraformSite(read_state(json.dumps(state), "terraform.tfstate"))
    assert by_name(site.declaration()["servers"])["master"]["image"] == image


def test_what_is_declared_is_adopted_and_the_rest_is_told(site: TerraformSite) -> None:
    master, docker = ID["compute_instance_v2", "kubeadm-master"], "kubeadm-master-docker"
    assert site.adopt[master] == "server/master"
    assert site.adopt[ID["blockstorage_volume_v2", docker]] == "volume/master-docker"
    assert site.adopt[ID["networking_floatingip_v2", "masterip"]] == "floating_ip/master"
    assert site.adopt["kubeadm-key_pair"] == "keypair/key_pair"
    assert len(set(site.adopt.values())) == len(site.adopt)
    (told,) = site.unclear
    assert ID["networking_floatingip_v2", "workerip"] in told


@pytest.mark.parametrize("mode", ["managed", "data"])
def test_what_is_of_a_type_that_nobody_here_knows_is_told_if_terraform_made_it(mode: str) -> None:
    state = json.loads(version_4())
    state["resources"].append(
        {"mode": mode, "type": "openstack_networking_trunk_v2", "name": "t",
         "instances": [{"attributes": {"id": "t-1", "name": "Sesam"}}]}
    )  # fmt: skip
    resources = read_state(json.dumps(state), "terraform.tfstate")
    told = [each for each in TerraformSite(resources).unclear if "trunk" in each]
    assert "Sesam" not in repr(resources)
    if mode == "data":
        assert told == []
    else:
        (sentence,) = told
        assert sentence.startswith("openstack_networking_trunk_v2.t (t-1) is no part of")


def test_a_port_in_a_network_that_is_only_looked_up_is_told() -> None:
    state = json.loads(version_4())
    for item in state["resources"]:
        for one in item["instances"]:
            if one["attributes"].get("name") == "kubeadm-master":
                one["attributes"]["network"].append({"name": "ext-net", "uuid": "elsewhere"})
    told = TerraformSite(read_state(json.dumps(state), "terraform.tfstate")).unclear
    (sentence,) = [each for each in told if "elsewhere" in each]
    assert "instance_v2.master: " in sentence and "no network of this state" in sentence


def test_ports_of_their_own_are_adopted_with_their_server() -> None:
    state = json.loads(version_4())
    port = {"name": "kubeadm-master-port", "all_security_group_ids": [],
            "network_id": ID["networking_network_v2", "kubeadm-net"]}  # fmt: skip
    state["resources"] += [
        {"mode": "managed", "type": "openstack_networking_port_v2", "name": uid,
         "instances": [{"attributes": {"id": uid, **port}}]}
        for uid in ("p", "p2")
    ]  # fmt: skip
    for item in state["resources"]:
        for one in item["instances"]:
            if one["attributes"].get("name") == "kubeadm-master":
                (net,) = one["attributes"]["network"]
                one["attributes"]["network"] = [{**net, "port": "p"}, {**net, "port": "p2"}]
    site = TerraformSite(read_state(json.dumps(state), "terraform.tfstate"))
    assert (site.adopt["p"], site.adopt["p2"]) == ("port/master-net", "port/master-net-2")


@pytest.mark.parametrize(
    ("metadata", "groups"),
    [
        ({"rook_groups": "kube_node,rook_storage"}, ("kube_node", "rook_storage")),
        ({"kubespray_groups": "kube-master,etcd"}, ("kube_control_plane",)),
        ({"kubespray_groups": "etcd"}, ("kube_control_plane",)),
    ],
)
def test_metadata_tells_groups_better_than_a_name(
    metadata: dict[str, str], groups: tuple[str, ...]
) -> None:
    state = json.loads(version_4())
    for item in state["resources"]:
        for one in item["instances"]:
            if one["attributes"].get("name") == "kubeadm-master":
                one["attributes"]["metadata"] = metadata
    site = TerraformSite(read_state(json.dumps(state), "terraform.tfstate"))
    assert {each.name: each.groups for each in site.servers}["master"] == groups


def test_names_without_anything_in_common_need_the_site() -> None:
    text = version_4().replace('"kubeadm-worker0"', '"w0"')
    resources = read_state(text, "terraform.tfstate")
    with pytest.raises(ModelError, match=r"site: .*w0.*Set site"):
        TerraformSite(resources)
    site = TerraformSite(resources, "kubeadm")
    assert "w0" in {each.name for each in site.servers}
    assert site.servers[-1].groups == ("kube_node",)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("compute_keypair_v2", "public_key"), ("blockstorage_volume_v2", "size")],
)
def test_what_the_state_does_not_tell_is_named(kind: str, name: str) -> None:
    state = json.loads(version_4())
    for item in state["resources"]:
        for one in item["instances"] if item["type"] == f"openstack_{kind}" else ():
            one["sensitive_attributes"] = [[{"type": "get_attr", "value": name}]]
    site = TerraformSite(read_state(json.dumps(state), "terraform.tfstate"))
    with pytest.raises(ModelError, match=rf"openstack_{kind}\..*\.{name}: is not told by"):
        site.declaration()
