# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The one table of kinds. Pure.

Order of creation, order of removal (its reverse), waits, diff and guards all come from here; to add
a kind is to add a row. The rows stand in the order in which manifests are read and listed.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

Manifest = Mapping[str, t.Any]

SITE_LABEL = "app.kubernetes.io/part-of"
MANAGER_LABEL = "app.kubernetes.io/managed-by"
MANAGER = "rookery"
CLEANUP_SELECTOR = "app=rook-ceph-cleanup"

STAGES = ("operator", "cluster", "storage")


@dataclasses.dataclass(frozen=True)
class Ref:
    """A field that names an object which has to be there first."""

    kind: str
    path: str
    namespace_path: str = ""


@dataclasses.dataclass(frozen=True)
class Child:
    """Objects that an operator makes for one of ours, and by which its readiness is judged."""

    kind: str
    selector: str


@dataclasses.dataclass(frozen=True)
class Fixed:
    """A field of a living object that may not change, or may only grow (shrink)."""

    path: str
    rule: str
    reason: str
    way_on: str


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of object and everything that is to be known of it."""

    name: str
    group: str
    version: str
    plural: str
    namespaced: bool
    stage: str
    needs: tuple[str, ...] = ()
    refs: tuple[Ref, ...] = ()
    readiness: str = ""
    children: tuple[Child, ...] = ()
    set_like: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fixed: tuple[Fixed, ...] = ()
    holds_data: bool = False
    observed_by: str = ""

    @property
    def api_version(self) -> str:
        """Return apiVersion as a manifest has it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def definition(self) -> str:
        """Return the name of the CustomResourceDefinition that would define this kind."""
        return f"{self.plural}.{self.group}"


_CEPH = "ceph.rook.io"
_RBAC = "rbac.authorization.k8s.io"
_SHRINK = "fewer copies than there are would drop redundancy of data that exists"
_SHRINK_WAY = "Make a new pool with the smaller size and move the data, or keep the size."
_PROFILE = "Ceph cannot change the layout of a pool that exists"
_PROFILE_WAY = "Make a new pool with that layout and move the data, or restore the old values."
_CLASS = "Kubernetes does not change this field of a storage class"
_CLASS_WAY = (
    "Remove the class (volumes made with it stay) and run again, or add a class with another name."
)
_DEVICE = (
    "an OSD on it may hold data, and Rook never removes an OSD because its device is not named"
)
_DEVICE_WAY = "Purge its OSDs with Ceph first, or name the device again."


def _pool_guards(prefix: str) -> tuple[Fixed, ...]:
    """Return what may not happen to a pool whose spec is at the prefix."""
    return (
        Fixed(f"{prefix}.replicated.size", "shrink", _SHRINK, _SHRINK_WAY),
        Fixed(f"{prefix}.replicated", "presence", _PROFILE, _PROFILE_WAY),
        Fixed(f"{prefix}.erasureCoded.dataChunks", "fixed", _PROFILE, _PROFILE_WAY),
        Fixed(f"{prefix}.erasureCoded.codingChunks", "fixed", _PROFILE, _PROFILE_WAY),
        Fixed(f"{prefix}.erasureCoded", "presence", _PROFILE, _PROFILE_WAY),
    )


def _builtin(name: str, group: str, plural: str, *, namespaced: bool = True, **more: t.Any) -> Kind:
    """Return the row of a kind of Kubernetes itself."""
    return Kind(name, group, "v1", plural, namespaced, more.pop("stage", "operator"), **more)


def _ceph(name: str, plural: str, stage: str = "storage", **more: t.Any) -> Kind:
    """Return the row of a Rook kind, which needs the cluster unless it says otherwise."""
    more.setdefault("needs", ("CephCluster",))
    more.setdefault("readiness", "phase")
    return Kind(name, _CEPH, "v1", plural, True, stage, **more)


def _csi(name: str, plural: str, *needs: str) -> Kind:
    """Return the row of a kind of the CSI operator, which has to run when one is removed."""
    return Kind(name, "csi.ceph.io", "v1", plural, True, "operator", needs=("Deployment", *needs))


_DAEMONS = ("ServiceAccount", "ConfigMap", "Secret", "Role", "RoleBinding", "ClusterRole")
_RUNS_ON = (*_DAEMONS, "ClusterRoleBinding", "CustomResourceDefinition")
_CONTAINERS: Mapping[str, str] = {
    "spec.template.spec.containers": "name",
    "spec.template.spec.containers[*].env": "name",
    "spec.template.spec.volumes": "name",
}

_ROWS = (
    _builtin("Namespace", "", "namespaces", namespaced=False, readiness="namespace"),
    _builtin(
        "CustomResourceDefinition",
        "apiextensions.k8s.io",
        "customresourcedefinitions",
        namespaced=False,
        readiness="definition",
        holds_data=True,
    ),
    _builtin("ClusterRole", _RBAC, "clusterroles", namespaced=False),
    _builtin("ClusterRoleBinding", _RBAC, "clusterrolebindings", namespaced=False),
    _builtin("ServiceAccount", "", "serviceaccounts"),
    _builtin("Role", _RBAC, "roles"),
    _builtin("RoleBinding", _RBAC, "rolebindings"),
    _builtin("ConfigMap", "", "configmaps"),
    _builtin("Secret", "", "secrets"),
    _builtin("Service", "", "services"),
    _builtin("CSIDriver", "storage.k8s.io", "csidrivers", namespaced=False),
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
    _csi("OperatorConfig", "operatorconfigs"),
    _csi("Driver", "drivers", "OperatorConfig"),
    _csi("CephConnection", "cephconnections"),
    _csi("ClientProfile", "clientprofiles", "CephConnection", "OperatorConfig"),
    _builtin(
        "Job", "batch", "jobs", stage="cluster", readiness="job", observed_by=CLEANUP_SELECTOR
    ),
    _ceph(
        "CephCluster",
        "cephclusters",
        "cluster",
        needs=("Deployment", "OperatorConfig", "Driver", "ClientProfile"),
        readiness="cephcluster",
        children=(
            Child("Deployment", "app=rook-ceph-mon"),
            Child("Deployment", "app=rook-ceph-mgr"),
            Child("Deployment", "app=rook-ceph-osd"),
            Child("Job", CLEANUP_SELECTOR),
        ),
        set_like={
            "spec.storage.nodes": "name",
            "spec.storage.nodes[*].devices": "name",
        },
        fixed=(
            Fixed("spec.storage.nodes[*]", "keep", _DEVICE, _DEVICE_WAY),
            Fixed("spec.storage.nodes[*].devices[*]", "keep", _DEVICE, _DEVICE_WAY),
            Fixed(
                "spec.dataDirHostPath",
                "fixed",
                "monitors and OSDs keep their keys in it",
                "Restore the old path; a cluster cannot be moved to another one.",
            ),
        ),
        holds_data=True,
    ),
    _ceph("CephBlockPool", "cephblockpools", fixed=_pool_guards("spec"), holds_data=True),
    _ceph(
        "CephFilesystem",
        "cephfilesystems",
        readiness="cephfilesystem",
        children=(Child("Deployment", "app=rook-ceph-mds,rook_file_system={name}"),),
        set_like={"spec.dataPools": "name"},
        fixed=(
            *_pool_guards("spec.metadataPool"),
            *_pool_guards("spec.dataPools[*]"),
            Fixed(
                "spec.dataPools[*]",
                "keep",
                "Ceph cannot take a data pool out of a file system without losing its files",
                "Name the pool again, or make a new file system and move the files.",
            ),
        ),
        holds_data=True,
    ),
    _ceph(
        "CephObjectStore",
        "cephobjectstores",
        readiness="cephobjectstore",
        children=(Child("Deployment", "app=rook-ceph-rgw,rook_object_store={name}"),),
        fixed=(*_pool_guards("spec.metadataPool"), *_pool_guards("spec.dataPool")),
        holds_data=True,
    ),
    _ceph(
        "CephObjectStoreUser",
        "cephobjectstoreusers",
        refs=(Ref("CephObjectStore", "spec.store"),),
        readiness="cephobjectstoreuser",
        children=(Child("Secret", "app=rook-ceph-rgw,rook_object_store={spec.store},user={name}"),),
        fixed=(
            Fixed(
                "spec.store",
                "fixed",
                "a user cannot move to another store",
                "Restore the store, or add a user with another name.",
            ),
        ),
        holds_data=True,
    ),
    _builtin(
        "StorageClass",
        "storage.k8s.io",
        "storageclasses",
        namespaced=False,
        stage="storage",
        needs=("CephCluster",),
        refs=(
            Ref("CephBlockPool", "parameters.pool", "parameters.clusterID"),
            Ref("CephBlockPool", "parameters.dataPool", "parameters.clusterID"),
            Ref("CephFilesystem", "parameters.fsName", "parameters.clusterID"),
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

KINDS: Mapping[str, Kind] = {row.name: row for row in _ROWS}
ORDER: Mapping[str, int] = {row.name: place for place, row in enumerate(_ROWS)}


def kind_of(object_id: str) -> Kind:
    """Return the row of an object's kind by its id."""
    return KINDS[object_id.partition("/")[0]]


def make_id(kind: str, namespace: str, name: str) -> str:
    """Return Kind/namespace/name; the namespace of a cluster-scoped object is empty."""
    return f"{kind}/{namespace}/{name}"


def id_of(manifest: Manifest) -> str:
    """Return the id of an object."""
    metadata = manifest["metadata"]
    kind = manifest["kind"]
    known = KINDS.get(kind)
    namespace = metadata.get("namespace", "") if known is None or known.namespaced else ""
    return make_id(kind, namespace, metadata["name"])


def at(manifest: t.Any, path: str) -> t.Any:
    """Return the value at a dotted path, or None."""
    value = manifest
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def sort_key(object_id: str) -> tuple[int, str]:
    """Return by what objects are listed: place of the kind in the table, then id."""
    return ORDER.get(object_id.partition("/")[0], len(ORDER)), object_id


def children_of(manifest: Manifest) -> tuple[tuple[str, str, str], ...]:
    """Return (kind, namespace, label selector) of the objects by which this one is judged."""
    metadata = manifest["metadata"]
    row = KINDS.get(manifest["kind"])
    found = []
    for child in row.children if row else ():
        selector = child.selector.replace("{name}", metadata["name"])
        if "{spec.store}" in selector:
            selector = selector.replace("{spec.store}", str(at(manifest, "spec.store")))
        found.append((child.kind, metadata.get("namespace", ""), selector))
    return tuple(found)


def is_ours(manifest: Manifest, site: str) -> bool:
    """Tell whether an object is the site's. Rook labels what it makes with part-of too."""
    labels = at(manifest, "metadata.labels") or {}
    return labels.get(SITE_LABEL) == site and labels.get(MANAGER_LABEL) == MANAGER


def is_cleanup(manifest: Manifest) -> bool:
    """Tell whether an object is one of Rook's jobs that clean a host after the cluster is gone."""
    key, _, value = CLEANUP_SELECTOR.partition("=")
    return manifest["kind"] == "Job" and (at(manifest, "metadata.labels") or {}).get(key) == value


def has_owner(manifest: Manifest) -> bool:
    """Tell whether an object goes when another one goes."""
    return bool(at(manifest, "metadata.ownerReferences"))


def needs_of(manifests: Mapping[str, Manifest]) -> dict[str, tuple[str, ...]]:
    """Return for each object which of the others have to be there first.

    It works on what is wanted and on what is observed alike, so building and taking down, even of
    objects that the model no longer names, follow the same edges.
    """
    index = _Index(manifests)
    return {
        object_id: tuple(sorted(index.needed(object_id) & set(manifests)))
        for object_id in manifests
    }


class _Index:
    """The objects among which needs are looked for, by kind and by what they define."""

    def __init__(self, manifests: Mapping[str, Manifest]) -> None:
        self._manifests = manifests
        self._by_kind: dict[str, list[str]] = {}
        self._definitions: dict[tuple[t.Any, t.Any], str] = {}
        for object_id, manifest in manifests.items():
            self._by_kind.setdefault(manifest["kind"], []).append(object_id)
            if manifest["kind"] == "CustomResourceDefinition":
                key = (at(manifest, "spec.group"), at(manifest, "spec.names.kind"))
                self._definitions[key] = object_id

    def needed(self, object_id: str) -> set[str]:
        """Return what one object needs, by its kind and by its own fields."""
        manifest = self._manifests[object_id]
        group = manifest["apiVersion"].rpartition("/")[0]
        namespace = at(manifest, "metadata.namespace") or ""
        row = KINDS.get(manifest["kind"])
        # A Rook kind that is not rendered here still depends on the cluster.
        kinds = row.needs if row else ("CephCluster",) if group == _CEPH else ()
        found = {
            other
            for kind in kinds
            for other in self._by_kind.get(kind, ())
            if not namespace or other.split("/")[1] in ("", namespace)
        }
        found.add(self._definitions.get((group, manifest["kind"]), ""))
        if namespace:
            found.add(make_id("Namespace", "", namespace))
        for ref in row.refs if row else ():
            target = at(manifest, ref.path)
            where = at(manifest, ref.namespace_path) if ref.namespace_path else namespace
            found.add(make_id(ref.kind, str(where), str(target)))
        return found - {object_id}
