# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What the cloud's answers mean: a sentence with what to do, for those that people meet. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

# Status and a pattern of the cloud's own words -> what to do about it.
_CURES: tuple[tuple[tuple[int, ...], str, str], ...] = (
    ((403, 409, 413), r"quota", "Ask for a larger quota, or declare less"),
    (
        (400, 409), r"IP address \S+ (already allocated|is in use)",
        "Something else has the address: declare another one, or free it",
    ),
    ((409,), r"No more IP addresses", "The network's addresses are used up: take a larger one"),
    ((400, 404, 409), r"not reachable from subnet", "Give the router a gateway in that network"),
    ((400, 409), r"image .*(not active|deactivated)", "Wait until the image is active"),
    ((400, 404), r"flavor .* could not be found", "Correct the name of the flavor"),
    ((401,), r"", "Check user, secret and project, and whether the credential has expired"),
    ((403,), r"", "The credential's roles do not allow it: ask who runs the project"),
    ((406,), r"", "This cloud is too old: OpenStack Stein or later is needed"),
    ((409,), r"in use|still in use|still attached", "Look who has it with openstack_site_info"),
    ((409,), r"", "Somebody works on it at the same time, or holds it: run again"),
    ((429,), r"", "The cloud asks to wait: run again later"),
)  # fmt: skip


def sentence(status: int, text: str) -> str:
    """Return what the cloud said, and what to do about it."""
    for statuses, pattern, cure in _CURES:
        if status in statuses and re.search(pattern, text, re.I | re.S):
            return f"{text.rstrip('. ')}. {cure}" if text else cure
    if status >= 500:
        cure = "That is the cloud's own fault: run again, and tell who runs it the request id"
        return f"{text.rstrip('. ')}. {cure}" if text else cure
    return text


def hide(text: str, body: t.Any) -> str:
    """Return what the cloud said to a request, without the user data that it repeats of it."""
    server = body.get("server") if isinstance(body, Mapping) else None
    secret = server.get("user_data") if isinstance(server, Mapping) else None
    return text.replace(str(secret), "(hidden)") if secret else text


def message_of(body: t.Any) -> str:
    """Return what an answer says went wrong; each service has a form of its own."""
    if isinstance(body, Mapping):
        for key in ("message", "faultstring"):
            if isinstance(body.get(key), str):
                return str(body[key])
        for value in body.values():
            found = message_of(value) if isinstance(value, (Mapping, list)) else ""
            if found:
                return found
    if isinstance(body, list):
        return next((found for item in body if (found := message_of(item))), "")
    return ""
