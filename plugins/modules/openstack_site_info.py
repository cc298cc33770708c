#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: openstack_site_info
short_description: Tell what is there of a site in an OpenStack project
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Returns everything that carries the site's mark, what it costs, and what others have in between.
  - With the declaration of M(rookery.rook.openstack_site) it also returns how they differ. Only
    O(site) is needed to look for leftovers.
extends_documentation_fragment:
  - rookery.rook.attributes.info
  - rookery.rook.openstack
  - rookery.rook.openstack_site
"""

EXAMPLES = r"""
- name: Look what is left of a site
  rookery.rook.openstack_site_info:
    cloud: mycloud
    site: store1
  register: left
  failed_when: left.exists
"""

RETURN = r"""
exists:
  description: Whether anything is there.
  returned: always
  type: bool
  sample: true
things:
  description: All that is the site's, with C(id), C(uid), C(name) and C(status).
  returned: always
  type: list
  elements: dict
  sample:
    - id: volume/worker-1-osd
      uid: 9b5c3a1e-58b7-4a31-8d40-3cbd1d54fa30
      name: store1-worker-1-osd
      status: available
servers:
  description: Servers as M(rookery.rook.openstack_site) returns them.
  returned: always
  type: list
  elements: dict
  sample: []
floating_ips:
  description: Floating IPs of the site, by the name of what has it.
  returned: always
  type: dict
  sample: {server/control: 203.0.113.17}
drift:
  description: The steps that would bring the site to its declaration. Empty without one.
  returned: always
  type: list
  elements: dict
  sample: []
foreign:
  description:
    - What others have in the site's networks or made from its volumes, with C(id), C(kind),
      C(name), C(owner), C(reason), and C(blocks), whether it stands against a removal.
  returned: always
  type: list
  elements: dict
  sample:
    - id: 0f6c2c5e-55a8-4f0c-8a0a-1b8b1a3f2f10
      kind: port
      name: ""
      owner: Octavia lb-4711
      reason: is in our network network/net
      blocks: true
costs:
  description: How much there is of what is paid for.
  returned: always
  type: dict
  sample:
    servers: 4
    vcpus: 8
    ram_mib: 16384
    volumes: 3
    volumes_gib: 300
    floating_ips: 1
    load_balancers: 0
requests:
  description: How many requests the cloud was sent, without those of the login.
  returned: always
  type: int
  sample: 12
"""

from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
from ansible_collections.rookery.rook.plugins.module_utils._cloud.argspec import (
    AUTH,
    DECLARATION,
)
from ansible_collections.rookery.rook.plugins.module_utils._frame import Frame

SPEC = {**AUTH, **DECLARATION}


def main() -> None:
    """Look, and tell."""
    with Frame(SPEC, reads=True) as module:
        cloud = Cloud.connect(module.params, reads=True, alone=True)
        cloud.begin_login()
        # To load this takes as long as the cloud takes for a token.
        from ansible_collections.rookery.rook.plugins.module_utils._cloud_module import run_info

        run_info(module, cloud)


if __name__ == "__main__":
    main()
