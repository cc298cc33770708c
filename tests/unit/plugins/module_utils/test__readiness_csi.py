# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A class is ready when its driver is registered on every node that takes pods."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    NotReady,
    Ready,
    readiness,
    ready_parts,
)

Object = dict[str, t.Any]
DRIVER = "rook-ceph.rbd.csi.ceph.com"
CLASS: Object = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "block"},
    "provisioner": DRIVER,
}


def thing(kind: str, name: str, **more: t.Any) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}


def node(name: str, **spec: t.Any) -> Object:
    return thing("Node", name, spec=spec)


def csi_node(name: str, *drivers: str) -> Object:
    return thing("CSINode", name, spec={"drivers": [{"name": driver} for driver in drivers]})


def plugin(wanted: int) -> Object:
    word = f"--kubelet-registration-path=/var/lib/kubelet/plugins/{DRIVER}/csi.sock"
    containers = [{"name": "registrar", "args": [word]}]
    spec = {"template": {"spec": {"containers": containers}}}
    return thing("DaemonSet", "plugin", spec=spec, status={"desiredNumberScheduled": wanted})


def other_driver() -> Object:
    return thing("CSIDriver", "rook-ceph.cephfs.csi.ceph.com")


ROLLED_OUT = thing("CSIDriver", DRIVER)
NODES = [node("w1"), node("w2"), node("w3")]
ON_TWO = [csi_node("w1", DRIVER), csi_node("w2", "other", DRIVER), csi_node("w3", "other")]


def test_the_nodes_that_lack_the_driver_are_named() -> None:
    verdict = readiness(CLASS, [ROLLED_OUT, *NODES, *ON_TWO])
    assert isinstance(verdict, NotReady)
    assert verdict.reason == (
        f"driver {DRIVER} is not registered on 1 of 3 nodes that take pods (w3)"
    )


def test_many_nodes_are_not_all_named() -> None:
    verdict = readiness(CLASS, [ROLLED_OUT, *(node(f"w{number}") for number in range(9))])
    assert isinstance(verdict, NotReady)
    assert verdict.reason.endswith("on 9 of 9 nodes that take pods (w0, w1, w2, w3, w4 and 4 more)")


@pytest.mark.parametrize(
    "last",
    [
        node("w3", unschedulable=True),
        node("w3", taints=[{"key": "control-plane", "effect": "NoSchedule"}]),
        node("w3", taints=[{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}]),
    ],
)
def test_a_node_that_takes_no_pods_needs_no_driver(last: Object) -> None:
    assert readiness(CLASS, [ROLLED_OUT, *NODES[:2], last, *ON_TWO]) == Ready()


def test_a_plugin_that_is_to_run_on_some_nodes_only_is_waited_for_there() -> None:
    assert readiness(CLASS, [ROLLED_OUT, plugin(2), *NODES, *ON_TWO]) == Ready()
    assert isinstance(readiness(CLASS, [ROLLED_OUT, plugin(3), *NODES, *ON_TWO]), NotReady)


@pytest.mark.parametrize("provisioner", ["ceph.rook.io/block", "rook-ceph.ceph.rook.io/bucket"])
def test_a_class_without_a_csi_driver_is_ready(provisioner: str) -> None:
    other = {**CLASS, "provisioner": provisioner}
    assert readiness(other, [ROLLED_OUT, *NODES, *ON_TWO]) == Ready()
    assert readiness(other, NODES) == Ready()


def test_a_driver_that_nobody_has_set_up_yet_is_named() -> None:
    stranger = thing("CSIDriver", "other.rbd.csi.ceph.com")
    told = NotReady(
        f"there is no CSIDriver {DRIVER}, which its operator has to make; driver {DRIVER} is not "
        "registered on 3 of 3 nodes that take pods (w1, w2, w3)"
    )
    assert readiness(CLASS, [stranger, *NODES]) == told
    # Its plugin is there already, and so is another driver of its operator.
    assert readiness(CLASS, [other_driver(), plugin(3), *NODES]) == told


def test_without_nodes_that_take_pods_no_driver_is_waited_for() -> None:
    assert readiness(CLASS, [node("cp1", unschedulable=True)]) == Ready()


def test_a_driver_that_its_operator_leaves_out_is_not_waited_for() -> None:
    assert readiness(CLASS, [other_driver(), *NODES]) == Ready()


def test_a_driver_of_1_1_is_known_by_the_nodes_alone() -> None:
    every = [csi_node(name, DRIVER) for name in ("w1", "w2", "w3")]
    assert readiness(CLASS, [*NODES, *every]) == Ready()
    assert isinstance(readiness(CLASS, [*NODES, *every[:2]]), NotReady)


def test_the_nodes_with_the_driver_are_the_parts_of_a_class() -> None:
    assert ready_parts(CLASS, [ROLLED_OUT, *NODES, *ON_TWO]) == {"CSINode//w1", "CSINode//w2"}
