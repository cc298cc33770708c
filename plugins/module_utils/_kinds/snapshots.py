# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The rows of the classes by which snapshots are asked for. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._kinds.types import (
    Fixed,
    Kind,
    Version,
)

_CLASS = "a snapshot class is not meant to change: snapshots were made by its old fields"
_CLASS_WAY = (
    "Remove the class (snapshots made with it stay) and run again, or add one with another name."
)


def _snapshot_class(version: str, since: Version, until: Version | None) -> Kind:
    """Return the row of the class in one version of its API, with what Rook's drivers then took."""
    return Kind(
        "VolumeSnapshotClass",
        "snapshot.storage.k8s.io",
        version,
        "volumesnapshotclasses",
        False,
        "storage",
        needs=("CephCluster",),
        fixed=(
            Fixed("driver", "fixed", _CLASS, _CLASS_WAY),
            Fixed("parameters", "fixed", _CLASS, _CLASS_WAY),
            Fixed("parameters.*", "fixed", _CLASS, _CLASS_WAY),
            Fixed("deletionPolicy", "fixed", _CLASS, _CLASS_WAY),
        ),
        since=since,
        until=until,
    )


SNAPSHOT_ROWS = (
    _snapshot_class("v1beta1", (1, 4), (1, 5)),
    _snapshot_class("v1", (1, 6), None),
)
