# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Which cluster it is that answers."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import WrongCluster
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube


def cluster_uid(client: Kube) -> str:
    """Return what tells a cluster from every other one: the UID of a namespace that it always has.

    Without a cluster it is empty.
    """
    return str(at(client.get(Ref("v1", "Namespace", "", "kube-system")), "metadata.uid") or "")


def check_cluster(client: Kube, pinned: str, where: str) -> None:
    """Refuse another cluster than the one that the site is pinned to, if it is."""
    found = cluster_uid(client) if pinned else ""
    if found != pinned:
        raise WrongCluster(pinned, found, where)
