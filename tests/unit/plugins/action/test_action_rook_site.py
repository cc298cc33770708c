# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module runs in a fork where that comes to the same, and is sent where it does not."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ansible import constants
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.rookery.rook.plugins.action import rook_site as plugin
from ansible_collections.rookery.rook.plugins.module_utils._frame import Frame

ROOT = Path(__file__).resolve().parents[4]
SITE = "rookery.rook.rook_site"
MESSAGE = "import json, os, sys, time, threading\n"


def action(
    variables: dict[str, t.Any] | None = None,
    *,
    transport: str = "local",
    become: object = None,
    shell: str = "/bin/sh",
    **task: t.Any,
) -> plugin.ActionModule:
    """Return the plugin of a task on this host."""
    keywords = {"action": SITE, "async_val": 0, "environment": [], "delegate_to": None, **task}
    return plugin.ActionModule(
        SimpleNamespace(**keywords),
        SimpleNamespace(transport=transport, become=become),
        SimpleNamespace(executable=shell),
        DataLoader(),
        Templar(loader=DataLoader(), variables=variables or {}),
    )


def here(**more: t.Any) -> dict[str, t.Any]:
    return {"ansible_python_interpreter": sys.executable, **more}


def test_all_modules_of_the_deploy_host_and_no_other_can_run_in_a_fork() -> None:
    modules = {
        path.stem
        for path in (ROOT / "plugins/modules").glob("*.py")
        if re.search(r"plugins\.module_utils\.(?:_module|_frame) import", path.read_text())
    }
    rows = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["plugin_routing"]["modules"]
    named = {path.stem for path in (ROOT / "plugins/action").glob("*.py")}
    assert named.isdisjoint(rows) and named | rows.keys() == modules
    assert {row["action_plugin"] for row in rows.values()} == {SITE}


IN_ANSIBLE = """
import gc
from ansible.plugins.loader import action_loader, init_plugin_loader
init_plugin_loader()
before = gc.get_freeze_count()
action = action_loader.get("rookery.rook.{name}", class_only=True)
print(action.__module__.rpartition(".")[2], before, gc.get_freeze_count() > 10_000)
"""


@pytest.mark.parametrize("name", ["openstack_site", "rook_site"])
def test_what_ansible_has_loaded_is_not_looked_through_again(name: str) -> None:
    code = [sys.executable, "-c", IN_ANSIBLE.format(name=name)]
    done = subprocess.run(code, text=True, capture_output=True, check=False)
    assert (done.stdout, done.stderr) == ("rook_site 0 True\n", "")


def test_a_task_of_this_host_and_this_python_runs_in_a_fork() -> None:
    assert action()._obstacle(here()) == ""
    assert action(environment=[{}])._obstacle(here()) == ""


@pytest.mark.parametrize(
    ("keywords", "reason"),
    [
        ({"transport": "ssh"}, "the connection is ssh"),
        ({"become": object()}, "it becomes another user"),
        ({"async_val": 10}, "it is asynchronous"),
        ({"environment": [{"HTTPS_PROXY": "x"}]}, "it has an environment"),
        ({"environment": ["{{ proxies }}"]}, "it has an environment"),
        ({"shell": "/bin/bash"}, "it has a shell of its own"),
    ],
)
def test_a_task_that_needs_a_process_of_its_own_is_sent(
    keywords: dict[str, t.Any], reason: str
) -> None:
    assert action(**keywords)._obstacle(here()) == reason


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        (here(ansible_python_module_rlimit_nofile=4096), "it has a limit of open files"),
        ({"ansible_python_interpreter": "auto"}, "its Python has still to be found"),
        ({}, "its Python has still to be found"),
        ({"ansible_python_interpreter": "/opt/python"}, "its Python is /opt/python"),
        (
            {"ansible_python_interpreter": "/usr/bin/env python"},
            "its Python is /usr/bin/env python",
        ),
    ],
)
def test_variables_of_a_host_can_ask_for_another_process(
    variables: dict[str, t.Any], reason: str
) -> None:
    assert action()._obstacle(variables) == reason


def test_a_python_that_was_found_counts() -> None:
    facts = {"discovered_interpreter_python": sys.executable}
    assert action()._obstacle({"ansible_facts": facts}) == ""


def test_the_python_is_that_of_the_host_that_is_delegated_to() -> None:
    bastion = {"ansible_delegated_vars": {"b": {"ansible_python_interpreter": "/opt/python"}}}
    assert action(delegate_to="b")._obstacle(here(**bastion)) == "its Python is /opt/python"


def test_files_that_are_to_be_kept_have_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    assert action()._obstacle(here()) == "its files are to be kept"


@pytest.mark.parametrize("version", ["2.18.9", "2.22.0", "2.190.0"])
def test_an_unknown_ansible_starts_modules_in_its_own_way(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "__version__", version)
    assert action()._obstacle(here()) == f"ansible-core {version} is unknown"


def test_another_environment_of_the_same_program_is_another_python(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(Path(sys.executable).resolve())
    beside = Path(sys.executable).parent / "python3"
    assert plugin.same_python(str(beside)) and not plugin.same_python(str(tmp_path / "python"))


Fork = t.Callable[[str], tuple[int, str, str]]


@pytest.fixture
def fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fork:
    """Run a text as a module."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(text: str) -> tuple[int, str, str]:
        (tmp_path / "told.py").write_text(f"{MESSAGE}{text}\n")
        return plugin.in_fork("told", b'{"ANSIBLE_MODULE_ARGS": {}}', str(tmp_path))

    return run


def test_a_module_prints_its_result_in_its_folder(fork: Fork, tmp_path: Path) -> None:
    code, out, err = fork(
        "print(json.dumps(os.getcwd())); print('x', file=sys.stderr); sys.exit(1)"
    )
    assert (code, json.loads(out), err) == (1, str(tmp_path), "x\n")
    assert Path.cwd() != tmp_path


def test_an_exception_is_told_as_ansible_tells_it(fork: Fork) -> None:
    code, out, _err = fork("raise ValueError('of ours')")
    told = json.loads(out)
    assert code == 1 and told["failed"] is True and "of ours" in json.dumps(told["exception"])


def test_a_module_that_is_killed_is_told(fork: Fork) -> None:
    code, out, err = fork("os.kill(os.getpid(), 9)")
    assert (code, out) == (
        -signal.SIGKILL,
        "",
    ) and err == "The module ended with -9, and no result."


def test_a_thread_that_is_left_ends_with_the_module(fork: Fork, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    began = time.monotonic()
    code, _out, _err = fork(
        f"open({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "threading.Thread(target=time.sleep, args=(60,)).start(); sys.exit(0)"
    )
    assert code == 0 and time.monotonic() - began < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_module_that_has_just_been_forked_hears_of_an_interruption(
    number: signal.Signals, fork: Fork, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = plugin.multiprocessing.Process.run
    monkeypatch.setattr(
        plugin.multiprocessing.Process,
        "run",
        lambda process: (os.kill(os.getpid(), number), begin(process)),
    )
    theirs = signal.signal(number, lambda *_none: None)
    try:
        code, out, err = fork("print('{}'); sys.exit(0)")
    finally:
        signal.signal(number, theirs)
    assert (code != 0, out) == (True, "") and "no result" in err


def test_an_interruption_is_not_lost_while_a_module_is_loaded(fork: Fork) -> None:
    code, _out, _err = fork(
        "class Loaded:\n  def __del__(self): os.kill(os.getpid(), 2)\n"
        "Loaded(); print('{}'); sys.exit(0)"
    )
    assert code == -signal.SIGINT


def test_a_module_that_has_begun_lets_go_what_it_holds(fork: Fork, tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.touch()
    code, _out, _err = fork(
        f"from {Frame.__module__} import Frame\n"
        "with Frame({}):\n  try: os.kill(os.getpid(), 2); time.sleep(9)\n"
        f"  finally: os.unlink({str(held)!r})"
    )
    assert code == 1 and not held.exists()


def test_what_interrupts_is_heard_again_once_the_module_has_started(fork: Fork) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    _code, out, _err = fork("import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))")
    assert f"{before}\n" in out and signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_a_warning_is_part_of_the_result_and_secrets_are_masked(fork: Fork) -> None:
    _code, out, _err = fork(
        "from ansible.module_utils.basic import AnsibleModule\n"
        "module = AnsibleModule({'p': {'no_log': True, 'default': 'hidden-words'}})\n"
        "module.warn('look'); module.exit_json(told='hidden-words')"
    )
    told = json.loads(out)
    assert told["warnings"][0]["event"]["msg"] == "look" and "hidden-words" not in out
