# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Removing directories with all that is in them, and sockets: only such as cannot be a mistake."""

from __future__ import annotations

import os
import shutil
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    GuardError,
    Refusal,
)
from ansible_collections.rookery.rook.plugins.module_utils._host import mounts
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_SHOWN = 3
# What a file system has in its own directory.
_LOST = "lost+found"
_NEVER = frozenset(
    f"/{name}"
    for name in (
        "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "media", "mnt", "opt", "proc",
        "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var", "usr/bin", "usr/lib", "usr/local",
        "usr/sbin", "usr/share", "var/cache", "var/lib", "var/lib/dpkg", "var/lib/apt", "var/log",
        "var/spool", "var/tmp", "etc/ssh", "etc/systemd",
    )
)  # fmt: skip
_HOMES = ("home", "root")


def purge_refusal(path: str) -> str | None:
    """Return why a directory must not be removed with its content, judged by its name alone."""
    # Two slashes at the beginning are kept by normpath, and mean the same directory.
    if path[:1] != "/" or path[:2] == "//" or os.path.normpath(path) != path.rstrip("/"):
        return "it is not an absolute, plain path"
    if path.rstrip("/") in _NEVER or path.strip("/").count("/") < 1:
        return "the host's own files are there"
    if path.startswith(("/dev/", "/proc/", "/sys/", "/boot/")):
        return "the host's own files are there"
    if path.split("/")[1] in _HOMES:
        return "a person's own files are there"
    return None


def _link(system: System, path: str) -> str | None:
    """Return the first part of a path that leads somewhere else."""
    parts = path.strip("/").split("/")
    names = ("/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return next((name for name in names if system.path(name).is_symlink()), None)


def plan_purge(system: System, paths: Sequence[str]) -> Iterator[HostStep]:
    """Yield a step for each path that exists; raise for all that must not go."""
    refusals = []
    for path in paths:
        reason = purge_refusal(path)
        link = _link(system, path) if reason is None else None
        if link is not None:
            reason = f"{'it' if link == path else link} is a link to another place"
        if reason:
            cure = "Name a directory that is Rook's or ours alone"
            refusals.append(Refusal(f"Directory/{path}", reason, cure))
    if refusals:
        raise GuardError(refusals)
    for path in paths:
        if is_left(system, path):

            def take(path: str = path) -> None:
                remove(system, path)

            yield HostStep(f"Directory/{path}", "delete", "with all that is in it", take, path)


def is_left(system: System, path: str) -> bool:
    """Tell whether there is something to remove: of a disk's mount point, what is on the disk."""
    if not mounts.has_disk(mounts.mounts(system), path):
        return system.path(path).exists()
    return bool(_content(system, path))


def _content(system: System, path: str) -> list[Path]:
    return [item for item in sorted(system.path(path).iterdir()) if item.name != _LOST]


def remove(system: System, path: str) -> None:
    """Remove a directory with its content, or a file, unless that would reach something else.

    What is mounted there is asked last, because earlier steps unmount. A disk that somebody has
    mounted at the directory itself stays there, and is emptied.
    """
    found = mounts.mounts(system)
    points = mounts.below(found, path)
    if points == [path.rstrip("/")] and mounts.has_disk(found, path):
        for item in _content(system, path):
            if item.is_dir() and not item.is_symlink():
                shutil.rmtree(item)
            else:
                item.unlink()
        return
    if points:
        shown = ", ".join(points[:_SHOWN]) + (" and more" if len(points) > _SHOWN else "")
        raise ClientError(
            "remove directory", path, f"mounted there: {shown}. Unmount these and run again"
        )
    if system.path(path).is_symlink():
        cure = "Remove the link, and what it leads to if that is not needed, and run again"
        raise ClientError("remove directory", path, f"it is a link to another place. {cure}")
    if system.path(path).is_dir():
        shutil.rmtree(system.path(path))
    else:
        system.path(path).unlink(missing_ok=True)
