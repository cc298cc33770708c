# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The host: its commands and files. Everything else of this package asks here."""

from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._files import halves, replace_file

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Commands are asked in one language, because their answers are parsed.
_ENVIRONMENT = {"PATH": _PATH, "LC_ALL": "C.UTF-8", "LANGUAGE": "", "HOME": "/root"}
_SHOWN_LINES = 15
# How a command ends for which there was no more time.
TOO_LONG = 124


class System:
    """A host whose files are below a directory, so that tests can stand on another one than /."""

    LIMIT = 300.0
    """Seconds for one command; of one that hangs the kernel tells after two minutes."""
    LONG = 3600.0
    """Seconds for one that fetches or unpacks; packages over a slow line take the longest."""
    ANSWER = 45.0
    """Seconds for a look at storage; a disk that sleeps needs some ten to wake up."""
    REQUEST = 600.0
    """Seconds for a request of a wipe. What a broken disk does not do, the kernel gives up before,
    after some tries of half a minute each."""

    def __init__(self, root: str = "/") -> None:
        self.root = Path(root)
        self.inherited: tuple[int, ...] = ()
        """Open files that whatever changes the host gets, as it may outlive its module."""

    def path(self, name: str) -> Path:
        """Return where a file of the host is."""
        return self.root / name.lstrip("/")

    def ask(
        self, *command: str, stdin: str = "", environment: Mapping[str, str] | None = None,
        limit: float | None = None, heirs: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """Return how a command ended: with 127 if there is no such program, 124 at the limit."""
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, errors="replace", env={**_ENVIRONMENT, **(environment or {})}, cwd="/",
                pass_fds=heirs,
            )  # fmt: skip
        except (FileNotFoundError, PermissionError) as problem:
            return subprocess.CompletedProcess(command, 127, "", str(problem))
        limit = limit or self.LIMIT
        try:
            out, err = process.communicate(stdin, limit)
        except subprocess.TimeoutExpired as problem:
            # Its end is not waited for: what the kernel holds, as a dead volume's umount, has none.
            process.kill()
            late = f"no end after {limit:g} s, `dmesg` may tell what it waits for"
            # What it has printed is not the whole, and no answer; it tells how far it came.
            said = "\n".join([*map(_decoded, (problem.output, problem.stderr)), late])
            return subprocess.CompletedProcess(command, TOO_LONG, "", said.strip())
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def ends(self, *command: str) -> bool:
        """Tell whether a look at storage ends, if only with an error.

        Where a device or its server is gone, nothing ends whoever looks, so another process tries.
        """
        return self.ask(*command, limit=self.ANSWER).returncode != TOO_LONG

    def run(
        self, action: str, target: str, command: Sequence[str], stdin: str = "",
        environment: Mapping[str, str] | None = None, cure: str = "", limit: float | None = None,
    ) -> str:  # fmt: skip
        """Return a command's output, or raise with what was being done and its last lines."""
        done = self.ask(
            *command, stdin=stdin, environment=environment, limit=limit, heirs=self.inherited
        )
        if done.returncode:
            said = (done.stderr + "\n" + done.stdout).strip().splitlines()[-_SHOWN_LINES:]
            detail = f"`{' '.join(command)}` said: " + " / ".join(line.strip() for line in said)
            raise ClientError(
                action, target, f"{detail}. {cure}" if cure else detail, done.returncode
            )
        return done.stdout

    def has(self, program: str) -> bool:
        """Tell whether a program is installed."""
        return any(
            os.access(self.path(f"{folder}/{program}"), os.X_OK) for folder in _PATH.split(":")
        )

    def text(self, name: str) -> str | None:
        """Return a file's text, every byte of it, or None when there is no such file."""
        try:
            return self.path(name).read_bytes().decode(errors="surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, text: str, mode: int) -> None:
        """Replace a file as a whole, so that nobody reads half of it."""
        self._forget_halves(name)
        replace_file(self.path(name), text.encode(errors="surrogateescape"), mode)

    def remove(self, name: str) -> None:
        """Remove a file, if there is one, with what killed writes of it have left."""
        self.path(name).unlink(missing_ok=True)
        self._forget_halves(name)

    def _forget_halves(self, name: str) -> None:
        for half in halves(self.path(name)):
            half.unlink(missing_ok=True)


def _decoded(said: t.Any) -> str:
    """Return what a process has printed by its limit, which comes as bytes whatever was asked."""
    return said.decode(errors="replace").strip() if isinstance(said, bytes) else said or ""
