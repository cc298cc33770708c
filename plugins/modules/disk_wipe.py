#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: disk_wipe
short_description: Make devices blank, and prove it by reading them again
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - B(Destroys all data on exactly the devices that are named), all of a host at the same time.
  - Everything is judged first. One device that must not be wiped keeps all others from it.
  - Refused are names that may mean another device tomorrow, devices in use by anything (mounted,
    swapped on, part of a logical volume, RAID or multipath device, open or locked by a process, the
    system's own), data of another Ceph cluster, and data that are not Ceph's.
  - Gives up the content where a device can discard it, and overwrites with zeros what may be known
    of it otherwise - both ends with their headers, tables and superblocks, also those of each
    partition, and the copies in the middle, such as BlueStore's labels at 1, 10, 100 and 1000 GiB.
  - Then reads these places from the device, and looks for anything that it knows. Fails if anything
    is left.
  - A device that hangs is told with what it was doing, after 45 seconds of judging or ten minutes
    of wiping without an answer. While it is judged, nothing is wiped then; while it is wiped, all
    others are wiped and proven.
  - What an earlier run began here, and was killed, may go on. It is waited for, half an hour at
    most, and then refused with its processes.
  - Needs nothing but Python 3.9, and root.
options:
  devices:
    description:
      - Devices by stable name, under C(/dev/disk/by-id), C(by-path), C(by-partuuid) or
        C(/dev/mapper). All data on them are destroyed.
    type: list
    elements: str
    required: true
  site:
    description: The site's name.
    type: str
    required: true
  confirm:
    description: Permits the destruction, and must equal O(site). Refused otherwise.
    type: str
    default: ""
  ceph_fsid:
    description:
      - The id of the Ceph cluster whose OSDs may be wiped.
      - If it is empty, the one in O(ceph_fsid_note), else the cluster that O(data_dir) names.
    type: str
    default: ""
  ceph_fsid_note:
    description: A file on this host with the id of the Ceph cluster, which need not exist.
    type: path
  data_dir:
    description:
      - Rook's directory on this host, usually C(/var/lib/rook). Only read.
      - Refused if another cluster than that of O(ceph_fsid) or O(ceph_fsid_note) has left data
        there.
    type: path
  other_data:
    description:
      - Also wipe devices with data that name no Ceph cluster, such as file systems.
      - Needed, too, for a device in new use of whose OSD only copies of its label are left.
      - An OSD of another cluster than O(ceph_fsid) stays refused.
    type: bool
    default: false
attributes:
  check_mode:
    description: Judges in the same way, and tells which devices would be wiped.
    support: full
  diff_mode:
    description: Shows what each device holds.
    support: full
  idempotent:
    description: A blank device is not written to.
    support: full
  platform:
    description: Target that the module works on.
    platforms: posix
    support: full
"""

EXAMPLES = r"""
- name: See what would be wiped
  rookery.rook.disk_wipe:
    devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001]
    site: store1
    confirm: store1
    data_dir: /var/lib/rook
  check_mode: true

- name: Wipe the disks of this site's OSDs
  rookery.rook.disk_wipe:
    devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001]
    site: store1
    confirm: store1
    data_dir: /var/lib/rook

- name: Wipe a disk with a file system that nobody needs
  rookery.rook.disk_wipe:
    devices: [/dev/disk/by-id/ata-EXAMPLE_HDD_SERIAL0002]
    site: store1
    confirm: store1
    other_data: true
"""

RETURN = r"""
plan:
  description: The devices that were wiped, or in check mode would be.
  returned: always
  type: list
  elements: dict
  sample:
    - id: Device//dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001
      op: delete
      executor: node
      reason: it holds an OSD of Ceph cluster 3f2a8c1e-7d54-4f0a-9d5e-0c1b2a394857
diff:
  description: What each step changes, for C(--diff).
  returned: always
  type: list
  elements: dict
  sample:
    - before_header: Device//dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001
      after_header: Device//dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001
      before: "it holds an OSD\n"
      after: ""
devices:
  description:
    - What was found on each device, and the proof of what is on it now. Empty when one is refused.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name in O(devices).
      type: str
    path:
      description: The node in C(/dev).
      type: str
    size:
      description: Its bytes.
      type: int
    held:
      description: What was on it. Empty for a device that was blank.
      type: list
      elements: str
    blank:
      description: Whether it is blank now.
      type: bool
    wiped:
      description: Whether it was wiped in this run.
      type: bool
    places:
      description:
        - Where the device is overwritten unless zeros are read there, in bytes. In check mode,
          where it would be. Empty for a device that was blank.
        - A device that can discard gives up all of its content besides.
      type: list
      elements: dict
      sample: [{offset: 0, length: 16777216}, {offset: 1073741824, length: 1048576}]
    discarded:
      description: Whether the device gave its whole content up. Only if it was wiped.
      type: bool
    zeroed:
      description: Where zeros had to be written. Only if it was wiped.
      type: list
      elements: dict
      sample: [{offset: 0, length: 16777216}]
    read_back:
      description: Where nothing but zeros was read afterwards. Only if it was wiped.
      type: list
      elements: dict
      sample: [{offset: 0, length: 16777216}, {offset: 1073741824, length: 1048576}]
"""

import os
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._host import faults, steps, turns, wipe
from ansible_collections.rookery.rook.plugins.module_utils._host.blank import Target
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

SPEC: dict[str, t.Any] = {
    "devices": {"type": "list", "elements": "str", "required": True},
    "site": {"type": "str", "required": True},
    "confirm": {"type": "str", "default": ""},
    "ceph_fsid": {"type": "str", "default": ""},
    "ceph_fsid_note": {"type": "path"},
    "data_dir": {"type": "path"},
    "other_data": {"type": "bool", "default": False},
}


def main() -> None:
    """Judge, and outside of check mode wipe and prove."""
    module = DiscreetModule(argument_spec=SPEC, supports_check_mode=True)
    if os.geteuid():
        words = "Only root may wipe block devices. Set become to true for this task."
        module.fail_json(msg=words, **_told([], []))
    system, params = System(), module.params
    wish = wipe.Wish(
        devices=tuple(params["devices"]),
        site=params["site"],
        confirm=params["confirm"],
        ceph_fsid=params["ceph_fsid"],
        ceph_fsid_note=params["ceph_fsid_note"] or "",
        data_dir=params["data_dir"] or "",
        other_data=params["other_data"],
    )
    done: list[steps.HostStep] = []
    targets: list[Target] = []
    try:
        with turns.turn(system, "node", module):
            targets = wipe.plan(system, wish)
            plan = wipe.steps(system, targets)
            if module.check_mode:
                done += plan
            else:
                wipe.carry_out(system, targets, plan, done)
    except (RookeryError, OSError) as problem:
        module.fail_json(msg=faults.told(problem), **_told(done, targets))
    module.exit_json(**_told(done, targets))


def _told(done: list[steps.HostStep], targets: list[Target]) -> dict[str, t.Any]:
    """Return the result: what was wiped, and what is known of all devices."""
    return {**steps.as_result(done), "devices": [target.result() for target in targets]}


if __name__ == "__main__":
    main()
