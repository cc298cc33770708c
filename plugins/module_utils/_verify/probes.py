# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What of a model is to be proven, one probe for each, and what is not and why. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._kinds import KINDS, make_id
from ansible_collections.rookery.rook.plugins.module_utils._render.storage import provisioner
from ansible_collections.rookery.rook.plugins.module_utils._verify.leftovers import PREFIX

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import (
        Site,
        StorageClass,
    )

# With what is appended for a pod, names stay under the 63 characters of a label and of a bucket.
_LONGEST = 55
_NO_USER = "no user of it is in the model: add one to object_store_users"
_CLAIMS = "claims for buckets are not tried; its gateway is, by a user's bucket"
_NOT_CHOSEN = "it is not among the chosen classes"
_NO_CLASS = "no storage class of the model is for it: add one to storage_classes"
# What serves beside classes and stores.
_NOT_TRIED = {
    "CephNVMeOFGateway": "no host connects to it",
    "CephRBDMirror": "nothing is mirrored to another cluster",
    "CephFilesystemMirror": "nothing is mirrored to another cluster",
    "CephCOSIDriver": "no bucket is made through it",
    "CephBucketNotification": "no event is sent",
    "VolumeSnapshotClass": "no snapshot is taken",
}


@dataclasses.dataclass(frozen=True)
class Probe:
    """One thing to prove.

    name begins the names of its objects, and is the name of its bucket or image: the same in each
    run, so that what an interrupted one left is found.
    """

    kind: str
    target: str
    name: str
    storage_class: str = ""
    driver: str = ""
    pool: str = ""
    data_pool: str = ""
    store: str = ""
    user: str = ""


@dataclasses.dataclass(frozen=True)
class Unproven:
    """Something of the model that no probe tries."""

    target: str
    reason: str


def probe_name(*parts: str) -> str:
    """Return a DNS label for one probe's objects.

    One that is cut, or has no dots any more, is told apart by a digest.
    """
    name = "-".join((PREFIX, *parts))
    plain = re.sub(r"[^a-z0-9-]", "-", name)
    if plain == name and len(plain) <= _LONGEST:
        return plain
    digest = hashlib.sha256("/".join(parts).encode()).hexdigest()[:8]
    return f"{plain[: _LONGEST - 9].rstrip('-')}-{digest}"


def probes_of(site: Site, classes: Sequence[str]) -> tuple[tuple[Probe, ...], tuple[Unproven, ...]]:
    """Return the probes of a site, of the named classes or of all, and what stays unproven."""
    _check_known(site, classes)
    of_classes = (_of_class(site, item, classes) for item in site.storage_classes)
    found = [*of_classes, *_of_stores(site), *_without_class(site), *_not_tried(site)]
    return (
        tuple(item for item in found if isinstance(item, Probe)),
        tuple(item for item in found if isinstance(item, Unproven)),
    )


def in_ceph(name: str, pool: str) -> str:
    """Return in words what the probe of a name makes in Ceph: an image of a pool, or a bucket."""
    kind = "bucket" if name.startswith(f"{PREFIX}-bucket-") else "image"
    return f"{kind} {f'{pool}/' if pool else ''}{name}"


def promise(probe: Probe) -> str:
    """Return in words what a probe proves."""
    return _PROMISES[probe.kind]


def _check_known(site: Site, classes: Sequence[str]) -> None:
    """Refuse names of classes that the model does not have."""
    known = [item.name for item in site.storage_classes]
    cure = f"Take one of: {', '.join(known) or 'none, the model has no storage class'}."
    problems = [
        Problem("classes", name, "is no storage class of the model", cure)
        for name in classes
        if name not in known
    ]
    if problems:
        raise ModelError(problems)


def _of_class(site: Site, item: StorageClass, classes: Sequence[str]) -> Probe | Unproven:
    """Return the probe of a class for files or for block devices."""
    target = make_id("StorageClass", "", item.name)
    if item.type == "bucket":
        return Unproven(target, _CLAIMS)
    if classes and item.name not in classes:
        return Unproven(target, _NOT_CHOSEN)
    kind = "files" if item.type in ("cephfs", "nfs") else "block"
    return Probe(
        kind=kind,
        target=target,
        name=probe_name(kind, item.name),
        storage_class=item.name,
        driver=provisioner(site, item.type),
        pool=item.pool or "",
        data_pool=item.data_pool or "",
    )


def _of_stores(site: Site) -> Iterator[Probe | Unproven]:
    """Yield a probe for each object store, as its first user."""
    for store in site.object_stores:
        target = make_id("CephObjectStore", site.namespace, store.name)
        user = next((item for item in site.object_store_users if item.store == store.name), None)
        if user is None:
            yield Unproven(target, _NO_USER)
            continue
        name = probe_name("bucket", store.name)
        yield Probe(kind="bucket", target=target, name=name, store=store.name, user=user.name)


def _without_class(site: Site) -> Iterator[Unproven]:
    """Yield the pools, file systems and NFS servers that no class of the model is for.

    A pool whose name in Ceph begins with a dot is Ceph's own.
    """
    classes = site.storage_classes
    # The data pool of a class for files is one of its file system's.
    used = {
        "CephBlockPool": {
            name for item in classes if item.type == "rbd" for name in (item.pool, item.data_pool)
        },
        "CephFilesystem": {item.filesystem for item in classes},
        "CephNFS": {item.nfs for item in classes},
    }
    pools = (pool for pool in site.block_pools if not str(pool.spec.get("name")).startswith("."))
    things = {
        "CephBlockPool": [pool.name for pool in pools],
        "CephFilesystem": [item.name for item in site.filesystems],
        "CephNFS": [item.name for item in site.resources if item.kind == "CephNFS"],
    }
    for kind, names in things.items():
        for name in names:
            if name not in used[kind]:
                yield Unproven(make_id(kind, site.namespace, name), _NO_CLASS)


def _not_tried(site: Site) -> Iterator[Unproven]:
    """Yield what serves and no probe knows how to try."""
    for item in site.resources:
        if item.kind in _NOT_TRIED:
            where = (item.namespace or site.namespace) if KINDS[item.kind].namespaced else ""
            yield Unproven(make_id(item.kind, where, item.name), _NOT_TRIED[item.kind])


_PROMISES = {
    "files": (
        "pods on two nodes share a volume: each writes and flushes a file, the other reads equal "
        "hashes; a lock that one holds is seen by the other; a pod that is moved finds its data"
    ),
    "bucket": "a bucket is made, an object put, fetched with an equal hash, listed and removed",
    "block": (
        "a device is written and flushed on one node and read with an equal hash on another: as a "
        "mounted claim where the nodes' kernel and the driver allow it, else through librbd"
    ),
}
