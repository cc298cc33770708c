# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Diagnose a site by what can be read of it. Reads only."""

from __future__ import annotations

import dataclasses
import re
import threading
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis import (
    SIGNATURES,
    diagnose,
    looked_at,
    sentence,
)
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.lines import line, log_lines
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._evidence import (
    Gathered,
    Question,
    gather,
)
from ansible_collections.rookery.rook.plugins.module_utils._redact import hidden

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube
    from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
        Diagnosis,
        Line,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._readiness import Expect

# After a wait that failed nobody wants to wait for long, or to read much.
HURRY_SECONDS = 10.0
_MOST_SUSPECTED = 3
_SINGLE_LINES = ("health", "pg")
# How 'ceph health detail' begins the line of a check.
_BADGE = re.compile(r"^\s*\[\w+\] ")


def gathered_or_why(ask: Callable[[], Kube], question: Question) -> Gathered:
    """Return the evidence; an API that cannot be asked is told, and other evidence may do."""
    try:
        return gather(ask(), question)
    except ClientError as problem:
        return Gathered((), (hidden(str(problem)),), (), {})


def with_given(
    gathered: Gathered, given: Iterable[Mapping[str, t.Any]], unread: Iterable[str] = ()
) -> Gathered:
    """Add what somebody else has read, such as logs of kubelets, and what he could not."""
    lines, logs = list(gathered.lines), dict(gathered.logs)
    for place, entry in enumerate(given):
        source, about = entry["source"], entry.get("object") or ""
        if source in _SINGLE_LINES:
            lines += (line(source, about, _BADGE.sub("", each)) for each in entry["lines"])
        else:
            lines += log_lines(source, about, "\n".join(entry["lines"]))
        logs[f"given/{source}-{place}"] = "\n".join(entry["lines"])
    told = (*gathered.unread, *unread)
    return dataclasses.replace(gathered, lines=tuple(lines), logs=logs, unread=told)


def as_result(
    gathered: Gathered, release: tuple[int, ...] | None, muted: Iterable[str]
) -> dict[str, t.Any]:
    """Return what a module tells of the evidence; it says so when the causes are unknown."""
    lines = _accepted(gathered.lines, frozenset(muted))
    found = diagnose(lines, release)
    counts = looked_at(lines)
    told = [sentence(each) for each in found] or [_unknown(counts)]
    return {
        "diagnoses": [_row(each) for each in found],
        "unknown": not found,
        "looked_at": dict(counts),
        "unread": [hidden(each) for each in gathered.unread],
        "lines": [*told, *(f"Not read: {hidden(each)}" for each in gathered.unread)],
    }


def suspects(client: Kube, namespaces: Sequence[str], expect: Expect) -> list[str]:
    """Return the likeliest diagnoses in a sentence each, or nothing; raises nothing.

    Whatever goes wrong here stays in a thread of its own: it must not hide why it was asked.
    """
    found: list[str] = []

    def work() -> None:
        gathered = gathered_or_why(lambda: client, Question(tuple(namespaces), HURRY_SECONDS))
        lines = _accepted(gathered.lines, expect.muted)
        diagnoses = diagnose(lines, expect.release or None)
        found.extend(sentence(each) for each in diagnoses[:_MOST_SUSPECTED])

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    # The lists may take all of the time, the logs a quarter of it.
    thread.join(HURRY_SECONDS * 1.5)
    return list(found)


def _accepted(lines: Iterable[Line], muted: frozenset[str]) -> list[Line]:
    """Return the lines without the checks of health that the site accepts."""
    return [
        each
        for each in lines
        if each.source != "health" or re.split(r"\W", each.text)[0] not in muted
    ]


def _row(found: Diagnosis) -> dict[str, t.Any]:
    """Return a diagnosis as a module tells it."""
    signature = found.signature
    return {
        "id": signature.id,
        "title": signature.title,
        "confidence": found.confidence,
        "cause": signature.cause,
        "fix": signature.fix,
        "follows": list(found.follows),
        "reference": signature.reference,
        "evidence": [dataclasses.asdict(each) for each in found.evidence],
        "count": found.lines,
    }


def _unknown(counts: Mapping[str, int]) -> str:
    """Return that nothing is known, and what was looked at."""
    where = ", ".join(f"{source} {count}" for source, count in counts.items()) or "nothing"
    return (
        f"Unknown: none of {len(SIGNATURES)} signatures fits the evidence (lines of {where}). "
        "Look at it in the support bundle, which the option bundle writes."
    )
