# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Write, read and lock files of a shared directory. Runs inside a pod.

usage: shared.py write FILE MIB | read FILE | hold FILE SECONDS | try FILE | release FILE
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import signal
import sys
import tempfile
import time
import typing as t

CHUNK = 1 << 20
END_SECONDS = 60.0


def write(path: str, mib: str) -> dict[str, object]:
    """Write random data, flush it to the disks, and only then give it its name."""
    digest, part = hashlib.sha256(), path + ".part"
    with open(part, "wb") as file:
        for _count in range(int(mib)):
            block = os.urandom(CHUNK)
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    os.rename(part, path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return {"sha256": digest.hexdigest(), "bytes": int(mib) * CHUNK}


def read(path: str) -> dict[str, object]:
    """Read a file to its end."""
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
            size += len(block)
    return {"sha256": digest.hexdigest(), "bytes": size}


def hold(path: str, seconds: str) -> dict[str, object]:
    """Lock a file and return; a process left behind keeps the lock for at most the seconds."""
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with open(_note(path), "w", encoding="ascii") as note:
            note.write(str(os.getpid()))
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.write(told, b"1")
        os.close(told)
        time.sleep(float(seconds))
        os._exit(0)
    os.close(told)
    held = os.read(ready, 1) == b"1"
    return {"held": held}


def attempt(path: str) -> dict[str, object]:
    """Try to lock a file, and let go of it at once."""
    file = os.open(path, os.O_RDWR)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        if problem.errno in (errno.EAGAIN, errno.EACCES):
            return {"locked_by_other": True}
        raise
    finally:
        os.close(file)
    return {"locked_by_other": False}


def release(path: str) -> dict[str, object]:
    """End the process that holds the lock; a busy node needs a moment to end one."""
    with open(_note(path), encoding="ascii") as note:
        holder = int(note.read())
    os.kill(holder, signal.SIGKILL)
    os.unlink(_note(path))
    end = time.monotonic() + END_SECONDS
    while not _ended(holder) and time.monotonic() < end:
        time.sleep(0.02)
    return {"released": True}


def _ended(process: int) -> bool:
    """Tell whether a process has let go of its files; in a pod nobody may clear it away."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return True


def _note(path: str) -> str:
    """Return where this pod, and only it, keeps who holds the lock."""
    return os.path.join(tempfile.gettempdir(), os.path.basename(path) + ".pid")


if __name__ == "__main__":
    ACTS: dict[str, t.Callable[..., dict[str, object]]] = {
        "write": write,
        "read": read,
        "hold": hold,
        "try": attempt,
        "release": release,
    }
    began = time.monotonic()
    result = ACTS[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({**result, "seconds": round(time.monotonic() - began, 3)}))
