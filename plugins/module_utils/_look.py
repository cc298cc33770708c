# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Look at a site, or wait for parts of it. Reads only."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Feed
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    children_of,
    id_of,
    kind_of,
    kinds_of,
    sort_key,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    Ready,
    gone,
    readiness,
    ready_parts,
)
from ansible_collections.rookery.rook.plugins.module_utils._site import prospect
from ansible_collections.rookery.rook.plugins.module_utils._standing import Seen
from ansible_collections.rookery.rook.plugins.module_utils._verify.leftovers import leftovers
from ansible_collections.rookery.rook.plugins.module_utils._waiter import Waiter

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Kube,
        Object,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._site import Wish
    from ansible_collections.rookery.rook.plugins.module_utils._waiter import Limits

THREADS = 8


def look(client: Kube, wish: Wish) -> Seen:
    """Return all that can be seen of a site."""
    found = prospect(client, _renderable(wish))
    absent = wish.state == "absent"
    wanted = frozenset(() if absent else (item.id for item in found.desired))
    shown = wanted | found.observed.owned
    objects = {key: item for key, item in found.observed.objects.items() if key in shown}
    by_id = dict(zip(objects, _children(client, tuple(objects.values())), strict=True))
    return Seen(
        site=wish.site,
        wanted=wanted,
        observed=found.observed,
        plan=found.plan,
        children=by_id,
        nodes=client.list("v1", "Node", "", "", _release_of).items,
        proof=tuple(id_of(item) for item in leftovers(client, wish.site)),
        absent=absent,
    )


def _release_of(node: Object) -> Object:
    """Return what tells of a node which Kubernetes it runs; there may be thousands of them."""
    info = (node.get("status") or {}).get("nodeInfo") or {}
    return {"status": {"nodeInfo": {"kubeletVersion": info.get("kubeletVersion")}}}


@dataclasses.dataclass(frozen=True)
class Parts:
    """Objects of a site that are waited for, until they are ready or gone."""

    manifests: tuple[Object, ...]
    until: str
    expect: Expect


def find_parts(client: Kube, wish: Wish, names: Sequence[str], until: str) -> Parts:
    """Return the named parts of a site, or all of its stages; refuse names that mean nothing."""
    found = prospect(client, _renderable(wish))
    known: dict[str, Object] = {item.id: dict(item.manifest) for item in found.desired}
    known |= {key: dict(found.observed.objects[key]) for key in found.observed.owned}
    if names:
        chosen = [_named(client, wish, name, known, until) for name in names]
    else:
        chosen = [
            known[key]
            for key in sorted(known, key=sort_key)
            if kind_of(key).stage in wish.stages and (until == "gone" or kind_of(key).readiness)
        ]
    expect = Expect(frozenset(wish.site.cluster.mute_health), release=wish.site.release)
    return Parts(tuple(chosen), until, expect)


def glance(client: Kube, parts: Parts) -> list[dict[str, t.Any]]:
    """Return how the parts stand now."""
    rows = []
    lives = [client.get(Ref.of(manifest)) for manifest in parts.manifests]
    known = [live or manifest for live, manifest in zip(lives, parts.manifests, strict=True)]
    for manifest, live, children in zip(
        parts.manifests, lives, _children(client, known), strict=True
    ):
        if parts.until == "gone":
            verdict = gone(manifest, live, children)
        else:
            verdict = readiness(live, children, parts.expect)
        done = isinstance(verdict, Ready)
        rows.append(
            {
                "id": id_of(manifest),
                "until": parts.until,
                "outcome": parts.until if done else "waiting",
                "began": 0.0,
                "seconds": 0.0,
                "reasons": [] if isinstance(verdict, Ready) else [verdict.reason],
                "parts": [
                    {"id": part, "seconds": 0.0} for part in sorted(ready_parts(manifest, children))
                ],
            }
        )
    return rows


def await_parts(
    client: Kube,
    parts: Parts,
    limits: Limits,
    say: Callable[[str], None],
    note: Callable[[list[dict[str, t.Any]]], None],
) -> None:
    """Wait for the parts, and note how each wait went, also when some ended badly."""
    feed = Feed(client)
    waiter = Waiter(client, feed, limits, say)
    try:
        for manifest in parts.manifests:
            waiter.add(Ref.of(manifest), parts.until, manifest, parts.expect)
        waiter.wait_all(())
    finally:
        feed.close()
        note([wait.as_result() for wait in waiter.history])


def _named(client: Kube, wish: Wish, name: str, known: Mapping[str, Object], until: str) -> Object:
    """Return the object of one name, such as CephFilesystem/shared."""
    kind, _slash, rest = name.partition("/")
    rows = kinds_of(wish.site.release)
    row = rows.get(kind)
    if row is None or not rest:
        cure = f"Write Kind/name or Kind/namespace/name, with one of: {', '.join(rows)}."
        raise ModelError([Problem("objects", name, "names no object of a known kind", cure)])
    namespace, _slash, plain = rest.rpartition("/")
    where = (namespace or wish.site.namespace) if row.namespaced else ""
    ref = Ref(row.api_version, kind, where, plain)
    found = known.get(ref.id) or client.get(ref)
    if found is None and until == "ready":
        cure = "Correct the name, or give the model that has it."
        raise ModelError([Problem("objects", name, "is neither in the model nor there", cure)])
    metadata = {"name": plain, **({"namespace": where} if where else {})}
    return found or {"apiVersion": row.api_version, "kind": kind, "metadata": metadata}


def _renderable(wish: Wish) -> Wish:
    """Return the wish for what is to be seen; without a source, the operator is not rendered."""
    if wish.site.operator.source and wish.state == "present":
        return dataclasses.replace(wish, whole=True)
    stages = tuple(stage for stage in wish.stages if stage != "operator")
    return dataclasses.replace(wish, state="present", stages=stages, whole=True)


def _children(client: Kube, items: Sequence[Mapping[str, t.Any]]) -> list[tuple[Object, ...]]:
    """Return for each object those by which it is judged; each collection is listed once."""
    topics = [children_of(item) for item in items]
    asked = sorted({topic for of_one in topics for topic in of_one})
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        listings = pool.map(lambda topic: client.list(*topic).items, asked)
        found = dict(zip(asked, listings, strict=True))
    return [tuple(child for topic in of_one for child in found[topic]) for of_one in topics]
