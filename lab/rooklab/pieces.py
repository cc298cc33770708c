# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Built things, each in a directory named by the hash of what it was made from."""

from __future__ import annotations

import hashlib
import shutil
import time
import typing as t
from pathlib import Path

from rooklab.config import Config
from rooklab.errors import LabError
from rooklab.files import remove_tree
from rooklab.locks import locked
from rooklab.procs import Job
from rooklab.say import announce


def digest(*parts: str | bytes) -> str:
    """Return the key of a piece from everything that decides its content."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:12]


def digest_tree(path: Path) -> str:
    """Return the key of a source directory: names, modes and contents."""
    parts: list[str | bytes] = []
    for file in sorted(path.rglob("*")):
        if file.is_file():
            parts += [str(file.relative_to(path)), oct(file.stat().st_mode), file.read_bytes()]
    return digest(*parts)


def need_space(path: Path, gib: float, what: str) -> None:
    """Refuse to begin what would fill the disk."""
    path.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(path).free / 2**30
    if free < gib:
        raise LabError(
            f"{path} has {free:.1f} GiB free and {what} needs {gib:g} GiB: free some space, or set "
            "ROOKERY_CACHE to a directory on a larger disk"
        )


def build(
    config: Config,
    name: str,
    key: str,
    make: t.Callable[[Path, Job], None],
    *,
    expected: int,
    gib: float = 1.0,
) -> Path:
    """Return the directory of a piece; make it first if it does not exist.

    `make` fills the directory it is given, which gets its final name only when `make` has returned:
    a run that is killed leaves a directory that the next run throws away.
    """
    path = config.top / f"{name}-{key}"
    if path.is_dir():
        return path
    with locked(config.locks / f"{name}.lock") as lock:
        if path.is_dir():
            return path
        need_space(config.top, gib, name)
        unfinished = config.top / f".unfinished-{name}"
        remove_tree(unfinished)
        announce(f"building {name} (once; about {expected} s)")
        start = time.monotonic()
        log = config.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        try:
            make(unfinished, Job(f"building {name}", log, lock, expected))
        except BaseException:
            remove_tree(unfinished)
            raise
        unfinished.rename(path)
        announce(f"built {name} in {time.monotonic() - start:.0f} s")
    return path
