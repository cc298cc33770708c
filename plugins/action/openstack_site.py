# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run openstack_site as meta/runtime.yml lets others run.

What that names is loaded by workers alone; a plugin of the module's name also by the process that
forks them, which ends sooner for it.
"""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.action.rook_site import ActionModule

__all__ = ["ActionModule"]
