#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_teardown
short_description: Take a Rook site down in reverse order
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Removes what carries the site's labels, in the reverse of the order in which it was made, and
    waits for each object to be gone. Nothing else is touched.
  - It is planned from what is there, so an interrupted one is resumed by running it again.
  - Before anything is touched, everything that still uses the storage is named, as a tree of who
    blocks whom, and the module fails unless O(consumers) says something else.
  - When an operator is not at work whose finalizers hold what is to go, that is told before the
    first change, with the way to bring it back. Finalizers are never removed but by O(strip).
  - Each wait has a limit; past it the object, its finalizers, who holds them, the operator's last
    words and the next step are told.
  - Once the operator is gone, everything is looked at again; what is left is named, and the module
    fails. Destroys all data of the site.
extends_documentation_fragment:
  - rookery.rook.attributes
  - rookery.rook.consumers
  - rookery.rook.kubernetes
  - rookery.rook.model
  - rookery.rook.object_sections
  - rookery.rook.other_sections
  - rookery.rook.stages
  - rookery.rook.storage_sections
  - rookery.rook.wait
options:
  confirm:
    description: Has to equal O(site). Without it nothing that holds data is removed.
    type: str
    default: ''
  fingerprint:
    description:
      - Fingerprint of a plan that was approved, as M(rookery.rook.rook_plan) returns it.
      - When the plan is another one by now, nothing is done and the module fails.
      - Needed to evict consumers.
    type: str
  removed_stages:
    description:
      - Stages that earlier tasks of the same play take down. In check mode, in which those did
        nothing, what they would remove counts as removed. Without check mode it has no effect.
    type: list
    elements: str
    choices: [operator, cluster, storage]
    default: []
  strip:
    description:
      - The last resort. Confirms that finalizers are taken away by force, of those objects that the
        refusal lists, when the operator that would do it can never run again.
      - It is the value that the refusal names; it holds for just that list. Several stages have one
        part each, separated by commas.
      - Refused while the operator is at work, while anybody uses the storage, and for objects that
        are not the site's. Ceph is not cleaned up, and the hosts are not; what finalizers protect
        is given up.
    type: str
    default: ''
seealso:
  - module: rookery.rook.rook_plan
  - module: rookery.rook.disk_wipe
"""

EXAMPLES = r"""
- name: Take everything down
  rookery.rook.rook_teardown:
    site: store1
    version: "1.18.11"
    confirm: store1
    wait_timeout: 900

- name: Take down only what stores and serves data
  rookery.rook.rook_teardown:
    site: store1
    version: "1.18.11"
    confirm: store1
    stages: [storage]

- name: Take everything down together with the pods and claims of two namespaces
  rookery.rook.rook_teardown:
    site: store1
    version: "1.18.11"
    confirm: store1
    consumers: evict
    evict_namespaces: [shop, blog]
    fingerprint: "{{ plan.fingerprint }}"

- name: Take down what an operator has left that can never run again, after the refusal named it
  rookery.rook.rook_teardown:
    site: store1
    version: "1.18.11"
    confirm: store1
    strip: storage:5f0b6d3c1b7a6c50,cluster:e3a0f0a1c0b1d2e3

- name: See what would go, and what stands against it
  rookery.rook.rook_teardown:
    site: store1
    version: "1.18.11"
    confirm: store1
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
blockers:
  description:
    - Trees of what stands against the plan, those included that it waits for or evicts. A resource
      that would be removed has its class in it, that one its claims, those their pods.
  returned: always
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
left:
  description:
    - What is still there although everything was taken down; the module fails unless it is empty.
    - In check mode those definitions of Rook that would be left, for which a warning is shown.
  returned: when the stage operator is taken down
  type: list
  elements: dict
  contains:
    id: {description: "The object, as kind/namespace/name.", type: str}
    reason: {description: "Why it counts, and what holds it.", type: str}
    way_on: {description: What to do next., type: str}
  sample: []
untouched:
  description:
    - Others' objects in all collections that are looked at, by a digest (SHA-256) of their uids and
      of all but their statuses, before and after. Secrets, ConfigMaps and jobs are looked at in the
      site's namespace alone. What goes by permission is left out.
    - Others may change their own objects meanwhile; the manager that did is told.
  returned: when the plan was done, not in check mode
  type: dict
  contains:
    objects: {description: How many objects of others there were., type: int}
    before: {description: Their digest before the first change., type: str}
    after: {description: Their digest at the end., type: str}
    differing:
      description: Which of them differ, with C(how) (V(changed), V(removed)) and C(by) whom.
      type: list
      elements: dict
  sample:
    objects: 211
    before: 5f0b6d3c1b7a6c50e3a0f0a1c0b1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9
    after: 5f0b6d3c1b7a6c50e3a0f0a1c0b1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9
    differing: []
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

import dataclasses

from ansible_collections.rookery.rook.plugins.module_utils._argspec import (
    CONSUMERS,
    KUBERNETES,
    MODEL,
    STAGED,
    WAIT,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import STAGES
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._site import Wish
from ansible_collections.rookery.rook.plugins.module_utils._takedown import run_teardown

SPEC = {
    **KUBERNETES,
    **MODEL,
    **STAGED,
    **WAIT,
    **CONSUMERS,
    "confirm": {"type": "str", "default": ""},
    "fingerprint": {"type": "str"},
    "removed_stages": {
        "type": "list",
        "elements": "str",
        "choices": list(STAGES),
        "default": [],
    },
    "strip": {"type": "str", "default": ""},
}


def main() -> None:
    """Plan the reverse and do it; without a kubeconfig there is nothing to take down."""
    with CollectionModule(SPEC) as module:
        wish = Wish.from_params(module.params, "absent")
        removed = tuple(module.params["removed_stages"]) if module.check_mode else ()
        run_teardown(module, dataclasses.replace(wish, removed=removed))


if __name__ == "__main__":
    main()
