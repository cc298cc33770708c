# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Consoles are read until each server has shown its keys, never longer than the limit."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _cloud_pinning as pinning
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    RookeryError,
)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJh6ZVKJ0T5rUrzwmbq0lS5n6yC0QTyEPvD1h2b7GXk"
SHOWN = f"-----BEGIN SSH HOST KEY KEYS-----\n{KEY} root@a\n-----END SSH HOST KEY KEYS-----\n"
SERVERS = [{"id": "1", "name": "s-a"}, {"id": "2", "name": "s-b"}]


class Consoles:
    """Answers of consoles, one after another, and a clock that moves by sleeping alone."""

    def __init__(self, **answers: list[str | int]) -> None:
        self.answers = {key.removeprefix("s"): value for key, value in answers.items()}
        self.now = 0.0
        self.asked: list[str] = []

    def send(self, request: t.Any) -> t.Any:
        uid = request.path.split("/")[2]
        self.asked.append(uid)
        left = self.answers[uid]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, int):
            raise ClientError("post", request.target, "no", answer)
        return {"output": answer}

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def find(self, timeout: float) -> pinning.Pins:
        return pinning.find_keys(self, SERVERS, timeout, lambda: self.now, self.sleep)


def test_a_console_that_has_keys_is_read_once() -> None:
    cloud = Consoles(s1=[SHOWN], s2=["booting", 409, SHOWN])
    pins = cloud.find(60)
    assert (pins.keys, pins.reasons) == ({"1": (KEY,), "2": (KEY,)}, {})
    assert cloud.asked.count("1") == 1
    assert cloud.now == 2 * pinning.PAUSE


def test_the_wait_ends_at_its_limit_with_the_reason() -> None:
    cloud = Consoles(s1=[SHOWN], s2=["booting"])
    pins = cloud.find(10)
    assert (cloud.now, list(pins.keys)) == (10, ["1"])
    assert pins.reasons == {"2": "its console shows no host keys"}


def test_a_console_that_is_refused_is_not_waited_for() -> None:
    cloud = Consoles(s1=[501], s2=[403])
    pins = cloud.find(600)
    assert cloud.now == 0
    assert pins.reasons["1"] == "Failed to post server/s-a: no (501)."


@pytest.mark.parametrize("timeout", [0, 180])
def test_no_console_is_asked_when_those_before_took_all_of_the_time(timeout: float) -> None:
    class Slow(Consoles):
        def send(self, request: t.Any) -> t.Any:
            self.now += 200
            return super().send(request)

    cloud = Slow(s1=[504], s2=[SHOWN])
    pins = cloud.find(timeout)
    assert cloud.asked == ["1"] and "(504)" in pins.reasons["1"]
    assert "not asked, as others took all of the time" in pins.reasons["2"]


def test_nothing_is_waited_for_without_a_limit_or_without_servers() -> None:
    cloud = Consoles(s1=["booting"], s2=["booting"])
    assert cloud.find(0).keys == {}
    assert (cloud.now, cloud.asked) == (0, ["1", "2"])
    assert pinning.find_keys(cloud, [], 600).keys == {}


def test_the_file_is_written_whole_and_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "ssh/known_hosts.store1"
    assert pinning.text_of(path) == ""
    uid = "4d0e5cd6-7a16-4d3c-9a9a-6f7b0c6d3a55"
    servers = [{**SERVERS[0], "id": uid}, SERVERS[1]]
    text = pinning.after("", pinning.Pins({uid: (KEY,)}), servers)
    pinning.write(path, text)
    assert pinning.text_of(path) == f"{uid} {KEY}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert pinning.new_servers(servers, text) == [SERVERS[1]]


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file/known_hosts", tmp_path / "folder"):
        with pytest.raises(RookeryError, match=rf"{path}: cannot be written \(.*Name another"):
            pinning.write(path, f"1 {KEY}\n")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]
