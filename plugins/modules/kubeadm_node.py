#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kubeadm_node
short_description: Make this host a node of a kubeadm cluster, or a bare host again
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Runs C(kubeadm init) or C(kubeadm join) once. What an interrupted run left is reset first.
  - Never touches a Kubernetes that it did not make.
  - With O(state=absent) resets the node, removes interfaces, packet filter rules, mounts and
    directories of Kubernetes, looks again, and fails if anything is left.
  - What an earlier run began here, and was killed, may go on. It is waited for, half an hour at
    most, and then refused with its processes.
options:
  state:
    description:
      - Whether the host is a node. V(absent) destroys its pods and, on a control plane, etcd.
    type: str
    choices: [present, absent]
    default: present
  kubeadm:
    description: The program.
    type: path
    default: /usr/bin/kubeadm
  first:
    description: The cluster begins on this node.
    type: bool
    default: false
  config:
    description:
      - The configuration for kubeadm as text. Needed for O(state=present). Holds the token.
    type: str
  whole_cluster:
    description:
      - The other nodes go as well, so with O(state=absent) etcd's member is not taken out in order.
    type: bool
    default: false
attributes:
  check_mode:
    description: Returns the plan and changes nothing.
    support: full
  diff_mode:
    description: Shows what a removal takes away.
    support: full
  idempotent:
    description: A node that is ready is left alone.
    support: full
  platform:
    description: Target that the module works on.
    platforms: posix
    support: full
"""

EXAMPLES = r"""
- name: Begin a cluster
  rookery.rook.kubeadm_node:
    first: true
    config: |
      apiVersion: kubeadm.k8s.io/v1beta4
      kind: ClusterConfiguration

- name: See what taking it away would do
  rookery.rook.kubeadm_node:
    state: absent
  check_mode: true

- name: Take it away
  rookery.rook.kubeadm_node:
    state: absent
    whole_cluster: true
"""

RETURN = r"""
plan:
  description: The steps that were done, or in check mode would be.
  returned: always
  type: list
  elements: dict
  sample:
    - {id: Kubeadm/init, op: create, executor: node, reason: not part of the cluster}
diff:
  description: What each step changes, for C(--diff).
  returned: always
  type: list
  elements: dict
  sample:
    - before_header: Kubeadm/init
      after_header: Kubeadm/init
      before: ""
      after: ""
"""

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    faults,
    kubeadm,
    steps,
    turns,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "kubeadm": {"type": "path", "default": "/usr/bin/kubeadm"},
    "first": {"type": "bool", "default": False},
    "config": {"type": "str", "no_log": True},
    "whole_cluster": {"type": "bool", "default": False},
}


def main() -> None:
    """Plan, and outside of check mode do it."""
    module = DiscreetModule(
        argument_spec=SPEC,
        required_if=[("state", "present", ["config"])],
        supports_check_mode=True,
    )
    system, wish = System(), module.params
    done: list[steps.HostStep] = []
    verb = "init" if wish["first"] else "join"
    try:
        with turns.turn(system, "kubernetes", module):
            if wish["state"] == "present":
                plan = list(kubeadm.plan_present(system, wish["kubeadm"], verb, wish["config"]))
            else:
                plan = list(kubeadm.plan_absent(system, wish["kubeadm"], wish["whole_cluster"]))
            steps.carry_out(plan, done, module.check_mode)
    except (RookeryError, OSError) as problem:
        module.fail_json(msg=faults.told(problem), **steps.as_result(done))
    module.exit_json(**steps.as_result(done))


if __name__ == "__main__":
    main()
