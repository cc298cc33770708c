# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""To which site one object belongs."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of modules for one object of one kind."""

    DOCUMENTATION = r"""
options:
  site:
    description: Name of the site, a DNS-1123 label. The object carries it.
    type: str
    required: true
  version:
    description: Release of Rook, such as V(1.18) or V(1.18.11), in quotes.
    type: str
    required: true
  allow_newer:
    description:
      - Go on with a release that is newer than the newest known one, as if it were that, at your
        own risk. Without it such a release is refused.
    type: bool
    default: false
  force_conflicts:
    description:
      - Whether to take over fields that another manager applies too (Argo CD, Helm, C(kubectl apply
        --server-side)). Both would set them again and again, so without it such a field is refused,
        with the manager and since when it has applied it.
      - What somebody only changed, by C(kubectl edit) for example, is repaired in any case.
    type: bool
    default: false
  fingerprint:
    description:
      - Fingerprint of a plan that was approved, as this module's check mode returns it.
      - When the plan is another one by now, nothing is done and the module fails.
    type: str
"""

    OBJECT = r"""
options:
  state:
    description: Whether the object is wanted. V(absent) removes it.
    type: str
    choices: [present, absent]
    default: present
"""

    DATA = r"""
options:
  state:
    description: Whether the object is wanted. V(absent) removes it and its data.
    type: str
    choices: [present, absent]
    default: present
  confirm:
    description: Has to equal O(site) before anything that holds data is removed.
    type: str
    default: ''
"""
