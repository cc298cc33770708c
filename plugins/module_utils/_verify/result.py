# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From a proof to what the module returns. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import id_of
from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import promise

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import (
        Probe,
        Unproven,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._verify.proof import (
        Finding,
        Proof,
    )


def outline(
    probes: Sequence[Probe], unproven: Iterable[Unproven], left: Iterable[Mapping[str, t.Any]]
) -> dict[str, t.Any]:
    """Return what a proof would do: its probes, and the objects that it would remove first."""
    removed = [id_of(item) for item in left]
    return {
        "changed": bool(removed),
        "probes": [_probe(probe, "planned") for probe in probes],
        "evidence": [],
        "unproven": [dataclasses.asdict(item) for item in unproven],
        "removed": removed,
        "summary": f"{len(probes)} to prove",
    }


def outcome(proof: Proof, seconds: float) -> dict[str, t.Any]:
    """Return what became of a proof, over its outline."""
    removed = [id_of(item) for item in proof.removed]
    proven = [item for item in proof.findings if not item.problem]
    words = [f"{len(proven)} of {len(proof.findings)} proven"] if proof.findings else []
    words += [f"{len(removed)} leftovers of an interrupted proof removed"] if removed else []
    return {
        "changed": bool(removed),
        "probes": [_found(item) for item in proof.findings],
        "evidence": [row for item in proof.findings for row in item.evidence],
        "removed": removed,
        "summary": f"{', '.join(words) or 'nothing to do'} in {seconds:.1f} s",
    }


def _probe(probe: Probe, word: str, seconds: float = 0.0, reason: str = "") -> dict[str, t.Any]:
    return {
        "target": probe.target,
        "outcome": word,
        "seconds": seconds,
        "proves": promise(probe),
        "reason": reason,
    }


def _found(item: Finding) -> dict[str, t.Any]:
    word = "failed" if item.problem else "proven"
    return _probe(item.probe, word, item.seconds, item.problem)
