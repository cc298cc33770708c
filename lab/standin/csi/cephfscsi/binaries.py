# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ceph-fuse on the node: a copy of the image's program with all it is linked to."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

PROGRAM = Path("/usr/bin/ceph-fuse")
PREFIX = "bin-"


def linked(listing: str) -> list[Path]:
    """Return the files in ldd's listing, the loader among them."""
    words = (word for line in listing.splitlines() for word in line.split())
    return [Path(word) for word in dict.fromkeys(words) if word.startswith("/")]


def install(home: Path, program: Path = PROGRAM) -> Path:
    """Copy the program to the driver's directory unless it is there; return where."""
    listing = subprocess.run(("ldd", program), capture_output=True, text=True, check=True).stdout
    files = [program, *linked(listing)]
    target = home / (PREFIX + _digest(files))
    for old in home.glob(f"{PREFIX}*"):
        # Running programs keep their files open, so an older copy may go.
        if old != target:
            shutil.rmtree(old)
    if not target.is_dir():
        fresh = home / f"{PREFIX}new"
        fresh.mkdir(mode=0o755, parents=True)
        for file in files:
            shutil.copyfile(file, fresh / file.name)
            (fresh / file.name).chmod(0o755)
        fresh.rename(target)
    return target


def command(directory: Path, program: str = PROGRAM.name) -> list[str]:
    """Return how to start the copy with its own loader: the node's libraries are not asked."""
    loader = next(iter(sorted(directory.glob("ld-*"))), None)
    if loader is None:
        raise FileNotFoundError(f"{directory} has no loader (ld-*.so): {program} cannot start")
    return [str(loader), "--library-path", str(directory), str(directory / program)]


def _digest(files: list[Path]) -> str:
    facts = ((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    return hashlib.sha256(repr(sorted(facts)).encode()).hexdigest()[:12]
