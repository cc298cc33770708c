# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task gives the same result whether its module is sent or runs in a fork of the worker."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest
from conftest import MODEL, manifests
from controlplane import ControlPlane
from raw import Object

PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
SECRET = "tOpSeCrEt-of-the-topic"
TOPIC: Object = {
    "name": "events",
    "store": "store",
    "amqp": {"uri": f"amqp://app:{SECRET}@queue.example.com:5672", "exchange": "events"},
}
# Ansible sends a module that is to have a limit of its own.
SENT = {"ansible_python_module_rlimit_nofile": 4096}
RUN_SECONDS = 240
# An interrupted module lets the requests end that are on their way.
END_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Plays:
    """Plays on this host against a control plane."""

    folder: Path
    environment: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    def start(self, tasks: list[Object], **variables: t.Any) -> subprocess.Popen[str]:
        """Start a play at the highest verbosity."""
        book = self.folder / "play.yml"
        book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        words = [PLAYBOOK, "-vvvv", "--diff", "--extra-vars", json.dumps(variables), book]
        silent = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_NOCOLOR": "true"}
        return subprocess.Popen(
            [str(word) for word in words],
            env={**os.environ, **silent, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __call__(self, tasks: list[Object], **variables: t.Any) -> tuple[list[Object], str]:
        """Return the result of each task, and all that was printed."""
        results, told = [], self.folder / "results.json"
        for index, task in enumerate(tasks):
            results.append({**task, "register": f"r{index}", "ignore_errors": True})
        names = ", ".join(f"r{index}" for index in range(len(tasks)))
        kept = {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(told), "mode": "0600"}
        last = {"ansible.builtin.copy": kept, "no_log": True, "diff": False}
        running = self.start([*results, last], **variables)
        printed, _none = running.communicate(timeout=RUN_SECONDS)
        assert running.returncode == 0, printed[-3000:]
        return json.loads(told.read_text()), printed

    def both(self, tasks: list[Object]) -> list[Object]:
        """Return the results, which are the same both ways and hold no secret, nor does a log."""
        here, printed = self(tasks)
        sent, elsewhere = self(tasks, **SENT)
        assert "in a fork" in printed and "packed and sent" not in printed
        assert "in a fork" not in elsewhere and "a limit of open files" in elsewhere
        assert here == sent
        assert SECRET not in printed + elsewhere + json.dumps(here)
        return here


@pytest.fixture
def plays(plane: ControlPlane) -> Plays:
    return Plays(plane.folder)


def options(plane: ControlPlane, **more: t.Any) -> Object:
    return {
        **MODEL,
        "operator": {"manifests": str(manifests())},
        "bucket_topics": [TOPIC],
        "kubeconfig": str(plane.folder / "admin.conf"),
        "wait": False,
        **more,
    }


def model(plane: ControlPlane) -> Object:
    return {name: value for name, value in options(plane).items() if name != "wait"}


def test_results_are_the_same_before_and_after_a_site_is_there(
    plane: ControlPlane, plays: Plays
) -> None:
    site = {"rookery.rook.rook_site": options(plane)}
    predicted, unlogged, refused, wrong, away = plays.both(
        [
            {**site, "check_mode": True},
            {**site, "check_mode": True, "no_log": True},
            {"rookery.rook.rook_site": options(plane, fingerprint="0" * 64)},
            {"rookery.rook.rook_site": {"site": "store1"}},
            {
                "rookery.rook.rook_site": options(plane, kubeconfig="nowhere"),
                "check_mode": True,
            },
        ]
    )
    assert predicted["changed"] is True and predicted["plan"] and predicted["diff"]
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in json.dumps(predicted)
    assert predicted["plan"] == unlogged["plan"]
    assert refused["failed"] is True and "fingerprint" in refused["msg"]
    assert wrong["failed"] is True and "missing required arguments: version" in wrong["msg"]
    assert "There is no nowhere" in away["warnings"][0]
    (made,), _printed = plays([site])
    assert made["changed"] is True and made["plan"] == predicted["plan"]
    again, told = plays.both([site, {"rookery.rook.rook_info": model(plane)}])
    assert again["changed"] is False and told.get("failed") is not True, told


def test_an_environment_is_honoured(plane: ControlPlane, plays: Plays) -> None:
    given = options(plane)
    config = given.pop("kubeconfig")
    task = {
        "rookery.rook.rook_site": given,
        "check_mode": True,
        "environment": {"K8S_AUTH_KUBECONFIG": config},
    }
    (found,), printed = plays([task])
    assert found.get("failed") is not True and found["changed"] is True, found["msg"]
    assert "it has an environment" in printed


def test_a_module_is_compiled_once_and_not_for_each_task(
    plane: ControlPlane, tmp_path: Path
) -> None:
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path)}
    (found,), printed = Plays(plane.folder, kept)(
        [{"rookery.rook.rook_site": options(plane), "check_mode": True}]
    )
    assert found["changed"] is True and "in a fork" in printed
    compiled = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")}
    assert {"_module", "_plan", "_waiter"} <= compiled


def left(word: str) -> list[str]:
    """Return the processes whose command holds a word, once those that just end have ended."""
    until = time.monotonic() + END_SECONDS
    while processes(word) and time.monotonic() < until:
        time.sleep(0.1)
    return processes(word)


def processes(word: str) -> list[str]:
    """Return the processes whose command holds a word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word in path.read_text():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def test_an_interrupted_play_leaves_no_process_behind(plane: ControlPlane, plays: Plays) -> None:
    running = plays.start([{"rookery.rook.rook_wait": {**model(plane), "wait_timeout": 600}}])
    assert running.stdout is not None
    assert any("in a fork" in line for line in running.stdout)
    book = str(plays.folder / "play.yml")
    until = time.monotonic() + RUN_SECONDS
    while len(processes(book)) < 3:
        assert time.monotonic() < until
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=RUN_SECONDS)
    assert left(book) == []


def test_a_task_whose_time_is_up_ends_its_module(plane: ControlPlane, plays: Plays) -> None:
    task = {"rookery.rook.rook_wait": {**model(plane), "wait_timeout": 600}, "timeout": 5}
    (found,), _printed = plays([task])
    assert found["failed"] is True and "timed out" in found["msg"].lower()
    assert processes(str(plays.folder / "play.yml")) == []
