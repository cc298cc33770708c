#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_info
short_description: Tell how a Rook site stands
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Tells the readiness of each of the site's objects with the reason, what runs in which version,
    what Ceph says of its health, who uses the storage, and what was left behind.
  - With O(hosts) the whole model counts as given, and fields that differ from it and objects that
    are missing are told too. The stage V(operator) is compared when O(operator) names a source.
  - A kubeconfig that does not exist says that nothing is there.
extends_documentation_fragment:
  - rookery.rook.attributes.info
  - rookery.rook.kubernetes
  - rookery.rook.model
  - rookery.rook.object_sections
  - rookery.rook.other_sections
  - rookery.rook.stages
  - rookery.rook.storage_sections
options:
  state:
    description:
      - V(present) compares with the model.
      - V(absent) expects nothing. Everything of the site that is there counts as left over.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: rookery.rook.rook_plan
  - module: rookery.rook.rook_report
"""

EXAMPLES = r"""
- name: Look at a site
  rookery.rook.rook_info:
    site: store1
    version: "1.18.11"
  register: found

- name: Stop when something is not ready
  ansible.builtin.assert:
    that: found.standing.summary.state == 'ready'
    fail_msg: "{{ found.standing.summary.state }}: {{ found.objects | rejectattr('ready') }}"
"""

RETURN = r"""
objects:
  description: Each object that is the site's or in its model.
  returned: always
  type: list
  elements: dict
  contains:
    id: {description: "The object, as kind/namespace/name.", type: str}
    stage: {description: The part of the site that it belongs to., type: str}
    exists: {description: Whether it is there., type: bool}
    ours: {description: Whether it carries the site's labels., type: bool}
    ready: {description: Whether it is ready., type: bool}
    reason: {description: Why it is not., type: str}
  sample:
    - id: CephFilesystem/rook-ceph/shared
      stage: storage
      exists: true
      ours: true
      ready: false
      reason: 1 of 2 metadata servers available
missing:
  description: Objects of the model that are not there.
  returned: always
  type: list
  elements: str
  sample: [StorageClass//rook-cephfs]
drift:
  description:
    - Fields that are not as the model has them. C(manager) and C(since) tell who has set the value
      that is there, and when, as far as the API has noted it; of a field that was removed it notes
      nothing.
  returned: always
  type: list
  elements: dict
  sample:
    - id: CephBlockPool/rook-ceph/replicapool
      path: spec.replicated.size
      found: 2
      wanted: 3
      manager: kubectl-edit
      since: '2026-01-01T00:00:00Z'
leftovers:
  description: Objects of the site that the model does not name, and what an interrupted proof left.
  returned: always
  type: list
  elements: str
  sample: [CephBlockPool/rook-ceph/oldpool]
consumers:
  description: Who uses the storage, and the pods that do.
  returned: always
  type: list
  elements: dict
  sample:
    - id: PersistentVolumeClaim/web/uploads
      uses: [StorageClass//rook-cephfs]
      pods: [web/app-0]
versions:
  description:
    - What runs, by the images, labels and annotations that Kubernetes has. Of a Ceph cluster that
      is not the site's it is told too; RV(health.ours) says whether it is.
  returned: always
  type: dict
  contains:
    operator_images: {description: Images of the operator., type: list, elements: str}
    operator_notes: {description: What the operator's Deployment is annotated with., type: dict}
    rook: {description: Releases that made the daemons., type: list, elements: str}
    ceph: {description: Releases of the daemons., type: list, elements: str}
    ceph_image: {description: Image of the daemons., type: str}
    kubernetes: {description: Releases of the kubelets., type: list, elements: str}
  sample:
    operator_images: ["docker.io/rook/ceph:v1.18.11"]
    operator_notes: {}
    rook: [v1.18.11]
    ceph: [19.2.3-0]
    ceph_image: quay.io/ceph/ceph:v19.2.3
    kubernetes: [v1.34.4]
health:
  description:
    - What Ceph last said of itself, in the cluster of O(namespace) on which the site stands or
      would stand, whosesoever it is.
  returned: always
  type: dict
  contains:
    ours: {description: Whether it carries the site's labels; null without a cluster., type: bool}
    status: {description: Ceph's own word., type: str}
    problem: {description: What it complains of and the model does not accept., type: str}
    codes: {description: All it complains of., type: dict}
    muted: {description: Codes of these that are accepted., type: list, elements: str}
    last_checked: {description: When the operator asked., type: str}
    capacity: {description: Bytes in all and in use., type: dict}
    fsid: {description: The cluster's own id., type: str}
  sample:
    ours: true
    status: HEALTH_WARN
    problem: ''
    codes: {MON_DISK_LOW: mon a is low on available space}
    muted: [MON_DISK_LOW]
    last_checked: '2026-01-01T00:00:00Z'
    capacity: {bytesTotal: 64424509440}
    fsid: 6e1a5e0e-5b4e-4c6b-9d36-3e0a4f0b8f52
osds:
  description:
    - OSDs with the hosts that they are bound to. One is told until it is purged, also while it is
      down or out.
  returned: always
  type: list
  elements: dict
  contains:
    id: {description: Its number in Ceph., type: str}
    node: {description: "The host, by its label C(kubernetes.io/hostname).", type: str}
  sample:
    - {id: "0", node: w1}
cluster_uid:
  description:
    - UID of the namespace C(kube-system), which tells the cluster from every other one. The option
      of this name of all modules pins a site to it. Empty without a cluster.
  returned: always
  type: str
  sample: 0f6b8a52-3f0e-4a55-9d5a-6f0a4f7d2f10
standing:
  description:
    - What of this stays the same while the site does, for a report. What a Ceph
      cluster says that is not the site's is followed by C(not ours).
  returned: always
  type: dict
  sample:
    summary: {state: ready, ready: 7 of 7, ceph: HEALTH_OK, warnings: []}
"""

from ansible_collections.rookery.rook.plugins.module_utils._argspec import (
    KUBERNETES,
    MODEL,
    STAGED,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.identity import cluster_uid
from ansible_collections.rookery.rook.plugins.module_utils._look import look
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._site import Wish
from ansible_collections.rookery.rook.plugins.module_utils._standing import as_info

SPEC = {
    **KUBERNETES,
    **MODEL,
    **STAGED,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def main() -> None:
    """Look, and tell."""
    with CollectionModule(SPEC, reads=True) as module:
        wish = Wish.from_params(module.params, module.params["state"])
        client = module.client(absent_ok=True)
        module.note(**as_info(look(client, wish)), cluster_uid=cluster_uid(client))


if __name__ == "__main__":
    main()
