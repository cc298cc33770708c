# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From evidence to diagnoses: symptom, cause, evidence and cure. Pure."""

from __future__ import annotations

import functools
import re
import typing as t
from collections import Counter, defaultdict

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.table import SIGNATURES
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    Diagnosis,
    Line,
    Sign,
    Signature,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._eras_types import Version

__all__ = ["SIGNATURES", "diagnose", "looked_at", "sentence"]

# So many lines are shown of each diagnosis; that there are more is told.
SHOWN = 3
_By = t.Mapping[str, t.Sequence[Line]]


def diagnose(
    evidence: Iterable[Line],
    release: Version | None = None,
    signatures: Sequence[Signature] = SIGNATURES,
) -> tuple[Diagnosis, ...]:
    """Return what the evidence shows, causes before their consequences, the surest first.

    An empty result means that the causes are unknown.
    """
    by_source: dict[str, list[Line]] = defaultdict(list)
    for line in dict.fromkeys(evidence):
        by_source[line.source].append(line)
    found = [
        match
        for signature in signatures
        if signature.lives_in(release) and (match := _match(signature, by_source)) is not None
    ]
    ids = {match.signature.id for match in found}
    related = [
        Diagnosis(
            match.signature, match.evidence, match.lines, match.score,
            tuple(cause for cause in match.signature.follows if cause in ids),
        )
        for match in found
    ]  # fmt: skip
    return tuple(sorted(related, key=_rank))


def looked_at(evidence: Iterable[Line]) -> Mapping[str, int]:
    """Return how many lines of each source there are."""
    return dict(sorted(Counter(line.source for line in evidence).items()))


def sentence(found: Diagnosis) -> str:
    """Return a diagnosis in one line, with the first of its evidence."""
    signature, first = found.signature, found.evidence[0]
    shown = f"{first.object}: {first.text}" if first.object else first.text
    return (
        f"Diagnosis {signature.id} ({found.confidence}): {signature.cause} {signature.fix} "
        f"Seen: {shown}"
    )


def _rank(found: Diagnosis) -> tuple[bool, int, int, str]:
    """Return the place of a diagnosis among others."""
    return bool(found.follows), -min(found.score, 3), -found.lines, found.signature.id


def _match(signature: Signature, by_source: _By) -> Diagnosis | None:
    """Return the diagnosis if all that the signature asks for is there."""
    if any(_lines(one, by_source) for one in signature.none):
        return None
    every = [(one, _lines(one, by_source)) for one in signature.every]
    some = [(one, lines) for one in signature.some if (lines := _lines(one, by_source))]
    if not all(lines for _one, lines in every) or (signature.some and not some):
        return None
    shown: dict[Line, None] = {}
    # The strongest first, and one of each before the second of any.
    signs = sorted((*every, *some), key=lambda pair: -pair[0].weight)
    for place in range(max(len(lines) for _one, lines in signs)):
        shown.update(dict.fromkeys(lines[place] for _one, lines in signs if place < len(lines)))
    best = max((one.weight for one, _lines_of in some), default=0)
    score = best + sum(one.weight for one in signature.every)
    return Diagnosis(signature, tuple(shown)[:SHOWN], len(shown), score)


def _lines(one: Sign, by_source: _By) -> list[Line]:
    """Return the lines that say what a sign looks for, or nothing when they are too few."""
    said, of = _compiled(one.text), _compiled(one.of)
    found = [
        line
        for source in one.sources
        for line in by_source.get(source, ())
        if said.search(line.text) and of.search(line.object)
    ]
    return found if len(found) >= one.least else []


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern that upper and lower case are the same to."""
    return re.compile(pattern, re.IGNORECASE)
