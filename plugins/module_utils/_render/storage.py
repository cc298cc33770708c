# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From the model to pools, file systems, object stores, users and storage classes. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._eras import era
from ansible_collections.rookery.rook.plugins.module_utils._model.lifetimes import knows
from ansible_collections.rookery.rook.plugins.module_utils._render.common import (
    flags,
    merged,
    pool_spec,
    resource,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.sections import (
    render_section_entry,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import is_on

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import (
        BlockPool,
        Filesystem,
        ObjectStore,
        ObjectStoreUser,
        Resource,
        Site,
        StorageClass,
    )

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
DEFAULT_SNAPSHOT_CLASS = "snapshot.storage.kubernetes.io/is-default-class"
_SECRETS = "csi.storage.k8s.io/"
# What classes have since the release with the CSI operator.
PUBLISH_SECRETS = frozenset(
    f"{_SECRETS}controller-publish-secret-{part}" for part in ("name", "namespace")
)
# The driver for NFS makes its volumes in a file system.
_SHARED_SECRETS = {"nfs": "cephfs"}
# The first releases whose volumes can grow, and whose buckets have a provisioner for each operator.
_GROWTH, _BUCKETS_APART = (1, 2), (1, 3)
# The first release that can leave the file system's name out of those of its pools.
_NAMES_KEPT = (1, 15, 7)


def render_storage(site: Site) -> Iterator[dict[str, t.Any]]:
    """Yield everything that stores and serves data."""
    for pool in site.block_pools:
        yield resource(site, "CephBlockPool", pool.name, {"spec": _block_pool(site, pool)})
    for filesystem in site.filesystems:
        yield resource(
            site, "CephFilesystem", filesystem.name, {"spec": _filesystem(site, filesystem)}
        )
    for store in site.object_stores:
        yield resource(site, "CephObjectStore", store.name, {"spec": _object_store(site, store)})
    for user in site.object_store_users:
        yield resource(site, "CephObjectStoreUser", user.name, {"spec": _user(user)})
    for entry in site.resources:
        if entry.kind == "VolumeSnapshotClass":
            yield _snapshot_class(site, entry)
        else:
            yield render_section_entry(site, entry)
    for item in site.storage_classes:
        yield _storage_class(site, item)


def _block_pool(site: Site, pool: BlockPool) -> dict[str, t.Any]:
    """Return the spec of a CephBlockPool."""
    spec = pool_spec(pool.layout, site.release)
    if pool.pg_num is not None:
        spec["parameters"] = {"pg_num": str(pool.pg_num), "pgp_num": str(pool.pg_num)}
    return t.cast("dict[str, t.Any]", merged(spec, pool.spec))


def _filesystem(site: Site, filesystem: Filesystem) -> dict[str, t.Any]:
    """Return the spec of a CephFilesystem; the order of its data pools is the user's."""
    named = knows(site.release, "filesystems[*].data_pools[*].name")
    spec = {
        "metadataPool": pool_spec(filesystem.metadata, site.release),
        "dataPools": [
            {
                **({"name": pool.name} if named else {}),
                **merged(pool_spec(pool.layout, site.release), pool.spec),
            }
            for pool in filesystem.data_pools
        ],
        "metadataServer": {
            "activeCount": filesystem.active_mds,
            **flags(activeStandby=filesystem.active_standby),
        },
    }
    return t.cast("dict[str, t.Any]", merged(spec, filesystem.spec))


def _object_store(site: Site, store: ObjectStore) -> dict[str, t.Any]:
    """Return the spec of a CephObjectStore."""
    gateway: dict[str, t.Any] = {"instances": store.gateway.instances}
    if store.gateway.port:
        gateway["port"] = store.gateway.port
    if store.gateway.secure_port:
        gateway["securePort"] = store.gateway.secure_port
    if store.gateway.certificate_secret:
        gateway["sslCertificateRef"] = store.gateway.certificate_secret
    spec: dict[str, t.Any] = {"gateway": gateway}
    if store.metadata is not None and store.data is not None:
        spec["metadataPool"] = pool_spec(store.metadata, site.release)
        spec["dataPool"] = pool_spec(store.data, site.release)
    if store.zone:
        spec["zone"] = {"name": store.zone}
    return t.cast("dict[str, t.Any]", merged(spec, store.spec))


def _user(user: ObjectStoreUser) -> dict[str, t.Any]:
    """Return the spec of a CephObjectStoreUser."""
    spec: dict[str, t.Any] = {"store": user.store, "displayName": user.display_name}
    if user.capabilities:
        spec["capabilities"] = dict(sorted(user.capabilities.items()))
    if user.quotas:
        spec["quotas"] = dict(user.quotas)
    if user.account:
        spec["accountRef"] = {"name": user.account}
    return spec


def provisioner(site: Site, class_type: str) -> str:
    """Return who makes volumes or buckets of a class, by the prefixes that the operator uses."""
    config = site.operator.config
    if class_type == "bucket":
        if site.release < _BUCKETS_APART:
            return "ceph.rook.io/bucket"
        prefix = config.get("ROOK_OBC_PROVISIONER_NAME_PREFIX") or site.namespace
        return f"{prefix}.ceph.rook.io/bucket"
    prefix = config.get("CSI_DRIVER_NAME_PREFIX") or site.namespace
    return f"{prefix}.{class_type}.csi.ceph.com"


def _secret_pairs(site: Site, driver: str) -> dict[str, str]:
    """Return name and namespace of the secrets for each thing that the driver does."""
    driver = _SHARED_SECRETS.get(driver, driver)
    provisioner_secret, node_secret = f"rook-csi-{driver}-provisioner", f"rook-csi-{driver}-node"
    uses = {"provisioner": provisioner_secret, "node-stage": node_secret}
    if site.release >= _GROWTH:
        uses["controller-expand"] = provisioner_secret
    if era(site.version).publish_secrets:
        uses["controller-publish"] = provisioner_secret
    pairs = {}
    for use, secret in sorted(uses.items()):
        pairs[f"{_SECRETS}{use}-secret-name"] = secret
        pairs[f"{_SECRETS}{use}-secret-namespace"] = site.namespace
    return pairs


def _parameters(site: Site, item: StorageClass) -> dict[str, str]:
    """Return all parameters of a class."""
    if item.type == "bucket":
        return {
            "objectStoreName": item.object_store or "",
            "objectStoreNamespace": site.namespace,
        }
    found = {"clusterID": site.namespace, **_secret_pairs(site, item.type)}
    if item.type == "rbd":
        found |= {"pool": item.pool or "", "imageFormat": "2", "imageFeatures": "layering"}
        found |= {"dataPool": item.data_pool} if item.data_pool else {}
        return {**found, "csi.storage.k8s.io/fstype": "ext4"}
    found |= {"fsName": item.filesystem or "", "pool": _data_pool(site, item)}
    if item.nfs:
        # Rook makes a service for each server, and calls the first one a.
        found |= {"nfsCluster": item.nfs, "server": f"rook-ceph-nfs-{item.nfs}-a"}
    return found


def by_flex(site: Site, item: StorageClass) -> bool:
    """Tell whether volumes of a class are FlexVolumes: as it says, else in the era's usual way."""
    return (item.driver or era(site.version).volumes[0]) == "flex"


def _flex_parameters(site: Site, item: StorageClass) -> dict[str, str]:
    """Return all parameters of a class of FlexVolumes.

    Until 0.7 a cluster is named by its namespace.
    """
    if site.release < (0, 9):
        cluster = "clusterName" if site.release < (0, 8) else "clusterNamespace"
        return {"pool": item.pool or "", cluster: site.namespace, "fstype": "ext4"}
    found = {"blockPool": item.pool or "", "clusterNamespace": site.namespace, "fstype": "ext4"}
    return {**found, "dataBlockPool": item.data_pool} if item.data_pool else found


def _data_pool(site: Site, item: StorageClass) -> str:
    """Return the data pool of a class, by default the first of its file system, as Ceph has it."""
    filesystem = next((fs for fs in site.filesystems if fs.name == item.filesystem), None)
    if filesystem is None:
        return f"{item.filesystem}-{item.data_pool}"
    pool = item.data_pool or filesystem.data_pools[0].name
    kept = site.release >= _NAMES_KEPT and is_on(filesystem.spec.get("preservePoolNames"))
    return pool if kept else f"{filesystem.name}-{pool}"


def _storage_class(site: Site, item: StorageClass) -> dict[str, t.Any]:
    """Return a storage class; what the user gives as a parameter wins."""
    flex = by_flex(site, item)
    parameters = _flex_parameters(site, item) if flex else _parameters(site, item)
    body: dict[str, t.Any] = {
        "provisioner": era(site.version).flex_provisioner if flex else provisioner(site, item.type),
        "parameters": dict(sorted({**parameters, **item.parameters}.items())),
        "reclaimPolicy": item.reclaim_policy,
    }
    if item.type != "bucket" and not flex and site.release >= _GROWTH:
        body["allowVolumeExpansion"] = item.allow_expansion
    manifest = resource(site, "StorageClass", item.name, body)
    if item.default:
        manifest["metadata"]["annotations"] = {DEFAULT_CLASS: "true"}
    return manifest


def _snapshot_class(site: Site, item: Resource) -> dict[str, t.Any]:
    """Return a class for snapshots, with what its driver needs to make them."""
    meant = item.values["type"]
    secret = f"{_SECRETS}snapshotter-secret"
    parameters = {
        "clusterID": site.namespace,
        f"{secret}-name": f"rook-csi-{_SHARED_SECRETS.get(meant, meant)}-provisioner",
        f"{secret}-namespace": site.namespace,
        **item.values.get("parameters", {}),
    }
    manifest = render_section_entry(site, item)
    if item.values.get("default"):
        manifest["metadata"]["annotations"] = {DEFAULT_SNAPSHOT_CLASS: "true"}
    return {
        **manifest,
        "driver": provisioner(site, meant),
        "parameters": dict(sorted(parameters.items())),
    }
