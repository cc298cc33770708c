# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Take what looks like a secret out of objects of Kubernetes before anybody reads them. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._diff import masked
from ansible_collections.rookery.rook.plugins.module_utils._redact import OPTION, hidden
from ansible_collections.rookery.rook.plugins.module_utils._steps import HIDDEN

_CLUTTER = ("managedFields", "kubectl.kubernetes.io/last-applied-configuration")


def redacted(manifest: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return an object without secrets, and without what only machines read."""
    return t.cast("dict[str, t.Any]", _cleared(masked(manifest)))


def _cleared(value: t.Any) -> t.Any:
    """Return a value with all its texts cleared, at any depth."""
    if isinstance(value, Mapping):
        return {key: _cleared(item) for key, item in value.items() if key not in _CLUTTER}
    if isinstance(value, (list, tuple)):
        return [_follower(*pair) for pair in zip(("", *value), value, strict=False)]
    return hidden(value) if isinstance(value, str) else value


def _follower(before: t.Any, item: t.Any) -> t.Any:
    """Return an item of a list cleared; arguments of a command may name a secret just before it."""
    named = isinstance(before, str) and re.fullmatch(OPTION, before)
    return HIDDEN if named and not str(item).startswith("-") else _cleared(item)
