# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of a site in an OpenStack project as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: openstack_site
version_added: 0.1.0
short_description: The servers of a site in an OpenStack project
author: The rookery.rook authors (@rookery)
description:
  - Tells the servers that M(rookery.rook.openstack_site) has made or adopted for a site, under
    their names in the declaration and in the groups that their metadata C(rook_groups) names. The
    groups C(kube_control_plane), C(kube_node) and C(rook_storage) are there even while they are
    empty.
  - A host of C(rook_storage) gets C(rook_node_devices), the names in C(/dev/disk/by-id) of its data
    volumes. A host without a floating IP is reached through one that has one, one that runs
    before one that is off, a server of the group C(bastion) before a control plane.
  - Host keys are always checked, under the id of the server, in a file of the site's own. A
    connection that ssh keeps is told by the id, too, so that no other server at the same address
    is taken for this one.
  - Its file is called C(openstack.yml), C(openstack_site.yml), or ends so.
options:
  plugin:
    description: Name of this plugin.
    type: str
    required: true
    choices: [rookery.rook.openstack_site]
  site:
    description: Name of the site. It becomes C(rook_site).
    type: str
    required: true
  cloud:
    description:
      - Name of a cloud in C(clouds.yaml). If it is not set, the environment variables C(OS_*) are
        used, then the only cloud of C(clouds.yaml). E(OS_CLIENT_CONFIG_FILE) names the file, as
        AWX's OpenStack credential does.
    type: str
  region_name:
    description: Region to work in.
    type: str
  address:
    description: Whether hosts are reached by their floating IPs, or all by their fixed addresses.
    type: str
    choices: [floating, fixed]
    default: floating
  network:
    description:
      - Network of the declaration in which the nodes know each other. That of the first port if
        not set. Where it has IPv4 and IPv6, they know each other by IPv4.
    type: str
    default: ""
  user:
    description:
      - User of the hosts, and of the one through which others are reached. If it is not set, the
        second is the user as whom Ansible goes to the host behind, such as that of AWX's machine
        credential.
    type: str
    default: ""
  private_key_file:
    description: Key for both. If it is not set, ssh and its agent know one.
    type: path
  known_hosts:
    description: File with the host keys, C(~/.ssh/known_hosts.SITE) if not set.
    type: path
    env:
      - name: ROOK_OPENSTACK_KNOWN_HOSTS
  host_keys:
    description:
      - Which host keys are accepted. With V(first_use) that of a server whose console did not show
        any is, when it is seen for the first time; with V(pinned) none but those that are in
        O(known_hosts).
    type: str
    choices: [first_use, pinned]
    default: first_use
  storage_volumes:
    description: Patterns for names of data volumes that are for Ceph.
    type: list
    elements: str
    default: ["*"]
  device_link:
    description:
      - Link by which a server knows a data volume, with C({id}) for the volume's id, C({id:.20})
        for the first twenty characters of it, and C({hex}) for the id without hyphens.
      - How disks are attached is the cloud's or the image's choice, and the API does not tell it.
        With virtio-scsi (C(hw_disk_bus=scsi) of the image) the link is
        V(/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_{id}), with an old QEMU the same but C({id:.20}),
        and with ESXi V(/dev/disk/by-id/wwn-0x{hex}).
    type: str
    default: /dev/disk/by-id/virtio-{id:.20}
"""

EXAMPLES = r"""
plugin: rookery.rook.openstack_site
site: store1
cloud: mycloud
user: debian
storage_volumes: [osd*]
"""

import typing as t
from pathlib import Path

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
from ansible_collections.rookery.rook.plugins.module_utils._cloud.argspec import AUTH
from ansible_collections.rookery.rook.plugins.module_utils._cloud_hosts import (
    Way,
    groups_of,
    hosts_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud_servers import servers_of
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError

if t.TYPE_CHECKING:
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader

ENDS = ("openstack.yml", "openstack.yaml", "openstack_site.yml", "openstack_site.yaml")


class InventoryModule(BaseInventoryPlugin):
    """Ansible's way to find the plugin."""

    NAME = "rookery.rook.openstack_site"

    def verify_file(self, path: str) -> bool:
        """Tell whether a file can be for this plugin."""
        return bool(super().verify_file(path)) and path.endswith(ENDS)

    def parse(
        self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True
    ) -> None:
        """Ask the cloud, and fill the inventory."""
        super().parse(inventory, loader, path, cache)
        self._refuse_unknown(self._read_config_data(path))
        site = self.get_option("site")
        _refuse_second(inventory, site)
        try:
            way = self._way(site)
        except RookeryError as error:
            raise AnsibleParserError(str(error)) from None
        try:
            servers = servers_of(Cloud.connect(self._params(), reads=True), site)
        except RookeryError as error:
            # Ansible adds each cause's words to those of what came of it, and these have them.
            raise AnsibleParserError(f"Failed to ask the cloud for site {site}: {error}") from None
        networks = {each["network"] for server in servers for each in server["addresses"]}
        if way.network and networks and way.network not in networks:
            told = f"{way.network}, they are in {', '.join(sorted(networks))}. Correct the name"
            raise AnsibleParserError(f"network: no server of site {site} is in {told}.")
        inventory.set_variable("all", "rook_site", site)
        inventory.set_variable("all", "openstack_known_hosts", way.known_hosts)
        # A host and a group may have one name, as bastion in bastion: say which is meant.
        for host, variables in hosts_of(servers, way).items():
            entry = inventory.hosts[inventory.add_host(host)]
            for name, value in variables.items():
                entry.set_variable(name, value)
        for group, hosts in groups_of(servers).items():
            known = inventory.add_group(group)
            for host in hosts:
                inventory.add_host(host, known)

    def _refuse_unknown(self, given: t.Iterable[str]) -> None:
        """Refuse options that there are not, which Ansible leaves unread."""
        known = self.get_options()
        if unknown := sorted(set(given) - set(known)):
            told = f"there are {', '.join(sorted(known))}. Correct or remove them"
            raise AnsibleParserError(f"{', '.join(unknown)}: no options of this plugin, {told}.")

    def _params(self) -> dict[str, t.Any]:
        """Return what the client is told; secrets come from clouds.yaml or the environment."""
        named = {name: self.get_option(name) for name in ("cloud", "region_name")}
        return {**dict.fromkeys(AUTH), **named}

    def _way(self, site: str) -> Way:
        known_hosts = self.get_option("known_hosts") or f"~/.ssh/known_hosts.{site}"
        return Way(
            known_hosts=str(Path(known_hosts).expanduser()),
            address=self.get_option("address"),
            network=self.get_option("network"),
            user=self.get_option("user"),
            private_key_file=self.get_option("private_key_file") or "",
            pinned_only=self.get_option("host_keys") == "pinned",
            storage_volumes=tuple(self.get_option("storage_volumes")),
            device_link=self.get_option("device_link"),
        )


def _refuse_second(inventory: InventoryData, site: str) -> None:
    """Refuse another site beside the one that the inventory has: hosts would be of both."""
    there = inventory.groups["all"].vars.get("rook_site", site)
    if there != site:
        raise AnsibleParserError(
            f"site: {site} cannot be in one inventory with the site {there}, as their groups and "
            "hosts would be one. Give each site a directory of its own."
        )
