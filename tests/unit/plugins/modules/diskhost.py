# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host below a directory: sparse files stand for disks, text files for what its kernel says."""

from __future__ import annotations

import json
import os
import struct
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.module_utils._host import devices, system
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

GIB = 1 << 30
FSID = "3f2a8c1e-7d54-4f0a-9d5e-0c1b2a394857"
OTHER = "11111111-7d54-4f0a-9d5e-0c1b2a394857"
BY_ID = "/dev/disk/by-id"


def label(fsid: str = FSID, osd: str = "3") -> bytes:
    """Return a BlueStore label as Ceph writes it."""

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode()

    meta = {"ceph_fsid": fsid, "whoami": osd} if fsid else {}
    pairs = b"".join(text(key) + text(value) for key, value in meta.items())
    fixed = b"\x02\x01" + bytes(4 + 16 + 8 + 8)
    body = fixed + text("main") + struct.pack("<I", len(meta)) + pairs
    return b"bluestore block device\n0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d\n" + body


class DiskHost:
    """What the modules are shown in place of /."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.system = System(str(root))
        self._numbers: dict[str, str] = {}
        self._mounts: list[str] = []
        patch.setattr(devices, "number_of", lambda path: self._numbers.get(str(path)))
        patch.setattr(os, "geteuid", lambda: 0)
        (root / "run").mkdir(parents=True)
        self.write("proc/1/mountinfo", "")
        self.write("proc/filesystems", "nodev\tceph\n")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def disk(self, name: str, number: str, size: int = 12 * GIB, **facts: str) -> Path:
        """Add a disk with a link by-id/NAME-id; facts are files of its directory in /sys."""
        node = self.node(name, number, size)
        self._kernel(f"sys/devices/{name}", number, size, facts)
        self.link(f"by-id/{name}-id", name)
        return node

    def node(self, name: str, number: str, size: int) -> Path:
        node = self.root / "dev" / name
        node.parent.mkdir(parents=True, exist_ok=True)
        with node.open("wb") as file:
            file.truncate(size)
        self._numbers[str(node)] = number
        return node

    def link(self, name: str, target: str) -> None:
        link = self.root / "dev/disk" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"../../{target}")

    def partition(self, disk: str, index: int, number: str, start: int, size: int) -> None:
        facts = {"partition": str(index), "start": str(start // 512)}
        self._kernel(f"sys/devices/{disk}/{disk}{index}", number, size, facts)

    def holder(self, disk: str, name: str, number: str, **facts: str) -> None:
        self._kernel(f"sys/devices/{name}", number, GIB, facts)
        holders = self.root / "sys/devices" / disk / "holders"
        holders.mkdir(exist_ok=True)
        (holders / name).symlink_to(os.path.relpath(self.root / "sys/devices" / name, holders))

    def mount(self, number: str, point: str, source: str = "none") -> None:
        self._mounts.append(f"1 1 {number} / {point} rw - ext4 {source} rw\n")
        self.write("proc/1/mountinfo", "".join(self._mounts))

    def dead_directories(self, patch: pytest.MonkeyPatch) -> None:
        """Let whoever looks into a directory wait for longer than anybody waits."""
        self.write("bin/find", "#!/bin/sh\nexec sleep 5\n")
        (self.root / "bin/find").chmod(0o755)
        patch.setitem(system._ENVIRONMENT, "PATH", f"{self.root}/bin:/usr/bin:/bin")
        patch.setattr(System, "ANSWER", 0.2)

    def process(self, pid: int, name: str, opened: str) -> None:
        self.write(f"proc/{pid}/comm", f"{name}\n")
        (self.root / f"proc/{pid}/fd").mkdir()
        (self.root / f"proc/{pid}/fd/7").symlink_to(opened)

    def _kernel(self, folder: str, number: str, size: int, facts: t.Mapping[str, str]) -> None:
        for key, value in {"size": str(size // 512), "dev": number, "ro": "0", **facts}.items():
            self.write(f"{folder}/{key}", f"{value}\n")
        for links, name in (("dev/block", number), ("class/block", Path(folder).name)):
            link = self.root / "sys" / links / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(os.path.relpath(self.root / folder, link.parent))


def put(path: Path, offset: int, data: bytes) -> None:
    """Write into a disk."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def call(
    capsys: pytest.CaptureFixture[str], module: t.Any, check: bool = False, **params: t.Any
) -> dict[str, t.Any]:
    """Run a module's main and return its result."""
    arguments = {**params, "_ansible_check_mode": check, "_ansible_keep_remote_files": False}
    arguments["_ansible_remote_tmp"] = "/tmp"
    capsys.readouterr()
    with patch_module_args(arguments), pytest.raises(SystemExit):
        module.main()
    return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))
