# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""File systems on the OSDs of a CephBox: a manager, metadata servers, mounts by FUSE.

What may hang runs in a process group of its own, and is asked afterwards whether it has ended.
"""

from __future__ import annotations

import json
import time
import typing as t

from cephbox import CephBox
from cephosds import Osds

READY_SECONDS = 300
# Chunks that are overwritten take BlueStore, which has its device in a sparse file here. Debian
# builds Ceph with relative paths for the two directories.
BLUESTORE = {
    "osd_objectstore": "bluestore",
    "bluestore_block_size": str(1 << 30),
    "osd_class_dir": "/usr/lib/x86_64-linux-gnu/rados-classes",
    "erasure_code_dir": "/usr/lib/x86_64-linux-gnu/ceph/erasure-code",
}
_CAPS = {
    "mgr": ("mon", "allow profile mgr", "osd", "allow *", "mds", "allow *"),
    "mds": ("mon", "allow profile mds", "osd", "allow *", "mgr", "allow profile mds"),
    "client": ("mon", "allow *", "osd", "allow *", "mds", "allow *", "mgr", "allow *"),
}
_DAEMON = """
set -e
folder=/var/lib/ceph/$1/ceph-$2
mkdir -p "$folder"
printf '[%s.%s]\\nkey = %s\\n' "$1" "$2" "$3" > "$folder/keyring"
out="/tmp/$1.$2.out"
"ceph-$1" -i "$2" > "$out" 2>&1 || { tail -n 20 "$out" >&2; exit 1; }
"""
_BEGIN = """
setsid sh -c 'echo $$ > "$0.pid"; sh -c "$1"; echo $? > "$0.ended"' "$1" "$2" \
    > "$1.out" 2>&1 < /dev/null &
"""
_KILL = """
set -e
pid=$(cat "/tmp/$0.pid")
kill -KILL "-$pid"
sleep 2
ps -o stat=,wchan:20=,args= -s "$pid" || true
"""


class Files:
    """What serves file systems in a box, and who uses them."""

    def __init__(self, box: CephBox, osds: Osds) -> None:
        self._box, self._osds = box, osds

    def start(self, servers: t.Sequence[str]) -> None:
        """Start a manager and metadata servers; the administrator may then mount."""
        caps = list(_CAPS["client"])
        self._osds.ask({"prefix": "auth caps", "entity": "client.admin", "caps": caps})
        for kind, name in (("mgr", "x"), *(("mds", name) for name in servers)):
            question = {"prefix": "auth get-or-create", "entity": f"{kind}.{name}"}
            ((key,),) = self._osds.ask({**question, "caps": list(_CAPS[kind])})
            self._box.run("sh", "-c", _DAEMON, "sh", kind, name, key["key"])

    def make(self, name: str, metadata: str, data: str) -> None:
        """Make a file system of two pools, and wait until it is served."""
        self._osds.ask({
            "prefix": "fs new", "fs_name": name, "metadata": metadata, "data": data, "force": True,
        })  # fmt: skip

        def served() -> bool:
            (found,) = self._osds.ask({"prefix": "fs get", "fs_name": name})
            states = [each["state"] for each in found["mdsmap"]["info"].values()]
            return "up:active" in states

        wait(served, f"{name} is not served")

    def mount(self, where: str, *options: str) -> None:
        """Mount a file system; without options, as a client that names none."""
        script = 'mkdir -p "$0" && ceph-fuse "$0" "$@" > /tmp/fuse.out 2>&1 < /dev/null'
        self._box.run("sh", "-c", script, where, *options)

    def begin(self, name: str, command: str) -> None:
        """Let a command run, in a process group that is found again by a name."""
        self._box.run("sh", "-c", _BEGIN, "sh", f"/tmp/{name}", command)

    def ended(self, name: str) -> int | None:
        """Return how a command ended, or None while it runs."""
        told = self._box.ask("cat", f"/tmp/{name}.ended")
        return int(told.stdout) if told.returncode == 0 else None

    def said(self, name: str) -> str:
        """Return what a command has said."""
        return self._box.run("cat", f"/tmp/{name}.out")

    def kill(self, name: str) -> list[str]:
        """Send KILL to all of a command, and return the processes that are left of it."""
        told = self._box.run("sh", "-c", _KILL, name)
        return [line for line in told.splitlines() if not line.startswith("Z")]

    def states(self, pool: str) -> set[str]:
        """Return the states in which the groups of a pool are."""
        told = json.loads(self._box.run("ceph", "pg", "ls-by-pool", pool, "--format", "json"))
        return {row["state"] for row in told["pg_stats"]}


def wait(ready: t.Callable[[], bool], problem: str) -> None:
    """Wait until something is true."""
    end = time.monotonic() + READY_SECONDS
    while not ready():
        assert time.monotonic() < end, f"{problem} after {READY_SECONDS} s"
        time.sleep(0.5)
