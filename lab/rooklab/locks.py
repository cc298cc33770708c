# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locks between lab commands."""

from __future__ import annotations

import fcntl
import typing as t
from contextlib import contextmanager
from pathlib import Path

from rooklab.say import announce


@contextmanager
def locked(path: Path) -> t.Iterator[int]:
    """Hold an exclusive lock and yield its descriptor.

    A build command inherits the descriptor: when this process is killed, the lock stays until the
    command has ended too, so that the next run never works in a directory that something else still
    writes to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce(f"waiting for another lab command, or the rest of a killed one ({path.name})")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
