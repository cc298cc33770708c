# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions and phases as Rook's operator writes them. Pure: the time comes from the caller."""

from __future__ import annotations

import typing as t

# Conditions of these types or reasons outlive the step that wrote them.
LASTING_REASONS = ("ClusterCreated", "ClusterConnected")
LASTING_TYPES = ("Deleting", "DeletionIsBlocked")
STATES = {"Progressing": "Creating", "Ready": "Created", "Deleting": "Deleting"}

Status = dict[str, t.Any]


class Condition(t.NamedTuple):
    type: str
    holds: bool
    reason: str
    message: str


def merged(
    conditions: list[Status], new: Condition, now: str, *, keep_all: bool = True
) -> list[Status]:
    """Put a condition last; without keep_all, those of earlier steps go."""
    status = "True" if new.holds else "False"
    kept, since = [], now
    for old in conditions:
        lasting = old.get("reason") in LASTING_REASONS or old["type"] in LASTING_TYPES
        if old["type"] == new.type:
            if (old["status"], old.get("message")) == (status, new.message):
                since = old.get("lastTransitionTime", now)
        elif keep_all or lasting:
            kept.append(old)
    written = {
        "type": new.type, "status": status, "reason": new.reason, "message": new.message,
        "lastHeartbeatTime": now, "lastTransitionTime": since,
    }  # fmt: skip
    return [*kept, written]


def cluster_status(
    status: Status, new: Condition, now: str, *, keep_all: bool = False, generation: int = 0
) -> Status:
    """Return a CephCluster's changed fields of status: its phase is the last condition's type."""
    old = list(status.get("conditions") or ())
    changed: Status = {"conditions": merged(old, new, now, keep_all=keep_all)}
    if generation and new.type == "Ready":
        changed["observedGeneration"] = generation
    if status.get("phase") != "Deleting":
        state = STATES.get(new.type) if new.holds else "Error"
        changed |= {"phase": new.type, "message": new.message}
        changed |= {"state": state} if state else {}
    return changed


def settled(status: Status, generation: int) -> bool:
    """Tell whether a CephCluster of this generation has been made once."""
    ready = any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in status.get("conditions") or ()
    )
    return ready and status.get("observedGeneration") == generation


def blocked(message: str) -> Condition:
    return Condition("DeletionIsBlocked", True, "ObjectHasDependents", message)


def unblocked(id_: str) -> Condition:
    message = f"{id_} can be deleted safely"
    return Condition("DeletionIsBlocked", False, "ObjectHasNoDependents", message)


def blocked_message(id_: str, dependents: dict[str, list[str]]) -> str:
    parts = [f"{kind}: [{' '.join(names)}]" for kind, names in sorted(dependents.items())]
    return f"{id_} will not be deleted until all dependents are removed: {', '.join(parts)}"


def ceph_status(old: Status, answer: Status, versions: Status, now: str) -> Status:
    """Turn Ceph's own status into the field status.ceph."""
    health = answer["health"]
    old = old or {}
    changed = old.get("health") != health["status"]
    result: Status = {
        "health": health["status"], "fsid": answer["fsid"], "lastChecked": now,
        "details": {
            code: {"severity": check["severity"], "message": check["summary"]["message"]}
            for code, check in health["checks"].items()
            if not check.get("muted")
        },
        "versions": versions,
    }  # fmt: skip
    if changed and old.get("health"):
        result |= {"previousHealth": old["health"], "lastChanged": now}
    pgs = answer["pgmap"]
    if pgs.get("bytes_total"):
        result["capacity"] = {
            "bytesTotal": pgs["bytes_total"], "bytesUsed": pgs["bytes_used"],
            "bytesAvailable": pgs["bytes_avail"], "lastUpdated": now,
        }  # fmt: skip
    # A merge patch keeps what is not named: codes that are gone must be named.
    gone = set(old.get("details") or ()) - set(result["details"])
    result["details"] |= dict.fromkeys(gone)
    return result


def unreachable(old: Status, reason: str, now: str) -> Status:
    """Return the field status.ceph of a Ceph that does not answer."""
    error = {"error": {"severity": "Urgent", "message": reason}}
    gone = dict.fromkeys((old or {}).get("details") or ())
    return {"health": "HEALTH_ERR", "lastChecked": now, "details": gone | error}


def usable_health(ceph: Status | None) -> bool:
    """Tell whether Rook's controllers of pools, file systems and stores act at this health."""
    if not ceph or not ceph.get("health"):
        return False
    if ceph["health"] in ("HEALTH_OK", "HEALTH_WARN"):
        return True
    errors = {
        code for code, item in (ceph.get("details") or {}).items()
        if item and item["severity"] == "HEALTH_ERR"
    }  # fmt: skip
    return bool(errors) and errors <= {"MDS_ALL_DOWN", "MGR_MODULE_ERROR"}
