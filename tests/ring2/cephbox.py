# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ceph's own tools and one monitor, shut off from the machine: they judge disks as Ceph would.

Processes, mounts and network are those of namespaces of their own, which end with their holder; the
root is the one of which the lab makes its image, under an overlay that takes all writes.
"""

from __future__ import annotations

import json
import subprocess
import typing as t
import uuid
from pathlib import Path

import pytest
from controlplane import CACHE, build

COMMAND_SECONDS = 180
# ceph-volume asks udev for every device; an empty record is an answer.
_PREPARE = """
set -e
ip link set lo up
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
mount -t proc proc "$2/root/proc"
mount --rbind /sys "$2/root/sys"
mount --rbind /dev "$2/root/dev"
mount -t tmpfs tmpfs "$2/root/run"
mkdir -p "$2/root/run/udev/data" "$2/root/run/ceph" "$2/root/run/lock"
for each in /sys/class/block/*/dev; do : > "$2/root/run/udev/data/b$(cat "$each")"; done
chown 167:167 "$2/root/run/ceph"
echo ready
exec sleep infinity
"""
_MONITOR = """
set -e
ceph-authtool /tmp/keyring --create-keyring --gen-key -n mon. --cap mon 'allow *'
ceph-authtool /tmp/keyring --gen-key -n client.admin \
    --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
cp /tmp/keyring /etc/ceph/ceph.client.admin.keyring
monmaptool --create --fsid "$1" --enable-all-features --addv a \
    '[v2:127.0.0.1:3300,v1:127.0.0.1:6789]' /tmp/monmap
chown ceph:ceph /tmp/keyring /tmp/monmap
ceph-mon --mkfs -i a --monmap /tmp/monmap --keyring /tmp/keyring --setuser ceph --setgroup ceph
ceph-mon -i a --setuser ceph --setgroup ceph
ceph --connect-timeout 60 auth get client.bootstrap-osd \
    -o /var/lib/ceph/bootstrap-osd/ceph.keyring
"""


def _root() -> Path:
    """Return the root with Ceph's packages."""
    if not any(CACHE.glob("lab/roots-ceph-*")):
        build()
    return max(CACHE.glob("lab/roots-ceph-*"), key=lambda path: path.stat().st_mtime)


class CephBox:
    """A monitor, and every tool of Ceph; loop devices of the machine are seen inside."""

    def __init__(self, folder: Path) -> None:
        self.fsid = str(uuid.uuid4())
        self._folder = folder
        for name in ("upper", "work", "root"):
            (folder / name).mkdir(parents=True)
        self._holder: subprocess.Popen[str] | None = None

    def start(self, *, monitor: bool = True) -> None:
        """Make the namespaces, and start the monitor unless only tools are wanted."""
        command = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child"]
        script = ["sh", "-c", _PREPARE, "box", str(_root()), str(self._folder)]
        self._holder = subprocess.Popen([*command, *script], stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "ready\n":
            pytest.fail("The namespaces with Ceph's tools could not be made; see standard error.")
        if not monitor:
            return
        config = (
            f"[global]\nfsid = {self.fsid}\nmon host = [v2:127.0.0.1:3300,v1:127.0.0.1:6789]\n"
            "mon data avail crit = 1\n"
        )
        # The overlay is seen inside only.
        self.run(
            "sh", "-c", 'mkdir -p /etc/ceph && printf %s "$1" > /etc/ceph/ceph.conf', "sh", config
        )
        self.run("sh", "-c", _MONITOR, "sh", self.fsid)

    def stop(self) -> None:
        """End everything inside."""
        if self._holder is not None:
            self._holder.kill()
            self._holder.wait(20)

    def ask(
        self, *command: str, seconds: float = COMMAND_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside and return how it ended."""
        assert self._holder is not None
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        inner = children.read_text().split()[0]
        enter = ["nsenter", "--target", inner, "--mount", "--pid", "--net"]
        inside = ["chroot", str(self._folder / "root"), *command]
        return subprocess.run(
            [*enter, *inside],
            capture_output=True, text=True, check=False, timeout=seconds,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, *command: str, seconds: float = COMMAND_SECONDS) -> str:
        """Run a command inside that has to succeed."""
        done = self.ask(*command, seconds=seconds)
        if done.returncode:
            pytest.fail(
                f"{' '.join(command)[:200]}: {done.stdout}{done.stderr} ({done.returncode})"
            )
        return done.stdout

    def prepare(self, path: str) -> str:
        """Let ceph-volume make an OSD of a device, and return its id."""
        self.run("ceph-volume", "raw", "prepare", "--bluestore", "--data", path)
        (found,) = self.listed(path).values()
        return str(found["osd_id"])

    def listed(self, path: str) -> dict[str, t.Any]:
        """Return what ceph-volume knows of OSDs on a device."""
        return t.cast("dict[str, t.Any]", json.loads(self.run("ceph-volume", "raw", "list", path)))

    def has_label(self, path: str) -> bool:
        """Tell whether BlueStore's own tool finds a label at any of its places."""
        return self.ask("ceph-bluestore-tool", "show-label", "--dev", path).returncode == 0

    def rejections(self, path: str) -> list[str]:
        """Return why ceph-volume would not make an OSD of a device."""
        told = json.loads(self.run("ceph-volume", "inventory", "--format", "json", path))
        return t.cast("list[str]", told["rejected_reasons"])


@pytest.fixture(scope="module")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[CephBox]:
    """Ceph's tools with a monitor."""
    box = CephBox(tmp_path_factory.mktemp("ceph"))
    try:
        box.start()
        yield box
    finally:
        box.stop()
