# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host is changed by one at a time, also by what outlived the run that began it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError
from ansible_collections.rookery.rook.plugins.module_utils._host import turns
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_OTHER = """
    import sys, types
    from ansible_collections.rookery.rook.plugins.module_utils._host import system, turns
    host = system.System(sys.argv[1])
    module = types.SimpleNamespace(check_mode=False, _name="kubeadm_node")
    with turns.turn(host, "kubernetes", module):
        print("begun", flush=True)
        words = "echo $$ > '%s/child'; exec sleep 60" % sys.argv[1]
        host.run("join", "this node", ["sh", "-c", words])
"""


@pytest.fixture
def host(tmp_path: Path) -> System:
    (tmp_path / "run").mkdir()
    return System(str(tmp_path))


def module(*, check_mode: bool = False) -> t.Any:
    return types.SimpleNamespace(check_mode=check_mode, _name="host_state")


@pytest.fixture
def other(host: System) -> t.Iterator[subprocess.Popen[str]]:
    """Another run's module, in the middle of a command."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_OTHER), str(host.root)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    end = time.monotonic() + 60
    while not (host.root / "child").is_file() or not (host.root / "child").read_text():
        assert time.monotonic() < end
        time.sleep(0.01)
    yield process
    for pid in (process.pid, int((host.root / "child").read_text())):
        if Path(f"/proc/{pid}").exists():
            os.kill(pid, signal.SIGKILL)
    process.wait(60)
    process.stdout.close()


def test_nothing_is_left_of_a_turn(host: System) -> None:
    with turns.turn(host, "kubernetes", module()):
        assert [path.name for path in (host.root / "run").iterdir()] == ["rookery-kubernetes.lock"]
    assert list((host.root / "run").iterdir()) == []
    assert host.inherited == ()


def test_nothing_is_left_of_a_turn_that_failed(host: System) -> None:
    with pytest.raises(ValueError, match="broken"), turns.turn(host, "node", module()):
        raise ValueError("broken")
    assert list((host.root / "run").iterdir()) == []


def test_a_prediction_takes_no_turn(host: System, other: subprocess.Popen[str]) -> None:
    with turns.turn(host, "kubernetes", module(check_mode=True)):
        assert other.poll() is None


def test_parts_of_a_host_are_apart(host: System, other: subprocess.Popen[str]) -> None:
    with turns.turn(host, "kubernetes-images", module()):
        assert other.poll() is None


def test_who_does_not_end_is_named_with_what_it_runs(
    host: System, other: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    # The processes are those of this machine; only the files are below the test's directory.
    (host.root / "proc").symlink_to("/proc")
    with pytest.raises(GuardError) as caught, turns.turn(host, "kubernetes", module()):
        pass
    told = str(caught.value)
    child = (host.root / "child").read_text().strip()
    assert "kubeadm_node of another run works on this host" in told
    assert f"process {other.pid} (" in told
    assert f"process {child} (sleep)" in told


def test_what_a_killed_module_began_keeps_its_turn(
    host: System, other: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other.kill()
    other.wait(60)
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    with pytest.raises(GuardError), turns.turn(host, "kubernetes", module()):
        pass
    os.kill(int((host.root / "child").read_text()), signal.SIGKILL)
    monkeypatch.setattr(turns, "PATIENCE", 60.0)
    with turns.turn(host, "kubernetes", module()):
        pass
    assert not (host.root / "run/rookery-kubernetes.lock").exists()


def test_what_hangs_after_a_module_ended_by_itself_keeps_nobody_waiting(host: System) -> None:
    with turns.turn(host, "kubernetes", module()):
        hung = subprocess.Popen(["sleep", "60"], pass_fds=host.inherited)
    try:
        with turns.turn(host, "kubernetes", module()):
            assert hung.poll() is None
    finally:
        hung.kill()
        hung.wait(60)


def test_a_look_keeps_it_from_nobody_and_a_change_does(host: System) -> None:
    look = ["sh", "-c", "ls -l /proc/self/fd"]
    with turns.turn(host, "kubernetes", module()):
        assert "rookery-kubernetes.lock" not in host.ask(*look).stdout
        assert "rookery-kubernetes.lock" in host.run("change", "it", look)


def test_what_goes_with_kubernetes_shares_its_turn(host: System) -> None:
    with turns.turn(host, "kubernetes-artefacts", module()):
        assert [path.name for path in (host.root / "run").iterdir()] == ["rookery-kubernetes.lock"]


def test_many_have_it_one_after_the_other(host: System) -> None:
    inside, most, seen = 0, 0, []

    def work() -> None:
        nonlocal inside, most
        with turns.turn(System(str(host.root)), "node", module()):
            inside += 1
            most = max(most, inside)
            time.sleep(0.01)
            seen.append(most)
            inside -= 1

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert (len(seen), most) == (6, 1)
