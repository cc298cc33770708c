# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Read pools, file systems, object stores, users and storage classes. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._model.types import (
    BlockPool,
    Data,
    DataPool,
    Erasure,
    Filesystem,
    Gateway,
    Layout,
    ObjectStore,
    ObjectStoreUser,
    StorageClass,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.fields import Fields

# What upstream limits: a gateway's deployment carries the store's name, with 25 characters more.
OBJECT_STORE_NAME = 38
# rook-ceph-mds-<name>-a carries it in a label of 63 characters.
FILESYSTEM_NAME = 47
CLASS_OWNERS = {"pool": "rbd", "filesystem": "cephfs", "object_store": "bucket"}
CLASS_TYPES = (*CLASS_OWNERS.values(), "nfs")

# Chunks are told apart by one byte.
_MOST_CHUNKS = 255
_POOL_FIELDS = {
    "replicated.size": "replicas",
    "erasureCoded.dataChunks": "erasure.data_chunks",
    "erasureCoded.codingChunks": "erasure.coding_chunks",
    "failureDomain": "failure_domain",
    "deviceClass": "device_class",
}


def read_spec(fields: Fields, reserved: Mapping[str, str]) -> Data:
    """Return raw overrides; what the model itself expresses may not be set behind its back."""
    spec = fields.table("spec")
    for path, variable in reserved.items():
        value: t.Any = spec
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            reason = "is set past the model, where no rule would see it"
            fields.bad(f"spec.{path}", value, reason, f"Set {variable} instead.")
    return spec


def _nested(prefix: str, variable: str) -> dict[str, str]:
    """Return the reserved fields of a pool inside another object."""
    return {f"{prefix}.{path}": f"{variable}{name}" for path, name in _POOL_FIELDS.items()}


def read_layout(fields: Fields, *, default_domain: str = "host") -> Layout:
    """Return how a pool spreads its objects: copies or chunks, never both, never neither."""
    replicas = fields.number("replicas", least=1, most=10)
    erasure = None
    if fields.raw("erasure") is not None:
        chunks = fields.child("erasure")
        erasure = Erasure(
            data_chunks=chunks.whole("data_chunks", 0, least=2, most=_MOST_CHUNKS),
            coding_chunks=chunks.whole("coding_chunks", 0, least=1, most=_MOST_CHUNKS),
        )
        for key in ("data_chunks", "coding_chunks"):
            if not chunks.has(key):
                chunks.bad(key, None, "is missing", "Give a number of chunks.")
        chunks.close()
    if fields.has("replicas") and fields.has("erasure"):
        reason = "has both replicas and erasure (POOL-01)"
        fields.bad("", None, reason, "Keep one of them.")
    elif not fields.has("replicas") and not fields.has("erasure"):
        reason = "has neither replicas nor erasure (POOL-01)"
        fields.bad(
            "", None, reason, "Give replicas, or erasure with data_chunks and coding_chunks."
        )
    return Layout(
        replicas=replicas if erasure is None else None,
        erasure=erasure,
        failure_domain=fields.text("failure_domain", default_domain) or default_domain,
        device_class=fields.text("device_class"),
    )


def _metadata(fields: Fields) -> Layout:
    """Return the layout of a metadata pool, which is always replicated."""
    return Layout(
        replicas=fields.whole("metadata_replicas", 3, least=1, most=10),
        erasure=None,
        failure_domain=fields.text("failure_domain", "host") or "host",
        device_class=None,
    )


def read_block_pool(fields: Fields) -> BlockPool:
    """Return a block pool."""
    pool = BlockPool(
        name=fields.name(),
        layout=read_layout(fields),
        pg_num=fields.number("pg_num", least=1),
        spec=read_spec(fields, _POOL_FIELDS),
    )
    fields.close()
    return pool


def _data_pool(fields: Fields, default_domain: str) -> DataPool:
    """Return a data pool of a file system."""
    pool = DataPool(
        name=fields.name(),
        layout=read_layout(fields, default_domain=default_domain),
        spec=read_spec(fields, _POOL_FIELDS),
    )
    fields.close()
    return pool


def read_filesystem(fields: Fields) -> Filesystem:
    """Return a file system with at least one data pool."""
    metadata = _metadata(fields)
    pools = tuple(_data_pool(item, metadata.failure_domain) for item in fields.items("data_pools"))
    if not pools:
        cure = "Give a list with at least one {name, replicas}."
        fields.bad("data_pools", None, "names no pool (FS-04)", cure)
    for place, pool in enumerate(pools):
        if pool.name and pool.name in [other.name for other in pools[:place]]:
            path = f"data_pools[{place}].name"
            fields.bad(path, pool.name, "is there twice", "Choose another name.")
    reserved = {
        "dataPools": "data_pools",
        "metadataServer.activeCount": "active_mds",
        "metadataServer.activeStandby": "active_standby",
        "metadataPool.replicated.size": "metadata_replicas",
        "metadataPool.erasureCoded": "metadata_replicas",
        "metadataPool.failureDomain": "failure_domain",
    }
    filesystem = Filesystem(
        name=fields.name(limit=FILESYSTEM_NAME),
        metadata=metadata,
        data_pools=pools,
        active_mds=fields.whole("active_mds", 1, least=1, most=50),
        active_standby=fields.flag("active_standby", default=True),
        spec=read_spec(fields, reserved),
    )
    fields.close()
    return filesystem


def _gateway(fields: Fields) -> Gateway:
    """Return how a store is served, on port 80 unless a port is given."""
    secure = fields.number("secure_port", least=0, most=65535)
    gateway = Gateway(
        port=fields.number("port", None if secure else 80, least=0, most=65535),
        secure_port=secure,
        certificate_secret=fields.text("certificate_secret"),
        instances=fields.whole("instances", 1, least=1),
    )
    fields.close()
    return gateway


def _store_pools(fields: Fields, zone: str | None) -> tuple[Layout | None, Layout | None]:
    """Return the layouts of a store's pools; the pools of a zone serve all its stores."""
    data = fields.child("data")
    metadata = _metadata(fields)
    if zone:
        for key in ("data", "metadata_replicas", "failure_domain"):
            if fields.has(key):
                cure = f"Remove it; the pools are those of object_zones {zone}."
                fields.bad(key, None, "does not go with zone (OBJ-04)", cure)
        return None, None
    if not fields.has("data"):
        fields.bad("data", None, "is missing", "Give {replicas} or {erasure} of the data pool.")
        return metadata, metadata
    layout = read_layout(data, default_domain=metadata.failure_domain)
    data.close()
    return metadata, layout


def read_object_store(fields: Fields) -> ObjectStore:
    """Return an object store."""
    zone = fields.text("zone")
    metadata, layout = _store_pools(fields, zone)
    reserved = {
        "zone": "zone",
        **_nested("dataPool", "data."),
        "metadataPool.replicated.size": "metadata_replicas",
        "metadataPool.erasureCoded": "metadata_replicas",
        "metadataPool.failureDomain": "failure_domain",
        "gateway.port": "gateway.port",
        "gateway.securePort": "gateway.secure_port",
        "gateway.instances": "gateway.instances",
        "gateway.sslCertificateRef": "gateway.certificate_secret",
    }
    store = ObjectStore(
        name=fields.name(limit=OBJECT_STORE_NAME),
        metadata=metadata,
        data=layout,
        gateway=_gateway(fields.child("gateway")),
        spec=read_spec(fields, reserved),
        zone=zone,
    )
    fields.close()
    return store


def read_user(fields: Fields) -> ObjectStoreUser:
    """Return a user of an object store."""
    name = fields.name()
    user = ObjectStoreUser(
        name=name,
        store=fields.required("store", "the name of an object store"),
        display_name=fields.text("display_name", name) or name,
        capabilities=fields.strings("capabilities"),
        quotas=fields.table("quotas"),
        account=fields.text("account"),
    )
    fields.close()
    return user


def _class_type(fields: Fields) -> str:
    """Return the type of a class: given, or what its pool, file system or store says."""
    given = fields.text("type", choices=CLASS_TYPES)
    owners = [key for key in CLASS_OWNERS if fields.has(key)]
    if len(owners) != 1:
        reason = f"names {' and '.join(owners) or 'neither pool, filesystem nor object_store'}"
        fields.bad("", None, reason, "Name exactly one of pool, filesystem, object_store.")
        return given or ""
    meant = CLASS_OWNERS[owners[0]]
    if fields.has("nfs"):
        if meant != "cephfs":
            cure = "Name the file system that is exported, or remove nfs."
            fields.bad("nfs", None, f"does not go with {owners[0]}", cure)
        meant = "nfs"
    if given and given != meant:
        cure = f"Set type to {meant}, or leave it out."
        fields.bad("type", given, f"does not go with {owners[0]}", cure)
    return meant


def read_class(fields: Fields) -> StorageClass:
    """Return a storage class."""
    meant = _class_type(fields)
    if meant != "rbd" and fields.data.get("driver") == "flex":
        reason = "makes block volumes only"
        fields.bad("driver", "flex", reason, "Name a pool, or leave driver out.")
    if meant == "bucket" and fields.has("data_pool"):
        fields.bad("data_pool", None, "does not go with object_store", "Remove it.")
    storage_class = StorageClass(
        name=fields.name(limit=253, dots=True),
        type=meant,
        pool=fields.text("pool"),
        filesystem=fields.text("filesystem"),
        data_pool=fields.text("data_pool"),
        object_store=fields.text("object_store"),
        reclaim_policy=fields.text("reclaim_policy", "Delete", ("Delete", "Retain")) or "Delete",
        allow_expansion=fields.flag("allow_expansion", default=meant != "bucket"),
        default=fields.flag("default", default=False),
        parameters=fields.strings("parameters"),
        nfs=fields.text("nfs"),
        driver=fields.text("driver", choices=("csi", "flex")),
    )
    fields.close()
    return storage_class
