# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Terraform made in a real OpenStack is adopted by its state file, kept, and removed whole."""

from __future__ import annotations

import json
import typing as t

import cloudruns
import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfsite import TerraformSite
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import read_state

Row = tuple[str, str, str, dict[str, t.Any]]
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHfUk6sFq0tSw5NmWtcm6q1qj0wX0ZsWq6m3xTz3c8Jd old"


def state_of(rows: t.Iterable[Row]) -> str:
    """Return resources as today's state files have them."""
    resources = [
        {"mode": mode, "type": f"openstack_{kind}", "name": f"r{place}",
         "instances": [{"attributes": attributes}]}
        for place, (mode, kind, _name, attributes) in enumerate(rows)
    ]  # fmt: skip
    return json.dumps({"version": 4, "resources": resources})


def network_rows(admin: t.Any, net: t.Any) -> list[Row]:
    """Make network, subnet, router and group as the first site of all had them."""
    public = net.find_network("public", ignore_missing=False)
    network = net.create_network(name="kubeadm-net")
    subnet = net.create_subnet(
        name="kubeadm-subnet", network_id=network.id, ip_version=4, cidr="192.168.7.0/24"
    )
    router = net.create_router(
        name="kubeadm-router", external_gateway_info={"network_id": public.id}
    )
    net.add_interface_to_router(router, subnet_id=subnet.id)
    group = net.create_security_group(name="kubeadm-k8s")
    net.create_security_group_rule(
        security_group_id=group.id, direction="ingress", ethertype="IPv4", protocol="tcp",
        port_range_min=80, port_range_max=80, remote_ip_prefix="0.0.0.0/0",
    )  # fmt: skip
    rule = {"ip_protocol": "tcp", "from_port": 80, "to_port": 80, "cidr": "0.0.0.0/0"}
    return [
        ("data", "networking_network_v2", "public", {"id": public.id, "name": "public"}),
        ("managed", "networking_network_v2", "net", {"id": network.id, "name": network.name}),
        ("managed", "networking_subnet_v2", "subnet",
         {"id": subnet.id, "name": subnet.name, "network_id": network.id,
          "cidr": subnet.cidr, "gateway_ip": subnet.gateway_ip, "enable_dhcp": True}),
        ("managed", "networking_router_v2", "router",
         {"id": router.id, "name": router.name, "external_network_id": public.id}),
        ("managed", "networking_router_interface_v2", "interface",
         {"id": "i", "router_id": router.id, "subnet_id": subnet.id}),
        ("managed", "compute_secgroup_v2", "k8s",
         {"id": group.id, "name": group.name, "rule": [rule]}),
    ]  # fmt: skip


def server_rows(cloud: t.Any, name: str, network: str) -> list[Row]:
    """Make a server with a volume, a port by Nova's own hand, and the group by its name."""
    made = cloud.create_server(
        name=f"kubeadm-{name}", image="debian-13", flavor="m1.small", network=network,
        key_name="kubeadm-key", security_groups=["kubeadm-k8s"], wait=True, auto_ip=False,
        timeout=180,
    )  # fmt: skip
    volume = cloud.create_volume(size=1, name=f"kubeadm-{name}-docker", wait=True, timeout=120)
    cloud.attach_volume(made, volume, wait=True, timeout=120)
    (port,) = cloud.network.ports(device_id=made.id)
    fixed = port.fixed_ips[0]["ip_address"]
    instance = {
        "id": made.id, "name": made.name, "access_ip_v4": fixed, "flavor_name": "m1.small",
        "image_name": "debian-13", "key_pair": "kubeadm-key", "availability_zone": "nova",
        "security_groups": ["kubeadm-k8s"],
        "network": [{"name": "kubeadm-net", "uuid": network, "port": "", "fixed_ip_v4": fixed}],
    }  # fmt: skip
    return [
        ("managed", "compute_instance_v2", name, instance),
        ("managed", "blockstorage_volume_v3", name,
         {"id": volume.id, "name": volume.name, "size": 1, "volume_type": volume.volume_type}),
        ("managed", "compute_volume_attach_v2", name,
         {"id": "a", "instance_id": made.id, "volume_id": volume.id}),
    ]  # fmt: skip


@pytest.fixture(name="site")
def _site(fresh_cloud: t.Any) -> TerraformSite:
    """Make a site as Terraform would, and read it from a state file."""
    member = fresh_cloud.connect("member")
    rows = network_rows(member, member.network)
    member.compute.create_keypair(name="kubeadm-key", public_key=PUBLIC_KEY)
    rows.append(
        ("managed", "compute_keypair_v2", "key",
         {"id": "kubeadm-key", "name": "kubeadm-key", "public_key": PUBLIC_KEY})
    )  # fmt: skip
    network = rows[1][3]["id"]
    for name in ("master", "worker0"):
        rows += server_rows(member, name, network)
    public = member.network.find_network("public").id
    (port,) = [each for each in member.network.ports() if each.device_id == rows[7][3]["id"]]
    address = member.network.create_ip(floating_network_id=public, port_id=port.id)
    rows += [
        ("managed", "networking_floatingip_v2", "master",
         {"id": address.id, "address": address.floating_ip_address, "pool": "public"}),
        ("managed", "compute_floatingip_associate_v2", "master",
         {"id": "f", "floating_ip": address.floating_ip_address, "instance_id": rows[7][3]["id"]}),
    ]  # fmt: skip
    return TerraformSite(read_state(state_of(rows), "terraform.tfstate"))


def test_a_site_of_terraform_is_adopted_kept_and_removed(
    site: TerraformSite, fresh_cloud: t.Any
) -> None:
    def run(**arguments: t.Any) -> dict[str, t.Any]:
        told = cloudruns.run(fresh_cloud.clouds, **arguments)
        assert not told.get("failed"), told["msg"]
        return told

    member = fresh_cloud.connect("member")
    before = cloudruns.listing(member)
    declared = {**site.declaration(), "adopt": site.adopt}
    planned = run(**declared, _ansible_check_mode=True)
    assert {step["op"] for step in planned["plan"]} == {"update"}, planned["plan"]
    run(**declared)
    after = cloudruns.listing(member)
    assert {kind: set(items) for kind, items in after.items()} == {
        kind: set(items) for kind, items in before.items()
    }, "adopting makes nothing and removes nothing"
    keys = {uid: name for uid, name in site.adopt.items() if name.startswith("keypair/")}
    kept = run(**{**declared, "adopt": keys})
    assert (kept["changed"], kept["plan"]) == (False, [])
    (master,) = (each for each in kept["servers"] if each["declared"] == "master")
    assert master["floating_ip"] and master["groups"] == ["kube_control_plane"]
    run(site=site.site, state="absent", confirm=site.site, adopt=keys)
    left = cloudruns.listing(member)
    assert left == {
        kind: {key: item for key, item in items.items() if item.get("name") == "default"
               or kind == "security_group_rules"}
        for kind, items in left.items()
    }  # fmt: skip
