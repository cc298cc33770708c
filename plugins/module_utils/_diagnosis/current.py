# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Leave out what is over: events of objects that are well by now, old lines of logs. Pure.

Kubernetes keeps events for an hour and logs for days: most errors in them have passed by now.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at, make_id

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import Manifest

_Event = t.TypeVar("_Event", bound="Manifest")
# So many minutes before the last line of a log its lines still count.
LOG_MINUTES = 60
_STANDS = ("Ready", "Created", "Connected", "Bound", "Succeeded")
# Events of claims that are over when the claim is bound; a claim that grows is bound.
_BINDING = re.compile(r"^(Provisioning|ProvisioningFailed|FailedBinding|ExternalProvisioning)$")
# How Rook and Ceph, and how Kubernetes' libraries write the time.
_FULL = re.compile(r"^(?:debug )?\d{4}-(\d\d)-(\d\d)[T ](\d\d):(\d\d):")
_SHORT = re.compile(r"^[IWEF](\d\d)(\d\d) (\d\d):(\d\d):")


def about(event: Manifest) -> str:
    """Return the id of the object that an event is about."""
    item = event.get("involvedObject") or {}
    return make_id(str(item.get("kind")), str(item.get("namespace") or ""), str(item.get("name")))


def lasting(
    events: Iterable[_Event], known: Mapping[str, Manifest], listed: Iterable[tuple[str, str]]
) -> Iterator[_Event]:
    """Yield the events whose objects are not well.

    known are objects by id; listed are the kinds and namespaces of which all objects are known, an
    empty namespace for all: what is not among them is gone, or had nothing to tell.
    """
    whole = frozenset(listed)
    for event in events:
        name = about(event)
        kind, namespace, _name = name.split("/", 2)
        if name in known:
            over = is_well(known[name])
        else:
            over = (kind, namespace) in whole or (kind, "") in whole
        if kind == "PersistentVolumeClaim" and not _BINDING.match(str(event.get("reason"))):
            over = False
        if not over:
            yield event


def is_well(item: Manifest) -> bool:
    """Tell whether an object is as it should be, as far as its status says."""
    if at(item, "metadata.deletionTimestamp"):
        return False
    if item["kind"] == "Pod" and at(item, "status.phase") != "Succeeded":
        statuses = at(item, "status.containerStatuses") or ()
        return bool(statuses) and all(each.get("ready") for each in statuses)
    return (at(item, "status.phase") or at(item, "status.state")) in _STANDS


def recent(lines: list[str]) -> list[str]:
    """Return the lines of a log from its last hour, by the log's own time."""
    times = [_minutes(line) for line in lines]
    last = next((time for time in reversed(times) if time is not None), None)
    if last is None:
        return lines
    kept, before = [], last
    for line, time in zip(lines, times, strict=True):
        # A line without a time belongs to the one before it.
        before = before if time is None else time
        if last - before <= LOG_MINUTES:
            kept.append(line)
    return kept


def _minutes(line: str) -> int | None:
    """Return when a line was written, so that times of one log can be compared."""
    found = _FULL.match(line) or _SHORT.match(line)
    if found is None:
        return None
    # Without the year, which not all of them write: what seems to be of the future stays.
    month, day, hour, minute = (int(part) for part in found.groups())
    return ((month * 31 + day) * 24 + hour) * 60 + minute
