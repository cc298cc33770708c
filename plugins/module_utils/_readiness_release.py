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
# Daemons whose image need not be that of their cluster.
_OWN_IMAGES = ("rook-ceph-nfs", "rook-ceph-nvmeof")


def behind(daemons: Sequence[Manifest], release: _eras.Version, cluster: Manifest) -> str:
    """Return which daemons are of another release than wanted, of Rook before Ceph, or nothing.

    release is that of Rook as far as it is given: 1.18 is any of 1.18. Ceph's is that which the
    operator found in the cluster's image; of one release there may be several images.
    """
    ceph = str(at(cluster, "status.version.version") or "")
    image = str(at(cluster, "spec.cephVersion.image") or "")
    of_rook = [pair for pair in _noted(daemons, ROOK_VERSION) if not _fits(pair[1], release)]
    of_ceph = [pair for pair in _noted(daemons, CEPH_VERSION) if ceph and pair[1] != ceph]
    of_image = [pair for pair in _images(daemons) if image and pair[1] != image]
    for wanted, others in (
        (f"Rook {_eras.dotted(release)}", of_rook),
        (f"Ceph {ceph}", of_ceph),
        (image, of_image),
    ):
        if others:
            named = [f"{name} is of {found}" for name, found in others[:_MOST_NAMED]]
            more = len(others) - len(named)
            return (
                f"{len(others)} of {len(daemons)} daemons are not of {wanted} yet: "
                f"{', '.join(named)}{f' and {more} more' if more else ''}"
            )
    return ""


def _noted(daemons: Sequence[Manifest], label: str) -> list[tuple[str, str]]:
    """Return the names of Deployments that have a label, each with its value."""
    found = [(item["metadata"]["name"], item["metadata"].get("labels") or {}) for item in daemons]
    return sorted((name, str(labels[label])) for name, labels in found if labels.get(label))


def _images(daemons: Sequence[Manifest]) -> list[tuple[str, str]]:
    """Return the names of Deployments that run their cluster's image, each with the one it has."""
    found = [
        (item["metadata"]["name"], at(item, "spec.template.spec.containers") or ())
        for item in daemons
        if (item["metadata"].get("labels") or {}).get("app") not in _OWN_IMAGES
    ]
    return sorted((name, str(boxes[0].get("image"))) for name, boxes in found if boxes)


def _fits(label: str, release: _eras.Version) -> bool:
    """Tell whether a release is the wanted one; of one that is no number nobody knows."""
    numbers = _eras.parse_version(label)
    return numbers is None or all(a == b for a, b in zip(numbers, release, strict=False))
