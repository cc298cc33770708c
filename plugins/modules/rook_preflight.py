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
  - RV(rules) tells of each rule of the guide to rules what became of it. A rule whose facts could
    not be had is not decided, and says why; it has never passed.
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
  systems:
    description: What M(rookery.rook.host_info) answered on each node, by its name.
    type: dict
    default: {}
  probes:
    description: What M(rookery.rook.host_probe) answered on each node, by its name.
    type: dict
    default: {}
  mute:
    description:
      - Rules by their id, each with the reason why it is muted. What they find neither stops nor
        warns; RV(rules) shows it with the reason.
      - A rule that guards data cannot be muted, nor can one without a reason.
    type: dict
    default: {}
  kubernetes_version:
    description: The Kubernetes release that the nodes are to run.
    type: str
  kubernetes_adopt:
    description: Whether the cluster is taken as it is, so that it has to be there with all nodes.
    type: bool
    default: false
  kubernetes_imports:
    description:
      - Whether images are imported from archives when Kubernetes is brought to the nodes, so that
        one that a node does not have yet may still come.
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
  description:
    - What was found, errors and warnings; a run without errors shows the warnings too. What is
      muted is not among them.
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
rules:
  description: What became of each rule, in the order of the guide to rules.
  returned: always
  type: list
  elements: dict
  contains:
    rule:
      description: Its id.
      type: str
    status:
      description:
        - V(passed), V(warned), V(error), V(muted), V(not decided) for lack of facts, or
          V(not applicable) where it is about other releases or sites.
      type: str
    severity:
      description: How grave what it finds is.
      type: str
    stage:
      description:
        - When it can be decided. From V(variables), from what V(api) and V(hosts) say, from what
          hosts find out of each other (V(probes)), or when the cluster is V(running).
      type: str
    title:
      description: What has to hold.
      type: str
    reason:
      description: Why it is so; for a muted rule what was given.
      type: str
    source:
      description: Where the rule comes from.
      type: str
    findings:
      description: How often it found something.
      type: int
  sample:
    - rule: NET-02
      status: not decided
      severity: warn
      stage: probes
      title: Large packets pass between nodes
      reason: "peers of w3: it was not asked"
      source: "Rook: Ceph Common Issues"
      findings: 0
summary:
  description: How many rules became what.
  returned: always
  type: dict
  sample: {error: 0, warned: 2, muted: 0, not decided: 3, passed: 84, not applicable: 47}
images:
  description:
    - The images of operator, Ceph and CSI drivers, as far as the model and the operator's files
      tell them.
  returned: O(state=present), when the model can be read
  type: list
  elements: str
  sample: ["docker.io/rook/ceph:v1.18.11", "quay.io/ceph/ceph:v19.2.3"]
placement:
  description:
    - Where the pieces of each pool lie, and what survives what, in the form of
      RV(rookery.rook.rook_plan#module:placement), with all that nodes and the API have said.
  returned: O(state=present), when the model can be read
  type: dict
  sample: {verdict: redundant, assumed: [], levels: [host], hosts: [], pools: [], groups: {}}
ceph_fsid:
  description: The id of the site's own Ceph cluster as the API knows it, empty if there is none.
  returned: always
  type: str
  sample: 3f2a8c1e-7d54-4f0a-9d5e-0c1b2a394857
"""

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._argspec import CONSUMERS
from ansible_collections.rookery.rook.plugins.module_utils._clients.release_images import (
    read_images,
)
from ansible_collections.rookery.rook.plugins.module_utils._examine import (
    Answer,
    Question,
    examine,
    manifest_findings,
    operator_release,
)
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._placement.picture import picture
from ansible_collections.rookery.rook.plugins.module_utils._plan import Policy
from ansible_collections.rookery.rook.plugins.module_utils._preflight import (
    PreflightError,
    hosts_facts,
    judge,
    nothing_yet,
    read_site,
    sentence,
    told,
    unknown,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_facts import cleaned
from ansible_collections.rookery.rook.plugins.module_utils._verdicts import summary, verdicts

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._render.images import Images

SPEC = {
    "model": {"type": "dict", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "confirm": {"type": "str", "default": ""},
    "strip": {"type": "str", "default": ""},
    **CONSUMERS,
    "addresses": {"type": "dict", "default": {}},
    "disks": {"type": "dict", "default": {}},
    "kubelets": {"type": "dict", "default": {}},
    "systems": {"type": "dict", "default": {}},
    "probes": {"type": "dict", "default": {}},
    "mute": {"type": "dict", "default": {}},
    "kubernetes_version": {"type": "str"},
    "kubernetes_adopt": {"type": "bool", "default": False},
    "kubernetes_imports": {"type": "bool", "default": False},
    "kubeconfig": {"type": "path", "default": ""},
    "cluster_uid": {"type": "str", "default": ""},
    "timeout": {"type": "int", "default": 30},
}


def ask(params: Mapping[str, t.Any], site: Site | None) -> Answer:
    """Return what the API says, where one is to be asked."""
    if site is None or not params["kubeconfig"]:
        return Answer()
    question = Question(
        site,
        params["state"],
        params["confirm"],
        params["kubernetes_adopt"],
        params["cluster_uid"],
        Policy.from_params(params),
        params["strip"],
    )
    return examine(question, params["kubeconfig"], params["timeout"])


def needed(params: Mapping[str, t.Any], site: Site | None) -> Images | None:
    """Return the images that a site needs, where one is to be made."""
    return read_images(site) if site is not None and params["state"] == "present" else None


def gather(
    params: Mapping[str, t.Any], site: Site | None, answer: Answer, images: Images | None
) -> dict[str, t.Any]:
    """Return all facts, and why those could not be had that are not there."""
    lacking = {"images": images.lacking} if images and images.lacking else {}
    new = answer.absent and not params["kubernetes_adopt"]
    return {
        **(nothing_yet(site, params["kubelets"]) if site is not None and new else {}),
        "kubernetes_version": params["kubernetes_version"],
        "operator_release": operator_release(site) or (images.release if images else None),
        "images": list(images.names) if images and not lacking else None,
        "imports": params["kubernetes_imports"],
        **answer.facts,
        "hosts": hosts_facts(params),
        "unknown": {**unknown(params), **lacking, **answer.facts.get("unknown", {})},
    }


def main() -> None:
    """Fail with all errors, or warn and pass."""
    with CollectionModule(SPEC, reads=True) as module:
        params = module.params
        site, malformed = read_site(params["model"])
        answer = ask(params, site)
        images = needed(params, site)
        facts = gather(params, site, answer, images)
        every = [*malformed, *judge(params, site, facts), *answer.findings]
        if site is not None and params["state"] == "present":
            every += manifest_findings(site)
        found = told(every, params["mute"])
        rules = verdicts(site, facts, every, params["mute"], params["state"])
        if site is not None and params["state"] == "present":
            module.note(placement=picture(site, cleaned(facts)))
        if images is not None:
            module.note(images=list(images.names))
        module.note(
            findings=[dataclasses.asdict(finding) for finding in found],
            rules=[dataclasses.asdict(rule) for rule in rules],
            summary=summary(rules),
            ceph_fsid=facts.get("ceph_fsid", ""),
        )
        errors = [finding for finding in found if finding.severity == "error"]
        for finding in found[len(errors) :]:
            module.warn(sentence(finding))
        if errors:
            raise PreflightError(errors)


if __name__ == "__main__":
    main()
