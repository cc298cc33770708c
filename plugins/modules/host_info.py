#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_info
short_description: Tell what a host is, as far as Rook and Ceph depend on it
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Tells kernel, memory, limits, clock, and the room at the places where data would be kept.
  - M(rookery.rook.rook_preflight) judges that. What the host does not tell is left out.
  - Needs nothing but Python 3.9. Changes nothing.
extends_documentation_fragment:
  - rookery.rook.attributes.host
options:
  places:
    description: Directories whose room and file system are told.
    type: list
    elements: path
    default: [/var/lib/rook]
"""

EXAMPLES = r"""
- name: Look at the host
  rookery.rook.host_info:
    places: [/var/lib/rook, /srv/osd-1]
  register: found

- name: Show its kernel
  ansible.builtin.debug:
    var: found.system.kernel
"""

RETURN = r"""
system:
  description: What the host is.
  returned: always
  type: dict
  contains:
    kernel:
      description: The kernel's release.
      type: str
      sample: 6.1.0-9-amd64
    arch:
      description: The architecture.
      type: str
      sample: x86_64
    programs:
      description: Which programs that OSDs may need are installed.
      type: dict
      sample: {lvm: true, dmsetup: true, cryptsetup: false, sgdisk: true}
    udev:
      description: Whether udev has written down its devices.
      type: bool
    aio_max_nr:
      description: How many asynchronous requests all processes together may have.
      type: int
      sample: 65536
    swap_bytes:
      description: How much may be swapped out.
      type: int
      sample: 0
    cgroup:
      description: The version of control groups.
      type: int
      sample: 2
    memory_bytes:
      description: The memory.
      type: int
      sample: 16777216000
    cores:
      description: The processors.
      type: int
      sample: 8
    limit_nofile:
      description:
        - How many files container runtimes that are there may open, V(infinity) for any. Left out
          without any.
      type: dict
      sample: {containerd: 1048576}
    selinux:
      description: V(enforcing), V(permissive), or empty without SELinux.
      type: str
    clock:
      description: Who keeps the clock, and whether the kernel takes it for kept.
      type: dict
      sample: {service: chrony, synchronized: true}
    vendor:
      description: Maker and model of the machine.
      type: str
      sample: OpenStack Foundation OpenStack Nova
    ceph_daemons:
      description: The C(ceph-mon) and C(ceph-osd) that run in pods of this host.
      type: list
      elements: str
      sample: [ceph-mon (process 812), ceph-osd (process 1644)]
    places:
      description: For each of O(places) whether it is there, its mount point, device and room.
      type: dict
      sample:
        /var/lib/rook:
          exists: false
          mount: /
          device: "8:1"
          free_bytes: 52428800000
          size_bytes: 105689415680
"""

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._host import faults, machine
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

SPEC: dict[str, t.Any] = {
    "places": {"type": "list", "elements": "path", "default": ["/var/lib/rook"]},
}


def main() -> None:
    """Look, and tell."""
    module = DiscreetModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        found = machine.describe(System(), module.params["places"])
    except (RookeryError, OSError) as problem:
        module.fail_json(msg=faults.told(problem))
    module.exit_json(changed=False, system=found)


if __name__ == "__main__":
    main()
