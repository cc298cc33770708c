# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""When credentials end: a certificate by its DER form, a token by its claims. Pure.

No library is used that nodes may lack.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import json
import re

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_TIMES = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}


def expiry(pem: bytes) -> datetime.datetime | None:
    """Return the end of the first certificate's validity, or None when there is none to read."""
    found = _PEM.search(pem)
    if found is None:
        return None
    try:
        certificate = _children(base64.b64decode(found[1]))[0][1]
        fields = [field for field in _children(_children(certificate)[0][1]) if field[0] != 0xA0]
        tag, value = _children(fields[3][1])[1]  # serial, algorithm, issuer, validity
        end = datetime.datetime.strptime(value.decode("ascii"), _TIMES[tag])
    except (binascii.Error, IndexError, KeyError, ValueError):
        return None
    return end.replace(tzinfo=datetime.UTC)


def token_expiry(token: str) -> datetime.datetime | None:
    """Return the end of a JSON web token, or None for one without an end, or of another form."""
    try:
        claims = token.split(".")[1]
        content = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return datetime.datetime.fromtimestamp(content["exp"], datetime.UTC)
    except (IndexError, KeyError, OverflowError, TypeError, ValueError):
        return None


def _children(der: bytes) -> list[tuple[int, bytes]]:
    """Split DER into its elements, each with tag and content."""
    elements, at = [], 0
    while at < len(der):
        tag, size, at = der[at], der[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(der[at : at + count], "big"), at + count
        elements.append((tag, der[at : at + size]))
        at += size
    return elements
