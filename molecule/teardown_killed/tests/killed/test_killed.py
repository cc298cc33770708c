# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""teardown.yml gets kill -9 at one point after the other; whatever it left, the next run goes on.

The last run ends well, one more changes nothing, and what is left of it is looked at afterwards.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from conftest import INVENTORY, ROOT

# The task at which a run is killed, and how many seconds later, in the order of the teardown.
POINTS = (
    ("Remove what an interrupted proof left", 0.3),
    ("Take classes, users, object stores, file systems and pools down", 2.5),
    ("Note on the hosts which Ceph cluster", 0.2),
    ("Take the Ceph cluster down", 2.5),
    ("Take the operator down", 2.5),
    ("Make the devices blank", 0.4),
    ("Remove Rook's data", 0.6),
    ("Restore the directory that was there before", 0.2),
    ("Take each host out of Kubernetes", 1.0),
    ("Take each host out of Kubernetes", 4.0),
    ("Undo network, images, packages, programs", 0.5),
)
LEAST = 10
SECONDS = 600
# A killed run cannot give its lease back; the next one waits until that has run out.
COMMAND = (
    "ansible-playbook", "-i", str(INVENTORY), str(ROOT / "playbooks/teardown.yml"),
    "--extra-vars", "rook_confirm=lab rook_lock_timeout=120",
)  # fmt: skip


def start() -> subprocess.Popen[str]:
    """Start teardown.yml; what it says has no log of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "ANSIBLE_LOG_PATH"}
    return subprocess.Popen(
        COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env={**environment, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def family(pid: int) -> list[int]:
    """Return a process and all that it has started, the youngest last."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, task.read_text().split())
    return found


def kill(process: subprocess.Popen[str]) -> None:
    """End a process and all that it has started, as a machine that goes away would."""
    for pid in family(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(20)


def killed_at(task: str, seconds: float) -> bool:
    """Run teardown.yml and kill it; tell whether it came to that point before its end."""
    with start() as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("TASK [") and task in line:
                time.sleep(seconds)
                break
        if process.poll() is None and said[-1].startswith("TASK ["):
            kill(process)
            return True
        process.wait(SECONDS)
        assert process.returncode == 0, "".join(said[-60:])
        return False


def finish() -> str:
    """Run teardown.yml to its end and return what it says."""
    with start() as process:
        said, _nothing = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said[-4000:]
    return said


def test_a_run_after_kills_at_many_points_ends_it_and_one_more_changes_nothing() -> None:
    kills = [point for point in POINTS if killed_at(*point)]
    print(f"\nkilled {len(kills)} times: {kills}")
    assert len(kills) >= LEAST, kills
    ended, again = finish(), finish()
    assert "changed: [" not in again, (ended[-2000:], again[-4000:])
