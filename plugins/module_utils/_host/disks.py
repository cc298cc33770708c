# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is on a host's devices, and whether Rook would take them."""

from __future__ import annotations

import dataclasses
import functools
import os
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host import (
    apart,
    ceph_traces,
    devices,
    kernel,
    mounts,
    signatures,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.medium import GIB, ask, opened

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.apart import Tell
    from ansible_collections.rookery.rook.plugins.module_utils._host.devices import Device
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_LEAST = 5 * GIB
_SHOWN = 3


@dataclasses.dataclass(frozen=True)
class Contents:
    """What was found on a device."""

    signatures: tuple[signatures.Signature, ...] = ()
    ceph: tuple[ceph_traces.Ceph, ...] = ()
    problem: str = ""
    """Why it could not be read."""

    @property
    def fsids(self) -> tuple[str, ...]:
        """The clusters that have left something, the one of the first label first."""
        return tuple(dict.fromkeys(item.fsid for item in self.ceph))


def read(system: System, device: Device, tell: Tell) -> Contents:
    """Read what is on a device, with own eyes and with those of wipefs. It may never end."""
    path = system.path(device.path)
    tell("reading it")
    ask(path)
    try:
        with opened(path) as medium:
            found = set(signatures.signatures(medium))
            ceph = ceph_traces.traces(medium)
    except OSError as problem:
        return Contents(problem=problem.strerror or str(problem))
    tell("looking at it with wipefs")
    found |= set(signatures.asked(system, device.path))
    return Contents(tuple(sorted(found, key=lambda item: (item.offset, item.kind))), ceph)


def inspect_all(system: System, found: Sequence[Device]) -> dict[str, Contents]:
    """Return path -> contents, all read at the same time, each for as long as it answers."""
    contents = {
        device.path: Contents(problem="it comes over the network, where reading may never end")
        for device in found
        if devices.is_remote(system, device.number)
    }
    jobs = {
        device.path: functools.partial(read, system, device)
        for device in found
        if device.path not in contents
    }
    for path, ended in apart.each(jobs, system.ANSWER).items():
        contents[path] = ended.value or Contents(problem=ended.problem or silence(system))
    return contents


def silence(system: System) -> str:
    """Say that a device does not answer."""
    return (
        f"it does not answer within {system.ANSWER:g} s, see `dmesg` and, if it has several paths, "
        "`multipath -ll`"
    )


def describe_all(system: System) -> list[dict[str, t.Any]]:
    """Return every device of the host as the module returns it."""
    found = devices.devices(system)
    contents = inspect_all(system, found)
    return [_describe(device, contents[device.path]) for device in found]


def describe_directory(system: System, name: str) -> dict[str, t.Any]:
    """Return what is in Rook's directory, and the room at its place, there or still to be made."""
    mounts.must_answer(system, name)
    path = system.path(name)
    place = next(folder for folder in (path, *path.parents) if folder.is_dir())
    room = os.statvfs(place)
    entries = sorted(item.name for item in path.iterdir()) if place == path else []
    fsids = ceph_traces.directory_fsids(path) if entries else ()
    return {
        "entries": entries,
        "free_bytes": room.f_bavail * room.f_frsize,
        "size_bytes": room.f_blocks * room.f_frsize,
        "ceph_fsid": fsids[0] if len(fsids) == 1 else "",
    }


def modules(system: System, names: Iterable[str]) -> dict[str, bool]:
    """Tell for each kernel module whether it is there: loaded, built in, or to be loaded."""
    return {
        name: kernel.is_there(system, name)
        or not system.ask("modprobe", "--dry-run", "--quiet", name).returncode
        for name in names
    }


def words(device: Device, contents: Contents) -> list[str]:
    """Return what a device holds, in words; nothing for a blank one."""
    found = []
    if contents.problem:
        found.append(f"it cannot be read: {contents.problem}")
    if device.partitions:
        found.append(f"it has partitions ({_some(device.partitions)})")
    for fsid in contents.fsids:
        owner = f"Ceph cluster {fsid}" if fsid else "a Ceph cluster that it does not name"
        found.append(f"it holds an OSD of {owner}")
    others = [
        kind for kind in signatures.kinds(contents.signatures)
        if kind != signatures.BLUESTORE or not contents.ceph
    ]  # fmt: skip
    if others:
        found.append(f"it holds {_some(others)}")
    return found


def _describe(device: Device, contents: Contents) -> dict[str, t.Any]:
    held = words(device, contents)
    if device.mounts:
        held.append(f"it is mounted at {_some(device.mounts)}")
    if device.holders:
        held.append(f"it is held by {_some(device.holders)}")
    reasons = list(held)
    if device.root:
        reasons.append("the system runs from it")
    if device.read_only:
        reasons.append("it is read-only")
    if device.size < _LEAST:
        reasons.append("it is smaller than 5 GiB")
    return {
        **{field: _plain(getattr(device, field)) for field in _SHOWN_FIELDS},
        "signatures": [*signatures.kinds(contents.signatures), *_unreadable(contents)],
        "traces": [dataclasses.asdict(item) for item in contents.signatures],
        "ceph": _ceph(contents),
        "blank": not held,
        "usable": not reasons,
        "reasons": reasons,
    }


_SHOWN_FIELDS = (
    "path", "name", "links", "type", "size", "read_only", "rotational", "wwn", "model",
    "partitions", "holders", "mounts", "root",
)  # fmt: skip


def _ceph(contents: Contents) -> dict[str, t.Any] | None:
    if not contents.ceph:
        return None
    first = contents.ceph[0]
    return {
        "fsid": first.fsid,
        "fsids": list(contents.fsids),
        "osd_uuid": first.osd_uuid,
        "osd_id": first.osd_id,
        "offsets": [item.offset for item in contents.ceph],
    }


def _unreadable(contents: Contents) -> list[str]:
    """Return that nobody knows what is there, so that nothing takes it for blank."""
    return [f"unreadable data ({contents.problem})"] if contents.problem else []


def _plain(value: t.Any) -> t.Any:
    return list(value) if isinstance(value, tuple) else value


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" and more" if len(names) > _SHOWN else "")
