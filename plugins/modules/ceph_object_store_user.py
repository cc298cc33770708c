#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ceph_object_store_user
short_description: A user of an object store
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Does what one entry of the option C(object_store_users) of M(rookery.rook.rook_site) does.
  - An object without the labels of O(site) is left alone.
extends_documentation_fragment:
  - rookery.rook.attributes
  - rookery.rook.kubernetes
  - rookery.rook.single
  - rookery.rook.single.data
  - rookery.rook.storage_sections.object_store_users
  - rookery.rook.wait
seealso:
  - module: rookery.rook.rook_site
"""

EXAMPLES = r"""
- name: Have the user
  rookery.rook.ceph_object_store_user:
    site: store1
    version: "1.18.11"
    name: app
    store: store

- name: See what would change
  rookery.rook.ceph_object_store_user:
    site: store1
    version: "1.18.11"
    name: app
    store: store
  check_mode: true

- name: Remove the user
  rookery.rook.ceph_object_store_user:
    site: store1
    version: "1.18.11"
    name: app
    state: absent
    confirm: store1
"""

RETURN = r"""
object:
  description: The object as it is after the call; none when it does not exist.
  returned: always
  type: dict
  sample: {"kind": "CephObjectStoreUser", "status": {"phase": "Ready"}}
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
  description: For each wait, how long it took and the reasons on the way. Empty in check mode.
  returned: always
  type: list
  elements: dict
  sample:
    - id: CephBlockPool/rook-ceph/replicapool
      until: ready
      outcome: ready
      seconds: 4.2
      reasons: [phase is Progressing]
done:
  description: Steps that were done before one failed.
  returned: failure of a step
  type: list
  elements: str
  sample: [update CephBlockPool/rook-ceph/replicapool]
"""

from ansible_collections.rookery.rook.plugins.module_utils._argspec import (
    KUBERNETES,
    OBJECT_STORE_USER,
    SINGLE,
    WAIT,
)
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._single import run_single

SPEC = {
    **KUBERNETES,
    **SINGLE,
    **WAIT,
    **OBJECT_STORE_USER,
    "confirm": {"type": "str", "default": ""},
}


def main() -> None:
    """Bring the user to its state."""
    with CollectionModule(SPEC) as module:
        run_single(module, "CephObjectStoreUser", OBJECT_STORE_USER)


if __name__ == "__main__":
    main()
