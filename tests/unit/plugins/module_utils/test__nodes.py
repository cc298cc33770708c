# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is missing of a node, and which directory most kubelets have."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _nodes


def test_a_node_that_has_said_nothing_yet_is_not_ready() -> None:
    assert "has not reported yet" in (_nodes.unready({}) or "")
    assert _nodes.summary({})["address"] == ""


def test_an_address_comes_before_those_of_pods() -> None:
    bare = {"metadata": {"name": "w1"}}
    assert _nodes.missing(["w1"], [bare], "addressed") == {"w1": "it has no address yet"}
    assert _nodes.missing(["w1"], [bare], "known") == {}


@pytest.mark.parametrize(
    ("dirs", "common"),
    [
        ({}, ""),
        ({"a": "/x", "b": "/y", "c": "/y"}, "/y"),
        ({"a": "/y", "b": "/x"}, "/x"),
    ],
)
def test_the_common_directory_is_that_of_most_nodes(dirs: dict[str, str], common: str) -> None:
    assert _nodes.common_plugin_dir(dirs) == common


def test_a_kubelet_without_an_answer_has_no_directory() -> None:
    assert _nodes.plugin_dir({}) == ""
    assert _nodes.plugin_dir({"kubeletconfig": {"volumePluginDir": "/x/"}}) == "/x"


def test_of_two_addresses_the_first_is_the_one_of_its_pods() -> None:
    addresses = [
        {"type": "Hostname", "address": "w1"}, {"type": "InternalIP", "address": "192.0.2.1"},
        {"type": "InternalIP", "address": "2001:db8::1"},
    ]  # fmt: skip
    node = {"spec": {"podCIDR": "10.244.1.0/24"}, "status": {"addresses": addresses}}
    assert _nodes.summary(node)["address"] == "192.0.2.1"
