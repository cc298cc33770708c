# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declaration is read as a whole, and everything that is wrong with it is told at once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud.desired import desired
from ansible_collections.rookery.rook.plugins.module_utils._cloud.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError

SERVER = {"name": "w", "flavor": "f", "image": "i"}
SITE: dict[str, t.Any] = {
    "site": "store1",
    "networks": [{"name": "net"}],
    "subnets": [{"name": "subnet", "cidr": "192.0.2.0/24"}],
    "servers": [SERVER],
}


def problems(**more: t.Any) -> list[str]:
    with pytest.raises(ModelError) as caught:
        parse_site({**SITE, **more})
    return [str(problem) for problem in caught.value.problems]


def test_all_problems_are_told_at_once() -> None:
    told = problems(
        subnets=[{"name": "a b", "cidr": "192.0.2.1/24", "network": "nte"}],
        routers=[{"name": "r", "subnets": ["nowhere"]}],
        servers=[{**SERVER, "count": 2, "names": ["a", "b"], "keypair": "key"}],
    )
    text = "\n".join(told)
    for part in (
        "subnets[0].name: 'a b' is not letters",
        "subnets[0].cidr: '192.0.2.1/24' is no network",
        "subnets[0].network: 'nte' is not in networks. The nearest is net",
        "routers[0].subnets: 'nowhere' is not in subnets",
        "servers[0].count: 2 goes not with names",
        "servers[a].keypair: 'key' is not in keypairs",
    ):
        assert part in text
    assert len(told) == len(set(told))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"ports": "22"}, "needs a protocol that has ports"),
        ({"protocol": "tcp", "ports": "90-80"}, "is no port or range of ports"),
        ({"protocol": "tcp", "ports": "70000"}, "is no port or range of ports"),
        ({"protocol": "tcp", "ports": "0-80"}, "is no port or range of ports"),
        ({"remote_cidr": "192.0.2.0/24", "remote_group": "g"}, "goes not with remote_cidr"),
        ({"remote_group": "other"}, "is not in security_groups"),
        ({"remote_cidr": "2001:db8::/64"}, "is not of ethertype IPv4"),
        ({"remote_cidr": "192.0.2.0/24", "ethertype": "IPv6"}, "is not of ethertype IPv6"),
    ],
)
def test_a_rule_that_cannot_be_is_told(rule: dict[str, str], told: str) -> None:
    assert told in "\n".join(problems(security_groups=[{"name": "g", "rules": [rule]}]))


@pytest.mark.parametrize(
    ("server", "told"),
    [
        ({"metadata": {"rook_site": "x"}}, "is this collection's own name"),
        ({"name": "Upper"}, "cannot be a host's"),
        ({"ports": [{"fixed_ips": ["192.0.2.5"]}], "count": 2}, "has 1 addresses for 2 servers"),
        ({"ports": [{"network": "other"}]}, "is not in networks"),
        ({"ports": [{"fixed_ips": ["192.0.2.500"]}]}, "is not an IP address"),
    ],
)
def test_a_server_that_cannot_be_is_told(server: dict[str, t.Any], told: str) -> None:
    assert told in "\n".join(problems(servers=[{**SERVER, **server}]))


def test_user_data_that_nova_does_not_take_are_told_by_their_length() -> None:
    parse_site({**SITE, "servers": [{**SERVER, "user_data": "x" * 49149}]})
    (told,) = problems(servers=[{**SERVER, "user_data": "x" * 49152}])
    assert "user_data: has 65536 characters as base64, and Nova takes 65535" in told
    assert "xxx" not in told


def test_a_router_without_gateway_hides_nothing() -> None:
    told = problems(routers=[{"name": "r", "enable_snat": False}])
    assert "enable_snat: goes not without external_network" in "\n".join(told)


def test_an_address_is_kept_as_the_cloud_writes_it() -> None:
    ports = [{"fixed_ips": ["2001:DB8:0::5"]}]
    subnets = [{"name": "subnet", "cidr": "2001:db8::/64"}]
    wish = {**SITE, "subnets": subnets, "servers": [{**SERVER, "ports": ports}]}
    (server,) = parse_site(wish).servers
    assert server.ports[0].address == "2001:db8::5"


def test_what_is_to_be_adopted_has_to_have_a_name_of_the_site() -> None:
    assert "is not the name of a thing" in problems(adopt={"id": "floor/1"})[0]


def test_two_networks_leave_no_only_one() -> None:
    told = problems(networks=[{"name": "a"}, {"name": "b"}])
    assert "there is not one of networks alone. Name one of: a, b" in "\n".join(told)


def test_all_ports_are_no_ports_as_the_cloud_keeps_them() -> None:
    rules = [{"protocol": "tcp", "ports": "1-65535"}, {"protocol": "tcp"}]
    site = parse_site({**SITE, "security_groups": [{"name": "g", "rules": rules}]})
    assert len(site.security_groups[0].rules) == 1


def test_servers_of_one_entry_take_zones_and_addresses_in_turn() -> None:
    entry = {
        **SERVER, "count": 3, "availability_zones": ["a", "b"],
        "ports": [{"fixed_ips": ["192.0.2.5", "192.0.2.6", "192.0.2.7"]}],
    }  # fmt: skip
    servers = parse_site({**SITE, "servers": [entry]}).servers
    assert [server.name for server in servers] == ["w-1", "w-2", "w-3"]
    assert [server.availability_zone for server in servers] == ["a", "b", "a"]
    assert [server.ports[0].address for server in servers] == [
        "192.0.2.5",
        "192.0.2.6",
        "192.0.2.7",
    ]


def test_everything_needs_what_it_refers_to_and_a_port_its_subnet() -> None:
    wanted = desired(parse_site(SITE))
    assert set(wanted) == {"network/net", "subnet/subnet", "port/w-net", "server/w"}
    assert {"network/net", "subnet/subnet"} <= wanted["port/w-net"].needs
    assert "port/w-net" in wanted["server/w"].needs
    assert wanted["network/net"].attributes["description"] == (
        "rookery.rook: site store1, network/net"
    )


def test_protocols_are_those_that_the_cloud_keeps() -> None:
    rules = [
        {"protocol": "icmpv6", "ethertype": "IPv6"}, {"protocol": "icmp", "ethertype": "IPv6"},
        {"protocol": "icmp"}, {"protocol": "any"},
    ]  # fmt: skip
    (group,) = parse_site(
        {**SITE, "security_groups": [{"name": "g", "rules": rules}]}
    ).security_groups
    assert {rule.protocol for rule in group.rules} == {"ipv6-icmp", "icmp", None}


def test_a_load_balancer_has_a_name_that_its_mark_can_carry() -> None:
    balancer = {"name": "my lb", "subnet": "subnet"}
    assert (
        "load_balancers[0].name: 'my lb' is not letters" in problems(load_balancers=[balancer])[0]
    )


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {
                "servers": [{**SERVER, "floating_network": "public"}],
                "load_balancers": [{"name": "w", "subnet": "subnet", "floating_network": "public"}],
            },
            "floating_ip/w",
        ),
        (
            {
                "servers": [
                    {**SERVER, "volumes": [{"name": "1-osd", "size_gib": 1}]},
                    {**SERVER, "name": "w-1", "volumes": [{"name": "osd", "size_gib": 1}]},
                ],
            },
            "volume/w-1-osd",
        ),
    ],
)
def test_two_things_of_one_name_are_told(more: dict[str, t.Any], told: str) -> None:
    with pytest.raises(ModelError, match=f"{told}: is declared twice"):
        desired(parse_site({**SITE, **more}))
