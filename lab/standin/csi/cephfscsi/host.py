# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The node itself, seen through its process 1: its mounts, and commands in its mount namespace."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
import typing as t
from pathlib import Path

from cephfscsi import mountinfo
from cephfscsi.errors import CommandError, CsiError

MOUNTINFO = Path("/proc/1/mountinfo")
ROOT = Path("/proc/1/root")
COMMAND_SECONDS = 60.0
ANSWER_SECONDS = 10.0


class Host:
    def run(
        self, *command: str, ok: t.Container[int] = (0,), timeout: float = COMMAND_SECONDS
    ) -> str:
        """Run a command on the node and return its output; raises CsiError."""
        words = " ".join(command[:2])
        process = subprocess.Popen(
            ("nsenter", "--target=1", "--mount", "--", *command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            output, problem = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            # Nobody waits for it: what hangs in a dead file system may not even die of SIGKILL.
            process.kill()
            message = f"{words} has not ended after {timeout:g} s"
            raise CsiError("DEADLINE_EXCEEDED", message) from error
        if process.returncode not in ok:
            detail = (problem or output).strip()[-600:]
            raise CommandError(words, process.returncode, detail)
        return output.strip()

    def mounts(self) -> dict[str, mountinfo.Mount]:
        return mountinfo.parse(MOUNTINFO.read_text())

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file or directory; not for what may be a dead mount."""
        return os.path.lexists(ROOT / path.lstrip("/"))

    def answers(self, path: str) -> bool:
        """Tell whether a file system still has a server; one that is only slow has."""
        try:
            # statfs is never answered from the kernel's caches.
            self.run("stat", "--file-system", "--format=%T", path, timeout=ANSWER_SECONDS)
        except CommandError:
            return False
        except CsiError:
            return True
        return True

    def wait_mounted(self, path: str, pid: int, seconds: float) -> bool:
        """Wait for a mount that process `pid` makes; False if it ended or took too long."""
        with contextlib.ExitStack() as stack:
            table = stack.enter_context(MOUNTINFO.open("rb"))
            server = _process(pid, stack)
            events = select.poll()
            events.register(table, select.POLLERR | select.POLLPRI)
            if server is not None:
                events.register(server, select.POLLIN)
            end = time.monotonic() + seconds
            while path not in self.mounts():
                left = end - time.monotonic()
                if server is None or left <= 0:
                    return False
                # The kernel reports each change of its table of mounts.
                if any(fd == server for fd, _ in events.poll(left * 1000)):
                    return path in self.mounts()
        return True

    def wait_ended(self, pid: int, seconds: float) -> bool:
        """Wait until a process has ended."""
        with contextlib.ExitStack() as stack:
            process = _process(pid, stack)
            if process is None:
                return True
            events = select.poll()
            events.register(process, select.POLLIN)
            return bool(events.poll(seconds * 1000))

    def unmount(self, path: str) -> None:
        """Take every mount off a path; a dead one that is still held is detached."""
        for _ in range(16):
            if path not in self.mounts():
                return
            try:
                # Neither helpers nor a look at the path: both hang if the server does.
                self.run("umount", "--internal-only", "--no-canonicalize", path)
            except CommandError:
                if self.answers(path):
                    raise
                self.run("umount", "--internal-only", "--no-canonicalize", "--lazy", path)
        raise CsiError("INTERNAL", f"{path} is mounted again and again")


def _process(pid: int, stack: contextlib.ExitStack) -> int | None:
    """Return a handle of a process, closed with the stack; None if it is gone."""
    if pid == 0:
        return None
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return None
    stack.callback(os.close, handle)
    return handle
