# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared addresses in a real Neutron, which chooses those of all others at random."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from cloud import Cloud
from cloudruns import Object, run

NUMBERS = itertools.count(1)
SMALL = "192.168.9.0/29"
ALL = ["192.168.9.2", "192.168.9.3", "192.168.9.4", "192.168.9.5", "192.168.9.6"]
# An address of a range, those beside it, and the first that is no gateway of any release.
RANGES = (
    ("192.168.10.0/24", "192.168.10.77", ("192.168.10.76", "192.168.10.78"), "192.168.10.2"),
    ("fd00:9::/64", "fd00:9::77", ("fd00:9::76", "fd00:9::78"), "fd00:9::2"),
)


@pytest.fixture(name="site")
def _site(cloud: Cloud) -> t.Iterator[str]:
    """A site of the test's own, which is removed."""
    name = f"addresses{next(NUMBERS)}"
    yield name
    gone = run(cloud.clouds, site=name, state="absent", confirm=name)
    assert gone.get("failed") is None and gone["left"] == [], gone


def declaration(site: str, cidr: str, *servers: tuple[str, int, list[str]]) -> Object:
    """Return servers of one subnet, by name, how many, and their addresses."""
    return {
        "site": site,
        "networks": [{"name": "net"}],
        "subnets": [{"name": "subnet", "cidr": cidr, "enable_dhcp": False}],
        "servers": [
            {
                "name": name, "count": count, "flavor": "m1.tiny", "image": "debian-13",
                "ports": [{"fixed_ips": addresses} if addresses else {}],
            }
            for name, count, addresses in servers
        ],
    }  # fmt: skip


def test_a_network_that_is_just_large_enough_suffices(cloud: Cloud, site: str) -> None:
    """Those whose address is left to the cloud come first, and take none that is declared."""
    wish = declaration(site, SMALL, ("any", 3, []), ("own", 2, [ALL[1], ALL[4]]))
    predicted = run(cloud.clouds, **wish, _ansible_check_mode=True)
    made = run(cloud.clouds, **wish)
    assert made.get("failed") is None, made["msg"]
    assert made["plan"] == predicted["plan"]
    given = {server["name"]: server["addresses"][0]["address"] for server in made["servers"]}
    assert sorted(given.values()) == ALL
    assert (given[f"{site}-own-1"], given[f"{site}-own-2"]) == (ALL[1], ALL[4])
    again = run(cloud.clouds, **wish)
    assert again["changed"] is False and again["plan"] == []


def test_an_address_that_something_else_has_is_told(cloud: Cloud, site: str) -> None:
    made = run(cloud.clouds, **declaration(site, SMALL, ("any", 1, [])))
    taken = made["servers"][0]["addresses"][0]["address"]
    refused = run(cloud.clouds, **declaration(site, SMALL, ("any", 1, []), ("own", 1, [taken])))
    assert refused["failed"] is True and refused["changed"] is False
    assert f"IP address {taken} already allocated" in refused["msg"], refused["msg"]
    assert "declare another one, or free it" in refused["msg"]
    assert "create port/own-1-net" in refused["msg"]


@pytest.mark.parametrize(("cidr", "declared", "beside", "first"), RANGES)
def test_a_subnet_gives_away_what_the_cloud_would_but_for_one(
    cloud: Cloud, site: str, cidr: str, declared: str, beside: tuple[str, str], first: str
) -> None:
    network = cloud.connect().network
    run(cloud.clouds, **declaration(site, cidr))
    (whole,) = network.find_subnet(f"{site}-subnet").allocation_pools
    run(cloud.clouds, site=site, state="absent", confirm=site)
    made = run(cloud.clouds, **declaration(site, cidr, ("own", 1, [declared])))
    assert made.get("failed") is None, made["msg"]
    parts = network.find_subnet(f"{site}-subnet").allocation_pools
    told = {(part["start"], part["end"]) for part in parts}
    assert told == {(first, beside[0]), (beside[1], whole["end"])}
