# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site in a real OpenStack: made, kept, repaired, and removed to the last port."""

from __future__ import annotations

import collections
import itertools
import time
import typing as t
from pathlib import Path

import pytest
from cloud import Cloud, settle
from cloudproxy import CloudProxy
from cloudruns import Object, listing, run

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJh6ZVKJ0T5rUrzwmbq0lS5n6yC0QTyEPvD1h2b7GXk"
ANY = "0.0.0.0/0"
# What waits look at, and a proof.
LISTS = ("/detail", "/servers", "/volumes", "/ports")
# What the project said of requests beside those of the module: the token and the versions.
LOGIN = 2
NUMBERS = itertools.count(1)


GROUPS: tuple[Object, ...] = (
    {
        "name": "control",
        "rules": [
            {"protocol": "tcp", "ports": "6443", "remote_cidr": ANY},
            {"protocol": "tcp", "ports": "2379-2380", "remote_group": "control"},
        ],
    },
    {
        "name": "nodes",
        "rules": [
            {"protocol": "tcp", "ports": "22", "remote_cidr": ANY},
            {"protocol": "tcp", "ports": "1-65535", "remote_group": "nodes"},
            {"protocol": "4", "remote_group": "nodes"},
            {"protocol": "icmp", "remote_cidr": ANY},
        ],
    },
)


def declaration(site: str, workers: int = 1) -> Object:
    """Return a control plane, and workers with a volume each."""
    common = {
        "flavor": "m1.tiny", "image": "debian-13", "keypair": "key", "server_group": "spread",
    }  # fmt: skip
    return {
        "site": site,
        "networks": [{"name": "net", "mtu": 1400}],
        "subnets": [
            {"name": "subnet", "cidr": "192.168.0.0/24", "dns_nameservers": ["192.0.2.53"]},
        ],
        "routers": [
            {
                "name": "router", "external_network": "public", "subnets": ["subnet"],
                "routes": [{"destination": "10.99.0.0/16", "nexthop": "192.168.0.250"}],
            },
        ],
        "security_groups": [*GROUPS],
        "keypairs": [{"name": "key", "public_key": f"{KEY} me@here"}],
        "server_groups": [{"name": "spread"}],
        "servers": [
            {
                "name": "control", "groups": ["kube_control_plane"], **common,
                "ports": [
                    {"security_groups": ["control", "nodes"], "fixed_ips": ["192.168.0.10"]},
                ],
                "floating_network": "public", "user_data": "#cloud-config\n{}\n",
            },
            {
                "name": "worker", "count": workers, "groups": ["kube_node", "rook_storage"],
                "ports": [
                    {"security_groups": ["nodes"], "allowed_address_pairs": ["10.244.0.0/16"]},
                ],
                "volumes": [{"name": "osd", "size_gib": 20, "type": "fast"}], **common,
            },
        ],
    }  # fmt: skip


def remove(cloud: Cloud, site: str, **more: t.Any) -> Object:
    return run(cloud.clouds, site=site, state="absent", confirm=site, **more)


def check(cloud: Cloud, **wish: t.Any) -> Object:
    return run(cloud.clouds, **wish, _ansible_check_mode=True)


def frugal(proxy: CloudProxy, clouds: Path, most: int, looks: int = 0, **wish: t.Any) -> Object:
    """Run with few requests; a cloud where one thing ends after the other is looked at again."""
    proxy.arm()
    began = time.monotonic()
    result = run(clouds, **wish)
    took = time.monotonic() - began
    assert result.get("failed") is None, result["msg"]
    looked = collections.Counter(
        request.path for request in proxy.log
        if request.method == "GET" and request.path.endswith(LISTS)
    )  # fmt: skip
    again = looked.total() - len(looked)
    assert len(proxy.log) - again <= most and again <= looks + took, (proxy.log, took)
    return result


@pytest.fixture(name="site")
def _site(cloud: Cloud) -> t.Iterator[str]:
    """A name of the test's own; what it leaves is removed."""
    name = f"site{next(NUMBERS)}"
    yield name
    rest = [item["id"] for item in check(cloud, site=name, state="absent")["foreign"]]
    assert remove(cloud, name, release_foreign=rest)["left"] == []


def test_a_site_is_made_kept_and_removed_as_check_mode_says(
    cloud: Cloud, cloud_proxy: CloudProxy, site: str, tmp_path: Path
) -> None:
    member = cloud.connect()
    before = listing(member)
    wish = declaration(site, workers=2)
    clouds = cloud_proxy.clouds(tmp_path)
    predicted = check(cloud, **wish)
    assert predicted["changed"] is True and listing(member) == before
    made = frugal(cloud_proxy, clouds, 43, 7, **wish)
    assert made["requests"] == len(cloud_proxy.log) - LOGIN
    assert made["plan"] == predicted["plan"] and len(made["done"]) == len(made["plan"])
    control, worker, _other = made["servers"]
    assert control["addresses"][0]["address"] == "192.168.0.10" and control["floating_ip"]
    assert worker["volumes"][0]["device"].startswith("/dev/disk/by-id/virtio-")
    again = frugal(cloud_proxy, clouds, 18, **wish)
    assert again["changed"] is False and again["plan"] == [], again["plan"]
    assert len(cloud_proxy.log) <= 18 and again["servers"] == made["servers"]
    predicted = check(cloud, site=site, state="absent", confirm=site)
    gone = frugal(cloud_proxy, clouds, 40, 5, site=site, state="absent", confirm=site)
    assert gone["plan"] == predicted["plan"] and gone["left"] == []
    assert listing(member) == before
    assert remove(cloud, site)["changed"] is False


def damage(member: t.Any, site: str) -> set[str]:
    """Change something of everything behind the module's back; return what that concerns."""
    network, compute, storage = member.network, member.compute, member.block_storage
    own = f"{site}-"
    found = {
        kind: {item.name.removeprefix(own): item for item in items if item.name.startswith(own)}
        for kind, items in (
            ("port", network.ports()), ("group", network.security_groups()),
            ("server", compute.servers()), ("volume", storage.volumes()),
        )
    }  # fmt: skip
    network.update_network(network.find_network(f"{site}-net"), mtu=1300)
    subnet = network.find_subnet(f"{site}-subnet")
    network.update_subnet(subnet, dns_nameservers=["192.0.2.1"], name="renamed", enable_dhcp=False)
    router = network.find_router(f"{site}-router")
    network.update_router(router, routes=[], description=router.description + " and more")
    nodes = found["group"]["nodes"]
    network.delete_security_group_rule(nodes.security_group_rules[-1]["id"])
    network.create_security_group_rule(
        security_group_id=nodes.id, direction="ingress", protocol="udp",
        port_range_min=5, port_range_max=5, ethertype="IPv4",
    )  # fmt: skip
    network.update_port(found["port"]["worker-1-net"], allowed_address_pairs=[])
    address = next(ip for ip in network.ips() if ip.port_id == found["port"]["control-net"].id)
    network.update_ip(address, port_id=None)
    taken = {fixed["ip_address"] for port in network.ports() for fixed in port.fixed_ips}
    other = next(ip for place in range(77, 99) if (ip := f"192.168.0.{place}") not in taken)
    network.update_port(
        found["port"]["control-net"], security_groups=[nodes.id],
        fixed_ips=[{"subnet_id": subnet.id, "ip_address": other}],
    )  # fmt: skip
    compute.set_server_metadata(found["server"]["worker-1"], rook_groups="nobody")
    compute.stop_server(found["server"]["control"])
    compute.wait_for_server(found["server"]["control"], status="SHUTOFF", interval=1)
    storage.update_volume(found["volume"]["worker-1-osd"], name="renamed")
    return {
        "network/net", "subnet/subnet", "router/router", "rules/nodes", "port/worker-1-net",
        "port/control-net", "floating_ip/control", "server/worker-1", "server/control",
        "volume/worker-1-osd",
    }  # fmt: skip


def test_all_that_was_changed_is_predicted_and_repaired(cloud: Cloud, site: str) -> None:
    wish = declaration(site)
    other = {"site": f"{site}-b", "networks": [{"name": "net"}], "keypairs": wish["keypairs"]}
    run(cloud.clouds, **other)
    made = run(cloud.clouds, **wish)
    assert made.get("failed") is None, made["msg"]
    concerned = damage(cloud.connect(), site)
    predicted = check(cloud, **wish)
    assert {step["target"] for step in predicted["plan"]} == concerned, predicted["plan"]
    assert {step["op"] for step in predicted["plan"]} == {"update"}
    repaired = run(cloud.clouds, **wish)
    assert repaired.get("failed") is None, repaired["msg"]
    assert repaired["plan"] == predicted["plan"]
    assert run(cloud.clouds, **wish)["plan"] == []
    wish["servers"][1]["volumes"][0]["size_gib"] = 21
    wish["servers"][1]["count"] = 2
    grown = run(cloud.clouds, **wish)
    assert grown.get("failed") is None, grown["msg"]
    assert [step["op"] for step in grown["plan"] if step["target"] == "volume/worker-1-osd"] == [
        "update"
    ]
    wish["servers"][1]["count"] = 1
    assert "Drain it" in run(cloud.clouds, **wish, confirm=site)["msg"]
    shrunk = run(cloud.clouds, **wish, confirm=site, drained=["worker-2"])
    assert shrunk.get("failed") is None, shrunk["msg"]
    assert run(cloud.clouds, **wish)["plan"] == []
    assert run(cloud.clouds, **other)["changed"] is False
    assert remove(cloud, other["site"])["left"] == []


def test_what_others_left_is_named_and_goes_only_with_permission(cloud: Cloud, site: str) -> None:
    wish = declaration(site)
    made = run(cloud.clouds, **wish)
    assert made.get("failed") is None, made["msg"]
    member = cloud.connect()
    network = member.network
    net = network.find_network(f"{site}-net")
    port = network.create_port(network_id=net.id, device_owner="Octavia", device_id="lb-4711")
    worker = made["servers"][1]
    volume = member.block_storage.create_volume(
        name="pvc-1", size=1, metadata={"cinder.csi.openstack.org/cluster": site}
    )
    settle(member)
    member.compute.create_volume_attachment(worker["id"], volume_id=volume.id)
    snapshot = member.block_storage.create_snapshot(
        volume_id=worker["volumes"][0]["id"], name="mine", is_forced=True
    )
    extra = network.create_network(name="elsewhere")
    subnet = network.create_subnet(network_id=extra.id, ip_version=4, cidr="10.9.0.0/24")
    network.add_interface_to_router(network.find_router(f"{site}-router"), subnet_id=subnet.id)
    interface = next(item for item in network.ports() if item.network_id == extra.id)
    settle(member)
    before = listing(member)
    refused = remove(cloud, site)
    assert refused["failed"] is True and listing(member) == before
    for told in (
        f"port {port.id}, owner Octavia lb-4711",
        f"volume {volume.id} pvc-1, owner Kubernetes cluster {site}",
        f"snapshot {snapshot.id} mine",
        f"port {interface.id}",
    ):
        assert told in refused["msg"]
    assert run(cloud.clouds, **wish)["changed"] is False
    ids = [port.id, volume.id, snapshot.id, interface.id]
    gone = remove(cloud, site, release_foreign=ids)
    assert gone.get("failed") is None, gone["msg"]
    assert gone["left"] == []
    network.delete_network(extra)


def test_what_the_cloud_cannot_hold_is_told_before_and_after_the_first_write(
    cloud: Cloud, site: str
) -> None:
    wish = declaration(site, workers=500)
    wish["servers"][0]["image"] = "nowhere"
    refused = run(cloud.clouds, **wish)
    assert refused["failed"] is True and refused["changed"] is False
    assert "is no image that this project can see" in refused["msg"]
    assert "quota instances: needs 501" in refused["msg"]
    wish = declaration(site)
    wish["servers"][1]["flavor"] = "m1.nowhere"
    failed = run(cloud.clouds, **wish)
    assert failed["changed"] is True and "No valid host was found" in failed["msg"]
    assert "create server/control" in failed["done"]
    # It never started, so what takes its place needs no permission but the word for the removal.
    mended = run(cloud.clouds, **declaration(site), confirm=site)
    assert mended.get("failed") is None, mended["msg"]
    assert [step["op"] for step in mended["plan"]] == ["delete", "create"]
    assert run(cloud.clouds, **declaration(site))["plan"] == []


def test_networks_go_with_what_joins_them_and_groups_keep_their_word(
    cloud: Cloud, site: str
) -> None:
    out = {"direction": "egress", "protocol": "tcp", "ports": "443"}
    one: Object = {
        "site": site, "networks": [{"name": "a"}],
        "subnets": [{"name": "a", "cidr": "10.8.1.0/24"}],
        "routers": [{"name": "a", "external_network": "public", "subnets": ["a"]}],
        "security_groups": [{"name": "a", "rules": [*GROUPS[0]["rules"][:1], out]}],
    }  # fmt: skip
    named = {**one["subnets"][0], "network": "a"}
    more: Object = {
        **one, "networks": [*one["networks"], {"name": "b"}],
        "subnets": [
            named,
            {"name": "b", "network": "b", "cidr": "10.8.2.0/24"},
            {"name": "c", "network": "a", "cidr": "FD00:8::/64", "dns_nameservers": ["FD00::53"]},
        ],
        "routers": [*one["routers"], {"name": "b", "subnets": ["b", "c"]}],
    }  # fmt: skip
    for wish in (more, one):
        done = run(cloud.clouds, **wish)
        assert done.get("failed") is None, done["msg"]
        assert run(cloud.clouds, **wish)["plan"] == []


def test_a_volume_that_is_made_again_serves_its_server_in_the_same_run(
    cloud: Cloud, site: str
) -> None:
    volume: Object = {"name": "data", "size_gib": 1, "type": "fast"}
    server = {"name": "node", "flavor": "m1.tiny", "image": "debian-13", "volumes": [volume]}
    wish: Object = {
        "site": site, "networks": [{"name": "net"}], "servers": [server],
        "subnets": [{"name": "subnet", "cidr": "10.8.3.0/24"}],
    }  # fmt: skip
    made = run(cloud.clouds, **wish)
    assert made.get("failed") is None, made["msg"]
    volume["type"] = "slow"
    asked = {**wish, "replace": ["volume/node-data"], "confirm": site}
    assert "volume/node-data: volume_type is 'fast'" in run(cloud.clouds, **asked)["msg"]
    again = run(cloud.clouds, **asked, drained=["node"])
    assert again.get("failed") is None, again["msg"]
    (before,), (after,) = (result["servers"][0]["volumes"] for result in (made, again))
    assert before["id"] != after["id"] and run(cloud.clouds, **wish)["plan"] == []


def test_a_subnet_leaves_its_router_in_the_run_that_takes_the_floating_ip_away(
    cloud: Cloud, site: str
) -> None:
    server = {"name": "node", "flavor": "m1.tiny", "image": "debian-13"}
    inside: Object = {
        "site": site, "networks": [{"name": "net"}], "servers": [server],
        "subnets": [{"name": "subnet", "cidr": "10.8.4.0/24"}],
        "routers": [{"name": "router", "external_network": "public"}],
    }  # fmt: skip
    router = {**inside["routers"][0], "subnets": ["subnet"]}
    outside = {
        **inside, "routers": [router], "servers": [{**server, "floating_network": "public"}],
    }  # fmt: skip
    for wish in (outside, inside):
        done = run(cloud.clouds, **wish, confirm=site)
        assert done.get("failed") is None, done["msg"]
        assert run(cloud.clouds, **wish)["plan"] == []
