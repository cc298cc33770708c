# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a module waits."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of modules that wait."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until what was made is ready, or what was removed is gone.
      - When something is removed on which other things stand, those are waited for in any case.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds without progress after which waiting fails, with the last reason of each object.
      - The count starts again whenever an object gives a new reason; after four times this value
        waiting ends in any case.
    type: int
    default: 600
  lock_timeout:
    description:
      - Seconds to wait while another run works on the same site. At V(0) the module fails at once
        and tells who does, since when, and until when that run's lease lasts.
      - Only what has something to write takes the lease C(rookery-SITE) in namespace
        C(kube-system); it is renewed during the run and removed at its end. That of a run that
        crashed runs out after a minute.
    type: int
    default: 0
"""
