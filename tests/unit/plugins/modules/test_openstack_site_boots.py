# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volume from which a server boots goes with it, also when Nova leaves it behind."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request
from cloudsite import InCloud, declaration, steps

Thing = dict[str, t.Any]


@pytest.fixture(name="site")
def _site(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> InCloud:
    return InCloud(capsys, monkeypatch)


def booting() -> list[Thing]:
    """Return servers of which one boots from a volume."""
    servers = declaration()["servers"]
    return [{**servers[0], "boot_volume": {"size_gib": 30}}, *servers[1:]]


def boot_of(site: InCloud) -> Thing:
    found: Thing = next(x for x in site.cloud.things["volumes"] if x["bootable"] == "true")
    return found


def refuse(what: str) -> t.Callable[[int, Request], str]:
    """Return the fault that a request to remove something meets."""

    def fault(_index: int, request: Request) -> str:
        return "409" if request.method == "DELETE" and request.path.startswith(what) else ""

    return fault


def test_what_nova_leaves_of_a_server_is_removed_with_it(site: InCloud) -> None:
    site.present(servers=booting())
    site.cloud.keeps_boots = True
    told = site.absent()
    assert told.get("left") == [] and not site.cloud.things["volumes"], told


def test_what_cinder_refuses_to_remove_is_told_until_it_is_gone(site: InCloud) -> None:
    site.present(servers=booting())
    uid = boot_of(site)["id"]
    site.cloud.keeps_boots = True
    site.cloud.fault = refuse(f"/volumes/{uid}")
    assert "server/control" in site.absent()["msg"]
    # The server has gone, and the volume has neither a name nor a holder.
    told = site.info()
    assert f"volume/control/{uid}" in [item["id"] for item in told["things"]]
    assert told["costs"]["volumes_gib"] == 70 and told["foreign"] == []
    site.cloud.fault = lambda _index, _request: ""
    # It needs no word but that for what is lost.
    again = site.present(check=True, confirm="store1")
    assert f"delete volume/control/{uid}" in steps(again) and not again.get("failed"), again
    assert f"volume/control/{uid}: its data or address" in site.present(check=True)["msg"]
    assert site.absent()["left"] == [] and not site.info()["exists"]


def test_while_its_server_stays_a_volume_is_no_thing_of_its_own(site: InCloud) -> None:
    site.present(servers=booting())
    site.cloud.fault = refuse("/servers")
    assert "server/control" in site.absent()["msg"]
    assert boot_of(site)["metadata"] == {"rook_site": "store1", "rook_server": "control"}
    site.cloud.fault = lambda _index, _request: ""
    assert not [x for x in site.info()["things"] if x["uid"] == boot_of(site)["id"]]
    changes = steps(site.present(servers=booting(), check=True))
    assert not [each for each in changes if "volume/control" in each or "server/" in each]
    assert site.absent()["left"] == [] and not site.cloud.things["volumes"]


def test_by_its_volume_a_server_is_known_that_a_dead_cell_hides(site: InCloud) -> None:
    site.present(servers=booting())
    server = boot_of(site)["attachments"][0]["server_id"]
    site.cloud.fault = lambda _index, request: (
        "cell dies" if request.method == "DELETE" and request.path == f"/servers/{server}" else ""
    )
    site.absent()
    for port in site.cloud.things["ports"]:
        port.update({"device_id": "", "device_owner": ""})
    for told in (site.info(), site.absent(), site.present(servers=booting())):
        assert f"Server {server}, which has volume/control/" in told["msg"], told


def test_what_was_taken_to_another_server_is_told_before_it_goes(site: InCloud) -> None:
    site.present(servers=booting())
    boot = boot_of(site)
    site.cloud.keeps_boots = True
    site.cloud.fault = refuse(f"/volumes/{boot['id']}")
    site.absent()
    site.cloud.fault = lambda _index, _request: ""
    boot.update({"status": "in-use", "attachments": [{"server_id": "rescue"}]})
    site.cloud.things["servers"].append({
        "id": "rescue", "name": "rescue", "status": "ACTIVE", "metadata": {}, "tenant_id": "p1",
        "flavor": {"original_name": "m1.small"},
    })  # fmt: skip
    assert f"holds our volume volume/control/{boot['id']}" in site.absent()["msg"]


def test_what_cinder_takes_for_held_by_a_server_that_is_gone_is_told(site: InCloud) -> None:
    site.present(servers=booting())
    boot = boot_of(site)
    held = dict(boot)
    site.cloud.keeps_boots = True
    site.cloud.fault = refuse(f"/volumes/{boot['id']}")
    assert "server/control" in site.absent()["msg"]
    site.cloud.fault = lambda _index, _request: ""
    # Nova could not tell Cinder that it lets go of it.
    boot.update({"status": held["status"], "attachments": held["attachments"]})
    assert f"volume/control/{boot['id']}" in [item["id"] for item in site.info()["things"]]
    assert f"holds our volume volume/control/{boot['id']}" in site.absent()["msg"]
    permitted = site.absent(check=True, release_foreign=[held["attachments"][0]["server_id"]])
    assert f"delete volume/control/{boot['id']}" in steps(permitted)
