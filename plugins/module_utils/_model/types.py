# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Vocabulary of the model: what a site is, in records that do not change. Pure.

Only parse_site makes them; what is in one of them has been checked. Plain ones are named tuples, of
which a class is made faster than a frozen dataclass: each task makes all of them.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _eras

Data = Mapping[str, t.Any]


class Erasure(t.NamedTuple):
    """An erasure-coded layout: each object becomes data and coding chunks."""

    data_chunks: int
    coding_chunks: int


class Layout(t.NamedTuple):
    """How the objects of one pool are spread: copies, or chunks, and over what."""

    replicas: int | None
    erasure: Erasure | None
    failure_domain: str
    device_class: str | None

    @property
    def size(self) -> int:
        """Return how many places each object needs."""
        if self.erasure is not None:
            return self.erasure.data_chunks + self.erasure.coding_chunks
        return self.replicas or 0


@dataclasses.dataclass(frozen=True)
class Host:
    """A node, with the devices and directories that are to hold data; without any it holds none."""

    CONTROL_PLANE: t.ClassVar = "node-role.kubernetes.io/control-plane"

    name: str
    devices: tuple[str, ...]
    directories: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def stores(self) -> tuple[str, ...]:
        """Return what becomes an OSD each."""
        return (*self.devices, *self.directories)

    @property
    def takes_pods(self) -> bool:
        """Tell whether it will take pods, as one that is made a control plane only does not."""
        return self.CONTROL_PLANE not in self.labels


# Where upstream's objects come from; a site has one of them.
SOURCES = ("manifests", "url", "chart")


class Operator(t.NamedTuple):
    """Where upstream's objects come from, and settings over theirs.

    digests are those of files that come by an address; cache_dir and helm are of the deploy host.
    """

    manifests: str | None
    url: str | None
    digests: Mapping[str, str]
    chart: str | None
    values: Data
    drivers_chart: str | None
    drivers_values: Data
    config: Mapping[str, str]
    cache_dir: str | None
    helm: str | None

    @property
    def source(self) -> str:
        """Return the option that says where the objects come from, or nothing."""
        return next((source for source in SOURCES if getattr(self, source)), "")


class Cluster(t.NamedTuple):
    """The Ceph cluster."""

    name: str
    ceph_image: str
    ceph_allow_unsupported: bool
    data_dir_host_path: str
    mon_count: int
    mon_allow_multiple_per_node: bool
    mgr_count: int
    ceph_config: Mapping[str, Mapping[str, str]]
    dashboard_enabled: bool
    mute_health: tuple[str, ...]
    wipe: str | None
    spec: Data


class BlockPool(t.NamedTuple):
    """A pool for block devices."""

    name: str
    layout: Layout
    pg_num: int | None
    spec: Data


class DataPool(t.NamedTuple):
    """One data pool of a file system; the first is its default."""

    name: str
    layout: Layout
    spec: Data


class Filesystem(t.NamedTuple):
    """A shared file system."""

    name: str
    metadata: Layout
    data_pools: tuple[DataPool, ...]
    active_mds: int
    active_standby: bool
    spec: Data


class Gateway(t.NamedTuple):
    """How an object store is served."""

    port: int | None
    secure_port: int | None
    certificate_secret: str | None
    instances: int


class ObjectStore(t.NamedTuple):
    """An object store with its gateways; one of a zone has the zone's pools."""

    name: str
    metadata: Layout | None
    data: Layout | None
    gateway: Gateway
    spec: Data
    zone: str | None = None


class ObjectStoreUser(t.NamedTuple):
    """A user of an object store."""

    name: str
    store: str
    display_name: str
    capabilities: Mapping[str, str]
    quotas: Data
    account: str | None = None


class StorageClass(t.NamedTuple):
    """What consumers ask for by name; type is rbd, cephfs, nfs or bucket."""

    name: str
    type: str
    pool: str | None
    filesystem: str | None
    data_pool: str | None
    object_store: str | None
    reclaim_policy: str
    allow_expansion: bool
    default: bool
    parameters: Mapping[str, str]
    nfs: str | None = None
    driver: str | None = None


class Resource(t.NamedTuple):
    """One entry of a section of the table: what is given, by the section's fields.

    namespace is set when it is not the cluster's.
    """

    kind: str
    name: str
    values: Data
    spec: Data
    namespace: str = ""


@dataclasses.dataclass(frozen=True)
class Site:
    """Everything that is wanted of one site; lists are in the order in which they were given."""

    name: str
    version: str
    namespace: str
    hosts: tuple[Host, ...]
    operator: Operator
    cluster: Cluster
    block_pools: tuple[BlockPool, ...]
    filesystems: tuple[Filesystem, ...]
    object_stores: tuple[ObjectStore, ...]
    object_store_users: tuple[ObjectStoreUser, ...]
    storage_classes: tuple[StorageClass, ...]
    resources: tuple[Resource, ...] = ()

    @property
    def release(self) -> _eras.Version:
        """Return the numbers of the release of Rook."""
        return _eras.parse_version(self.version) or ()

    @property
    def storage_hosts(self) -> tuple[Host, ...]:
        """Return the hosts that hold data."""
        return tuple(host for host in self.hosts if host.stores)
