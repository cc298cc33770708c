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
  - Devices that hold an OSD of this very site are no error, so a second run passes.
extends_documentation_fragment:
  - rookery.rook.consumers
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
  strip:
    description:
      - The confirmation of a teardown's last resort, as M(rookery.rook.rook_teardown) takes it.
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
  kubernetes_adopt:
    description: Whether the cluster is taken as it is, so that it has to be there with all nodes.
    type: bool
    default: false
  kubeconfig:
    description:
      - Kubeconfig of the cluster. A file that is not there says that there is no cluster yet; an
        empty string says that no API is to be asked.
      - If it is not set, the environment variable E(K8S_AUTH_KUBECONFIG) is used.
    type: path
    default: ''
  cluster_uid:
    description:
      - UID of the namespace C(kube-system) of the site's cluster; another cluster is refused. If it
        is not set, any is taken.
    type: str
    default: ''
  timeout:
    description: Seconds within which the API has to answer.
    type: int
    default: 30
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
        node2: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0002]}
        node3: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0003]}
      operator: {manifests: /srv/rook/1.18}
      block_pools: [{name: replicapool, replicas: 3}]
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
      path: block_pools[0].replicas
      value: "3"
      reason: >-
        pool 'replicapool' wants 3 copies on different hosts, the inventory has 1 OSD host (node1):
        1 of 3 find a place and Ceph writes with 2 or more, so nothing can ever be written to it
      cure: Add 2 hosts to rook_storage.
ceph_fsid:
  description: The id of the site's own Ceph cluster as the API knows it, empty if there is none.
  returned: always
  type: str
  sample: 3f2a8c1e-7d54-4f0a-9d5e-0c1b2a394857
"""

import dataclasses

from ansible_collections.rookery.rook.plugins.module_utils._argspec import CONSUMERS
from ansible_collections.rookery.rook.plugins.module_utils._examine import (
    Answer,
    Question,
    examine,
    manifest_findings,
)
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._plan import Policy
from ansible_collections.rookery.rook.plugins.module_utils._preflight import (
    PreflightError,
    errors_first,
    judge,
    read_site,
    sentence,
)

SPEC = {
    "model": {"type": "dict", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "confirm": {"type": "str", "default": ""},
    "strip": {"type": "str", "default": ""},
    **CONSUMERS,
    "addresses": {"type": "dict", "default": {}},
    "disks": {"type": "dict", "default": {}},
    "kubelets": {"type": "dict", "default": {}},
    "kubernetes_version": {"type": "str"},
    "kubernetes_adopt": {"type": "bool", "default": False},
    "kubeconfig": {"type": "path", "default": ""},
    "cluster_uid": {"type": "str", "default": ""},
    "timeout": {"type": "int", "default": 30},
}


def main() -> None:
    """Fail with all errors, or warn and pass."""
    with CollectionModule(SPEC, reads=True) as module:
        params = module.params
        site, malformed = read_site(params["model"])
        answer = Answer()
        if site is not None and params["kubeconfig"]:
            question = Question(
                site,
                params["state"],
                params["confirm"],
                params["kubernetes_adopt"],
                params["cluster_uid"],
                Policy.from_params(params),
                params["strip"],
            )
            answer = examine(question, params["kubeconfig"], params["timeout"])
        facts = {"kubernetes_version": params["kubernetes_version"], **answer.facts}
        found = [*malformed, *judge(params, site, facts), *answer.findings]
        if site is not None and params["state"] == "present":
            found += manifest_findings(site)
        found = errors_first(found)
        module.note(
            findings=[dataclasses.asdict(finding) for finding in found],
            ceph_fsid=facts.get("ceph_fsid", ""),
        )
        errors = [finding for finding in found if finding.severity == "error"]
        for finding in found[len(errors) :]:
            module.warn(sentence(finding))
        if errors:
            raise PreflightError(errors)


if __name__ == "__main__":
    main()
