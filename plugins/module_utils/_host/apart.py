# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Work on disks in processes of its own, so that one that hangs keeps nobody else.

Nothing ends a request to a disk that is gone, nor whoever waits for it in the kernel. A module one
of whose threads waits there cannot end either, and tells nothing of what the others have done.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
import time
import traceback
import typing as t
from multiprocessing import connection

from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._host import faults

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Tell = Callable[[str], None]
    Job = Callable[[Tell], t.Any]

# Who works waits for disks, not for the processor.
_AT_ONCE = 32


@dataclasses.dataclass(frozen=True)
class Ended:
    """What came of a job: what it returned, or else one of the others."""

    value: t.Any = None
    problem: str = ""
    """Why it failed."""
    stuck: str = ""
    """What it was doing when that did not end."""
    defect: str = ""
    """Where it raised what nobody expects."""


@dataclasses.dataclass
class _Worker:
    """A process, what it does, and when that has to have ended."""

    name: str
    number: int
    until: float
    doing: str = "beginning"
    ended: Ended | None = None


def each(jobs: Mapping[str, Job], limit: float) -> dict[str, Ended]:
    """Do jobs at the same time; return by name what came of them.

    A job is given a function to tell what it is about to do, which has to end within limit seconds.
    Of one that does not, the process is killed and not waited for: it ends when the kernel lets go
    of it, and does nothing more then. Nor does one whose module is killed, once it has to tell.
    """
    waiting = list(jobs)
    running: dict[connection.Connection, _Worker] = {}
    found: dict[str, Ended] = {}
    while waiting or running:
        while waiting and len(running) < _AT_ONCE:
            name = waiting.pop(0)
            line, number = _begun(jobs[name], running)
            running[line] = _Worker(name, number, time.monotonic() + limit)
        first = min(worker.until for worker in running.values())
        ready = connection.wait(list(running), max(first - time.monotonic(), 0))
        for line, worker in list(running.items()):
            if line in ready:
                over = _has_ended(line, worker, limit)
            else:
                over = worker.until <= time.monotonic()
                if over:
                    os.kill(worker.number, signal.SIGKILL)
                    worker.ended = worker.ended or Ended(stuck=worker.doing)
            if over:
                del running[line]
                line.close()
                found[worker.name] = worker.ended or Ended(problem="its process was killed")
    defects = [ended.defect for ended in found.values() if ended.defect]
    if defects:
        raise RuntimeError("\n".join(defects))
    return {name: found[name] for name in jobs}


def _has_ended(line: connection.Connection, worker: _Worker, limit: float) -> bool:
    """Hear what a process tells, and return whether that was the last of it."""
    try:
        told = line.recv()
    except EOFError:
        os.waitpid(worker.number, 0)
        return True
    if isinstance(told, Ended):
        worker.ended = told
    else:
        worker.doing = told
    worker.until = time.monotonic() + limit
    return False


def _begun(job: Job, others: Iterable[connection.Connection]) -> tuple[connection.Connection, int]:
    """Begin a job beside others; return where it tells what it does, and its process."""
    line, end = multiprocessing.Pipe(duplex=False)
    number = os.fork()
    if not number:
        _work(job, end, [line, *others])
    end.close()
    return line, number


def _work(
    job: Job, end: connection.Connection, heard: Iterable[connection.Connection]
) -> t.NoReturn:
    """Do a job in the process that was made for it, and end that."""
    try:
        # When whoever began it is gone, to tell the next thing fails: so this ends, too.
        for line in heard:
            line.close()
        # Whoever waits for the end of the module's output must not wait for this process.
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nothing, number)
        end.send(_ended(job, end.send))
    finally:
        os._exit(0)


def _ended(job: Job, tell: Tell) -> Ended:
    try:
        return Ended(value=job(tell))
    except (RookeryError, OSError) as problem:
        return Ended(problem=faults.told(problem))
    except Exception:  # whoever made the process raises it
        return Ended(defect=traceback.format_exc())
