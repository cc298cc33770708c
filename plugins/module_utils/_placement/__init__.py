# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Where the pieces of pools lie, and what is left of them when hosts are lost. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._placement.domains import (
    DOMAIN_LABELS,
    DOMAINS,
    domain_names,
    unlabelled,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.formula import (
    Placement,
    placement,
)

__all__ = [
    "DOMAINS",
    "DOMAIN_LABELS",
    "Placement",
    "domain_names",
    "placement",
    "unlabelled",
]
