#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kubelet_dirs
short_description: Find, set and restore the directories of this host's kubelet
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Finds the root directory and the volume plugin directory of the kubelet in the flags of the
    running process, else in its drop-ins, else in its configuration file, else in its defaults.
  - Knows where kubeadm, kubespray, Flatcar, OpenShift, k3s, RKE2, MicroK8s and k0s keep them. An
    argument that stands nowhere yet gets a file of its own. Where the distribution would undo a
    change, it is refused with what to do instead.
  - Without O(volume_plugin_dir) it only reads. With it, the directory is written where the one
    that rules now is written, and the kubelet is restarted and waited for.
  - The controller manager of a control plane that kubeadm made gets the same directory; the
    kubelet starts it anew by itself. One that has it already is left alone.
  - A host without a kubelet is left alone.
  - Passwords in URLs that its files have are hidden in results, differences and messages.
  - What an earlier run began here, and was killed, may go on. It is waited for, half an hour at
    most, and then refused with its processes.
  - Needs nothing but Python 3.9.
options:
  volume_plugin_dir:
    description:
      - Where the kubelet has to look for FlexVolume drivers. Empty changes nothing.
      - A change restarts the kubelet; its pods go on running.
    type: str
    default: ""
  root_dir:
    description:
      - The root directory that the kubelet must have. Empty accepts any.
      - It is never changed; a kubelet with another one is refused before the first change.
    type: str
    default: ""
  answered:
    description:
      - The volume plugin directory that the kubelet itself answered, when it was asked.
      - When it is not O(volume_plugin_dir) although the files say so, the kubelet is restarted.
    type: str
    default: ""
  state:
    description: V(absent) restores what was there before the first change.
    type: str
    choices: [present, absent]
    default: present
  wait_timeout:
    description: Seconds in which a restarted kubelet has to be healthy.
    type: int
    default: 120
attributes:
  check_mode:
    description: Returns the plan and changes nothing.
    support: full
  diff_mode:
    description: Shows the file before and after.
    support: full
  idempotent:
    description: Changes only what differs.
    support: full
  platform:
    description: Target that the module works on.
    platforms: posix
    support: full
"""

EXAMPLES = r"""
- name: Find the directories
  rookery.rook.kubelet_dirs:

- name: See what setting one would do
  rookery.rook.kubelet_dirs:
    volume_plugin_dir: /var/lib/kubelet/volumeplugins
  check_mode: true

- name: Set it
  rookery.rook.kubelet_dirs:
    volume_plugin_dir: /var/lib/kubelet/volumeplugins

- name: Restore the one that was there
  rookery.rook.kubelet_dirs:
    state: absent
"""

RETURN = r"""
plan:
  description: The steps that were done, or in check mode would be.
  returned: always
  type: list
  elements: dict
  sample:
    - id: File//var/lib/kubelet/config.yaml
      op: update
      executor: node
      reason: /opt/plugins is not /var/lib/kubelet/volumeplugins
diff:
  description: What each step changes, for C(--diff).
  returned: always
  type: list
  elements: dict
  sample:
    - before_header: File//var/lib/kubelet/config.yaml
      after_header: File//var/lib/kubelet/config.yaml
      before: "volumePluginDir: /opt/plugins\n"
      after: "volumePluginDir: /var/lib/kubelet/volumeplugins\n"
kubelet:
  description: The kubelet as it is after the call, in check mode as it is.
  returned: success
  type: dict
  contains:
    found:
      description: Whether this host has a kubelet; without one the directories are empty.
      type: bool
    running:
      description: Whether it runs.
      type: bool
    root_dir:
      description: Its root directory.
      type: str
      sample: /var/lib/kubelet
    volume_plugin_dir:
      description: Where it looks for FlexVolume drivers, without a slash at the end.
      type: str
      sample: /usr/libexec/kubernetes/kubelet-plugins/volume/exec
    ruling:
      description: The file in which that directory is, or would be, written down.
      type: str
      sample: /var/lib/kubelet/config.yaml
    writable:
      description: Whether drivers can be put there.
      type: bool
    distribution:
      description:
        - Whose way of keeping its arguments it has, V(kubeadm), V(kubespray), V(flatcar),
          V(openshift), V(k3s), V(rke2), V(microk8s) or V(k0s).
      type: str
      sample: kubeadm
    unit:
      description: The unit that runs it.
      type: str
      sample: kubelet
    managed:
      description: What to do instead, where the distribution would undo a change; empty otherwise.
      type: str
    sees_host:
      description:
        - Whether it sees the directory as the host does, which one in a container may not. Null
          when that cannot be told.
      type: bool
    health_url:
      description: Where the kubelet tells this host that it is well; empty when that is off.
      type: str
      sample: http://127.0.0.1:10248/healthz
"""

import contextlib
import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    faults,
    kubelet,
    kubelet_settings,
    steps,
    turns,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

SPEC: dict[str, t.Any] = {
    "volume_plugin_dir": {"type": "str", "default": ""},
    "root_dir": {"type": "str", "default": ""},
    "answered": {"type": "str", "default": ""},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "wait_timeout": {"type": "int", "default": 120},
}


def main() -> None:
    """Plan, and outside of check mode do it."""
    module = DiscreetModule(argument_spec=SPEC, supports_check_mode=True)
    system, wish = System(), module.params
    done: list[steps.HostStep] = []
    make = kubelet.plan_present if wish["state"] == "present" else kubelet.plan_absent
    writes = wish["volume_plugin_dir"] or wish["state"] == "absent"
    turn = turns.turn(system, "kubernetes", module) if writes else contextlib.nullcontext()
    try:
        with turn:
            found = kubelet_settings.find(system)
            plan = list(make(system, found, wish))
            steps.carry_out(plan, done, module.check_mode)
        after = kubelet_settings.find(system) if plan else found
    except (RookeryError, OSError) as problem:
        module.fail_json(msg=faults.told(problem), **steps.as_result(done))
    module.exit_json(**steps.as_result(done), kubelet=dataclasses.asdict(after))


if __name__ == "__main__":
    main()
