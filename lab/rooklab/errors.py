# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one error that the lab shows to its user."""

from __future__ import annotations


class LabError(Exception):
    """Something the user must know: one sentence with value, reason and way out."""
