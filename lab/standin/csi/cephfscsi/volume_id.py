# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ceph-csi's volume ids: version, cluster, file system and volume in one string."""

from __future__ import annotations

import dataclasses
import re
import uuid

VERSION = "0001"
# CSI allows 128 bytes; the fixed parts take 64 of them.
CLUSTER_LIMIT = 64
_TAIL = re.compile(r"-([0-9a-f]{16})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclasses.dataclass(frozen=True)
class VolumeId:
    cluster: str
    filesystem: int
    volume: str

    @property
    def subvolume(self) -> str:
        return f"csi-vol-{self.volume}"

    def __str__(self) -> str:
        size = len(self.cluster.encode())
        return f"{VERSION}-{size:04x}-{self.cluster}-{self.filesystem:016x}-{self.volume}"


def parse(text: str) -> VolumeId | None:
    """Return the parts of an id, or None if no CephFS driver has made it."""
    head = re.match(rf"{VERSION}-([0-9a-f]{{4}})-", text)
    if head is None:
        return None
    end = head.end() + int(head[1], 16)
    tail = _TAIL.fullmatch(text, end) if end <= len(text) else None
    if tail is None:
        return None
    return VolumeId(text[head.end() : end], int(tail[1], 16), tail[2])


def volume_of(driver: str, name: str) -> str:
    """Return the volume's own part of its id: the same request always gives the same volume."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{driver}/{name}"))
