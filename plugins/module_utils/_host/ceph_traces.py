# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""To which Ceph cluster a device or a directory belongs, as it says itself."""

from __future__ import annotations

import dataclasses
import re
import struct
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host.medium import KIB, MIB
from ansible_collections.rookery.rook.plugins.module_utils._host.signatures import (
    BLUESTORE_MAGIC,
    BLUESTORE_OFFSETS,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ansible_collections.rookery.rook.plugins.module_utils._host.medium import Medium

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TAG = re.compile(f"ceph\\.cluster_fsid=({_UUID})".encode())
_SUBSYSTEM = re.compile(f"ceph_fsid=({_UUID})".encode())
_SETTING = re.compile(f"^\\s*fsid\\s*=\\s*({_UUID})", re.MULTILINE)
_OSD_DIRECTORY = re.compile(f"({_UUID})_{_UUID}")
# Before the text of a label's structure: two versions, length, uuid, size, time.
_FIXED = 1 + 1 + 4 + 16 + 8 + 8


@dataclasses.dataclass(frozen=True)
class Ceph:
    """What is known of an OSD from its device; what is not known is empty."""

    fsid: str
    osd_uuid: str = ""
    osd_id: str = ""
    offset: int = 0


def traces(medium: Medium) -> tuple[Ceph, ...]:
    """Return every sign of a Ceph cluster on a device: labels, tags of LVM, headers of LUKS."""
    found = list(_labels(medium))
    if medium.at(0, 4) == b"LUKS":
        found += [Ceph(match[1].decode()) for match in _SUBSYSTEM.finditer(medium.at(0, 4 * KIB))]
    if b"LABELONE" in medium.at(0, 2 * KIB):
        tags = {match[1].decode() for match in _TAG.finditer(medium.at(0, MIB))}
        found += [Ceph(fsid) for fsid in sorted(tags)]
    return tuple(found)


def noted_fsid(note: Path) -> tuple[str, ...]:
    """Return the cluster that a teardown has noted on a host before it removed the cluster."""
    return tuple(note.read_text(errors="replace").split()[:1]) if note.is_file() else ()


def directory_fsids(folder: Path) -> tuple[str, ...]:
    """Return the clusters that have left something in Rook's directory on a host."""
    found: set[str] = set()
    for path in sorted(folder.glob("*/*")):
        match = _OSD_DIRECTORY.fullmatch(path.name)
        if match:
            found.add(match[1])
        elif path.name == "ceph_fsid" and path.is_file():
            found.add(path.read_text(errors="replace").strip())
        elif path.suffix in (".config", ".conf") and path.is_file():
            found.update(_SETTING.findall(path.read_text(errors="replace")))
    return tuple(sorted(found - {""}))


def parse_label(block: bytes) -> tuple[str, Mapping[str, str]] | None:
    """Return an OSD's uuid and what it wrote of itself, from a label's 4 KiB; None for no label."""
    if not block.startswith(BLUESTORE_MAGIC):
        return None
    start = len(BLUESTORE_MAGIC)
    uuid = block[start : start + 36].decode(errors="replace")
    try:
        _description, place = _text(block, start + 37 + _FIXED)
        (count,) = struct.unpack_from("<I", block, place)
        place, meta = place + 4, {}
        for _number in range(count):
            key, place = _text(block, place)
            meta[key], place = _text(block, place)
    except struct.error:
        return uuid, {}
    return uuid, meta


def _labels(medium: Medium) -> Iterator[Ceph]:
    for offset in BLUESTORE_OFFSETS:
        label = parse_label(medium.at(offset, 4 * KIB))
        if label is not None:
            uuid, meta = label
            yield Ceph(meta.get("ceph_fsid", ""), uuid, meta.get("whoami", ""), offset)


def _text(block: bytes, place: int) -> tuple[str, int]:
    """Return a text with its length before it, and the place behind it."""
    (length,) = struct.unpack_from("<I", block, place)
    end = place + 4 + length
    if end > len(block):
        raise struct.error("a text reaches beyond the label")
    return block[place + 4 : end].decode(errors="replace"), end
