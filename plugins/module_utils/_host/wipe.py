# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Which devices may be made blank, judged first, all of them; then wiped at the same time."""

from __future__ import annotations

import dataclasses
import functools
import os
import re
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    GuardError,
    Refusal,
)
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    apart,
    blank,
    ceph_traces,
    device_uses,
    devices,
    disks,
    mounts,
    signatures,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.blank import Target
from ansible_collections.rookery.rook.plugins.module_utils._host.medium import MIB
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep
from ansible_collections.rookery.rook.plugins.module_utils._options import option

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

# Names that stay the same when the content goes and the host boots again.
STABLE = ("/dev/disk/by-id/", "/dev/disk/by-path/", "/dev/disk/by-partuuid/", "/dev/mapper/")
_OUT = "or take it out of the list of devices"
_CEPH_CURE = f"Set ceph_fsid (in roles rook_node_ceph_fsid) to it if that is right, {_OUT}"

_OTHERS_CURE = f"Wipe it with rookery.rook.disk_wipe and other_data if nobody needs it, {_OUT}"

_USES_CURE = (
    f"End that use (unmount, swapoff, vgchange -an, dmsetup remove, end the process), {_OUT}"
)
_WRITABLE_CURE = f"Make it writable (its switch, or blockdev --setrw), {_OUT}"


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


def plan(system: System, wish: Wish) -> list[Target]:
    """Return the devices with what is on them; raise for everything that must not be wiped."""
    refusals = [*_names(wish)]
    if wish.confirm != wish.site:
        reason = f"it is not the site's name, {wish.site}, and wiping destroys all data"
        cure = f"Set {option('confirm')} to {wish.site} to permit it"
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
    """Return a step for each device that is not blank; it returns the proof."""
    return [
        HostStep(
            target.id, "delete", "; ".join(target.held),
            functools.partial(blank.wipe, system, target), "\n".join(target.held),
        )
        for target in targets
        if target.held
    ]  # fmt: skip


def carry_out(
    system: System, targets: Sequence[Target], wanted: Sequence[HostStep], done: list[HostStep]
) -> None:
    """Wipe all devices at the same time; raise when that is over, if one could not be wiped.

    The others are added to those that are done, and have their proof.
    """
    ended = apart.each({step.id: step.do for step in wanted}, system.REQUEST)
    for target in targets:
        if target.id in ended:
            target.evidence = ended[target.id].value or {}
    done += [step for step in wanted if ended[step.id].value]
    problems = {
        name: each.problem or _hanging(system, name, each.stuck)
        for name, each in ended.items()
        if not each.value
    }
    if problems:
        others = f"; wiped were {len(ended) - len(problems)} others" if len(ended) > 1 else ""
        detail = "; ".join(problem.rstrip(".") for problem in problems.values())
        raise ClientError("make blank", ", ".join(problems), detail + others)


def _hanging(system: System, name: str, doing: str) -> str:
    """Say of a device what has not ended."""
    return (
        f"{name} hangs, and may be wiped in part: {doing} has not ended within "
        f"{system.REQUEST:g} s, see `dmesg`. Replace it, or restart the host, and run again"
    )


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
    for attempt in range(blank.TRIES):
        time.sleep(blank.PAUSE if attempt else 0)
        numbers = {item.path: item.number for item in devices.devices(system)} if free else {}
        openers = device_uses.openers(system, numbers)
        passing = _passing(system, free, openers)
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


def _passing(
    system: System, targets: Sequence[Target], openers: Mapping[str, set[str]]
) -> list[tuple[Target, list[str]]]:
    """Return the uses that may end any moment; raise for a device that nobody can open."""
    # By path: one device under two names is refused for that, and would meet itself.
    jobs = {
        target.device.path: functools.partial(
            device_uses.passing_uses, system, target.device, openers
        )
        for target in targets
    }
    ended = apart.each(jobs, system.ANSWER)
    for target in targets:
        each = ended[target.device.path]
        if each.value is None:
            detail = f"{each.problem or disks.silence(system)}. Replace it, {_OUT}"
            raise ClientError("open", target.name, detail)
    return [(target, ended[target.device.path].value) for target in targets]
