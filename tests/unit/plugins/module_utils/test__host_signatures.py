# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every format is recognised by own reading, at each place from which it could be revived."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import signatures
from ansible_collections.rookery.rook.plugins.module_utils._host.medium import opened
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
SIZE = 300 * GIB
RAID = b"\xfc\x4e\x2b\xa9"
EXT = b"\x53\xef"


def found(tmp_path: Path, *parts: tuple[int, bytes]) -> set[tuple[str, int]]:
    path = tmp_path / "disk"
    with path.open("wb") as file:
        file.truncate(SIZE)
        for offset, data in parts:
            file.seek(offset)
            file.write(data)
    with opened(path) as medium:
        return {(item.kind, item.offset) for item in signatures.signatures(medium)}


def test_zeros_are_nothing(tmp_path: Path) -> None:
    assert found(tmp_path) == set()


@pytest.mark.parametrize(
    ("kind", "offset", "data"),
    [
        *(("ceph_bluestore", gib * GIB, b"bluestore block device\n") for gib in (0, 1, 10, 100)),
        ("crypto_LUKS", 0, b"LUKS\xba\xbe"),
        ("crypto_LUKS", 16 * KIB, b"SKUL\xba\xbe"),
        ("crypto_LUKS", 4 * MIB, b"SKUL\xba\xbe"),
        ("LVM2_member", 536, b"LVM2 001"),
        ("LVM2_member", 1560, b"LVM2 001"),
        ("xfs", 0, b"XFSB"),
        ("btrfs", 64 * KIB + 64, b"_BHRfS_M"),
        ("btrfs", 64 * MIB + 64, b"_BHRfS_M"),
        ("btrfs", 256 * GIB + 64, b"_BHRfS_M"),
        ("swap", 4086, b"SWAPSPACE2"),
        ("swap", 65526, b"SWAPSPACE2"),
        ("ntfs", 3, b"NTFS    "),
        ("linux_raid_member", 0, RAID),
        ("linux_raid_member", 4096, RAID),
        ("linux_raid_member", SIZE - 8 * KIB, RAID),
        ("linux_raid_member", SIZE - 64 * KIB, RAID),
        ("linux_raid_member", SIZE - 64 * KIB, RAID[::-1]),
        ("ddf_raid_member", SIZE - 512, b"\xde\x11\xde\x11"),
        ("isw_raid_member", SIZE - 1024, b"Intel Raid ISM Cfg Sig. "),
        ("zfs_member", 128 * KIB + 5 * KIB, b"\x0c\xb1\xba\0\0\0\0\0"),
        ("zfs_member", SIZE - 128 * KIB, b"\0\0\0\0\0\xba\xb1\x0c"),
        ("gpt", 512, b"EFI PART"),
        ("gpt", 4096, b"EFI PART"),
        ("gpt", SIZE - 512, b"EFI PART"),
        ("gpt", SIZE - 4096, b"EFI PART"),
        ("dos", 510, b"\x55\xaa"),
    ],
)
def test_a_format_is_recognised_alone(tmp_path: Path, kind: str, offset: int, data: bytes) -> None:
    assert found(tmp_path, (offset, data)) == {(kind, offset)}


@pytest.mark.parametrize(
    ("kind", "features"),
    [
        ("ext2", bytes(8)),
        ("ext3", b"\4\0\0\0\0\0\0\0"),
        ("ext4", b"\4\0\0\0\x40\0\0\0"),
        ("jbd", b"\0\0\0\0\x08\0\0\0"),
    ],
)
def test_the_generations_of_ext_are_told_apart(tmp_path: Path, kind: str, features: bytes) -> None:
    assert found(tmp_path, (1080, EXT), (1024 + 92, features)) == {(kind, 1080)}


def test_the_protective_mark_of_a_gpt_is_told_from_an_mbr(tmp_path: Path) -> None:
    assert found(tmp_path, (450, b"\xee"), (510, b"\x55\xaa")) == {("PMBR", 510)}


def test_a_boot_sector_of_a_file_system_is_no_partition_table(tmp_path: Path) -> None:
    assert found(tmp_path, (82, b"FAT32   "), (510, b"\x55\xaa")) == {("vfat", 82)}


def test_both_copies_of_a_table_are_told(tmp_path: Path) -> None:
    tables = [(512, b"EFI PART"), (SIZE - 512, b"EFI PART")]
    assert found(tmp_path, *tables) == {("gpt", 512), ("gpt", SIZE - 512)}


class Answering(System):
    """A host whose wipefs says something."""

    def ask(self, *command: str, **_more: t.Any) -> t.Any:
        class Done:
            returncode = 0
            stdout = "# offset,uuid,label,type\n0x10,,,minix\n0x0,ab-cd,name,nilfs2\n"

        assert command[0] == "wipefs" and "--all" not in command
        return Done()


def test_what_wipefs_lists_is_read_with_its_offsets() -> None:
    told = signatures.asked(Answering(), "/dev/sdb")
    assert [(item.kind, item.offset) for item in told] == [("nilfs2", 0), ("minix", 16)]


def test_a_host_without_wipefs_has_nothing_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    done = System().ask("no-such-program-anywhere")
    monkeypatch.setattr(System, "ask", lambda *_arguments: done)
    assert signatures.asked(System(), "/dev/sdb") == ()
