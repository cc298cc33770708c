# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all labs of this machine share: networks, limits, and the record of who uses them."""

from __future__ import annotations

import contextlib
import json
import typing as t
from contextlib import contextmanager

from rooklab import model, sysctl
from rooklab.config import RUNTIME, Config
from rooklab.errors import LabError
from rooklab.files import remove_tree, write_whole
from rooklab.locks import locked
from rooklab.model import Lab
from rooklab.procs import run


@contextmanager
def claimed(config: Config) -> t.Iterator[None]:
    """Keep other labs from changing what is shared; refuse a name that another cache's lab has."""
    with locked(RUNTIME / "machine.lock"):
        for file in RUNTIME.glob("rooklab*/owner.json"):
            owner = json.loads(file.read_text())
            if owner["name"] == config.name and owner["path"] != str(config.lab):
                raise LabError(
                    f"--name {config.name!r} is in use by the lab of {owner['path']}: choose "
                    "another name, or take that one down with its ROOKERY_CACHE set"
                )
        yield


def free_subnet(config: Config) -> int:
    """Return a network that neither this machine nor a stopped lab of this cache uses."""
    running = [
        json.loads(file.read_text())["subnet"] for file in RUNTIME.glob("rooklab*/owner.json")
    ]
    stopped = []
    for file in config.top.glob("*/lab.json"):
        # The last that a lab does when it is taken down is to remove it.
        with contextlib.suppress(FileNotFoundError):
            stopped.append(model.from_json(file.read_text()).subnet)
    return model.free_subnet({*running, *stopped}, run("ip", "-4", "route", "show").stdout)


def register(config: Config, lab: Lab) -> None:
    """Put a lab on record and raise the limits it needs."""
    owner = {"name": lab.name, "path": str(config.lab), "subnet": lab.subnet}
    write_whole(RUNTIME / lab.bridge / "owner.json", json.dumps(owner))
    (RUNTIME / lab.bridge / "ssh").mkdir(mode=0o700, exist_ok=True)
    sysctl.raise_limits()


def release(lab: Lab) -> None:
    """Take a lab off the record; after the last one the machine's limits are its own again."""
    remove_tree(RUNTIME / lab.bridge)
    if not list(RUNTIME.glob("rooklab*/owner.json")):
        sysctl.restore()


def close_connections(lab: Lab) -> None:
    """End the shared ssh connections that playbooks have left open to a lab's nodes."""
    folder = RUNTIME / lab.bridge / "ssh"
    for socket in sorted(folder.glob("*")) if folder.is_dir() else ():
        run("ssh", "-O", "exit", "-o", f"ControlPath={socket}", lab.name, check=False)
