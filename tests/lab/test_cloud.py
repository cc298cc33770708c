# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's OpenStack: what it has, that a reset makes it new, and that nothing of it stays."""

from __future__ import annotations

import datetime
import json
import os
import socket
import subprocess
import sys
import time
import typing as t
from pathlib import Path
from urllib.parse import urljoin

import openstack
import pytest
from openstack.config import OpenStackConfig

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))

from rooklab.cloud import build, processes
from rooklab.config import TOP

CACHE = Path(os.environ["ROOKERY_CACHE"])
NAME, SHORT = "cloudtest", "cloudtest-short"
COMMAND_SECONDS, WAIT_SECONDS = 1800, 180
TOKEN_SECONDS = 5
# Of root's rights only that of reading files.
DAC_OVERRIDE = 1 << 1
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJh6ZVKJ0T5rUrzwmbq0lS5n6yC0QTyEPvD1h2b7GXk"


def lab(action: str, *words: str, name: str = NAME) -> str:
    """Run one command of the lab to its end, and return what it prints."""
    command = [str(TOP / "lab/lab"), "cloud", action, "--name", name, *words]
    done = subprocess.run(
        command, text=True, capture_output=True, timeout=COMMAND_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def status(name: str = NAME) -> dict[str, t.Any]:
    """Return what lab/lab cloud status says."""
    return json.loads(lab("status", "--json", name=name))


def connect(cloud: str, name: str = NAME) -> t.Any:
    """Return a connection of the SDK."""
    files = [status(name)["clouds"]]
    config = OpenStackConfig(config_files=files, load_envvars=False)
    return openstack.connection.Connection(config=config.get_one(cloud))


@pytest.fixture(scope="module")
def running() -> t.Iterator[None]:
    """A cloud, and nothing of it afterwards."""
    lab("down")
    lab("up")
    yield
    lab("down")


@pytest.fixture(scope="module")
def short(running: None) -> t.Iterator[str]:
    """A second cloud beside the first, in which tokens do not live long."""
    lab("down", name=SHORT)
    lab("up", "--token-seconds", str(TOKEN_SECONDS), name=SHORT)
    yield SHORT
    lab("down", name=SHORT)


@pytest.fixture(scope="module")
def member(running: None) -> t.Any:
    """The user for whom sites are made."""
    return connect("member")


@pytest.fixture(scope="module")
def network(member: t.Any) -> t.Any:
    """A network with a way out."""
    public = member.network.find_network("public", ignore_missing=False)
    made = member.network.create_network(name="net")
    subnet = member.network.create_subnet(network_id=made.id, ip_version=4, cidr="10.0.0.0/24")
    gateway = {"network_id": public.id}
    router = member.network.create_router(name="router", external_gateway_info=gateway)
    member.network.add_interface_to_router(router, subnet_id=subnet.id)
    return made


def boot(
    member: t.Any, network: t.Any, name: str, flavor: str = "m1.small", **more: t.Any
) -> t.Any:
    """Ask for a server, and return it when it is there or will not be."""
    flavor_id = member.compute.find_flavor(flavor, ignore_missing=False).id
    image_id = member.image.find_image("debian-13", ignore_missing=False).id
    more.setdefault("networks", [{"uuid": network.id}])
    made = member.compute.create_server(
        name=name, flavor_id=flavor_id, image_id=image_id, config_drive=True, **more
    )
    server = member.compute.get_server(made.id)
    end = time.monotonic() + WAIT_SECONDS
    while server.status == "BUILD" and time.monotonic() < end:
        time.sleep(0.5)
        server = member.compute.get_server(server)
    return server


def at_rest(proxy: t.Any, find: t.Callable[[str], t.Any], thing: t.Any, status: str) -> t.Any:
    """Return a thing of volumes once it has a status."""
    end = time.monotonic() + WAIT_SECONDS
    while thing.status != status and time.monotonic() < end:
        time.sleep(0.5)
        thing = find(thing.id)
    assert thing.status == status
    return thing


@pytest.mark.usefixtures("running")
class TestRunningCloud:
    """What tests may rely on."""

    def test_clients_find_it_in_a_file_for_its_owner_alone(self) -> None:
        file = Path(status()["clouds"])
        assert file.stat().st_mode & 0o777 == 0o600
        assert set(json.loads(file.read_text())["clouds"]) == {
            "admin", "application", "member", "other",
        }  # fmt: skip

    def test_its_services_have_none_of_the_rights_of_root(self) -> None:
        for service in status()["services"]:
            text = Path(f"/proc/{service['pid']}/status").read_text()
            rights = next(line for line in text.splitlines() if line.startswith("CapEff"))
            assert int(rights.split()[1], 16) & ~DAC_OVERRIDE == 0, service

    def test_it_listens_on_loopback_alone(self) -> None:
        ports = {
            int(service["url"].split(":")[2].split("/")[0]) for service in status()["services"]
        }
        assert len(ports) == 6
        lines = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        heard = [line.split()[1].split(":") for line in lines.splitlines() if " 0A " in line]
        assert {host for host, port in heard if int(port, 16) in ports} == {"0100007F"}

    def test_up_keeps_what_is_there(self, network: t.Any) -> None:
        before = status()
        lab("up")
        assert [each["pid"] for each in status()["services"]] == [
            each["pid"] for each in before["services"]
        ]

    def test_a_program_has_a_credential_of_its_own_for_the_same_project(
        self, member: t.Any
    ) -> None:
        assert connect("application").current_project_id == member.current_project_id

    def test_load_balancers_are_there_when_asked_for_alone(self, member: t.Any) -> None:
        catalog = member.session.auth.get_access(member.session).service_catalog
        assert "load-balancer" not in {service["type"] for service in catalog.catalog}

    def test_projects_do_not_see_each_other(self, network: t.Any) -> None:
        assert connect("other").network.find_network(network.id) is None

    def test_a_site_comes_and_goes(self, member: t.Any, network: t.Any) -> None:
        group = member.network.create_security_group(name="nodes")
        member.compute.create_keypair(name="key", public_key=KEY)
        port = member.network.create_port(network_id=network.id, security_group_ids=[group.id])
        server = boot(member, network, "node", networks=[{"port": port.id}], key_name="key")
        assert server.status == "ACTIVE"
        storage = member.block_storage
        volume = storage.create_volume(name="data", size=1, volume_type="fast")
        at_rest(storage, storage.get_volume, volume, "available")
        member.compute.create_volume_attachment(server, volume_id=volume.id)
        volume = at_rest(storage, storage.get_volume, volume, "in-use")
        assert volume.attachments[0]["device"] == "/dev/vdb"
        public = member.network.find_network("public", ignore_missing=False)
        ip = member.network.create_ip(floating_network_id=public.id, port_id=port.id)
        assert member.network.get_ip(ip).status == "ACTIVE"
        member.network.delete_ip(ip)
        member.compute.delete_server(server)
        member.compute.wait_for_delete(server, interval=0.5, wait=WAIT_SECONDS)
        volume = at_rest(storage, storage.get_volume, volume, "available")
        storage.delete_volume(volume)
        storage.wait_for_delete(volume, interval=0.5, wait=WAIT_SECONDS)
        member.network.delete_port(port)
        member.network.delete_security_group(group)
        member.compute.delete_keypair("key")

    def test_four_servers_keep_apart(self, member: t.Any, network: t.Any) -> None:
        group = member.compute.create_server_group(name="apart", policy="anti-affinity")
        hints = {"group": group.id}
        servers = [
            boot(member, network, f"apart{number}", "m1.tiny", scheduler_hints=hints)
            for number in range(4)
        ]
        assert [server.status for server in servers] == ["ACTIVE"] * 4
        hosts = {
            server.compute_host for server in connect("admin").compute.servers(all_projects=True)
        }
        assert hosts == {"host1", "host2", "host3", "host4"}

    def test_no_host_takes_a_server_that_is_too_large(self, member: t.Any, network: t.Any) -> None:
        server = boot(member, network, "huge", "m1.nowhere")
        assert server.status == "ERROR"
        # The state comes first, and then its reason.
        end = time.monotonic() + WAIT_SECONDS
        while not server.fault and time.monotonic() < end:
            time.sleep(0.5)
            server = member.compute.get_server(server.id)
        assert "No valid host" in server.fault["message"]

    def test_the_boot_log_shows_host_keys_or_what_a_test_wants(
        self, member: t.Any, network: t.Any
    ) -> None:
        server = boot(member, network, "talks", "m1.tiny")

        def console() -> str:
            return str(member.compute.get_server_console_output(server)["output"])

        keys = console().split("-----BEGIN SSH HOST KEY KEYS-----\n")[1]
        assert keys.startswith("ssh-ed25519 AAAA")
        file = Path(status()["directory"], "state/consoles/talks")
        file.write_text("no keys here\n")
        assert console() == "no keys here\n"

    def test_volumes_have_snapshots_and_backups(self, member: t.Any) -> None:
        storage = member.block_storage
        volume = storage.create_volume(name="kept", size=1)
        at_rest(storage, storage.get_volume, volume, "available")
        snapshot = storage.create_snapshot(volume_id=volume.id, name="kept")
        at_rest(storage, storage.get_snapshot, snapshot, "available")
        backup = storage.create_backup(volume_id=volume.id, name="kept")
        at_rest(storage, storage.get_backup, backup, "available")

    def test_ports_can_be_trunks_and_of_others(self, member: t.Any, network: t.Any) -> None:
        parent = member.network.create_port(network_id=network.id)
        member.network.create_trunk(port_id=parent.id, name="trunk")
        admin = connect("admin")
        foreign = admin.network.create_port(network_id=network.id, device_owner="Octavia")
        assert member.network.get_port(foreign).device_owner == "Octavia"


def test_a_reset_makes_it_new(running: None) -> None:
    before = connect("admin")
    public = before.network.find_network("public", ignore_missing=False).id
    before.network.create_network(name="made before")
    lab("reset")
    after = connect("admin")
    assert [network.id for network in after.network.networks()] == [public]
    assert list(after.compute.servers(all_projects=True)) == []
    assert list(after.block_storage.volumes(all_projects=True)) == []
    assert not any(Path(status()["directory"], "state/consoles").iterdir())
    assert boot(connect("member"), *_plain(connect("member"))).status == "ACTIVE"


def _plain(member: t.Any) -> tuple[t.Any, str]:
    network = member.network.create_network(name="net")
    member.network.create_subnet(network_id=network.id, ip_version=4, cidr="10.0.0.0/24")
    return network, "again"


def test_tokens_live_as_long_as_is_said(short: str) -> None:
    connection = connect("member", short)
    begun = datetime.datetime.now(datetime.UTC)
    access = connection.session.auth.get_access(connection.session)
    life, whole = datetime.timedelta(seconds=TOKEN_SECONDS), datetime.timedelta(seconds=1)
    # It is told in whole seconds; when the token itself was made is a moment later.
    assert begun + life - whole < access.expires <= datetime.datetime.now(datetime.UTC) + life
    url = urljoin(connection.network.get_endpoint(), "/v2.0/networks")
    # The SDK would log in again; this asks with the old token.
    given = {"headers": {"X-Auth-Token": access.auth_token}, "authenticated": False}
    end, status_code = time.monotonic() + WAIT_SECONDS, 200
    while status_code == 200 and time.monotonic() < end:
        time.sleep(0.5)
        status_code = connection.session.get(url, raise_exc=False, **given).status_code
    assert status_code == 401


def test_ports_are_kept_for_who_asks_for_them_by_number() -> None:
    (port, *_more), address = build.free_ports().values(), "127.0.0.1"
    with socket.socket() as service:
        with processes.held([port]):
            with socket.socket() as other, pytest.raises(OSError, match="in use"):
                other.bind((address, port))
            service.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            service.bind((address, port))
            service.listen()
        with socket.create_connection((address, port)):
            pass


def test_nothing_is_left_of_one_that_is_down(running: None) -> None:
    name = "cloudtest-gone"
    lab("up", name=name)
    there = status(name)
    pids = [service["pid"] for service in there["services"]]
    assert all(pids)
    lab("down", name=name)
    assert not Path(there["directory"]).exists()
    assert [pid for pid in pids if _runs(pid)] == []
    for service in there["services"]:
        port = int(service["url"].split(":")[2].split("/")[0])
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", port)), service
    assert status(name)["state"] == "absent"
    assert status()["state"] == "up"


def _runs(pid: int) -> bool:
    """Tell whether a process still runs; one that its parent has still to notice does not."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except (FileNotFoundError, ProcessLookupError):
        return False
