# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Take what looks like a secret out of texts before anybody reads them. Pure.

Rather too much is hidden than too little: of a secret nothing may be left, of other words enough.
"""

from __future__ import annotations

import re

from ansible_collections.rookery.rook.plugins.module_utils._steps import HIDDEN
from ansible_collections.rookery.rook.plugins.module_utils._urls import PASSWORD

_WORDS = r"pass(?:word|wd|phrase)?|secret|token|credentials?|(?:access|secret|private|api)?[-_]?key"
OPTION = rf"--[\w-]{{0,60}}?(?i:{_WORDS})"
# One character of a line within a string of JSON, or a quote that the string has.
_IN_STRING = r"(?:\\{1,8}\"|(?!\\{1,8}n)[^\"\n])"
# What any of the words has in it, in small letters.
_STEMS = ("pass", "secret", "token", "credential", "key")
# With each, of what a text that has it has one part at least, in small letters: most texts have
# none, and to look for parts is much quicker.
_SECRETS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    # Private keys, also those that a log cuts off.
    (("-----begin",), re.compile(
        r"()-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
        re.DOTALL)),
    # Tokens of service accounts and of other issuers.
    (("eyj",), re.compile(r"()\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?")),
    # Ceph's keys.
    (("aq", "ag"), re.compile(r"()\bA[Qg][A-Za-z0-9+/]{36,}={0,2}")),
    # OpenStack's tokens.
    (("gaaaaa",), re.compile(r"()\bgAAAAA[\w-]{20,}={0,2}")),
    # Vault's tokens, and those by which nodes join.
    ((".",), re.compile(r"()\b(?:hv[sbr]|s)\.[\w-]{20,}")),
    ((".",), re.compile(r"()\b[a-z0-9]{6}\.[a-z0-9]{16}\b")),
    # Access keys of object stores.
    (("",), re.compile(r"()\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{20}\b")),
    (("bearer", "basic"), re.compile(r"((?i:bearer|basic)\s+)[\w.~+/=-]{8,}")),
    (("://", "_proxy="), PASSWORD),
    # Texts of YAML below their name, as far as they are indented.
    (_STEMS, re.compile(
        rf"((?i:{_WORDS})[\"']?[ \t]*:[ \t]*[|>][-+\d]*[ \t]*\n([ \t]+))\S.*(?:\n\2.*)*")),
    # The same in JSON, where the lines of a string are one; the string ends with its quote.
    (_STEMS, re.compile(
        rf"((?i:{_WORDS})(?:\\+\")?[ \t]*:[ \t]*[|>][-+\d]*[ \t]*\\{{1,8}}n([ \t]+))"
        rf"{_IN_STRING}+(?:\\{{1,8}}n\2{_IN_STRING}*)*")),
    # Settings, also in JSON that is a string of JSON.
    ((*_STEMS, "auth"), re.compile(
        # auth as a registry's login in JSON or TOML; elsewhere it is a word like others.
        rf"((?:(?i:{_WORDS})\\*[\"']?|\bauth\\*\"|\bauth(?=\s*=\s*\"))\s*[:=]\s*"
        # What YAML writes before a text on the next line.
        r"(?:[|>][-+]?\s+)?)"
        r"(?:\\*\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s,;}\]]+)")),
    # Options of commands.
    (_STEMS, re.compile(rf"((?<![\w-]){OPTION}\s+)(?!-)\S+")),
)  # fmt: skip
# What base64 looks like, and secret keys of object stores; names of things are not so mixed.
_RUN = re.compile(r"[A-Za-z0-9+/]{32,}={0,2}")


def hidden(text: str) -> str:
    """Return a text without what looks like a secret."""
    folded = text.casefold()
    for parts, pattern in _SECRETS:
        if any(part in folded for part in parts):
            text = pattern.sub(rf"\1{HIDDEN}", text)
    return _RUN.sub(lambda found: HIDDEN if _mixed(found[0]) else found[0], text)


def _mixed(run: str) -> bool:
    """Tell whether letters and digits follow each other as by chance."""
    upper = sum(letter.isupper() for letter in run)
    lower = sum(letter.islower() for letter in run)
    digits = any(letter.isdigit() for letter in run)
    return bool(upper and lower and digits) or min(upper, lower) * 4 >= len(run)
