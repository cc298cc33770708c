#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_state
short_description: Bring a host to what one role wants of it, in one call
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Compares files, programs, directories, packages, kernel settings, units and container images of
    a host with what is wanted, and changes only what differs.
  - Keeps a record of every change and of what was there before in C(/etc/rookery).
    O(state=absent) undoes exactly what the record names.
  - Files that the record names and that are no longer wanted become as they were before.
  - Passwords in URLs, as those of mirrors and proxies, are in the files and in the record, which
    only root may read. Results, differences, messages and logs have V((hidden)) in their place.
    Differences and logs do not show either what else looks like a secret, as a registry's login.
  - What an earlier run began here, and was killed, may go on. It is waited for, half an hour at
    most, and then refused with its processes.
  - Needs nothing but Python 3.9. Packages are those of Debian and its relatives.
options:
  name:
    description: The name of the record; each role has its own.
    type: str
    required: true
  state:
    description:
      - V(present) makes and repairs. V(absent) undoes what was recorded, and removes O(purge).
    type: str
    choices: [present, absent]
    default: present
  address:
    description: An address that the host must have. Refused before the first change when not.
    type: str
  swap_refused:
    description: Refuse a host that swaps, before the first change.
    type: bool
    default: false
  expects:
    description: Files that must not differ from what is given, if they exist.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The file.
        type: path
        required: true
      content:
        description: What it has to hold.
        type: str
        required: true
      reason:
        description: Why the host is refused otherwise.
        type: str
        required: true
      cure:
        description: The way out.
        type: str
        required: true
  modules:
    description: Kernel modules. Those that are built in or do not exist are passed over.
    type: list
    elements: str
    default: []
  sysctls:
    description: Kernel settings to set at once. Those that this kernel lacks are passed over.
    type: dict
    default: {}
  directories:
    description: Directories.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The directory.
        type: path
        required: true
      mode:
        description: Its permissions.
        type: str
        default: "0755"
  files:
    description: Text files with their whole content.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The file.
        type: path
        required: true
      content:
        description: What it has to hold.
        type: str
        required: true
      mode:
        description: Its permissions.
        type: str
        default: "0644"
  copies:
    description: Programs that are copied from another directory of the host.
    type: list
    elements: dict
    default: []
    suboptions:
      src:
        description: The file to copy.
        type: path
        required: true
      dest:
        description: The file to make.
        type: path
        required: true
      mode:
        description: Its permissions.
        type: str
        default: "0755"
  packages:
    description: Packages, each NAME or NAME=VERSION, in which V(*) stands for anything.
    type: list
    elements: str
    default: []
  units:
    description: Units that are enabled and run.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The unit; a name without a dot is a service.
        type: str
        required: true
      restart_on:
        description: Files after whose change of content the unit is restarted.
        type: list
        elements: path
        default: []
      started_when:
        description: The unit has to run only once this file exists.
        type: path
  images:
    description: Directories with archives (C(*.tar), OCI image layout) to import into containerd.
    type: list
    elements: path
    default: []
  images_later:
    description: Directories whose missing archives are only counted, in RV(host.images_later).
    type: list
    elements: path
    default: []
  probes:
    description: Lists of files by a name of yours. RV(host.probes) tells whether all of one exist.
    type: dict
    default: {}
  digests:
    description: Files whose SHA-256 is returned in RV(host.digests).
    type: list
    elements: path
    default: []
  purge:
    description:
      - Directories that O(state=absent) removes with all that is in them, and single sockets.
      - Refused when the host's own files are there, or when something is mounted there.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The directory or socket.
        type: path
        required: true
      package:
        description: Remove it only if this package was installed under this O(name).
        type: str
attributes:
  check_mode:
    description: Returns the plan and changes nothing, also on a host that lacks everything.
    support: full
  diff_mode:
    description: Shows every object before and after.
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
- name: Have a package, a setting and a file
  rookery.rook.host_state:
    name: example
    packages: [lvm2]
    sysctls: {net.ipv4.ip_forward: 1}
    files:
      - {path: /etc/sysctl.d/90-example.conf, content: "net.ipv4.ip_forward = 1\n"}

- name: See what would be undone
  rookery.rook.host_state:
    name: example
    state: absent
  check_mode: true

- name: Undo it
  rookery.rook.host_state:
    name: example
    state: absent
"""

RETURN = r"""
plan:
  description: The steps that were done, or in check mode would be.
  returned: always
  type: list
  elements: dict
  sample:
    - {id: Package/lvm2, op: create, executor: node, reason: not installed}
diff:
  description: What each step changes, for C(--diff).
  returned: always
  type: list
  elements: dict
  sample:
    - before_header: Package/lvm2
      after_header: Package/lvm2
      before: ""
      after: "lvm2\n"
host:
  description: What the host was like before.
  returned: success
  type: dict
  contains:
    probes:
      description: Whether all files of a list in O(probes) existed.
      type: dict
      sample: {joined: true}
    digests:
      description: The SHA-256 of each file in O(digests), empty when it did not exist.
      type: dict
    images_later:
      description: Paths of the archives in O(images_later) that containerd lacks.
      type: list
      elements: str
    notes:
      description: What was passed over, and why.
      type: list
      elements: str
"""

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    faults,
    images,
    state,
    steps,
    turns,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_FILE = {
    "path": {"type": "path", "required": True},
    "content": {"type": "str", "required": True},
}


def _list(elements: str, **options: t.Any) -> dict[str, t.Any]:
    return {"type": "list", "elements": elements, "default": [], **options}


SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "address": {"type": "str"},
    "swap_refused": {"type": "bool", "default": False},
    "expects": _list(
        "dict",
        options={
            **_FILE,
            "reason": {"type": "str", "required": True},
            "cure": {"type": "str", "required": True},
        },
    ),
    "modules": _list("str"),
    "sysctls": {"type": "dict", "default": {}},
    "directories": _list(
        "dict",
        options={"path": _FILE["path"], "mode": {"type": "str", "default": "0755"}},
    ),
    "files": _list("dict", options={**_FILE, "mode": {"type": "str", "default": "0644"}}),
    "copies": _list(
        "dict",
        options={
            "src": {"type": "path", "required": True},
            "dest": {"type": "path", "required": True},
            "mode": {"type": "str", "default": "0755"},
        },
    ),
    "packages": _list("str"),
    "units": _list(
        "dict",
        options={
            "name": {"type": "str", "required": True},
            "restart_on": _list("path"),
            "started_when": {"type": "path"},
        },
    ),
    "images": _list("path"),
    "images_later": _list("path"),
    "probes": {"type": "dict", "default": {}},
    "digests": _list("path"),
    "purge": _list("dict", options={"path": _FILE["path"], "package": {"type": "str"}}),
}


def main() -> None:
    """Plan, and outside of check mode do it."""
    module = DiscreetModule(argument_spec=SPEC, supports_check_mode=True)
    system, wish = System(), module.params
    done: list[steps.HostStep] = []
    try:
        make = state.plan_present if wish["state"] == "present" else state.plan_absent
        with turns.turn(system, wish["name"], module):
            host = {
                "probes": state.probes(system, wish["probes"]),
                "digests": state.digests(system, wish["digests"]),
                "images_later": [
                    archive.path
                    for archive in images.missing_archives(system, wish["images_later"])
                ],
            }
            plan = make(system, wish)
            steps.carry_out(plan.steps, done, module.check_mode)
    except (RookeryError, OSError) as problem:
        module.fail_json(msg=faults.told(problem), **steps.as_result(done))
    for note in plan.notes:
        module.warn(note)
    module.exit_json(**steps.as_result(done), host={**host, "notes": plan.notes})


if __name__ == "__main__":
    main()
