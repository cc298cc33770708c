# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's OpenStack for tests: one for a session, with others' things in it where asked."""

from __future__ import annotations

import os
import re
import subprocess
import time
import typing as t
from pathlib import Path

import openstack
from ansible_collections.rookery.rook.plugins.module_utils._cloud import marks
from controlplane import CACHE, ROOT
from openstack.config import OpenStackConfig

# What starting may take when OpenStack has to be installed first, on a busy machine.
LAB_SECONDS = 1800
WAIT_SECONDS = 180
SECOND = "second"
_NAME = re.compile(r"ring2-(\d+)(-\w+)?")
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJh6ZVKJ0T5rUrzwmbq0lS5n6yC0QTyEPvD1h2b7GXk"


def lab(action: str, name: str, *words: str) -> str:
    """Run a command of the lab for a cloud, and return what it prints."""
    command = [str(ROOT / "lab/lab"), "cloud", action, "--name", name, *words]
    done = subprocess.run(
        command, text=True, capture_output=True, timeout=LAB_SECONDS, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


class Cloud:
    """One cloud of the lab, of this process's own."""

    def __init__(self, more: str = "") -> None:
        self.name = f"ring2-{os.getpid()}{more}"

    @property
    def folder(self) -> Path:
        """The cloud's directory."""
        return CACHE / "lab/clouds" / self.name

    @property
    def clouds(self) -> Path:
        """The file by which clients find it."""
        return self.folder / "clouds.yaml"

    @property
    def consoles(self) -> Path:
        """The directory of files that replace the boot log of the server of that name."""
        return self.folder / "state/consoles"

    def start(self, *words: str) -> None:
        """Start it; those of test processes that were killed go first."""
        for path in (CACHE / "lab/clouds").glob("ring2-*"):
            match = _NAME.fullmatch(path.name)
            # One of them may have had this process's number.
            if path.name == self.name or (match and not Path("/proc", match[1]).exists()):
                lab("down", path.name)
        lab("up", self.name, *words)

    def stop(self) -> None:
        """Take it down, with all that is in it."""
        lab("down", self.name)

    def reset(self) -> None:
        """Give it the state that it had when it was new."""
        lab("reset", self.name)

    def connect(self, cloud: str = "member", clouds: Path | None = None, **more: t.Any) -> t.Any:
        """Return a connection of the SDK, past the code under test."""
        config = OpenStackConfig(config_files=[str(clouds or self.clouds)], load_envvars=False)
        return openstack.connection.Connection(config=config.get_one(cloud), **more)


def bystanders(cloud: Cloud, site: str = "faulty") -> None:
    """Make what is not the site's: a second site, and thirty things, some with the site's names."""
    member = cloud.connect("member")
    public = member.network.find_network("public", ignore_missing=False)
    _make_site(member, public)
    own, foreign = f"{site}-net", "net"
    networks = [_network(member, name, cidr) for name, cidr in (
        (own, "10.1.0.0/24"), (foreign, "10.2.0.0/24"), (f"{SECOND}-net", "10.3.0.0/24"),
    )]  # fmt: skip
    for name in (f"{site}-router", "router"):
        member.network.create_router(name=name, external_gateway_info={"network_id": public.id})
    for name in (f"{site}-nodes", "nodes", "site faulty"):
        group = member.network.create_security_group(name=name)
        member.network.create_security_group_rule(
            security_group_id=group.id, direction="ingress", protocol="tcp",
            port_range_min=22, port_range_max=22,
        )  # fmt: skip
    ports = [
        member.network.create_port(name=name, network_id=networks[0].id)
        for name in (f"{site}-node", f"{site}-node-0", "node", "")
    ]
    for name in ("key", f"{site}-other", "others"):
        member.compute.create_keypair(name=name, public_key=_KEY)
    for name in (f"{site}-apart", "apart"):
        member.compute.create_server_group(name=name, policy="soft-anti-affinity")
    volumes = [
        member.block_storage.create_volume(name=name, size=1)
        for name in (f"{site}-data", f"{site}-node-data", "data", f"pvc-{site}")
    ]
    for _number in range(2):
        member.network.create_ip(floating_network_id=public.id)
    servers = [
        _server(member, name, port)
        for name, port in zip((f"{site}-node", "node"), ports, strict=False)
    ]
    _attach(member, servers[0], volumes[0])
    settle(member)
    member.block_storage.create_snapshot(name=f"{site}-data", volume_id=volumes[1].id)
    settle(member)


def _make_site(member: t.Any, public: t.Any) -> None:
    """Make a site that is of this collection, and not of the test."""

    def mark(kind: str, name: str) -> dict[str, str]:
        return {
            "name": f"{SECOND}-{name}",
            "description": marks.text_mark(SECOND, f"{kind}/{name}"),
        }

    network = member.network.create_network(**mark("network", "net"))
    subnet = member.network.create_subnet(
        network_id=network.id, ip_version=4, cidr="192.168.7.0/24", **mark("subnet", "subnet")
    )
    gateway = {"network_id": public.id}
    router = member.network.create_router(external_gateway_info=gateway, **mark("router", "router"))
    member.network.add_interface_to_router(router, subnet_id=subnet.id)
    group = member.network.create_security_group(**mark("security_group", "nodes"))
    member.network.create_security_group_rule(
        security_group_id=group.id, direction="ingress", remote_group_id=group.id
    )
    key = f"{_KEY} {marks.text_mark(SECOND, 'keypair/key')}"
    member.compute.create_keypair(name=f"{SECOND}-key", public_key=key)
    name = marks.text_mark(SECOND, "server_group/apart")
    member.compute.create_server_group(name=name, policy="soft-anti-affinity")
    port = member.network.create_port(
        network_id=network.id, security_group_ids=[group.id], **mark("port", "node")
    )
    server = _server(member, f"{SECOND}-node", port, marks.metadata_mark(SECOND, "server/node"))
    volume = member.block_storage.create_volume(
        name=f"{SECOND}-data", size=1, metadata=marks.metadata_mark(SECOND, "volume/data")
    )
    _attach(member, server, volume)
    ip = {"description": marks.text_mark(SECOND, "floating_ip/node")}
    member.network.create_ip(floating_network_id=public.id, port_id=port.id, **ip)


def _network(member: t.Any, name: str, cidr: str) -> t.Any:
    network = member.network.create_network(name=name)
    member.network.create_subnet(
        network_id=network.id, ip_version=4, cidr=cidr, name=name.replace("net", "subnet")
    )
    return network


def _server(member: t.Any, name: str, port: t.Any, metadata: dict[str, str] | None = None) -> t.Any:
    image = member.image.find_image("debian-13", ignore_missing=False)
    flavor = member.compute.find_flavor("m1.tiny", ignore_missing=False)
    server = member.compute.create_server(
        name=name, image_id=image.id, flavor_id=flavor.id, networks=[{"port": port.id}],
        metadata=metadata or {},
    )  # fmt: skip
    return member.compute.wait_for_server(server, interval=0.5, wait=WAIT_SECONDS)


def _attach(member: t.Any, server: t.Any, volume: t.Any) -> None:
    storage = member.block_storage
    storage.wait_for_status(volume, "available", interval=0.5, wait=WAIT_SECONDS)
    member.compute.create_volume_attachment(server, volume_id=volume.id)


def settle(member: t.Any) -> None:
    """Return when no volume and no snapshot is on its way to another state."""
    storage, deadline = member.block_storage, time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        statuses = {each.status for each in (*storage.volumes(), *storage.snapshots())}
        if statuses <= {"available", "in-use"}:
            return
        time.sleep(0.5)
    raise AssertionError(f"volumes and snapshots are {statuses} after {WAIT_SECONDS} s")
