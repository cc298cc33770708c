# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be repeated is, and of what cannot it is told that nobody knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import (
    PAUSES,
    SILENCE,
    Cloud,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request, UnsureError
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    RookeryError,
)
from keystoneauth1 import exceptions

READ = Request("GET", "network", "/networks", "networks")
MAKE = Request("POST", "compute", "/servers", "server/w1", {"server": {}}, again=False)
DROP = Request("DELETE", "block-storage", "/volumes/v", "volume/v", accept=(404,))
CATALOG = {
    "network": "https://cloud.example/network",
    "compute": "https://cloud.example/compute/v2.1",
    "volumev3": "https://cloud.example/volume/v3/p1",
    "image": "https://cloud.example/image/",
}
RESET = exceptions.ConnectFailure("connection reset by peer\nand more")


def answer(status: int, body: t.Any = None, **headers: str) -> t.Any:
    return SimpleNamespace(
        status_code=status, content=b"x" if body is not None else b"", headers=headers,
        json=lambda: body, reason="Reason",
    )  # fmt: skip


class Region:
    """A configured cloud whose session gives prepared answers."""

    timeout: float | None = None

    def __init__(self, *answers: t.Any) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, str]] = []
        self.slept: list[float] = []

    def get_session(self) -> t.Any:
        return self

    @property
    def auth(self) -> t.Any:
        return self

    def get_access(self, _session: t.Any) -> t.Any:
        return SimpleNamespace(project_id="p1", service_catalog=self)

    def get_endpoints_data(self, service_type: str, **_where: str) -> dict[str, t.Any]:
        url = CATALOG.get(service_type)
        return {service_type: [SimpleNamespace(url=url)]} if url else {}

    def get_endpoint(self, _service: str) -> None:
        return None

    def get_interface(self, _service: str) -> str:
        return "public"

    def get_region_name(self, _service: str) -> str:
        return "one"

    def request(self, url: str, method: str, **_how: t.Any) -> t.Any:
        self.sent.append((method, url))
        found = self.answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def cloud(*answers: t.Any) -> tuple[Cloud, Region]:
    region = Region(*answers)
    return Cloud(region, region.slept.append), region


def test_a_login_that_was_begun_is_waited_for_and_not_made_again() -> None:
    client, region = cloud()
    begun, goes_on, logins = threading.Event(), threading.Event(), []

    def get_access(_session: t.Any) -> t.Any:
        logins.append(threading.current_thread())
        begun.set()
        goes_on.wait(30)
        raise exceptions.Unauthorized("no such user")

    region.get_access = get_access  # type: ignore[method-assign]
    client.begin_login()
    assert begun.wait(30)
    goes_on.set()
    for _again in range(2):
        with pytest.raises(RookeryError, match=r"^The login failed: no such user"):
            client.login()
    assert len(logins) == 1 and logins[0].daemon


@pytest.mark.parametrize("request_", [READ, DROP], ids=["a read", "a removal"])
def test_what_can_be_repeated_is_repeated_after_a_reset_and_a_fault(request_: Request) -> None:
    client, region = cloud(RESET, answer(500), answer(502), answer(200, {"networks": []}))
    assert client.send(request_) == {"networks": []}
    assert region.slept == list(PAUSES[:3]) and client.requests == 4


@pytest.mark.parametrize("last", [RESET, answer(500, {"message": "oops"}), answer(504)])
def test_of_a_creation_without_an_answer_nobody_knows(last: t.Any) -> None:
    client, region = cloud(last)
    with pytest.raises(UnsureError):
        client.send(MAKE)
    assert client.unsure == 1 and len(region.sent) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_cloud_is_left_alone_as_long_as_it_asks(status: int) -> None:
    client, region = cloud(
        answer(status, **{"Retry-After": "7"}), answer(status), answer(202, {"server": {}})
    )
    assert client.send(MAKE) == {"server": {}}
    assert region.slept == [7.0, PAUSES[1]] and client.unsure == 0


def test_it_ends_when_the_cloud_stays_away() -> None:
    client, region = cloud(*[RESET] * (len(PAUSES) + 1))
    with pytest.raises(ClientError, match=r"Failed to get networks: ConnectFailure: connection"):
        client.send(READ)
    assert region.slept == list(PAUSES)


def test_a_service_that_takes_requests_and_says_nothing_is_asked_twice_and_told() -> None:
    client, region = cloud(*[exceptions.ConnectTimeout("Request to x timed out")] * 6)
    with pytest.raises(ClientError) as caught:
        client.send(READ)
    assert len(region.sent) == 2 and region.slept == [PAUSES[0]]
    told = f"no answer from {CATALOG['network']}/v2.0/networks within {SILENCE:g} s"
    assert told in str(caught.value) and "api_timeout" in str(caught.value)


def test_of_a_creation_that_a_service_is_silent_about_nobody_knows() -> None:
    client, region = cloud(exceptions.ConnectTimeout("Request to x timed out"))
    with pytest.raises(UnsureError):
        client.send(MAKE)
    assert client.unsure == 1 and len(region.sent) == 1


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (403, {"forbidden": {"message": "Quota exceeded for cores"}}, "larger quota"),
        (413, {"overLimit": {"message": "exceeds allowed gigabytes quota"}}, "larger quota"),
        (409, {"NeutronError": {"type": "x", "message": "No more IP addresses"}}, "used up"),
        (409, {"m": {"message": "IP address 192.0.2.5 already allocated in subnet x"}}, "free it"),
        (409, {"m": {"message": "The IP address 192.0.2.5 is in use."}}, "free it"),
        (403, {"NeutronError": {"message": "disallowed by policy"}}, "roles do not allow"),
        (400, {"badRequest": {"message": "Image 1 is not active"}}, "until the image is active"),
        (401, {"error": {"message": "expired"}}, "whether the credential has expired"),
    ],
)
def test_an_error_is_a_sentence_with_the_thing_and_the_request(
    status: int, body: t.Any, told: str
) -> None:
    client, _region = cloud(answer(status, body, **{"x-openstack-request-id": "req-1"}))
    with pytest.raises(ClientError) as caught:
        client.send(MAKE)
    message = str(caught.value)
    assert message.startswith("Failed to post server/w1: ") and told in message
    assert "[req-1]" in message and f"({status})" in message


def test_what_a_cloud_repeats_of_user_data_is_not_told() -> None:
    body = {"server": {"name": "w1", "user_data": "c2VjcmV0"}}
    words = f"Invalid input for field/attribute server. Value: {body['server']}. Not valid"
    client, _region = cloud(answer(400, {"badRequest": {"message": words}}))
    with pytest.raises(ClientError) as caught:
        client.send(Request("POST", "compute", "/servers", "server/w1", body))
    assert "c2VjcmV0" not in str(caught.value)
    assert "'user_data': '(hidden)'" in str(caught.value)


def test_what_is_gone_already_is_no_error() -> None:
    client, _region = cloud(answer(404, {"itemNotFound": {"message": "no"}}))
    assert client.send(DROP) is None


def test_a_list_is_read_page_by_page() -> None:
    link = "https://cloud.example/network/v2.0/networks?marker=a"
    first = {"networks": [{"id": "a"}], "networks_links": [{"rel": "next", "href": link}]}
    client, region = cloud(answer(200, first), answer(200, {"networks": [{"id": "b"}]}))
    found = client.list("network", "/networks", "networks", project_id="p1")
    assert [item["id"] for item in found] == ["a", "b"]
    assert region.sent == [
        ("GET", "https://cloud.example/network/v2.0/networks?project_id=p1"),
        ("GET", link),
    ]


def test_of_several_values_each_is_asked_for() -> None:
    client, region = cloud(answer(200, {"ports": []}))
    client.list("network", "/ports", "ports", fields=("id", "name"))
    assert region.sent == [
        ("GET", "https://cloud.example/network/v2.0/ports?fields=id&fields=name")
    ]


def test_images_name_their_next_page_without_the_address() -> None:
    first = {"images": [{"id": "a"}], "next": "/v2/images?marker=a"}
    client, region = cloud(answer(200, first), answer(200, {"images": []}))
    assert len(client.list("image", "/images", "images")) == 1
    assert region.sent[1] == ("GET", "https://cloud.example/image/v2/images?marker=a")


def test_services_are_found_under_their_older_names_and_missing_ones_told() -> None:
    client, region = cloud(answer(200, {}))
    client.send(DROP)
    assert region.sent == [("DELETE", "https://cloud.example/volume/v3/p1/volumes/v")]
    assert client.has("network") is True and client.has("load-balancer") is False


def test_what_the_catalog_does_not_have_is_told_with_its_place() -> None:
    client, _region = cloud()
    with pytest.raises(RookeryError) as caught:
        client.list("load-balancer", "/lbaas/pools", "pools")
    told = "no load-balancer service in region one with interface public for this project"
    assert told in str(caught.value)


def test_no_request_waits_for_ever() -> None:
    _client, region = cloud()
    assert region.timeout == SILENCE


def test_a_client_that_only_reads_refuses_to_write() -> None:
    region = Region()
    with pytest.raises(RookeryError, match="only reads"):
        Cloud(region, reads=True).send(MAKE)
    assert region.sent == []


NOTHING = dict.fromkeys(
    (
        "cloud", "auth", "auth_type", "region_name", "validate_certs", "ca_cert", "client_cert",
        "client_key", "interface", "api_timeout",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"auth": {"username": "u"}}, "auth_url"),
        ({"auth": {"auth_url": "http://127.0.0.1:1", "usernaem": "u"}}, "usernaem"),
        ({"auth": {"auth_url": "http://127.0.0.1:1"}, "auth_type": "nope"}, "nope"),
        ({"cloud": "broken"}, "clouds.yaml"),
    ],
)
def test_a_configuration_that_makes_no_cloud_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, t.Any], told: str
) -> None:
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "clouds.yaml").write_text("clouds: {broken: [}\n" if "cloud" in given else "")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    with pytest.raises(RookeryError, match=rf"^No cloud can be made.*{told}"):
        Cloud.connect({**NOTHING, **given})


@pytest.mark.parametrize(
    "text",
    [
        "clouds: [a]", "clouds: {a: 1}", "clouds: {a: []}", "clouds: {a: {auth: x}}",
        "clouds: {a: {auth: {auth_url: 5, username: u, password: secret}}}",
        "clouds: {a: {api_timeout: x, auth: {auth_url: 'http://127.0.0.1:1', username: u}}}",
        "clouds: {a: 2026-99-99}",
    ],
)  # fmt: skip
def test_a_configuration_of_another_sort_is_no_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "clouds.yaml").write_text(text)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    with pytest.raises(RookeryError, match=r"^No cloud can be made .* clouds\.yaml") as caught:
        Cloud.connect({**NOTHING, "cloud": "a"})
    assert "secret" not in str(caught.value)


CLOUDS = """
clouds:
  two: {auth: {auth_url: "http://127.0.0.1:1", username: u, password: secret}}
  one: {auth: {auth_url: "http://127.0.0.1:1", username: u, password: secret}}
"""


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, r"none is named, and clouds\.yaml has one, two\. Name one in cloud .* OS_CLOUD\.$"),
        ({"cloud": "three"}, r"three.* Complete or correct these, or clouds\.yaml\.$"),
        ({"auth": {"username": "u"}}, r"auth_url.* Complete or correct these, or clouds\.yaml\.$"),
    ],
)
def test_one_of_several_clouds_is_to_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, t.Any], told: str
) -> None:
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "clouds.yaml"))
    with pytest.raises(RookeryError, match=rf"^No cloud can be made out of .*{told}"):
        Cloud.connect({**NOTHING, **given})
    monkeypatch.setenv("OS_CLOUD", "three")
    with pytest.raises(RookeryError, match=r"three.* Complete or correct these"):
        Cloud.connect(NOTHING)


ALONE = """
import sys
{before}
from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
auth = {{"auth_url": "https://cloud.example/v3", "username": "u", "password": "p"}}
cloud = Cloud.connect({{**dict.fromkeys({names}), "cloud": "", "auth": auth}}, alone={alone})
assert cloud._session.timeout
print("openstack.connection" in sys.modules)
"""


@pytest.mark.parametrize(
    ("before", "alone", "loaded"),
    [("", True, False), ("", False, True), ("import openstack", True, True)],
)
def test_the_classes_of_all_services_are_loaded_only_where_somebody_may_use_them(
    before: str, alone: bool, loaded: bool, tmp_path: Path
) -> None:
    code = ALONE.format(before=before, names=tuple(NOTHING), alone=alone)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "HOME": str(tmp_path)},
        text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.stdout.strip(), done.stderr) == (f"{loaded}", "")


def test_an_answer_that_is_no_json_is_told_with_who_gave_it() -> None:
    page = SimpleNamespace(
        status_code=200, content=b"<html>", headers={}, reason="OK",
        json=lambda: json.loads("<html>"),
    )  # fmt: skip
    client, _region = cloud(page)
    with pytest.raises(ClientError, match=r"network service answered with what is no JSON"):
        client.send(READ)
