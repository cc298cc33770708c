# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How a thing says whose it is. Pure.

The mark is part of the request that creates a thing, so nothing is ever there without it.
"""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

SITE_KEY, NAME_KEY, GROUPS_KEY = "rook_site", "rook_name", "rook_groups"
# Of several ports the first, which the cloud does not tell.
NETWORK_KEY = "rook_network"
# Of a volume that goes with a server the name of that one, from when it was asked to go.
SERVER_KEY = "rook_server"
# What user data was given at the start cannot be asked of the cloud.
USER_DATA_KEY = "rook_user_data"
_MARK = re.compile(r"rookery\.rook: site (\S+), (\S+)")


def text_mark(site: str, target: str) -> str:
    """Return the mark of a thing that carries text."""
    return f"rookery.rook: site {site}, {target}"


def metadata_mark(site: str, target: str) -> dict[str, str]:
    """Return the mark of a thing that carries metadata."""
    return {SITE_KEY: site, NAME_KEY: target.partition("/")[2]}


def along_mark(site: str, server: str) -> dict[str, str]:
    """Return the mark of a volume that goes with a server, which the cloud itself has made."""
    return {SITE_KEY: site, SERVER_KEY: server.partition("/")[2]}


def goes_along(volume: Mapping[str, t.Any]) -> bool:
    """Tell whether a volume is marked as one that goes with a server."""
    return bool((volume.get("metadata") or {}).get(SERVER_KEY))


def read_mark(kind: str, where: str, live: Mapping[str, t.Any]) -> tuple[str, str]:
    """Return site and name of a thing of a kind by its mark; two empty strings without one."""
    if where == "metadata":
        metadata = live.get("metadata") or {}
        name = metadata.get(NAME_KEY, "")
        if goes_along(live):
            name = f"{metadata[SERVER_KEY]}/{live['id']}"
        site, target = metadata.get(SITE_KEY, ""), f"{kind}/{name}"
    else:
        match = _MARK.search(str(live.get(where) or ""))
        site, target = (match[1], match[2]) if match else ("", "")
    return (site, target) if site and target.startswith(f"{kind}/") else ("", "")
