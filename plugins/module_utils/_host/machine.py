# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a host is: kernel, memory, limits, clock, and the places where it would keep data."""

from __future__ import annotations

import contextlib
import os
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host import mounts

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

PROGRAMS = ("lvm", "dmsetup", "cryptsetup", "sgdisk")
RUNTIMES = ("containerd", "crio", "docker", "k3s", "rke2-server", "rke2-agent")
_CLOCKS = ("chronyd", "chrony", "ntpd", "ntp", "ntpsec", "systemd-timesyncd")
_DAEMONS = ("ceph-mon", "ceph-osd")
# The kubelet's own part of the control groups, and not that of a kubelet in a container.
_PODS = re.compile(r":/([\w.-]+\.slice/)*[\w.-]*kubepods")
_DMI = "/sys/class/dmi/id/"
_KIB = 1024


def describe(system: System, places: Iterable[str]) -> dict[str, t.Any]:
    """Return what rules want to know of a host; what it does not tell is left out."""
    release = os.uname()
    found: dict[str, t.Any] = {
        "kernel": (system.text("/proc/sys/kernel/osrelease") or release.release).strip(),
        "arch": release.machine,
        "programs": {name: system.has(name) for name in PROGRAMS},
        "udev": _is_filled(system.path("/run/udev")),
        "aio_max_nr": _number(system.text("/proc/sys/fs/aio-max-nr")),
        "swap_bytes": _swap(system.text("/proc/swaps")),
        "cgroup": _cgroup(system),
        "memory_bytes": _memory(system.text("/proc/meminfo")),
        "cores": _cores(system.text("/proc/cpuinfo")),
        # A runtime that is not there yet says nothing of its limits.
        "limit_nofile": _limits(system) or None,
        "selinux": _selinux(system),
        "clock": _clock(system),
        "vendor": " ".join(
            (system.text(f"{_DMI}{name}") or "").strip() for name in ("sys_vendor", "product_name")
        ).strip(),
        "ceph_daemons": list(_ceph_daemons(system)),
        "places": {name: _place(system, name) for name in places},
    }
    return {key: value for key, value in found.items() if value is not None}


def _number(text: str | None) -> int | None:
    """Return the number that a file of the kernel holds."""
    return int(text) if text and text.strip().isdigit() else None


def _is_filled(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _swap(text: str | None) -> int | None:
    """Return the bytes that may be swapped to."""
    if text is None:
        return None
    rows = [line.split() for line in text.splitlines()[1:]]
    return sum(int(row[2]) for row in rows if len(row) > 2) * _KIB


def _cgroup(system: System) -> int | None:
    """Return the version of control groups, as the kubelet sees them."""
    root = "/sys/fs/cgroup"
    if system.path(f"{root}/cgroup.controllers").exists():
        return 2
    return (
        1 if system.path(f"{root}/memory").exists() or system.path(f"{root}/cpu").exists() else None
    )


def _memory(text: str | None) -> int | None:
    found = re.search(r"^MemTotal:\s+(\d+) kB", text or "", re.MULTILINE)
    return int(found[1]) * _KIB if found else None


def _cores(text: str | None) -> int | None:
    return len(re.findall(r"^processor\s*:", text or "", re.MULTILINE)) or None


def _limits(system: System) -> dict[str, t.Any]:
    """Return how many files the container runtimes that are there may open."""
    found: dict[str, t.Any] = {}
    for unit in RUNTIMES:
        shown = system.ask("systemctl", "show", unit, "--property=LoadState,LimitNOFILE").stdout
        loaded = re.search(r"^LoadState=loaded$", shown, re.MULTILINE)
        limit = re.search(r"^LimitNOFILE=(\w+)$", shown, re.MULTILINE)
        if loaded and limit:
            found[unit] = int(limit[1]) if limit[1].isdigit() else limit[1]
    return found


def _selinux(system: System) -> str:
    """Return how SELinux is set, empty where the kernel has none."""
    enforce = system.text("/sys/fs/selinux/enforce")
    if enforce is None:
        return ""
    return "enforcing" if enforce.strip() == "1" else "permissive"


def _ceph_daemons(system: System) -> Iterator[str]:
    """Yield what keeps a Ceph cluster's data from a pod; its command line may keep one waiting."""
    for place in sorted(system.path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        with contextlib.suppress(OSError):  # the process has ended meanwhile
            name = (system.text(f"/proc/{place.name}/comm") or "").strip()
            if name in _DAEMONS and _PODS.search(system.text(f"/proc/{place.name}/cgroup") or ""):
                yield f"{name} (process {place.name})"


def _clock(system: System) -> dict[str, t.Any]:
    """Return who keeps the clock, and whether the kernel takes it for kept."""
    shown = system.ask("timedatectl", "show", "--property=NTPSynchronized", "--value")
    service = next(
        (unit for unit in _CLOCKS if not system.ask("systemctl", "is-active", unit).returncode),
        "",
    )
    found: dict[str, t.Any] = {"service": service}
    if shown.stdout.strip() in ("yes", "no"):
        found["synchronized"] = shown.stdout.strip() == "yes"
    return found


def _place(system: System, name: str) -> dict[str, t.Any]:
    """Return the room of a directory, there or still to be made, and where its file system is."""
    mounts.must_answer(system, name)
    path = system.path(name)
    there = next(folder for folder in (path, *path.parents) if folder.is_dir())
    room, device = os.statvfs(there), there.stat().st_dev
    points = [item.point for item in mounts.mounts(system) if _is_below(name, item.point)]
    return {
        "exists": there == path,
        "mount": max(points, key=len, default="/"),
        "device": f"{os.major(device)}:{os.minor(device)}",
        "free_bytes": room.f_bavail * room.f_frsize,
        "size_bytes": room.f_blocks * room.f_frsize,
    }


def _is_below(name: str, point: str) -> bool:
    return point == "/" or name == point or name.startswith(f"{point}/")
