# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project holds more than was declared: names twice, rules of the cloud, things made again."""

from __future__ import annotations

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.rookery.rook.plugins.module_utils._cloud_servers import servers_of
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from cloudsite import GROUPS, KEY, InCloud, declaration, steps


@pytest.fixture(name="site")
def _site(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> InCloud:
    return InCloud(capsys, monkeypatch)


def test_another_offer_of_the_same_name_changes_nothing(site: InCloud) -> None:
    site.present()
    for many, uid in (("external", "x0"), ("images", "i0")):
        site.cloud.things[many].insert(0, {**site.cloud.things[many][0], "id": uid})
    assert site.present()["plan"] == []


def test_a_subnet_with_too_few_addresses_is_told_before_anything_is_made(site: InCloud) -> None:
    before, small = site.state(), {**declaration()["subnets"][0], "cidr": "192.0.2.0/29"}
    servers = declaration(workers=5)["servers"]
    for check in (True, False):
        told = site.present(check=check, subnets=[small], servers=servers)["msg"]
        assert "subnet/subnet: 192.0.2.0/29 has 5 beside the gateway" in told, told
        assert "and 7 are needed, with the one that the cloud takes for DHCP" in told
    assert site.state() == before


def test_an_image_that_is_offered_no_more_is_declared_by_its_id(site: InCloud) -> None:
    site.present()
    site.cloud.things["images"].clear()
    assert steps(site.present())[0] == "keep server/control"
    servers = declaration()["servers"]
    for server in servers:
        server["image"] = "i1"
    assert site.present(servers=servers)["plan"] == []
    servers[0]["image"] = "i2"
    assert steps(site.present(servers=servers)) == ["keep server/control"]


def test_a_change_to_what_is_not_there_or_there_twice_is_refused_in_check_mode_too(
    site: InCloud,
) -> None:
    site.present()
    before = site.state()
    router, servers = declaration()["routers"][0], declaration()["servers"]
    site.cloud.things["external"] += [{"id": uid, "name": "other"} for uid in ("x2", "x3")]
    servers[0]["ports"][0]["security_groups"] = ["nodes", "nowhere"]
    for network, told in (
        ("pubic", "router/router: pubic is no external network that this project can see"),
        ("other", "router/router: other is 2 times a external network. Give one id: x2, x3"),
    ):
        for check in (True, False):
            routers = [{**router, "external_network": network}]
            refused = site.present(check=check, routers=routers, servers=servers)
            assert told in refused["msg"] and refused["changed"] is False
            assert "port/control-net: nowhere is no security group" in refused["msg"]
    assert {**site.state(), "external": 0} == {**before, "external": 0}


def test_a_new_group_with_rules_for_the_way_out_lets_nothing_else_out(site: InCloud) -> None:
    rules = [*GROUPS[1]["rules"], {"direction": "egress", "protocol": "tcp", "ports": "443"}]
    groups = [GROUPS[0], {**GROUPS[1], "rules": rules}]
    site.present(security_groups=groups)
    made = next(x for x in site.cloud.things["security_groups"] if x["name"] == "store1-control")
    egress = [rule for rule in made["security_group_rules"] if rule["direction"] == "egress"]
    assert [rule["port_range_min"] for rule in egress] == [443]
    assert site.present(security_groups=groups)["plan"] == []


@pytest.mark.parametrize("target", ["volume/worker-1-osd", "port/control-net"])
def test_what_is_made_again_is_given_to_its_server_in_the_same_run(
    site: InCloud, target: str
) -> None:
    site.present()
    kind, _slash, name = target.partition("/")
    key = {"volume": "volume_type", "port": "network_id"}[kind]
    old = next(x for x in site.cloud.things[f"{kind}s"] if x["name"] == f"store1-{name}")
    old[key] = "other"
    servers = declaration()["servers"]
    servers[1]["volumes"][0]["type"] = "__DEFAULT__"
    site.cloud.things["volume_types"].append({"name": "__DEFAULT__"})
    asked = {"servers": servers, "replace": [target], "confirm": "store1", "drained": ["worker-1"]}
    predicted, made = site.present(check=True, **asked), site.present(**asked)
    assert {f"delete {target}", f"create {target}"} < set(steps(made)), made
    assert steps(predicted) == steps(made)
    assert site.present(servers=servers)["plan"] == []


def test_a_key_pair_that_is_made_again_is_the_same_for_servers(site: InCloud) -> None:
    site.present()
    key = declaration()["keypairs"][0]
    keys = [{**key, "public_key": key["public_key"].replace("AAAAC3", "AAAAC4")}]
    made = site.present(keypairs=keys, replace=["keypair/key"])
    assert steps(made) == ["delete keypair/key", "create keypair/key"]


def test_a_volume_is_not_taken_from_a_server_that_stays_and_is_not_drained(site: InCloud) -> None:
    site.present()
    before = site.state()
    renamed = declaration()["servers"]
    renamed[1]["volumes"][0]["name"] = "data"
    refused = site.present(servers=renamed, confirm="store1", drained=["worker-1"])
    assert "volume/worker-2-osd: is no longer declared, and may hold data" in refused["msg"]
    assert "volume/worker-1-osd" not in refused["msg"] and site.state() == before
    old = declaration()["servers"]
    old[1]["volumes"][0]["type"] = "fast"
    asked = {"servers": old, "replace": ["volume/worker-1-osd"], "confirm": "store1"}
    assert "and may hold data" in site.present(**asked)["msg"]
    made = site.present(servers=renamed, confirm="store1", drained=["worker-1", "worker-2-osd"])
    assert "delete volume/worker-2-osd" in steps(made), made


def test_a_snapshot_of_a_volume_that_would_go_is_told_before_anything_is_done(
    site: InCloud,
) -> None:
    site.present()
    osd = next(x for x in site.cloud.things["volumes"] if x["name"] == "store1-worker-2-osd")
    snapshot = {"id": "snap", "name": "before", "volume_id": osd["id"]}
    site.cloud.things["snapshots"].append(snapshot)
    before = site.state()
    fewer = {"servers": declaration(workers=1)["servers"], "confirm": "store1"}
    for check in (True, False):
        told = site.present(check=check, **fewer, drained=["worker-2"])["msg"]
        assert "snapshot snap before: was made from volume/worker-2-osd, which would go" in told
    assert site.state() == before
    site.cloud.things["snapshots"].clear()
    # Who may not look is told so.
    site.cloud.forbidden = "snapshots"
    made = site.present(**fewer, drained=["worker-2"])
    assert "delete volume/worker-2-osd" in steps(made) and "snapshots" in str(made["warnings"])


def test_a_volume_that_a_server_of_others_has_is_not_taken_from_it(site: InCloud) -> None:
    site.present()
    osd = next(x for x in site.cloud.things["volumes"] if x["name"] == "store1-worker-1-osd")
    osd["attachments"] = [{"server_id": "rescue", "device": "/dev/vdb"}]
    before, renamed = site.state(), declaration()["servers"]
    renamed[1]["volumes"][0]["name"] = "data"
    told = site.present(servers=renamed, confirm="store1", force=True)["msg"]
    assert "volume/worker-1-osd: would go, and server rescue has it, which is not ours" in told
    assert site.state() == before


def test_a_key_pair_that_is_declared_no_more_goes_by_its_name(site: InCloud) -> None:
    more = [*declaration()["keypairs"], {"name": "ops", "public_key": f"{KEY} ops@here"}]
    site.present(keypairs=more)
    for pair in site.cloud.things["keypairs"]:
        # Nova's list has none.
        pair.pop("id", None)
    assert steps(site.present(confirm="store1")) == ["delete keypair/ops"]


def test_a_volume_that_no_server_has_may_hold_data_all_the_same(site: InCloud) -> None:
    site.present()
    # Somebody took it out for a repair.
    osd = next(x for x in site.cloud.things["volumes"] if x["name"] == "store1-worker-1-osd")
    osd.update(attachments=[], status="available")
    renamed = {"servers": declaration()["servers"], "confirm": "store1", "check": True}
    renamed["servers"][1]["volumes"][0]["name"] = "data"
    for drained in ([], ["worker-2"], ["worker"]):
        told = site.present(**renamed, drained=["worker-2-osd", *drained])["msg"]
        assert "volume/worker-1-osd: is no longer declared, is in no server" in told
    for drained in (["worker-1-osd"], ["store1-worker-1"]):
        made = site.present(**renamed, drained=["worker-2-osd", *drained])
        assert "delete volume/worker-1-osd" in steps(made), made
    # What an earlier run left of a server that was named as drained goes without more words.
    servers = site.cloud.things["servers"]
    servers[:] = [each for each in servers if each["name"] != "store1-worker-1"]
    fewer = {"servers": declaration(workers=1)["servers"], "confirm": "store1", "check": True}
    fewer["servers"][1] |= {"count": None, "names": ["worker-2"]}
    assert "is in no server" in site.present(**fewer)["msg"]
    assert "delete volume/worker-1-osd" in steps(site.present(**fewer, drained=["worker-1"]))


@pytest.mark.parametrize("held", [True, False])
def test_of_a_volume_that_is_there_twice_the_one_that_is_held_counts(
    site: InCloud, held: bool
) -> None:
    site.present()
    first = site.first("volumes")
    attachments = first["attachments"] if held else []
    more = {"id": "copy", "created_at": "9", "attachments": attachments, "status": "available"}
    site.cloud.things["volumes"].append({**first, **more})
    told = site.present(check=True, confirm="store1")
    assert ("is there twice, and may hold data" in told.get("msg", "")) is held, told


def test_what_carries_the_mark_of_another_site_is_not_adopted(site: InCloud) -> None:
    site.present(site="store2")
    before = site.state()
    uid = next(x["id"] for x in site.cloud.things["servers"] if x["name"] == "store2-control")
    for refused in (
        site.present(adopt={uid: "server/control"}, confirm="store1", force=True),
        site.absent(adopt={uid: "server/control"}),
    ):
        assert f"{uid}: is to be adopted, and is of site store2" in refused.get("msg", "")
    assert site.state() == before


def test_a_network_that_is_declared_no_more_goes_after_all_that_is_in_it(site: InCloud) -> None:
    more = declaration()
    for part in (*more["subnets"], *(server["ports"][0] for server in more["servers"])):
        part["network"] = "net"
    more["networks"] += [{"name": "b"}]
    more["subnets"] += [{"name": "b", "network": "b", "cidr": "198.51.100.0/24"}]
    more["routers"] += [{"name": "b", "subnets": ["b"]}]
    site.present(**more)
    gone = site.present(servers=more["servers"])
    assert steps(gone) == ["delete router/b", "delete subnet/b", "delete network/b"]


def test_routes_that_others_added_stay_unless_routes_are_declared(site: InCloud) -> None:
    site.present()
    added = {"destination": "10.244.1.0/24", "nexthop": "192.0.2.9"}
    site.cloud.things["routers"][0]["routes"] = [added]
    assert site.present()["plan"] == []
    routers = [{**declaration()["routers"][0], "routes": []}]
    assert steps(site.present(routers=routers)) == ["update router/router"]
    assert site.cloud.things["routers"][0]["routes"] == []


def test_name_servers_that_others_added_stay_unless_they_are_declared(site: InCloud) -> None:
    plain = {"subnets": [{"name": "subnet", "cidr": "192.0.2.0/24"}]}
    site.present(**plain)
    site.cloud.things["subnets"][0]["dns_nameservers"] = ["192.0.2.99"]
    assert site.present(**plain)["plan"] == []
    plain["subnets"][0]["dns_nameservers"] = []
    assert steps(site.present(**plain)) == ["update subnet/subnet"]
    assert site.cloud.things["subnets"][0]["dns_nameservers"] == []


def test_a_boot_volume_makes_place_for_that_of_the_same_server(site: InCloud) -> None:
    servers = declaration()["servers"]
    servers[0]["boot_volume"] = {"size_gib": 30}
    site.present(servers=servers)
    boot = next(each for each in site.cloud.things["volumes"] if each["bootable"] == "true")
    boot["volume_image_metadata"] = {"image_id": "other"}
    site.cloud.limits |= {"Volumes": 3, "Gigabytes": 70}
    asked = {"servers": servers, "replace": ["server/control"], "drained": ["control"]}
    told = site.present(check=True, confirm="store1", **asked)
    assert steps(told) == ["delete server/control", "create server/control"]
    assert told.get("failed") is None, told["msg"]


def test_the_first_port_stays_the_first_for_who_does_not_know_the_declaration(
    site: InCloud,
) -> None:
    more = declaration()
    more["networks"] = [{"name": "nodes"}, {"name": "data"}]
    more["subnets"] = [
        {"name": name, "network": name, "cidr": cidr}
        for name, cidr in (("nodes", "192.0.2.0/24"), ("data", "198.51.100.0/24"))
    ]
    more["routers"][0]["subnets"] = ["nodes"]
    for server in more["servers"]:
        server["ports"] = [{"network": "nodes"}, {"network": "data"}]
    made = site.present(**more)
    assert servers_of(site.cloud, "store1") == made["servers"], made.get("msg")
    assert [x["network"] for x in made["servers"][0]["addresses"]] == ["nodes", "data"]
    assert site.present(**more)["plan"] == []


def test_a_server_that_the_cloud_has_not_yet_forgotten_is_made_again(site: InCloud) -> None:
    site.present()
    site.first("servers")["status"] = "DELETED"
    told = site.present(check=True)
    assert steps(told) == ["delete server/control", "create server/control"], told
    assert told["plan"][0]["reason"] == "is being deleted"


def test_a_server_of_which_the_cloud_tells_nothing_is_not_taken_for_gone(site: InCloud) -> None:
    site.present()
    uid = site.cloud.things["servers"][1]["id"]
    # What Nova lists of a server whose cell does not answer.
    site.cloud.things["servers"][1] = {"id": uid, "status": "UNKNOWN", "tenant_id": "p1"}
    before = site.state()
    for told in (site.present(), site.absent(), site.info()):
        assert f"does not tell of server {uid}" in told.get("msg", ""), told
    with pytest.raises(RookeryError, match="Run again when it does"):
        servers_of(site.cloud, "store1")
    assert site.state() == before


def test_what_the_user_may_not_list_is_told_where_something_of_it_could_be_left(
    site: InCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _module, words: warned.append(words))
    site.cloud.forbidden = "backups"
    assert site.present()["changed"] is True and not warned
    for number, look in enumerate((site.info, lambda: site.absent(check=True), site.absent), 1):
        assert not look().get("failed") and len(warned) == number
    assert all("refuses the list of backups" in words for words in warned)
