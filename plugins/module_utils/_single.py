# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""One object of one kind: the model of a site with nothing else in it, on the same way."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._guards import refusals
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import nearest
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import SECTION_OF
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Resource, Site
from ansible_collections.rookery.rook.plugins.module_utils._plan import Step
from ansible_collections.rookery.rook.plugins.module_utils._run import carry_out
from ansible_collections.rookery.rook.plugins.module_utils._site import Prospect, Wish, prospect

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule

SECTIONS = {
    "CephBlockPool": "block_pools",
    "CephFilesystem": "filesystems",
    "CephObjectStore": "object_stores",
    "CephObjectStoreUser": "object_store_users",
    "StorageClass": "storage_classes",
    **{kind: section.name for kind, section in SECTION_OF.items()},
}
_SHARED = ("site", "version", "allow_newer", "namespace")
# The groups of custom resources that a raw spec can be given for.
_GROUPS = (*_kinds.ROOK_GROUPS, "csi.ceph.io", "objectbucket.io")


def single_wish(kind: str, params: Mapping[str, t.Any], options: Mapping[str, t.Any]) -> Wish:
    """Return the wish for one object: options are the names of what describes it."""
    name = params["name"] or params["namespace"]
    described = {key: params[key] for key in options if params.get(key) is not None}
    model: dict[str, t.Any] = {key: params[key] for key in _SHARED}
    if kind == "CephCluster":
        model |= {"cluster": {"name": name, **described}, "hosts": params.get("hosts") or {}}
    elif params["state"] == "present":
        model |= {SECTIONS[kind]: [{"name": name, **described}]}
    where = params.get("claim_namespace") or params["namespace"]
    return _wish(parse_site(model, lone=True), params["state"], kind, where, name)


def raw_wish(params: Mapping[str, t.Any]) -> Wish:
    """Return the wish for one custom resource of any kind, described by its spec alone."""
    site = parse_site({key: params[key] for key in _SHARED}, lone=True)
    known = [row.name for row in _kinds.kinds_of(site.release).values() if row.group in _GROUPS]
    kind, name = params["kind"], params["name"]
    if kind not in known:
        reason = f"is no custom resource of Rook {site.version}"
        raise ModelError([Problem("kind", repr(kind), reason, nearest(kind, known))])
    if params["state"] == "present":
        item = Resource(kind=kind, name=name, values={}, spec=params["spec"] or {})
        site = dataclasses.replace(site, resources=(item,))
    return _wish(site, params["state"], kind, site.namespace, name)


def _wish(site: Site, state: str, kind: str, namespace: str, name: str) -> Wish:
    """Return the wish for one object of a kind, as the release calls it."""
    rows = _kinds.kinds_of(site.release)
    if kind not in rows and not any(row.became == kind for row in rows.values()):
        first = ".".join(map(str, _kinds.first_release(kind)))
        reason = f"has no {kind}: {first} is the first that does"
        cure = f"Set version to {first} or more."
        raise ModelError([Problem("version", repr(site.version), reason, cure)])
    row = _kinds.kind_in(site.release, kind)
    target = _kinds.make_id(row.name, namespace if row.namespaced else "", name)
    return Wish(site, state, (row.stage,), frozenset({target}))


def replaced(found: Prospect) -> Prospect:
    """Return the plan with a new object instead of a change that Kubernetes does not allow."""
    # Fields that others claim are no reason to make an object anew.
    found_against = refusals(found.plan, found.observed, force_conflicts=True)
    against = {refusal.id for refusal in found_against}
    made = {f"update {target}": f"create {target}" for target in against}
    steps: list[Step] = []
    for step in found.plan.steps:
        if step.op == "update" and step.target in against:
            steps += _anew(step)
        else:
            needs = tuple(made.get(need, need) for need in step.needs)
            steps.append(dataclasses.replace(step, needs=needs))
    return dataclasses.replace(found, plan=dataclasses.replace(found.plan, steps=tuple(steps)))


def live_object(client: t.Any, wish: Wish) -> dict[str, t.Any] | None:
    """Return the object as it is now, without what only the server needs."""
    (target,) = wish.only
    kind, namespace, name = target.split("/", 2)
    row = _kinds.kind_in(wish.site.release, kind)
    live = client.get(Ref(row.api_version, kind, namespace, name))
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


def run_single(
    module: CollectionModule, kind: str, options: Mapping[str, t.Any], *, recreate: bool = False
) -> None:
    """Bring one object to its state, and return it as it is then."""
    run_one(module, single_wish(kind, module.params, options), recreate=recreate)


def run_one(module: CollectionModule, wish: Wish, *, recreate: bool = False) -> None:
    """Bring the one object that is wished for to its state, and return it as it is then."""
    client = module.client(absent_ok=module.check_mode)
    found = prospect(client, wish)
    module.note(object=None)
    carry_out(module, client, found, replaced if recreate else lambda found: found)
    module.note(object=live_object(client, wish))
