# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Get servers' host keys from their consoles, and keep them in a file that ssh reads."""

from __future__ import annotations

import dataclasses
import time
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request
from ansible_collections.rookery.rook.plugins.module_utils._cloud_keys import (
    keys_in,
    known,
    merged,
    strangers,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError, RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._files import replace_file

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Server = Mapping[str, t.Any]

PAUSE = 3.0
# Seconds for which consoles are asked for the first time, however soon the limit is.
LEAST = 60.0
# A console that is not there yet: the server is being built, or its host is busy.
_NOT_YET = frozenset({404, 409})
_SILENT = "its console shows no host keys"
_LATE = "its console was not asked, as others took all of the time"


class Console(t.Protocol):
    """What is asked of a cloud."""

    def send(self, request: Request) -> t.Any:
        """Send one request, and return the answer."""


@dataclasses.dataclass
class Pins:
    """What was found: keys by id, and of the other new servers why there are none."""

    keys: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    reasons: dict[str, str] = dataclasses.field(default_factory=dict)
    final: set[str] = dataclasses.field(default_factory=set)


def text_of(path: Path) -> str:
    """Return what is in the file; one that is not there is empty, one of others is refused."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as fault:
        raise RookeryError(f"{path}: cannot be read ({fault}). Name another file.") from fault
    others = strangers(text)
    if others:
        raise RookeryError(
            f"{path}: has host keys of others ({', '.join(others[:3])}), which would be lost. "
            "Name a file for this site alone."
        )
    return text


def new_servers(servers: Sequence[Server], text: str) -> list[Server]:
    """Return the servers of which the file has no key."""
    have = known(text)
    return [server for server in servers if server["id"] not in have]


def find_keys(
    cloud: Console,
    servers: Sequence[Server],
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Pins:
    """Read the consoles until each has shown keys, or never will, or the limit is reached."""
    pins, end = Pins(), clock() + timeout
    # A console of a host that does not answer takes minutes.
    last = max(end, clock() + LEAST)
    while True:
        for server in servers:
            if server["id"] in pins.keys or server["id"] in pins.final:
                continue
            if clock() > last:
                pins.reasons.setdefault(server["id"], _LATE)
            else:
                _read(cloud, server, pins)
        open_ones = len(servers) - len(pins.keys) - len(pins.final)
        if not open_ones or clock() >= end:
            return pins
        sleep(min(PAUSE, max(end - clock(), 0.0)))


def _read(cloud: Console, server: Server, pins: Pins) -> None:
    uid = server["id"]
    try:
        answer = cloud.send(
            Request(
                "POST", "compute", f"/servers/{uid}/action", f"server/{server['name']}",
                {"os-getConsoleOutput": {}},
            )
        )  # fmt: skip
    except ClientError as error:
        pins.reasons[uid] = str(error)
        if error.status not in _NOT_YET:
            pins.final.add(uid)
        return
    keys = keys_in(str((answer or {}).get("output") or ""))
    if keys:
        pins.keys[uid] = keys
        pins.reasons.pop(uid, None)
    else:
        pins.reasons[uid] = _SILENT


def write(path: Path, text: str) -> None:
    """Write the file whole, for its user alone; one without keys is removed."""
    try:
        if text:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(path, text.encode())
        else:
            path.unlink(missing_ok=True)
    except OSError as fault:
        words = f"{path}: cannot be written ({fault.strerror}). Name another file"
        raise RookeryError(f"{words}, or see to it that it can.") from fault


def after(text: str, pins: Pins, servers: Sequence[Server]) -> str:
    """Return the file as it is to be."""
    return merged(text, pins.keys, {server["id"] for server in servers})
