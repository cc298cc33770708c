# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the hosts of the desired-state model from the inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: model_hosts
version_added: 0.1.0
short_description: The hosts of the desired-state model from groups and host variables
author: The rookery.rook authors (@rookery)
description:
  - Every node becomes a host of the model. A node of the group C(rook_storage) brings its
    C(rook_node_devices) and C(rook_node_directories); other nodes bring none, and so hold no data.
  - A node's C(rook_node_labels) become its labels. Of a cluster that C(rook_kubernetes) makes, a
    node that is a control plane only has that label as well, as it takes no pods.
positional: hostvars
options:
  _input:
    description: The inventory's groups, C(groups).
    type: dict
    required: true
  hostvars:
    description: The variables of all hosts, C(hostvars).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show which devices are to hold data
  ansible.builtin.debug:
    msg: "{{ groups | rookery.rook.model_hosts(hostvars) }}"
"""

RETURN = r"""
_value:
  description: Hosts by name, each with C(devices), C(directories) and C(labels).
  type: dict
"""

import typing as t
from collections.abc import Mapping

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Host

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NODE_GROUPS = ("kube_control_plane", "kube_node", "rook_storage")


def model_hosts(
    groups: Mapping[str, Sequence[str]], hostvars: Mapping[str, Mapping[str, t.Any]]
) -> dict[str, dict[str, t.Any]]:
    """Return the model's hosts by name, in the inventory's order.

    Values are taken as they are: whoever reads the model tells those of a wrong type.
    """
    storage = set(groups.get("rook_storage", ()))
    workers = storage | set(groups.get("kube_node", ()))
    hosts: dict[str, dict[str, t.Any]] = {}
    for name in dict.fromkeys(host for group in NODE_GROUPS for host in groups.get(group, ())):
        variables = hostvars[name]
        holds_data = name in storage
        labels = variables.get("rook_node_labels") or {}
        adopted = boolean(variables.get("rook_kubernetes_adopt"), strict=False)
        if name not in workers and not adopted and isinstance(labels, Mapping):
            labels = {Host.CONTROL_PLANE: "", **labels}
        hosts[name] = {
            "devices": (variables.get("rook_node_devices") or []) if holds_data else [],
            "directories": (variables.get("rook_node_directories") or []) if holds_data else [],
            "labels": labels,
        }
    return hosts


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"model_hosts": model_hosts}
