# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""One object of one kind: the model of a site with nothing else in it, on the same way."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._guards import refusals
from ansible_collections.rookery.rook.plugins.module_utils._kinds import KINDS, make_id
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._plan import Step
from ansible_collections.rookery.rook.plugins.module_utils._site import Prospect, Wish

if t.TYPE_CHECKING:
    from collections.abc import Mapping

SECTIONS = {
    "CephBlockPool": "block_pools",
    "CephFilesystem": "filesystems",
    "CephObjectStore": "object_stores",
    "CephObjectStoreUser": "object_store_users",
    "StorageClass": "storage_classes",
}
_SHARED = ("site", "version", "allow_newer", "namespace")
# The groups of custom resources that a raw spec can be given for.
_GROUPS = (*_kinds.ROOK_GROUPS, "csi.ceph.io", "objectbucket.io")


def single_wish(kind: str, params: Mapping[str, t.Any], options: Mapping[str, t.Any]) -> Wish:
    """Return the wish for one object: options are the names of what describes it."""
    row = KINDS[kind]
    name = params["name"] or params["namespace"]
    described = {key: params[key] for key in options if params.get(key) is not None}
    model: dict[str, t.Any] = {key: params[key] for key in _SHARED}
    if kind == "CephCluster":
        model |= {"cluster": {"name": name, **described}, "hosts": params.get("hosts") or {}}
    elif params["state"] == "present":
        model |= _context(described) | {SECTIONS[kind]: [{"name": name, **described}]}
    target = make_id(kind, params["namespace"] if row.namespaced else "", name)
    return Wish(parse_site(model), params["state"], (row.stage,), frozenset({target}))


def replaced(found: Prospect) -> Prospect:
    """Return the plan with a new object instead of a change that Kubernetes does not allow."""
    against = {refusal.id for refusal in refusals(found.plan, found.observed)}
    steps: list[Step] = []
    for step in found.plan.steps:
        if step.op == "update" and step.target in against:
            steps += _anew(step)
        else:
            steps.append(step)
    return dataclasses.replace(found, plan=dataclasses.replace(found.plan, steps=tuple(steps)))


def live_object(client: t.Any, wish: Wish) -> dict[str, t.Any] | None:
    """Return the object as it is now, without what only the server needs."""
    (target,) = wish.only
    kind, namespace, name = target.split("/", 2)
    live = client.get(Ref(KINDS[kind].api_version, kind, namespace, name))
    if live is None:
        return None
    meta = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
    return {**live, "metadata": meta}


def _anew(step: Step) -> tuple[Step, ...]:
    """Return removal, wait and creation instead of an update."""
    reason = "a field that cannot change differs; objects made with it are not touched"
    delete = dataclasses.replace(step, id=f"delete {step.target}", op="delete", reason=reason)
    gone = Step(f"wait gone {step.target}", "wait", step.target, needs=(delete.id,), until="gone")
    create = Step(
        f"create {step.target}", "create", step.target, needs=(gone.id,), reason="made anew"
    )
    return delete, gone, create


def _context(described: Mapping[str, t.Any]) -> dict[str, list[dict[str, t.Any]]]:
    """Return what the described object refers to."""
    found: dict[str, list[dict[str, t.Any]]] = {}
    data_pool = described.get("data_pool")
    if "pool" in described:
        pools = dict.fromkeys(filter(None, (described["pool"], data_pool)))
        found["block_pools"] = [{"name": name, **_ANY} for name in pools]
    if "filesystem" in described:
        pool = {"name": data_pool or "any", **_ANY}
        found["filesystems"] = [{"name": described["filesystem"], "data_pools": [pool]}]
    store = described.get("object_store") or described.get("store")
    if store:
        found["object_stores"] = [{"name": store, "data": _ANY}]
    return found
