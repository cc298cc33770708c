#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_preflight
short_description: Judge a site before the first change
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Applies every rule that can be decided from the model, and from what the nodes answered.
  - All errors come in one message, each with variable, value, reason and way out. Changes nothing.
options:
  model:
    description:
      - The model of the site with the options of M(rookery.rook.rook_site), unchecked.
      - It is a plain dictionary so that all of its problems are told at once.
    type: dict
    required: true
  state:
    description:
      - What is to be judged. V(absent) asks only for what taking down needs.
    type: str
    choices: [present, absent]
    default: present
  confirm:
    description: The confirmation of a teardown, which must equal the site's name.
    type: str
    default: ''
  addresses:
    description: Where each inventory host is reached, by its name.
    type: dict
    default: {}
  disks:
    description: What M(rookery.rook.disk_info) answered on each node, by its name.
    type: dict
    default: {}
  kubelets:
    description: What M(rookery.rook.kubelet_dirs) answered on each node, by its name.
    type: dict
    default: {}
  kubernetes_version:
    description: The Kubernetes release that the nodes are to run.
    type: str
attributes:
  check_mode:
    description: Judges in the same way.
    support: full
  diff_mode:
    description: There is no difference to show.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
  platform:
    description: Target that the module works on.
    platforms: posix
    support: full
"""

EXAMPLES = r"""
- name: Judge the variables before any node is asked
  rookery.rook.rook_preflight:
    model:
      site: store1
      version: "1.18"
      hosts:
        node1: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001]}
      cluster: {ceph_image: "quay.io/ceph/ceph:v19.2.3", mon_count: 1}
      block_pools: [{name: replicapool, size: 3}]
"""

RETURN = r"""
findings:
  description: What was found, errors and warnings; a run without errors shows the warnings too.
  returned: always
  type: list
  elements: dict
  sample:
    - rule: POOL-02
      severity: error
      path: block_pools[0].size
      value: "3"
      reason: it needs 3 hosts with devices and there is 1
      cure: Add hosts to rook_storage, or lower the size.
"""

import dataclasses
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.rookery.rook.plugins.module_utils._preflight import findings, sentence


def main() -> None:
    """Fail with all errors, or warn and pass."""
    module = AnsibleModule(
        argument_spec={
            "model": {"type": "dict", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "confirm": {"type": "str", "default": ""},
            "addresses": {"type": "dict", "default": {}},
            "disks": {"type": "dict", "default": {}},
            "kubelets": {"type": "dict", "default": {}},
            "kubernetes_version": {"type": "str"},
        },
        supports_check_mode=True,
    )
    found = findings(module.params)
    result: dict[str, t.Any] = {
        "changed": False,
        "findings": [dataclasses.asdict(finding) for finding in found],
    }
    errors = [sentence(finding) for finding in found if finding.severity == "error"]
    for finding in found:
        if finding.severity != "error":
            module.warn(sentence(finding))
    if errors:
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        module.fail_json(
            msg="\n".join([f"Nothing was changed: preflight found {count}.", *errors]), **result
        )
    module.exit_json(**result)


if __name__ == "__main__":
    main()
