# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What NodeStageVolume was asked, kept on the node.

Kubelet may publish a volume whose stage has died without staging it again; the driver can only
help itself if it remembers how.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from pathlib import Path

from cephfscsi.credentials import Credentials


@dataclasses.dataclass(frozen=True)
class Stage:
    path: str
    volume: str
    cluster: str
    filesystem: str
    root: str
    user: str

    @property
    def unit(self) -> str:
        """The systemd unit that serves this stage."""
        return f"cephfs-csi-{hashlib.sha256(self.path.encode()).hexdigest()[:16]}.service"


class Stages:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keyring(self, stage: Stage) -> Path:
        return self._directory / f"{stage.unit}.keyring"

    def find(self, path: str) -> Stage | None:
        """Return what is known of a staging path."""
        return next((stage for stage in self.all() if stage.path == path), None)

    def all(self) -> list[Stage]:
        files = sorted(self._directory.glob("*.json"))
        return [Stage(**json.loads(file.read_text())) for file in files]

    def keep(self, stage: Stage, who: Credentials) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.keyring(stage), who.keyring)
        _write(self._memory(stage), json.dumps(dataclasses.asdict(stage)))

    def forget(self, stage: Stage) -> None:
        self._memory(stage).unlink(missing_ok=True)
        self.keyring(stage).unlink(missing_ok=True)

    def _memory(self, stage: Stage) -> Path:
        return self._directory / f"{stage.unit}.json"


def _write(path: Path, text: str) -> None:
    """Replace a file at once, readable by root alone from its first byte on."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.rename(path)
