# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory that Ansible makes of the servers, and where the login comes from."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible_collections.rookery.rook.plugins.inventory import openstack_site as plugin
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError

SERVERS = [
    {"name": "store1-cp1", "declared": "cp1", "id": "1", "status": "ACTIVE",
     "groups": ["kube_control_plane"], "availability_zone": "az1", "host_id": "",
     "addresses": [{"network": "net", "address": "192.168.0.11", "mac": ""}],
     "floating_ip": "203.0.113.17", "volumes": []},
    {"name": "store1-w-1", "declared": "w-1", "id": "2", "status": "ACTIVE",
     "groups": ["kube_node", "rook_storage"], "availability_zone": "az1", "host_id": "",
     "addresses": [{"network": "net", "address": "192.168.0.12", "mac": ""}], "floating_ip": "",
     "volumes": [{"name": "osd", "id": "v", "size_gib": 1, "device": "/dev/disk/by-id/virtio-v"}]},
]  # fmt: skip
CLOUDS = """\
clouds:
  {name}:
    auth:
      auth_url: https://keystone.example.com/v3
      application_credential_id: some
      application_credential_secret: secret
    auth_type: v3applicationcredential
    region_name: north
"""
Parse = t.Callable[..., InventoryData]


@pytest.fixture(name="asked")
def _asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[t.Any, str]]:
    """Note what the cloud is asked for, and answer with the servers."""
    asked: list[tuple[t.Any, str]] = []

    def servers_of(cloud: t.Any, site: str) -> list[dict[str, t.Any]]:
        asked.append((cloud, site))
        return SERVERS

    monkeypatch.setattr(plugin, "servers_of", servers_of)
    return asked


@pytest.fixture(name="parse")
def _parse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parse:
    """Read an inventory file, with a clouds.yaml that AWX has injected."""
    for name in ("OS_CLOUD", "OS_AUTH_URL", "ROOK_OPENSTACK_KNOWN_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    clouds = tmp_path / "awx_credential"
    clouds.write_text(CLOUDS.format(name="devstack"))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(clouds))

    options = yaml.safe_load(plugin.DOCUMENTATION)["options"]
    constants.config.initialize_plugin_configuration_definitions(
        "inventory", plugin.InventoryModule.NAME, options
    )

    def parse(
        text: str = "", name: str = "openstack.yml", inventory: InventoryData | None = None
    ) -> InventoryData:
        path = tmp_path / name
        path.write_text(f"plugin: rookery.rook.openstack_site\nsite: store1\n{text}")
        inventory = inventory or InventoryData()
        module = plugin.InventoryModule()
        module._load_name = plugin.InventoryModule.NAME
        assert module.verify_file(str(path))
        module.parse(inventory, DataLoader(), str(path))
        return inventory

    return parse


@pytest.mark.usefixtures("asked")
def test_servers_are_hosts_of_their_groups(parse: Parse) -> None:
    inventory = parse("user: debian\n")
    assert {
        name: [host.name for host in group.hosts]
        for name, group in inventory.groups.items()
        if name in ("kube_control_plane", "kube_node", "rook_storage")
    } == {"kube_control_plane": ["cp1"], "kube_node": ["w-1"], "rook_storage": ["w-1"]}
    host = inventory.get_host("w-1")
    assert host is not None
    assert host.vars["rook_node_devices"] == ["/dev/disk/by-id/virtio-v"]
    assert "debian@203.0.113.17" in host.vars["ansible_ssh_common_args"]


def test_a_server_may_be_called_as_a_group_is(
    parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [
        {**SERVERS[0], "declared": "bastion", "groups": ["bastion", "kube_control_plane"]},
        {**SERVERS[1], "declared": "worker", "groups": ["worker", "kube_node"]},
    ]
    monkeypatch.setattr(plugin, "servers_of", lambda _cloud, _site: named)
    # Another source may have the group before.
    before = InventoryData()
    before.add_group("worker")
    for found in (parse().groups, parse(inventory=before).groups):
        assert {
            name: [host.name for host in found[name].hosts]
            for name in ("bastion", "worker", "kube_control_plane", "kube_node")
        } == {
            "bastion": ["bastion"], "worker": ["worker"],
            "kube_control_plane": ["bastion"], "kube_node": ["worker"],
        }  # fmt: skip
        assert "openstack_id" not in found["worker"].vars
        assert found["worker"].hosts[0].vars["openstack_id"] == "2"


@pytest.mark.usefixtures("asked")
def test_the_site_and_its_file_of_keys_are_told_to_all(
    parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = parse().groups["all"].vars
    home = Path("~/.ssh/known_hosts.store1").expanduser()
    assert (told["rook_site"], told["openstack_known_hosts"]) == ("store1", str(home))
    monkeypatch.setenv("ROOK_OPENSTACK_KNOWN_HOSTS", "/elsewhere")
    assert parse().groups["all"].vars["openstack_known_hosts"] == "/elsewhere"


@pytest.mark.usefixtures("asked")
def test_a_network_that_no_server_is_in_is_told(parse: Parse) -> None:
    assert parse("network: net\n").hosts["w-1"].vars["rook_kubernetes_node_ip"] == "192.168.0.12"
    with pytest.raises(AnsibleParserError, match=r"network: no server of site store1 is in nte"):
        parse("network: nte\n")


@pytest.mark.usefixtures("asked")
def test_an_option_that_there_is_not_is_told(parse: Parse) -> None:
    with pytest.raises(AnsibleParserError, match=r"host_key, region: no options .* region_name,"):
        parse("region: north\nhost_key: pinned\n")


@pytest.mark.usefixtures("asked")
def test_how_disks_are_named_is_told(parse: Parse) -> None:
    found = parse("device_link: /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_{id}\n")
    assert found.hosts["w-1"].vars["rook_node_devices"] == [
        "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_v"
    ]
    with pytest.raises(AnsibleParserError, match="device_link: /dev/vdb names no volume"):
        parse("device_link: /dev/vdb\n")


@pytest.mark.usefixtures("asked")
def test_two_sites_are_not_one_inventory(parse: Parse) -> None:
    both = parse()
    parse(inventory=both)
    both.set_variable("all", "rook_site", "store2")
    hosts = set(both.hosts)
    with pytest.raises(AnsibleParserError, match=r"store1 cannot be .* with the site store2"):
        parse(inventory=both)
    assert set(both.hosts) == hosts


def test_without_servers_the_groups_are_there(
    parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "servers_of", lambda _cloud, _site: [])
    inventory = parse()
    assert inventory.hosts == {}
    assert {"kube_control_plane", "kube_node", "rook_storage"} <= set(inventory.groups)


def test_the_login_comes_from_the_credential_that_awx_injects(
    parse: Parse, asked: list[tuple[t.Any, str]]
) -> None:
    parse()
    ((cloud, site),) = asked
    region = cloud._region
    assert site == "store1"
    assert (region.name, region.region_name) == ("devstack", "north")
    assert region.get_auth_args()["auth_url"] == "https://keystone.example.com/v3"
    assert cloud._reads, "an inventory changes nothing"


def test_a_cloud_that_is_not_known_is_told_in_words(parse: Parse) -> None:
    with pytest.raises(AnsibleParserError, match=r"site store1: .*nowhere"):
        parse("cloud: nowhere\n")


def test_what_is_wrong_is_told_once(parse: Parse) -> None:
    with pytest.raises(AnsibleParserError) as told:
        parse("cloud: nowhere\n")
    # Ansible shows the words of all of them, one behind the other.
    said, error = "", t.cast("BaseException | None", told.value)
    while error:
        said, error = f"{said}: {error}", error.__cause__
    assert said.count("Cloud nowhere was not found") == 1


def test_what_the_cloud_says_is_told(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_cloud: t.Any, _site: str) -> t.NoReturn:
        raise RookeryError("The login failed: 401.")

    monkeypatch.setattr(plugin, "servers_of", refuse)
    with pytest.raises(AnsibleParserError, match=r"for site store1: The login failed: 401\."):
        parse()


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [("openstack.yml", True), ("prod.openstack_site.yaml", True), ("hosts.yml", False)],
)
def test_only_files_of_its_name_are_read(name: str, is_ours: bool, tmp_path: Path) -> None:
    (tmp_path / name).write_text("plugin: rookery.rook.openstack_site\n")
    assert plugin.InventoryModule().verify_file(str(tmp_path / name)) is is_ours
