# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of the kinds of Kubernetes itself. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import (
    Child,
    Fixed,
    Kind,
    Ref,
)

CLEANUP_SELECTOR = "app=rook-ceph-cleanup"

_RBAC = "rbac.authorization.k8s.io"
_CLASS = "Kubernetes does not change this field of a storage class"
_CLASS_WAY = (
    "Remove the class (volumes made with it stay) and run again, or add a class with another name."
)


def _builtin(name: str, group: str, plural: str, *, namespaced: bool = True, **more: t.Any) -> Kind:
    """Return the row of a kind of Kubernetes itself."""
    return Kind(name, group, "v1", plural, namespaced, more.pop("stage", "operator"), **more)


_DAEMONS = ("ServiceAccount", "ConfigMap", "Secret", "Role", "RoleBinding", "ClusterRole")
_RUNS_ON = (*_DAEMONS, "ClusterRoleBinding", "CustomResourceDefinition")
_CONTAINERS: Mapping[str, str] = {
    "spec.template.spec.containers": "name",
    "spec.template.spec.containers[*].env": "name",
    "spec.template.spec.volumes": "name",
}

OPERATOR_ROWS = (
    _builtin("Namespace", "", "namespaces", namespaced=False, readiness="namespace"),
    _builtin(
        "CustomResourceDefinition",
        "apiextensions.k8s.io",
        "customresourcedefinitions",
        namespaced=False,
        readiness="definition",
        holds_data=True,
    ),
    # Kubernetes had it until 1.24.
    Kind(
        "PodSecurityPolicy",
        "policy",
        "v1beta1",
        "podsecuritypolicies",
        namespaced=False,
        stage="operator",
        until=(1, 9),
    ),
    _builtin("ClusterRole", _RBAC, "clusterroles", namespaced=False),
    _builtin("ClusterRoleBinding", _RBAC, "clusterrolebindings", namespaced=False),
    _builtin("ServiceAccount", "", "serviceaccounts"),
    _builtin("Role", _RBAC, "roles"),
    _builtin("RoleBinding", _RBAC, "rolebindings"),
    _builtin("ConfigMap", "", "configmaps"),
    _builtin("Secret", "", "secrets"),
    _builtin("Service", "", "services"),
    # The operator's settings say what its drivers are called, so they go last.
    _builtin("CSIDriver", "storage.k8s.io", "csidrivers", namespaced=False, needs=("ConfigMap",)),
    _builtin(
        "Deployment",
        "apps",
        "deployments",
        # An operator makes the drivers' objects again as long as it runs.
        needs=(*_RUNS_ON, "CSIDriver"),
        readiness="deployment",
        set_like=_CONTAINERS,
    ),
    _builtin(
        "DaemonSet",
        "apps",
        "daemonsets",
        needs=_RUNS_ON,
        readiness="daemonset",
        set_like=_CONTAINERS,
    ),
)

JOB = _builtin(
    "Job", "batch", "jobs", stage="cluster", readiness="job", observed_by=CLEANUP_SELECTOR
)

CLASS_ROWS = (
    _builtin(
        "StorageClass",
        "storage.k8s.io",
        "storageclasses",
        namespaced=False,
        stage="storage",
        needs=("CephCluster", "Cluster"),
        readiness="class",
        children=(
            Child("CSIDriver", ""),
            Child("CSINode", "", "storage.k8s.io/v1"),
            Child("ConfigMap", "", home="csi.storage.k8s.io/provisioner-secret-namespace"),
            Child("DaemonSet", ""),
            Child("Driver", ""),
            Child("Node", ""),
        ),
        refs=(
            # FlexVolume's names of the same; until 0.7 the cluster's name was its namespace.
            Ref("Pool", "parameters.pool", "parameters.clusterName"),
            Ref("Pool", "parameters.pool", "parameters.clusterNamespace"),
            Ref("CephBlockPool", "parameters.blockPool", "parameters.clusterNamespace"),
            Ref("CephBlockPool", "parameters.dataBlockPool", "parameters.clusterNamespace"),
            Ref("CephBlockPool", "parameters.pool", "parameters.clusterID"),
            Ref("CephBlockPool", "parameters.dataPool", "parameters.clusterID"),
            Ref("CephFilesystem", "parameters.fsName", "parameters.clusterID"),
            Ref("CephNFS", "parameters.nfsCluster", "parameters.clusterID"),
            Ref("CephObjectStore", "parameters.objectStoreName", "parameters.objectStoreNamespace"),
        ),
        fixed=(
            Fixed("provisioner", "fixed", _CLASS, _CLASS_WAY),
            Fixed("parameters", "fixed", _CLASS, _CLASS_WAY),
            Fixed("parameters.*", "fixed", _CLASS, _CLASS_WAY),
            Fixed("reclaimPolicy", "fixed", _CLASS, _CLASS_WAY),
            Fixed("volumeBindingMode", "fixed", _CLASS, _CLASS_WAY),
        ),
    ),
)
