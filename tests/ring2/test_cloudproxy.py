# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy before the cloud sees everything, and breaks what it is told to, as it is told."""

from __future__ import annotations

import typing as t
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from cloud import Cloud
from cloudproxy import ANSWERS, PAGES, CloudProxy, Fault, Request
from keystoneauth1 import exceptions

NAME = "proxied"


@pytest.fixture
def client(cloud: Cloud, cloud_proxy: CloudProxy, tmp_path: Path) -> t.Iterator[t.Any]:
    """A connection through the proxy that has logged in; what it has made goes afterwards."""
    connection = cloud.connect(clouds=cloud_proxy.clouds(tmp_path))
    assert found(connection) == []
    yield connection
    cloud_proxy.arm()
    cloud_proxy.settle()
    for network in found(connection):
        assert ask(connection, "DELETE", f"/v2.0/networks/{network['id']}").status_code == 204


def ask(connection: t.Any, method: str, path: str, **more: t.Any) -> t.Any:
    """Ask neutron once, and return whatever it answers."""
    url = urljoin(connection.network.get_endpoint(), path)
    return connection.session.request(
        url, method, raise_exc=False, connect_retries=0, status_code_retries=0, **more
    )


def found(connection: t.Any) -> list[dict[str, t.Any]]:
    return ask(connection, "GET", f"/v2.0/networks?name={NAME}").json()["networks"]


def create(connection: t.Any) -> t.Any:
    return ask(connection, "POST", "/v2.0/networks", json={"network": {"name": NAME}})


def creates(request: Request) -> bool:
    return request.method == "POST" and request.path == "/v2.0/networks"


def test_everything_that_is_asked_goes_through_it(
    cloud: Cloud, cloud_proxy: CloudProxy, tmp_path: Path
) -> None:
    clouds = cloud_proxy.clouds(tmp_path)
    assert clouds.stat().st_mode & 0o777 == 0o600
    connection = cloud.connect(clouds=clouds)
    for look in (
        connection.compute.flavors, connection.image.images, connection.network.networks,
        connection.block_storage.types,
    ):  # fmt: skip
        assert list(look())
    services = {request.service for request in cloud_proxy.log}
    assert services == {"keystone", "nova", "glance", "neutron", "cinder"}
    assert [request.index for request in cloud_proxy.log] == list(range(len(cloud_proxy.log)))
    cloud_proxy.settle()
    assert {request.status // 100 for request in cloud_proxy.log} <= {2, 3}
    assert addresses(connection).isdisjoint(addresses(cloud.connect()))


def addresses(connection: t.Any) -> set[str]:
    """Return what the catalogue says, without paths."""
    kinds = ("block-storage", "compute", "identity", "image", "network", "placement")
    urls = [connection.session.get_endpoint(service_type=kind) for kind in kinds]
    assert all(urls)
    return {urlsplit(url).netloc for url in urls}


@pytest.mark.parametrize("status", [*(name for name in ANSWERS if name != "401"), "503"])
def test_an_error_is_answered_in_place_of_the_service(
    status: str, client: t.Any, cloud_proxy: CloudProxy
) -> None:
    cloud_proxy.arm(Fault(status, creates))
    answer = create(client)
    assert answer.status_code == int(status)
    assert answer.headers["x-openstack-request-id" if status in ANSWERS else "content-type"]
    assert ("retry-after" in answer.headers) is (status == "429")
    assert [(request.path, name) for request, name in cloud_proxy.met] == [
        ("/v2.0/networks", status)
    ]
    assert found(client) == []


def test_a_gateway_may_give_up_on_what_is_done(client: t.Any, cloud_proxy: CloudProxy) -> None:
    cloud_proxy.arm(Fault("504 after", creates))
    answer = create(client)
    assert (answer.status_code, PAGES["504"] in answer.text) == (504, True)
    assert len(found(client)) == 1


@pytest.mark.parametrize(("fault", "made"), [("reset before", 0), ("reset after", 1)])
def test_a_connection_is_reset_before_or_after_the_effect(
    fault: str, made: int, client: t.Any, cloud_proxy: CloudProxy
) -> None:
    cloud_proxy.arm(Fault(fault, creates))
    with pytest.raises(exceptions.ConnectFailure):
        create(client)
    cloud_proxy.settle()
    assert cloud_proxy.log[0].status == 0
    assert len(found(client)) == made


@pytest.mark.parametrize(("fault", "made"), [("hook before", 0), ("hook after", 1)])
def test_a_hook_is_called_before_or_after_the_effect(
    fault: str, made: int, client: t.Any, cloud_proxy: CloudProxy
) -> None:
    called: list[Request] = []
    cloud_proxy.arm(Fault(fault, creates, hook=called.append))
    with pytest.raises(exceptions.ConnectFailure):
        create(client)
    assert [request.path for request in called] == ["/v2.0/networks"]
    assert len(found(client)) == made


def test_a_request_may_stall_and_go_on(client: t.Any, cloud_proxy: CloudProxy) -> None:
    cloud_proxy.arm(Fault("stall", creates, seconds=0.5))
    assert create(client).status_code == 201
    assert cloud_proxy.log[0].seconds >= 0.5
    assert [request.method for request in cloud_proxy.writes()] == ["POST"]


def test_a_token_expires_in_the_middle(client: t.Any, cloud_proxy: CloudProxy) -> None:
    cloud_proxy.arm(Fault("401", lambda request: request.index == 1))
    old = client.session.get_token()
    assert found(client) == []
    assert create(client).status_code == 201
    assert client.session.get_token() != old
    given = {"headers": {"X-Auth-Token": old}, "authenticated": False}
    assert ask(client, "GET", "/v2.0/networks", **given).status_code == 401
    cloud_proxy.settle()
    told = [(request.service, request.status) for request in cloud_proxy.log]
    assert told == [
        ("neutron", 200), ("neutron", 401), ("keystone", 201), ("neutron", 201), ("neutron", 401),
    ]  # fmt: skip
