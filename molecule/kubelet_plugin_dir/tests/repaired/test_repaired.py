# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All kubelets look in the same place, and say so themselves."""

from __future__ import annotations

import typing as t

import pytest

if t.TYPE_CHECKING:
    from conftest import Eventually, Kubectl, Run, Unready
    from testinfra.host import Host

testinfra_hosts = ["ansible://kube_node"]
WANTED = "/var/lib/kubelet/volumeplugins"
MANIFEST = "/etc/kubernetes/manifests/kube-controller-manager.yaml"


NODES = ("cp1", "w1", "w2")


@pytest.mark.parametrize("node", NODES)
def test_the_kubelet_itself_says_where_it_looks(node: str, kubectl: Kubectl) -> None:
    config = kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/configz")["kubeletconfig"]
    assert config["volumePluginDir"].rstrip("/") == WANTED


def test_the_directory_is_there(host: Host) -> None:
    assert host.file(WANTED).is_directory


def test_only_the_kubelet_that_differed_was_restarted(runs: list[Run]) -> None:
    repair, again = runs[-2:]
    assert {host for _task, host in repair.results("changed")} == {"w1"}
    assert again.results("changed") == set()


def test_the_controller_manager_looks_there_too(host: Host) -> None:
    if not host.file(MANIFEST).exists:
        return
    assert f"--flex-volume-plugin-dir={WANTED}" in host.file(MANIFEST).content_string


def test_all_nodes_are_ready(unready: Unready, eventually: Eventually) -> None:
    eventually(unready(*NODES), 120)
