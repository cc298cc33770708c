# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of tests leaves on the machine: found, compared with before, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
import typing as t
from pathlib import Path

import yaml
from steps import CACHE, TOP, say

# Every process that the tests start inherits it, except those in a node.
MARK = "ROOKERY_RINGS"
_SETTLE_SECONDS = 60
_END_SECONDS = 10
# Labs of tests/lab.
_TEST_LABS = ("downtest", "imagetest", "killtest", "nodetest")
# Clouds of tests/lab and of the scenarios; those of tests/ring2 go when the next one is made.
_TEST_CLOUDS = re.compile(r"cloudtest.*|molecule-.+")


def labs() -> list[str]:
    """Return the names of the labs that tests make, whether they are there or not."""
    scenarios = [yaml.safe_load(path.read_text()) for path in TOP.glob("molecule/*/molecule.yml")]
    return sorted([*_TEST_LABS, *(each["ansible"]["env"]["ROOKLAB_NAME"] for each in scenarios)])


def remove_leftovers() -> None:
    """Undo what a run that was killed has left: its processes, then its labs and clouds."""
    left = _marked()
    if left:
        say(f"ending {len(left)} processes that a killed run has left")
        for number in (signal.SIGTERM, signal.SIGKILL):
            _signal(_marked(), number)
            end = time.monotonic() + _END_SECONDS
            while _marked() and time.monotonic() < end:
                time.sleep(0.2)
    for name in labs():
        if (CACHE / "lab" / name / "lab.json").exists():
            say(f"removing the lab {name} that a killed run has left")
            subprocess.run([str(TOP / "lab/lab"), "down", "--name", name], check=True)
    for name in sorted(path.parent.name for path in CACHE.glob("lab/clouds/*/cloud.json")):
        if _TEST_CLOUDS.fullmatch(name):
            say(f"removing the cloud {name} that a killed run has left")
            subprocess.run([str(TOP / "lab/lab"), "cloud", "down", "--name", name], check=True)


def machine() -> set[str]:
    """Return links, loop devices, mounts and rules of the machine, each as a line."""
    found = {f"mount {line}" for line in Path("/proc/self/mounts").read_text().splitlines()}
    for link in Path("/sys/class/net").glob("*"):
        bridge = link / "master"
        found.add(f"link {link.name}" + (f" of {bridge.resolve().name}" if bridge.exists() else ""))
    for file in Path("/sys/block").glob("loop*/loop/backing_file"):
        # It may be detached at this moment.
        with contextlib.suppress(OSError):
            found.add(f"loop device {file.parts[3]} {file.read_text().strip()}")
    return found | {f"rule {line}" for line in _rules()}


def _rules() -> list[str]:
    """Return the rules of the packet filter; a machine without its program has none of ours."""
    if os.geteuid() or not shutil.which("iptables-save"):
        return []
    done = subprocess.run(["iptables-save"], stdout=subprocess.PIPE, text=True, check=False)
    return [line for line in done.stdout.splitlines() if line.startswith("-A")]


def left_since(before: set[str]) -> list[str]:
    """Return what is there now and was not before, once it has had the time to go away.

    Labs that are not ours may come and go meanwhile.
    """
    end = time.monotonic() + _SETTLE_SECONDS
    while True:
        others = _marks_of_others()
        found = sorted(
            line for line in machine() - before if not (others and others.search(line))
        ) + [f"process {pid}: {_words(pid)}" for pid in _marked(nodes=True)]
        if not found or time.monotonic() > end:
            return found
        time.sleep(1)


def _marks_of_others() -> re.Pattern[str] | None:
    """Return what the lines of labs that tests have not made have in them."""
    words = []
    for file in Path("/run/rooklab").glob("rooklab*/owner.json"):
        try:
            lab = json.loads(file.read_text())
        except FileNotFoundError:
            continue
        if lab["name"] not in labs() or not Path(lab["path"]).is_relative_to(CACHE):
            words += [f"rooklab{lab['subnet']}", f"rooklab:{lab['name']}", lab["path"]]
    return re.compile("|".join(rf"{re.escape(word)}(?![\w-])" for word in words)) if words else None


def _marked(*, nodes: bool = False) -> list[int]:
    """Return the processes that tests have started; on request those in nodes too."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            marked = f"\0{MARK}=".encode() in b"\0" + (entry / "environ").read_bytes()
            in_node = "/lxc." in (entry / "cgroup").read_text()
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
        if marked and (nodes or not in_node) and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def _signal(pids: t.Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _words(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return "has just ended"
