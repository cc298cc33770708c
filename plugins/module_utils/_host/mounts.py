# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is mounted on a host."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System


@dataclasses.dataclass(frozen=True)
class Mount:
    """One line of mountinfo."""

    device: str
    """The major and minor number, as in 8:1."""
    point: str
    kind: str
    source: str
    root: str = "/"
    """What of the file system is mounted there; one that is mounted whole has /."""


def parse_mountinfo(text: str) -> tuple[Mount, ...]:
    """Return the mounts in the kernel's order."""
    found = []
    for line in text.splitlines():
        head, _, tail = line.partition(" - ")
        left, right = head.split(), tail.split()
        if len(left) >= 5 and len(right) >= 2:
            found.append(Mount(left[2], _plain(left[4]), right[0], _plain(right[1]), left[3]))
    return tuple(found)


def mounts(system: System) -> tuple[Mount, ...]:
    """Return what the host's first process sees mounted."""
    return parse_mountinfo(system.text("/proc/1/mountinfo") or "")


def below(found: tuple[Mount, ...], folder: str) -> list[str]:
    """Return the mount points at or below a directory, the deepest first."""
    top = folder.rstrip("/")
    points = {mount.point for mount in found}
    return sorted(
        (point for point in points if point == top or point.startswith(top + "/")),
        key=lambda point: (point.count("/"), point),
        reverse=True,
    )


def has_disk(found: tuple[Mount, ...], folder: str) -> bool:
    """Tell whether a disk is mounted whole at a directory, which then stays when it is emptied."""
    here = [mount for mount in found if mount.point == folder.rstrip("/")]
    return bool(here) and here[-1].source.startswith("/dev/") and here[-1].root == "/"


def storage_clients(found: tuple[Mount, ...]) -> list[str]:
    """Return where Ceph file systems and RBD devices are mounted."""
    return [
        f"{mount.point} ({mount.kind} from {mount.source})"
        for mount in found
        if mount.kind == "ceph"
        or mount.kind.startswith("fuse.ceph")
        or re.match(r"/dev/(rbd\d|mapper/luks-rbd-)", mount.source)
    ]


def must_answer(system: System, folder: str) -> None:
    """Raise for a directory into which a look never ends, as its disk or its server is gone."""
    if not system.ends("find", str(system.path(folder)), "-maxdepth", "2", "-type", "b"):
        raise ClientError(
            "look into", f"directory {folder}",
            f"it does not answer within {system.ANSWER:g} s. Its disk or server may be gone: see "
            "`dmesg`, and /proc/mounts for what is mounted there",
        )  # fmt: skip


def _plain(text: str) -> str:
    """Undo the kernel's octal escapes of blanks."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
