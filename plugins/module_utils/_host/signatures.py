# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""By what somebody would recognise a device's content: names as libblkid gives them.

Read here and not only asked of a program: a host may lack it, and libblkid knows neither the copies
of BlueStore's label nor the second headers of LUKS and GPT, each of which revives what seemed gone.
"""

from __future__ import annotations

import dataclasses
import struct
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host.medium import GIB, KIB, MIB
from ansible_collections.rookery.rook.plugins.module_utils._host.system import TOO_LONG

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._host.medium import Medium
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

BLUESTORE = "ceph_bluestore"
BLUESTORE_MAGIC = b"bluestore block device\n"
# Since Ceph 20 a label has copies; each alone is enough to revive the OSD.
BLUESTORE_OFFSETS = tuple(gib * GIB for gib in (0, 1, 10, 100, 1000))
LUKS_SECOND = tuple((16 * KIB) << power for power in range(9))
BTRFS_COPIES = (64 * MIB, 256 * GIB)

_MAGICS = (
    *((BLUESTORE, offset, BLUESTORE_MAGIC) for offset in BLUESTORE_OFFSETS),
    ("crypto_LUKS", 0, b"LUKS\xba\xbe"),
    *(("crypto_LUKS", offset, b"SKUL\xba\xbe") for offset in LUKS_SECOND),
    *(("LVM2_member", 512 * sector + 24, b"LVM2 001") for sector in range(4)),
    ("btrfs", 64 * KIB + 64, b"_BHRfS_M"),
    *(("btrfs", offset + 64, b"_BHRfS_M") for offset in BTRFS_COPIES),
    ("xfs", 0, b"XFSB"),
    ("ntfs", 3, b"NTFS    "),
    ("exfat", 3, b"EXFAT   "),
    ("vfat", 54, b"FAT"),
    ("vfat", 82, b"FAT32"),
    ("f2fs", 1024, b"\x10\x20\xf5\xf2"),
    ("reiserfs", 64 * KIB + 52, b"ReIsEr"),
    ("squashfs", 0, b"hsqs"),
    ("iso9660", 32 * KIB + 1, b"CD001"),
    ("bcache", 4 * KIB + 24, b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81"),
    ("DM_verity_hash", 0, b"verity\0\0"),
    ("gfs2", 64 * KIB, b"\x01\x16\x19\x70"),
    ("stratis", 512, b"!Stra0tis\x86\xff\x02^\x41rh"),
    ("VDO", 0, b"dmvdo001"),
    ("linux_raid_member", 0, b"\xfc\x4e\x2b\xa9"),
    ("linux_raid_member", 4 * KIB, b"\xfc\x4e\x2b\xa9"),
    *(
        ("swap", page - 10, magic)
        for page in (4 * KIB, 8 * KIB, 16 * KIB, 64 * KIB)
        for magic in (b"SWAPSPACE2", b"SWAP-SPACE")
    ),
)
_EXT_AT = 1024
_EXT4_FEATURES = 0x40 | 0x80 | 0x200
_ZFS_LABEL = 256 * KIB
_ZFS_MAGICS = (struct.pack("<Q", 0x00BAB10C), struct.pack(">Q", 0x00BAB10C))
# A boot sector of these carries the mark of a partition table too, and has none.
_BOOTABLE = frozenset({"vfat", "ntfs", "exfat"})


@dataclasses.dataclass(frozen=True)
class Signature:
    """What was found, and where."""

    kind: str
    offset: int


def signatures(medium: Medium) -> tuple[Signature, ...]:
    """Return what the device itself tells, in the order of the offsets."""
    found = {
        Signature(kind, offset)
        for kind, offset, magic in _MAGICS
        if medium.at(offset, len(magic)) == magic
    }
    found.update(_ext(medium))
    found.update(_at_the_end(medium))
    found.update(_zfs(medium))
    found.update(_tables(medium, {item.kind for item in found}))
    return _sorted(found)


def asked(system: System, path: str) -> tuple[Signature, ...]:
    """Return what wipefs finds, which only lists here; nothing on a host without it.

    Raises for one that hangs, which tells nothing of a device.
    """
    answer = system.ask("wipefs", "--parsable", str(system.path(path)))
    if answer.returncode == TOO_LONG:
        raise ClientError("look at", path, f"wipefs hangs, {answer.stderr}. Replace the device")
    if answer.returncode:
        return ()
    rows = [line.split(",") for line in answer.stdout.splitlines() if not line.startswith("#")]
    return _sorted({Signature(row[3], int(row[0], 16)) for row in rows if len(row) > 3})


def kinds(found: tuple[Signature, ...]) -> tuple[str, ...]:
    """Return the names, each once."""
    return tuple(dict.fromkeys(item.kind for item in found))


def _sorted(found: t.AbstractSet[Signature]) -> tuple[Signature, ...]:
    return tuple(sorted(found, key=lambda item: (item.offset, item.kind)))


def _ext(medium: Medium) -> Iterator[Signature]:
    """Yield ext2, ext3 or ext4, or a journal of its own."""
    block = medium.at(_EXT_AT, 1024)
    if len(block) < 1024 or block[56:58] != b"\x53\xef":
        return
    compatible, incompatible = struct.unpack_from("<II", block, 92)
    kind = "ext2"
    if incompatible & 0x8:
        kind = "jbd"
    elif incompatible & _EXT4_FEATURES:
        kind = "ext4"
    elif compatible & 0x4:
        kind = "ext3"
    yield Signature(kind, _EXT_AT + 56)


def _at_the_end(medium: Medium) -> Iterator[Signature]:
    """Yield the RAID formats that are found from the end."""
    size = medium.size
    places = (
        ("linux_raid_member", (size // 512 - 16) // 8 * 8 * 512, b"\xfc\x4e\x2b\xa9"),
        ("linux_raid_member", (size // (64 * KIB) - 1) * 64 * KIB, b"\xfc\x4e\x2b\xa9"),
        ("linux_raid_member", (size // (64 * KIB) - 1) * 64 * KIB, b"\xa9\x2b\x4e\xfc"),
        ("ddf_raid_member", size - 512, b"\xde\x11\xde\x11"),
        ("isw_raid_member", size - 1024, b"Intel Raid ISM Cfg Sig. "),
    )
    for kind, offset, magic in places:
        if medium.at(offset, len(magic)) == magic:
            yield Signature(kind, offset)


def _zfs(medium: Medium) -> Iterator[Signature]:
    """Yield the labels of a ZFS pool: two at each end, known by their uberblocks."""
    end = medium.size // _ZFS_LABEL * _ZFS_LABEL
    for label in (0, _ZFS_LABEL, end - 2 * _ZFS_LABEL, end - _ZFS_LABEL):
        ring = medium.at(label + 128 * KIB, 128 * KIB)
        for place in range(0, len(ring), KIB):
            if ring[place : place + 8] in _ZFS_MAGICS:
                yield Signature("zfs_member", label + 128 * KIB + place)
                break


def _tables(medium: Medium, others: t.AbstractSet[str]) -> Iterator[Signature]:
    """Yield partition tables: both copies of a GPT, and the mark of an MBR."""
    for sector in sorted({512, 4096, medium.sector()}):
        for offset in (sector, medium.size - sector):
            if medium.at(offset, 8) == b"EFI PART":
                yield Signature("gpt", offset)
    first = medium.at(0, 512)
    if first[510:] == b"\x55\xaa" and not others & _BOOTABLE:
        protective = 0xEE in (first[450], first[466], first[482], first[498])
        yield Signature("PMBR" if protective else "dos", 510)
