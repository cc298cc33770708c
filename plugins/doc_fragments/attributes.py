# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module says of check mode, differences, repetition and platform."""

from __future__ import annotations


class ModuleDocFragment:
    """The attributes of modules that change something, and of those that only read."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Predicts the same steps that a run would do, and writes nothing.
    support: full
  diff_mode:
    description: Shows the fields that this collection sets, before and after; secrets are masked.
    support: full
  idempotent:
    description: A second run on an unchanged site changes nothing.
    support: full
  platform:
    description:
      - Runs on the deploy host, which needs Python 3.11 and what C(meta/ee-requirements.txt) lists.
    platforms: posix
    support: full
"""

    INFO = r"""
attributes:
  check_mode:
    description: Only reads, and does so in check mode too.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
  platform:
    description:
      - Runs on the deploy host, which needs Python 3.11 and what C(meta/ee-requirements.txt) lists.
    platforms: posix
    support: full
"""

    HOST = r"""
attributes:
  check_mode:
    description: Only reads, and does so in check mode too.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
  platform:
    description: Target that the module works on.
    platforms: posix
    support: full
"""
