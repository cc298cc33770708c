# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site is made of in a cloud."""

from __future__ import annotations


class ModuleDocFragment:
    """The declaration: everything is named, and named things refer to each other by these names."""

    DOCUMENTATION = r"""
options:
  site:
    description:
      - Name of the site. What is made is called after it, C(<site>-<name>), and marked with it.
    type: str
    required: true
  networks:
    description: Networks.
    type: list
    elements: dict
    suboptions:
      name: {description: Name., type: str, required: true}
      mtu: {description: Largest packet. Left to the cloud if not set., type: int}
      port_security_enabled:
        description: Whether ports have security groups. Left to the cloud if not set.
        type: bool
  subnets:
    description: Subnets.
    type: list
    elements: dict
    suboptions:
      name: {description: Name., type: str, required: true}
      network: {description: One of O(networks). Can be left out when there is one., type: str}
      cidr: {description: "Addresses, such as V(192.168.0.0/24).", type: str, required: true}
      gateway_ip: {description: Address of the gateway. The first one if not set., type: str}
      enable_dhcp: {description: Whether addresses are given by DHCP., type: bool, default: true}
      dns_nameservers:
        description:
          - Name servers, in their order. If not set, they are left to the cloud; an empty list
            takes them away.
        type: list
        elements: str
      allocation_pools:
        description:
          - Addresses that the cloud may give away. If not set, a new subnet gives away all but the
            gateway, O(servers[].ports[].fixed_ips), O(load_balancers[].address) and single
            addresses of O(servers[].ports[].allowed_address_pairs). What it gives away later is
            the cloud's own affair.
          - A new subnet that is alone in a new network is refused when it would have fewer left
            than are needed, one of them for DHCP. With O(subnets[].enable_dhcp=false) all may be
            declared.
        type: list
        elements: dict
        suboptions:
          start: {description: First address., type: str, required: true}
          end: {description: Last address., type: str, required: true}
  routers:
    description: Routers.
    type: list
    elements: dict
    suboptions:
      name: {description: Name., type: str, required: true}
      external_network:
        description: Name or id of the external network that is the gateway.
        type: str
      enable_snat:
        description: Whether the gateway hides what is behind it. Left to the cloud if not set.
        type: bool
      subnets:
        description: Those of O(subnets) to which the router has an interface.
        type: list
        elements: str
        default: []
      routes:
        description:
          - All static routes. What others added, such as those to pods, is left if not set.
        type: list
        elements: dict
        suboptions:
          destination: {description: "Addresses, such as V(10.0.0.0/8).", type: str, required: true}
          nexthop: {description: Address of the next router., type: str, required: true}
  security_groups:
    description: Security groups. Rules that stand in one and are not declared are removed.
    type: list
    elements: dict
    suboptions:
      name: {description: Name., type: str, required: true}
      rules:
        description:
          - Rules. As long as none has V(egress) for its direction, the two with which the cloud
            makes a group stay, which let everything out.
        type: list
        elements: dict
        default: []
        suboptions:
          direction:
            description: Which way.
            type: str
            choices: [ingress, egress]
            default: ingress
          ethertype:
            description: Which addresses.
            type: str
            choices: [IPv4, IPv6]
            default: IPv4
          protocol:
            description: Protocol, such as V(tcp), V(icmp) or V(4). Any if not set.
            type: str
          ports:
            description: A port such as V(22), or V(30000-32767). Any if not set.
            type: str
          remote_cidr: {description: The other side's addresses. Any if not set., type: str}
          remote_group:
            description: One of O(security_groups), whose members are meant.
            type: str
  keypairs:
    description: Key pairs of which the cloud knows the public half.
    type: list
    elements: dict
    suboptions:
      name: {description: Name., type: str, required: true}
      public_key:
        description: The public key, as it stands in its file.
        type: str
        required: true
  server_groups:
    description: Server groups.
    type: list
    elements: dict
    suboptions:
      name: {description: Name., type: str, required: true}
      policy:
        description: How the cloud spreads the servers of the group.
        type: str
        choices: [affinity, anti-affinity, soft-affinity, soft-anti-affinity]
        default: soft-anti-affinity
  servers:
    description:
      - Servers, each entry one or several alike. A server carries C(rook_site), C(rook_name) and
        C(rook_groups) in its metadata, and C(rook_network), that of its first port, if it has more.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name. With O(servers[].count) servers are called C(<name>-1), C(<name>-2) and so on.
        type: str
        required: true
      count:
        description: How many there are. One that is called O(servers[].name) if not set.
        type: int
      names:
        description: What they are called, instead of O(servers[].count).
        type: list
        elements: str
      groups:
        description: Groups of the inventory, such as V(kube_control_plane) and V(rook_storage).
        type: list
        elements: str
        default: []
      flavor: {description: Name or id of the flavor., type: str, required: true}
      image: {description: Name or id of the image., type: str, required: true}
      boot_volume:
        description: Boot from a volume that is made from the image and goes with the server.
        type: dict
        suboptions:
          size_gib: {description: Size., type: int, required: true}
          type: {description: Volume type. The cloud's default if not set., type: str}
      keypair: {description: One of O(keypairs)., type: str}
      server_group: {description: One of O(server_groups)., type: str}
      availability_zones:
        description: Zones, given to the servers in turn. Left to the cloud if empty.
        type: list
        elements: str
        default: []
      ports:
        description: Ports. One in the only network if not set.
        type: list
        elements: dict
        suboptions:
          network: {description: One of O(networks). Can be left out when there is one., type: str}
          subnet: {description: "One of O(subnets), from which the address is.", type: str}
          fixed_ips:
            description: Addresses, one for each server of the entry. Left to the cloud if not set.
            type: list
            elements: str
          security_groups:
            description:
              - Those of O(security_groups), or groups of others by name or id. The cloud's
                V(default) if not set.
            type: list
            elements: str
          port_security_enabled:
            description: Whether security groups hold. Left to the cloud if not set.
            type: bool
          allowed_address_pairs:
            description: Addresses from which the server may send, too, such as those of pods.
            type: list
            elements: str
      floating_network:
        description: External network by name or id, from which the first port gets a floating IP.
        type: str
      volumes:
        description: Data volumes of each server. They are grown when the size grows.
        type: list
        elements: dict
        default: []
        suboptions:
          name: {description: Name., type: str, required: true}
          size_gib: {description: Size., type: int, required: true}
          type: {description: Volume type. The cloud's default if not set., type: str}
          availability_zone:
            description: Zone of the volume. Left to the cloud if not set.
            type: str
      user_data: {description: What cloud-init is told., type: str}
      config_drive: {description: Whether it is told by a drive., type: bool}
      metadata:
        description: More metadata. Names that begin with C(rook_) are taken.
        type: dict
        default: {}
  load_balancers:
    description: Load balancers (Octavia).
    type: list
    elements: dict
    suboptions:
      name: {description: Name., type: str, required: true}
      subnet:
        description: One of O(subnets), in which it has its address.
        type: str
        required: true
      address: {description: Its address. Left to the cloud if not set., type: str}
      provider: {description: Provider. The cloud's default if not set., type: str}
      floating_network:
        description: External network by name or id, from which it gets a floating IP.
        type: str
      listeners:
        description:
          - Ports on which it listens, by TCP. Each has a pool of its own, which hands connections
            out in turn, to those that a monitor reaches.
          - They are kept as declared. Listeners and members that are not declared are removed.
        type: list
        elements: dict
        default: []
        suboptions:
          port: {description: Port., type: int, required: true}
          member_port: {description: Port of the members. The same if not set., type: int}
          group:
            description:
              - Servers with this among their O(servers[].groups) are its members, by their ports in
                the load balancer's network if they have one there.
            type: str
            required: true
  adopt:
    description:
      - What was made by something else and is now to be the site's, as id to C(<kind>/<name>), such
        as V(server/master). It is marked, and from then on kept and removed like the rest.
      - What is named here and not declared is refused.
      - Key pairs and server groups cannot be marked afterwards. They stay in here as long as the
        site lives.
      - Kinds are C(network), C(subnet), C(router), C(security_group), C(keypair), C(server_group),
        C(port), C(volume), C(server), C(floating_ip) and C(load_balancer). A port of a
        server is called C(<server>-<network>), a volume C(<server>-<volume>), a floating IP like
        its server or load balancer.
    type: dict
    default: {}
"""
