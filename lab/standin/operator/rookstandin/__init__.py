# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's stand-in for Rook's operator: Rook's API and names, real Ceph daemons, no code of Rook.

It exists because the lab has no registry to take Rook's image from. What it does not do: external
clusters, mons or OSDs on claims, multus, encryption, mirroring, NFS, multisite, mon failover,
upgrades.
"""

from __future__ import annotations

VERSION = "v1.16-standin"
