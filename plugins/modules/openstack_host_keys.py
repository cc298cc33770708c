#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: openstack_host_keys
short_description: Pin the host keys that the servers of a site print on their consoles
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Reads the consoles of the site's servers that are not in O(path) yet, until cloud-init has
    printed their host keys, and keeps the keys there under the servers' ids. The inventory plugin
    C(rookery.rook.openstack_site) makes ssh look there.
  - Servers that are gone are taken out of the file. It is the site's alone, and one that has host
    keys of others is refused.
extends_documentation_fragment:
  - rookery.rook.openstack
options:
  site:
    description: Name of the site.
    type: str
    required: true
  path:
    description: The file.
    type: path
    required: true
  state:
    description: V(absent) removes the file, and asks no console.
    type: str
    choices: [present, absent]
    default: present
  timeout:
    description:
      - Seconds after which waiting for the consoles ends; each is asked for a minute in any case,
        and one that does not answer takes longer. In check mode each is asked once.
    type: int
    default: 180
  required:
    description: Whether a server without keys on its console is an error.
    type: bool
    default: false
attributes:
  check_mode:
    description: Reads the consoles once, and writes nothing.
    support: full
  diff_mode:
    description: Shows the file before and after.
    support: full
  idempotent:
    description: A server whose keys are in the file is not asked again.
    support: full
  platform:
    description: Runs on the deploy host, which needs Python 3.11 and openstacksdk.
    platforms: posix
    support: full
seealso:
  - module: rookery.rook.openstack_site
"""

EXAMPLES = r"""
- name: Pin the host keys of new servers
  rookery.rook.openstack_host_keys:
    cloud: mycloud
    site: store1
    path: ~/.ssh/known_hosts.store1
"""

RETURN = r"""
new:
  description: Servers by their names in the declaration that were not in the file before.
  returned: always
  type: list
  elements: str
  sample: [worker-1]
pinned:
  description: Those of them whose keys are in the file now.
  returned: always
  type: list
  elements: str
  sample: [worker-1]
unpinned:
  description:
    - The others, each with the reason. ssh keeps the first key that it sees of them, unless the
      inventory takes C(host_keys=pinned) alone, as which they are not reached.
  returned: always
  type: dict
  sample: {}
diff:
  description: The file before and after.
  returned: always
  type: dict
  sample: {before: "", after: "0f6b8a52-3f0e-4a55-9d5a-6f0a4f7d2f10 ssh-ed25519 AAAA...\n"}
"""

from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils import _cloud_pinning as pinning
from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
from ansible_collections.rookery.rook.plugins.module_utils._cloud.argspec import AUTH
from ansible_collections.rookery.rook.plugins.module_utils._cloud_servers import servers_of
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._frame import Frame

SPEC = {
    **AUTH,
    "site": {"type": "str", "required": True},
    "path": {"type": "path", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "timeout": {"type": "int", "default": 180},
    "required": {"type": "bool", "default": False},
}


def main() -> None:
    """Read the consoles of new servers, and write the file."""
    with Frame(SPEC) as module:
        given, path = module.params, Path(module.params["path"])
        cloud = Cloud.connect(given, alone=True)
        servers = servers_of(cloud, given["site"]) if given["state"] == "present" else []
        before = pinning.text_of(path)
        new = pinning.new_servers(servers, before)
        pins = pinning.find_keys(cloud, new, 0 if module.check_mode else given["timeout"])
        after = pinning.after(before, pins, servers)
        names = {each["id"]: each["declared"] for each in new}
        module.note(
            changed=after != before,
            diff={"before": before, "after": after},
            new=list(names.values()),
            pinned=[name for uid, name in names.items() if uid in pins.keys],
            unpinned={names[uid]: reason for uid, reason in pins.reasons.items()},
        )
        if not module.check_mode:
            if after != before:
                pinning.write(path, after)
            tell_unpinned(module, {names[uid]: reason for uid, reason in pins.reasons.items()})


def tell_unpinned(module: Frame, reasons: dict[str, str]) -> None:
    """Warn of servers without pinned keys, or fail."""
    told = "; ".join(f"{name}: {reason.rstrip('.')}" for name, reason in reasons.items())
    if reasons and module.params["required"]:
        raise RookeryError(
            f"Not all host keys could be pinned within {module.params['timeout']} s. {told}. Use "
            "an image whose cloud-init prints them, or leave required out."
        )
    if reasons:
        module.warn(
            "ssh keeps the first host key that it sees of these servers; where the inventory has "
            f"host_keys: pinned, it takes none, and they are not reached. {told}."
        )


if __name__ == "__main__":
    main()
