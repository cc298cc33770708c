# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands to the monitors and the manager through librados; no ceph command is run."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import typing as t

from cephfscsi.clusters import Cluster
from cephfscsi.credentials import Credentials
from cephfscsi.errors import CsiError

CONNECT_SECONDS = 20
COMMAND_SECONDS = 60
_CODES = {
    errno.EAGAIN: "ABORTED",
    errno.EEXIST: "ALREADY_EXISTS",
    errno.EACCES: "PERMISSION_DENIED",
    errno.EPERM: "PERMISSION_DENIED",
    errno.EINVAL: "INVALID_ARGUMENT",
    errno.ENOENT: "NOT_FOUND",
    errno.ENOSPC: "RESOURCE_EXHAUSTED",
    errno.ENOTEMPTY: "FAILED_PRECONDITION",
    errno.ETIMEDOUT: "DEADLINE_EXCEEDED",
}


class Rados(t.Protocol):
    """The part of librados' connection that is used."""

    def mon_command(self, command: str, data: bytes) -> tuple[int, bytes, str]: ...

    def mgr_command(self, command: str, data: bytes) -> tuple[int, bytes, str]: ...


@dataclasses.dataclass(frozen=True)
class Subvolume:
    """A place in a file system: subvolume `name` of `group`."""

    filesystem: str
    group: str
    name: str

    @property
    def words(self) -> dict[str, str]:
        return {"vol_name": self.filesystem, "group_name": self.group, "sub_name": self.name}


@dataclasses.dataclass(frozen=True)
class Info:
    path: str
    quota: int | None


class Ceph:
    """One cluster, while it is connected."""

    def __init__(self, rados: Rados) -> None:
        self._rados = rados

    def filesystems(self) -> dict[str, int]:
        """Return the file systems by name, with their numbers."""
        dump = json.loads(self._command(self._rados.mon_command, "fs dump", format="json"))
        return {entry["mdsmap"]["fs_name"]: entry["id"] for entry in dump["filesystems"]}

    def info(self, place: Subvolume) -> Info | None:
        """Return a subvolume's path and quota, or None if there is none."""
        try:
            found = json.loads(self._manage("fs subvolume info", format="json", **place.words))
        except CsiError as error:
            if error.code == "NOT_FOUND":
                return None
            raise
        quota = found["bytes_quota"]
        return Info(found["path"], quota if isinstance(quota, int) else None)

    def create(self, place: Subvolume, size: int, pool: str | None) -> None:
        """Make a subvolume, and its group before; both may exist."""
        self._manage("fs subvolumegroup create", vol_name=place.filesystem, group_name=place.group)
        layout = {"pool_layout": pool} if pool else {}
        self._manage("fs subvolume create", size=size, mode="777", **layout, **place.words)

    def resize(self, place: Subvolume, size: int) -> None:
        """Raise a subvolume's quota; never lower it below what is used."""
        self._manage("fs subvolume resize", new_size=str(size), no_shrink=True, **place.words)

    def remove(self, place: Subvolume) -> None:
        """Delete a subvolume; one that is gone is no error."""
        try:
            self._manage("fs subvolume rm", force=True, **place.words)
        except CsiError as error:
            if error.code != "NOT_FOUND":
                raise

    def _manage(self, prefix: str, **words: object) -> str:
        return self._command(self._rados.mgr_command, prefix, **words)

    def _command(
        self,
        send: t.Callable[[str, bytes], tuple[int, bytes, str]],
        prefix: str,
        **words: object,
    ) -> str:
        status, output, message = send(json.dumps({"prefix": prefix, **words}), b"")
        if status:
            code = _CODES.get(abs(status), "INTERNAL")
            about = words.get("sub_name") or words.get("group_name") or "the cluster"
            detail = message.strip() or errno.errorcode.get(abs(status), str(status))
            raise CsiError(code, f"Ceph refused {prefix!r} for {about}: {detail}")
        return output.decode()


@contextlib.contextmanager
def connect(cluster: Cluster, credentials: Credentials) -> t.Iterator[Ceph]:
    """Be connected to a cluster; raises CsiError with the reason if it does not answer."""
    # Only images have librados; everything else of the package can be had without.
    import rados

    link = rados.Rados(
        name=f"client.{credentials.user}",
        conf={
            "mon_host": cluster.mon_host,
            "key": credentials.key,
            "client_mount_timeout": str(CONNECT_SECONDS),
            # Also ends commands to a manager that has gone away.
            "rados_mon_op_timeout": str(COMMAND_SECONDS),
        },
    )
    try:
        try:
            link.connect(timeout=CONNECT_SECONDS)
        except rados.Error as error:
            raise CsiError(
                _CODES.get(abs(error.errno or 0), "UNAVAILABLE"),
                f"cluster {cluster.name!r} does not let client.{credentials.user} in "
                f"at {cluster.mon_host}: {error}",
            ) from error
        yield Ceph(link)
    finally:
        link.shutdown()
