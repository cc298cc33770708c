# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of the machine that nodes share: raised for labs, put back after the last one."""

from __future__ import annotations

import json
from pathlib import Path

from rooklab.config import RUNTIME
from rooklab.files import write_whole

# inotify instances are counted per user, and every node's services are root's; each Ceph OSD takes
# aio requests.
AT_LEAST = {
    "fs/aio-max-nr": 1048576,
    "fs/inotify/max_user_instances": 4096,
    "fs/inotify/max_user_watches": 524288,
    "net/ipv4/ip_forward": 1,
}
_SAVED = RUNTIME / "sysctl.json"
_SYS = Path("/proc/sys")


def saved() -> dict[str, int]:
    """Return the machine's own values of what is raised now."""
    try:
        return json.loads(_SAVED.read_text())
    except FileNotFoundError:
        return {}


def raise_limits() -> None:
    """Raise each limit that is lower, after its own value is on record."""
    now = {name: int((_SYS / name).read_text()) for name in AT_LEAST}
    low = {name: value for name, value in now.items() if value < AT_LEAST[name]}
    if not low:
        return
    write_whole(_SAVED, json.dumps({**low, **saved()}, indent=1))
    for name in low:
        (_SYS / name).write_text(str(AT_LEAST[name]))


def restore() -> None:
    """Put the machine's own values back."""
    for name, value in saved().items():
        (_SYS / name).write_text(str(value))
    _SAVED.unlink(missing_ok=True)
