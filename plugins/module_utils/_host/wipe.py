# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Making devices blank: judged first, all of them; wiped at the same time; read back as proof."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import re
import time
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    GuardError,
    Refusal,
)
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    ceph_traces,
    device_uses,
    devices,
    disks,
    mounts,
    signatures,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.medium import GIB, MIB, opened
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.devices import Device
    from ansible_collections.rookery.rook.plugins.module_utils._host.medium import Medium
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

# Names that stay the same when the content goes and the host boots again.
STABLE = ("/dev/disk/by-id/", "/dev/disk/by-path/", "/dev/disk/by-partuuid/", "/dev/mapper/")
# Headers, tables and labels of all kinds are here; those of LUKS with its keys are the largest.
ENDS = 16 * MIB
# Copies in the middle: BlueStore's labels, the second superblocks of btrfs and ext.
COPIES = (64 * MIB, 128 * MIB, GIB, 10 * GIB, 100 * GIB, 256 * GIB, 1000 * GIB)
COPY = MIB
# udev looks at a device after each change, and then lets go of it.
TRIES, PAUSE = 15, 0.2
_OUT = "or take it out of the list of devices"
_CEPH_CURE = f"Set ceph_fsid (in roles rook_node_ceph_fsid) to it if that is right, {_OUT}"

_OTHERS_CURE = f"Wipe it with rookery.rook.disk_wipe and other_data if nobody needs it, {_OUT}"

_USES_CURE = (
    f"End that use (unmount, swapoff, vgchange -an, dmsetup remove, end the process), {_OUT}"
)
_WRITABLE_CURE = f"Make it writable (its switch, or blockdev --setrw), {_OUT}"

Place = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Wish:
    """Which devices are to be blank, and what permits it."""

    devices: tuple[str, ...]
    site: str
    confirm: str
    ceph_fsid: str = ""
    ceph_fsid_note: str = ""
    data_dir: str = ""
    other_data: bool = False


@dataclasses.dataclass
class Target:
    """One device of the wish, and what became of it."""

    name: str
    device: Device
    contents: disks.Contents
    partitions: Mapping[str, tuple[int, int, int]]
    inner: Mapping[str, disks.Contents]
    """What is on each device that stands on it, as on its partitions, by their paths."""
    evidence: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def held(self) -> list[str]:
        """What is on it, in words."""
        return disks.words(self.device, self.contents)

    @property
    def places(self) -> list[Place]:
        """Where it is overwritten and read back: all that may tell what was on it."""
        copies = [(item.offset // COPY * COPY, 2 * COPY) for item in self.contents.signatures]
        usual = places(self.device.size, self.partitions.values())
        return merged([*usual, *copies], self.device.size) if self.held else []

    def result(self) -> dict[str, t.Any]:
        """Return what was on it, and what is known of it now."""
        return {
            "name": self.name,
            "path": self.device.path,
            "size": self.device.size,
            "held": self.held,
            "blank": bool(self.evidence) or not self.held,
            "wiped": bool(self.evidence),
            "places": _told(self.places),
            **self.evidence,
        }


def plan(system: System, wish: Wish) -> list[Target]:
    """Return the devices with what is on them; raise for everything that must not be wiped."""
    refusals = [*_names(wish)]
    if wish.confirm != wish.site:
        reason = f"it is not the site's name, {wish.site}, and wiping destroys all data"
        cure = f"Set confirm (in roles rook_confirm) to {wish.site} to permit it"
        refusals.append(Refusal(f"confirm {wish.confirm!r}", reason, cure))
    if refusals:
        raise GuardError(refusals)
    targets = list(_targets(system, wish, refusals))
    own = _own_fsids(system, wish, refusals)
    for target in targets:
        refusals += _contents(target, own, wish.other_data)
    refusals += _uses(system, targets)
    if refusals:
        raise GuardError(refusals)
    return targets


def steps(system: System, targets: Sequence[Target]) -> list[HostStep]:
    """Return a step for each device that is not blank."""
    found = []
    for target in targets:

        def wipe(target: Target = target) -> None:
            _wipe(system, target)

        if target.held:
            before = "\n".join(target.held)
            reason = "; ".join(target.held)
            found.append(HostStep(f"Device/{target.name}", "delete", reason, wipe, before))
    return found


def carry_out(wanted: Sequence[HostStep], done: list[HostStep]) -> None:
    """Wipe all devices at the same time; raise when that is over, if one could not be wiped.

    The others are added to those that are done.
    """
    with concurrent.futures.ThreadPoolExecutor(max(len(wanted), 1)) as pool:
        ended = {step.id: pool.submit(step.do) for step in wanted}
    done += [step for step in wanted if ended[step.id].exception() is None]
    problems = {name: future.exception() for name, future in ended.items() if future.exception()}
    for problem in problems.values():
        if problem is not None and not isinstance(problem, (ClientError, OSError)):
            raise problem
    if problems:
        others = f"; wiped were {len(ended) - len(problems)} others" if len(ended) > 1 else ""
        detail = "; ".join(str(problem).rstrip(".") for problem in problems.values())
        raise ClientError("make blank", ", ".join(problems), detail + others)


def places(size: int, partitions: Iterable[tuple[int, int, int]]) -> list[Place]:
    """Return offset and length of what is zeroed: on the device and within its partitions."""
    found = []
    for start, length in [(0, size), *((start, length) for _index, start, length in partitions)]:
        found += [(start, ENDS), (start + max(length - ENDS, 0), ENDS)]
        found += [(start + offset, COPY) for offset in COPIES if offset < length]
    return merged(found, size)


def merged(found: Iterable[Place], size: int) -> list[Place]:
    """Return places in their order, none touching another, none beyond the end."""
    result: list[Place] = []
    for offset, length in sorted(found):
        end = min(offset + length, size)
        if result and offset <= sum(result[-1]):
            result[-1] = (result[-1][0], max(sum(result[-1]), end) - result[-1][0])
        elif offset < end:
            result.append((offset, end - offset))
    return result


def _names(wish: Wish) -> Iterator[Refusal]:
    """Refuse names that may mean another device tomorrow, or several."""
    for name in dict.fromkeys(wish.devices):
        cure = "Name the device by its link under /dev/disk/by-id"
        if re.search(r"[*?\[\]{}]", name):
            yield Refusal(f"Device/{name}", "it is a pattern and may match what is not meant", cure)
        elif not name.startswith(STABLE) or os.path.normpath(name) != name:
            yield Refusal(f"Device/{name}", "the name may mean another disk after a reboot", cure)
        elif wish.devices.count(name) > 1:
            yield Refusal(f"Device/{name}", "it is listed more than once", "List it once")


def _targets(system: System, wish: Wish, refusals: list[Refusal]) -> Iterator[Target]:
    """Find the devices; each may be named once, by whatever name."""
    known = devices.devices(system)
    named = {name: item for item in known for name in (item.path, *item.links)}
    found = {name: named[name] for name in wish.devices if name in named}
    contents = disks.inspect_all(system, list(found.values()))
    seen: dict[str, str] = {}
    for name in wish.devices:
        if name not in found:
            cure = f"Correct the name, {_OUT}"
            refusals.append(Refusal(f"Device/{name}", "there is no such device on this host", cure))
            continue
        device = found[name]
        for same in filter(None, (device.path, device.wwn and f"{device.type} {device.wwn}")):
            first = seen.setdefault(same, name)
            if first != name:
                reason = f"it is the same device as {first} ({same})"
                refusals.append(Refusal(f"Device/{name}", reason, "List it once"))
        inner = devices.above(system, device.number)
        for other, part in found.items():
            if part.number in inner:
                reason = f"it is a part of {name}"
                refusals.append(Refusal(f"Device/{other}", reason, "List only one of the two"))
        parts = devices.partitions(system, device.number)
        within = disks.inspect_all(system, [item for item in known if item.number in inner])
        yield Target(name, device, contents[device.path], parts, within)


def _own_fsids(system: System, wish: Wish, refusals: list[Refusal]) -> tuple[str, ...]:
    """Return the id of the site's cluster: given, noted on the host, or of Rook's directory."""
    if wish.data_dir:
        mounts.must_answer(system, wish.data_dir)
    folder = ceph_traces.directory_fsids(system.path(wish.data_dir)) if wish.data_dir else ()
    note = system.path(wish.ceph_fsid_note) if wish.ceph_fsid_note else None
    own = (wish.ceph_fsid,) if wish.ceph_fsid else ceph_traces.noted_fsid(note) if note else ()
    if not own and len(folder) < 2:
        return folder
    for fsid in folder:
        if fsid not in own:
            known = f"not {own[0]}" if own else "and not of one alone"
            reason = f"it holds data of Ceph cluster {fsid}, {known}"
            cure = (
                "Set ceph_fsid (in roles rook_node_ceph_fsid) to the site's, and move the rest away"
            )
            refusals.append(Refusal(f"Directory/{wish.data_dir}", reason, cure))
    return own


def _contents(target: Target, own: Sequence[str], other_data: bool) -> Iterator[Refusal]:
    """Refuse data that are not of the site's Ceph cluster."""
    name, named = f"Device/{target.name}", [fsid for fsid in target.contents.fsids if fsid]
    held = [("it", fsid) for fsid in named]
    held += [(path, fsid) for path, found in target.inner.items() for fsid in found.fsids if fsid]
    for where, fsid in held:
        if fsid not in own:
            mine = f"this site's is {own[0]}" if own else "which one is this site's is not known"
            reason = f"{where} holds an OSD of Ceph cluster {fsid}, and {mine}"
            yield Refusal(name, reason, _CEPH_CURE)
    if target.contents.problem:
        yield Refusal(name, target.held[0], f"Replace it, {_OUT}")
    elif not named and target.held and not other_data:
        reason = f"{'; '.join(target.held)}, and nothing says that it is this site's"
        yield Refusal(name, reason, _OTHERS_CURE)
    elif _newer(target) and not other_data:
        reason = f"it holds {', '.join(_newer(target))}, newer than the copy of a label on it"
        yield Refusal(name, reason, _OTHERS_CURE)


def _newer(target: Target) -> list[str]:
    """Return what came onto a device of whose OSD no more is left than copies of its label."""
    if any(item.offset == 0 for item in target.contents.ceph):
        return []
    early = [item for item in target.contents.signatures if item.offset < MIB]
    return [*signatures.kinds(tuple(early)), *target.device.partitions]


def _uses(system: System, targets: Sequence[Target]) -> list[Refusal]:
    """Refuse devices in use; uses that may be passing get a moment to end."""
    lasting = [(target, device_uses.standing_uses(system, target.device)) for target in targets]
    # One that cannot be read is refused for that, and may not be opened either.
    free = [target for target, uses in lasting if not uses and not target.contents.problem]
    for attempt in range(TRIES):
        time.sleep(PAUSE if attempt else 0)
        numbers = {item.path: item.number for item in devices.devices(system)} if free else {}
        openers = device_uses.openers(system, numbers)
        passing = [
            (target, device_uses.passing_uses(system, target.device, openers)) for target in free
        ]
        if not any(uses for _target, uses in passing):
            break
    return [
        Refusal(
            f"Device/{target.name}",
            "; ".join(uses),
            _WRITABLE_CURE if uses == [device_uses.READ_ONLY] else _USES_CURE,
        )
        for target, uses in lasting + passing
        if uses
    ]


def _locked(medium: Medium) -> bool:
    """Lock a device; udev holds it for a moment whenever somebody has written to it."""
    for attempt in range(TRIES):
        time.sleep(PAUSE if attempt else 0)
        if medium.lock():
            return True
    return False


def _is_as_judged(system: System, target: Target) -> bool:
    """Tell whether the name still means this device, and nobody else has written to it."""
    node = Path(os.path.realpath(system.path(target.name)))
    return (
        devices.number_of(node) == target.device.number
        and disks.inspect(system, target.device) == target.contents
    )


def _wipe(system: System, target: Target) -> None:
    """Make one device blank and prove it."""
    path = target.device.path
    with opened(system.path(path), os.O_RDWR | os.O_EXCL) as medium:
        if not _locked(medium):
            raise ClientError("wipe", target.name, "somebody has locked it meanwhile. Run again")
        if not _is_as_judged(system, target):
            detail = "it is not what it was when it was judged. Look at it, and run again"
            raise ClientError("wipe", target.name, detail)
        known = target.places
        discarded = medium.discard()
        medium.settle()
        # Not every device returns zeros after a discard.
        written = [place for place in known if not medium.is_zero(*place)]
        for place in written:
            medium.zero(*place)
        medium.settle()
        for index, _start, _size in target.partitions.values():
            medium.forget_partition(index)
        _prove(system, target, medium, known)
    target.evidence = {
        "discarded": discarded,
        "zeroed": _told(written),
        "read_back": _told(known),
    }


def _told(found: Sequence[Place]) -> list[dict[str, int]]:
    """Return places as a result has them."""
    return [{"offset": offset, "length": length} for offset, length in found]


def _prove(system: System, target: Target, medium: Medium, known: Sequence[Place]) -> None:
    """Read everything back from the device; raise for what is still there."""
    left = [f"data at {offset}" for offset, length in known if not medium.is_zero(offset, length)]
    found = {*signatures.signatures(medium), *signatures.asked(system, target.device.path)}
    left += sorted(f"{item.kind} at {item.offset}" for item in found)
    left += [f"partition {name}" for name in devices.partitions(system, target.device.number)]
    if left:
        raise ClientError(
            "wipe", target.name, f"read back, it still has {', '.join(left)}. Replace the device"
        )
