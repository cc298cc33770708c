# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formula of placement against the 48 measured cells: 8 layouts on 1 to 6 hosts."""

from __future__ import annotations

import re

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._model.types import (
    Erasure,
    Host,
    Layout,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement import (
    domain_names,
    placement,
    unlabelled,
)

# Measured with Ceph 16.2, 18.2 and 20.2, one OSD on each host: hosts 1 to 6, and for each
# min_size, placed, writes with all hosts, with one host killed, with it marked out.
# a = all writes acknowledged, n = none, s = some. After "marked out" some erasure-coded writes pass
# because an OSD then holds two chunks of a group, against the failure domain.
MEASURED = """
size 1: 1/1ann 1/1ass 1/1ass 1/1ass 1/1ass 1/1ass
size 2: 1/1ann 1/2aaa 1/2aaa 1/2aaa 1/2aaa 1/2aaa
size 3: 2/1nnn 2/2ann 2/3aaa 2/3aaa 2/3aaa 2/3aaa
size 4: 2/1nnn 2/2ann 2/3aaa 2/4aaa 2/4aaa 2/4aaa
EC 2+1: 2/1nnn 2/2ann 2/3aaa 2/3aaa 2/3aaa 2/3aaa
EC 2+2: 3/1nnn 3/2nnn 3/3ans 3/4aaa 3/4aaa 3/4aaa
EC 3+2: 4/1nnn 4/2nnn 4/3nnn 4/4ans 4/5aaa 4/5aaa
EC 4+2: 5/1nnn 5/2nnn 5/3nnn 5/4nnn 5/5ans 5/6aaa
"""


def layout_of(name: str) -> Layout:
    numbers = [int(number) for number in re.findall(r"\d+", name)]
    if name.startswith("EC"):
        return Layout(None, Erasure(*numbers), "host", None)
    return Layout(numbers[0], None, "host", None)


def cells() -> list[tuple[str, int, str]]:
    rows = [line.split(": ") for line in MEASURED.strip().splitlines()]
    return [(name, hosts, cell) for name, row in rows for hosts, cell in enumerate(row.split(), 1)]


def test_there_are_48_measured_cells() -> None:
    assert len(cells()) == 48


@pytest.mark.parametrize(("name", "hosts", "cell"), cells())
def test_the_formula_agrees_with_the_measured_cell(name: str, hosts: int, cell: str) -> None:
    least, placed, now, killed, out = re.fullmatch(r"(\d)/(\d)(.)(.)(.)", cell).groups()
    found = placement(layout_of(name), hosts)
    assert (found.least, found.placed) == (int(least), int(placed))
    assert found.writable == (now == "a")
    assert found.survives_one == (killed == "a")
    assert found.writable_after_out == (out == "a")


def test_the_least_size_for_healing_is_one_domain_more_than_pieces() -> None:
    assert not placement(layout_of("size 3"), 3).heals
    assert placement(layout_of("size 3"), 4).heals


def test_two_of_three_chunks_on_two_hosts_keep_no_data_at_a_loss() -> None:
    found = placement(layout_of("EC 2+1"), 2)
    assert found.writable and not found.clean and not found.survives_one and not found.keeps_data


def host(name: str, devices: int, **labels: str) -> Host:
    return Host(name, tuple(f"/dev/{name}{number}" for number in range(devices)), (), labels)


def test_hosts_without_devices_are_no_failure_domain() -> None:
    hosts = [host("a", 1), host("b", 0), host("c", 2)]
    assert domain_names(hosts, "host") == ("a", "c")
    assert len(domain_names(hosts, "osd")) == 3


def test_zones_are_counted_by_label_and_hosts_without_it_are_named() -> None:
    zone = "topology.kubernetes.io/zone"
    hosts = [host("a", 1, **{zone: "x"}), host("b", 1, **{zone: "x"}), host("c", 1)]
    assert domain_names(hosts, "zone") == ("x",)
    assert unlabelled(hosts, "zone") == ("c",)
    assert unlabelled(hosts, "host") == ()
