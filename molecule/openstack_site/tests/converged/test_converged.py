# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After one run of site.yml on an empty project: servers, hosts, and files that are shared."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

import openstack
import pytest

if t.TYPE_CHECKING:
    from testinfra.host import Host

testinfra_hosts = ["ansible://rook_storage"]
INVENTORY = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "inventory"
KNOWN_HOSTS = Path(os.environ["ROOK_OPENSTACK_KNOWN_HOSTS"])


@pytest.fixture(scope="module")
def cloud() -> t.Any:
    return openstack.connect()


@pytest.fixture(scope="module")
def servers(cloud: t.Any) -> dict[str, t.Any]:
    return {each.name.removeprefix("lab-"): each for each in cloud.compute.servers()}


@pytest.fixture(scope="module")
def inventory() -> dict[str, t.Any]:
    asked = subprocess.run(
        ["ansible-inventory", "-i", str(INVENTORY), "--list"],
        capture_output=True,
        text=True,
        check=True,
    )
    # What comes from a cloud is no template, and is told so.
    return json.loads(asked.stdout, object_hook=lambda item: item.get("__ansible_unsafe", item))


def test_the_project_has_the_servers_and_one_floating_ip(
    cloud: t.Any, servers: dict[str, t.Any]
) -> None:
    assert {name: each.status for name, each in servers.items()} == dict.fromkeys(
        ("cp1", "w1", "w2", "w3"), "ACTIVE"
    )
    assert len(list(cloud.network.ips())) == 1


def test_the_inventory_has_them_in_their_groups(inventory: dict[str, t.Any]) -> None:
    assert inventory["kube_control_plane"]["hosts"] == ["cp1"]
    assert sorted(inventory["rook_storage"]["hosts"]) == ["w1", "w2", "w3"]


def test_a_host_s_device_is_the_one_of_its_volume(
    host: Host, inventory: dict[str, t.Any], servers: dict[str, t.Any]
) -> None:
    name = host.check_output("hostname")
    (volume,) = servers[name].attached_volumes
    (device,) = inventory["_meta"]["hostvars"][name]["rook_node_devices"]
    assert device == f"/dev/disk/by-id/virtio-{volume.id[:20]}"
    assert host.run("head -c 22 %s", device).stdout == "bluestore block device"


def test_the_key_that_was_pinned_is_the_host_s_own(host: Host, servers: dict[str, t.Any]) -> None:
    kind, key, *_ = host.check_output("cat /etc/ssh/ssh_host_ed25519_key.pub").split()
    server = servers[host.check_output("hostname")]
    assert f"{server.id} {kind} {key}" in KNOWN_HOSTS.read_text().splitlines()


def test_nobody_looked_away_from_a_key(inventory: dict[str, t.Any]) -> None:
    for variables in inventory["_meta"]["hostvars"].values():
        assert "StrictHostKeyChecking=accept-new" in variables["ansible_ssh_common_args"]


@pytest.fixture(scope="module")
def report(lab: dict[str, t.Any]) -> dict[str, t.Any]:
    return json.loads((Path(lab["lab_directory"]) / "report/report.json").read_text())


def test_everything_that_was_probed_is_proven(report: dict[str, t.Any]) -> None:
    assert {probe["outcome"] for probe in report["probes"]} == {"proven"}, report["probes"]


def test_what_one_server_wrote_another_read_with_the_same_hash(report: dict[str, t.Any]) -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for act in report["evidence"]:
        if act["target"].endswith("/rook-cephfs") and act.get("sha256"):
            seen.setdefault((act["what"], act["sha256"]), set()).add(act["node"])
    assert [nodes for nodes in seen.values() if len(nodes) > 1], seen
