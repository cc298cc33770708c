#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: terraform_state_info
short_description: Tell the site of OpenStack that a state file of Terraform or OpenTofu describes
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Reads a state file of version 3 (Terraform before 0.12) or 4 and tells its resources of
    OpenStack, an inventory of its servers, the variables that declare the same site, and what to
    adopt so that M(rookery.rook.openstack_site) keeps and removes it from then on.
  - Groups come from the metadata C(rook_groups) or C(kubespray_groups) of a server, else from words
    in its name such as C(master), C(worker) and C(storage).
  - Nothing is asked of the cloud. User data, passwords, private keys, outputs, descriptions, other
    metadata, and whatever the file calls sensitive are not told.
extends_documentation_fragment:
  - rookery.rook.attributes.info
options:
  path:
    description: The state file, as C(terraform state pull) writes it.
    type: path
    required: true
  site:
    description: Name of the site. What the names of all servers begin with if not set.
    type: str
  user:
    description: User of the servers, for RV(inventory).
    type: str
seealso:
  - module: rookery.rook.openstack_site
"""

EXAMPLES = r"""
- name: Read what Terraform has made
  rookery.rook.terraform_state_info:
    path: old/terraform.tfstate
    user: ubuntu
  register: old

# In place of the site that the sample declares there, with the cloud of the inventory.
- name: Keep it as variables of the role
  ansible.builtin.copy:
    content: "{{ old.variables | combine({'rook_openstack_cloud': 'mycloud'}) | to_nice_yaml }}"
    dest: mysite/group_vars/all/openstack.yml
    mode: "0644"
"""

RETURN = r"""
site:
  description: Name of the site.
  returned: always
  type: str
  sample: kubeadm
resources:
  description:
    - The resources of OpenStack. What is not managed was only looked up. Those of types that are
      not known here have no attributes.
  returned: always
  type: list
  elements: dict
  sample:
    - address: openstack_compute_instance_v2.master
      type: compute_instance_v2
      id: 5f1c8c1e-3b0f-4c5e-9d36-3e0a4f0b8f52
      name: kubeadm-master
      managed: true
      deposed: false
      attributes: {name: kubeadm-master, flavor_name: m1.large}
inventory:
  description: The servers as an inventory.
  returned: always
  type: dict
  sample:
    all:
      hosts: {master: {ansible_host: 203.0.113.10}}
      children: {kube_control_plane: {hosts: {master: {}}}}
variables:
  description:
    - The site as variables of the role C(rook_openstack), C(rook_openstack_adopt) among them, with
      the id of each resource and what it is in the declaration.
  returned: always
  type: dict
  sample:
    rook_site: kubeadm
    rook_openstack_networks: [{name: net}]
    rook_openstack_adopt: {5f1c8c1e-3b0f-4c5e-9d36-3e0a4f0b8f52: server/master}
unclear:
  description: What these variables do not cover, or need beside, each with its reason.
  returned: always
  type: list
  elements: str
  sample: []
"""

from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfsite import TerraformSite
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import read_state
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule

SPEC = {
    "path": {"type": "path", "required": True},
    "site": {"type": "str"},
    "user": {"type": "str"},
}


def text_of(path: str) -> str:
    """Return what is in the file, or say why it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as fault:
        raise ClientError("read", path, f"{fault.strerror}. Set path to a state file") from fault
    except UnicodeDecodeError as fault:
        raise ClientError("read", path, "it is no text. Set path to a state file") from fault


def main() -> None:
    """Read the file, and tell."""
    with CollectionModule(SPEC, reads=True) as module:
        given = module.params
        resources = read_state(text_of(given["path"]), given["path"])
        site = TerraformSite(resources, given["site"] or "")
        declared = site.declaration()
        variables = {f"rook_openstack_{key}": declared[key] for key in declared if key != "site"}
        module.note(
            site=site.site,
            resources=[each.as_result() for each in resources],
            inventory=site.inventory(given["user"] or ""),
            variables={
                "rook_site": site.site,
                **variables,
                "rook_openstack_adopt": site.adopt,
                # What these servers were told at their first boot is past.
                "rook_openstack_user_data": "",
            },
            unclear=site.unclear,
        )


if __name__ == "__main__":
    main()
