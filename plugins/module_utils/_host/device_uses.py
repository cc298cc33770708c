# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Who uses a device right now."""

from __future__ import annotations

import contextlib
import errno
import os
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host.devices import above
from ansible_collections.rookery.rook.plugins.module_utils._host.medium import opened

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._host.apart import Tell
    from ansible_collections.rookery.rook.plugins.module_utils._host.devices import Device
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System


READ_ONLY = "it is read-only"


def standing_uses(system: System, device: Device) -> list[str]:
    """Return the uses that do not end by themselves."""
    found = []
    if device.root:
        found.append("the system runs from it")
    elif device.mounts:
        found.append(f"it is mounted at {', '.join(device.mounts)}")
    for holder in device.holders:
        mapped = f"/sys/class/block/{holder}/dm"
        name = (system.text(f"{mapped}/name") or holder).strip()
        paths = (system.text(f"{mapped}/uuid") or "").startswith("mpath-")
        found.append(f"it is a path of multipath device {name}" if paths else f"{name} holds it")
    if device.read_only:
        found.append(READ_ONLY)
    return found


def passing_uses(
    system: System, device: Device, openers: Mapping[str, set[str]], tell: Tell
) -> list[str]:
    """Return the uses that may end any moment, as those of udev do. It may itself never end."""
    numbers = (device.number, *above(system, device.number))
    users = {name for number in numbers for name in openers.get(number, ())}
    found = [f"{name} has it open" for name in sorted(users)]
    tell("opening it")
    try:
        # The kernel refuses this while it is mounted, swapped on or part of another device.
        with opened(system.path(device.path), os.O_RDWR | os.O_EXCL) as medium:
            if not medium.lock():
                found.append("a process has locked it, as a running OSD does")
    except OSError as problem:
        if problem.errno != errno.EBUSY:
            raise
        found.append("the kernel has it in use")
    return found


def openers(system: System, numbers: Mapping[str, str]) -> dict[str, set[str]]:
    """Return number -> processes that have a device open, from path -> number of the devices.

    Only links are read: to look behind one may hang, when its file is on a dead file system.
    """
    found: dict[str, set[str]] = {}
    for folder in system.path("/proc").glob("[0-9]*/fd"):
        pid, targets = folder.parent.name, set()
        with contextlib.suppress(OSError):  # the process has ended meanwhile
            for link in os.scandir(folder):
                with contextlib.suppress(OSError):  # this file was closed meanwhile
                    targets.add(os.readlink(link.path))
        used = {numbers[target] for target in targets if target in numbers}
        if used and pid != str(os.getpid()):
            name = (system.text(f"/proc/{pid}/comm") or "").strip()
            for number in used:
                found.setdefault(number, set()).add(f"process {pid} ({name})")
    return found
