# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The one table of kinds. Pure.

Order of creation, order of removal (its reverse), waits, diff and guards all come from here; to add
a kind is to add a row. The rows stand in the order in which manifests are read and listed.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import (
    CLUSTER_ROWS,
    STORAGE_ROWS,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import GROUP as _CEPH
from ansible_collections.rookery.rook.plugins.module_utils._kinds.consumers import (
    STOPPED,
    USER_KINDS,
    USING,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.csi import CSI_ROWS
from ansible_collections.rookery.rook.plugins.module_utils._kinds.gateways import (
    GATEWAY_ROWS,
    PART_ROWS,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.kubernetes import (
    CLASS_ROWS,
    CLEANUP_SELECTOR,
    JOB,
    OPERATOR_ROWS,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.legacy import LEGACY_ROWS
from ansible_collections.rookery.rook.plugins.module_utils._kinds.objects import (
    BUCKET_CLAIM,
    MULTISITE_ROWS,
    OBJECT_ROWS,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.snapshots import SNAPSHOT_ROWS
from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import (
    Child,
    Fixed,
    Kind,
    Ref,
    Version,
)

__all__ = ["CLEANUP_SELECTOR", "STOPPED", "USING", "Child", "Fixed", "Kind", "Ref", "Version"]

Manifest = Mapping[str, t.Any]

SITE_LABEL = "app.kubernetes.io/part-of"
MANAGER_LABEL = "app.kubernetes.io/managed-by"
MANAGER = "rookery"

STAGES = ("operator", "cluster", "storage")
# The groups of what Rook itself works on; the second one ended with 0.7.
ROOK_GROUPS = (_CEPH, "rook.io")
# What a Ceph cluster is called today, and was in the first releases.
CLUSTERS = ("CephCluster", "Cluster")

ROWS = (
    *OPERATOR_ROWS,
    *CSI_ROWS,
    JOB,
    *CLUSTER_ROWS,
    *LEGACY_ROWS,
    *MULTISITE_ROWS,
    *STORAGE_ROWS,
    *PART_ROWS,
    *OBJECT_ROWS,
    *GATEWAY_ROWS,
    *CLASS_ROWS,
    *SNAPSHOT_ROWS,
    BUCKET_CLAIM,
)
KINDS: Mapping[str, Kind] = {row.name: row for row in ROWS}
ORDER: Mapping[str, int] = {row.name: place for place, row in enumerate(ROWS)}


def kinds_of(release: Version) -> Mapping[str, Kind]:
    """Return the rows of a release of Rook, each with the API that it has there."""
    return {row.name: row for row in ROWS if row.lives_in(release)}


def kind_in(release: Version, name: str) -> Kind:
    """Return the row that a kind of today has in a release, under the name that it has there."""
    rows = kinds_of(release)
    return rows.get(name) or next(row for row in rows.values() if row.became == name)


def rows_of(name: str) -> tuple[Kind, ...]:
    """Return every row that a kind of today has had, the one of today first."""
    return tuple(row for row in ROWS if name in (row.name, row.became))


def first_release(name: str) -> Version:
    """Return the first release of Rook that has a kind."""
    return min(row.since for row in ROWS if row.name == name)


def kind_of(object_id: str) -> Kind:
    """Return the row of an object's kind by its id."""
    name = object_id.partition("/")[0]
    return KINDS.get(name) or USER_KINDS[name]


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


def children_of(
    manifest: Manifest, *, explained: bool = True
) -> tuple[tuple[str, str, str, str], ...]:
    """Return (API, kind, namespace, label selector) of the objects by which this one is judged.

    Where nothing is to be explained, those are left out that do nothing else.
    """
    metadata = manifest["metadata"]
    row = KINDS.get(manifest["kind"])
    found = []
    for child in row.children if row else ():
        if (child.explains and not explained) or (child.when and not at(manifest, child.when)):
            continue
        selector = child.selector.replace("{name}", metadata["name"])
        if "{spec.store}" in selector:
            selector = selector.replace("{spec.store}", str(at(manifest, "spec.store")))
        known = KINDS.get(child.kind) or USER_KINDS.get(child.kind)
        inside = metadata.get("namespace", "") if known is None or known.namespaced else ""
        if child.home:
            inside = (at(manifest, "parameters") or {}).get(child.home)
            if not inside:
                continue
        api = known.api_version if known else child.api
        found.append((api, child.kind, inside, selector))
    return tuple(found)


def is_rooks(manifest: Manifest) -> bool:
    """Tell whether an object is a custom resource of Rook, of any era."""
    return str(manifest["apiVersion"]).partition("/")[0] in ROOK_GROUPS


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


def claim_of(manifest: Manifest) -> str:
    """Return the claim for which Rook has made a bucket's object, and with which it goes."""
    claim = at(manifest, "spec.claimRef")
    if manifest["kind"] != "ObjectBucket" or not isinstance(claim, Mapping):
        return ""
    return make_id("ObjectBucketClaim", str(claim.get("namespace")), str(claim.get("name")))


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
        kinds = row.needs if row else CLUSTERS if group in ROOK_GROUPS else ()
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
            where = where if KINDS[ref.kind].namespaced else ""
            found.add(make_id(ref.kind, str(where), str(target)))
        return found - {object_id}
