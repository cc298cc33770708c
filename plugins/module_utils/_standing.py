# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From what was seen of a site to how it stands: objects, drift, versions, health. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import (
    CEPH_VERSION,
    ROOK_VERSION,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.osds import OSD, node_of_osd
from ansible_collections.rookery.rook.plugins.module_utils._managed import holders
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    NotReady,
    Ready,
    Verdict,
    readiness,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_ceph import health_problem

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, Plan

    Manifest = Mapping[str, t.Any]
    Told = dict[str, t.Any]

OPERATOR = "rook-ceph-operator"
# Annotations that Kubernetes and its tools write for themselves.
_NOISE = ("deployment.kubernetes.io/", "kubectl.kubernetes.io/")
# In a report, rights and definitions of a site that stands are of no interest.
_PLAIN = ("Namespace", "CustomResourceDefinition")


@dataclasses.dataclass(frozen=True)
class Seen:
    """All that was seen of a site. children are by the id of the object that they belong to.

    absent says that nothing is wanted, so that whatever is ours is left over.
    """

    site: Site
    wanted: frozenset[str]
    observed: Observed
    plan: Plan
    children: Mapping[str, tuple[Manifest, ...]]
    nodes: tuple[Manifest, ...] = ()
    proof: tuple[str, ...] = ()
    absent: bool = False

    @property
    def compared(self) -> bool:
        """Tell whether there is a model to compare with, and not only the site's name."""
        return bool(self.site.hosts) or self.absent

    @property
    def cluster_id(self) -> str:
        """Return the id of the Ceph cluster that the site stands on, whosesoever it is."""
        kind = _kinds.kind_in(self.site.release, "CephCluster").name
        return _kinds.make_id(kind, self.site.namespace, self.site.cluster.name)

    @property
    def cluster(self) -> Manifest:
        """Return the Ceph cluster's resource as it is, empty when there is none."""
        return self.observed.objects.get(self.cluster_id, {})


def as_info(seen: Seen) -> Told:
    """Return everything that the module of information tells."""
    rows = list(_rows(seen))
    drift = list(_drift(seen))
    left = _leftovers(seen)
    found = {
        "objects": rows,
        "missing": [row["id"] for row in rows if not row["exists"]],
        "drift": drift,
        "leftovers": left,
        "consumers": [
            {"id": item.id, "uses": list(item.uses), "pods": list(item.pods)}
            for item in seen.observed.consumers
        ],
        "versions": _versions(seen),
        "health": _health(seen),
        "osds": _osds(seen),
    }
    return {**found, "standing": _standing(seen, found)}


def _rows(seen: Seen) -> Iterator[Told]:
    """Yield a row for each object that is wanted or ours, in the table's order."""
    ids = seen.observed.owned | (seen.wanted if seen.compared else frozenset())
    for object_id in sorted(ids, key=_kinds.sort_key):
        live = seen.observed.objects.get(object_id)
        verdict = _verdict(seen, object_id, live)
        yield {
            "id": object_id,
            "stage": _kinds.kind_of(object_id).stage,
            "exists": live is not None,
            "ours": object_id in seen.observed.owned,
            "ready": isinstance(verdict, Ready),
            "reason": "" if isinstance(verdict, Ready) else verdict.reason,
        }


def _verdict(seen: Seen, object_id: str, live: Manifest | None) -> Verdict:
    if live is None:
        return NotReady("it is not there")
    expect = Expect(frozenset(seen.site.cluster.mute_health), release=seen.site.release)
    return readiness(live, seen.children.get(object_id, ()), expect)


def _drift(seen: Seen) -> Iterator[Told]:
    """Yield each field that is not as the model has it, and who has set it when, if it is noted."""
    for step in seen.plan.steps if seen.compared and not seen.absent else ():
        if step.op == "update":
            live = seen.observed.objects[step.target]
            for change in step.changes:
                others = holders(live, change.path)
                last = max(others, key=lambda other: other.since, default=None)
                yield {
                    "id": step.target,
                    "path": change.path,
                    "found": change.old,
                    "wanted": change.new,
                    "manager": last.manager if last else "",
                    "since": last.since if last else "",
                }


def _leftovers(seen: Seen) -> list[str]:
    """Return what is ours and no longer named, and what a proof left."""
    named = {
        target
        for target in seen.observed.owned - seen.wanted
        if seen.compared
        and not _kinds.has_owner(seen.observed.objects[target])
        # Without the operator's manifests it is not known what of its stage is wanted.
        and (_kinds.kind_of(target).stage != "operator" or _knows_operator(seen))
    }
    return sorted(named | set(seen.proof), key=_kinds.sort_key)


def _knows_operator(seen: Seen) -> bool:
    return seen.absent or any(_kinds.kind_of(target).stage == "operator" for target in seen.wanted)


def _versions(seen: Seen) -> Told:
    """Return what runs, as Kubernetes itself has it: images, labels, and what the operator says."""
    name = _kinds.make_id("Deployment", seen.site.namespace, OPERATOR)
    operator = seen.observed.objects.get(name, {})
    containers = at(operator, "spec.template.spec.containers") or ()
    notes = at(operator, "metadata.annotations") or {}
    labels = [
        item["metadata"].get("labels") or {}
        for items in seen.children.values()
        for item in items
        if item["kind"] == "Deployment"
    ]
    return {
        "operator_images": [item.get("image", "") for item in containers],
        "operator_notes": {
            key: value for key, value in sorted(notes.items()) if not key.startswith(_NOISE)
        },
        "rook": _different(label.get(ROOK_VERSION) for label in labels),
        "ceph": _different(label.get(CEPH_VERSION) for label in labels),
        "ceph_image": at(seen.cluster, "status.version.image") or "",
        "kubernetes": _different(at(node, "status.nodeInfo.kubeletVersion") for node in seen.nodes),
    }


def _osds(seen: Seen) -> list[Told]:
    """Return the OSDs that are there; Rook keeps a Deployment for each until it is purged."""
    found = {}
    for item in (item for items in seen.children.values() for item in items):
        labels = item["metadata"].get("labels") or {}
        if item["kind"] == "Deployment" and labels.get("app") == OSD:
            uid = str(labels.get("ceph-osd-id") or "")
            found[item["metadata"]["name"]] = {"id": uid, "node": node_of_osd(item)}
    return sorted(found.values(), key=lambda row: (row["node"], row["id"]))


def _different(values: Iterable[t.Any]) -> list[str]:
    """Return each value once, in order, without those that are missing."""
    return sorted({str(value) for value in values if value})


def _health(seen: Seen) -> Told:
    """Return what Ceph last said of itself."""
    ceph = at(seen.cluster, "status.ceph") or {}
    muted = frozenset(seen.site.cluster.mute_health)
    details = ceph.get("details") or {}
    return {
        "ours": seen.cluster_id in seen.observed.owned if seen.cluster else None,
        "status": ceph.get("health", ""),
        "problem": health_problem(seen.cluster, muted) if seen.cluster else "",
        "codes": {code: item.get("message", "") for code, item in sorted(details.items())},
        "muted": sorted(muted & set(details)),
        "last_checked": ceph.get("lastChecked", ""),
        "capacity": ceph.get("capacity") or {},
        "fsid": ceph.get("fsid", ""),
    }


def _standing(seen: Seen, found: Told) -> Told:
    """Return how the site stands in what does not change while the site does not."""
    shown = [row for row in found["objects"] if _is_shown(row)]
    health = found["health"]
    unmuted = [code for code in health["codes"] if code not in health["muted"]]
    ceph = "HEALTH_OK" if seen.cluster and not health["problem"] else health["status"]
    return {
        "summary": {
            "state": _state(shown),
            "ready": f"{sum(row['ready'] for row in shown)} of {len(shown)}",
            # Storage of the site may stand on a cluster of others, whose health matters then too.
            "ceph": ceph if health["ours"] or not ceph else f"{ceph}, not ours",
            "warnings": unmuted,
        },
        "versions": found["versions"],
        "objects": [
            {"id": row["id"], "ready": row["ready"], "why": row["reason"]} for row in shown
        ],
        "drift": found["drift"],
        "leftovers": found["leftovers"],
    }


def _is_shown(row: Told) -> bool:
    """Tell whether an object is of interest: it can be ready, or it is not."""
    row_kind = _kinds.kind_of(row["id"])
    notable = row_kind.name not in _PLAIN and (row_kind.readiness or row_kind.stage != "operator")
    return bool(notable) or not row["ready"]


def _state(shown: Iterable[Told]) -> str:
    rows = list(shown)
    if not any(row["exists"] for row in rows):
        return "nothing is there"
    return "ready" if all(row["ready"] for row in rows) else "not ready"
