# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts find out about the way between them; two threads of this machine stand for two hosts."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import probe, stores
from ansible_collections.rookery.rook.plugins.modules import host_probe
from diskhost import call
from sites.registries import Registry, running

HOSTS = {"a": "127.0.0.1", "b": "127.0.0.1"}


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answer(desk: socket.socket, reply: bytes, most: int) -> None:
    """Answer datagrams that are not larger than that, until the socket is closed."""
    with contextlib.suppress(OSError):
        while True:
            text, sender = desk.recvfrom(1 << 16)
            if len(text) <= most:
                desk.sendto(reply, sender)


class Listener(threading.Thread):
    """A host that listens, by the function that the module calls."""

    def __init__(self, ports: list[int], datagrams: int, expected: list[str]) -> None:
        super().__init__(daemon=True)
        self.desk, self.expected = probe.Desk(ports, datagrams), expected
        self.heard: set[str] = set()

    def run(self) -> None:
        self.heard = self.desk.serve(self.expected, 20)


def test_a_host_is_asked_answers_and_ends_when_all_have_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ports, datagrams = [free_port(), free_port()], free_port(socket.SOCK_DGRAM)
    listener = Listener(ports, datagrams, ["a"])
    listener.start()
    asked = {"name": "a", "hosts": HOSTS, "ports": ports, "datagrams": datagrams, "patience": 5}
    found = call(capsys, host_probe, **asked)
    listener.join(10)
    assert (sorted(listener.desk.servers), listener.heard) == (sorted(ports), {"a"})
    peer = found["peers"]["b"]
    assert peer["ports"] == {str(port): "open" for port in ports}
    assert peer["large"] is True and peer["mtu"] > 1000
    assert abs(peer["offset"]) < 5 and peer["doubt"] >= 0
    assert found["changed"] is False


def test_where_nobody_listens_ports_refuse_and_nothing_else_is_claimed() -> None:
    port = free_port()
    found = probe.ask("a", probe.Peer("b", "127.0.0.1"), [port], free_port(socket.SOCK_DGRAM), 0.2)
    assert found == {"ports": {str(port): "refused"}}


def test_a_port_that_refuses_although_somebody_listens_is_closed_on_the_way() -> None:
    port, datagrams = free_port(), free_port(socket.SOCK_DGRAM)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", datagrams))

        reply = b'{"clock": %d, "ports": [%d]}' % (time.time() + 60, port)
        threading.Thread(target=answer, args=(desk, reply, 1 << 16), daemon=True).start()
        found = probe.ask("a", probe.Peer("b", "127.0.0.1"), [port], datagrams, 2)
    assert found["ports"] == {str(port): "blocked"}
    assert 55 < found["offset"] < 65


def test_who_ends_listening_while_it_is_asked_closes_no_way() -> None:
    """On hosts with much to do the asking may begin when the others have nearly ended."""
    port, datagrams = free_port(), free_port(socket.SOCK_DGRAM)
    desk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    desk.bind(("127.0.0.1", datagrams))

    def once() -> None:
        with desk:
            _text, sender = desk.recvfrom(1 << 16)
            desk.sendto(b'{"clock": %d, "ports": [%d]}' % (time.time(), port), sender)

    threading.Thread(target=once, daemon=True).start()
    found = probe.ask("a", probe.Peer("b", "127.0.0.1"), [port], datagrams, 2)
    assert found["ports"] == {str(port): "refused"} and "large" not in found
    assert "offset" in found


def test_an_answer_that_comes_late_is_not_taken_for_that_to_the_next_question() -> None:
    datagrams = free_port(socket.SOCK_DGRAM)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", datagrams))

        def late() -> None:
            """Answer the first question when the second one has come, as a busy host does."""
            clock = time.time() - 60
            with contextlib.suppress(OSError):
                held, _sender = desk.recvfrom(1 << 16)
                while True:
                    text, sender = desk.recvfrom(1 << 16)
                    for each in (held, text):
                        told = {"clock": clock, "ports": [], "mark": json.loads(each).get("mark")}
                        desk.sendto(json.dumps(told).encode(), sender)
                        clock = time.time()

        threading.Thread(target=late, daemon=True).start()
        found = probe.ask("a", probe.Peer("b", "127.0.0.1"), [], datagrams, 10)
    assert abs(found["offset"]) < 30


def test_large_packets_that_are_lost_are_told() -> None:
    datagrams = free_port(socket.SOCK_DGRAM)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", datagrams))

        reply = b'{"clock": 0, "ports": []}'
        threading.Thread(target=answer, args=(desk, reply, 1400), daemon=True).start()
        found = probe.ask("a", probe.Peer("b", "127.0.0.1"), [], datagrams, 2)
    assert found["large"] is False


def test_a_name_that_nobody_knows_is_no_way_at_all() -> None:
    found = probe.ask("a", probe.Peer("b", "no-such-host.invalid"), [6789], 6800, 0.2)
    assert found == {"ports": {"6789": "blocked"}}


def test_a_port_in_use_is_left_to_its_user() -> None:
    with socket.create_server(("", 0)) as user:
        port = user.getsockname()[1]
        desk = probe.Desk([port], free_port(socket.SOCK_DGRAM))
    assert desk.servers == {} and desk.serve(["a"], 0.1) == set()


def test_strange_datagrams_are_none_of_ours() -> None:
    datagrams = free_port(socket.SOCK_DGRAM)
    listener = Listener([], datagrams, ["a"])
    listener.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.settimeout(0.2)
        for text in (b"", b"{", b"[]", b'{"from": 1}', b"\xff\xfe"):
            stranger.sendto(text, ("127.0.0.1", datagrams))
        with pytest.raises(TimeoutError):
            stranger.recv(1024)
    probe.ask("a", probe.Peer("b", "127.0.0.1"), [], datagrams, 5)
    listener.join(10)
    assert listener.heard == {"a"}


def test_each_host_asks_those_after_it_and_is_asked_by_those_before() -> None:
    names = ["a", "b", "c", "d"]
    assert probe.round_table(names, "c", 2) == (["d", "a"], ["b", "a"])
    assert probe.round_table(names, "a", 99) == (["b", "c", "d"], ["d", "c", "b"])
    assert probe.round_table(["a"], "a", 8) == ([], [])
    assert probe.round_table(names, "x", 8) == ([], [])
    asks = {name: probe.round_table(names, name, 2)[0] for name in names}
    for name in names:
        before = probe.round_table(names, name, 2)[1]
        assert sorted(before) == sorted(other for other in names if name in asks[other])


def test_the_module_listens_behind_itself_until_it_was_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    port, datagrams = free_port(), free_port(socket.SOCK_DGRAM)
    asked = {"hosts": HOSTS, "ports": [port], "datagrams": datagrams}
    told = call(capsys, host_probe, name="b", listen=True, seconds=20, **asked)
    assert told["listening"] == {"ports": [port], "expected": ["a"]}
    found = call(capsys, host_probe, name="a", **asked)
    assert found["peers"]["b"]["ports"] == {str(port): "open"}
    # Its process ends once all have asked; then the port is free again.
    end = time.monotonic() + 10
    while probe.reach("127.0.0.1", port, 1) != "refused":
        assert time.monotonic() < end, "it listens on"
        time.sleep(0.05)


def test_images_are_on_the_host_come_from_archives_or_are_served(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores.Store("containerd", frozenset({"quay.io/here:1"}))
    monkeypatch.setattr(stores, "look", lambda _system: store)
    coming = frozenset({"quay.io/coming:1"})
    monkeypatch.setattr(stores, "archived", lambda _system, folders: coming if folders else set())
    with running(Registry("served:1", temper="token")) as small:
        served, other = f"{small.host}/served:1", f"{small.host}/other:1"
        # Nobody listens there.
        away = f"127.0.0.1:{free_port()}/away:1"
        names = ["quay.io/here:1", "quay.io/coming:1", served, other, away]
        asked = {"name": "a", "hosts": {}, "archives": ["/srv/images"]}
        told = call(capsys, host_probe, images=names, **asked)
        assert all(line.startswith(("HEAD /v2/", "GET /token")) for line in small.asked)
    found = told["images"]
    states = ["present", "archived", "served", "missing", "unreachable"]
    assert [found[name]["state"] for name in names] == states
    assert f"{small.host} does not have it" in found[other]["reason"]
    assert (told["runtime"], told["changed"]) == ("containerd", False)


def test_what_a_silent_runtime_may_have_is_not_decided(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores.Store("containerd", silent="containerd could not be asked")
    monkeypatch.setattr(stores, "look", lambda _system: store)
    with running(Registry("served:1", temper="token")) as small:
        names = [f"{small.host}/served:1", f"{small.host}/other:1"]
        found = call(capsys, host_probe, name="a", hosts={}, images=names)["images"]
    assert found[names[0]] == {"state": "served", "reason": ""}
    assert found[names[1]]["reason"].startswith("containerd could not be asked; ")
    assert "state" not in found[names[1]]
