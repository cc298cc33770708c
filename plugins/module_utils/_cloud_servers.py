# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The servers of a site, by no more lists than they need."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud.report import servers
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import find
from ansible_collections.rookery.rook.plugins.module_utils._cloud_look import SITE, look

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud

LISTS = ("network", "port", "floating_ip", "volume", "server")


def servers_of(cloud: Cloud, site: str) -> list[dict[str, t.Any]]:
    """Return the servers with addresses and volumes, as the modules tell them."""
    sight = look(cloud, {name: SITE[name] for name in LISTS})
    return servers(find(site, {}, sight).live, {})
