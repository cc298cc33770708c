# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Making one device blank: what is overwritten and how, and the proof that nothing is left."""

from __future__ import annotations

import dataclasses
import os
import time
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import devices, disks, signatures
from ansible_collections.rookery.rook.plugins.module_utils._host.medium import GIB, MIB, opened

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.apart import Tell
    from ansible_collections.rookery.rook.plugins.module_utils._host.devices import Device
    from ansible_collections.rookery.rook.plugins.module_utils._host.medium import Medium
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

# Headers, tables and labels of all kinds are here; those of LUKS with its keys are the largest.
ENDS = 16 * MIB
# Copies in the middle: BlueStore's labels, the second superblocks of btrfs and ext.
COPIES = (64 * MIB, 128 * MIB, GIB, 10 * GIB, 100 * GIB, 256 * GIB, 1000 * GIB)
COPY = MIB
# What is discarded by one request, so that one that goes on for long is told from one that hangs.
DISCARD = 16 * GIB
# udev looks at a device after each change, and then lets go of it.
TRIES, PAUSE = 15, 0.2

Place = tuple[int, int]


@dataclasses.dataclass
class Target:
    """One device that is to be blank, and what became of it."""

    name: str
    device: Device
    contents: disks.Contents
    partitions: Mapping[str, tuple[int, int, int]]
    inner: Mapping[str, disks.Contents]
    """What is on each device that stands on it, as on its partitions, by their paths."""
    evidence: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def id(self) -> str:
        """What a step calls it."""
        return f"Device/{self.name}"

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


def _locked(medium: Medium) -> bool:
    """Lock a device; udev holds it for a moment whenever somebody has written to it."""
    for attempt in range(TRIES):
        time.sleep(PAUSE if attempt else 0)
        if medium.lock():
            return True
    return False


def _is_as_judged(system: System, target: Target, tell: Tell) -> bool:
    """Tell whether the name still means this device, and nobody else has written to it."""
    node = Path(os.path.realpath(system.path(target.name)))
    return (
        devices.number_of(node) == target.device.number
        and disks.read(system, target.device, tell) == target.contents
    )


def wipe(system: System, target: Target, tell: Tell) -> dict[str, t.Any]:
    """Make one device blank and return the proof; tell before each request to it."""
    tell("opening it")
    with opened(system.path(target.device.path), os.O_RDWR | os.O_EXCL) as medium:
        if not _locked(medium):
            raise ClientError("wipe", target.name, "somebody has locked it meanwhile. Run again")
        if not _is_as_judged(system, target, tell):
            detail = "it is not what it was when it was judged. Look at it, and run again"
            raise ClientError("wipe", target.name, detail)
        known = target.places
        discarded = _discard(medium, tell)
        tell("bringing what was discarded to it")
        medium.settle()
        # Not every device returns zeros after a discard.
        written = _not_zero(medium, known, tell)
        for offset, length in written:
            tell(f"writing zeros at byte {offset}")
            medium.zero(offset, length)
            tell(f"bringing zeros to it at byte {offset}")
            medium.settle()
        for index, _start, _size in target.partitions.values():
            tell(f"letting the kernel forget partition {index}")
            medium.forget_partition(index)
        _prove(system, target, medium, tell)
        tell("closing it")
    return {
        "discarded": discarded,
        "zeroed": _told(written),
        "read_back": _told(known),
    }


def _discard(medium: Medium, tell: Tell) -> bool:
    """Give a whole device's content up, and tell whether the device can."""
    for offset in range(0, medium.size, DISCARD):
        tell(f"discarding what is at byte {offset}")
        if not medium.discard(offset, min(DISCARD, medium.size - offset)):
            return False
    return True


def _not_zero(medium: Medium, known: Sequence[Place], tell: Tell) -> list[Place]:
    """Return the places where something else than zeros is read."""
    found = []
    for offset, length in known:
        tell(f"reading at byte {offset}")
        if not medium.is_zero(offset, length):
            found.append((offset, length))
    return found


def _told(found: Sequence[Place]) -> list[dict[str, int]]:
    """Return places as a result has them."""
    return [{"offset": offset, "length": length} for offset, length in found]


def _prove(system: System, target: Target, medium: Medium, tell: Tell) -> None:
    """Read everything back from the device; raise for what is still there."""
    left = [f"data at {offset}" for offset, _length in _not_zero(medium, target.places, tell)]
    tell("looking for what it may still hold")
    found = {*signatures.signatures(medium), *signatures.asked(system, target.device.path)}
    left += sorted(f"{item.kind} at {item.offset}" for item in found)
    left += [f"partition {name}" for name in devices.partitions(system, target.device.number)]
    if left:
        raise ClientError(
            "wipe", target.name, f"read back, it still has {', '.join(left)}. Replace the device"
        )
