#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_probe
short_description: Find out whether hosts reach each other, and their images, as Ceph needs it
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - With O(listen) the host listens for some seconds, in a process that the module does not wait
    for. All hosts are to do so before the first one asks.
  - Without it the host asks the others. It finds ports that are closed on the way, packets of the
    interface's size that do not pass, and how far the others' clocks are off.
  - Each host asks so many that stand after it in O(hosts), and is asked by those before it.
  - Nothing stays behind; a port that is in use is left to its user.
  - It also finds out whether the host has images, or who would give them to it. The mirrors,
    certificates and proxies of its container runtime are honoured, and logins are not. Only the
    manifest of an image is asked for, nothing is fetched.
  - Needs nothing but Python 3.9. Changes nothing.
extends_documentation_fragment:
  - rookery.rook.attributes.host
options:
  name:
    description: The name of this host in O(hosts).
    type: str
    required: true
  hosts:
    description: All hosts in one order, each with its address; an empty one is the name.
    type: dict
    required: true
  listen:
    description: Whether to answer instead of asking.
    type: bool
    default: false
  ports:
    description: TCP ports that have to be open. A host listens there unless somebody does already.
    type: list
    elements: int
    default: [3300, 6789, 6800, 7300]
  datagrams:
    description: The UDP port for questions about packets and clocks.
    type: int
    default: 6800
  most:
    description: How many hosts each one asks, at most.
    type: int
    default: 8
  images:
    description:
      - Images that the host has to have, or to get from a registry. O(listen) does not ask for
        them.
    type: list
    elements: str
    default: []
  archives:
    description: Directories with archives whose images are to be imported on the host.
    type: list
    elements: path
    default: []
  seconds:
    description: How long to listen at most; it ends when all that may ask have asked.
    type: int
    default: 30
  patience:
    description: Seconds in which a host or a port has to answer.
    type: int
    default: 3
  registry_patience:
    description:
      - Seconds in which a registry, or who gives its tokens, has to answer. All images are asked
        for at the same time, and the whole ends after three times as long.
    type: int
    default: 10
"""

EXAMPLES = r"""
- name: Listen for some seconds
  rookery.rook.host_probe:
    name: "{{ inventory_hostname }}"
    hosts: {node1: 192.0.2.11, node2: 192.0.2.12}
    listen: true

- name: Ask the others
  rookery.rook.host_probe:
    name: "{{ inventory_hostname }}"
    hosts: {node1: 192.0.2.11, node2: 192.0.2.12}
    images: ["quay.io/ceph/ceph:v19.2.3"]
  register: found
"""

RETURN = r"""
peers:
  description: What was found on the way to each host that was asked.
  returned: without O(listen)
  type: dict
  contains:
    ports:
      description: Each port as V(open), V(refused) when nobody listens, or V(blocked) on the way.
      type: dict
    large:
      description: Whether packets of the interface's size get there. Left out without any answer.
      type: bool
    mtu:
      description: That size.
      type: int
    offset:
      description: Seconds by which the other's clock is before this one's.
      type: float
    doubt:
      description: How much of that may be the way's.
      type: float
  sample:
    node2: {ports: {"3300": open}, large: true, mtu: 1500, offset: 0.0021, doubt: 0.0004}
images:
  description: What was found out of each of O(images).
  returned: without O(listen)
  type: dict
  contains:
    state:
      description:
        - V(present) on the host, V(archived) in one of O(archives), V(served) by a registry or
          mirror, V(missing) where it was asked for, or V(unreachable) when nobody answered.
        - Left out when it could not be decided, as where a login is wanted.
      type: str
    reason:
      description: Why it is so, in words.
      type: str
  sample:
    "quay.io/ceph/ceph:v19.2.3": {state: served, reason: ""}
runtime:
  description: The container runtime that the host has, empty without any.
  returned: without O(listen)
  type: str
  sample: containerd
listening:
  description: The ports at which the host listens now, and who is expected to ask.
  returned: with O(listen)
  type: dict
  sample: {ports: [3300, 6789], expected: [node2]}
"""

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._host import probe, pulling
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "hosts": {"type": "dict", "required": True},
    "listen": {"type": "bool", "default": False},
    "ports": {"type": "list", "elements": "int", "default": [3300, 6789, 6800, 7300]},
    "datagrams": {"type": "int", "default": 6800},
    "most": {"type": "int", "default": 8},
    "images": {"type": "list", "elements": "str", "default": []},
    "archives": {"type": "list", "elements": "path", "default": []},
    "seconds": {"type": "int", "default": 30},
    "patience": {"type": "int", "default": 3},
    "registry_patience": {"type": "int", "default": 10},
}


def main() -> None:
    """Answer, or ask."""
    module = DiscreetModule(argument_spec=SPEC, supports_check_mode=True)
    wish, hosts = module.params, module.params["hosts"]
    after, before = probe.round_table(list(hosts), wish["name"], wish["most"])
    try:
        if wish["listen"]:
            desk = probe.Desk(wish["ports"], wish["datagrams"])
            probe.detach(lambda: desk.serve(before, wish["seconds"]))
            found = {"listening": {"ports": sorted(desk.servers), "expected": before}}
        else:
            peers = [probe.Peer(name, hosts[name] or name) for name in after]
            asked = wish["ports"], wish["datagrams"], wish["patience"]
            wanted = wish["images"], wish["archives"], wish["registry_patience"]
            found = {
                "peers": probe.ask_all(wish["name"], peers, *asked),
                **pulling.find(System(), *wanted),
            }
    except OSError as problem:
        module.fail_json(msg=f"Failed to probe the network: {problem}.")
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
