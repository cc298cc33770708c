# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a token is read from its claims; a token without one has none."""

from __future__ import annotations

import base64
import datetime
import json
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.certificate import (
    token_expiry,
)


def token(claims: t.Any) -> str:
    content = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{content}.signature"


def test_the_end_of_a_token_is_that_of_its_claims() -> None:
    end = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    assert token_expiry(token({"exp": int(end.timestamp())})) == end


@pytest.mark.parametrize(
    "text", ["", "opaque", "a.b.c", "a.é.c", token({}), token([]), token({"exp": "soon"})]
)
def test_a_token_without_an_end_has_none(text: str) -> None:
    assert token_expiry(text) is None
