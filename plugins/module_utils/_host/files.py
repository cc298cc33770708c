# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Files, copied programs and directories of a host: planned by content, undone from the record."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._files import beside
from ansible_collections.rookery.rook.plugins.module_utils._host import mounts
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

    Wish = Mapping[str, t.Any]

# A replaced file is kept in the record up to this size; larger ones are programs, not settings.
_KEPT_BYTES = 1 << 20


def plan_directories(system: System, record: Record, wanted: Sequence[Wish]) -> Iterator[HostStep]:
    """Yield a step for each directory that is missing or has another mode."""
    for wish in wanted:
        path, mode = system.path(wish["path"]), _mode(wish, "0755")
        if path.exists() and not path.is_dir():
            raise ClientError(
                "make directory", wish["path"],
                "there is a file of that name. Move it away, or name another directory",
            )  # fmt: skip
        if not path.is_dir() or stat.S_IMODE(path.stat().st_mode) != mode:

            def make(name: str = wish["path"], mode: int = mode) -> None:
                make_directory(system, record, name)
                system.path(name).chmod(mode)

            op = "update" if path.is_dir() else "create"
            yield HostStep(
                f"Directory/{wish['path']}", op, f"mode {mode:04o}", make, "", f"mode {mode:04o}"
            )


def plan_files(system: System, record: Record, wanted: Sequence[Wish]) -> Iterator[HostStep]:
    """Yield a step for each file that differs, and for each that this role no longer wants."""
    for wish in wanted:
        name, content, mode = wish["path"], wish["content"], _mode(wish, "0644")
        before = system.text(name)
        if before == content:
            yield from _permitting(system, record, name, mode)
            continue

        def write(name: str = name, content: str = content, mode: int = mode) -> None:
            _note(system, record, name)
            make_directory(system, record, os.path.dirname(name))
            system.write(name, content, mode)

        op = "create" if before is None else "update"
        yield HostStep(f"File/{name}", op, "content", write, before or "", content)


def _permitting(system: System, record: Record, name: str, mode: int) -> Iterator[HostStep]:
    """Yield a step for a file that holds what it has to and has another mode."""
    now = stat.S_IMODE(system.path(name).stat().st_mode)

    def permit() -> None:
        _note(system, record, name)
        system.path(name).chmod(mode)

    if now != mode:
        before, after = f"mode {now:04o}", f"mode {mode:04o}"
        yield HostStep(f"File/{name}", "update", "mode", permit, before, after, permits=True)


def plan_copies(system: System, record: Record, wanted: Sequence[Wish]) -> Iterator[HostStep]:
    """Yield a step for each program that is not, byte for byte, the one in its source."""
    for folder in sorted({os.path.dirname(wish["src"]) for wish in wanted}):
        mounts.must_answer(system, folder)
    for wish in wanted:
        source, name, mode = system.path(wish["src"]), wish["dest"], _mode(wish, "0755")
        if not source.is_file():
            raise ClientError(
                "install", name,
                f"there is no file {wish['src']}. Put it there, or correct the source's directory",
            )  # fmt: skip
        target = system.path(name)
        if same_file(source, target):
            yield from _permitting(system, record, name, mode)
            continue

        def install(source: Path = source, name: str = name, mode: int = mode) -> None:
            _note(system, record, name)
            make_directory(system, record, os.path.dirname(name))
            _copy(source, system.path(name), mode)

        op = "update" if target.exists() else "create"
        yield HostStep(f"File/{name}", op, f"from {wish['src']}", install, "", f"as {wish['src']}")


def plan_unwanted(system: System, record: Record, wanted: Sequence[str]) -> Iterator[HostStep]:
    """Yield a step for each recorded file that is not among the wanted: it becomes as it was."""
    for name, before in sorted(record.section("files").items(), reverse=True):
        if name in wanted:
            continue

        def restore(name: str = name, before: t.Any = before) -> None:
            if before is None:
                system.remove(name)
            else:
                system.path(name).parent.mkdir(parents=True, exist_ok=True)
                system.write(name, before["text"], int(before["mode"], 8))
            record.forget("files", name)

        now = system.text(name) if not _is_large(system.path(name)) else "a program"
        yield HostStep(
            f"File/{name}", "update" if before else "delete",
            "as it was before" if before else "made by this role", restore,
            now or "", before["text"] if before else "",
        )  # fmt: skip


def plan_empty_directories(system: System, record: Record) -> Iterator[HostStep]:
    """Yield a step for each directory that was made here; it goes when it is empty then."""
    for name in sorted(record.section("directories"), key=len, reverse=True):

        def remove(name: str = name) -> None:
            path = system.path(name)
            mounted = mounts.has_disk(mounts.mounts(system), name)
            if path.is_dir() and not mounted and not any(path.iterdir()):
                path.rmdir()
            record.forget("directories", name)

        if system.path(name).is_dir():
            yield HostStep(f"Directory/{name}", "delete", "made by this role", remove)


def make_directory(system: System, record: Record, name: str) -> None:
    """Make a directory and its parents, and record those that were not there."""
    missing = [name, *map(str, Path(name).parents)]
    missing = [folder for folder in missing if not system.path(folder).exists()]
    record.note("directories", dict.fromkeys(missing))
    system.path(name).mkdir(parents=True, exist_ok=True)


def same_file(source: Path, target: Path) -> bool:
    """Tell whether two files hold the same; equal size and time of change are taken for that."""
    if not target.is_file():
        return False
    one, other = source.stat(), target.stat()
    if one.st_size != other.st_size:
        return False
    return one.st_mtime_ns == other.st_mtime_ns or _digest(source) == _digest(target)


def _copy(source: Path, target: Path, mode: int) -> None:
    """Replace a program that may be running: the old one keeps its own file."""
    temporary = target.with_name(beside(target, "new"))
    shutil.copyfile(source, temporary)
    shutil.copystat(source, temporary)
    temporary.chmod(mode)
    temporary.replace(target)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _note(system: System, record: Record, name: str) -> None:
    if name in record.section("files"):
        return
    path = system.path(name)
    if _is_large(path):
        raise ClientError(
            "replace", name,
            "this role did not install it and it is too large to be kept for later. Move it away",
        )  # fmt: skip
    text = system.text(name)
    before = None
    if text is not None:
        before = {"text": text, "mode": f"{stat.S_IMODE(path.stat().st_mode):04o}"}
    record.note("files", {name: before})


def _is_large(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > _KEPT_BYTES


def _mode(wish: Wish, default: str) -> int:
    return int(wish.get("mode") or default, 8)
