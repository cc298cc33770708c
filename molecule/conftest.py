# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenarios' tests ask beside the nodes: the cluster, the lab, and what playbooks said."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INVENTORY = ROOT / "inventories/lab"
_LINE = re.compile(r"^(\S+ \S+) p=(\d+) u=\S+ n=\w+ \w+\| ?(.*)$")
_TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.*)\] \**$")
_RESULT = re.compile(r"^(changed|ok|fatal): \[([\w.-]+)")


@dataclass
class Run:
    """One ansible-playbook of this scenario, as its log tells it."""

    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(self.lines)

    def results(self, state: str) -> set[tuple[str, str]]:
        """Return tasks and hosts that ended in a state."""
        task, found = "", set()
        for line in self.lines:
            if match := _TASK.match(line):
                task = match[1]
            elif (match := _RESULT.match(line)) and match[1] == state:
                found.add((task, match[2]))
        return found


def told(lines: t.Sequence[str]) -> list[Run]:
    """Return what ran since the lab was made; the number of a process may come again."""
    begun = max(i for i, line in enumerate(lines) if "PLAY [Bring the scenario's own lab" in line)
    found: list[Run] = []
    latest: dict[str, Run] = {}
    for line in lines[begun:]:
        match = _LINE.match(line)
        if match:
            run = latest.get(match[2])
            if run is None or (match[3].startswith("PLAY [") and "PLAY RECAP" in run.text):
                run = latest[match[2]] = Run()
                found.append(run)
            run.lines.append(match[3])
        elif found:
            found[-1].lines.append(line)
    return [run for run in found if "PLAY [" in run.text][1:]


@pytest.fixture(scope="session")
def runs() -> list[Run]:
    """The playbooks that have run since the scenario's lab was made, oldest first."""
    return told(Path(os.environ["ANSIBLE_LOG_PATH"]).read_text().splitlines())


@pytest.fixture(scope="session")
def lab() -> dict[str, t.Any]:
    """What the lab says of itself: lab_directory, lab_kubectl and so on."""
    asked = subprocess.run(
        ["ansible-inventory", "-i", str(INVENTORY), "--host", "cp1"],
        capture_output=True,
        text=True,
        check=True,
    )
    return t.cast("dict[str, t.Any]", json.loads(asked.stdout))


Kubectl = t.Callable[..., t.Any]
Eventually = t.Callable[..., None]
Unready = t.Callable[..., t.Callable[[], list[str]]]


@pytest.fixture(scope="session")
def kubectl(lab: dict[str, t.Any]) -> Kubectl:
    """Ask the cluster, without any code of the collection; the answer is JSON."""

    def ask(*words: str) -> t.Any:
        command = [
            lab["lab_kubectl"],
            f"--kubeconfig={lab['lab_directory']}/kubeconfig",
            "--request-timeout=30s",
            *words,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture(scope="session")
def complaints(lab: dict[str, t.Any], kubectl: Kubectl) -> t.Callable[[], list[str]]:
    """Return what Ceph complains of, without what the site's variables accept."""

    def ask() -> list[str]:
        (cluster,) = kubectl("get", "cephclusters", "-A", "-o", "json")["items"]
        ceph = cluster["status"]["ceph"]
        details = ceph.get("details") or {}
        if ceph["health"] == "HEALTH_OK" or (
            details and set(details) <= set(lab["rook_cluster_mute_health"])
        ):
            return []
        return [f"{ceph['health']}: {details}"]

    return ask


def wait(problems: t.Callable[[], list[str]], seconds: float, pause: float = 2) -> None:
    """Ask again until the answer is empty; after the limit show the last one.

    An API or a kubelet that does not answer at this moment is asked again too.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            found = problems()
        except (AssertionError, subprocess.SubprocessError) as refused:
            found = [str(refused)]
        if not found or time.monotonic() > end:
            break
        time.sleep(pause)
    assert found == [], found


def stopped(pid: int) -> list[int]:
    """Stop a process and all that it has started, and return them, the youngest last.

    What is stopped before its children are asked for starts no other one meanwhile.
    """
    found = [pid]
    for each in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGSTOP)
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, task.read_text().split())
    return found


def kill(process: subprocess.Popen[str]) -> None:
    """End a process and all that it has started, as a machine that goes away would."""
    for pid in stopped(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(20)


@pytest.fixture(scope="session")
def eventually() -> Eventually:
    """Wait until the answer to a question is empty."""
    return wait


@pytest.fixture(scope="session")
def unready(kubectl: Kubectl) -> Unready:
    """Tell that the nodes are others than those that are named, or not all of them ready.

    A node whose kubelet has no turn for a while is not, for a moment.
    """

    def of(*names: str) -> t.Callable[[], list[str]]:
        def ask() -> list[str]:
            ready = {
                node["metadata"]["name"]: each["status"]
                for node in kubectl("get", "nodes", "-o", "json")["items"]
                for each in node["status"]["conditions"]
                if each["type"] == "Ready"
            }
            return [] if ready == dict.fromkeys(names, "True") else [str(ready)]

        return ask

    return of
