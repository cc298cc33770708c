# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directories that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rooklab.errors import LabError


def mounts_below(path: Path) -> list[str]:
    """Return this machine's mount points at or below a path."""
    prefix = str(path)
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [point for point in points if point == prefix or point.startswith(prefix + "/")]


def remove_tree(path: Path) -> None:
    """Remove a directory if it exists; refuse when something is mounted in it."""
    if not path.is_dir():
        return
    mounted = mounts_below(path)
    if mounted:
        raise LabError(
            f"{path} cannot be removed: {mounted[0]} is a mount point; unmount it and try again"
        )
    shutil.rmtree(path)


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old text or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.chmod(mode)
    new.replace(path)


def link_whole(link: Path, target: Path | str) -> None:
    """Make a symbolic link lead somewhere else, without a moment in which it is not there.

    Of two that do it to one link at the same time, one would take the other's away: hold a lock.
    """
    link.parent.mkdir(parents=True, exist_ok=True)
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


def link_file(source: Path, target: Path) -> None:
    """Give a file a second name; copy it where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def tree_size(path: Path) -> int:
    """Return the bytes that a directory takes on disk; a file with two names in it counts once."""
    seen: dict[tuple[int, int], int] = {}
    for folder, _, names in os.walk(path):
        for name in names:
            entry = Path(folder, name).lstat()
            seen[entry.st_dev, entry.st_ino] = entry.st_blocks * 512
    return sum(seen.values())
