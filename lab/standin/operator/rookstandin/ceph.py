# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands to one Ceph cluster, in this process by librados; the only file that imports it.

A command-line call of `ceph` costs half a second of CPU; the same command here costs milliseconds.
"""

from __future__ import annotations

import json
import subprocess
import threading
import typing as t
from pathlib import Path

import rados
import rbd

from rookstandin.errors import CephCommandError, NotYet

ENOENT = 2
TIMEOUTS = {
    "client_mount_timeout": "6",
    "rados_mon_op_timeout": "15",
    "rados_osd_op_timeout": "20",
}


class Ceph:
    """A connection that is made at the first command and kept."""

    def __init__(self, conf: Path, keyring: Path) -> None:
        self._files = ["--conf", str(conf), "--keyring", str(keyring)]
        self._conf, self._keyring = str(conf), str(keyring)
        self._cluster: rados.Rados | None = None
        self._lock = threading.Lock()

    def _connected(self) -> rados.Rados:
        with self._lock:
            if self._cluster is None:
                cluster = rados.Rados(
                    conffile=self._conf, conf={**TIMEOUTS, "keyring": self._keyring}
                )
                try:
                    cluster.connect()
                except rados.Error as error:
                    cluster.shutdown()
                    raise NotYet(f"the mons cannot be reached yet: {error}", 1.0) from error
                self._cluster = cluster
            return self._cluster

    def close(self) -> None:
        with self._lock:
            if self._cluster is not None:
                self._cluster.shutdown()
                self._cluster = None

    def mon(self, prefix: str, **arguments: t.Any) -> t.Any:
        """Run a mon's command and return its parsed output."""
        cluster = self._connected()
        return self._parsed(prefix, cluster.mon_command(*self._packed(prefix, arguments)))

    def mgr(self, prefix: str, **arguments: t.Any) -> t.Any:
        """Run a command of a mgr module, `volumes` for one."""
        cluster = self._connected()
        return self._parsed(prefix, cluster.mgr_command(*self._packed(prefix, arguments), 60))

    @staticmethod
    def _packed(prefix: str, arguments: dict[str, t.Any]) -> tuple[str, bytes]:
        # `class` is a word of Python's own, so its callers write class_.
        named = {name.rstrip("_"): value for name, value in arguments.items()}
        return json.dumps({"prefix": prefix, "format": "json", **named}), b""

    @staticmethod
    def _parsed(prefix: str, answer: tuple[int, bytes, str]) -> t.Any:
        code, output, detail = answer
        if code:
            raise CephCommandError(prefix, code, detail)
        text = output.decode().strip()
        return json.loads(text) if text[:1] in tuple('{["') else text

    def key(self, entity: str, **caps: str) -> str:
        """Return an entity's key, made with these capabilities when it is new."""
        flat = [word for pair in caps.items() for word in pair]
        return self.mon("auth get-or-create", entity=entity, caps=flat)[0]["key"]

    def forget(self, entity: str) -> None:
        self.mon("auth rm", entity=entity)

    def images(self, pool: str) -> list[str]:
        """List the RBD images of a pool."""
        with self._connected().open_ioctx(pool) as context:
            return list(rbd.RBD().list(context))

    def init_rbd(self, pool: str) -> None:
        """Prepare a pool for images; one that is prepared stays as it is."""
        with self._connected().open_ioctx(pool) as context:
            rbd.RBD().pool_init(context, False)

    def radosgw_admin(self, *arguments: str, missing_ok: bool = False) -> t.Any:
        """Run radosgw-admin, which has no library; what is missing is None if that is ok."""
        done = subprocess.run(
            ["radosgw-admin", *self._files, *arguments],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode:
            # A user that is not there has a number of his own.
            gone = done.returncode == ENOENT or "no user info saved" in done.stderr
            if missing_ok and gone:
                return None
            raise CephCommandError(f"radosgw-admin {arguments[0]}", done.returncode, done.stderr)
        text = done.stdout.strip()
        return json.loads(text) if text[:1] in tuple("{[") else text
