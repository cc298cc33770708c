# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What rendering yields. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

Manifest = Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Desired:
    """One object that is wanted, and what has to be there before it."""

    id: str
    kind: str
    manifest: Manifest
    needs: tuple[str, ...]
    stage: str
