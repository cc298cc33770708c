# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long commands, one after another: announced, watched, logged, and measured."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import typing as t
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
# tools/env sets it.
CACHE = Path(os.environ["ROOKERY_CACHE"])
LOGS = CACHE / "logs"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PLAIN = {"ANSIBLE_NOCOLOR": "1", "NO_COLOR": "1"}
_PROGRESS_SECONDS = 60
_SAMPLE_SECONDS = 2


def say(message: str) -> None:
    """Print one line of progress."""
    print(f"{Path(sys.argv[0]).stem}: {message}", flush=True)


@dataclass(frozen=True)
class Step:
    """One command: what it is for, how long it usually takes, what it needs in its environment."""

    name: str
    command: tuple[str, ...]
    expected: int
    env: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    status: int
    seconds: float
    text: str


class Watch:
    """Says how far a step is while it is quiet, and remembers the most memory that was in use."""

    peak = 0

    def __init__(self, step: Step) -> None:
        self._step, self._start, self._said = step, time.monotonic(), time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """How long the step has been running."""
        return time.monotonic() - self._start

    def heard(self) -> None:
        """Note that the step itself has just said something."""
        self._said = time.monotonic()

    def _look(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            Watch.peak = max(Watch.peak, memory_in_use())
            if time.monotonic() - self._said > _PROGRESS_SECONDS:
                self.heard()
                usual = clock(self._step.expected)
                say(f"{self._step.name}: {clock(self.seconds)} so far, about {usual} in all")


def run(step: Step, log: Path, lock: int | None = None) -> Outcome:
    """Run a command to its end; everything that it prints goes to the terminal and to the log.

    It may hold a lock on: when this process is killed, the lock stays until the command has ended.
    """
    say(f"{step.name} (about {clock(step.expected)})")
    LOGS.mkdir(parents=True, exist_ok=True)
    colours = {"ANSIBLE_FORCE_COLOR": "1", "PY_COLORS": "1"} if sys.stdout.isatty() else _PLAIN
    lines: list[str] = []
    with Watch(step) as watch, log.open("a") as file:
        print(f"$ {' '.join(step.command)}", file=file, flush=True)
        process = subprocess.Popen(
            step.command,
            cwd=TOP,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **colours, **step.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=() if lock is None else (lock,),
        )
        try:
            for line in t.cast("t.IO[str]", process.stdout):
                watch.heard()
                sys.stdout.write(line)
                sys.stdout.flush()
                lines.append(_COLOUR.sub("", line))
                file.write(lines[-1])
                file.flush()
            process.wait()
        except KeyboardInterrupt:
            # The terminal has told the command as well; what it ends, nobody has to repair.
            end(process)
            raise
        return Outcome(process.returncode, watch.seconds, "".join(lines))


def end(process: subprocess.Popen[str], seconds: float = 30) -> None:
    """Give a command the time to end by itself, then end it."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()


@contextmanager
def alone(name: str, what: str) -> t.Iterator[int]:
    """Do what must not be done twice at the same time, after the other one; yield the lock."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for {what}, or the rest of a killed one")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def memory_in_use() -> int:
    """Return the machine's memory that is neither free nor a cache, in bytes."""
    values = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    total, free = (int(values[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    return (total - free) << 10


def measured() -> str:
    """Return what this run took of the machine."""
    used = subprocess.run(
        ["du", "-skx", str(CACHE)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    ).stdout.split()
    disk = int(used[0]) / (1 << 20) if used else 0
    return f"peak memory {Watch.peak / (1 << 30):.1f} GiB, {CACHE} {disk:.1f} GiB"


def need_space(gib: float) -> None:
    """Stop before the first step when the disk would not suffice."""
    free = shutil.disk_usage(CACHE).free / (1 << 30)
    if free < gib:
        raise SystemExit(
            f"{CACHE} has {free:.1f} GiB free, and {gib:g} GiB are needed: free some space, or set "
            "ROOKERY_CACHE to a directory on a larger disk"
        )


def clock(seconds: float) -> str:
    """Return a time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
