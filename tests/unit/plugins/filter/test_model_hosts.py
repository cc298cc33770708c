# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups decide which node holds data."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.filter.model_hosts import FilterModule, model_hosts
from ansible_collections.rookery.rook.plugins.module_utils._preflight import read_site, sentence

DISK = "/dev/disk/by-id/x"


def test_only_storage_nodes_bring_their_devices() -> None:
    hostvars = {name: {"rook_node_devices": [DISK]} for name in ("cp1", "w1", "w2")}
    groups = {
        "kube_control_plane": ["cp1"],
        "kube_node": ["w1", "w2"],
        "rook_storage": ["w2"],
        "all": ["cp1", "w1", "w2", "x"],
    }
    hosts = model_hosts(groups, hostvars)
    assert list(hosts) == ["cp1", "w1", "w2"]
    assert [hosts[name]["devices"] for name in hosts] == [[], [], [DISK]]


def test_a_control_plane_may_hold_data() -> None:
    hosts = model_hosts(
        {"kube_control_plane": ["cp1"], "rook_storage": ["cp1"]},
        {"cp1": {"rook_node_directories": ["/srv/osd"]}},
    )
    assert hosts == {"cp1": {"devices": [], "directories": ["/srv/osd"], "labels": {}}}


def test_no_groups_no_hosts() -> None:
    assert FilterModule().filters()["model_hosts"]({}, {}) == {}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("rook_node_devices", DISK, f"rook_node_devices of w1: '{DISK}' is a string, not a list."),
        ("rook_node_labels", "zone=a", "rook_node_labels of w1: 'zone=a' is a string, not a "),
    ],
)
def test_a_text_in_the_place_of_a_list_is_told_as_that(name: str, value: str, said: str) -> None:
    hosts = model_hosts({"rook_storage": ["w1"]}, {"w1": {name: value}})
    _site, found = read_site({"site": "store1", "version": "1.18", "hosts": hosts})
    told = [sentence(finding) for finding in found]
    assert [text for text in told if text.startswith(said)] and "(/)" not in str(told), told
