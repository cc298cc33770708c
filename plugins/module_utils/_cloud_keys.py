# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Host keys of servers: from the console's log to a file that ssh reads. Pure.

A server stands in the file under its id, so that another one at the same address is unknown.
"""

from __future__ import annotations

import base64
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_BEGIN, _END = "-----BEGIN SSH HOST KEY KEYS-----", "-----END SSH HOST KEY KEYS-----"
# What a boot has begun that another one follows has no end of its own.
_BLOCK = re.compile(f"{_BEGIN}((?:(?!{_BEGIN}).)*?){_END}", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# The console may put something before a line, and ends lines in its own way.
_KEY = re.compile(r"\b((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[\w.@-]+) (AAAA[\w+/]+=*)")


def keys_in(console: str) -> tuple[str, ...]:
    """Return the host keys that cloud-init printed at the last boot that printed them whole."""
    shown = _KEY.findall((_BLOCK.findall(console) or [""])[-1])
    return tuple(f"{kind} {key}" for kind, key in shown if _is_whole(kind, key))


def _is_whole(kind: str, key: str) -> bool:
    """Tell whether a key has all its parts, the first of which is its kind.

    What the kernel says meanwhile comes to the same console, and in the middle of a line, too.
    """
    try:
        rest, parts = base64.b64decode(key, validate=True), []
    except ValueError:
        return False
    while rest:
        end = 4 + int.from_bytes(rest[:4], "big")
        if end > len(rest):
            return False
        parts.append(rest[4:end])
        rest = rest[end:]
    return len(parts) > 1 and parts[0] == kind.encode()


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
