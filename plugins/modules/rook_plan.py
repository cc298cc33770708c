#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_plan
short_description: Show what would be done to a Rook site
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Makes the same plan as M(rookery.rook.rook_site) or M(rookery.rook.rook_teardown), and does
    nothing. What stands against the plan is listed, and is no failure.
  - A kubeconfig that does not exist says that there is no cluster yet; the plan starts from
    nothing.
extends_documentation_fragment:
  - rookery.rook.attributes.info
  - rookery.rook.consumers
  - rookery.rook.kubernetes
  - rookery.rook.model
  - rookery.rook.object_sections
  - rookery.rook.other_sections
  - rookery.rook.stages
  - rookery.rook.storage_sections
options:
  state:
    description: Whether to plan building or taking down.
    type: str
    choices: [present, absent]
    default: present
  force_conflicts:
    description:
      - Whether to take over fields that another manager applies too (Argo CD, Helm, C(kubectl apply
        --server-side)). Both would set them again and again, so without it such a field is refused,
        with the manager and since when it has applied it.
      - What somebody only changed, by C(kubectl edit) for example, is repaired in any case.
    type: bool
    default: false
  confirm:
    description: The confirmation that taking down would be given.
    type: str
    default: ''
  disks:
    description:
      - What M(rookery.rook.disk_info) answered on each node, by its name. RV(placement) goes by the
        sizes and classes of devices then; without an answer all devices count as the same.
    type: dict
    default: {}
seealso:
  - module: rookery.rook.rook_site
  - module: rookery.rook.rook_teardown
"""

EXAMPLES = r"""
- name: Show what taking the storage down would do, and what blocks it
  rookery.rook.rook_plan:
    site: store1
    version: "1.18.11"
    state: absent
  register: plan
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
waited:
  description: Empty, as a plan waits for nothing. It is in the result as in that of other modules.
  returned: always
  type: list
  elements: dict
  sample: []
lines:
  description: A line for each step that changes something, in order.
  returned: always
  type: list
  elements: str
  sample: ["update CephBlockPool/rook-ceph/replicapool (1 field differs)"]
blockers:
  description:
    - Trees of what stands against the plan, those included that it waits for or evicts. A resource
      that would be removed has its class in it, that one its claims, those their pods.
  returned: O(state=absent)
  type: list
  elements: dict
  contains:
    id: {description: "The object, as kind/namespace/name.", type: str}
    reason: {description: Why it blocks what it is inside of., type: str}
    command: {description: What a person would type to resolve it., type: str}
    blockers: {description: "What blocks it in turn, in the same form.", type: list, elements: dict}
  sample:
    - id: CephFilesystem/rook-ceph/shared
      reason: would be removed
      command: ""
      blockers:
        - id: PersistentVolumeClaim/shop/uploads
          reason: holds PersistentVolume pv-1
          command: kubectl -n shop delete persistentvolumeclaim uploads
          blockers:
            - id: Pod/shop/web-0
              reason: mounts it, run by Deployment/shop/web
              command: kubectl -n shop scale deployment web --replicas=0
              blockers: []
fingerprint:
  description: Digest of the plan and of what it was made from.
  returned: always
  type: str
  sample: 5f0b6d3c1b7a6c50e3a0f0a1c0b1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9
fingerprints:
  description:
    - Digests of the plans of the single stages, for calls that do one stage each, as the playbooks'
      roles do (variable C(rook_plan_fingerprint)).
  returned: always
  type: dict
  sample:
    operator: 9a1be1f2c3d4e5f6071829a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0
    cluster: 1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c09a1be1f2c3d4e5f6071829a0b
    storage: 5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c09a1be1f2c3d4e5f6071829a0b1c2d3e4f
placement:
  description:
    - Where the pieces of each pool lie, and what is left of them when hosts are lost, as the guide
      to placement explains it. A picture can be drawn from it.
  returned: O(state=present)
  type: dict
  contains:
    verdict:
      description: "The worst of the pools': V(redundant), V(degraded) or V(never writable)."
      type: str
    lines: {description: A line for each pool that is not redundant., type: list, elements: str}
    assumed: {description: What was taken for granted for want of facts., type: list, elements: str}
    levels:
      description: "What can be lost, the lowest first: V(host), and each level with labels."
      type: list
      elements: str
    hosts: {description: Hosts with their places and devices., type: list, elements: dict}
    pools:
      description:
        - Pools with their verdict, the reasons for it, what they survive, the smallest changes that
          cure them, capacity and placement groups. Shares of a pool are V(all), V(some), V(none).
      type: list
      elements: dict
    groups: {description: Placement groups on each OSD by device class., type: dict}
    daemons: {description: Daemons and what of them survives., type: list, elements: dict}
  sample:
    verdict: degraded
    lines:
      - >-
        pool replicapool (3 copies over hosts) is degraded: 2 of 3 pieces find a place, so it stays
        undersized for ever; to cure it, set replicas to 2 or add an OSD host
    assumed: [all devices are of one size]
    levels: [host]
    hosts:
      - name: node1
        places: {}
        devices: [{name: /dev/sdb, size: null, device_class: ""}]
    pools:
      - name: replicapool
        path: "block_pools[0]"
        role: data
        pieces: 3 copies
        size: 3
        min_size: 2
        failure_domain: host
        device_class: ""
        verdict: degraded
        reasons: ["2 of 3 pieces find a place, so it stays undersized for ever"]
        placed: 2
        short_groups: 0
        survives:
          - {lost: 1 host, writes: none, data: all, writes_healed: none, whole_again: false}
        cures: [set replicas to 2, add an OSD host]
        capacity: null
        pg_num: 32
        pg_num_aim: 64
    groups: {per_osd: {any: 32.0}, target: 100, limit: 250}
    daemons:
      - kind: mon
        name: ""
        wanted: 3
        placed: 3
        needed: 2
        apart: true
        survives: {1 host: all, 2 hosts: none}
refusals:
  description: What stands against the plan, each with the object, the reason and the way on.
  returned: always
  type: list
  elements: dict
  sample:
    - id: PersistentVolumeClaim/web/uploads
      reason: uses StorageClass//rook-cephfs, which would be removed (TEAR-01)
      way_on: Delete this PersistentVolumeClaim (its data goes with it), or leave the site as it is.
"""

import dataclasses

from ansible_collections.rookery.rook.plugins.module_utils._argspec import (
    CONFLICTS,
    CONSUMERS,
    KUBERNETES,
    MODEL,
    STAGED,
)
from ansible_collections.rookery.rook.plugins.module_utils._guards import refusals
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._placement.picture import picture
from ansible_collections.rookery.rook.plugins.module_utils._preflight import devices_facts
from ansible_collections.rookery.rook.plugins.module_utils._report import told
from ansible_collections.rookery.rook.plugins.module_utils._site import (
    Wish,
    fingerprints,
    prospect,
)

SPEC = {
    **KUBERNETES,
    **MODEL,
    **STAGED,
    **CONFLICTS,
    **CONSUMERS,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "confirm": {"type": "str", "default": ""},
    "disks": {"type": "dict", "default": {}},
}


def main() -> None:
    """Plan, and return the plan."""
    with CollectionModule(SPEC, reads=True) as module:
        wish = Wish.from_params(module.params, module.params["state"])
        found = prospect(module.client(absent_ok=True), wish)
        against = refusals(
            found.plan,
            found.observed,
            module.params["confirm"],
            # This one is being shown.
            found.plan.fingerprint,
            force_conflicts=module.params["force_conflicts"],
        )
        leaving = wish.state == "absent"
        facts = devices_facts(module.params["disks"])
        lies = {} if leaving else {"placement": picture(wish.site, facts)}
        module.note(
            **{**found.as_result(), "changed": False},
            **lies,
            lines=told(found.plan),
            fingerprints=fingerprints(found),
            refusals=[dataclasses.asdict(refusal) for refusal in against],
        )


if __name__ == "__main__":
    main()
