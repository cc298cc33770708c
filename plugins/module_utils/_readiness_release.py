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
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import (
    SETTLED,
    SKIPPED,
    Failed,
    NotReady,
    Ready,
    Verdict,
    few,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Manifest = Mapping[str, t.Any]

# Daemons whose image need not be that of their cluster.
_OWN_IMAGES = ("rook-ceph-nfs", "rook-ceph-nvmeof")
# Daemons of which Rook skips those with a label. Of metadata servers it compares other names.
_SKIPPABLE = frozenset(
    f"rook-ceph-{sort}" for sort in ("mon", "mgr", "osd", "rgw", "rbd-mirror", "nfs")
)


def behind(daemons: Sequence[Manifest], release: _eras.Version, cluster: Manifest) -> Verdict:
    """Judge daemons by the releases that they are to be of, Rook's before Ceph's.

    release is that of Rook as far as it is given: 1.18 is any of 1.18. Ceph's is that which the
    operator found in the cluster's image; of one release there may be several images. An external
    cluster's may be that of its own monitors, which Rook lets be ahead of the image.
    """
    external = at(cluster, "spec.external.enable")
    ceph = "" if external else str(at(cluster, "status.version.version") or "")
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
            skipped = sorted(_skipped(daemons) & {name for name, _found in others})
            reason = (
                f"{len(others)} of {len(daemons)} daemons are not of {wanted} yet: "
                f"{few([f'{name} is of {found}' for name, found in others])}"
            )
            if skipped:
                reason += f"; the label {SKIPPED} keeps Rook from {few(skipped)}"
            return Failed(reason, SETTLED) if len(skipped) == len(others) else NotReady(reason)
    return Ready()


def _skipped(daemons: Sequence[Manifest]) -> set[str]:
    """Return the names of Deployments that Rook leaves as they are, as somebody told it to."""
    found = [(item["metadata"]["name"], item["metadata"].get("labels") or {}) for item in daemons]
    return {name for name, own in found if SKIPPED in own and own.get("app") in _SKIPPABLE}


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
