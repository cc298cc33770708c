# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All kubelets look in the same place, and say so themselves."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from conftest import Kubectl
    from testinfra.host import Host

testinfra_hosts = ["ansible://kube_node"]
WANTED = "/var/lib/kubelet/volumeplugins"


@pytest.mark.parametrize("node", ["cp1", "w1"])
def test_the_kubelet_itself_says_where_it_looks(node: str, kubectl: Kubectl) -> None:
    config = kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/configz")["kubeletconfig"]
    assert config["volumePluginDir"].rstrip("/") == WANTED


def test_the_directory_is_there(host: Host) -> None:
    assert host.file(WANTED).is_directory


def test_both_nodes_are_ready(kubectl: Kubectl) -> None:
    ready = {
        node["metadata"]["name"]: each["status"]
        for node in kubectl("get", "nodes", "-o", "json")["items"]
        for each in node["status"]["conditions"]
        if each["type"] == "Ready"
    }
    assert ready == {"cp1": "True", "w1": "True"}
