# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the lab keeps things, and the versions it is made of."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from rooklab.errors import LabError

TOP = Path(__file__).resolve().parents[2]
GOMOD = TOP / "lab" / "gomod"
NODE_FILES = TOP / "lab" / "nodes"

KUBERNETES_VERSION = "v1.34.4"
SUITE = "trixie"

# Originals of what the lab changes on the machine. A reboot undoes the changes and empties /run
# alike.
RUNTIME = Path("/run/rooklab")
# Where every node finds the artefact directory.
NODE_ARTEFACTS = "/srv/artefacts"

_NAME = re.compile(r"[a-z][a-z0-9-]{0,20}")
# Neighbours of the labs' own directories.
_RESERVED = ("clouds", "logs", "served")
_SIZE = re.compile(r"(\d{1,6})([MGT])(?:i?B)?")
_UNITS = {"M": 20, "G": 30, "T": 40}


def cache_root() -> Path:
    """Return the project's cache directory, as tools/env finds it."""
    own = os.environ.get("ROOKERY_CACHE")
    if own:
        return Path(own).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "rookery"


def parse_name(value: str) -> str:
    """Return a lab's name; it becomes part of container, file and rule names."""
    if not _NAME.fullmatch(value) or value in _RESERVED:
        raise LabError(
            f"--name {value!r} is not usable: a lab's name has up to 21 of a-z, 0-9 and '-', "
            f"begins with a letter and is none of {', '.join(_RESERVED)}; choose another one"
        )
    return value


def parse_size(value: str) -> int:
    """Return a disk size in bytes from a number with unit M, G or T."""
    match = _SIZE.fullmatch(value)
    size = int(match[1]) << _UNITS[match[2]] if match else 0
    if size < 64 << 20:
        raise LabError(
            f"--disk-size {value!r} is not usable: a disk's size is a number with unit M, G or T "
            "and at least 64M; try 10G"
        )
    return size


def parse_image_source(value: str) -> str:
    """Return where Rook's images come from: standin, upstream or an absolute directory."""
    if value in {"standin", "upstream"}:
        return value
    path = Path(value).absolute()
    if not path.is_dir():
        raise LabError(
            f"--image-source {value!r} is not usable: it is neither standin nor upstream nor a "
            "directory that exists; name a directory with manifests/ and images/, or leave the "
            "option out"
        )
    return str(path)


@dataclass(frozen=True)
class Config:
    """One lab's name and paths."""

    name: str = "rook"
    image_source: str = "standin"
    cache: Path = field(default_factory=cache_root)

    @property
    def top(self) -> Path:
        """Everything that the lab keeps on disk."""
        return self.cache / "lab"

    @property
    def locks(self) -> Path:
        """Files that flock is taken on; never removed while a lab command runs."""
        return self.top / ".locks"

    @property
    def logs(self) -> Path:
        """Output of long commands."""
        return self.top / "logs"

    @property
    def served(self) -> Path:
        """The artefact directory that every node sees read-only."""
        return self.top / "served"

    @property
    def lab(self) -> Path:
        """What belongs to this one lab: nodes, disks, key, inventory."""
        return self.top / self.name

    @property
    def nodes(self) -> Path:
        """LXC's container path of this lab."""
        return self.lab / "nodes"

    @property
    def state(self) -> Path:
        """Written first, removed last: a lab exists while this file does."""
        return self.lab / "lab.json"

    @property
    def key(self) -> Path:
        """Private ssh key that opens every node of this lab."""
        return self.lab / "id_ed25519"

    @property
    def inventory(self) -> Path:
        """Generated Ansible inventory directory."""
        return self.lab / "inventory"
