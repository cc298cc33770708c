# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host keys are taken from the console's last whole block, and kept by the servers' ids."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud_keys import (
    keys_in,
    known,
    merged,
)

BEGIN, END = "-----BEGIN SSH HOST KEY KEYS-----", "-----END SSH HOST KEY KEYS-----"


def key(kind: str, *parts: bytes) -> str:
    """Return a key as ssh writes it: its parts, each behind its length."""
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in (kind.encode(), *parts))
    return f"{kind} {base64.b64encode(blob).decode()}"


ED = key("ssh-ed25519", bytes(range(32)))
EC = key("ecdsa-sha2-nistp256", b"nistp256", bytes(range(65)))
RSA = key("ssh-rsa", b"\1\0\1", bytes(range(129)))


def block(*keys: str, before: str = "") -> str:
    lines = [BEGIN, *(f"{key} root@worker" for key in keys), END]
    return "".join(f"{before}{line}\r\n" for line in lines)


def test_the_keys_are_those_of_the_block() -> None:
    text = f"[    0.000000] Linux\r\nssh-rsa AAAAnot\r\n{block(EC, ED)}worker login: "
    assert keys_in(text) == (EC, ED)


def test_a_console_that_puts_the_time_before_each_line_is_read() -> None:
    assert keys_in(block(ED, before="[   12.345678] cloud-init[812]: ")) == (ED,)


def test_the_last_boot_counts() -> None:
    assert keys_in(block(RSA) + "reboot\r\n" + block(ED)) == (ED,)


def test_a_block_that_is_not_whole_is_none() -> None:
    assert keys_in(f"{BEGIN}\r\n{ED}\r\n") == ()
    assert keys_in("FAKE CONSOLE OUTPUT") == ()
    assert keys_in(f"{BEGIN}\r\n{RSA}\r\nreboot\r\n{block(ED)}") == (ED,)


@pytest.mark.parametrize("said", ["[   12.345678] random: crng init done\r\n", "\r\n", " ", "x"])
@pytest.mark.parametrize("place", [20, 41, 60, 75])
def test_a_key_into_which_somebody_else_wrote_is_none(said: str, place: int) -> None:
    assert keys_in(block(EC, f"{ED[:place]}{said}{ED[place:]}")) == (EC,)


def test_a_file_keeps_what_is_known_and_loses_who_is_gone() -> None:
    text = f"# by hand\na {ED}\na {RSA} comment\ngone {EC}\n"
    assert known(text) == {"a": (ED, RSA), "gone": (EC,)}
    assert merged(text, {"b": [EC]}, {"a", "b"}) == f"a {ED}\na {RSA}\nb {EC}\n"


def test_what_the_console_says_replaces_what_was_known() -> None:
    assert merged(f"a {RSA}\n", {"a": [ED]}, {"a"}) == f"a {ED}\n"


def test_merging_again_changes_nothing() -> None:
    once = merged("", {"a": [ED, EC]}, {"a"})
    assert merged(once, {"a": [ED, EC]}, {"a"}) == merged(once, {}, {"a"}) == once
