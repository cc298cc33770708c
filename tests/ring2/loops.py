# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loop devices that no end of a test leaves behind, and a host that sees no other device."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import typing as t
from pathlib import Path

import pytest

GIB = 1 << 30
BY_ID = "/dev/disk/by-id"


class Loop:
    """A sparse file behind a block device."""

    def __init__(self, path: str, number: int) -> None:
        self.path = path
        self.name = Path(path).name
        self._number = number
        self.size = os.lseek(number, 0, os.SEEK_END)

    def put(self, offset: int, data: bytes) -> None:
        os.pwrite(self._number, data, offset)
        os.fsync(self._number)

    def at(self, offset: int, length: int) -> bytes:
        return os.pread(self._number, length, offset)


@contextlib.contextmanager
def loop_device(folder: Path, size: int) -> t.Iterator[Loop]:
    """Attach a loop device.

    It is detached at once, and so goes when its last user does: this process, however it ends.
    """
    image = folder / f"disk{len(list(folder.glob('disk*')))}"
    with image.open("wb") as file:
        file.truncate(size)
    path = run("losetup", "--find", "--show", str(image)).strip()
    number = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    run("losetup", "--detach", path)
    try:
        yield Loop(path, number)
    finally:
        os.close(number)


class Host:
    """A directory in place of /, with the machine's kernel and no devices but the given ones."""

    def __init__(self, root: Path, loops: t.Iterable[Loop]) -> None:
        self.root = root
        (root / "dev/disk/by-id").mkdir(parents=True)
        for name in ("proc", "sys"):
            (root / name).symlink_to(f"/{name}")
        for place, loop in enumerate(loops):
            node = root / "dev" / loop.name
            os.mknod(node, stat.S_IFBLK | 0o600, os.stat(loop.path).st_rdev)
            (root / BY_ID.lstrip("/") / f"disk{place}").symlink_to(f"../../{loop.name}")

    def node(self, place: int) -> Path:
        """Return the node behind a stable name."""
        return (self.root / BY_ID.lstrip("/") / f"disk{place}").resolve()


def run(*command: str) -> str:
    """Run a program and return what it says; its failure is that of the test."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}: {done.stderr.strip()} ({done.returncode})")
    return done.stdout


def blkid_finds(path: Path) -> bool:
    """Tell whether libblkid, which reads by itself, recognises anything on a device."""
    command = ["blkid", "--probe", "--cache-file", "/dev/null", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode not in (0, 2):
        pytest.fail(f"blkid: {done.stdout} {done.stderr} ({done.returncode})")
    return done.returncode == 0
