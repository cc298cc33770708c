#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_verify
short_description: Prove a site's storage by writing and reading from pods on different nodes
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - For each storage class of a file system, pods on two nodes share a volume. Each writes and
    flushes a file, the other reads it with an equal hash; a lock that one holds is seen by the
    other; a pod that is moved to another node finds its data.
  - For each storage class of a block pool, a device is written on one node and read on another,
    as a mounted claim where driver and kernel of the nodes allow it, else through librbd. The
    evidence says which.
  - For each object store with a user in the model, a bucket is made through the gateway, an object
    put, fetched with an equal hash, listed and removed.
  - All probes run at the same time, each act in a process of its own with a time limit. Their
    pods, claims and volumes are gone when the module ends, also when it fails, and what an
    interrupted proof left is removed first, as far as the model tells how. So a proof is no change.
extends_documentation_fragment:
  - rookery.rook.kubernetes
  - rookery.rook.model
  - rookery.rook.object_sections
  - rookery.rook.other_sections
  - rookery.rook.storage_sections
options:
  state:
    description:
      - V(present) proves the storage. What an interrupted proof left is removed first.
      - V(absent) only removes what an interrupted proof left.
      - To remove a bucket or an image from Ceph either needs the object store with its user, or the
        storage class, in the model. Without these the pods that tell of it stay, and a warning
        names it, an image with its pool.
    type: str
    choices: [present, absent]
    default: present
  image:
    description:
      - Image of the pods, with Python 3 and, for block pools, Ceph's Python bindings.
      - If it is empty, the image of the Ceph cluster is used, which has both. Needed before Rook
        0.9, which names none.
    type: str
  classes:
    description:
      - Storage classes to prove. Empty means all of the model. The others are unproven. What an
        interrupted proof left of them is removed all the same.
    type: list
    elements: str
    default: []
  timeout:
    description: Seconds after which one probe is ended and counts as failed.
    type: int
    default: 300
  lock_timeout:
    description:
      - Seconds to wait while another proof of the same site goes on. At V(0) the module fails at
        once and tells whose it is, since when, and until when its lease lasts.
      - The lease is C(rookery-SITE.proof) in namespace C(kube-system). It holds up no other module.
    type: int
    default: 0
attributes:
  check_mode:
    description: Says what would be proven, and makes nothing.
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: Leaves nothing behind. Changed tells of what an interrupted proof had left.
    support: full
  platform:
    description: Runs on the deploy host, which needs Python 3.11 and the Kubernetes client.
    platforms: posix
    support: full
seealso:
  - module: rookery.rook.rook_info
"""

EXAMPLES = r"""
- name: Prove everything that the model names
  rookery.rook.rook_verify:
    site: store1
    version: "1.18.11"
    filesystems:
      - name: shared
        data_pools: [{name: replicated, replicas: 3}]
    storage_classes:
      - {name: rook-cephfs, filesystem: shared}
    timeout: 120
  register: proof

- name: Remove what an interrupted proof left
  rookery.rook.rook_verify:
    site: store1
    version: "1.18.11"
    filesystems:
      - name: shared
        data_pools: [{name: replicated, replicas: 3}]
    storage_classes:
      - {name: rook-cephfs, filesystem: shared}
    state: absent
"""

RETURN = r"""
probes:
  description: What was to be proven. In check mode every outcome is V(planned).
  returned: always
  type: list
  elements: dict
  contains:
    target: {description: "The object, as kind/namespace/name.", type: str}
    outcome: {description: "One of V(proven), V(failed), V(planned).", type: str}
    seconds: {description: How long it took., type: float}
    proves: {description: What the probe does., type: str}
    reason: {description: Why it failed., type: str}
  sample:
    - target: StorageClass//rook-cephfs
      outcome: proven
      seconds: 21.4
      proves: pods on two nodes share a volume
      reason: ''
evidence:
  description:
    - Every act of every probe, in the order in which it ended, and of a block pool last how it was
      proven, with neither pod nor node. Empty in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    target: {description: The object that was proven., type: str}
    act: {description: "What was done, such as V(write), V(read), V(hold).", type: str}
    what: {description: "File, bucket or image, and size in MiB.", type: str}
    pod: {description: In which pod; may be empty., type: str}
    node: {description: On which node; may be empty., type: str}
    sha256: {description: Hash of what was written or read; null for other acts., type: str}
    bytes: {description: How much was written or read; null for other acts., type: int}
    seconds: {description: How long the act took in the pod., type: float}
    answer: {description: What else the act found out., type: dict}
  sample:
    - target: StorageClass//rook-cephfs
      act: read
      what: /proof/from-a
      pod: rookery-proof-files-rook-cephfs-b
      node: node2
      sha256: 0f343b0931126a20f133d67c2b018a3b5a8c1c3b3e0c9a1e6f3c7b1c5d7e9f01
      bytes: 16777216
      seconds: 0.41
      answer: {}
unproven:
  description:
    - What the model names and no probe tries, each with the reason. A pool or file system is tried
      through its storage classes. Without any probe there is a warning.
  returned: always
  type: list
  elements: dict
  sample:
    - target: CephObjectStore/rook-ceph/objects
      reason: "no user of it is in the model: add one to object_store_users"
removed:
  description: What an interrupted proof had left, and was removed or in check mode would be.
  returned: always
  type: list
  elements: str
  sample: [Pod/rook-ceph/rookery-proof-files-rook-cephfs-a]
ended:
  description: When the proof ended, in UTC. Empty in check mode.
  returned: always
  type: str
  sample: '2026-01-01T12:00:00+00:00'
summary:
  description: The proof in one line.
  returned: always
  type: str
  sample: 3 of 3 proven in 28.3 s
"""

import contextlib
import datetime
import time

from ansible_collections.rookery.rook.plugins.module_utils._argspec import (
    KUBERNETES,
    MODEL,
    WAIT,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._lease import Claim, holding
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import (
    MODEL_KEYS,
    parse_site,
)
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._verify.bench import World
from ansible_collections.rookery.rook.plugins.module_utils._verify.clearing import untold, without
from ansible_collections.rookery.rook.plugins.module_utils._verify.leftovers import leftovers
from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import probes_of
from ansible_collections.rookery.rook.plugins.module_utils._verify.proof import (
    prove,
    remove,
    untold_words,
)
from ansible_collections.rookery.rook.plugins.module_utils._verify.result import outcome, outline

SPEC = {
    **KUBERNETES,
    **MODEL,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "image": {"type": "str"},
    "classes": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 300},
    "lock_timeout": WAIT["lock_timeout"],
}
_NO_PROBE = (
    "Nothing is proven: the model has no storage class of a file system or block pool, and no "
    "object store with a user."
)
_NO_IMAGE = (
    "image: Rook {} names no image of Ceph. Set image (rook_verify_image) to one with Python 3 and "
    "Ceph's Python bindings."
)


def main() -> None:
    """Prove, or only remove; in check mode say what it would be."""
    with CollectionModule(SPEC) as module:
        present = module.params["state"] == "present"
        site = parse_site({key: module.params[key] for key in MODEL_KEYS if key in module.params})
        probes, unproven = probes_of(site, module.params["classes"] if present else ())
        image = module.params["image"] or site.cluster.ceph_image
        if present and not image:
            raise RookeryError(_NO_IMAGE.format(site.version))
        client = module.client(absent_ok=module.check_mode or not present)
        shown = (probes, unproven) if present else ((), ())
        known = probes_of(site, ())[0]
        names = {probe.name for probe in known}
        left = leftovers(client, site)
        told = untold_words(left, names)
        left = without(left, untold(left, names))
        module.note(**outline(*shown, left), ended="")
        if present and not probes:
            module.warn(_NO_PROBE)
        if module.check_mode:
            for text in told:
                module.warn(text)
            return
        run = module.holder(f"state {module.params['state']}")
        claim = Claim(site.name, run, module.params["lock_timeout"], proof=True)
        nothing = contextlib.nullcontext(client)
        began = time.monotonic()
        with holding(client, claim, module.log) if present or left else nothing as holder:
            world = World(holder, site, image, module.params["timeout"], module.log)
            proof = prove(world, probes, known) if present else remove(world, known)
        ended = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        module.note(**outcome(proof, time.monotonic() - began), ended=ended)
        for text in proof.warnings:
            module.warn(text)
        proof.check()


if __name__ == "__main__":
    main()
