# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes' block devices: sparse files behind loop devices with numbers of their own."""

from __future__ import annotations

import errno
import fcntl
import time
from pathlib import Path

from rooklab.errors import LabError
from rooklab.model import Node
from rooklab.procs import run

_LOOP_CTL_ADD, _LOOP_CTL_REMOVE = 0x4C80, 0x4C81
_BUSY_SECONDS = 10
_CONTROL = Path("/dev/loop-control")


def image(folder: Path, index: int) -> Path:
    """Return the file behind a node's disk."""
    return folder / f"disk{index}.img"


def create(folder: Path, node: Node, size: int) -> None:
    """Make the files behind a new node's disks: all zeros, no space taken."""
    for index in range(len(node.loops)):
        with image(folder, index).open("wb") as file:
            file.truncate(size)


def backing_file(loop: int) -> str | None:
    """Return the file behind a loop device; None when there is none."""
    path = Path(f"/sys/block/loop{loop}/loop/backing_file")
    return path.read_text().strip() if path.exists() else None


def attach(folder: Path, node: Node) -> None:
    """Connect each of a node's loop devices to its file, unless it is."""
    for index, loop in enumerate(node.loops):
        _control(_LOOP_CTL_ADD, loop, {errno.EEXIST})
        have, want = backing_file(loop), str(image(folder, index))
        if have == want:
            continue
        if have is not None:
            raise LabError(
                f"/dev/loop{loop} of node {node.name} is in use for {have}: detach it with losetup "
                f"-d /dev/loop{loop} and try again"
            )
        run("losetup", "-P", f"/dev/loop{loop}", want)


def detach(node: Node) -> None:
    """Disconnect a node's loop devices and remove them from the machine."""
    for loop in node.loops:
        if backing_file(loop) is not None:
            run("losetup", "-d", f"/dev/loop{loop}")
        # The kernel lets go of a device when its last user closes it, which udev may be for a
        # moment.
        end = time.monotonic() + _BUSY_SECONDS
        while Path(f"/sys/block/loop{loop}").exists():
            if _control(_LOOP_CTL_REMOVE, loop, {errno.EBUSY, errno.ENODEV}):
                break
            if time.monotonic() > end:
                raise LabError(
                    f"/dev/loop{loop} of node {node.name} is still in use after {_BUSY_SECONDS} s: "
                    f"find its user with lsblk /dev/loop{loop}, end it and try again"
                )
            time.sleep(0.1)


def device_number(loop: int) -> tuple[int, int]:
    """Return major and minor number of a loop device, which need not be 7 and its index."""
    major, minor = Path(f"/sys/block/loop{loop}/dev").read_text().strip().split(":")
    return int(major), int(minor)


def _control(request: int, loop: int, accepted: set[int]) -> bool:
    with _CONTROL.open("rb") as control:
        try:
            fcntl.ioctl(control, request, loop)
        except OSError as fault:
            if fault.errno not in accepted:
                raise LabError(
                    f"the kernel refuses loop device {loop}: {fault.strerror}"
                ) from fault
            return False
    return True
