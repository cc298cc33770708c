# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Take passwords out of the URLs that are in texts and objects. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._steps import HIDDEN

if t.TYPE_CHECKING:
    from collections.abc import Callable

# Its group is what stands before the password; programs in Go take a proxy without a scheme, too.
# A port is none, whatever comes behind its path, other hosts or the end of the text that it is in.
# Tokens are long; within texts of JSON only what is near is taken for one beyond a text's end.
PASSWORD = re.compile(
    r"((?:://|(?i:_proxy=)[\"']?)[^\s:/]*:)"
    r"(?!//|\d{1,5}(?:/|[\"'][\],;:})]|,[^\s@,]*[:/]))"
    r"(?:\S{1,300}(?=@))?[^\s\"'\\]{0,8192}(?=@)"
)


def without_passwords(value: t.Any) -> t.Any:
    """Return a value in whose texts, at any depth, passwords of URLs are hidden."""
    return in_texts(value, lambda text: PASSWORD.sub(rf"\1{HIDDEN}", text))


def in_texts(value: t.Any, change: Callable[[str], str]) -> t.Any:
    """Return a value with all its texts changed, at any depth."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {in_texts(key, change): in_texts(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [in_texts(item, change) for item in value]
    return value
