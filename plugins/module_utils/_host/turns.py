# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Who changes a host has it for itself, also from what outlives a run.

Of a run that is killed on the deploy host, or that loses its connection, the module works on here.
The next run must neither work beside it nor undo what it is just doing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError, Refusal
from ansible_collections.rookery.rook.plugins.module_utils._host.device_uses import openers

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

# Of one's own directory of programs and images, which Kubernetes' end removes.
_SHARED = {"kubernetes-artefacts": "kubernetes"}
PATIENCE = 1800.0
"""Seconds; longer take only packages, programs and images over slow lines and on slow disks."""
_PAUSE = 0.5


@contextlib.contextmanager
def turn(system: System, what: str, module: t.Any) -> Iterator[None]:
    """Have a part of the host alone, of those that have the names of records; not in check mode.

    module is Ansible's, for its name and mode.
    The commands that change something meanwhile have it, too: of a module that is killed they live
    on. Those that hang when it ends by itself, as on storage that is gone, keep it from nobody.
    """
    if module.check_mode:
        yield
        return
    path = system.path(f"/run/rookery-{_SHARED.get(what, what)}.lock")
    handle = _taken(system, path)
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, module._name.encode(), 0)
        system.inherited = (handle,)
        yield
    finally:
        system.inherited = ()
        path.unlink(missing_ok=True)
        os.close(handle)


def _taken(system: System, path: Path) -> int:
    """Return the locked file, or raise with who has it."""
    end = time.monotonic() + PATIENCE
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if _locked(handle) and _is(handle, path):
            return handle
        if time.monotonic() > end:
            raise GuardError([_refusal(system, path, handle)])
        os.close(handle)
        time.sleep(_PAUSE)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        if problem.errno not in (errno.EWOULDBLOCK, errno.EAGAIN):
            raise
        return False
    return True


def _is(handle: int, path: Path) -> bool:
    """Tell whether a file is still the one of that name: who had it removes it at the end."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False


def _refusal(system: System, path: Path, handle: int) -> Refusal:
    """Return who has it, from the open files of all processes; their arguments may be secret."""
    module = os.pread(handle, 100, 0).decode() or "a module"
    who = ", ".join(sorted(openers(system, {str(path): "lock"}).get("lock", ())))
    return Refusal(
        f"File/{path}",
        f"{module} of another run works on this host ({who or 'a process that just ended'}), and "
        f"has not ended within {PATIENCE:g} s",
        "Wait until it has, or end these processes, and run again. What cannot be ended goes with "
        "a restart of the host",
    )
