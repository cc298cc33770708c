# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes are told as the API knows them, and a wait that fails names each node's reason."""

from __future__ import annotations

import functools
import threading
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _module, _node_waiter
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import WaitTimeout
from ansible_collections.rookery.rook.plugins.modules import kubernetes_node_info
from fakekube import FakeKube
from onsite import run_module

Run = t.Callable[..., dict[str, t.Any]]
PLUGINS, OTHER = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec", "/opt/plugins"


def node(name: str, ready: str = "True", cidr: str = "10.244.1.0/24") -> dict[str, t.Any]:
    condition = {"type": "Ready", "status": ready, "reason": "KubeletNotReady", "message": "no CNI"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "spec": {"podCIDR": cidr},
        "status": {
            "addresses": [{"type": "InternalIP", "address": "192.0.2.21"}],
            "conditions": [condition],
            "nodeInfo": {"kubeletVersion": "v1.34.4"},
        },
    }


@pytest.fixture(name="kube")
def _kube(monkeypatch: pytest.MonkeyPatch) -> FakeKube:
    kube = FakeKube()
    kube.apply(node("w1"))
    kube.apply(node("w2", "False", ""))
    for name, directory in (("w1", PLUGINS), ("w2", OTHER)):
        answer = {"kubeletconfig": {"volumePluginDir": f"{directory}/"}}
        kube.objects[Ref("v1", "Node", "", f"{name}/proxy/configz")] = {
            "apiVersion": "", "kind": "", "metadata": {}, **answer,
        }  # fmt: skip
    connect = classmethod(lambda _cls, *_where, **_how: kube)
    monkeypatch.setattr(_module.KubeClient, "connect", connect)
    return kube


@pytest.fixture(name="run")
def _run(kube: FakeKube, capsys: pytest.CaptureFixture[str]) -> Run:
    assert kube
    return functools.partial(run_module, capsys, kubernetes_node_info, wait_timeout=1)


def test_all_nodes_are_told_and_nothing_is_waited_for(run: Run) -> None:
    result = run(False)
    assert result["changed"] is False and result["nodes"]["w1"] == {
        "address": "192.0.2.21", "pod_cidr": "10.244.1.0/24", "version": "v1.34.4",
        "ready": True, "reason": "",
    }  # fmt: skip
    assert result["nodes"]["w2"]["reason"] == "condition Ready is False: KubeletNotReady no CNI"
    assert result == run(True)


@pytest.mark.parametrize(
    ("until", "reason"),
    [
        ("known", "w3: the API knows no node of this name"),
        ("addressed", "w2: it has no pod addresses yet"),
        ("ready", "w2: condition Ready is False: KubeletNotReady no CNI"),
    ],
)
def test_a_wait_that_reaches_its_limit_says_why(run: Run, until: str, reason: str) -> None:
    assert run(False, nodes=["w1"], until=until)["ready"] is True
    result = run(False, nodes=["w1", "w2", "w3"], until=until)
    assert result["failed"] is True
    assert "limit after 1 s" in result["msg"] and reason in result["msg"]
    assert "w1:" not in result["msg"]


def test_an_api_that_is_not_reached_is_told_also_where_no_node_is_waited_for() -> None:
    class Away(FakeKube):
        def list(self, *_where: t.Any, **_how: t.Any) -> t.Any:
            raise UnreachableError("list", "nodes", "connection refused")

    times = iter((0.0, 60.0))
    with pytest.raises(WaitTimeout, match=r"nodes: .*connection refused"):
        _node_waiter.wait_for_nodes(Away(), [], "now", 60, lambda: next(times))


def test_each_kubelet_is_asked_for_its_directory(run: Run) -> None:
    result = run(False, nodes=["w1", "w2"], configz=True)
    assert result["volume_plugin_dirs"] == {"w1": PLUGINS, "w2": OTHER}
    assert run(False)["volume_plugin_dirs"] == {}


def test_a_kubelet_with_another_directory_is_waited_for_and_named(run: Run) -> None:
    wish = {"configz": True, "volume_plugin_dir": f"{PLUGINS}/"}
    assert run(False, nodes=["w1"], **wish)["volume_plugin_dirs"] == {"w1": PLUGINS}
    result = run(False, nodes=["w1", "w2"], **wish)
    assert f"w2: its kubelet uses {OTHER}, not {PLUGINS}" in result["msg"]


def test_kubelets_that_cannot_be_reached_are_asked_together_and_once_the_time_is_over_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, met, names = [0.0], threading.Barrier(2, timeout=10), ["w1", "w2", "w3"]

    class Blocked(FakeKube):
        def get(self, ref: Ref) -> t.Any:
            met.wait()
            now[0] = 120.0
            met.wait()
            raise UnreachableError("read", f"Node {ref.name}", "i/o timeout")

    monkeypatch.setattr(_node_waiter, "THREADS", 2)
    with pytest.raises(WaitTimeout) as caught:
        _node_waiter.wait_for_plugin_dirs(Blocked(), names, "", 60, lambda: now[0])
    assert str(caught.value).count("i/o timeout") == 2
    assert "w3: the time was over before it was asked" in str(caught.value)


def test_the_directory_that_kubeadm_gives_to_new_nodes_is_told(run: Run, kube: FakeKube) -> None:
    assert run(False, nodes=["w1"], configz=True)["configured_volume_plugin_dir"] == ""
    text = f'kind: KubeletConfiguration\nvolumePluginDir: "{OTHER}/"\n'
    meta = {"name": "kubelet-config", "namespace": "kube-system"}
    kube.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"kubelet": text}}
    )
    assert run(False, nodes=["w1"], configz=True)["configured_volume_plugin_dir"] == OTHER
    assert run(False)["configured_volume_plugin_dir"] == ""
