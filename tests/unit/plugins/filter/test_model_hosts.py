# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups decide which node holds data."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.filter.model_hosts import (
    FilterModule,
    model_hosts,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Host
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


@pytest.mark.parametrize("adopted", ["true", True, "false", None])
def test_a_node_that_is_a_control_plane_only_takes_no_pods_unless_it_is_adopted(
    adopted: str | bool | None,
) -> None:
    names, given = ("cp1", "cp2", "w1"), {"rook_kubernetes_adopt": adopted}
    groups = {"kube_control_plane": ["cp1", "cp2"], "kube_node": ["cp2", "w1"]}
    hosts = model_hosts(groups, dict.fromkeys(names, given))
    plain = adopted in ("false", None)
    assert {name: Host.CONTROL_PLANE in host["labels"] for name, host in hosts.items()} == {
        "cp1": plain, "cp2": False, "w1": False,
    }  # fmt: skip
    model = {"site": "store1", "version": "1.18", "operator": {"manifests": "/x"}, "hosts": hosts}
    site, _found = read_site(model)
    assert site is not None and [host.takes_pods for host in site.hosts] == [not plain, True, True]


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
