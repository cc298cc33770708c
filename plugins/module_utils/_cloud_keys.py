# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Host keys of servers: from the console's log to a file that ssh reads. Pure.

A server stands in the file under its id, so that another one at the same address is unknown.
"""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_BLOCK = re.compile(
    r"-----BEGIN SSH HOST KEY KEYS-----(.*?)-----END SSH HOST KEY KEYS-----", re.DOTALL
)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# The console may put something before a line, and ends lines in its own way.
_KEY = re.compile(r"\b((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w.@-]+) (AAAA[\w+/]+=*)")


def keys_in(console: str) -> tuple[str, ...]:
    """Return the host keys that cloud-init printed at the last boot that printed them whole."""
    blocks = _BLOCK.findall(console)
    return tuple(f"{kind} {key}" for kind, key in _KEY.findall(blocks[-1])) if blocks else ()


def known(text: str) -> dict[str, tuple[str, ...]]:
    """Return the keys of a file by the name that they are for."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3 and not line.startswith(("#", "@", "|")):
            found[words[0]] = (*found.get(words[0], ()), f"{words[1]} {words[2]}")
    return found


def strangers(text: str) -> list[str]:
    """Return the names in a file that are not ids of servers, so somebody else's."""
    first = [words[0] for words in map(str.split, text.splitlines()) if words]
    return [name for name in first if not name.startswith("#") and not _ID.fullmatch(name)]


def merged(text: str, pins: Mapping[str, Collection[str]], servers: Collection[str]) -> str:
    """Return the file with the keys that were found, and without servers that are no more."""
    kept = {**known(text), **pins}
    return "".join(
        f"{server} {key}\n" for server in sorted(servers) for key in kept.get(server, ())
    )
