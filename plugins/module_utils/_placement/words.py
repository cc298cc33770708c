# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Placement in words. Pure."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._placement.judge import Verdict
    from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Pool

_REASONS = {
    "too few places to write": (
        "{placed} of {size} pieces find a place, and Ceph writes with {least} or more"
    ),
    "too few places": "{placed} of {size} pieces find a place, so it stays undersized for ever",
    "hosts without a label": (
        "hosts with devices lack the label of their {domain}, and CRUSH gives up a piece whenever "
        "it meets one of them"
    ),
    "uneven weights": (
        "the weights of its {domain}s differ so much that CRUSH is expected to miss a place in "
        "{short} of {groups} groups"
    ),
    "single copy": "what is lost with one device has no other copy",
}


def reason_text(verdict: Verdict, reason: str) -> str:
    """Return a reason in words, with its numbers."""
    pool = verdict.pool
    return _REASONS.get(reason, reason).format(
        placed=verdict.placed,
        size=pool.size,
        least=pool.least,
        domain=pool.domain,
        short=f"{verdict.short:.2g}",
        groups=pool.pg_num,
    )


def size_text(size: float) -> str:
    """Return a number of bytes as people write it."""
    gib = size / (1 << 30)
    for unit, power in (("PiB", 20), ("TiB", 10)):
        if gib >= 1000 << (power - 10):
            return f"{gib / (1 << power):.3g} {unit}"
    return f"{gib:.3g} GiB"


def pieces(pool: Pool) -> str:
    """Return copies or chunks as people write them."""
    if pool.rule.indep:
        return f"{pool.need}+{pool.size - pool.need}"
    return "1 copy" if pool.size == 1 else f"{pool.size} copies"
