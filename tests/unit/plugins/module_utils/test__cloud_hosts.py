# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers become hosts: where they are reached, by which keys, and which disks are Ceph's."""

from __future__ import annotations

import shlex
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud_hosts import (
    Way,
    groups_of,
    hosts_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError


def server(name: str, *groups: str, public: str = "", volumes: t.Sequence[str] = ()) -> t.Any:
    """Return a server as the modules tell it."""
    return {
        "name": f"store1-{name}", "declared": name, "id": f"id-{name}", "status": "ACTIVE",
        "groups": list(groups), "availability_zone": "az1", "host_id": "",
        "addresses": [{"network": "net", "address": f"192.168.0.{len(name)}", "mac": ""}],
        "floating_ip": public,
        "volumes": [{"name": each, "id": each, "size_gib": 1, "device": f"/dev/disk/by-id/{each}"}
                    for each in volumes],
    }  # fmt: skip


VOLUME = "9b5c3a1e-58b7-4a31-8f52-0f6b8a523f0e"
SERVERS = [
    server("w", "kube_node", public="203.0.113.9"),
    server("cp", "kube_control_plane", public="203.0.113.8"),
    server("osd", "kube_node", "rook_storage", volumes=["osd-1", "docker"]),
]


def words(host: t.Mapping[str, t.Any]) -> list[str]:
    return [
        word for word in shlex.split(host["ansible_ssh_common_args"]) if word not in ("-o", "-i")
    ]


def through(host: t.Mapping[str, t.Any]) -> list[str]:
    """Return the words of the command that leads to a host by another one."""
    (found,) = (word for word in words(host) if word.startswith("ProxyCommand="))
    return shlex.split(found.removeprefix("ProxyCommand="))


def test_groups_are_those_of_the_servers_and_the_known_ones_are_always_there() -> None:
    assert groups_of(SERVERS) == {
        "kube_control_plane": ["cp"],
        "kube_node": ["w", "osd"],
        "rook_storage": ["osd"],
    }
    assert groups_of([]) == {"kube_control_plane": [], "kube_node": [], "rook_storage": []}


def test_a_floating_ip_is_where_a_host_is_reached_but_not_its_own_address() -> None:
    host = hosts_of(SERVERS, Way("/k"))["cp"]
    assert (host["ansible_host"], host["rook_kubernetes_node_ip"]) == ("203.0.113.8", "192.168.0.2")
    assert [word for word in words(host) if word.startswith("ProxyCommand")] == []


def test_who_has_no_floating_ip_is_reached_through_the_control_plane() -> None:
    host = hosts_of(SERVERS, Way("/k", user="debian", private_key_file="/key"))["osd"]
    inner = through(host)
    assert host["ansible_host"] == "192.168.0.3"
    assert inner[:3] == ["ssh", "-W", "[%h]:%p"] and inner[-1] == "debian@203.0.113.8"
    assert "HostKeyAlias=id-cp" in inner and inner[inner.index("-i") + 1] == "/key"
    assert "HostKeyAlias=id-osd" in words(host)


def test_the_user_of_the_way_is_that_of_the_host_whoever_names_it() -> None:
    host = hosts_of(SERVERS, Way("/k"))["osd"]
    assert "ansible_user" not in host
    # As ssh has it from Ansible's ansible_user, a machine credential of AWX or -u.
    assert through(host)[-1] == "%r@203.0.113.8"


def test_a_bastion_goes_before_a_control_plane() -> None:
    servers = [*SERVERS, server("jump", "bastion", public="203.0.113.7")]
    assert "203.0.113.7" in hosts_of(servers, Way("/k"))["osd"]["ansible_ssh_common_args"]


@pytest.mark.parametrize("status", ["SHUTOFF", "SHELVED_OFFLOADED", "ERROR"])
def test_no_way_leads_through_a_server_that_is_off_while_another_runs(status: str) -> None:
    off = {**server("jump", "bastion", public="203.0.113.7"), "status": status}
    assert through(hosts_of([off, *SERVERS], Way("/k"))["osd"])[-1] == "%r@203.0.113.8"
    assert through(hosts_of([off, SERVERS[2]], Way("/k"))["osd"])[-1] == "%r@203.0.113.7"


def test_fixed_addresses_need_no_jump() -> None:
    hosts = hosts_of(SERVERS, Way("/k", address="fixed"))
    assert {host["ansible_host"] for host in hosts.values()} == {
        "192.168.0.1", "192.168.0.2", "192.168.0.3",
    }  # fmt: skip
    assert "ProxyCommand" not in str(hosts)


def test_servers_at_one_address_share_no_connection() -> None:
    here, there = "5f1c8c1e-3b0f-4c5e-9d36-3e0a4f0b8f52", "5f1c8c1e-77d2-4a31-8f52-0f6b8a523f0e"
    twins = [{**server("w", "kube_node"), "id": uid, "declared": uid} for uid in (here, there)]
    hosts = hosts_of(twins, Way("/k"))
    assert hosts[here]["ansible_host"] == hosts[there]["ansible_host"]
    paths = [hosts[uid]["ansible_control_path"] % {"directory": "/cp"} for uid in (here, there)]
    # ssh puts the user there, as another one on the same server needs another connection.
    assert paths == ["/cp/5f1c8c1e-3b0f-%r", "/cp/5f1c8c1e-77d2-%r"]


def test_the_own_address_is_of_the_network_that_is_named() -> None:
    addresses = [
        {"network": "front", "address": "192.168.1.1", "mac": ""},
        {"network": "net", "address": "192.168.0.1", "mac": ""},
    ]
    double = {**server("two", "kube_node"), "addresses": addresses}
    found = [
        hosts_of([double], Way("/k", network=name))["two"]["rook_kubernetes_node_ip"]
        for name in ("", "net", "none")
    ]
    assert found == ["192.168.1.1", "192.168.0.1", ""]


@pytest.mark.parametrize(
    ("addresses", "found"),
    [
        (["2001:db8::11", "203.0.113.11"], "203.0.113.11"),
        (["192.0.2.11", "2001:db8::11"], "192.0.2.11"),
        (["2001:db8::11", "fd00::11"], "2001:db8::11"),
        (["192.168.10.11", "192.168.9.11"], "192.168.10.11"),
    ],
)
def test_of_two_protocols_all_servers_have_the_same(addresses: list[str], found: str) -> None:
    told = [{"network": "net", "address": each, "mac": ""} for each in addresses]
    told += [{"network": "storage", "address": "10.0.0.11", "mac": ""}]
    dual = {**server("w", "kube_node"), "addresses": told}
    host = hosts_of([dual], Way("/k"))["w"]
    assert (host["ansible_host"], host["rook_kubernetes_node_ip"]) == (found, found)


@pytest.mark.parametrize(("pinned", "word"), [(True, "yes"), (False, "accept-new")])
def test_keys_are_always_checked(pinned: bool, word: str) -> None:
    for host in hosts_of(SERVERS, Way("/a b/k", pinned_only=pinned)).values():
        assert f"StrictHostKeyChecking={word}" in words(host)
        assert 'UserKnownHostsFile="/a b/k"' in words(host)
        assert "CheckHostIP=no" in words(host)
        assert "StrictHostKeyChecking=no" not in host["ansible_ssh_common_args"]
        assert host["ansible_host_key_checking"] is True


def test_a_server_that_is_gone_is_not_waited_for_nor_one_on_the_way() -> None:
    host = hosts_of(SERVERS, Way("/k", user="debian"))["osd"]
    for way in (words(host), through(host)):
        assert {"ServerAliveInterval=30", "ServerAliveCountMax=4"} <= set(way)


def test_disks_are_claimed_by_stable_name_and_only_where_data_is_held() -> None:
    hosts = hosts_of(SERVERS, Way("/k", storage_volumes=["osd*"]))
    assert hosts["osd"]["rook_node_devices"] == ["/dev/disk/by-id/virtio-osd-1"]
    assert "rook_node_devices" not in hosts["w"]
    assert len(hosts_of(SERVERS, Way("/k"))["osd"]["rook_node_devices"]) == 2


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("virtio-{id:.20}", "virtio-9b5c3a1e-58b7-4a31-8"),
        ("scsi-0QEMU_QEMU_HARDDISK_{id}", f"scsi-0QEMU_QEMU_HARDDISK_{VOLUME}"),
        ("wwn-0x{hex}", "wwn-0x9b5c3a1e58b74a318f520f6b8a523f0e"),
    ],
)
def test_a_disk_has_the_name_that_its_way_into_the_guest_gives(link: str, found: str) -> None:
    way = Way("/k", device_link=f"/dev/disk/by-id/{link}")
    hosts = hosts_of([server("w", "rook_storage", volumes=[VOLUME])], way)
    assert hosts["w"]["rook_node_devices"] == [f"/dev/disk/by-id/{found}"]


@pytest.mark.parametrize("link", ["virtio-{id:.20}", "/dev/disk/by-id/x", "{uid}", "{", "{}", ""])
def test_a_link_that_names_no_volume_is_refused(link: str) -> None:
    with pytest.raises(RookeryError, match=r"device_link: .* names no volume"):
        Way("/k", device_link=link)


def test_a_server_without_an_address_yet_is_a_host_all_the_same() -> None:
    bare = {**server("new", "kube_node"), "addresses": []}
    assert hosts_of([bare], Way("/k"))["new"]["ansible_host"] == ""
