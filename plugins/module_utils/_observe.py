# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Look once at everything that a plan needs to know. Reads, and dry runs, only.

Our objects are found by label, one list for each kind. To build, the wanted kinds are enough; what
no list brought is asked for without the label. What is not plainly as wanted is sent to the server,
which says what it would store. Before something is taken down, all kinds are looked at, and what
others have made on it is looked for too, in all namespaces; kinds of other releases than the given
one are looked at where the cluster has them.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._consumers import (
    Storage,
    addresses,
    find_consumers,
    find_tenants,
)
from ansible_collections.rookery.rook.plugins.module_utils._consumers_crowd import (
    crowd_of,
    thinned,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._find_holders import find_holders
from ansible_collections.rookery.rook.plugins.module_utils._holders import Holders
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    KINDS,
    ROOK_GROUPS,
    ROWS,
    SITE_LABEL,
    USING,
    Kind,
    Version,
    at,
    children_of,
    id_of,
    is_cleanup,
    is_ours,
    kinds_of,
    make_id,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.osds import (
    CLAIM,
    OSD,
    node_of_osd,
)
from ansible_collections.rookery.rook.plugins.module_utils._managed import is_settled
from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed
from ansible_collections.rookery.rook.plugins.module_utils._remains import KINDS as REMAINING
from ansible_collections.rookery.rook.plugins.module_utils._remains import drivers_of, remains

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Kube,
        Object,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired

    # What is wanted, by what is there.
    Kept = Callable[[Sequence[Desired], Mapping[str, Object]], Sequence[Desired]]

THREADS = 8
AGREEING_TRIES = 3
# So many objects are asked for by name; for more of one kind, a list is quicker.
FEW = 3
# Groups of kinds of which a cluster has few objects, so that they are listed whole.
_WHOLE = (*ROOK_GROUPS, "csi.ceph.io")
# Kinds of which ours and everybody's matter.
_SHARED = ("StorageClass", "ObjectBucketClaim")
# Where Rook keeps the addresses of a cluster's monitors.
ENDPOINTS = "rook-ceph-mon-endpoints"
STORAGE = "spec.storage.nodes"
# What people keep in a namespace.
TENANTS = (
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("v1", "Pod"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "Service"),
)

A = t.TypeVar("A")
B = t.TypeVar("B")


@dataclasses.dataclass(frozen=True)
class Scope:
    """Whose objects to look at, by the kinds of which release of Rook.

    leaving: they are to go, so what stands on them matters too. whole: it does in any case, and so
    do kinds of which nothing is wanted. config is what the operator is set to.
    """

    site: str
    namespace: str
    release: Version
    leaving: bool = False
    whole: bool = False
    config: Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


def observe(client: Kube, scope: Scope, desired: Sequence[Desired], kept: Kept) -> Observed:
    """Return what is there of what is wanted, of what is ours, and of who uses it."""
    whole = scope.whole or scope.leaving
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        rows = _rows(client, scope)
        entire = _whole_kinds(rows)
        seen = _seen(client, scope, desired, rows, pool)
        owned = {key: item for key, item in seen.items() if _is_labelled(item, scope.site)}
        drivers = drivers_of(scope.namespace, scope.config, seen.values())
        others = {key: item for key, item in seen.items() if _matters(item, scope, owned, drivers)}
        tenants: tuple[str, ...] = ()
        if scope.leaving:
            others |= _of_our_kinds(client, entire, owned, pool)
            if f"Namespace//{scope.namespace}" in owned:
                tenants = _tenants(client, scope, pool)
        objects = {**others, **owned}
        objects |= _theirs(client, [item for item in desired if item.id not in objects], pool)
        # Of what is to go, nobody asks what the server would store.
        now = () if scope.leaving else kept(desired, objects)
        wanted = [item for item in now if item.id in objects]
        pairs = _each(pool, lambda item: _predicted(client, item, objects[item.id]), wanted)
        objects |= {item.id: live for item, (live, _) in zip(wanted, pairs, strict=True)}
        osds = _osds(client, scope, pairs)
        consuming = _consuming(client, entire, seen, pool) if whole else {}
        leaving = scope.leaving
        holders = find_holders(client, scope.namespace, drivers) if leaving else Holders()
        endpoints = Ref("v1", "ConfigMap", scope.namespace, ENDPOINTS)
        monitors = addresses(client.get(endpoints) if whole else None)
    consumers = find_consumers(Storage(scope.namespace, objects, drivers, monitors), consuming)
    return Observed(
        objects=objects,
        predicted={item.id: told for item, (_, told) in zip(wanted, pairs, strict=True)},
        owned=frozenset(key for key, item in objects.items() if is_ours(item, scope.site)),
        consumers=consumers,
        tenants=tenants,
        crowd=crowd_of(consumers, consuming),
        holders=holders,
        osds=osds,
        release=scope.release,
    )


class Children:
    """The objects by which others are judged; each collection is asked for once, and whole."""

    def __init__(self, client: Kube) -> None:
        self._client = client
        self._listed: dict[tuple[str, str, str], tuple[Object, ...]] = {}

    def of(self, manifest: Mapping[str, t.Any]) -> tuple[Object, ...]:
        """Return those of one object, as they were when their collection was listed."""
        found: list[Object] = []
        for api_version, kind, namespace, selector in children_of(manifest, explained=False):
            collection = (api_version, kind, namespace)
            if collection not in self._listed:
                self._listed[collection] = self._client.list(*collection).items
            found += (item for item in self._listed[collection] if _selects(selector, item))
        return tuple(found)


def _selects(selector: str, item: Object) -> bool:
    """Tell whether an object has all labels of a selector such as a=b,c=d."""
    labels = item["metadata"].get("labels") or {}
    pairs = (pair.partition("=") for pair in selector.split(",") if pair)
    return all(labels.get(key) == value for key, _equals, value in pairs)


def rows_here(client: Kube, release: Version) -> tuple[Kind, ...]:
    """Return the rows of a release, and those of others by which alone a cluster has a kind.

    A site may have been made by another release than the one that is given to take it down.
    """
    found = {(row.group, row.name): row for row in ROWS if client.serves(row.api_version, row.name)}
    for row in kinds_of(release).values():
        if (row.group, row.name) not in found or client.serves(row.api_version, row.name):
            found[row.group, row.name] = row
    return tuple(found.values())


def _rows(client: Kube, scope: Scope) -> tuple[Kind, ...]:
    """Return the rows of the kinds of which nothing need be wanted to be looked at."""
    if scope.leaving:
        return rows_here(client, scope.release)
    return tuple(kinds_of(scope.release).values()) if scope.whole else ()


def _seen(
    client: Kube,
    scope: Scope,
    desired: Sequence[Desired],
    rows: Sequence[Kind],
    pool: concurrent.futures.Executor,
) -> dict[str, Object]:
    """Return what has our label: of the wanted kinds, or of all.

    With all kinds, those that operators define come whole, since there are few objects of them, and
    so do cleanup jobs.
    """
    label = f"{SITE_LABEL}={scope.site}"
    kinds = {(item.manifest["apiVersion"], item.manifest["kind"]) for item in desired}
    kinds |= {(row.api_version, row.name) for row in rows}
    whole = _whole_kinds(rows)
    calls = [(*kind, "", "" if kind in whole else label) for kind in sorted(kinds)]
    calls += [
        (row.api_version, row.name, scope.namespace, row.observed_by)
        for row in rows
        if row.observed_by
    ]
    if scope.leaving:
        # What Rook keeps in mind has no label.
        calls.append(("v1", "ConfigMap", scope.namespace, ""))
    listings = _each(pool, lambda call: client.list(*call).items, calls)
    return {id_of(item): item for items in listings for item in items}


def _whole_kinds(rows: Sequence[Kind]) -> set[tuple[str, str]]:
    """Return the kinds of which all objects are listed, with our label or without."""
    return {
        (row.api_version, row.name)
        for row in rows
        if row.group in _WHOLE or row.name in REMAINING or row.name in _SHARED
    }


def _is_labelled(item: Object, site: str) -> bool:
    """Tell whether an object says that it is part of a site."""
    return bool((item["metadata"].get("labels") or {}).get(SITE_LABEL) == site)


def _matters(
    item: Object, scope: Scope, owned: Mapping[str, Object], drivers: frozenset[str]
) -> bool:
    """Tell whether an object without our label matters.

    Those do that Rook works on in our namespace, cleanup jobs, what operators leave behind, and
    whatever is of a kind that goes with our definition of it.
    """
    if _is_labelled(item, scope.site):
        return False
    group = item["apiVersion"].rpartition("/")[0]
    here = item["metadata"].get("namespace") == scope.namespace
    if is_cleanup(item) or (here and group in ROOK_GROUPS):
        return True
    defined = KINDS[item["kind"]].plural
    definition = make_id("CustomResourceDefinition", "", f"{defined}.{group}")
    return scope.leaving and (definition in owned or remains(item, scope.namespace, drivers))


def _theirs(
    client: Kube, missing: Sequence[Desired], pool: concurrent.futures.Executor
) -> dict[str, Object]:
    """Return what is there of wanted objects that do not carry our label."""
    collections: dict[tuple[str, str, str], list[Ref]] = {}
    for item in missing:
        ref = Ref.of(item.manifest)
        collections.setdefault((ref.api_version, ref.kind, ref.namespace), []).append(ref)
    many = [collection for collection, refs in collections.items() if len(refs) > FEW]
    listings = _each(pool, lambda collection: client.list(*collection).items, many)
    few = [ref for refs in collections.values() if len(refs) <= FEW for ref in refs]
    wanted = {item.id for item in missing}
    found = [live for live in _each(pool, client.get, few) if live is not None]
    found += [item for items in listings for item in items if id_of(item) in wanted]
    return {id_of(item): item for item in found}


def _tenants(client: Kube, scope: Scope, pool: concurrent.futures.Executor) -> tuple[str, ...]:
    """Return what people keep in the site's namespace, which would go with it."""
    calls = [(*kind, scope.namespace) for kind in TENANTS]
    listings = _each(pool, lambda call: client.list(*call).items, calls)
    return find_tenants(scope.site, [item for items in listings for item in items])


def _of_our_kinds(
    client: Kube,
    entire: Collection[tuple[str, str]],
    owned: Mapping[str, Object],
    pool: concurrent.futures.Executor,
) -> dict[str, Object]:
    """Return all objects of further kinds that we have defined, whoever made them and wherever."""
    calls = {
        (f"{item['spec']['group']}/{version['name']}", item["spec"]["names"]["kind"])
        for item in owned.values()
        if item["kind"] == "CustomResourceDefinition"
        for version in item["spec"]["versions"]
        if version.get("storage", True)
    }
    further = sorted(calls.difference(entire))
    listings = _each(pool, lambda call: client.list(*call).items, further)
    found = {id_of(item): item for items in listings for item in items}
    return {key: item for key, item in found.items() if key not in owned}


def _predicted(client: Kube, item: Desired, live: Object) -> tuple[Object, Mapping[str, t.Any]]:
    """Return an object, and what the server would make of it at that very version.

    Otherwise what an operator has written since the object was listed would look like our wish.
    """
    if is_settled(live, item.manifest):
        return live, live
    predicted = _predict(client, item, live)
    for _again in range(AGREEING_TRIES):
        if _version(predicted) == _version(live):
            break
        live = client.get(Ref.of(live)) or live
        predicted = _predict(client, item, live)
    return live, predicted


def _osds(
    client: Kube, scope: Scope, pairs: Iterable[tuple[Object, Mapping[str, t.Any]]]
) -> tuple[str, ...]:
    """Return the node of each OSD on a device, where others than now would be named."""
    if all(at(live, STORAGE) == at(told, STORAGE) for live, told in pairs):
        return ()
    found = client.list("apps/v1", "Deployment", scope.namespace, f"app={OSD}").items
    on_devices = [item for item in found if CLAIM not in item["metadata"]["labels"]]
    return tuple(sorted(map(node_of_osd, on_devices)))


def _version(manifest: Mapping[str, t.Any]) -> t.Any:
    """Return which version of an object this is."""
    return manifest["metadata"].get("resourceVersion")


def _predict(client: Kube, item: Desired, live: Object) -> Mapping[str, t.Any]:
    """Return what the server would store.

    What it refuses as invalid, such as a field that may not change, is laid over the living object,
    so that the plan shows the wish and the guards can judge it.
    """
    if live["metadata"].get("deletionTimestamp"):
        return live
    try:
        return client.apply(dict(item.manifest), dry_run=True)
    except ClientError as problem:
        if problem.status != 422:
            raise
        return t.cast("Object", overlay(live, item.manifest))


def overlay(live: t.Any, wanted: t.Any) -> t.Any:
    """Return the living value with the wanted fields in their place; lists are replaced whole."""
    if not isinstance(live, Mapping) or not isinstance(wanted, Mapping):
        return wanted
    return {**live, **{key: overlay(live.get(key), value) for key, value in wanted.items()}}


def _consuming(
    client: Kube,
    entire: Collection[tuple[str, str]],
    seen: Mapping[str, Object],
    pool: concurrent.futures.Executor,
) -> dict[str, tuple[Object, ...]]:
    """Return claims, volumes, pods and the like, of each only what tells who uses what.

    It is one list for each kind, however many there are, and none when all were seen already.
    """
    served = {
        kind: next((api for api in apis if client.serves(api, kind)), apis[0])
        for kind, apis in USING
    }
    known = {kind for api, kind in entire if served.get(kind) == api}
    asked = [kind for kind in served if kind not in known]
    listings = _each(
        pool, lambda kind: client.list(served[kind], kind, "", "", thinned).items, asked
    )
    listed = dict(zip(asked, listings, strict=True))
    whole = {kind: tuple(item for item in seen.values() if item["kind"] == kind) for kind in known}
    return {**whole, **listed}


def _each(pool: concurrent.futures.Executor, ask: Callable[[A], B], items: Iterable[A]) -> list[B]:
    """Return the answers in the order of the questions; the first error is raised."""
    return list(pool.map(ask, items))
