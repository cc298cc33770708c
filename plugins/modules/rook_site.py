#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_site
short_description: Bring a whole Rook site to its wanted state
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Makes the operator, the Ceph cluster, and what stores and serves data, in one call and in
    order; independent objects at the same time.
  - Objects that do not carry the site's labels are never changed. Objects of the site that the
    model no longer names are left alone and listed; M(rookery.rook.rook_teardown) removes them.
  - Check mode returns the plan, also for a cluster that does not exist yet.
extends_documentation_fragment:
  - rookery.rook.attributes
  - rookery.rook.kubernetes
  - rookery.rook.model
  - rookery.rook.object_sections
  - rookery.rook.other_sections
  - rookery.rook.stages
  - rookery.rook.storage_sections
  - rookery.rook.wait
options:
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
      - Fingerprint of a plan that was approved, as M(rookery.rook.rook_plan) returns it.
      - When the plan is another one by now, nothing is done and the module fails.
    type: str
seealso:
  - module: rookery.rook.rook_plan
  - module: rookery.rook.rook_teardown
"""

EXAMPLES = r"""
- name: Bring the site to its wanted state
  rookery.rook.rook_site:
    site: store1
    version: "1.18.11"
    operator:
      manifests: /srv/rook/1.18.11
    hosts:
      node1: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001]}
      node2: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0002]}
      node3: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0003]}
    filesystems:
      - name: shared
        data_pools: [{name: replicated, replicas: 3}]
    storage_classes:
      - {name: rook-cephfs, filesystem: shared}
    wait_timeout: 1800

# What is left out of the model is wanted no more.
- name: See what more replicas would change
  rookery.rook.rook_site:
    site: store1
    version: "1.18.11"
    operator:
      manifests: /srv/rook/1.18.11
    hosts:
      node1: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001]}
      node2: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0002]}
      node3: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0003]}
    filesystems:
      - name: shared
        metadata_replicas: 2
        data_pools: [{name: replicated, replicas: 2}]
    storage_classes:
      - {name: rook-cephfs, filesystem: shared}
  check_mode: true
"""

RETURN = r"""
plan:
  description: Every step, in an order in which they can be done. Check mode returns the same steps.
  returned: always
  type: list
  elements: dict
  contains:
    id: {description: The step's own name., type: str}
    op: {description: "One of V(create), V(update), V(delete), V(wait), V(keep).", type: str}
    target: {description: "The object, as kind/namespace/name.", type: str}
    executor: {description: Who does it., type: str}
    needs: {description: Steps that have to be done before., type: list, elements: str}
    changes:
      description: Fields that change, with C(path), C(old) and C(new).
      type: list
      elements: dict
    destructive: {description: Whether data is lost., type: bool}
    reason: {description: Why., type: str}
    until: {description: "For a wait, V(ready) or V(gone).", type: str}
  sample:
    - id: update CephBlockPool/rook-ceph/replicapool
      op: update
      target: CephBlockPool/rook-ceph/replicapool
      executor: kubernetes
      needs: []
      changes: [{path: spec.replicated.size, old: 2, new: 3}]
      destructive: false
      reason: 1 field differs
diff:
  description: The fields that are set by this collection, before and after.
  returned: always
  type: dict
  sample:
    before: {"CephBlockPool/rook-ceph/replicapool": {spec.replicated.size: 2}}
    after: {"CephBlockPool/rook-ceph/replicapool": {spec.replicated.size: 3}}
objects:
  description: The objects that the plan is about, as kind/namespace/name.
  returned: always
  type: list
  elements: str
  sample: [CephBlockPool/rook-ceph/replicapool]
summary:
  description: The plan in one line.
  returned: always
  type: str
  sample: 1 updated, 61 left alone (site store1)
fingerprint:
  description: Digest of the plan and of what it was made from.
  returned: always
  type: str
  sample: 5f0b6d3c1b7a6c50e3a0f0a1c0b1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9
waited:
  description:
    - The timeline of the waits, also when the module fails. Empty in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    id: {description: "The object, as kind/namespace/name.", type: str}
    until: {description: "V(ready) or V(gone).", type: str}
    outcome:
      description: "V(ready), V(gone), or what it ended with: V(failed), V(timeout), V(waiting)."
      type: str
    began: {description: Seconds after the first wait at which this one began., type: float}
    seconds: {description: How long it took., type: float}
    reasons: {description: What was waited for on the way., type: list, elements: str}
    parts:
      description: What the object is judged by, with the second of the wait that made it ready.
      type: list
      elements: dict
  sample:
    - id: CephFilesystem/rook-ceph/shared
      until: ready
      outcome: ready
      began: 71.4
      seconds: 12.3
      reasons: [phase is Progressing, 1 of 2 metadata servers available]
      parts:
        - {id: Deployment/rook-ceph/rook-ceph-mds-shared-a, seconds: 6.1}
        - {id: Deployment/rook-ceph/rook-ceph-mds-shared-b, seconds: 12.2}
done:
  description: Steps that were done before one failed.
  returned: failure of a step
  type: list
  elements: str
  sample: [update CephBlockPool/rook-ceph/replicapool]
"""

from ansible_collections.rookery.rook.plugins.module_utils._argspec import (
    CONFLICTS,
    KUBERNETES,
    MODEL,
    STAGED,
    WAIT,
)
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._run import run_wish
from ansible_collections.rookery.rook.plugins.module_utils._site import Wish

SPEC = {**KUBERNETES, **MODEL, **STAGED, **WAIT, **CONFLICTS, "fingerprint": {"type": "str"}}


def main() -> None:
    """Plan and apply."""
    with CollectionModule(SPEC) as module:
        run_wish(module, Wish.from_params(module.params, "present"))


if __name__ == "__main__":
    main()
