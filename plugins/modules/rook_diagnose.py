#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_diagnose
short_description: Tell what a Rook site suffers from
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Reads statuses, conditions, events, pods, nodes and the ends of logs, and tells which of the
    known troubles they show, each with its cause, the lines that show it, and what cures it.
  - Causes come before their consequences, and what is surest first. Without a fitting diagnosis
    it says that the cause is unknown; it never guesses.
  - Whatever cannot be read is told in RV(unread), and the rest is still judged.
  - Keys, tokens, passwords and whatever looks like one are hidden in all that it tells and writes.
    Secrets are not read at all.
extends_documentation_fragment:
  - rookery.rook.kubernetes
attributes:
  check_mode:
    description: Only reads the site, and does not write O(bundle).
    support: full
  diff_mode:
    description: There is nothing to compare.
    support: none
  idempotent:
    description: The same evidence makes the same O(bundle), which is then left alone.
    support: full
  platform:
    description: Runs on the deploy host, which needs Python 3.11 and the Kubernetes client.
    platforms: posix
    support: full
options:
  operator_namespace:
    description: Namespace of the operator, if it is not O(namespace), such as V(rook-system).
    type: str
  version:
    description:
      - Release of Rook. Troubles of other releases are then left out.
      - If it is not set, those of all releases are looked for.
    type: str
  timeout:
    description: Seconds after which the evidence that was read so far has to do.
    type: int
    default: 60
  log_lines:
    description: How many lines from the end of each log are read.
    type: int
    default: 500
  mute_health:
    description: Checks of Ceph's health that the site accepts.
    type: list
    elements: str
    default: []
  evidence:
    description:
      - What was read elsewhere, such as logs of kubelets, or the output of C(ceph health detail).
    type: list
    elements: dict
    default: []
    suboptions:
      source:
        description: What it is.
        type: str
        choices: [agent, csi, daemon, health, kernel, kubelet, operator, pg, prepare]
        required: true
      object:
        description: What it is about, such as V(Node//w1).
        type: str
      lines:
        description: Its lines.
        type: list
        elements: str
        required: true
  unread:
    description: What could not be read elsewhere, and why. It is told beside the diagnoses.
    type: list
    elements: str
    default: []
  bundle:
    description:
      - File for a support bundle, a C(.tar.gz) with the diagnosis, the evidence, objects and logs,
        without secrets. Only its owner may read it. If it is not set, none is written.
    type: path
seealso:
  - module: rookery.rook.rook_info
  - module: rookery.rook.rook_wait
"""

EXAMPLES = r"""
- name: Find out what keeps a site
  rookery.rook.rook_diagnose:
    version: "1.18"
    bundle: ~/rook-support.tar.gz
  register: found

- name: Show it
  ansible.builtin.debug:
    msg: "{{ found.lines }}"

- name: Diagnose with the log of a kubelet
  rookery.rook.rook_diagnose:
    evidence:
      - source: kubelet
        object: Node//w1
        lines: "{{ journal.stdout_lines }}"
"""

RETURN = r"""
diagnoses:
  description: What was found, causes before consequences, the surest first.
  returned: always
  type: list
  elements: dict
  contains:
    id: {description: Name of the diagnosis; the guide has all of them., type: str}
    title: {description: What it is., type: str}
    confidence: {description: "V(sure), V(likely) or V(possible).", type: str}
    cause: {description: Why it is so., type: str}
    fix: {description: What cures it., type: str}
    follows: {description: Diagnoses of RV(diagnoses) that it is a consequence of., type: list,
              elements: str}
    reference: {description: Where more is written., type: str}
    evidence: {description: "The first lines that show it, with C(source), C(object) and C(text).",
               type: list, elements: dict}
    count: {description: How many lines show it., type: int}
  sample:
    - id: MON-CLOCK
      title: The clocks of the mons differ
      confidence: sure
      cause: Two hosts with mons differ by more than 0.05 s.
      fix: Run an NTP client such as chrony on every node.
      follows: []
      reference: "Ceph: health checks, MON_CLOCK_SKEW"
      evidence:
        - source: health
          object: CephCluster/rook-ceph/rook-ceph
          text: "MON_CLOCK_SKEW HEALTH_WARN: clock skew detected on mon.b"
      count: 1
unknown:
  description: Whether no diagnosis fits.
  returned: always
  type: bool
  sample: false
looked_at:
  description: How many lines of evidence there are of each source.
  returned: always
  type: dict
  sample: {condition: 4, event: 12, operator: 210}
unread:
  description: What could not be read, and why.
  returned: always
  type: list
  elements: str
  sample: []
lines:
  description: All of this in sentences.
  returned: always
  type: list
  elements: str
  sample: ["Diagnosis MON-CLOCK (sure): Two hosts with mons differ by more than 0.05 s."]
bundle:
  description: The support bundle, empty if none was wanted.
  returned: always
  type: str
  sample: ~/rook-support.tar.gz
"""

from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._argspec import KUBERNETES
from ansible_collections.rookery.rook.plugins.module_utils._bundle import bundle_of, write_bundle
from ansible_collections.rookery.rook.plugins.module_utils._diagnose import (
    as_result,
    gathered_or_why,
    with_given,
)
from ansible_collections.rookery.rook.plugins.module_utils._eras import parse_version
from ansible_collections.rookery.rook.plugins.module_utils._evidence import Question
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule

GIVEN = ["agent", "csi", "daemon", "health", "kernel", "kubelet", "operator", "pg", "prepare"]
SPEC = {
    **KUBERNETES,
    "operator_namespace": {"type": "str"},
    "version": {"type": "str"},
    "timeout": {"type": "int", "default": 60},
    "log_lines": {"type": "int", "default": 500},
    "mute_health": {"type": "list", "elements": "str", "default": []},
    "evidence": {
        "type": "list", "elements": "dict", "default": [],
        "options": {
            "source": {"type": "str", "choices": GIVEN, "required": True},
            "object": {"type": "str"},
            "lines": {"type": "list", "elements": "str", "required": True},
        },
    },
    "unread": {"type": "list", "elements": "str", "default": []},
    "bundle": {"type": "path"},
}  # fmt: skip


def main() -> None:
    """Read what can be read, and tell what it shows."""
    with CollectionModule(SPEC, reads=True) as module:
        params = module.params
        places = (params["operator_namespace"] or params["namespace"], params["namespace"])
        question = Question(places, params["timeout"], params["log_lines"])
        gathered = with_given(
            gathered_or_why(module.client, question), params["evidence"], params["unread"]
        )
        release = parse_version(params["version"] or "")
        result = as_result(gathered, release, params["mute_health"])
        module.note(**result, bundle=params["bundle"] or "")
        if params["bundle"]:
            path, content = Path(params["bundle"]), bundle_of(gathered, result)
            module.note(changed=write_bundle(path, content, check=module.check_mode))


if __name__ == "__main__":
    main()
