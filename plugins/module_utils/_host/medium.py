# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""A block device, or a file in its place: its bytes, and what the kernel is asked of it."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import stat
import struct
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
# Requests of linux/fs.h and linux/blkpg.h.
_BLKGETSIZE64, _BLKSSZGET = 0x80081272, 0x1268
_BLKFLSBUF, _BLKDISCARD, _BLKPG = 0x1261, 0x1277, 0x1269
_DELETE_PARTITION = 2
# A lock of the open file, not of the process: fcntl.F_OFD_SETLK has a name only since Python 3.13.
_OFD_SETLK = 37
# What ioctl says when a device, or a plain file, cannot do what it is asked.
_CANNOT = frozenset({errno.EOPNOTSUPP, errno.ENOTTY, errno.EINVAL, errno.EREMOTEIO})
_CHUNK = MIB


class Medium:
    """An open device."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.is_block = stat.S_ISBLK(os.fstat(number).st_mode)
        self.size = self._size()

    def at(self, offset: int, length: int) -> bytes:
        """Return bytes; fewer at the end, none beyond either end."""
        if offset < 0 or offset >= self.size:
            return b""
        parts, wanted = [], min(length, self.size - offset)
        while wanted:
            part = os.pread(self._number, wanted, offset)
            if not part:
                break
            parts.append(part)
            offset, wanted = offset + len(part), wanted - len(part)
        return b"".join(parts)

    def zero(self, offset: int, length: int) -> None:
        """Write zeros."""
        nothing = bytes(_CHUNK)
        while length:
            done = os.pwrite(self._number, nothing[: min(length, _CHUNK)], offset)
            offset, length = offset + done, length - done

    def is_zero(self, offset: int, length: int) -> bool:
        """Tell whether there is nothing but zeros."""
        end = offset + length
        return not any(
            self.at(start, min(_CHUNK, end - start)).strip(b"\0")
            for start in range(offset, end, _CHUNK)
        )

    def sector(self) -> int:
        """Return the size of a logical sector."""
        if not self.is_block:
            return 512
        (size,) = struct.unpack("i", fcntl.ioctl(self._number, _BLKSSZGET, bytes(4)))
        return int(size)

    def discard(self, offset: int, length: int) -> bool:
        """Give content up, and tell whether the device can."""
        try:
            fcntl.ioctl(self._number, _BLKDISCARD, struct.pack("QQ", offset, length))
        except OSError as problem:
            if problem.errno not in _CANNOT:
                raise
            return False
        return True

    def settle(self) -> None:
        """Bring everything to the device, so that the next read comes from there."""
        os.fsync(self._number)
        os.posix_fadvise(self._number, 0, 0, os.POSIX_FADV_DONTNEED)
        if self.is_block:
            fcntl.ioctl(self._number, _BLKFLSBUF, 0)

    def forget_partition(self, index: int) -> None:
        """Let the kernel forget a partition."""
        packed = struct.pack("=qqi64s64s4x", 0, 0, index, b"", b"")
        entry = ctypes.create_string_buffer(packed, len(packed))
        where = ctypes.addressof(entry)
        request = struct.pack("=iii4xQ", _DELETE_PARTITION, 0, len(packed), where)
        fcntl.ioctl(self._number, _BLKPG, request)

    def lock(self) -> bool:
        """Tell whether nobody has locked the device, as a running OSD does in either way."""
        whole = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        try:
            fcntl.fcntl(self._number, _OFD_SETLK, whole)
            fcntl.flock(self._number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            return False
        return True

    def _size(self) -> int:
        if not self.is_block:
            return os.fstat(self._number).st_size
        (size,) = struct.unpack("Q", fcntl.ioctl(self._number, _BLKGETSIZE64, bytes(8)))
        return int(size)


def ask(path: Path) -> None:
    """Read a little from the device itself, whatever the kernel remembers of it; may never end."""
    with contextlib.suppress(OSError):  # whoever reads on meets it, too, unless only this cannot be
        number = os.open(path, os.O_RDONLY | os.O_DIRECT | os.O_CLOEXEC)
        try:
            os.preadv(number, [mmap.mmap(-1, 4 * KIB)], 0)
        finally:
            os.close(number)


@contextlib.contextmanager
def opened(path: Path, flags: int = os.O_RDONLY) -> Iterator[Medium]:
    """Open a device for as long as the block lasts."""
    number = os.open(path, flags | os.O_CLOEXEC)
    try:
        yield Medium(number)
    finally:
        os.close(number)
