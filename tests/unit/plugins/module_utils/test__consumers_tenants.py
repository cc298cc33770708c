# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who lives in a namespace of ours, and would go with it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._consumers import find_tenants

Params = dict[str, t.Any]


def kept(kind: str, name: str, **metadata: t.Any) -> Params:
    return {"kind": kind, "metadata": {"namespace": "rook-ceph", "name": name, **metadata}}


def test_what_nobody_of_us_has_made_is_a_tenant() -> None:
    items = [kept("ConfigMap", "settings"), kept("Deployment", "rook-ceph-tools")]
    assert find_tenants("store1", items) == (
        "ConfigMap/rook-ceph/settings", "Deployment/rook-ceph/rook-ceph-tools",
    )  # fmt: skip


def test_what_somebody_elses_operator_has_made_is_a_tenant() -> None:
    """Its resource is of a kind that nobody here knows, and would go with the namespace."""

    def owned(kind: str, name: str, *owners: str) -> Params:
        refs = [{"apiVersion": owner, "kind": "X", "name": "x", "uid": "1"} for owner in owners]
        return kept(kind, name, ownerReferences=refs)

    items = [
        owned("StatefulSet", "prometheus", "monitoring.coreos.com/v1"),
        owned("PersistentVolumeClaim", "db-1", "apps/v1", "postgresql.cnpg.io/v1"),
        owned("Deployment", "mon", "ceph.rook.io/v1"),
        owned("Deployment", "plugin", "csi.ceph.io/v1"),
        owned("Pod", "web-1", "apps/v1"),
        owned("Pod", "once", "batch/v1"),
    ]
    assert find_tenants("store1", items) == (
        "PersistentVolumeClaim/rook-ceph/db-1", "StatefulSet/rook-ceph/prometheus",
    )  # fmt: skip


def labels(**values: str) -> Params:
    return {f"app.kubernetes.io/{key.replace('_', '-')}": value for key, value in values.items()}


@pytest.mark.parametrize(
    "item",
    [
        kept("ConfigMap", "ours", labels=labels(part_of="store1", managed_by="rookery")),
        kept("Pod", "owned", ownerReferences=[{"kind": "ReplicaSet", "name": "x"}]),
        kept("Deployment", "mon", labels=labels(managed_by="rook-ceph-operator")),
        kept("Job", "cluster-cleanup-job-w1", labels={"app": "rook-ceph-cleanup"}),
        {
            **kept("DaemonSet", "rook-agent"),
            "spec": {"template": {"metadata": {"labels": {"app": "rook-agent"}}}},
        },
        kept("ConfigMap", "kube-root-ca.crt"),
        kept("Secret", "rook-ceph-mon"),
        {**kept("Secret", "token"), "type": "kubernetes.io/service-account-token"},
    ],
    ids=lambda item: item["metadata"]["name"],
)
def test_ours_and_what_rook_and_kubernetes_make_are_no_tenants(item: Params) -> None:
    assert find_tenants("store1", [item]) == ()
