# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Gather evidence for a diagnosis: lists first, then the ends of some logs. Reads only.

All of it ends at a limit of time, and what could not be read is told, never passed over.
"""

from __future__ import annotations

import dataclasses
import functools
import queue
import re
import threading
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.current import about, lasting
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.lines import (
    absences,
    layouts,
    lines_of,
    log_lines,
)
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import Line
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Keep,
        Kube,
        Object,
    )

THREADS = 8
LOG_LINES = 500
# Of so many events the last are taken: of a large cluster there can be tens of thousands.
MOST_EVENTS = 2000
# Of so many pods of other namespaces it is asked how they are.
MOST_PODS = 40
# Normal events that tell of something that is missing.
_WAITING = ("ExternalProvisioning", "FailedBinding")
_ANSWER = t.TypeVar("_ANSWER")
Place = tuple[str, str, str, "Keep | None"]


@dataclasses.dataclass(frozen=True)
class Question:
    """Where to look, for how many seconds in all, and how far back in logs."""

    namespaces: tuple[str, ...]
    seconds: float
    log_lines: int = LOG_LINES


@dataclasses.dataclass(frozen=True)
class Gathered:
    """What was found, and what could not be read."""

    lines: tuple[Line, ...]
    unread: tuple[str, ...]
    objects: tuple[Object, ...]
    logs: Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class LogRow:
    """Pods whose logs tell of something; most of them, and only those that are not well."""

    source: str
    pods: str
    most: int
    unwell: bool = False


_LOGS = (
    LogRow("operator", r"^(rook-ceph-operator|rook-operator|ceph-csi-(controller|op))", 3),
    LogRow("prepare", r"^(rook-ceph-osd-prepare|rook-ceph-detect-version|cluster-cleanup-job)", 12),
    LogRow("csi", r"csi.*(provisioner|ctrlplugin|snapshotter)", 4),
    LogRow("csi", r"csi.*plugin", 4, unwell=True),
    LogRow("agent", r"^rook-(ceph-)?agent", 4),
    LogRow("daemon", r"^rook-ceph-(mon|mgr|osd|mds|rgw|nfs|rbd-mirror|fs-mirror)", 8, unwell=True),
)


def gather(client: Kube, question: Question) -> Gathered:
    """Return the evidence about a site's namespaces, and about who uses its storage."""
    end = time.monotonic() + question.seconds
    known, unasked = ask_all({"what the API serves": lambda: _served(client)}, question.seconds)
    if unasked:
        return Gathered((), tuple(unasked), (), {})
    ((kinds, unserved),) = known.values()
    places = list(_collections(kinds, question.namespaces))
    asked = {_words(place): functools.partial(_list, client, place) for place in places}
    listings, unread = ask_all(asked, end - time.monotonic())
    seen: dict[str, list[Object]] = {}
    for place in places:
        if _words(place) in listings:
            seen.setdefault(place[1], []).extend(listings[_words(place)])
    whole = {kind: seen[kind] for kind in seen if kind not in _missing(places, listings)}
    listed = [(kind, where) for _version, kind, where, _keep in places if kind in whole]
    seen["Event"] = _events(client, seen, listed, end)
    logs, unread_logs, sources = _read_logs(client, question, seen.get("Pod", ()), end)
    lines = [each for kind in sorted(seen) for item in seen[kind] for each in lines_of(item)]
    lines += layouts([item for kind in sorted(seen) for item in seen[kind]], seen.get("Pod", ()))
    lines += absences(whole, unserved, " and ".join(dict.fromkeys(question.namespaces)))
    for name, text in logs.items():
        lines += log_lines(sources[name], name.rpartition("/")[0], text)
    return Gathered(
        lines=tuple(lines),
        unread=(*unread, *unread_logs),
        objects=tuple(item for kind in sorted(seen) for item in seen[kind]),
        logs=logs,
    )


def ask_all(
    questions: Mapping[str, Callable[[], _ANSWER]], seconds: float
) -> tuple[dict[str, _ANSWER], list[str]]:
    """Ask several things at the same time; return the answers, and why others have none.

    Whoever answers late is not waited for, not even when the process ends.
    """
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in questions:
        waiting.put(name)
    answers: dict[str, _ANSWER] = {}
    problems: dict[str, str] = {}
    over, away = threading.Event(), threading.Event()

    def work() -> None:
        while not over.is_set():
            try:
                name = waiting.get_nowait()
                answers[name] = questions[name]()
            except queue.Empty:
                return
            except UnreachableError as problem:
                problems[name] = str(problem)
                # The others would be asked in vain, each for as long.
                away.set()
                over.set()
            except ClientError as problem:
                problems[name] = str(problem)

    threads = [threading.Thread(target=work, daemon=True) for _each in range(THREADS)]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    over.set()
    found = dict(answers)
    late = f"not read within {max(seconds, 0):.1f} s"
    why = "not asked for, as the API does not answer" if away.is_set() else late
    return found, [f"{name}: {problems.get(name, why)}" for name in questions if name not in found]


def _served(client: Kube) -> tuple[list[_kinds.Kind], list[tuple[str, str]]]:
    """Return Rook's kinds that the API knows; without any, those that a site needs first."""
    rows = [row for row in _kinds.ROWS if row.group in _kinds.ROOK_GROUPS]
    known = [row for row in rows if client.serves(row.api_version, row.name)]
    cluster = _kinds.KINDS["CephCluster"]
    lacking = not any(row.name in _kinds.CLUSTERS for row in known)
    missing = (f"{cluster.plural}.{cluster.group}", f"{cluster.name} of {cluster.api_version}")
    return known, [missing] if lacking else []


def _collections(kinds: Sequence[_kinds.Kind], namespaces: Sequence[str]) -> Iterator[Place]:
    """Yield what is listed: API, kind, namespace, and what of each object is kept."""
    for where in dict.fromkeys(namespaces):
        for row in kinds:
            yield row.api_version, row.name, where, None
        for version, kind in (("v1", "Pod"), ("apps/v1", "Deployment"), ("batch/v1", "Job")):
            yield version, kind, where, None
    keeping: tuple[tuple[str, str, Keep | None], ...] = (
        ("v1", "Event", _telling),
        ("v1", "Node", _of_node),
        ("v1", "Namespace", _going),
        ("v1", "PersistentVolumeClaim", _unbound),
        ("objectbucket.io/v1alpha1", "ObjectBucketClaim", _unbound),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot", _unready),
        ("storage.k8s.io/v1", "StorageClass", None),
        ("storage.k8s.io/v1", "CSIDriver", None),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", _going),
    )
    yield from ((version, kind, "", keep) for version, kind, keep in keeping)


def _words(place: Place) -> str:
    """Return a collection in words."""
    _version, kind, where, _keep = place
    return f"the list of {kind} in {where or 'all namespaces'}"


def _list(client: Kube, place: Place) -> tuple[Object, ...]:
    """Return the objects of a collection."""
    version, kind, where, keep = place
    return client.list(version, kind, where, "", keep).items


def _missing(places: Sequence[Place], listings: Mapping[str, t.Any]) -> set[str]:
    """Return the kinds of which not all could be read: that one is absent is not known."""
    return {place[1] for place in places if _words(place) not in listings}


def _events(
    client: Kube,
    seen: Mapping[str, Sequence[Object]],
    listed: Sequence[tuple[str, str]],
    end: float,
) -> list[Object]:
    """Return the last events whose objects are not well; some pods of others are looked at."""
    events = sorted(seen.get("Event", ()), key=_time)[-MOST_EVENTS:]
    known = {_kinds.id_of(item): item for items in seen.values() for item in items}
    left = dict.fromkeys(map(about, lasting(events, known, listed)))
    theirs = [name for name in left if name.startswith("Pod/") and name not in known]
    asked = {
        name: functools.partial(client.get, Ref("v1", *name.split("/")))
        for name in theirs[-MOST_PODS:]
    }
    answers, _unread = ask_all(asked, end - time.monotonic())
    known |= {name: pod for name, pod in answers.items() if pod is not None}
    gone = {name for name, pod in answers.items() if pod is None}
    return [each for each in lasting(events, known, listed) if about(each) not in gone]


def _read_logs(
    client: Kube, question: Question, pods: Sequence[Object], end: float
) -> tuple[dict[str, str], list[str], dict[str, str]]:
    """Return the logs that tell of something, why others cannot be read, and their sources."""
    sources = {name: row.source for name, row in _logs_of(pods)}

    def read(name: str) -> str:
        _kind, namespace, pod, container = name.split("/")
        return client.logs(namespace, pod, container, question.log_lines)

    asked = {name: functools.partial(read, name) for name in sources}
    logs, unread = ask_all(asked, max(end - time.monotonic(), question.seconds / 4))
    return logs, [f"the log of {problem}" for problem in unread], sources


def _telling(item: Object) -> Object | None:
    """Keep the events that tell of trouble."""
    telling = item.get("type") == "Warning" or item.get("reason") in _WAITING
    return item if telling else None


def _of_node(item: Object) -> Object:
    """Keep what tells how a node is; there may be thousands, with the names of all images."""
    kept = {key: at(item, f"status.{key}") for key in ("conditions", "nodeInfo")}
    spec = {key: at(item, f"spec.{key}") for key in ("taints", "unschedulable")}
    meta = {key: at(item, f"metadata.{key}") for key in ("name", "labels")}
    return {"apiVersion": "v1", "kind": "Node", "metadata": meta, "spec": spec, "status": kept}


def _going(item: Object) -> Object | None:
    """Keep what is being deleted."""
    return item if at(item, "metadata.deletionTimestamp") else None


def _unbound(item: Object) -> Object | None:
    """Keep the claims that have nothing yet, or do not go."""
    return item if at(item, "status.phase") != "Bound" or _going(item) else None


def _unready(item: Object) -> Object | None:
    """Keep the snapshots that are not ready, or do not go."""
    return item if not at(item, "status.readyToUse") or _going(item) else None


def _time(event: Object) -> str:
    """Return when an event was seen last."""
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")


def _logs_of(pods: Sequence[Object]) -> Iterator[tuple[str, LogRow]]:
    """Yield the containers whose logs are read, as Pod/namespace/pod/container."""
    left = {row: row.most for row in _LOGS}
    newest = sorted(pods, key=lambda pod: str(at(pod, "metadata.creationTimestamp")), reverse=True)
    for pod in newest:
        name = pod["metadata"]["name"]
        row = next((each for each in _LOGS if _reads(each, name, pod)), None)
        started = list(_started(pod))
        if row is not None and left[row] and started:
            left[row] -= 1
            ref = Ref.of(pod)
            yield from ((f"Pod/{ref.namespace}/{ref.name}/{each}", row) for each in started)


def _reads(row: LogRow, name: str, pod: Object) -> bool:
    """Tell whether a row is about a pod."""
    return re.search(row.pods, name) is not None and not (row.unwell and _well(pod))


def _well(pod: Object) -> bool:
    """Tell whether all of a pod's containers run, and have run since they began."""
    statuses = at(pod, "status.containerStatuses") or ()
    return bool(statuses) and all(
        each.get("ready") and not at(each, "lastState.terminated") for each in statuses
    )


def _started(pod: Object) -> Iterator[str]:
    """Yield the containers that have a log, those first that prepare, when they failed."""
    for each in at(pod, "status.initContainerStatuses") or ():
        if at(each, "state.terminated.exitCode") or at(each, "lastState.terminated"):
            yield each["name"]
    for each in at(pod, "status.containerStatuses") or ():
        if at(each, "state.running") is not None or any(
            at(each, f"{when}.terminated") for when in ("state", "lastState")
        ):
            yield each["name"]
