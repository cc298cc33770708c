# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rook's ConfigMap rook-ceph-csi-config: which monitors a clusterID has."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from cephfscsi.errors import CsiError

DEFAULT_GROUP = "csi"


@dataclasses.dataclass(frozen=True)
class Cluster:
    name: str
    monitors: tuple[str, ...]
    group: str

    @property
    def mon_host(self) -> str:
        return ",".join(self.monitors)


def find(path: Path, name: str) -> Cluster:
    """Return one cluster of the mounted ConfigMap; it is read anew, as monitors move."""
    try:
        entries = json.loads(path.read_text() or "[]")
    except FileNotFoundError:
        entries = []
    except ValueError as error:
        raise CsiError("INTERNAL", f"{path} is not JSON: {error}") from error
    for entry in entries:
        if entry.get("clusterID") == name:
            return _cluster(entry, path)
    known = ", ".join(sorted(entry.get("clusterID", "") for entry in entries)) or "none"
    raise CsiError(
        "INVALID_ARGUMENT",
        f"missing configuration for cluster ID {name!r}: {path} has {known}. "
        "The operator writes it once the monitors run",
    )


def _cluster(entry: dict[str, object], path: Path) -> Cluster:
    monitors, own = entry.get("monitors"), entry.get("cephFS")
    if not isinstance(monitors, list) or not monitors:
        raise CsiError("UNAVAILABLE", f"{path} has no monitors for {entry['clusterID']!r} yet")
    group = own.get("subvolumeGroup") if isinstance(own, dict) else None
    return Cluster(str(entry["clusterID"]), tuple(map(str, monitors)), group or DEFAULT_GROUP)
