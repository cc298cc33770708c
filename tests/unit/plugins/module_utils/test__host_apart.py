# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What works on a disk has a process of its own, which may hang without anybody else."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import struct
import time
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import apart
from ansible_collections.rookery.rook.plugins.module_utils._host.apart import Ended

if t.TYPE_CHECKING:
    from collections.abc import Callable

    Tell = Callable[[str], None]


def fails(_tell: Tell) -> t.NoReturn:
    raise ClientError("wipe", "sdb", "it is locked")


def breaks(_tell: Tell) -> t.NoReturn:
    raise OSError(errno.EIO, "Input/output error", "/dev/sdc")


def hangs(tell: Tell) -> None:
    tell("discarding")
    time.sleep(60)


def is_killed(_tell: Tell) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_came_of_each_job_is_told_by_its_name() -> None:
    jobs = {"a": lambda _tell: {"zeroed": [1]}, "b": fails, "c": breaks, "d": is_killed}
    assert apart.each(jobs, 20) == {
        "a": Ended(value={"zeroed": [1]}),
        "b": Ended(problem="Failed to wipe sdb: it is locked."),
        "c": Ended(
            problem="Failed to use /dev/sdc: Input/output error. Its disk has an error, see "
            "`dmesg`. Mend or replace it, then run again."
        ),
        "d": Ended(problem="its process was killed"),
    }
    assert apart.each({}, 20) == {}


def test_one_that_hangs_is_told_with_what_it_was_doing() -> None:
    found = apart.each({"a": hangs, "b": lambda _tell: 1}, 1)
    assert found == {"a": Ended(stuck="discarding"), "b": Ended(value=1)}


def test_the_limit_is_that_of_one_request() -> None:
    def long(tell: Tell) -> int:
        for number in range(6):
            tell(f"request {number}")
            time.sleep(0.4)
        return 6

    assert apart.each({"a": long}, 2) == {"a": Ended(value=6)}


def test_more_jobs_than_processes_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_AT_ONCE", 2)
    jobs = {str(number): lambda _tell, number=number: number for number in range(7)}
    assert [ended.value for ended in apart.each(jobs, 20).values()] == list(range(7))


def test_a_defect_is_raised_and_not_taken_for_a_disks() -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        apart.each({"a": lambda _tell: 1 // 0}, 20)


def test_nobody_waits_for_the_output_of_a_process_that_hangs() -> None:
    def shown(_tell: Tell) -> list[str]:
        return [os.readlink(f"/proc/self/fd/{number}") for number in range(3)]

    assert apart.each({"a": shown}, 20)["a"].value == ["/dev/null"] * 3


def test_of_a_run_that_is_killed_nobody_works_on() -> None:
    heard, held = os.pipe()

    def works(tell: Tell) -> None:
        os.write(held, struct.pack("i", os.getpid()))
        while True:
            tell("discarding")

    run = os.fork()
    if not run:
        apart.each({"a": works, "b": works}, 60)
    os.close(held)
    workers = [*struct.unpack("i", os.read(heard, 4)), *struct.unpack("i", os.read(heard, 4))]
    os.kill(run, signal.SIGKILL)
    os.waitpid(run, 0)
    # Who works has the other end until it ends.
    ended, _, _ = select.select([heard], [], [], 20)
    for number in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    os.close(heard)
    assert ended
