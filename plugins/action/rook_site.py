# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of the deploy host in a fork of Ansible's worker, where that comes to the same.

To pack a module's hundred files, compile them and start a Python takes longer than what most of
them do. meta/runtime.yml names the modules. Arguments and result are those of a module that is
sent, only the way is shorter; and what cannot be the same is sent as ever.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import signal
import sys
import typing as t
from pathlib import Path

from ansible import constants
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.release import __version__
from ansible.utils.display import Display
from ansible.utils.multiprocessing import context as multiprocessing

if t.TYPE_CHECKING:
    from multiprocessing.connection import Connection

# How a module is started is Ansible's own business, so its inner parts are imported late, and only
# in releases that this was tested with.
KNOWN = ("2.19", "2.20", "2.21")
PROFILE = "legacy"
SHELL = "/bin/sh"
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
Vars = dict[str, t.Any]
# Ansible loads this before it forks a worker. What it has loaded until then stays to its end; to
# look through that for garbage, in each fork and at the end, takes longer than most modules.
gc.freeze()


class ActionModule(NormalAction):
    """Ansible's own way to run a module, in which a fork may stand for a new Python."""

    _module = ""

    def run(self, tmp: str | None = None, task_vars: Vars | None = None) -> Vars:
        """Run the task's module."""
        reason = self._obstacle(task_vars or {})
        if reason:
            Display().vvv(f"{self._task.action} is packed and sent: {reason}")
        else:
            found = self._shared_loader_obj.module_loader.find_plugin_with_context(
                self._task.action, collection_list=self._task.collections
            )
            self._module = python_name(found.resolved_fqcn)
        return t.cast("Vars", super().run(tmp, task_vars))

    def _obstacle(self, task_vars: Vars) -> str:
        """Return why a fork would not be the same as a new process, or nothing."""
        open_files = constants.config.get_config_value(
            "PYTHON_MODULE_RLIMIT_NOFILE", variables=task_vars
        )
        reasons = {
            f"ansible-core {__version__} is unknown": not __version__.startswith(
                tuple(f"{release}." for release in KNOWN)
            ),
            f"the connection is {self._connection.transport}": self._connection.transport
            != "local",
            "it becomes another user": bool(self._connection.become),
            "it is asynchronous": bool(self._task.async_val),
            "it has an environment": any(self._task.environment or ()),
            "its files are to be kept": constants.DEFAULT_KEEP_REMOTE_FILES,
            "it has a limit of open files": open_files not in (0, "0"),
            "it has a shell of its own": self._play_context.executable != SHELL,
        }
        told = next((reason for reason, holds in reasons.items() if holds), "")
        return told or self._other_python(task_vars)

    def _other_python(self, task_vars: Vars) -> str:
        """Return which Python the module needs when that is not this one."""
        from ansible.executor import interpreter_discovery, module_common

        host = self._task.delegate_to
        variables = task_vars["ansible_delegated_vars"][host] if host else task_vars
        try:
            _line, wanted = module_common._get_shebang("/usr/bin/python", variables, self._templar)
        except interpreter_discovery.InterpreterDiscoveryRequiredError:
            return "its Python has still to be found"
        return "" if same_python(wanted) else f"its Python is {wanted}"

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        """Tell that nothing has to be written anywhere."""
        return bool(self._module) or super()._is_pipelining_enabled(module_style, wrap_async)

    def _configure_module(
        self, module_name: str, module_args: Vars, task_vars: Vars
    ) -> tuple[t.Any, str]:
        """Pack the arguments alone."""
        if not self._module:
            return t.cast(
                "tuple[t.Any, str]", super()._configure_module(module_name, module_args, task_vars)
            )
        from ansible.executor import module_common

        encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
        built = module_common._BuiltModule(
            b_module_data=json.dumps({"ANSIBLE_MODULE_ARGS": module_args}, cls=encoder).encode(),
            module_style="new",
            shebang=f"#!{sys.executable}",
            serialization_profile=PROFILE,
        )
        return built, f"{self._module} in a fork"

    def _low_level_execute_command(
        self, cmd: str, sudoable: bool = True, in_data: bytes | None = None, **more: t.Any
    ) -> Vars:
        """Let the fork stand for the command that Ansible would run."""
        if not self._module:
            return t.cast(
                "Vars", super()._low_level_execute_command(cmd, sudoable, in_data, **more)
            )
        code, out, err = in_fork(self._module, in_data or b"", self._loader.get_basedir())
        return {
            "rc": code,
            "stdout": out,
            "stdout_lines": out.splitlines(),
            "stderr": err,
            "stderr_lines": err.splitlines(),
        }


def same_python(path: str) -> bool:
    """Tell whether a path is this Python; two environments may link to one program."""
    here, there = Path(sys.executable), Path(path)
    return there.is_absolute() and (there.resolve(), there.parent.resolve()) == (
        here.resolve(),
        here.parent.resolve(),
    )


def in_fork(module: str, arguments: bytes, folder: str) -> tuple[int, str, str]:
    """Run a module, and return its code and what it printed."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    # What interrupts the worker is sent on to its group, and would be lost on a process that does
    # not know yet what to do with it: the module would outlive the play.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    child = multiprocessing.Process(target=serve, args=(writer, mask, module, arguments, folder))
    try:
        child.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        writer.close()
        return t.cast("tuple[int, str, str]", reader.recv())
    except EOFError:
        child.join()
        return child.exitcode or 1, "", f"The module ended with {child.exitcode}, and no result."
    finally:
        # The task's time may be up; and what a module has left behind does not outlive it.
        if child.pid:
            child.terminate()
            child.join()
        reader.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def serve(writer: Connection, mask: set[int], module: str, arguments: bytes, folder: str) -> None:
    """Be the process of a module: nothing that is set here outlives it."""
    from ansible.module_utils import _internal
    from ansible.module_utils._internal import _traceback
    from ansible.module_utils._internal._ansiballz import _loader
    from ansible.utils.collection_loader import _collection_finder

    # As exceptions, some interrupts get lost while a module is loaded; it asks for them later.
    for number in INTERRUPTS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    os.chdir(folder)
    # What is no controller puts warnings into its result, and asks its arguments for the rest.
    _internal.is_controller = False
    _traceback._is_traceback_enabled = _traceback._is_module_traceback_enabled
    # The controller's finder compiles whatever it loads each time; Python's own keeps the bytecode.
    _collection_finder._AnsibleCollectionFinder._remove()
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            _loader.run_module(
                json_params=arguments,
                profile=PROFILE,
                module_fqn=module,
                modlib_path="",
                extensions={},
            )
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    writer.send((code, out.getvalue(), err.getvalue()))


def python_name(module: str) -> str:
    """Return what Python calls a module of a collection."""
    namespace, collection, name = module.split(".")
    return f"ansible_collections.{namespace}.{collection}.plugins.modules.{name}"
