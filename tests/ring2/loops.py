# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loop devices that no end of a test leaves behind, and a host that sees no other device."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.module_utils._host import blank
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System
from ansible_collections.rookery.rook.plugins.modules import disk_info, disk_wipe

GIB = 1 << 30
BY_ID = "/dev/disk/by-id"
Call = t.Callable[..., dict[str, t.Any]]


class Loop:
    """A sparse file behind a block device."""

    def __init__(self, path: str, number: int) -> None:
        self.path = path
        self.name = Path(path).name
        self._number = number
        self.size = os.lseek(number, 0, os.SEEK_END)

    def put(self, offset: int, data: bytes) -> None:
        os.pwrite(self._number, data, offset)
        os.fsync(self._number)

    def at(self, offset: int, length: int) -> bytes:
        return os.pread(self._number, length, offset)


@contextlib.contextmanager
def loop_device(folder: Path, size: int) -> t.Iterator[Loop]:
    """Attach a loop device.

    It is detached at once, and so goes when its last user does: this process, however it ends.
    """
    image = folder / f"disk{len(list(folder.glob('disk*')))}"
    with image.open("wb") as file:
        file.truncate(size)
    path = run("losetup", "--find", "--show", str(image)).strip()
    number = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    run("losetup", "--detach", path)
    try:
        yield Loop(path, number)
    finally:
        os.close(number)


class Host:
    """A directory in place of /, with the machine's kernel and no devices but the given ones."""

    def __init__(self, root: Path, loops: t.Iterable[Loop]) -> None:
        self.root = root
        (root / "dev/disk/by-id").mkdir(parents=True)
        (root / "run").mkdir()
        for name in ("proc", "sys"):
            (root / name).symlink_to(f"/{name}")
        for place, loop in enumerate(loops):
            node = root / "dev" / loop.name
            os.mknod(node, stat.S_IFBLK | 0o600, os.stat(loop.path).st_rdev)
            (root / BY_ID.lstrip("/") / f"disk{place}").symlink_to(f"../../{loop.name}")

    def node(self, place: int) -> Path:
        """Return the node behind a stable name."""
        return (self.root / BY_ID.lstrip("/") / f"disk{place}").resolve()


def calls(host: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return what runs a module of disks on a host and returns its result."""
    for module in (disk_info, disk_wipe):
        monkeypatch.setattr(module, "System", lambda: System(str(host.root)))
    monkeypatch.setattr(blank, "PAUSE", 0.05)

    def call(module: t.Any, check: bool = False, **params: t.Any) -> dict[str, t.Any]:
        arguments = {**params, "_ansible_check_mode": check, "_ansible_keep_remote_files": False}
        capsys.readouterr()
        arguments["_ansible_remote_tmp"] = str(host.root)
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))

    return call


def permitted(call: Call, device: str) -> Call:
    """Return what wipes a device, with the permission that this takes."""
    wish = {"devices": [device], "site": "store1", "confirm": "store1"}
    return lambda **more: call(disk_wipe, **{**wish, **more})


def run(*command: str) -> str:
    """Run a program and return what it says; its failure is that of the test."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}: {done.stderr.strip()} ({done.returncode})")
    return done.stdout


def blkid_finds(path: Path) -> bool:
    """Tell whether libblkid, which reads by itself, recognises anything on a device."""
    command = ["blkid", "--probe", "--cache-file", "/dev/null", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode not in (0, 2):
        pytest.fail(f"blkid: {done.stdout} {done.stderr} ({done.returncode})")
    return done.returncode == 0
