# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Say what a release of Rook cannot express, and from or up to which one it can be. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.fields import Fields

Version = tuple[int, ...]


def judge_life(
    fields: Fields,
    key: str,
    value: t.Any,
    release: Version,
    since: Version,
    until: Version | None = None,
) -> None:
    """Note when a release is before the first or after the last one that has a variable."""
    minor = release[:2]
    if not minor:
        return
    here = _eras.dotted(minor)
    if minor < since:
        first = _eras.dotted(since)
        reason = f"is nothing that Rook {here} knows: {first} is the first that does"
        fields.bad(key, value, reason, f"Leave it out, or set version to {first} or more.")
    elif until is not None and minor > until:
        last = _eras.dotted(until)
        reason = f"is nothing that Rook {here} knows: {last} was the last that did"
        fields.bad(key, value, reason, f"Leave it out, or set version to {last} or less.")
