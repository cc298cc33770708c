#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: disk_info
short_description: Tell which block devices a host has, what is on them, and whether Rook takes them
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Lists the block devices that have a node in the host's C(/dev), with their stable names.
  - Reads them itself, and asks C(wipefs) too where it is installed. Finds file systems, partition
    tables, members of LVM, LUKS, RAID and ZFS, and each copy of a BlueStore label, so that a disk
    which only looks empty is not taken for blank.
  - Needs nothing but Python 3.9, and root. Changes nothing.
extends_documentation_fragment:
  - rookery.rook.attributes.host
options:
  directories:
    description: Directories of Rook whose content and room are told in RV(directories).
    type: list
    elements: path
    default: [/var/lib/rook]
  modules:
    description: Kernel modules whose presence is told in RV(modules).
    type: list
    elements: str
    default: [rbd, ceph]
"""

EXAMPLES = r"""
- name: Look at the devices
  rookery.rook.disk_info:
  register: found

- name: Show the stable names of blank disks
  ansible.builtin.debug:
    msg: "{{ found.disks | selectattr('usable') | map(attribute='links') | flatten }}"
"""

RETURN = r"""
disks:
  description: The block devices that have a size, by path; empty loop devices are left out.
  returned: always
  type: list
  elements: dict
  contains:
    path:
      description: The node in C(/dev).
      type: str
      sample: /dev/sdb
    name:
      description: The kernel's name.
      type: str
      sample: sdb
    links:
      description: Links to it in C(/dev/disk) and C(/dev/mapper).
      type: list
      elements: str
      sample: [/dev/disk/by-id/wwn-0x5000c500a1b2c3d4]
    type:
      description: The type as C(lsblk) has it, such as V(disk), V(part), V(loop), V(lvm), V(mpath).
      type: str
      sample: disk
    size:
      description: Its bytes.
      type: int
      sample: 1000204886016
    read_only:
      description: Whether nothing can be written to it.
      type: bool
    rotational:
      description: Whether the kernel takes it for a spinning disk.
      type: bool
    wwn:
      description: The name that no other disk in the world has, empty if there is none.
      type: str
      sample: naa.5000c500a1b2c3d4
    model:
      description: The maker's name for it.
      type: str
    partitions:
      description: The kernel's names of its partitions.
      type: list
      elements: str
    holders:
      description: What the kernel has built on it, such as logical volumes.
      type: list
      elements: str
    mounts:
      description: Where it, or anything on it, is mounted. V([SWAP]) if the host swaps there.
      type: list
      elements: str
    root:
      description: Whether the system runs from it.
      type: bool
    signatures:
      description: What it holds, by the names of C(blkid).
      type: list
      elements: str
      sample: [ceph_bluestore]
    traces:
      description: Each place at which something was recognised.
      type: list
      elements: dict
      sample: [{kind: ceph_bluestore, offset: 0}]
    ceph:
      description: What an OSD has written of itself. Null if there is none.
      type: dict
      sample:
        fsid: 3f2a8c1e-7d54-4f0a-9d5e-0c1b2a394857
        fsids: [3f2a8c1e-7d54-4f0a-9d5e-0c1b2a394857]
        osd_uuid: 0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d
        osd_id: "0"
        offsets: [0, 1073741824]
    blank:
      description: Whether there is nothing on it and nobody uses it.
      type: bool
    usable:
      description: Whether a new OSD may be made of it.
      type: bool
    reasons:
      description: What speaks against that.
      type: list
      elements: str
      sample: [it holds ext4]
directories:
  description: What is in each of O(directories).
  returned: always
  type: dict
  sample:
    /var/lib/rook: {entries: [], free_bytes: 52428800000, size_bytes: 105689415680, ceph_fsid: ""}
modules:
  description: For each of O(modules) whether the kernel has it, or can load it.
  returned: always
  type: dict
  sample: {rbd: true, ceph: true}
"""

import os
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._host import disks, faults
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

SPEC: dict[str, t.Any] = {
    "directories": {"type": "list", "elements": "path", "default": ["/var/lib/rook"]},
    "modules": {"type": "list", "elements": "str", "default": ["rbd", "ceph"]},
}


def main() -> None:
    """Look, and tell."""
    module = DiscreetModule(argument_spec=SPEC, supports_check_mode=True)
    if os.geteuid():
        module.fail_json(msg="Only root may read block devices. Set become to true for this task.")
    system, wish = System(), module.params
    try:
        found = {
            "disks": disks.describe_all(system),
            "directories": {
                name: disks.describe_directory(system, name) for name in wish["directories"]
            },
            "modules": disks.modules(system, wish["modules"]),
        }
    except (RookeryError, OSError) as problem:
        module.fail_json(msg=faults.told(problem))
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
