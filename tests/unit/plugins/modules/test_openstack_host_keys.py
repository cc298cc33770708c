# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of new servers are pinned once, told where they are not to be had, and forgotten."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.modules import openstack_host_keys

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJh6ZVKJ0T5rUrzwmbq0lS5n6yC0QTyEPvD1h2b7GXk"
ONE, TWO = (f"4d0e5cd6-7a16-4d3c-9a9a-6f7b0c6d3a5{number}" for number in (1, 2))
SHOWN = f"-----BEGIN SSH HOST KEY KEYS-----\n{KEY} root@a\n-----END SSH HOST KEY KEYS-----\n"


class World:
    """A cloud of servers with consoles, and the file."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.consoles = {ONE: SHOWN, TWO: SHOWN}
        self.asked: list[str] = []
        self._capsys = capsys

    def connect(self, _params: t.Any, *, alone: bool) -> World:
        return self

    def servers_of(self, _cloud: t.Any, site: str) -> list[dict[str, t.Any]]:
        return [
            {"id": uid, "name": f"{site}-w{uid[-1]}", "declared": f"w{uid[-1]}"}
            for uid in self.consoles
        ]

    def send(self, request: t.Any) -> dict[str, str]:
        uid = request.path.split("/")[2]
        self.asked.append(uid)
        return {"output": self.consoles[uid]}

    def run(self, **options: t.Any) -> dict[str, t.Any]:
        given = {"site": "store1", "path": str(self.path), "timeout": 0, **options}
        with patch_module_args(given), pytest.raises(SystemExit):
            openstack_host_keys.main()
        said = self._capsys.readouterr()
        # Where another test has loaded Ansible's controller, warnings are displayed, not returned.
        shown = " ".join(said.err.split())
        return {"warnings": [shown], **json.loads(said.out)}


@pytest.fixture(name="world")
def _world(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> World:
    world = World(tmp_path / "known_hosts.store1", capsys)
    monkeypatch.setattr(openstack_host_keys, "Cloud", world)
    monkeypatch.setattr(openstack_host_keys, "servers_of", world.servers_of)
    return world


def test_keys_are_pinned_under_the_servers_ids(world: World) -> None:
    told = world.run()
    assert (told["changed"], told["new"], told["pinned"]) == (True, ["w1", "w2"], ["w1", "w2"])
    assert world.path.read_text() == f"{ONE} {KEY}\n{TWO} {KEY}\n"


def test_a_second_run_asks_no_console_and_changes_nothing(world: World) -> None:
    world.run()
    world.asked.clear()
    told = world.run()
    assert (told["changed"], told["new"], world.asked) == (False, [], [])


def test_check_mode_predicts_and_writes_nothing(world: World) -> None:
    told = world.run(_ansible_check_mode=True)
    assert (told["changed"], told["diff"]["after"]) == (True, f"{ONE} {KEY}\n{TWO} {KEY}\n")
    assert not world.path.exists()


def test_a_server_without_keys_is_told(world: World) -> None:
    world.consoles[TWO] = "booting"
    told = world.run()
    assert (told["pinned"], told["unpinned"]) == (["w1"], {"w2": "its console shows no host keys"})
    assert "w2: its console shows no host keys" in str(told["warnings"])


def test_a_server_without_keys_fails_where_they_are_required(world: World) -> None:
    world.consoles[TWO] = "booting"
    told = world.run(required=True)
    assert told["failed"] and "w2: its console shows no host keys" in told["msg"]
    assert world.path.read_text() == f"{ONE} {KEY}\n", "what was found is kept"


def test_a_server_that_is_gone_is_forgotten(world: World) -> None:
    world.run()
    del world.consoles[ONE]
    told = world.run()
    assert (told["changed"], world.path.read_text()) == (True, f"{TWO} {KEY}\n")


def test_a_file_that_cannot_be_read_is_told(world: World) -> None:
    world.path.mkdir()
    assert f"{world.path}: cannot be read" in world.run()["msg"]


@pytest.mark.parametrize("theirs", ["gate.example.net", "|1|c2FsdA==|aGFzaA=="])
def test_a_file_with_keys_of_other_hosts_is_refused_and_kept(world: World, theirs: str) -> None:
    text = f"# mine\n{ONE} {KEY}\n{theirs} {KEY}\n"
    world.path.write_text(text)
    told = world.run()
    assert told["failed"] and f"{world.path}: has host keys of others ({theirs})" in told["msg"]
    assert "Name a file for this site alone" in told["msg"] and world.path.read_text() == text


def test_absent_removes_the_file_without_asking_the_cloud(world: World) -> None:
    world.run()
    world.asked.clear()
    assert world.run(state="absent", _ansible_check_mode=True)["changed"] is True
    assert world.path.exists()
    assert world.run(state="absent")["changed"] is True and not world.path.exists()
    assert (world.run(state="absent")["changed"], world.asked) == (False, [])


def test_absent_keeps_a_file_of_others(world: World) -> None:
    world.path.write_text(f"gate.example.net {KEY}\n")
    assert "has host keys of others" in world.run(state="absent")["msg"] and world.path.exists()
