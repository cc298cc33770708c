# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site is made, kept and removed; what is not ours stays as it is."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from cloudsite import InCloud, declaration, steps
from fakecloud import Killed


@pytest.fixture(name="site")
def _site(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> InCloud:
    return InCloud(capsys, monkeypatch)


def test_check_mode_predicts_on_nothing_and_writes_nothing(site: InCloud) -> None:
    before = site.state()
    predicted = site.present(check=True)
    assert predicted["changed"] is True and site.state() == before
    done = site.present()
    assert steps(done) == steps(predicted) and done["fingerprint"] == predicted["fingerprint"]
    assert sorted(done["done"]) == sorted(steps(predicted))


def test_a_second_run_changes_nothing_and_asks_as_often_for_more_servers(site: InCloud) -> None:
    site.present()
    again = site.present()
    assert again["changed"] is False and again["plan"] == again["done"] == []
    more = declaration(workers=6)
    site.present(servers=more["servers"])
    assert site.present(servers=more["servers"])["requests"] == again["requests"] <= 14


def test_servers_are_told_with_addresses_groups_and_devices(site: InCloud) -> None:
    made = site.present()
    control, worker, _other = made["servers"]
    assert control["name"] == "store1-control" and control["groups"] == ["kube_control_plane"]
    assert control["floating_ip"].startswith("203.0.113.")
    assert made["floating_ips"] == {"server/control": control["floating_ip"]}
    volume = worker["volumes"][0]
    assert volume["name"] == "osd" and volume["size_gib"] == 20
    assert volume["device"] == f"/dev/disk/by-id/virtio-{volume['id'][:20]}"
    assert worker["addresses"][0]["network"] == "net"
    assert site.present(check=True)["servers"] == made["servers"]


def test_absent_needs_the_name_of_the_site_and_leaves_nothing(site: InCloud) -> None:
    before = site.state()
    site.present()
    refused = site.absent(confirm="")
    assert refused["failed"] is True and "Set confirm (rook_confirm) to store1" in refused["msg"]
    gone = site.absent()
    assert gone["changed"] is True and gone["left"] == [] and site.state() == before
    assert site.absent()["changed"] is False


def test_what_cloud_init_is_told_is_told_nobody_else(site: InCloud) -> None:
    servers = [{**item, "user_data": "password: of-all"} for item in declaration()["servers"]]
    for check in (True, False):
        made = site.present(check=check, servers=servers)
        assert made["changed"] is True and "of-all" not in str(made)


def test_two_sites_of_one_declaration_live_in_one_project(site: InCloud) -> None:
    site.present(site="store2")
    other = site.state()
    site.present()
    assert site.present(site="store2")["changed"] is False
    site.absent()
    assert site.state() == other


def test_a_site_of_this_name_in_another_project_keeps_its_ports(site: InCloud) -> None:
    site.present()
    # Who has the role of an administrator sees them all.
    theirs = [
        {
            **port, "id": f"their {port['id']}", "network_id": "theirs", "project_id": "p2",
            "security_groups": ["theirs"],
        }
        for port in site.cloud.things["ports"]
        if port.get("description")
    ]  # fmt: skip
    site.cloud.things["ports"] += theirs
    assert site.present(check=True)["plan"] == []
    site.absent()
    assert site.cloud.things["ports"] == theirs


DRIFTS: dict[str, tuple[str, str, t.Callable[[dict[str, t.Any]], object]]] = {
    "a name": ("networks", "network/net", lambda x: x.update(name="other")),
    "dns": ("subnets", "subnet/subnet", lambda x: x.update(dns_nameservers=[])),
    "dhcp": ("subnets", "subnet/subnet", lambda x: x.update(enable_dhcp=False)),
    "a rule less": (
        "security_groups", "rules/control", lambda x: x["security_group_rules"].pop(),
    ),
    "a rule more": (
        "security_groups", "rules/control",
        lambda x: x["security_group_rules"].append(
            {**x["security_group_rules"][-1], "id": "more", "protocol": "udp"}
        ),
    ),
    "port groups": ("ports", "port/control-net", lambda x: x.update(security_groups=[])),
    "volume size": ("volumes", "volume/worker-1-osd", lambda x: x.update(size=10)),
    "metadata": ("servers", "server/control", lambda x: x["metadata"].update(rook_groups="")),
    "stopped": ("servers", "server/control", lambda x: x.update(status="SHUTOFF")),
    "shelved": ("servers", "server/control", lambda x: x.update(status="SHELVED_OFFLOADED")),
    "address": ("floatingips", "floating_ip/control", lambda x: x.update(port_id=None)),
}  # fmt: skip


@pytest.mark.parametrize("drift", DRIFTS)
def test_drift_is_predicted_exactly_and_repaired(site: InCloud, drift: str) -> None:
    many, target, damage = DRIFTS[drift]
    site.present()
    damage(site.first(many))
    predicted = site.present(check=True)
    assert steps(predicted) == [f"update {target}"]
    assert site.info(**declaration())["drift"] == predicted["plan"]
    repaired = site.present()
    assert repaired["changed"] is True, repaired
    assert repaired["plan"] == predicted["plan"]
    assert site.present()["plan"] == []


def test_what_cannot_be_changed_is_kept_with_a_warning_and_replaced_when_asked(
    site: InCloud,
) -> None:
    site.present()
    site.first("servers")["flavor"]["original_name"] = "m1.large"
    kept = site.present()
    assert kept["changed"] is False and steps(kept) == ["keep server/control"]
    assert "flavor is 'm1.large', not 'm1.small'" in str(kept["warnings"])
    asked = {"replace": ["server/control"], "confirm": "store1"}
    assert "may hold data" in site.present(**asked)["msg"]
    # What is made again needs no room beside what goes for it.
    site.cloud.limits |= {"Instances": 3, "Cores": 3}
    made = site.present(**asked, drained=["control"])
    assert steps(made) == ["delete server/control", "create server/control"], made.get("msg")
    assert site.present()["plan"] == []


def test_scaling_up_creates_and_scaling_down_wants_a_drained_server(site: InCloud) -> None:
    site.present()
    more = declaration(workers=3)["servers"]
    grown = site.present(servers=more)
    assert steps(grown) == [
        "create port/worker-3-net", "create volume/worker-3-osd", "create server/worker-3",
    ]  # fmt: skip
    refused = site.present(confirm="store1")
    assert "is no longer declared, and may hold data" in refused["msg"]
    shrunk = site.present(confirm="store1", drained=["worker-3"])
    assert sorted(steps(shrunk)) == [
        "delete port/worker-3-net", "delete server/worker-3", "delete volume/worker-3-osd",
    ]  # fmt: skip
    assert site.present()["plan"] == []


def test_a_port_of_others_is_named_and_goes_with_permission(site: InCloud) -> None:
    site.present()
    net = site.cloud.things["networks"][0]["id"]
    port = {
        "id": "foreign", "name": "", "network_id": net, "device_owner": "Octavia",
        "device_id": "lb-4711", "description": "", "fixed_ips": [], "project_id": "p2",
    }  # fmt: skip
    site.cloud.things["ports"].append(port)
    before = site.state()
    assert site.present()["plan"] == []
    refused = site.absent()
    assert "port foreign, owner Octavia lb-4711: is in our network network/net" in refused["msg"]
    assert site.state() == before
    assert site.absent(release_foreign=["foreign"])["left"] == []
    assert site.info()["exists"] is False and site.cloud.things["ports"] == []


def test_all_shortages_are_told_before_the_first_write(site: InCloud) -> None:
    site.cloud.limits["Cores"] = 1
    site.cloud.network_limits["port"] = 2
    servers = declaration()["servers"]
    servers[0]["image"] = "nowhere"
    servers[1]["volumes"][0]["type"] = "slow"
    refused = site.present(servers=servers)
    assert site.cloud.writes == []
    for told in (
        "quota cores: needs 3, and 1 of 1 are free",
        "quota port: needs 4, and 2 of 2 are free",
        "server/control: nowhere is no image",
        "volume/worker-1-osd: slow is no volume type that this project can see. There are: fast",
    ):
        assert told in refused["msg"]


def test_a_volume_that_would_outgrow_the_quota_is_told_before_the_first_write(
    site: InCloud,
) -> None:
    site.present()
    before, grown = site.state(), declaration()["servers"]
    grown[1]["volumes"][0]["size_gib"] = 30
    site.cloud.limits["Gigabytes"] = 59
    refused = site.present(servers=grown)["msg"]
    assert "quota gigabytes: needs 20 GiB, and 19 GiB of 59 GiB are free" in refused
    assert site.state() == before
    site.cloud.limits["Gigabytes"] = 60
    assert steps(site.present(servers=grown)) == [
        "update volume/worker-1-osd", "update volume/worker-2-osd",
    ]  # fmt: skip


def test_a_server_group_that_would_be_too_large_is_told_before_the_first_write(
    site: InCloud,
) -> None:
    site.cloud.group_limits = {"maxServerGroups": 0, "maxServerGroupMembers": 1}
    refused = site.present()["msg"]
    assert site.cloud.writes == []
    assert "quota server_groups: needs 1, and 0 of 0 are free" in refused
    assert "server_group/spread: would have 2 servers, and a server group may have 1" in refused
    site.cloud.group_limits = {"maxServerGroups": 1, "maxServerGroupMembers": 2}
    site.present()
    more = declaration(workers=3)["servers"]
    assert "server_group/spread: would have 3 servers" in site.present(servers=more)["msg"]
    # One that is made again takes the place of its predecessor.
    more = declaration()["servers"]
    more[1]["flavor"] = "m1.large"
    large = {"id": "f2", "name": "m1.large", "vcpus": 1, "ram": 512}
    site.cloud.things["flavors"].append(large)
    again = site.present(
        check=True, servers=more, replace=["server/worker-1"], confirm="store1", force=True
    )
    assert again.get("failed") is None, again["msg"]


def test_a_key_pair_of_this_name_by_others_is_adopted_only_when_asked(site: InCloud) -> None:
    key = declaration()["keypairs"][0]["public_key"]
    theirs = {"id": "k", "name": "store1-key", "public_key": key}
    site.cloud.things["keypairs"].append(theirs)
    assert "Name it in adopt as store1-key: keypair/key" in site.present()["msg"]
    adopt = {"store1-key": "keypair/key"}
    assert "create keypair/key" not in steps(site.present(adopt=adopt))
    assert site.present(adopt=adopt)["changed"] is False


def test_what_is_adopted_is_marked_and_removed_with_the_site(site: InCloud) -> None:
    site.cloud.things["networks"].append({"id": "n7", "name": "store1-net", "description": ""})
    made = site.present(check=True, adopt={"n7": "network/net"})
    update = made["plan"][0]
    assert update["op"] == "update" and [change["path"] for change in update["changes"]] == [
        "description"
    ]
    site.present(adopt={"n7": "network/net"})
    assert site.present()["plan"] == []
    assert site.absent()["left"] == [] and site.cloud.things["networks"] == []


FAULTS = ("409", "500 before", "reset after", "kill before", "kill after")


def writes(site: InCloud, fault: str, at: int) -> t.Callable[[int, t.Any], str]:
    start = len(site.cloud.writes)
    return lambda index, _request: fault if index - start == at else ""


def run_through(call: t.Callable[[], object]) -> None:
    with contextlib.suppress(Killed):
        call()


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_request_fails_one_more_run_ends_it_and_nothing_is_doubled(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    for at in range(1, 40):
        site = InCloud(capsys, monkeypatch)
        site.present(site="store2")
        bystanders = site.state()
        site.cloud.fault = writes(site, fault, at)
        start = len(site.cloud.writes)
        run_through(site.present)
        reached = len(site.cloud.writes) - start >= at
        site.cloud.fault = lambda _index, _request: ""
        site.present()
        settled = site.present()
        assert settled["changed"] is False, (fault, at, settled)
        assert len(settled["servers"]) == 3
        counts = {many: len(items) for many, items in site.state().items()}
        assert counts["servers"] == 6 and counts["networks"] == 2 and counts["floatingips"] == 2
        site.cloud.fault = writes(site, fault, at)
        run_through(site.absent)
        site.cloud.fault = lambda _index, _request: ""
        assert site.absent()["left"] == []
        assert site.state() == bystanders, (fault, at)
        if not reached:
            return
    raise AssertionError("the site needs more requests than were tried")


def test_adoption_under_a_name_that_is_taken_is_refused_and_nothing_is_removed(
    site: InCloud,
) -> None:
    site.present()
    site.cloud.things["networks"].append({"id": "n7", "name": "old", "description": ""})
    before = site.state()
    refused = site.present(adopt={"n7": "network/net"}, confirm="store1", force=True)
    assert "network/net is there already, as n7" in refused["msg"]
    assert site.state() == before


def test_what_is_adopted_and_not_declared_is_refused_and_not_removed(site: InCloud) -> None:
    site.cloud.things["networks"].append({"id": "n7", "name": "old", "description": ""})
    before = site.state()
    refused = site.present(adopt={"n7": "network/nett"}, confirm="store1", force=True)
    assert "network/nett: is to be adopted, and is not declared" in refused["msg"]
    assert "Declare it, or take it out of adopt" in refused["msg"] and site.state() == before


def test_what_was_adopted_may_be_named_for_ever(site: InCloud) -> None:
    adopt = {"gone": "network/net"}
    assert "is not in this project" in site.present(adopt=adopt)["msg"]
    site.present()
    assert site.present(adopt=adopt)["changed"] is False
    assert site.absent(adopt=adopt)["left"] == []
    assert site.absent(adopt=adopt)["changed"] is False


def test_a_volume_with_a_copied_mark_is_not_removed_without_a_word(site: InCloud) -> None:
    site.present()
    copied = site.first("volumes")
    site.cloud.things["volumes"].append(
        {**copied, "id": "restored", "created_at": "9", "attachments": [], "status": "available"}
    )
    refused = site.present()
    assert "volume/worker-1-osd restored: its data or address would be lost" in refused["msg"]


def test_a_volume_in_error_is_told_and_made_again_only_when_asked(site: InCloud) -> None:
    site.present()
    site.first("volumes")["status"] = "error"
    kept = site.present()
    assert kept["changed"] is False and "status is 'error'" in str(kept["warnings"])


def test_a_server_that_never_started_is_made_again_without_a_word(site: InCloud) -> None:
    site.present()
    server = site.first("servers")
    server.update({"status": "ERROR", "OS-SRV-USG:launched_at": None})
    server["fault"] = {"message": "No valid host was found."}
    again = site.present()
    assert steps(again) == ["delete server/control", "create server/control"]
    assert again["plan"][0]["reason"] == "never started: No valid host was found."
    assert site.present()["plan"] == []
