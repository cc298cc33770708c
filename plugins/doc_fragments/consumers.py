# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of those who use storage that is to go."""

from __future__ import annotations


class ModuleDocFragment:
    """Policy for consumers."""

    DOCUMENTATION = r"""
options:
  consumers:
    description:
      - What becomes of claims, snapshots, claims for buckets and pods of others that use what is to
        go.
      - V(refuse) names them and does nothing.
      - V(wait) waits until their owners have removed them, as long as C(wait_timeout) says, and
        names those that are left.
      - V(evict) removes them, but only in O(evict_namespaces). Deployments, StatefulSets and
        ReplicaSets are scaled to zero, CronJobs suspended, DaemonSets, Jobs and bare pods deleted;
        then snapshots and claims are deleted, which destroys their data. Whoever is elsewhere, is
        run by something else, or is on a node that does not answer, still refuses.
      - An eviction is only done when the fingerprint of its plan is given, so that somebody has
        seen it.
    type: str
    choices: [refuse, wait, evict]
    default: refuse
  evict_namespaces:
    description: Namespaces in which V(evict) of O(consumers) may change something.
    type: list
    elements: str
    default: []
  release_volumes:
    description:
      - Volumes, contents of snapshots and buckets, by name, that are to go though their policy is
        C(Retain). Their data is destroyed. Those that are not named refuse the eviction.
    type: list
    elements: str
    default: []
"""
