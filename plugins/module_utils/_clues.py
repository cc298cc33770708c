# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What others said last of an object that does not get ready. Reads only.

Pods that do not start, Kubernetes' events, the operator's log, and Ceph itself. Whatever looks like
a secret is hidden.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._kinds import KINDS, at, id_of
from ansible_collections.rookery.rook.plugins.module_utils._readiness import Ready, readiness
from ansible_collections.rookery.rook.plugins.module_utils._readiness_ceph import health_problem
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import blockers
from ansible_collections.rookery.rook.plugins.module_utils._redact import hidden

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object
    from ansible_collections.rookery.rook.plugins.module_utils._readiness import Expect

LOG_LINES = 500
LONGEST = 500
_MOST_WORKLOADS = 3
# The operator's pod; the second name ended with Rook 0.7. The other one is that of the drivers.
_OPERATORS = ("app=rook-ceph-operator", "app=rook-operator")
_CSI_OPERATORS = (
    "control-plane=ceph-csi-op-controller-manager", "app.kubernetes.io/name=ceph-csi-operator",
)  # fmt: skip
_MOST_INSIDE = 5
# Where a class, which has no namespace, names that of its cluster.
_HOMES = (
    "metadata.namespace", "parameters.clusterID", "parameters.clusterNamespace",
    "parameters.objectStoreNamespace",
)  # fmt: skip
# Errors as Rook writes them, as Kubernetes' libraries do, and as lines of JSON.
_ERROR = re.compile(r"^\S+ \S+ [EC] \| |^[EF]\d{4} |\"level\":\"(?:error|fatal|panic)\"")


def clues(
    client: Kube, manifest: Mapping[str, t.Any], seen: Sequence[Object], expect: Expect
) -> Iterator[str]:
    """Yield a line of each that has something to say; seen is the object with its parts."""
    home = home_of(manifest)
    questions: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: _pods(client, [item for item in seen if item["metadata"].get("namespace") == home]),
        lambda: _events(client, [item for item in seen if id_of(item) == id_of(manifest)]),
        lambda: _inside(client, [item for item in seen if id_of(item) == id_of(manifest)]),
        lambda: _operator(client, home, str(manifest.get("apiVersion", ""))),
        lambda: _ceph(client, home, expect),
    )
    for question in questions:
        try:
            found = list(question())
        except UnreachableError as problem:
            # The others would be asked in vain, each for as long.
            yield str(problem)
            return
        except ClientError as problem:
            found = [str(problem)]
        yield from (hidden(line)[:LONGEST] for line in found)


def home_of(manifest: Mapping[str, t.Any]) -> str:
    """Return the namespace of what looks after an object, or nothing."""
    return next((str(at(manifest, path)) for path in _HOMES if at(manifest, path)), "")


def last_error(log: str) -> str:
    """Return the last line of a log that tells of an error, or nothing."""
    lines = [line for line in log.splitlines() if _ERROR.search(line)]
    return lines[-1].strip() if lines else ""


def _pods(client: Kube, workloads: Sequence[Object]) -> Iterator[str]:
    """Yield for each of the first workloads that are not ready a pod of it, and what keeps it."""
    late = [
        item
        for item in workloads
        if item["kind"] in ("Deployment", "DaemonSet", "Job")
        and not isinstance(readiness(item), Ready)
    ]
    for item in late[:_MOST_WORKLOADS]:
        labels = at(item, "spec.selector.matchLabels") or {}
        selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        namespace = item["metadata"]["namespace"]
        pods = client.list("v1", "Pod", namespace, selector).items if selector else ()
        for pod in pods:
            verdict = readiness(pod)
            if not isinstance(verdict, Ready):
                yield f"{id_of(pod)}: {verdict.reason}"
                break


def _events(client: Kube, found: Sequence[Object]) -> Iterator[str]:
    """Yield what Kubernetes said last of the object, a warning if there is one."""
    for item in found:
        namespace = item["metadata"].get("namespace") or "default"
        events = client.events(namespace, item["metadata"].get("uid", ""))
        warnings = [event for event in events if event.get("type") == "Warning"]
        for event in (warnings or list(events))[-1:]:
            yield f"{id_of(item)}: last event: {event.get('reason')}: {at(event, 'message')}"


def _inside(client: Kube, found: Sequence[Object]) -> Iterator[str]:
    """Yield what keeps the first objects that are still in a namespace, or of a definition."""
    for item in found:
        if not at(item, "metadata.deletionTimestamp"):
            continue
        listed = [each for place in _places(item) for each in client.list(*place).items]
        for each in listed[:_MOST_INSIDE]:
            yield f"{id_of(each)} is still there: {blockers(each)}"
        if len(listed) > _MOST_INSIDE:
            yield f"and {len(listed) - _MOST_INSIDE} more objects are still there"


def _places(item: Object) -> Iterator[tuple[str, str, str]]:
    """Yield the collections whose objects keep an object that is being deleted."""
    if item["kind"] == "Namespace":
        said = blockers(item)
        for row in KINDS.values():
            if f"{row.plural}.{row.group} has " in said:
                yield row.api_version, row.name, item["metadata"]["name"]
    if item["kind"] == "CustomResourceDefinition":
        for version in at(item, "spec.versions") or ():
            if version.get("storage", True):
                group = at(item, "spec.group")
                yield f"{group}/{version['name']}", at(item, "spec.names.kind"), ""


def _operator(client: Kube, home: str, api_version: str) -> Iterator[str]:
    """Yield what the operator that looks after a namespace said last, an error if there is one."""
    if not home:
        return
    operators = _CSI_OPERATORS if api_version.startswith("csi.ceph.io/") else _OPERATORS
    places = [(where, labels) for where in (home, "") for labels in operators]
    pods = next(
        (
            found
            for where, labels in places
            if (found := client.list("v1", "Pod", where, labels).items)
        ),
        (),
    )
    if not pods:
        yield "The operator: there is no pod of it"
    for pod in pods[:1]:
        ref = Ref.of(pod)
        container = (at(pod, "spec.containers") or [{"name": ""}])[0]["name"]
        log = client.logs(ref.namespace, ref.name, container, LOG_LINES)
        error = last_error(log)
        if error:
            yield f"The operator, {ref.id}: last error in its log: {error}"
        elif log.strip():
            yield f"The operator, {ref.id}: last line of its log: {log.strip().splitlines()[-1]}"


def _ceph(client: Kube, home: str, expect: Expect) -> Iterator[str]:
    """Yield what the namespace's Ceph cluster complains of."""
    row = KINDS["CephCluster"]
    for cluster in client.list(row.api_version, row.name, home).items if home else ():
        problem = health_problem(cluster, expect.muted)
        if problem:
            yield f"{id_of(cluster)}: {problem}"
