#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kubernetes_node_info
short_description: Ask the API for nodes, and wait for them
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Returns addresses and readiness of nodes, and waits by a watch until they are as wanted.
  - When the limit is reached, each node that is missing is named with its condition and reason.
extends_documentation_fragment:
  - rookery.rook.attributes.info
  - rookery.rook.kubernetes
options:
  nodes:
    description: The nodes to wait for. All nodes are returned in any case.
    type: list
    elements: str
    default: []
  until:
    description:
      - V(known) waits until the API knows the nodes, V(addressed) until each has an address and
        some for its pods, V(ready) until each is ready. V(now) does not wait.
    type: str
    choices: [now, known, addressed, ready]
    default: now
  wait_timeout:
    description: Seconds after which the wait ends.
    type: int
    default: 300
  configz:
    description: Also ask each kubelet among O(nodes) for its configuration, through the API.
    type: bool
    default: false
  volume_plugin_dir:
    description:
      - With O(configz), ask until each kubelet answers that it looks there for FlexVolume drivers.
      - Without it the first answer is taken. A kubelet that gives none is waited for.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Wait until two nodes are ready
  rookery.rook.kubernetes_node_info:
    kubeconfig: ~/.kube/store1.conf
    nodes: [worker1, worker2]
    until: ready
"""

RETURN = r"""
nodes:
  description: Each node by its name.
  returned: always
  type: dict
  sample:
    worker1:
      {address: 192.0.2.21, pod_cidr: 10.244.1.0/24, version: v1.34.4, ready: true, reason: ""}
volume_plugin_dirs:
  description: With O(configz), each node's directory for FlexVolume drivers, by its kubelet.
  returned: always
  type: dict
  sample: {worker1: /usr/libexec/kubernetes/kubelet-plugins/volume/exec}
configured_volume_plugin_dir:
  description:
    - With O(configz), the directory that kubeadm's ConfigMap C(kubelet-config) gives to nodes that
      join. Empty where it names none.
  returned: always
  type: str
common_volume_plugin_dir:
  description: The one among them that most nodes have.
  returned: always
  type: str
ready:
  description: Whether all of O(nodes) are ready.
  returned: always
  type: bool
"""

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _nodes
from ansible_collections.rookery.rook.plugins.module_utils._argspec import KUBERNETES
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._node_waiter import (
    configured_plugin_dir,
    wait_for_nodes,
    wait_for_plugin_dirs,
)

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube

SPEC: dict[str, t.Any] = {
    **KUBERNETES,
    "nodes": {"type": "list", "elements": "str", "default": []},
    "until": {"type": "str", "choices": ["now", "known", "addressed", "ready"], "default": "now"},
    "wait_timeout": {"type": "int", "default": 300},
    "configz": {"type": "bool", "default": False},
    "volume_plugin_dir": {"type": "str", "default": ""},
}


def ask(client: Kube, wish: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the answer of this module."""
    wanted = wish["nodes"] if wish["until"] != "now" else []
    found = wait_for_nodes(client, wanted, wish["until"], wish["wait_timeout"])
    nodes = {name: _nodes.summary(node) for name, node in sorted(found.items())}
    asked = wish["nodes"] if wish["configz"] else []
    directory = wish["volume_plugin_dir"].rstrip("/")
    dirs = wait_for_plugin_dirs(client, asked, directory, wish["wait_timeout"])
    return {
        "nodes": nodes,
        "volume_plugin_dirs": dirs,
        "configured_volume_plugin_dir": configured_plugin_dir(client) if asked else "",
        "common_volume_plugin_dir": _nodes.common_plugin_dir(dirs),
        "ready": all(nodes.get(name, {}).get("ready", False) for name in wish["nodes"]),
    }


def main() -> None:
    """Ask, and wait when wanted."""
    with CollectionModule(SPEC, reads=True) as module:
        module.note(**ask(module.client(), module.params))


if __name__ == "__main__":
    main()
