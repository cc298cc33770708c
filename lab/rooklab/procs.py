# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run other programs."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from rooklab.errors import LabError
from rooklab.say import announce

_PROGRESS_SECONDS = 60
_TAIL_LINES = 20


def run(
    *command: str | Path,
    check: bool = True,
    timeout: float = 120,
    cwd: Path | None = None,
    lock: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a short command and return its output, errors included; it may hold a lock on."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            cwd=cwd,
            check=False,
            pass_fds=() if lock is None else (lock,),
        )
    except subprocess.TimeoutExpired as late:
        raise LabError(f"`{shlex.join(words)}` did not end within {timeout:.0f} s") from late
    if check and done.returncode:
        raise LabError(f"`{shlex.join(words)}` ended with {done.returncode}: {done.stdout.strip()}")
    return done


@dataclass(frozen=True)
class Job:
    """A long command: where its output goes, which lock it holds, how long it usually takes."""

    what: str
    log: Path
    lock: int
    expected: int
    # A package manager that is ended half-way leaves more to repair than one that finishes alone.
    ends_with_us: bool = True


def work(
    job: Job,
    *command: str | Path,
    cwd: Path | None = None,
    env: t.Mapping[str, str] | None = None,
) -> None:
    """Run a long command at low priority; unless its job says otherwise, it ends when we do."""
    asked = [str(word) for word in command]
    mortal = ["setpriv", "--pdeathsig", "TERM", "--"] if job.ends_with_us else []
    words = ["nice", *mortal, *asked]
    job.log.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with job.log.open("a") as log:
        print(f"$ {shlex.join(asked)}", file=log, flush=True)
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            pass_fds=(job.lock,),
        )
        while True:
            try:
                process.wait(_PROGRESS_SECONDS)
                break
            except subprocess.TimeoutExpired:
                passed = time.monotonic() - start
                announce(f"{job.what}: {passed:.0f} s so far, about {job.expected} s in all")
    if process.returncode:
        raise LabError(
            f"{job.what} failed: `{shlex.join(asked)}` ended with {process.returncode}; the "
            f"end of {job.log}:\n{tail(job.log)}\nRun the same command again when the cause is "
            "gone."
        )


def tail(path: Path) -> str:
    """Return the last lines of a log."""
    lines = path.read_text(errors="replace").splitlines()
    return "\n".join(lines[-_TAIL_LINES:])
