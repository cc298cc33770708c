# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server in a part of the cloud that does not answer is neither gone nor made once more."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request
from cloudsite import InCloud, declaration, steps


@pytest.fixture(name="site")
def _site(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> InCloud:
    return InCloud(capsys, monkeypatch)


def uid_of(site: InCloud, name: str) -> str:
    return str(next(x["id"] for x in site.cloud.things["servers"] if x["name"] == name))


def dies(_index: int, request: Request) -> str:
    """Let the cell of a server die right after it took the request to remove it."""
    removal = request.method == "DELETE" and request.path.startswith("/servers/")
    return "cell dies" if removal and request.target == "server/control" else ""


def test_a_server_that_a_dead_cell_hides_is_not_taken_for_gone(site: InCloud) -> None:
    site.present()
    uid = uid_of(site, "store1-control")
    site.cloud.fault = dies
    told = site.absent()
    assert f"Server {uid}, server/control, is in no list" in told["msg"], told
    assert "it may run on. Run again when it does" in told["msg"]
    assert "left" not in told and "delete server/control" not in told["done"]
    held = [port for port in site.cloud.things["ports"] if port["device_id"] == uid]
    assert held and "delete network/net" not in told["done"]


def test_as_long_as_it_is_hidden_every_run_says_so_and_changes_nothing(site: InCloud) -> None:
    site.present()
    uid = uid_of(site, "store1-control")
    site.cloud.fault = dies
    site.absent()
    site.cloud.fault = lambda _index, _request: ""
    before = site.state()
    for told in (site.absent(), site.absent(check=True), site.present(), site.info()):
        assert f"Server {uid}, which has port/control-net, is in no list" in told["msg"], told
        assert f"Failed to get server {uid}" in told["msg"]
    assert site.state() == before
    # The cell is back, and does what it was asked for.
    site.cloud.silent.clear()
    site.cloud.queued.clear()
    assert site.absent()["left"] == []


def test_a_server_with_a_volume_of_ours_is_hidden_by_nothing(site: InCloud) -> None:
    site.present()
    uid = uid_of(site, "store1-worker-1")
    site.cloud.silent.add(uid)
    site.cloud.queued.add(uid)
    for port in site.cloud.things["ports"]:
        if port["device_id"] == uid:
            port.update({"device_id": "", "device_owner": ""})
    told = site.absent(release_foreign=[uid])["msg"]
    assert f"Server {uid}, which has volume/worker-1-osd, is in no list" in told


def test_what_a_server_left_behind_that_is_gone_stops_nothing(site: InCloud) -> None:
    site.present()
    servers = site.cloud.things["servers"]
    # Nova forgot it, and could not tell the network service.
    servers[:] = [each for each in servers if each["name"] != "store1-control"]
    assert "create server/control" in steps(site.present(check=True))
    assert site.absent()["left"] == []


@pytest.mark.parametrize("hidden", [True, False])
def test_a_creation_without_an_answer_is_not_repeated_while_a_cell_is_silent(
    site: InCloud, hidden: bool
) -> None:
    def fault(_index: int, request: Request) -> str:
        if request.method == "POST" and request.target == "server/control":
            if hidden:
                # It was made, and its cell died before it was answered for.
                uids = {f"server{number}" for number in range(99)}
                site.cloud.silent |= uids
            return "" if asked.append(request.target) else "reset after"
        return ""

    asked: list[str] = []
    site.cloud.fault = fault
    told = site.present(servers=declaration()["servers"][:1])
    assert asked == ["server/control"]
    assert len(site.cloud.things["servers"]) == 1
    assert ("does not tell of server" in told.get("msg", "")) is hidden, told


def test_one_list_of_ports_tells_of_many_servers(
    site: InCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.present(servers=declaration(workers=9)["servers"])
    asked: list[str] = []
    plain = site.cloud.list

    def noted(service: str, path: str, many: str, **query: str) -> list[dict[str, object]]:
        asked.append(path)
        return plain(service, path, many, **query)

    monkeypatch.setattr(site.cloud, "list", noted)
    assert site.absent()["left"] == []
    # Before, after, and when the last server has gone.
    assert asked.count("/ports") == 3
    assert not [each for each in asked if "metadata" in each]
