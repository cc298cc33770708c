#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: openstack_site
short_description: Bring everything that a site is made of in an OpenStack project to its state
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Takes the whole declaration of a site at once, looks at what is there by lists, and creates,
    updates and removes what differs. What does not need each other is done at the same time.
  - Everything is marked with the site in the request that creates it, in its description or its
    metadata; a key pair in the comment of its key, a server group in its name. What does not carry
    the mark is never changed, even if it has the same name.
  - A run that was interrupted is finished by running it again.
  - An attribute that the cloud cannot change is left as it is with a warning, unless O(replace)
    names what may be made again.
extends_documentation_fragment:
  - rookery.rook.attributes
  - rookery.rook.openstack
  - rookery.rook.openstack_site
options:
  state:
    description:
      - V(present) makes the site as it is declared, and removes what it once declared and does no
        more. V(absent) removes all of it in reverse order; then O(site) alone is needed.
    type: str
    choices: [present, absent]
    default: present
  confirm:
    description:
      - Must be the same as O(site) for a plan that removes servers, volumes or floating IPs. Their
        data and addresses are lost.
    type: str
    default: ""
  drained:
    description:
      - Servers and data volumes, by name with or without the site's, that hold no data any more. A
        server that is no longer declared, or is to be replaced, is only removed when it is in here;
        a volume of a server that stays, when one of the two is.
    type: list
    elements: str
    default: []
  force:
    description:
      - Remove servers and volumes although they are not in O(drained). What only they hold is lost.
    type: bool
    default: false
  replace:
    description:
      - Things of the site, such as V(server/worker-1), that may be removed and made again when an
        attribute differs that cannot be changed.
    type: list
    elements: str
    default: []
  release_foreign:
    description:
      - Ids of things of others in the site's networks, or of snapshots and backups of its volumes,
        that may be removed with it, with O(state=absent). Without it they are named, and unless
        they are only backups nothing is removed.
      - A port elsewhere that is in a security group of the site stays, and is taken out of it.
    type: list
    elements: str
    default: []
  fingerprint:
    description: Fingerprint of a plan. Any other plan is refused.
    type: str
  wait_timeout:
    description: Seconds after which a wait ends; what was waited for is named with its state.
    type: int
    default: 600
"""

EXAMPLES = r"""
- name: Show what a site would cost to make
  rookery.rook.openstack_site: &site
    cloud: mycloud
    site: store1
    networks: [{name: net}]
    subnets: [{name: subnet, cidr: 192.168.0.0/24}]
    routers: [{name: router, external_network: public, subnets: [subnet]}]
    security_groups:
      - name: nodes
        rules:
          - {protocol: tcp, ports: "22", remote_cidr: 203.0.113.0/24}
          - {remote_group: nodes}
    keypairs: [{name: key, public_key: "{{ lookup('file', '~/.ssh/id_ed25519.pub') }}"}]
    server_groups: [{name: spread}]
    servers:
      - name: control
        groups: [kube_control_plane]
        flavor: m1.medium
        image: ubuntu-24.04
        keypair: key
        ports: [{security_groups: [nodes]}]
        floating_network: public
      - name: worker
        count: 3
        groups: [kube_node, rook_storage]
        flavor: m1.large
        image: ubuntu-24.04
        keypair: key
        server_group: spread
        ports: [{security_groups: [nodes]}]
        volumes: [{name: osd, size_gib: 100}]
  check_mode: true

- name: Make the site
  rookery.rook.openstack_site: *site

- name: Remove the site
  rookery.rook.openstack_site:
    cloud: mycloud
    site: store1
    state: absent
    confirm: store1
"""

RETURN = r"""
plan:
  description: Steps in an order in which they can be done; in check mode those that would be.
  returned: always
  type: list
  elements: dict
  contains:
    op: {description: "V(create), V(update), V(delete) or V(keep).", type: str}
    target: {description: "What it is about, as kind and name.", type: str}
    reason: {description: "Why, where that is not plain.", type: str}
    changes:
      description: What differs, with C(path), C(old) and C(new).
      type: list
      elements: dict
  sample:
    - op: create
      target: network/net
      reason: ""
      changes: [{path: name, old: null, new: store1-net}]
    - op: update
      target: subnet/subnet
      reason: ""
      changes: [{path: dns_nameservers, old: [], new: [192.0.2.53]}]
diff:
  description: What is done, for C(--diff), a line for each step and one for each of its changes.
  returned: always
  type: dict
  sample: {before: "", after: "create network/net\n    name: 'store1-net'\n"}
fingerprint:
  description: Digest of the plan and of what it was made from.
  returned: always
  type: str
  sample: 5f0b6d3c1b7a6c50e3a0f0a1c0b1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9
servers:
  description: Servers as they are at the end; in check mode as they are now.
  returned: always
  type: list
  elements: dict
  contains:
    name: {description: Name in the cloud., type: str}
    declared: {description: Name without the site's., type: str}
    id: {description: Id., type: str}
    status: {description: "State, such as V(ACTIVE).", type: str}
    created: {description: "When it was made, in UTC.", type: str}
    groups: {description: Groups of the inventory., type: list, elements: str}
    availability_zone: {description: Zone., type: str}
    host_id: {description: "What tells servers on one host, opaque.", type: str}
    addresses:
      description: Its ports, with C(network) as declared, C(address) and C(mac).
      type: list
      elements: dict
    floating_ip: {description: Floating IP or nothing., type: str}
    volumes:
      description: Data volumes, with C(name) as declared, C(id), C(size_gib), and C(device).
      type: list
      elements: dict
  sample:
    - name: store1-worker-1
      declared: worker-1
      id: 4d0e5cd6-7a16-4d3c-9a9a-6f7b0c6d3a55
      status: ACTIVE
      created: "2026-11-27T09:00:00Z"
      groups: [kube_node, rook_storage]
      availability_zone: nova
      host_id: 2f1a0a0d2a7c
      addresses: [{network: net, address: 192.168.0.11, mac: "fa:16:3e:00:00:01"}]
      floating_ip: ""
      volumes:
        - name: osd
          id: 9b5c3a1e-58b7-4a31-8d40-3cbd1d54fa30
          size_gib: 100
          device: /dev/disk/by-id/virtio-9b5c3a1e-58b7-4a31-8
floating_ips:
  description: Floating IPs of the site, by what has it; one that nothing has by its own name.
  returned: always
  type: dict
  sample: {server/control: 203.0.113.17}
foreign:
  description:
    - What others have in the site's networks or made from its volumes, with C(id), C(kind),
      C(name), C(owner), C(reason), and C(blocks), whether it stands against a removal.
  returned: always
  type: list
  elements: dict
  sample: []
left:
  description: What is still there although all was removed. The module fails unless it is empty.
  returned: when O(state=absent), not in check mode
  type: list
  elements: dict
  sample: []
requests:
  description: How many requests the cloud was sent, without those of the login.
  returned: always
  type: int
  sample: 13
done:
  description: Steps that were done, also when the module fails later.
  returned: not in check mode
  type: list
  elements: str
  sample: [create network/net]
"""

from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
from ansible_collections.rookery.rook.plugins.module_utils._cloud.argspec import (
    AUTH,
    CHANGING,
    DECLARATION,
)
from ansible_collections.rookery.rook.plugins.module_utils._frame import Frame

SPEC = {**AUTH, **DECLARATION, **CHANGING}


def main() -> None:
    """Plan, and outside check mode do it."""
    with Frame(SPEC) as module:
        cloud = Cloud.connect(module.params, reads=module.check_mode, alone=True)
        cloud.begin_login()
        # To load this takes as long as the cloud takes for a token.
        from ansible_collections.rookery.rook.plugins.module_utils._cloud_module import run_site

        run_site(module, cloud)


if __name__ == "__main__":
    main()
