# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever somebody takes from a site, check mode says what one run then puts back."""

from __future__ import annotations

import copy

import pytest
from cloudsite import InCloud
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

MANY = (
    "floatingips", "servers", "volumes", "ports", "keypairs", "server_groups", "routers",
)  # fmt: skip
Takes = list[tuple[str, int]]


def take(site: InCloud, many: str, place: int) -> None:
    """Remove one thing behind the site's back, with what a cloud would take along."""
    items = site.cloud.things[many]
    own = [item for item in items if "store1" in str(item)]
    if not own:
        return
    gone = own[place % len(own)]
    items.remove(gone)
    uid = gone.get("id")
    for volume in site.cloud.things["volumes"]:
        if volume["attachments"] == [{"server_id": uid}]:
            volume.update({"status": "available", "attachments": []})
    for port in list(site.cloud.things["ports"]):
        if port["device_id"] == uid and many == "routers":
            site.cloud.things["ports"].remove(port)
        elif port["device_id"] == uid:
            port.update({"device_id": "", "device_owner": ""})
    for server in site.cloud.things["servers"]:
        attached = server["os-extended-volumes:volumes_attached"]
        attached[:] = [item for item in attached if item["id"] != uid]
    for group in site.cloud.things["server_groups"]:
        group["members"] = [member for member in group["members"] if member != uid]


@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(takes=st.lists(st.tuples(st.sampled_from(MANY), st.integers(0, 5)), max_size=4))
def test_whatever_is_taken_is_put_back_as_predicted(
    takes: Takes, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = InCloud(capsys, monkeypatch)
    site.present(site="store2")
    others = copy.deepcopy(site.state())
    site.present()
    for many, place in takes:
        take(site, many, place)
    predicted = site.present(check=True)
    done = site.present()
    assert done.get("failed") is None, done["msg"]
    assert done["plan"] == predicted["plan"]
    again = site.present()
    assert [step for step in again["plan"] if step["op"] != "keep"] == []
    assert len(again["servers"]) == 3
    assert site.absent()["left"] == []
    assert site.state() == others
