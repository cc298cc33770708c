# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operators leave is told from what others made with the same kinds."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._remains import (
    KINDS,
    drivers_of,
    is_handed_over,
    remains,
)

DRIVERS = drivers_of("rook-ceph", {}, [])


def made(kind: str, name: str, namespace: str = "", connection: str = "") -> dict[str, t.Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    spec = {"cephConnectionRef": {"name": connection}} if connection else {}
    return {"kind": kind, "metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    "manifest",
    [
        made("CSIDriver", "rook-ceph.rbd.csi.ceph.com"),
        made("CephConnection", "rook-ceph", "rook-ceph"),
        made("ConfigMap", "rook-ceph-pdbstatemap", "rook-ceph"),
        made("ClientProfile", "rook-ceph", "rook-ceph", "rook-ceph"),
        # Rook calls the one of a subvolume group by a hash.
        made("ClientProfile", "3fe1c2", "rook-ceph", "rook-ceph"),
    ],
)
def test_what_is_for_the_cluster_remains(manifest: dict[str, t.Any]) -> None:
    assert remains(manifest, "rook-ceph", DRIVERS)
    assert not remains(manifest, "rook", drivers_of("rook", {}, []))


@pytest.mark.parametrize(
    "manifest",
    [
        made("CSIDriver", "rook-ceph.example.com"),
        made("CephConnection", "external", "rook-ceph"),
        made("ConfigMap", "settings", "rook-ceph"),
        made("ConfigMap", "rook-ceph-pdbstatemap", "elsewhere"),
        made("CephConnection", "rook-ceph", "elsewhere"),
        made("ClientProfile", "rook-ceph", "rook-ceph", "external"),
        made("ClientProfile", "rook-ceph", "elsewhere", "rook-ceph"),
        made("Driver", "rook-ceph.rbd.csi.ceph.com", "rook-ceph"),
    ],
)
def test_what_is_for_another_cluster_is_somebody_elses(manifest: dict[str, t.Any]) -> None:
    assert not remains(manifest, "rook-ceph", DRIVERS)


TOLD = [
    ("Driver", "rook-ceph.rbd.csi.ceph.com"),
    ("OperatorConfig", "ceph-csi-operator-config"),
    ("ConfigMap", "rook-csi-operator-image-set-configmap"),
]


def written(kind: str, name: str, manager: str = "rook", **labels: str) -> dict[str, t.Any]:
    item = made(kind, name, "rook-ceph")
    item["metadata"] |= {"labels": labels, "managedFields": [{"manager": manager}]}
    return item


@pytest.mark.parametrize(("kind", "name"), TOLD)
def test_what_rook_tells_the_csi_operator_is_known_by_who_wrote_it(kind: str, name: str) -> None:
    assert is_handed_over(written(kind, name))
    assert not is_handed_over(written(kind, name, manager="kubectl-client-side-apply"))
    assert not is_handed_over(written(kind, f"my-{name}-2"))
    for keeper in ("Helm", "rookery"):
        labels = {"app.kubernetes.io/managed-by": keeper}
        assert not is_handed_over(written(kind, name, **labels))


@pytest.mark.parametrize(("kind", "name"), TOLD[:2])
def test_what_rook_tells_the_csi_operator_remains(kind: str, name: str) -> None:
    assert remains(written(kind, name), "rook-ceph", DRIVERS)
    assert not remains(written(kind, name), "elsewhere", DRIVERS)
    assert not remains(written(kind, name, manager="kubectl"), "rook-ceph", DRIVERS)


INSIDE = {"namespace": "rook-ceph"}
ENVIRONMENT = [{"name": "CSI_DRIVER_NAME_PREFIX", "value": "own"}]


@pytest.mark.parametrize(
    ("config", "item"),
    [
        ({"CSI_DRIVER_NAME_PREFIX": "own"}, None),
        ({}, {"kind": "ConfigMap", "metadata": {"name": "rook-ceph-operator-config", **INSIDE},
              "data": {"CSI_DRIVER_NAME_PREFIX": "own"}}),
        ({}, {"kind": "Driver", "metadata": {"name": "own.rbd.csi.ceph.com", **INSIDE}}),
        ({}, {"kind": "Deployment", "metadata": {"name": "rook-ceph-operator", **INSIDE},
              "spec": {"template": {"spec": {"containers": [{"env": ENVIRONMENT}]}}}}),
    ],
)  # fmt: skip
def test_drivers_with_a_prefix_of_their_own_remain_too(
    config: dict[str, str], item: dict[str, t.Any] | None
) -> None:
    drivers = drivers_of("rook-ceph", config, [item] if item else [])
    assert remains(made("CSIDriver", "own.rbd.csi.ceph.com"), "rook-ceph", drivers)
    assert remains(made("CSIDriver", "rook-ceph.cephfs.csi.ceph.com"), "rook-ceph", drivers)
    assert not remains(made("CSIDriver", "other.rbd.csi.ceph.com"), "rook-ceph", drivers)


def test_the_settings_of_another_namespace_tell_nothing() -> None:
    driver = {"kind": "Driver", "metadata": {"name": "own.rbd.csi.ceph.com", "namespace": "other"}}
    assert drivers_of("rook-ceph", {}, [driver]) == DRIVERS


def agent(name: str, namespace: str = "rook-ceph", app: str = "") -> dict[str, t.Any]:
    pods = {"metadata": {"labels": {"app": app or name}}}
    return {**made("DaemonSet", name, namespace), "spec": {"template": pods}}


def test_what_flexvolume_ran_on_every_node_remains() -> None:
    for name in ("rook-agent", "rook-ceph-agent", "rook-discover"):
        assert remains(agent(name), "rook-ceph", DRIVERS)
        assert not remains(agent(name, "elsewhere"), "rook-ceph", DRIVERS)
    assert not remains(agent("rook-agent", app="hers"), "rook-ceph", DRIVERS)
    assert not remains(agent("log-agent"), "rook-ceph", DRIVERS)


def test_every_such_kind_is_in_the_table() -> None:
    assert set(_kinds.KINDS) >= KINDS
