# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Servers of which a part of the cloud says nothing, so that nobody may take them for gone. Pure.

While a cell of Nova does not answer, the list has no more of its servers than their ids, and not
even these of servers that were asked to go. What such a server has of ours still names it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import kind_of
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError, RookeryError

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Live
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found, Sight

# So Nova names the owner of a port of a server, with its zone.
_OF_SERVERS = "compute:"


def is_silent(server: Live) -> bool:
    """Tell whether the list has a server without saying what it is."""
    return server.get("status") == "UNKNOWN" and "metadata" not in server


def refuse_silence(servers: Iterable[Live]) -> None:
    """Raise RookeryError when a part of the cloud does not answer, and so may hide servers."""
    silent = sorted(str(item["id"]) for item in servers if is_silent(item))
    if silent:
        raise RookeryError(
            f"The cloud does not tell of server {', '.join(silent)} whose it is: the part "
            "of it that has it does not answer. Run again when it does."
        )


def unlisted(found: Found, sight: Sight) -> dict[str, str]:
    """Return the servers that have something of ours and are in no list, each with that."""
    listed = {str(server["id"]) for server in sight.of("server")}
    return {uid: target for uid, target in _holders(found) if uid not in listed}


def _holders(found: Found) -> Iterator[tuple[str, str]]:
    """Yield the servers that have our ports and volumes, and such as go with them."""
    for target, live in [*found.live.items(), *found.doubles, *found.along]:
        if kind_of(target) == "port" and live["device_owner"].startswith(_OF_SERVERS):
            yield str(live["device_id"]), target
        elif kind_of(target) == "volume":
            for item in live.get("attachments") or ():
                yield str(item["server_id"]), target


def question(uid: str, target: str) -> Request:
    """Return the request that fails while the cell of a server does not answer.

    To show the server itself would not do: of one that was asked to go Nova says that there is
    none, without asking the cell.
    """
    return Request("GET", "compute", f"/servers/{uid}/metadata", target, accept=(404,))


def refuse_unknown(uid: str, what: str, error: ClientError) -> None:
    """Raise RookeryError when the answer is that nobody knows; any other one is of a live cell."""
    if error.status is None or error.status >= 500:
        raise RookeryError(
            f"Server {uid}, {what}, is in no list, and the part of the cloud that has it does not "
            f"answer: it may run on. Run again when it does. {error}"
        ) from error
