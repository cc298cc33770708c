# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A class is ready when its driver is registered on every node that takes pods."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._kinds import children_of
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
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


def settings(**data: str) -> Object:
    return thing("ConfigMap", "rook-ceph-operator-config", data=data)


def test_what_rook_is_told_to_start_is_waited_for_although_others_are_there() -> None:
    by_rook = Expect(release=(1, 19))
    told = settings(ROOK_CSI_ENABLE_RBD="true")
    verdict = readiness(CLASS, [other_driver(), told, *NODES], by_rook)
    assert isinstance(verdict, NotReady)
    assert verdict.reason.startswith(f"there is no CSIDriver {DRIVER}")
    # It is another release that reads them, and another operator's.
    assert readiness(CLASS, [other_driver(), told, *NODES], Expect(release=(1, 20))) == Ready()
    stranger = {**told, "metadata": {"name": "settings"}}
    assert readiness(CLASS, [other_driver(), stranger, *NODES], by_rook) == Ready()


@pytest.mark.parametrize(
    "data",
    [
        {"ROOK_CSI_ENABLE_RBD": "false"},
        {"ROOK_CSI_ENABLE_RBD": "true", "ROOK_CSI_DISABLE_DRIVER": "true"},
    ],
)
def test_what_rook_is_told_to_leave_out_is_not_waited_for(data: dict[str, str]) -> None:
    told = settings(**data)
    for others in ([], [other_driver()]):
        assert readiness(CLASS, [*others, told, *NODES], Expect(release=(1, 19))) == Ready()
    # Somebody else has set it up.
    assert readiness(CLASS, [ROLLED_OUT, told, *NODES], Expect(release=(1, 19))) != Ready()


def test_where_the_settings_do_not_say_others_tell() -> None:
    by_rook = Expect(release=(1, 19))
    assert readiness(CLASS, [other_driver(), settings(), *NODES], by_rook) == Ready()
    assert readiness(CLASS, [settings(), *NODES], by_rook) != Ready()


@pytest.mark.parametrize("release", [(1, 18), (1, 20)])
def test_a_driver_that_the_csi_operator_is_to_make_is_waited_for(release: tuple[int, int]) -> None:
    expect = Expect(release=release)
    other = thing("Driver", "rook-ceph.cephfs.csi.ceph.com")
    assert readiness(CLASS, [other_driver(), other, *NODES], expect) == Ready()
    wanted = thing("Driver", DRIVER)
    assert readiness(CLASS, [other_driver(), other, wanted, *NODES], expect) != Ready()


def test_the_settings_are_looked_for_where_the_secrets_of_the_class_are() -> None:
    asked = {kind: namespace for _api, kind, namespace, _selector in children_of(CLASS)}
    assert "ConfigMap" not in asked and asked["Driver"] == ""
    home = {"csi.storage.k8s.io/provisioner-secret-namespace": "vault"}
    asked = {kind: where for _api, kind, where, _ in children_of({**CLASS, "parameters": home})}
    assert asked["ConfigMap"] == "vault"


def test_a_driver_of_1_1_is_known_by_the_nodes_alone() -> None:
    every = [csi_node(name, DRIVER) for name in ("w1", "w2", "w3")]
    assert readiness(CLASS, [*NODES, *every]) == Ready()
    assert isinstance(readiness(CLASS, [*NODES, *every[:2]]), NotReady)


def test_the_nodes_with_the_driver_are_the_parts_of_a_class() -> None:
    assert ready_parts(CLASS, [ROLLED_OUT, *NODES, *ON_TWO]) == {"CSINode//w1", "CSINode//w2"}
