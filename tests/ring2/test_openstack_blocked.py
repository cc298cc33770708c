# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where other tools hang, double or stay silent, a run ends in time and says what is in the way.

A port of somebody else in our network, a process that is killed, a server that no host takes or
that breaks later, our volume on somebody else's server.
"""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

import cloudruns
import pytest
from cloud import Cloud
from cloudproxy import CloudProxy, Fault, Request

NAME = "blocked"
# What a run may take that has to end by itself; other tools took ten minutes.
LIMIT_SECONDS = 240
WAIT_SECONDS = 60
# What a run waits for a volume that somebody else keeps.
TAKEN_SECONDS = 20
SITE: dict[str, t.Any] = {
    "site": NAME,
    "wait_timeout": WAIT_SECONDS,
    "networks": [{"name": "net"}],
    "subnets": [{"name": "subnet", "cidr": "192.168.8.0/24"}],
    "servers": [
        {
            "name": "node", "flavor": "m1.tiny", "image": "debian-13",
            "volumes": [{"name": "data", "size_gib": 1}],
        },
    ],
}  # fmt: skip
ABSENT = {"site": NAME, "state": "absent", "confirm": NAME, "wait_timeout": WAIT_SECONDS}


class Project:
    """One project, the site in it, and what others do there."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.clouds = cloud, cloud.clouds
        self.member, self.admin = cloud.connect("member"), cloud.connect("admin")
        self.before = cloudruns.listing(self.member)

    def __call__(self, arguments: dict[str, t.Any], **more: t.Any) -> cloudruns.Object:
        """Run the module, within its limit."""
        began = time.monotonic()
        result = cloudruns.run(self.clouds, **{**arguments, **more})
        took = time.monotonic() - began
        assert took < LIMIT_SECONDS, (took, result.get("msg"))
        assert "fault of the collection" not in result.get("msg", ""), result
        return result

    def made(self) -> cloudruns.Object:
        """Make the site."""
        result = self(SITE)
        assert result.get("failed") is None and result["changed"], result
        return result

    def refused(self, arguments: dict[str, t.Any]) -> str:
        """Run what must fail, and return its words."""
        result = self(arguments)
        assert result.get("failed"), result
        return str(result["msg"])

    def gone(self, **more: t.Any) -> None:
        """Remove the site, and look for what is left."""
        result = self(ABSENT, **more)
        assert result.get("failed") is None and result["left"] == [], result
        assert not any(cloudruns.shape(self.own())), cloudruns.shape(self.own())

    def own(self) -> cloudruns.Listing:
        """Return what has come into the project since the test began."""
        return cloudruns.without(cloudruns.listing(self.member), self.before)

    def ids(self, kind: str) -> list[str]:
        """Return the ids of what has come."""
        return sorted(self.own()[kind])


@pytest.fixture(name="project")
def _project(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Project]:
    """The project, out of which the site goes again whatever comes."""
    # The runs set it.
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "")
    project = Project(cloud)
    yield project
    cloudruns.run(cloud.clouds, **ABSENT, force=True)


def test_a_port_of_somebody_else_is_named_and_nothing_is_removed_before(project: Project) -> None:
    project.made()
    (network,) = project.ids("networks")
    other = project.cloud.connect("other").current_project_id
    port = project.admin.network.create_port(
        network_id=network, project_id=other, device_owner="Octavia", device_id="lb-1"
    )
    before = cloudruns.shape(project.own())
    words = project.refused(ABSENT)
    assert port.id in words and "Octavia lb-1" in words and "release_foreign" in words
    assert cloudruns.shape(project.own()) == before
    project.admin.network.delete_port(port)
    project.gone()


def test_a_port_of_somebody_else_that_comes_in_the_middle_is_named_in_the_end(
    project: Project, tmp_path: Path
) -> None:
    project.made()
    (network,) = project.ids("networks")
    ports: list[t.Any] = []

    def come(_request: Request) -> None:
        ports.append(project.admin.network.create_port(network_id=network, device_owner="Octavia"))

    def first(request: Request) -> bool:
        return not ports and request.method == "DELETE" and request.service == "nova"

    with CloudProxy(project.clouds) as proxy:
        proxy.arm(Fault("stall", first, hook=come))
        words = _through(project, proxy, tmp_path, ABSENT)
    assert ports and ports[0].id in words, words
    project.admin.network.delete_port(ports[0])
    project.gone()


def test_a_trunk_and_a_member_of_our_group_are_named_and_go_with_permission(
    project: Project,
) -> None:
    (node,) = SITE["servers"]
    ports, groups = [{"security_groups": ["nodes"]}], [{"name": "nodes"}]
    made = project(SITE, security_groups=groups, servers=[{**node, "ports": ports}])
    assert made.get("failed") is None, made
    network = project.member.network
    (parent,), (group,) = map(project.ids, ("ports", "security_groups"))
    trunk = network.create_trunk(port_id=parent)
    elsewhere = network.create_network(name="elsewhere")
    port = network.create_port(network_id=elsewhere.id, security_group_ids=[group])
    try:
        words = project.refused(ABSENT)
        assert f"trunk {trunk.id}" in words and "is on our port/node-net" in words
        assert f"member {port.id}" in words and "is in our security_group/nodes" in words
        result = project(ABSENT, release_foreign=[trunk.id, port.id])
        assert result.get("failed") is None and result["left"] == [], result
        assert network.get_port(port).security_group_ids == []
    finally:
        network.delete_port(port)
        network.delete_network(elsewhere)


def _through(project: Project, proxy: CloudProxy, folder: Path, arguments: t.Any) -> str:
    """Run what must fail through a proxy, and return its words."""
    project.clouds = proxy.clouds(folder)
    try:
        return project.refused(arguments)
    finally:
        project.clouds = project.cloud.clouds


def test_a_process_that_is_killed_leaves_nothing_that_is_made_twice(
    project: Project, tmp_path: Path
) -> None:
    children: list[t.Any] = []
    with CloudProxy(project.clouds) as proxy:
        when = Fault(
            "hook after",
            lambda request: request.method == "POST" and request.path.endswith("/servers"),
            hook=lambda _request: children[0].kill(),
        )
        proxy.arm(when)
        children.append(cloudruns.start(proxy.clouds(tmp_path), **SITE))
        assert cloudruns.end(children[0]) == -9 and proxy.met
        proxy.settle(killed=True)
    assert len(project.ids("servers")) == 1
    # By now the server may be as it should be.
    again = project(SITE)
    assert again.get("failed") is None, again
    assert {kind: len(project.ids(kind)) for kind in ("networks", "servers", "volumes")} == {
        "networks": 1, "servers": 1, "volumes": 1,
    }  # fmt: skip
    assert project(SITE)["changed"] is False
    project.gone()


def test_a_server_that_no_host_takes_fails_with_the_clouds_own_words(project: Project) -> None:
    (node,) = SITE["servers"]
    nowhere = {**SITE, "servers": [{**node, "flavor": "m1.nowhere"}]}
    words = project.refused(nowhere)
    assert "server/node" in words and "No valid host was found" in words
    assert len(project.ids("servers")) == 1
    project.gone()


def test_a_server_that_never_started_is_made_again_where_it_can_be(project: Project) -> None:
    (node,) = SITE["servers"]
    project.refused({**SITE, "servers": [{**node, "flavor": "m1.nowhere"}]})
    project.made()
    (server,) = project.own()["servers"].values()
    assert server["status"] == "ACTIVE"
    project.gone()


def test_a_server_that_broke_is_removed_like_any_other(project: Project) -> None:
    project.made()
    (server,) = project.ids("servers")
    project.admin.compute.reset_server_state(server, "error")
    project.gone()


@pytest.fixture(name="stranger")
def _stranger(project: Project) -> t.Iterator[t.Any]:
    """A server of somebody else in the project."""
    compute = project.member.compute
    image = project.member.image.find_image("debian-13", ignore_missing=False)
    flavor = compute.find_flavor("m1.tiny", ignore_missing=False)
    server = compute.create_server(
        name="stranger", image_id=image.id, flavor_id=flavor.id, networks="none"
    )
    try:
        yield compute.wait_for_server(server, wait=LIMIT_SECONDS)
    finally:
        compute.delete_server(server)
        compute.wait_for_delete(server, wait=LIMIT_SECONDS)


def _take(project: Project, volume: str, stranger: t.Any) -> None:
    """Let somebody else have a volume that nobody has, or will have in a moment."""
    storage = project.member.block_storage
    storage.wait_for_status(storage.get_volume(volume), "available", wait=LIMIT_SECONDS)
    project.member.compute.create_volume_attachment(stranger, volume_id=volume)
    storage.wait_for_status(storage.get_volume(volume), "in-use", wait=LIMIT_SECONDS)


def test_our_volume_on_the_server_of_somebody_else_is_named_and_goes_with_permission(
    project: Project, stranger: t.Any
) -> None:
    project.made()
    (volume,), (network,) = map(project.ids, ("volumes", "networks"))
    (server,) = set(project.ids("servers")) - {stranger.id}
    project.member.compute.delete_volume_attachment(server, volume)
    _take(project, volume, stranger)
    words = project.refused(ABSENT)
    assert stranger.id in words and "volume/node-data" in words
    assert network in project.ids("networks")
    result = project(ABSENT, release_foreign=[stranger.id])
    assert result.get("failed") is None and result["left"] == [], result
    assert project.ids("servers") == [stranger.id]


def test_who_takes_our_volume_in_the_middle_is_named_when_the_limit_is_reached(
    project: Project, stranger: t.Any, tmp_path: Path
) -> None:
    project.made()
    (volume,) = project.ids("volumes")
    taken: list[Request] = []

    def take(request: Request) -> None:
        taken.append(request)
        _take(project, volume, stranger)

    def first(request: Request) -> bool:
        return not taken and request.method == "DELETE" and request.service == "nova"

    with CloudProxy(project.clouds) as proxy:
        proxy.arm(Fault("stall", first, hook=take))
        words = _through(project, proxy, tmp_path, {**ABSENT, "wait_timeout": TAKEN_SECONDS})
    holder = f"server {stranger.id} (stranger) of project {project.member.current_project_id}"
    assert taken and f"volume/node-data ({volume}): is in state in-use, held by {holder}" in words
    project.member.compute.delete_volume_attachment(stranger, volume)
    result = project(ABSENT)
    assert result.get("failed") is None and result["left"] == [], result
    assert project.ids("servers") == [stranger.id]
