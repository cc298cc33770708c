# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel's list of mounts."""

from __future__ import annotations

import dataclasses
import re

_ESCAPE = re.compile(r"\\([0-7]{3})")


@dataclasses.dataclass(frozen=True)
class Mount:
    path: str
    kind: str
    source: str
    options: tuple[str, ...]


def parse(text: str) -> dict[str, Mount]:
    """Return the mounts of a mountinfo file by path; of several on one path the uppermost."""
    found = {}
    for line in text.splitlines():
        fields, _, rest = line.partition(" - ")
        own, below = fields.split(), rest.split()
        if len(own) >= 6 and len(below) >= 2:
            mount = Mount(_plain(own[4]), below[0], _plain(below[1]), tuple(own[5].split(",")))
            found[mount.path] = mount
    return found


def _plain(word: str) -> str:
    """Undo the kernel's octal escapes of blanks and backslashes."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), word)
