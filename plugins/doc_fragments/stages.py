# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a site is meant."""

from __future__ import annotations


class ModuleDocFragment:
    """The option of modules that can be told to do only a part."""

    DOCUMENTATION = r"""
options:
  stages:
    description:
      - Parts of the site that are meant; the others are neither changed nor waited for.
      - V(operator) is definitions, rights and the operator, V(cluster) the CephCluster, V(storage)
        pools, file systems, object stores, users and classes.
    type: list
    elements: str
    choices: [operator, cluster, storage]
    default: [operator, cluster, storage]
"""
