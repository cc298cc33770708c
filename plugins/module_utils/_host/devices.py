# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The block devices of a host: those that have a node in its /dev, told from what the kernel says.

Not asked of lsblk, which in a system container lists the devices of the whole machine.
"""

from __future__ import annotations

import dataclasses
import os
import re
import stat
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._host import mounts

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

# Directories of links; a directory of the first kind has one more level.
_LINK_FOLDERS = ("/dev/disk", "/dev/mapper", "/dev/md")
_VOLATILE = re.compile(r"(?:ram|zram|fd)\d+")
_NAMED = re.compile(r"(loop|md|rbd|nbd)\d|(sr)\d")
# Volumes that come over the network: who reads one of a cluster that is gone never returns.
_REMOTE = re.compile(r"(?:rbd|nbd)\d")
_MAPPED = {"LVM-": "lvm", "mpath-": "mpath", "CRYPT-": "crypt", "part": "part"}
_SYSTEM = frozenset({"/", "/boot", "/boot/efi", "/usr", "/var"})
SWAP = "[SWAP]"


@dataclasses.dataclass(frozen=True)
class Device:
    """A block device with a node in /dev."""

    path: str
    number: str
    """Major and minor, as in 8:1."""
    name: str
    """The kernel's name."""
    links: tuple[str, ...]
    type: str
    size: int
    read_only: bool
    rotational: bool
    wwn: str
    model: str
    partitions: tuple[str, ...]
    holders: tuple[str, ...]
    mounts: tuple[str, ...]
    """Where it, or anything on it, is mounted."""
    root: bool
    """The system runs from it."""


def devices(system: System) -> tuple[Device, ...]:
    """Return the block devices that have a size, by their paths."""
    nodes = _nodes(system)
    links = _links(system, {str(system.path(path)): number for path, number in nodes.items()})
    points = _points(system, nodes)
    paths: dict[str, str] = {}
    for path, number in sorted(nodes.items(), key=lambda item: (item[0].count("/"), item[0])):
        first = paths.setdefault(number, path)
        if first != path:
            links.setdefault(number, set()).add(path)
    known = (
        _device(system, path, number, links.get(number, set()), points)
        for number, path in paths.items()
    )
    return tuple(sorted((item for item in known if item), key=lambda item: item.path))


def number_of(path: Path) -> str | None:
    """Return the number of a block device's node, None for anything else."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISBLK(found.st_mode):
        return None
    return f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"


def _nodes(system: System) -> dict[str, str]:
    """Return path -> number of the nodes in /dev."""
    found = {}
    for folder in ("/dev", *_LINK_FOLDERS[1:]):
        for path in _entries(system, folder):
            number = number_of(system.path(f"{folder}/{path.name}"))
            if number is not None:
                found[f"{folder}/{path.name}"] = number
    return found


def _links(system: System, nodes: Mapping[str, str]) -> dict[str, set[str]]:
    """Return number -> the links that lead to it."""
    found: dict[str, set[str]] = {}
    folders = list(_LINK_FOLDERS)
    folders += [f"/dev/disk/{path.name}" for path in _entries(system, "/dev/disk") if path.is_dir()]
    for folder in folders:
        for path in _entries(system, folder):
            number = nodes.get(os.path.realpath(path)) if path.is_symlink() else None
            if number is not None:
                found.setdefault(number, set()).add(f"{folder}/{path.name}")
    return found


def _entries(system: System, folder: str) -> Iterable[Path]:
    path = system.path(folder)
    return sorted(path.iterdir()) if path.is_dir() else ()


def _device(
    system: System, path: str, number: str, links: set[str], points: Mapping[str, set[str]]
) -> Device | None:
    folder = _sys(system, number)
    name = os.path.basename(os.path.realpath(system.path(folder)))
    size = int(_value(system, f"{folder}/size") or 0) * 512
    if not size or _VOLATILE.fullmatch(name):
        return None
    disk = f"{folder}/.." if system.path(f"{folder}/partition").exists() else folder
    here = set().union(*(points.get(item, set()) for item in (number, *above(system, number))))
    return Device(
        path=path, number=number, name=name, links=tuple(sorted(links)),
        type=_type(system, folder, name), size=size,
        read_only=_value(system, f"{folder}/ro") == "1",
        rotational=_value(system, f"{disk}/queue/rotational") == "1",
        wwn=_wwn(system, folder, links),
        model=_value(system, f"{folder}/device/model"),
        partitions=tuple(sorted(partitions(system, number))),
        holders=tuple(path.name for path in _entries(system, f"{folder}/holders")),
        mounts=tuple(sorted(here)), root=bool(here & _SYSTEM),
    )  # fmt: skip


def partitions(system: System, number: str) -> dict[str, tuple[int, int, int]]:
    """Return kernel's name -> index, start and size in bytes, of a disk's partitions."""
    found = {}
    folder = _sys(system, number)
    for path in _entries(system, folder):
        index = _value(system, f"{folder}/{path.name}/partition")
        if index:
            start, size = (
                int(_value(system, f"{folder}/{path.name}/{key}") or 0) * 512
                for key in ("start", "size")
            )
            found[path.name] = (int(index), start, size)
    return found


def above(system: System, number: str) -> set[str]:
    """Return the numbers of all that stands on a device: its partitions, and what holds these."""
    folder = _sys(system, number)
    below = [f"{folder}/{name}" for name in partitions(system, number)]
    below += [f"{folder}/holders/{path.name}" for path in _entries(system, f"{folder}/holders")]
    found: set[str] = set()
    for item in below:
        other = _value(system, f"{item}/dev")
        if other:
            found |= {other} | above(system, other)
    return found


def is_remote(system: System, number: str) -> bool:
    """Tell whether a device, or one on which it stands, comes over the network."""
    folder = _sys(system, number)
    name = os.path.basename(os.path.realpath(system.path(folder)))
    below = [_value(system, f"{path}/dev") for path in _slaves(system, folder)]
    return bool(_REMOTE.match(name)) or any(is_remote(system, each) for each in below if each)


def _slaves(system: System, folder: str) -> list[str]:
    return [f"{folder}/slaves/{path.name}" for path in _entries(system, f"{folder}/slaves")]


def _points(system: System, nodes: Mapping[str, str]) -> dict[str, set[str]]:
    """Return number -> where it is mounted, or that the host swaps there."""
    found: dict[str, set[str]] = {}
    for mount in mounts.mounts(system):
        # A file system of several devices has no number of its own, but names one of them.
        for number in {mount.device, _number(system, nodes, mount.source)}:
            found.setdefault(number, set()).add(mount.point)
    for line in (system.text("/proc/swaps") or "").splitlines()[1:]:
        found.setdefault(_number(system, nodes, line.split()[0]), set()).add(SWAP)
    return found


def _number(system: System, nodes: Mapping[str, str], source: str) -> str:
    if source in nodes or not source.startswith("/dev/"):
        return nodes.get(source, "")
    return number_of(Path(os.path.realpath(system.path(source)))) or ""


def _type(system: System, folder: str, name: str) -> str:
    """Return the type as lsblk has it."""
    if system.path(f"{folder}/partition").exists():
        return "part"
    mapped = _value(system, f"{folder}/dm/uuid")
    if name.startswith("dm-"):
        return next((kind for start, kind in _MAPPED.items() if mapped.startswith(start)), "dm")
    match = _NAMED.match(name)
    if match:
        return match[1] or "rom"
    return "disk"


def _wwn(system: System, folder: str, links: set[str]) -> str:
    """Return a name that no other disk has, as the disk itself says it."""
    named = sorted(link for link in links if link.startswith("/dev/disk/by-id/wwn-"))
    told = _value(system, f"{folder}/wwid") or _answer(system, f"{folder}/device/wwid")
    name = told or (os.path.basename(named[0]) if named else "")
    # Some say nothing in many words.
    return name if re.search("[1-9a-f]", name.rpartition(".")[2]) else ""


def _sys(system: System, number: str) -> str:
    """Return the kernel's directory of a device."""
    return f"/sys/dev/block/{number}"


def _value(system: System, name: str) -> str:
    return (system.text(name) or "").strip()


def _answer(system: System, name: str) -> str:
    """Return what a device is asked for; SCSI disks that have no name of their own fail to tell."""
    try:
        return _value(system, name)
    except OSError:
        return ""
