# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that are declared: refused when no port can have them, and given to nobody else."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud.addresses import cramped
from ansible_collections.rookery.rook.plugins.module_utils._cloud.desired import desired
from ansible_collections.rookery.rook.plugins.module_utils._cloud.differ import (
    creation,
    differences,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found, Sight
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError

Declared = dict[str, t.Any]


ROUTER = {"name": "r", "subnets": ["subnet"]}


def site(
    *addresses: str,
    subnet: Declared | None = None,
    port: Declared | None = None,
    **more: t.Any,
) -> Declared:
    """Return servers with addresses of one subnet."""
    ports: list[Declared] = [{"fixed_ips": list(addresses), **(port or {})}]
    return {
        "site": "store1",
        "networks": [{"name": "net"}],
        "subnets": [{"name": "subnet", "cidr": "192.0.2.0/24", **(subnet or {})}],
        "servers": [
            {
                "name": "w", "flavor": "f", "image": "i", "count": max(len(addresses), 1),
                "ports": ports if addresses else [port or {}],
            },
        ],
        **more,
    }  # fmt: skip


def pools(declared: Declared) -> list[tuple[str, str]]:
    """Return from where to where a new subnet gives addresses away."""
    made = desired(parse_site(declared))["subnet/subnet"].created
    return [(pool["start"], pool["end"]) for pool in made.get("allocation_pools", [])]


@pytest.mark.parametrize(
    ("addresses", "subnet", "given"),
    [
        ((), {}, []),
        (("192.0.2.10",), {}, [("192.0.2.2", "192.0.2.9"), ("192.0.2.11", "192.0.2.254")]),
        (
            ("192.0.2.10", "192.0.2.11", "192.0.2.254"),
            {},
            [("192.0.2.2", "192.0.2.9"), ("192.0.2.12", "192.0.2.253")],
        ),
        (
            ("192.0.2.1",),
            {"gateway_ip": "192.0.2.254"},
            [("192.0.2.2", "192.0.2.253")],
        ),
        (("192.0.2.2",), {"cidr": "192.0.2.0/30"}, []),
        (
            ("2001:db8::10",),
            {"cidr": "2001:db8::/64"},
            [
                ("2001:db8::2", "2001:db8::f"),
                ("2001:db8::11", "2001:db8::ffff:ffff:ffff:ffff"),
            ],
        ),
        (
            ("192.0.2.10",),
            {"allocation_pools": [{"start": "192.0.2.5", "end": "192.0.2.20"}]},
            [("192.0.2.5", "192.0.2.20")],
        ),
    ],
)
def test_a_new_subnet_gives_away_all_but_what_is_declared(
    addresses: tuple[str, ...], subnet: Declared, given: list[tuple[str, str]]
) -> None:
    assert pools(site(*addresses, subnet=subnet)) == given


def test_the_address_of_a_load_balancer_is_its_own() -> None:
    balancer = {"name": "api", "subnet": "subnet", "address": "192.0.2.3"}
    declared = site(load_balancers=[balancer])
    assert pools(declared) == [("192.0.2.2", "192.0.2.2"), ("192.0.2.4", "192.0.2.254")]


def test_who_changes_the_pools_of_a_subnet_is_left_alone() -> None:
    """They are told when it is created, and never compared."""
    wanted = desired(parse_site(site("192.0.2.10")))["subnet/subnet"]
    (told,) = (
        change for change in creation(wanted, Found(), Sight()) if change.path == "allocation_pools"
    )
    assert told.new[0] == {"start": "192.0.2.2", "end": "192.0.2.9"}
    live = {**wanted.attributes, "allocation_pools": [{"start": "192.0.2.2", "end": "192.0.2.3"}]}
    compared = differences(wanted, live, Found(), Sight())
    assert "allocation_pools" not in {change.path for change in compared}


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        (
            site("198.51.100.5", port={"subnet": "subnet"}),
            "servers[w-1].ports.fixed_ips: '198.51.100.5' is not in subnet subnet (192.0.2.0/24)."
            " Choose another one.",
        ),
        (
            site(load_balancers=[{"name": "a", "subnet": "subnet", "address": "198.51.100.5"}]),
            "load_balancers[a].address: '198.51.100.5' is not in subnet subnet (192.0.2.0/24)."
            " Choose another one.",
        ),
        (
            site("192.0.2.255"),
            "servers[w-1].ports.fixed_ips: '192.0.2.255' is the broadcast address of subnet "
            "subnet. Choose another one.",
        ),
        (
            site("192.0.2.0"),
            "servers[w-1].ports.fixed_ips: '192.0.2.0' is the network address of subnet "
            "subnet. Choose another one.",
        ),
        (
            site("192.0.2.7", subnet={"gateway_ip": "192.0.2.7"}, routers=[ROUTER]),
            "servers[w-1].ports.fixed_ips: '192.0.2.7' is the gateway of subnet subnet."
            " Choose another one.",
        ),
        (
            site("2001:db8::7", "2001:db8:0::7", subnet={"cidr": "2001:db8::/64"}),
            "servers[w-2].ports.fixed_ips: '2001:db8::7' is that of servers[w-1].ports.fixed_ips, "
            "too. Choose another one.",
        ),
        (
            site(
                "192.0.2.7",
                load_balancers=[{"name": "api", "subnet": "subnet", "address": "192.0.2.7"}],
            ),
            "load_balancers[api].address: '192.0.2.7' is that of servers[w-1].ports.fixed_ips, too."
            " Choose another one.",
        ),
        (
            site(load_balancers=[{"name": "api", "subnet": "subnet", "address": "192.0.2"}]),
            "load_balancers[0].address: '192.0.2' is not an IP address. Write it like 192.0.2.1.",
        ),
        (
            site("192.0.2.7", subnet={"cidr": ""}),
            "subnets[0].cidr: '' is empty. Write it like 192.0.2.0/24.",
        ),
        (
            site("192.0.2.7", subnet={"cidr": "192.0.2.0/240"}),
            "subnets[0].cidr: '192.0.2.0/240' is no network: '192.0.2.0/240' does not appear to be"
            " an IPv4 or IPv6 network. Write it like 192.0.2.0/24.",
        ),
    ],
)
def test_an_address_that_no_port_can_have_is_told_before_anything_is_made(
    declared: Declared, told: str
) -> None:
    with pytest.raises(ModelError) as caught:
        parse_site(declared)
    assert [str(problem) for problem in caught.value.problems] == [told]


def test_a_port_may_have_an_address_in_any_subnet_of_its_network() -> None:
    subnets = [{"name": "subnet", "cidr": "192.0.2.0/24"}, {"name": "b", "cidr": "198.51.100.0/24"}]
    declared = site("198.51.100.5", subnets=subnets)
    assert pools(declared) == []
    other = desired(parse_site(declared))["subnet/b"].created["allocation_pools"]
    assert other[0] == {"start": "198.51.100.2", "end": "198.51.100.4"}


@pytest.mark.parametrize(
    "declared",
    [
        # Others may have a subnet there, and a server may be what leads out of one.
        site("198.51.100.5"),
        site("192.0.2.7", subnet={"gateway_ip": "192.0.2.7"}),
        site("192.0.2.1", subnet={"cidr": "192.0.2.0/31"}),
        site("2001:db8::", subnet={"cidr": "2001:db8::/64"}),
    ],
)
def test_an_address_that_may_be_right_is_left_to_the_cloud(declared: Declared) -> None:
    assert parse_site(declared).servers[0].ports[0].address


FULL = [f"192.0.2.{number}" for number in range(2, 7)]
BESIDE = "has 0 beside the gateway and what is declared, and 1 are needed"
SMALL = {"cidr": "192.0.2.0/29"}
BALANCER = [{"name": "api", "subnet": "subnet"}]
BOTH = [{"name": name, "network": "net", "cidr": "192.0.2.0/29"} for name in ("subnet", "b")]


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        (site(*FULL, subnet=SMALL), f"{BESIDE}, with the one that the cloud takes for DHCP."),
        (site(*FULL, subnet={**SMALL, "enable_dhcp": False}), ""),
        (site(*FULL[1:], subnet=SMALL), ""),
        (
            site(*FULL[1:], subnet={**SMALL, "enable_dhcp": False}, load_balancers=BALANCER),
            "",
        ),
        (
            site(*FULL, subnet={**SMALL, "enable_dhcp": False}, load_balancers=BALANCER),
            f"{BESIDE}. Take a larger cidr.",
        ),
        (site(subnet={"cidr": "192.0.2.0/31"}), "has 1 beside the gateway"),
        (site(subnet={"cidr": "192.0.2.0/32"}), "has 0 beside the gateway"),
        (site(subnet={"cidr": "192.0.2.0/30"}), "has 1 beside the gateway and what is declared"),
        (site(subnet={"cidr": "2001:db8::/64"}), ""),
        (site(*FULL, subnets=BOTH), ""),
        (
            site(*FULL, subnet={**SMALL, "allocation_pools": [{"start": FULL[0], "end": FULL[0]}]}),
            "",
        ),
    ],
)
def test_a_new_subnet_with_too_few_addresses_is_told(declared: Declared, told: str) -> None:
    wanted = list(desired(parse_site(declared)).values())
    problems = [str(problem) for problem in cramped(wanted)]
    assert len(problems) == bool(told) and all(told in problem for problem in problems), problems
    # What is there has room for what is in it.
    assert not list(cramped([item for item in wanted if item.kind != "network"]))


def test_one_server_has_no_address_twice() -> None:
    declared = site("192.0.2.7")
    declared["servers"][0]["ports"] *= 2
    with pytest.raises(ModelError, match=r"'192\.0\.2\.7' is that of servers\[w-1\]"):
        parse_site(declared)


def test_an_address_that_servers_share_is_given_to_none() -> None:
    pairs = ["192.0.2.9", "192.0.2.11/32", "10.244.0.0/16", "fa:16:3e:00:00:01"]
    assert pools(site(port={"allowed_address_pairs": pairs})) == [
        ("192.0.2.2", "192.0.2.8"),
        ("192.0.2.10", "192.0.2.10"),
        ("192.0.2.12", "192.0.2.254"),
    ]
