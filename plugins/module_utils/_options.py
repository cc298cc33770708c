# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What options are called in sentences, also for those who only set the roles' variables. Pure.

Here are the options that each role fills from one and the same variable. Others, such as
wait_timeout, come from another variable in each role, and some, such as context, from none.
"""

from __future__ import annotations

VARIABLES = {
    "kubeconfig": "rook_kubeconfig",
    "cluster_uid": "rook_cluster_uid",
    "confirm": "rook_confirm",
    "strip": "rook_teardown_strip",
    "force_conflicts": "rook_force_conflicts",
    "lock_timeout": "rook_lock_timeout",
}


def option(name: str, *more: str) -> str:
    """Return an option with the variable of the roles that fills it, and what more is told."""
    return f"{name} ({', '.join((VARIABLES[name], *more))})"
