# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ceph-fuse as a transient unit of the node.

As a child of the driver's container it would end with the container, and every pod that uses the
volume would see a dead mount for ever. As a unit of the node it outlives the driver.
"""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

from cephfscsi.errors import CsiError
from cephfscsi.host import Host
from cephfscsi.stages import Stage

MOUNT_SECONDS = 30
FLUSH_SECONDS = 60
STOP_SECONDS = 15


class Fuse:
    def __init__(self, host: Host, command: t.Sequence[str]) -> None:
        self._host = host
        self._command = tuple(command)

    def healthy(self, stage: Stage) -> bool:
        """Tell whether a stage is mounted and has its server."""
        return (
            stage.path in self._host.mounts()
            and bool(self._pid(stage))
            and self._host.answers(stage.path)
        )

    def present(self, stage: Stage) -> bool:
        """Tell whether anything of a stage is left on the node."""
        return stage.path in self._host.mounts() or bool(self._pid(stage))

    def mount(self, stage: Stage, mon_host: str, keyring: Path) -> None:
        """Mount a stage, over nothing that was there before."""
        self.unmount(stage)
        self._host.run("mkdir", "--parents", stage.path)
        begin = int(time.time())
        self._host.run(
            "systemd-run", "--quiet", "--collect", "--service-type=exec",
            f"--unit={stage.unit}", f"--description=CephFS volume {stage.volume}",
            f"--property=TimeoutStopSec={STOP_SECONDS}", "--",
            *self._command, *arguments(stage, mon_host, keyring),
        )  # fmt: skip
        if self._host.wait_mounted(stage.path, self._pid(stage), MOUNT_SECONDS):
            return
        said = self._host.run(
            "journalctl", "--quiet", "--lines=6", "--output=cat", f"--since=@{begin}",
            f"_SYSTEMD_UNIT={stage.unit}",
        )  # fmt: skip
        self._stop(stage)
        raise CsiError(
            "INTERNAL",
            f"ceph-fuse did not mount {stage.filesystem}:{stage.root} from {mon_host} as "
            f"client.{stage.user} within {MOUNT_SECONDS} s: {said or 'it said nothing'}",
        )

    def unmount(self, stage: Stage) -> None:
        """Take a stage off; data that ceph-fuse still holds is written before its end."""
        pid = self._pid(stage)
        try:
            self._host.unmount(stage.path)
        except CsiError as error:
            if error.code != "DEADLINE_EXCEEDED":
                raise
            # The server does not answer. Without it the kernel gives the mount up.
            self._stop(stage)
            self._host.unmount(stage.path)
        if pid and not self._host.wait_ended(pid, FLUSH_SECONDS):
            self._stop(stage)

    def _stop(self, stage: Stage) -> None:
        # 5: the unit is gone, as systemd collects it.
        self._host.run("systemctl", "stop", stage.unit, ok=(0, 5))

    def _pid(self, stage: Stage) -> int:
        """Return the server's process, 0 if there is none."""
        return int(self._host.run("systemctl", "show", "--value", "-p", "MainPID", stage.unit))


def arguments(stage: Stage, mon_host: str, keyring: Path) -> list[str]:
    """Return ceph-fuse's arguments; the key is in a file that only root can read."""
    return [
        "-f",
        "--conf=/dev/null",
        "-m", mon_host,
        "--id", stage.user,
        f"--keyring={keyring}",
        f"--client_mds_namespace={stage.filesystem}",
        "-r", stage.root,
        "--client_mount_timeout=20",
        # The journal has the log; sockets, logs and directories would stay on the node.
        "--log_to_stderr=true",
        "--log_file=",
        "--admin_socket=",
        "--run_dir=",
        stage.path,
    ]  # fmt: skip
