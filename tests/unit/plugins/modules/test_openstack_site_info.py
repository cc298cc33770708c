# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there of a site is told with what it costs, and nothing is written."""

from __future__ import annotations

import pytest
from cloudsite import InCloud, declaration


@pytest.fixture(name="site")
def _site(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> InCloud:
    return InCloud(capsys, monkeypatch)


def test_nothing_is_there_before_and_after(site: InCloud) -> None:
    before = site.info()
    assert before["exists"] is False and before["things"] == [] and before["drift"] == []
    site.present()
    site.absent()
    after = site.info()
    assert {**after, "requests": 0, "warnings": 0} == {**before, "requests": 0, "warnings": 0}


def test_all_is_listed_with_its_costs(site: InCloud) -> None:
    site.present()
    told = site.info(**declaration())
    assert told["changed"] is False and told["exists"] is True and told["drift"] == []
    costs = told["costs"]
    assert (costs["servers"], costs["volumes"], costs["volumes_gib"]) == (3, 2, 40)
    assert costs["floating_ips"] == 1
    assert "volume/worker-1-osd" in [item["id"] for item in told["things"]]


def test_networks_are_listed_once_for_the_site_and_for_what_its_routers_lead_to(
    site: InCloud,
) -> None:
    site.present()
    told = site.info(**declaration())
    # A list of each of ten kinds, snapshots, backups, images and flavors.
    assert told["drift"] == [] and told["requests"] == 14


def test_a_floating_ip_that_nothing_has_is_told_by_its_own_name(site: InCloud) -> None:
    site.present()
    servers = site.cloud.things["servers"]
    servers[:] = [each for each in servers if each["name"] != "store1-control"]
    assert list(site.info()["floating_ips"]) == ["floating_ip/control"]


def test_without_the_site_all_of_it_is_what_differs(site: InCloud) -> None:
    drift = site.info(**declaration())["drift"]
    assert {step["op"] for step in drift} == {"create"}


def test_volumes_of_others_on_our_servers_and_snapshots_of_ours_are_told(site: InCloud) -> None:
    site.present()
    server = site.cloud.things["servers"][0]["id"]
    volume = site.cloud.things["volumes"][0]["id"]
    site.cloud.things["volumes"].append({
        "id": "csi", "name": "pvc-1", "status": "in-use", "size": 5, "bootable": "false",
        "metadata": {"cinder.csi.openstack.org/cluster": "store1"},
        "attachments": [{"server_id": server}],
    })  # fmt: skip
    site.cloud.things["snapshots"].append({"id": "snap", "name": "s", "volume_id": volume})
    told = {item["id"]: item for item in site.info()["foreign"]}
    assert told["csi"]["owner"] == "Kubernetes cluster store1" and told["csi"]["blocks"] is True
    assert told["snap"]["kind"] == "snapshot"
    assert site.info()["costs"]["volumes_gib"] == 45
