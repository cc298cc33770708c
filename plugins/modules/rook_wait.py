#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_wait
short_description: Wait until parts of a Rook site are ready or gone
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Waits by watches, without polling, and says on what it waits in the system's log.
  - A state that cannot recover ends the wait early. A failure names the last reason of each object,
    pods that do not start, the last event, the last error in the operator's log, and what Ceph
    complains of; secrets are hidden.
  - A storage class is ready when its CSI driver is registered on every node that takes pods, or on
    as many as the driver's DaemonSet is to run on. A driver that its operator was told to leave out
    is not waited for; where its settings do not say so, one that it has not set up beside others.
  - Waits for what the model names in the stages, and for what carries the site's labels. Objects of
    the stage V(operator) that the model only has by a source of O(operator) need that option.
  - In check mode it looks once, and never fails because something is not ready.
extends_documentation_fragment:
  - rookery.rook.attributes.info
  - rookery.rook.kubernetes
  - rookery.rook.model
  - rookery.rook.object_sections
  - rookery.rook.other_sections
  - rookery.rook.stages
  - rookery.rook.storage_sections
options:
  until:
    description:
      - What to wait for. A cluster is V(gone) when Ceph's daemons have stopped and Rook's jobs that
        clean its hosts, where there are any, have ended.
    type: str
    choices: [ready, gone]
    default: ready
  objects:
    description:
      - Objects to wait for, as Kind/name in O(namespace) or as Kind/namespace/name.
      - Empty means all of the stages.
    type: list
    elements: str
    default: []
  wait_timeout:
    description:
      - Seconds without progress after which waiting fails, with the last reason of each object.
      - The count starts again whenever an object gives a new reason; after four times this value
        waiting ends in any case.
    type: int
    default: 600
seealso:
  - module: rookery.rook.rook_info
"""

EXAMPLES = r"""
- name: Wait until one file system serves
  rookery.rook.rook_wait:
    site: store1
    version: "1.18.11"
    objects: [CephFilesystem/shared]
    wait_timeout: 120

- name: Wait until the cluster is gone and its hosts are clean
  rookery.rook.rook_wait:
    site: store1
    version: "1.18.11"
    stages: [cluster]
    until: gone
"""

RETURN = r"""
waited:
  description: How each wait went, also when the module fails.
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
      began: 0.0
      seconds: 12.3
      reasons: [phase is Progressing, 1 of 2 metadata servers available]
      parts:
        - {id: Deployment/rook-ceph/rook-ceph-mds-shared-a, seconds: 6.1}
        - {id: Deployment/rook-ceph/rook-ceph-mds-shared-b, seconds: 12.2}
"""

from ansible_collections.rookery.rook.plugins.module_utils._argspec import (
    KUBERNETES,
    MODEL,
    STAGED,
    WAIT,
)
from ansible_collections.rookery.rook.plugins.module_utils._look import (
    await_parts,
    find_parts,
    glance,
)
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._site import Wish
from ansible_collections.rookery.rook.plugins.module_utils._waiter import Limits

SPEC = {
    **KUBERNETES,
    **MODEL,
    **STAGED,
    "until": {"type": "str", "choices": ["ready", "gone"], "default": "ready"},
    "objects": {"type": "list", "elements": "str", "default": []},
    "wait_timeout": WAIT["wait_timeout"],
}


def main() -> None:
    """Wait, or in check mode look once."""
    with CollectionModule(SPEC, reads=True) as module:
        until = module.params["until"]
        module.note(waited=[])
        client = module.client(absent_ok=module.check_mode or until == "gone")
        nothing = until == "gone" and module.kubeconfig_missing()
        wish = Wish.from_params(module.params, "present")
        parts = find_parts(client, wish, module.params["objects"], until)
        if module.check_mode or nothing:
            module.note(waited=glance(client, parts))
            return
        limits = Limits.of(module.params["wait_timeout"])
        await_parts(client, parts, limits, module.log, lambda rows: module.note(waited=rows))


if __name__ == "__main__":
    main()
