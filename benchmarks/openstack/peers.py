# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same site in the words of the others: tasks of openstack.cloud, and a Terraform module."""

from __future__ import annotations

import typing as t

from wanted import CIDR, CONTROL, EXTERNAL, FLAVOR, IMAGE, NODES, PUBLIC_KEY, VOLUME_GIB, Rule, Site

Object = dict[str, t.Any]


def _calls(site: Site) -> t.Iterator[tuple[str, Object]]:
    """Yield module and arguments, in the order in which they are made."""
    name = site.name
    yield "network", {"name": f"{name}-net"}
    yield "subnet", {"name": f"{name}-subnet", "network": f"{name}-net", "cidr": CIDR}
    interfaces = {"network": EXTERNAL, "interfaces": [f"{name}-subnet"]}
    yield "router", {"name": f"{name}-router", **interfaces}
    for role in (CONTROL, NODES):
        yield "security_group", {"name": f"{name}-{role}", "description": name}
    for group, rule in site.rules:
        yield "security_group_rule", _cloud_rule(group, rule)
    yield "keypair", {"name": f"{name}-key", "public_key": PUBLIC_KEY}
    yield "server_group", {"name": f"{name}-apart", "policy": "soft-anti-affinity"}
    for worker in site.worker_names:
        yield "volume", {"name": f"{worker}-data", "size": VOLUME_GIB}
    for server, groups in site.groups.items():
        port = {"name": f"{server}-port", "network": f"{name}-net", "security_groups": groups}
        yield "port", port
    for server in site.groups:
        yield "server", _cloud_server(site, server)
    for worker in site.worker_names:
        yield "server_volume", {"server": worker, "volume": f"{worker}-data"}
    yield "floating_ip", {"server": site.control, "network": EXTERNAL, "wait": True}


def _cloud_rule(group: str, rule: Rule) -> Object:
    arguments: Object = {"security_group": group, "protocol": rule.protocol}
    if rule.ports:
        low, high = rule.ports
        arguments |= {"port_range_min": low, "port_range_max": high}
    whom = {"remote_ip_prefix": rule.cidr} if rule.cidr else {"remote_group": group}
    return arguments | whom


def _cloud_server(site: Site, server: str) -> Object:
    return {
        "name": server, "image": IMAGE, "flavor": FLAVOR, "key_name": f"{site.name}-key",
        "nics": [{"port-name": f"{server}-port"}], "auto_ip": False,
        # Those of its port: without them the module takes the groups away again.
        "security_groups": site.groups[server],
        "scheduler_hints": {"group": f"{{{{ groups_made['{site.name}-apart'] }}}}"},
    }  # fmt: skip


# What goes with something else: rules with their group, attachments with their server.
GOES_ALONG = ("security_group_rule", "server_volume", "floating_ip")


def cloud_tasks(site: Site, state: str) -> list[Object]:
    """Return the tasks that make the site by openstack.cloud, or that remove it."""
    calls = list(_calls(site))
    if state == "absent":
        calls = [call for call in reversed(calls) if call[0] not in GOES_ALONG]
    return [task for call in calls for task in _tasks(*call, state)]


def _tasks(module: str, arguments: Object, state: str) -> t.Iterator[Object]:
    task: Object = {"name": f"{module} {arguments.get('name', '')}"}
    if state == "absent":
        few = {"delete_ips": True} if module == "server" else {}
        arguments = {"name": arguments["name"], **few}
    task[f"openstack.cloud.{module}"] = {**arguments, "state": state}
    if module == "server_group" and state == "present":
        yield {**task, "register": "made"}
        # Servers take the group's id only.
        facts = {"groups_made": {arguments["name"]: "{{ made.server_group.id }}"}}
        yield {"name": "Note the server group", "ansible.builtin.set_fact": facts}
        return
    yield task


def terraform(site: Site, cloud: str) -> Object:
    """Return the site as a Terraform module."""
    network, subnet = _ref("networking_network_v2.net"), _ref("networking_subnet_v2.subnet")
    resources: Object = {
        "networking_network_v2": {"net": {"name": f"{site.name}-net"}},
        "networking_subnet_v2": {
            "subnet": {"name": f"{site.name}-subnet", "network_id": network, "cidr": CIDR}
        },
        "networking_router_v2": {
            "router": {
                "name": f"{site.name}-router",
                "external_network_id": f"${{data.openstack_networking_network_v2.{EXTERNAL}.id}}",
            }
        },
        "networking_router_interface_v2": {
            "inside": {"router_id": _ref("networking_router_v2.router"), "subnet_id": subnet}
        },
        "compute_keypair_v2": {"key": {"name": f"{site.name}-key", "public_key": PUBLIC_KEY}},
        "compute_servergroup_v2": {
            "apart": {"name": f"{site.name}-apart", "policies": ["soft-anti-affinity"]}
        },
        **_terraform_groups(site),
        **_terraform_servers(site, network, subnet),
        **_terraform_address(site),
    }
    source = {"openstack": {"source": "terraform-provider-openstack/openstack"}}
    return {
        "terraform": {"required_providers": source},
        "provider": {"openstack": {"cloud": cloud}},
        "data": {"openstack_networking_network_v2": {EXTERNAL: {"name": EXTERNAL}}},
        "resource": {f"openstack_{kind}": items for kind, items in resources.items()},
    }


def _ref(address: str, attribute: str = "id") -> str:
    return f"${{openstack_{address}.{attribute}}}"


def _terraform_groups(site: Site) -> Object:
    groups = {f"{site.name}-{role}" for role in (CONTROL, NODES)}
    return {
        "networking_secgroup_v2": {group: {"name": group} for group in sorted(groups)},
        "networking_secgroup_rule_v2": {
            f"rule{number}": _terraform_rule(group, rule)
            for number, (group, rule) in enumerate(site.rules)
        },
    }


def _terraform_rule(group: str, rule: Rule) -> Object:
    known = _ref(f"networking_secgroup_v2.{group}")
    arguments: Object = {
        "direction": "ingress", "ethertype": "IPv4", "protocol": rule.protocol,
        "security_group_id": known,
    }  # fmt: skip
    if rule.ports:
        low, high = rule.ports
        arguments |= {"port_range_min": low, "port_range_max": high}
    whom = {"remote_ip_prefix": rule.cidr} if rule.cidr else {"remote_group_id": known}
    return arguments | whom


def _terraform_servers(site: Site, network: str, subnet: str) -> Object:
    return {
        "networking_port_v2": {
            server: {
                "name": f"{server}-port",
                "network_id": network,
                "fixed_ip": [{"subnet_id": subnet}],
                "security_group_ids": [_ref(f"networking_secgroup_v2.{each}") for each in groups],
            }
            for server, groups in site.groups.items()
        },
        "compute_instance_v2": {
            server: {
                "name": server, "image_name": IMAGE, "flavor_name": FLAVOR,
                "key_pair": _ref("compute_keypair_v2.key", "name"),
                "scheduler_hints": [{"group": _ref("compute_servergroup_v2.apart")}],
                "network": [{"port": _ref(f"networking_port_v2.{server}")}],
            }
            for server in site.groups
        },
        "blockstorage_volume_v3": {
            worker: {"name": f"{worker}-data", "size": VOLUME_GIB} for worker in site.worker_names
        },
        "compute_volume_attach_v2": {
            worker: {
                "instance_id": _ref(f"compute_instance_v2.{worker}"),
                "volume_id": _ref(f"blockstorage_volume_v3.{worker}"),
            }
            for worker in site.worker_names
        },
    }  # fmt: skip


def _terraform_address(site: Site) -> Object:
    return {
        "networking_floatingip_v2": {"entry": {"pool": EXTERNAL}},
        "networking_floatingip_associate_v2": {
            "entry": {
                "floating_ip": _ref("networking_floatingip_v2.entry", "address"),
                "port_id": _ref(f"networking_port_v2.{site.control}"),
                "depends_on": ["openstack_networking_router_interface_v2.inside"],
            }
        },
    }
