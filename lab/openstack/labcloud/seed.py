# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fill a new cloud: python -m labcloud.seed identity ENDPOINTS | resources.

The cloud is that of OS_CLIENT_CONFIG_FILE; who uses it is told on standard input, as JSON.
"""

from __future__ import annotations

import json
import sys
import typing as t

import openstack

from labcloud.hypervisor import HOSTS

FLAVORS = {  # processors, MiB, GiB
    "m1.tiny": (1, 512, 1),
    "m1.small": (1, 2048, 20),
    "m1.medium": (2, 4096, 40),
    "m1.large": (4, 8192, 80),
    # No host has that many.
    "m1.nowhere": (1024, 2048, 20),
}
IMAGES = ("debian-13", "ubuntu-24.04")
VOLUME_TYPES = ("fast", "slow")
EXTERNAL = ("public", "203.0.113.0/24", "203.0.113.10", "203.0.113.250")
# Room for everything that tests make; those that want less of it lower a quota.
COMPUTE = {"cores": 2000, "ram": 8 << 20, "instances": 500, "key_pairs": 100, "server_groups": 100}
VOLUME = {"volumes": 1000, "gigabytes": 100_000, "snapshots": 200, "backups": 100}
VOLUME |= {"backup_gigabytes": 10_000}
NETWORK = {
    "network": 100, "subnet": 100, "router": 50, "port": 2000, "floatingip": 200,
    "security_group": 200, "security_group_rule": 4000,
}  # fmt: skip


def identity(admin: t.Any, access: dict[str, t.Any], endpoints: str) -> None:
    """Make projects, users, what they may, and the catalogue."""
    roles = {role.name: role.id for role in admin.identity.roles()}
    roles["service"] = roles.get("service") or admin.identity.create_role(name="service").id
    for user, (project, granted) in access["users"].items():
        found = admin.identity.find_project(project)
        home = found or admin.identity.create_project(name=project, domain_id="default")
        made = admin.identity.create_user(
            name=user, password=access["password"], domain_id="default", default_project_id=home.id
        )
        for name in granted:
            admin.identity.assign_project_role_to_user(home.id, made.id, roles[name])
    for name, (kind, url) in json.loads(endpoints).items():
        service = admin.identity.create_service(type=kind, name=name)
        for interface in ("public", "internal", "admin"):
            admin.identity.create_endpoint(
                service_id=service.id, interface=interface, url=url, region_id=access["region"]
            )


def resources(admin: t.Any, access: dict[str, t.Any]) -> None:
    """Make what a provider makes for all, and raise the limits of the projects."""
    for name, (vcpus, ram, disk) in FLAVORS.items():
        admin.compute.create_flavor(name=name, vcpus=vcpus, ram=ram, disk=disk)
    for name in IMAGES:
        admin.image.create_image(
            name=name, disk_format="raw", container_format="bare", visibility="public",
            data=bytes(65536), min_disk=1, min_ram=256,
        )  # fmt: skip
    for name in VOLUME_TYPES:
        admin.block_storage.create_type(name=name)
    zone = admin.compute.create_aggregate(name="second", availability_zone="second")
    admin.compute.add_host_to_aggregate(zone.id, HOSTS[-1])
    name, cidr, first, last = EXTERNAL
    network = admin.network.create_network(
        name=name, is_router_external=True, is_shared=False,
        provider_network_type="flat", provider_physical_network=name,
    )  # fmt: skip
    admin.network.create_subnet(
        name=f"{name}-subnet", network_id=network.id, ip_version=4, cidr=cidr,
        is_dhcp_enabled=False, allocation_pools=[{"start": first, "end": last}],
    )  # fmt: skip
    for project in {project for project, _granted in access["users"].values()}:
        found = admin.identity.find_project(project, ignore_missing=False)
        admin.set_compute_quotas(found.id, **COMPUTE)
        admin.set_volume_quotas(found.id, **VOLUME)
        admin.set_network_quotas(found.id, **NETWORK)
    for cloud in access["applications"]:
        _make_application(openstack.connect(cloud=cloud), access)


def _make_application(user: t.Any, access: dict[str, t.Any]) -> None:
    """Let a program act for a user without the user's password."""
    user.identity.create_application_credential(
        user.current_user_id, access["application"], secret=access["password"]
    )


def main() -> None:
    """Fill one part of the cloud."""
    access = json.load(sys.stdin)
    admin = openstack.connect(cloud="admin")
    {"identity": identity, "resources": resources}[sys.argv[1]](admin, access, *sys.argv[2:])


if __name__ == "__main__":
    main()
