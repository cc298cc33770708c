# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry is asked for an image as a runtime would ask it, by nobody, and only asked."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import threading
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import references, registry
from ansible_collections.rookery.rook.plugins.module_utils._host.mirrors import Endpoint
from ansible_collections.rookery.rook.plugins.module_utils._host.registry import Asker, Told
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System
from sites.registries import Registry, running
from sites.strict import be_strict

IMAGE = references.parse("quay.io/ceph/ceph:v19")


def asked(*places: str, patience: float = 5, **proxies: str) -> Told:
    ends = [Endpoint(f"http://{place}/v2", IMAGE.name) for place in places]
    return Asker(System(), proxies, patience).ask(IMAGE, ends)


def test_a_registry_that_has_it_serves_it_and_is_only_asked() -> None:
    with running(Registry("ceph/ceph:v19")) as small:
        assert asked(small.host) == Told("served")
        assert small.asked == ["HEAD /v2/ceph/ceph/manifests/v19"]


def test_one_that_wants_a_token_is_asked_with_that_of_anybody() -> None:
    with running(Registry("ceph/ceph:v19", temper="token")) as small:
        assert asked(small.host) == Told("served")
        token = "GET /token?scope=repository%3Aceph%2Fceph%3Apull&service=small"
        assert small.asked[1] == token and len(small.asked) == 3


@pytest.mark.parametrize(
    ("temper", "state", "words"),
    [
        ("", "missing", "does not have it"),
        ("token", "missing", "does not have it"),
        ("basic", "", "wants a login"),
        ("private", "", "wants a login"),
        ("busy", "", "is asked too often (429)"),
        ("odd", "", "gives something else than a token"),
        ("file", "", "sends everybody to file:///etc/passwd for a token"),
        ("lost", "unreachable", "is not reached"),
    ],
)
def test_what_it_does_not_serve_it_says_why(temper: str, state: str, words: str) -> None:
    with running(Registry("ceph/ceph:v18", temper=temper)) as small:
        told = asked(small.host)
        assert told.state == state and f"{small.host} {words}" in told.reason


def test_a_redirect_is_followed_as_a_question_and_without_the_token() -> None:
    with running(Registry("ceph/ceph:v19")) as real, running(Registry(temper="token")) as small:
        small.moved_to = f"http://{real.host}"
        assert asked(small.host) == Told("served")
        assert small.asked[-1] == "HEAD /v2/ceph/ceph/manifests/v19 with a token"
        assert real.asked == ["HEAD /v2/ceph/ceph/manifests/v19"]
        # In a circle nobody has it.
        real.moved_to = f"http://{real.host}"
        assert asked(real.host) == Told("", f"{real.host} answers 307")


def test_the_first_that_has_it_is_enough_and_otherwise_each_says_why() -> None:
    with running(Registry()) as mirror, running(Registry("ceph/ceph:v19")) as real:
        assert asked(mirror.host, "127.0.0.1:1", real.host) == Told("served")
        told = asked(mirror.host, "127.0.0.1:1")
        assert told.state == "unreachable"
        assert told.reason.startswith(f"{mirror.host} does not have it; 127.0.0.1:1 is not reached")
        assert asked().reason == "the container runtime is told to ask nobody for it"


def test_one_that_is_silent_or_speaks_something_else_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        assert asked(host, patience=0.2) == Told("unreachable", f"{host} is silent for 0.2 s")

        def answer() -> None:
            with silent.accept()[0] as line:
                line.recv(1024)
                line.sendall(b"220 smtp ready\r\n")

        # The one that gave up still stands in the queue.
        silent.accept()[0].close()
        threading.Thread(target=answer, daemon=True).start()
        assert asked(host) == Told("unreachable", f"{host} or a proxy before it speaks no HTTP")


def test_proxies_are_asked_unless_a_host_is_named_and_their_passwords_are_never_told() -> None:
    with running(Registry()) as proxy:
        through = {"http": f"http://me:hidden@{proxy.host}"}
        assert asked("registry.example.org", **through).state == "missing"
        assert proxy.asked == ["HEAD http://registry.example.org/v2/ceph/ceph/manifests/v19"]
        told = asked("registry.invalid", **through, no=".invalid")
        assert told.state == "unreachable" and len(proxy.asked) == 1
    for broken in ("http://me:hidden@127.0.0.1:1", "http://me:hidden@x:port", "http:/me:hidden"):
        told = asked("registry.example.org", http=broken)
        assert told.state == "unreachable" and "hidden" not in told.reason


def test_one_without_encryption_is_asked_so_where_that_is_allowed() -> None:
    with running(Registry("ceph/ceph:v19")) as small:
        strict = Endpoint(f"https://{small.host}/v2", IMAGE.name, verify=False)
        asker = Asker(System(), {}, 5)
        assert asker.ask(IMAGE, [strict]).state == "unreachable"
        assert asker.ask(IMAGE, [dataclasses.replace(strict, plain=True)]) == Told("served")


def test_a_registry_is_trusted_by_the_runtimes_certificates_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_strict(monkeypatch, ssl, "create_default_context")
    small = Registry("ceph/ceph:v19")
    authority = f"/{small.encrypt(tmp_path).name}"
    with running(small):
        place = Endpoint(f"https://{small.host}/v2", IMAGE.name)
        asker = Asker(System(str(tmp_path)), {}, 5)
        told = asker.ask(IMAGE, [place])
        assert told.state == "unreachable" and "CERTIFICATE_VERIFY_FAILED" in told.reason
        for trusted in ({"authorities": (authority,)}, {"verify": False}):
            assert asker.ask(IMAGE, [dataclasses.replace(place, **trusted)]) == Told("served")


def test_a_certificate_that_is_not_there_is_told(tmp_path: Path) -> None:
    place = Endpoint("https://127.0.0.1:1/v2", "a", "", ("/ca.crt",))
    told = Asker(System(str(tmp_path)), {}, 1).ask(IMAGE, [place])
    assert told.state == "unreachable" and "No such file" in told.reason


def test_nobody_waits_for_those_that_take_longer() -> None:
    gate = threading.Event()

    def ask(image: str) -> Told:
        if image == "slow":
            gate.wait(20)
        return Told("served")

    found = registry.ask_all(["quick", "slow"], ask, 2)
    gate.set()
    assert found["quick"] == Told("served")
    assert found["slow"] == Told("unreachable", "nobody answered within 2 s")
