# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Do daemons run the releases of Rook and of Ceph that are wanted. Pure.

A new operator brings one daemon after the other to its release, and then file systems, gateways and
mirrors, while all of them look as ready as before. What it notes on their Deployments tells how far
it is.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import (
    CEPH_VERSION,
    ROOK_VERSION,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Manifest = Mapping[str, t.Any]

_MOST_NAMED = 5


def behind(daemons: Sequence[Manifest], release: _eras.Version, cluster: Manifest) -> str:
    """Return which daemons are of another release than wanted, of Rook before Ceph, or nothing.

    release is that of Rook as far as it is given: 1.18 is any of 1.18. Ceph's is that which the
    operator found in the cluster's image.
    """
    ceph = str(at(cluster, "status.version.version") or "")
    of_rook = {
        name: label for name, label in _noted(daemons, ROOK_VERSION) if not _fits(label, release)
    }
    of_ceph = {name: label for name, label in _noted(daemons, CEPH_VERSION) if label != ceph}
    if of_rook:
        return _told("Rook", _eras.dotted(release), of_rook, len(daemons))
    return _told("Ceph", ceph, of_ceph, len(daemons)) if ceph and of_ceph else ""


def _noted(daemons: Sequence[Manifest], label: str) -> list[tuple[str, str]]:
    """Return the names of Deployments that have a label, each with its value."""
    found = [(item["metadata"]["name"], item["metadata"].get("labels") or {}) for item in daemons]
    return sorted((name, str(labels[label])) for name, labels in found if labels.get(label))


def _fits(label: str, release: _eras.Version) -> bool:
    """Tell whether a release is the wanted one; of one that is no number nobody knows."""
    numbers = _eras.parse_version(label)
    return numbers is None or all(a == b for a, b in zip(numbers, release, strict=False))


def _told(what: str, wanted: str, others: Mapping[str, str], count: int) -> str:
    """Return in words which daemons are of which other release."""
    named = [f"{name} is of {label}" for name, label in list(others.items())[:_MOST_NAMED]]
    more = len(others) - len(named)
    rest = f" and {more} more" if more else ""
    return (
        f"{len(others)} of {count} daemons are not of {what} {wanted} yet: {', '.join(named)}{rest}"
    )
