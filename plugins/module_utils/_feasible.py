# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What the API would refuse half-way, found before the first write: all of it at once.

That is kinds which it does not know and which the plan does not define, namespaces on their way
out, and rights that the user does not have. The API itself tells which rules apply to us; where it
cannot tell all of them, it is left to refuse.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    GuardError,
    Refusal,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at, kind_of, make_id

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube
    from ansible_collections.rookery.rook.plugins.module_utils._plan import Plan, Step

    Manifest = Mapping[str, t.Any]
    Write = tuple[Step, Manifest]

# To apply an object that is not there yet takes both.
VERBS = {"create": ("create", "patch"), "update": ("patch",), "delete": ("delete",)}
# Rules for objects of the whole cluster are told with those of any namespace.
CLUSTER = "kube-system"
_OURS = "Bring its definition first: with stage operator (role rook_operator)."
# Where the definition of a kind comes from that is not Rook's.
_SOURCES = {
    "VolumeSnapshotClass": "Install Kubernetes' snapshot controller with its definitions first, or "
    "leave snapshot_classes empty.",
}


def refuse_impossible(client: Kube, plan: Plan, objects: Mapping[str, Manifest]) -> None:
    """Raise GuardError with everything in a plan that the API would refuse.

    objects are those of the plan's steps, as wanted or else as observed.
    """
    writes = [(step, objects[step.target]) for step in plan.steps if step.op in VERBS]
    found = (*_undefined(client, writes), *_going(client, writes), *_forbidden(client, writes))
    if found:
        raise GuardError(found)


def _undefined(client: Kube, writes: Iterable[Write]) -> Iterator[Refusal]:
    """Yield what is to be made of a kind that nobody has defined."""
    made = [(step.target, item) for step, item in writes if step.op == "create"]
    coming = {
        (item["spec"]["group"], item["spec"]["names"]["kind"])
        for _target, item in made
        if item["kind"] == "CustomResourceDefinition"
    }
    for target, item in made:
        api_version, kind = item["apiVersion"], item["kind"]
        defined = (api_version.partition("/")[0], kind) in coming
        if not defined and not client.serves(api_version, kind, soon=True):
            yield Refusal(
                target,
                f"the API does not know kind {kind} of {api_version}",
                _SOURCES.get(kind, _OURS),
            )


def _going(client: Kube, writes: Iterable[Write]) -> Iterator[Refusal]:
    """Yield namespaces that are missing or being deleted, and that the plan does not make."""
    made = [(step, item) for step, item in writes if step.op == "create"]
    again = {step.target for step, _item in made}
    names = {item["metadata"].get("namespace") or "" for _step, item in made} - {""}
    abroad = {
        item["metadata"]["namespace"] for _step, item in made if item["kind"] == "ObjectBucketClaim"
    }
    for name in sorted(names):
        target = make_id("Namespace", "", name)
        live = None if target in again else client.get(Ref("v1", "Namespace", "", name))
        if live is None and target not in again and name in abroad:
            yield Refusal(
                target,
                "is not there, and a claim for a bucket is to be made in it",
                "Make the namespace first, or change claim_namespace.",
            )
        since = at(live, "metadata.deletionTimestamp")
        if since:
            yield Refusal(
                target,
                f"is being deleted since {since}, so that nothing can be made in it",
                "Wait until it is gone (its status tells what holds it up), then run again, with "
                "stage operator, too.",
            )


def _forbidden(client: Kube, writes: Iterable[Write]) -> Iterator[Refusal]:
    """Yield what the user may not do, once for each verb and kind in a namespace."""
    rules: dict[str, tuple[Manifest, ...] | None] = {}
    for step, item in writes:
        row = kind_of(step.target)
        meta = item["metadata"]
        namespace = (meta.get("namespace") or "") if row.namespaced else ""
        if namespace not in rules:
            rules[namespace] = _rules(client, namespace or CLUSTER)
        known = rules[namespace]
        missing = [
            verb
            for verb in VERBS[step.op]
            if known is not None
            and not any(_allows(rule, verb, row.group, row.plural, meta["name"]) for rule in known)
        ]
        if missing:
            where = f"in namespace {namespace}" if namespace else "at the cluster scope"
            resource = f"{row.plural}.{row.group}".rstrip(".")
            yield Refusal(
                step.target,
                f"the user of the kubeconfig may not {' and '.join(missing)} {resource} {where}",
                "Give the right by a ClusterRole and a binding, or use an administrator's "
                "kubeconfig.",
            )


def _rules(client: Kube, namespace: str) -> tuple[Manifest, ...] | None:
    """Return the rules that apply to us, or None when the API does not tell all of them."""
    question = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "metadata": {"name": namespace},
        "spec": {"namespace": namespace},
    }
    try:
        answer = client.create(question, dry_run=True)
    except ClientError as problem:
        if problem.status not in (403, 404, 405):
            raise
        return None
    if at(answer, "status.incomplete") is not False:
        return None
    return tuple(at(answer, "status.resourceRules") or ())


def _allows(rule: Manifest, verb: str, group: str, plural: str, name: str) -> bool:
    """Tell whether a rule gives a right."""
    asked = {"verbs": verb, "apiGroups": group, "resources": plural}
    named = rule.get("resourceNames")
    return (not named or name in named) and all(
        value in (rule.get(key) or ()) or "*" in (rule.get(key) or ())
        for key, value in asked.items()
    )
