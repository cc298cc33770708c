# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BlueStore's labels on a block device: read, and wiped so that nobody finds an OSD there again.

Since Ceph 20 a label has copies at 1, 10, 100 and 1000 GiB; each alone is enough to revive the OSD.
"""

from __future__ import annotations

import fcntl
import os
import stat
import struct
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

from rookstandin.errors import StandinError

GIB = 1024**3
BLOCK = 4096
OFFSETS = tuple(gib * GIB for gib in (0, 1, 10, 100, 1000))
MAGIC = b"bluestore block device\n"
# The magic and the OSD's uuid as lines of text, then a versioned structure.
_TEXT = len(MAGIC) + 37
_BLKGETSIZE64 = 0x80081272


@dataclass(frozen=True)
class Label:
    """What an OSD wrote about itself."""

    osd_uuid: str
    meta: dict[str, str]

    @property
    def fsid(self) -> str:
        return self.meta.get("ceph_fsid", "")

    @property
    def osd_id(self) -> int:
        return int(self.meta["whoami"])


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def skip(self, count: int) -> None:
        self.at += count

    def number(self) -> int:
        (value,) = struct.unpack_from("<I", self.data, self.at)
        self.at += 4
        return value

    def text(self) -> str:
        size = self.number()
        self.at += size
        return self.data[self.at - size : self.at].decode(errors="replace")


def parse(block: bytes) -> Label | None:
    """Read a label from its 4 KiB; None when there is none."""
    if not block.startswith(MAGIC):
        return None
    uuid = block[len(MAGIC) : _TEXT].decode(errors="replace").strip()
    reader = _Reader(block[_TEXT:])
    try:
        reader.skip(1 + 1 + 4 + 16 + 8 + 8)  # versions, length, uuid, size, time
        reader.text()  # description
        meta = {reader.text(): reader.text() for _ in range(reader.number())}
    except struct.error:
        meta = {}
    return Label(uuid, meta)


def size(device: str) -> int:
    with open(device, "rb") as file:
        if stat.S_ISBLK(os.fstat(file.fileno()).st_mode):
            return struct.unpack("Q", fcntl.ioctl(file, _BLKGETSIZE64, b"\0" * 8))[0]
        return file.seek(0, os.SEEK_END)


def labels(device: str) -> dict[int, Label]:
    """Return the labels on a device by their offsets, read past the page cache of older readers."""
    found: dict[int, Label] = {}
    end = size(device)
    with open(device, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        # The kernel refuses to seek past the end of a device.
        for offset in (offset for offset in OFFSETS if offset + BLOCK <= end):
            file.seek(offset)
            if label := parse(file.read(BLOCK)):
                found[offset] = label
    return found


def signature(device: str) -> str:
    """Return the type of what blkid finds on a device, empty when it finds nothing."""
    done = subprocess.run(
        ["blkid", "-p", "-o", "export", device], capture_output=True, text=True, check=False
    )
    if done.returncode == 2:
        return ""
    if done.returncode:
        raise StandinError(f"failed to look at {device}: blkid: {done.stderr.strip()}")
    values = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    return values.get("TYPE") or values.get("PTTYPE") or "unknown"


def block_devices(top: Path = Path("/dev")) -> t.Iterator[str]:
    """List the block devices of this host that have a size."""
    for path in sorted(top.iterdir()):
        if path.is_symlink() or not path.is_block_device():
            continue
        try:
            if size(str(path)):
                yield str(path)
        except OSError:  # a loop or network device without a backing, or one that is not ours
            continue


def zap(device: str) -> None:
    """Remove every label and prove it by reading the device again."""
    subprocess.run(
        ["ceph-bluestore-tool", "zap-device", "--dev", device, "--yes-i-really-really-mean-it"],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip - what counts is what is on the device afterwards
    end = size(device)
    with open(device, "r+b") as file:
        for offset in OFFSETS:
            if offset + BLOCK <= end:
                file.seek(offset)
                file.write(b"\0" * BLOCK)
        file.flush()
        os.fsync(file.fileno())
    if left := [offset // GIB for offset in labels(device)]:
        raise StandinError(f"failed to zap {device}: labels are still at {left} GiB")
    if kind := signature(device):
        raise StandinError(f"failed to zap {device}: blkid still finds {kind}")


def overwrite(device: str, source: str, times: int) -> None:
    """Overwrite a whole device with zeros or random bytes."""
    end, chunk = size(device), 4 * 1024**2
    for _ in range(times):
        with open(device, "r+b") as file:
            for offset in range(0, end, chunk):
                count = min(chunk, end - offset)
                file.write(os.urandom(count) if source == "random" else b"\0" * count)
            file.flush()
            os.fsync(file.fileno())
