# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is left after a teardown, and whether what belongs to others is as it was before. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._consumers import (
    Storage,
    find_consumers,
)
from ansible_collections.rookery.rook.plugins.module_utils._diff import stripped
from ansible_collections.rookery.rook.plugins.module_utils._holders import ROOK, held
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at, id_of
from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import ROOK_VERSION
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import blockers
from ansible_collections.rookery.rook.plugins.module_utils._remains import (
    is_cluster_of_others,
    remains,
)

Manifest = Mapping[str, t.Any]
Told = dict[str, t.Any]
# What Rook notes on what it makes, with its own name as the value or without.
_MAKER = ("app.kubernetes.io/managed-by", "app.kubernetes.io/created-by")
_MADE = ("rook_cluster", ROOK_VERSION, "ceph_daemon_id")
_RUN_AGAIN = "Run the teardown again: it goes, or is named with what holds it."


@dataclasses.dataclass(frozen=True)
class Whose:
    """By what the site's objects are told from those of others."""

    site: str
    namespace: str
    drivers: frozenset[str]

    def is_foreign(self, item: Manifest) -> bool:
        """Tell whether an object is somebody else's; what has an owner goes with it."""
        return not (
            _kinds.is_ours(item, self.site)
            or _kinds.has_owner(item)
            or remains(item, self.namespace, self.drivers)
            or (at(item, "metadata.namespace") == self.namespace and _is_made_by_rook(item))
        )


@dataclasses.dataclass(frozen=True)
class Print:
    """What tells whether somebody else's object was changed, and by whom it was last."""

    digest: str
    manager: str


@dataclasses.dataclass(frozen=True)
class Inventory:
    """What was there at one time: objects that may be left, and prints of others' by id."""

    objects: tuple[Manifest, ...]
    foreign: Mapping[str, Print]


def print_of(item: Manifest) -> Print:
    """Return the print of an object: its uid, and everything but what the server notes."""
    text = json.dumps({**stripped(item), "uid": at(item, "metadata.uid")}, sort_keys=True)
    entries = [
        (str(entry.get("time") or ""), str(entry.get("manager") or ""))
        for entry in at(item, "metadata.managedFields") or ()
        if not entry.get("subresource")
    ]
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Print(digest, max(entries, default=("", ""))[1])


def untouched(before: Inventory, after: Inventory, meant: Collection[str]) -> Told:
    """Return how others' objects stood before and after; what was to go by permission left out."""
    # What others had in a namespace of the site was refused, or is Kubernetes' own.
    gone = {key.rpartition("/")[2] for key in meant if key.startswith("Namespace/")}
    known = {
        key: item
        for key, item in before.foreign.items()
        if key not in meant and key.split("/")[1] not in gone
    }
    now = {key: item for key, item in after.foreign.items() if key in known}
    return {
        "objects": len(known),
        "before": _digest(known),
        "after": _digest(now),
        "differing": [
            {"id": key, "how": "changed" if key in now else "removed", "by": _by(now.get(key))}
            for key, item in sorted(known.items())
            if key not in now or now[key].digest != item.digest
        ],
    }


def _by(item: Print | None) -> str:
    return item.manager if item else ""


def _digest(prints: Mapping[str, Print]) -> str:
    """Return one digest of many objects."""
    text = json.dumps(sorted((key, item.digest) for key, item in prints.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def left(whose: Whose, found: Inventory) -> list[Told]:
    """Return what a teardown of everything has left, each with why, and what to do next."""
    return _told(_left(whose, found.objects))


def left_definitions(items: Collection[Manifest]) -> list[Told]:
    """Return the definitions that a teardown leaves when these objects are still there."""
    return _told(_definitions(items))


def _told(found: Iterable[tuple[Manifest, str, str]]) -> list[Told]:
    """Return what is left as it is told, each object once."""
    rows = {id_of(item): (item, why, way) for item, why, way in found}
    return [
        {"id": key, "reason": f"{why}{_held(item)}", "way_on": way}
        for key, (item, why, way) in sorted(rows.items(), key=lambda row: _kinds.sort_key(row[0]))
    ]


def _held(item: Manifest) -> str:
    """Return what keeps an object that is being deleted."""
    return f", {blockers(item)}" if at(item, "metadata.deletionTimestamp") else ""


def _left(whose: Whose, items: Collection[Manifest]) -> Iterator[tuple[Manifest, str, str]]:
    """Yield each object that is left, why it counts, and the way on."""
    volumes = [item for item in items if item["kind"] == "PersistentVolume"]
    storage = Storage(whose.namespace, {}, whose.drivers)
    ours = {each.id for each in find_consumers(storage, {"PersistentVolume": volumes})}
    theirs = any(is_cluster_of_others(item, whose.site, whose.namespace) for item in items)
    for item in items:
        inside = at(item, "metadata.namespace") == whose.namespace
        if _kinds.is_ours(item, whose.site):
            yield item, "carries the site's labels", _RUN_AGAIN
        elif theirs:
            continue
        elif remains(item, whose.namespace, whose.drivers) or (inside and _kinds.is_cleanup(item)):
            yield item, "was made by an operator for the site", _RUN_AGAIN
        elif inside and _is_rooks_own(item):
            yield item, "is Rook's, and nothing of it runs here any more", _by_hand(item)
        elif id_of(item) in ours:
            yield item, "is a volume of the site, whose data is gone", _by_hand(item)
    yield from _definitions(items)


def _definitions(items: Collection[Manifest]) -> Iterator[tuple[Manifest, str, str]]:
    """Yield each definition that is left, why it counts, and the way on."""
    for item in unused_definitions(items):
        way = f"{_by_hand(item)} Or leave Rook installed for another site."
        yield item, "is a definition of Rook that nobody uses and that is not the site's", way


def unused_definitions(items: Collection[Manifest]) -> Iterator[Manifest]:
    """Yield definitions of Rook of which there are no objects, while no operator of Rook is."""
    if any(item["kind"] == "Deployment" and ROOK.runs_as(item) for item in items):
        return
    used = {(item["apiVersion"].partition("/")[0], item["kind"]) for item in items}
    for item in items:
        group = at(item, "spec.group")
        is_rooks = item["kind"] == "CustomResourceDefinition" and group in _kinds.ROOK_GROUPS
        if is_rooks and (group, at(item, "spec.names.kind")) not in used:
            yield item


def matters(whose: Whose, item: Manifest) -> bool:
    """Tell whether an object may turn out to be left, or tells whether another one is in use."""
    return (
        not whose.is_foreign(item)
        or item["kind"] in ("PersistentVolume", "CustomResourceDefinition")
        or _kinds.is_rooks(item)
        or (item["kind"] == "Deployment" and ROOK.runs_as(item))
    )


def _by_hand(item: Manifest) -> str:
    """Return how to remove an object by hand."""
    namespace = at(item, "metadata.namespace")
    where = f" -n {namespace}" if namespace else ""
    return f"Look whether anybody needs it, and remove it: kubectl delete{where} {_name(item)}."


def _name(item: Manifest) -> str:
    """Return an object as kubectl takes it."""
    group = item["apiVersion"].rpartition("/")[0]
    return f"{item['kind'].lower()}{f'.{group}' if group else ''}/{item['metadata']['name']}"


def _is_rooks_own(item: Manifest) -> bool:
    """Tell whether Rook's work is left; what goes with its owner is, if something holds it."""
    going = _kinds.has_owner(item) and not held(item)
    return _kinds.is_rooks(item) or (_is_made_by_rook(item) and not going)


def _is_made_by_rook(item: Manifest) -> bool:
    """Tell whether Rook has made an object: by its labels, or by what holds it."""
    labels: Mapping[str, t.Any] = at(item, "metadata.labels") or {}
    names: Iterable[t.Any] = (labels.get(key) for key in _MAKER)
    return (
        "rook-ceph-operator" in names
        or item["metadata"]["name"].startswith("rook-ceph-")
        or any(key in labels for key in _MADE)
        or ROOK in held(item).values()
        or _kinds.is_cleanup(item)
    )
