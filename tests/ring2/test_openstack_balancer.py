# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The load balancer of a site's API, in a real Octavia: made, kept, repaired, removed."""

from __future__ import annotations

import itertools
import json
import os
import time
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.modules import openstack_site_info
from cloud import Cloud
from cloudproxy import CloudProxy, Fault, Request
from cloudruns import Object, end, listing, run, start

NUMBERS = itertools.count(1)
LIMIT_SECONDS = 120
MONITOR = {"type": "TCP", "delay": 5, "timeout": 5, "max_retries": 3}


@pytest.fixture(scope="module", name="balanced")
def _balanced() -> t.Iterator[Cloud]:
    """An OpenStack with Octavia, beside the one that the other tests share."""
    running = Cloud("-balanced")
    try:
        running.start("--balancers")
        yield running
    finally:
        running.stop()


class Balancers:
    """A site with a load balancer, and what is seen of it past the code under test."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        self.cloud, self.name = cloud, name
        self.member = cloud.connect()
        self.before = listing(self.member)

    def wish(self, controls: int = 1, **more: t.Any) -> Object:
        """Return the declaration of some control planes behind one address."""
        listener = {"port": 6443, "group": "kube_control_plane"}
        return {
            "site": self.name,
            "networks": [{"name": "net"}],
            "subnets": [{"name": "subnet", "cidr": "192.168.0.0/24"}],
            "routers": [{"name": "router", "external_network": "public", "subnets": ["subnet"]}],
            "servers": [
                {
                    "name": "control", "count": controls, "groups": ["kube_control_plane"],
                    "flavor": "m1.tiny", "image": "debian-13",
                },
            ],
            "load_balancers": [
                {
                    "name": "api", "subnet": "subnet", "floating_network": "public",
                    "listeners": [listener], **more,
                },
            ],
        }  # fmt: skip

    def run(self, wish: Object, **more: t.Any) -> Object:
        """Run the module, which has to do it."""
        result = run(self.cloud.clouds, **wish, **more)
        assert result.get("failed") is None, result["msg"]
        return result

    def applied(self, wish: Object, **more: t.Any) -> Object:
        """Run as check mode says that it will, and prove that nothing is left to do."""
        predicted = self.run(wish, **more, _ansible_check_mode=True)
        result = self.run(wish, **more)
        assert result["plan"] == predicted["plan"] and result["plan"], predicted["plan"]
        again = self.run(wish)
        assert again["changed"] is False and again["plan"] == [], again["plan"]
        return result

    def gone(self, **more: t.Any) -> None:
        """Remove the site to the last port."""
        absent = {"site": self.name, "state": "absent", "confirm": self.name}
        assert self.run(absent, **more)["left"] == []
        assert listing(self.member) == self.before and self.get("loadbalancers") == []

    def get(self, what: str) -> list[Object]:
        """Return a list of Octavia's."""
        answer = self.member.load_balancer.get(f"/lbaas/{what}")
        assert answer.status_code == 200, answer.text
        return t.cast("list[Object]", answer.json()[what.rpartition("/")[2]])

    def one(self) -> Object:
        """Return the load balancer of the site, whose name a test may have made longer."""
        name = f"{self.name}-api"
        (found,) = (item for item in self.get("loadbalancers") if item["name"].strip() == name)
        return found

    def write(self, method: str, path: str, waits: bool = True, **sent: t.Any) -> Object:
        """Change something by hand, and return what that says."""
        answer = self.member.load_balancer.request(f"/lbaas/{path}", method, json=sent or None)
        assert answer.status_code < 300, answer.text
        if waits:
            self.rests("ACTIVE")
        return t.cast("Object", answer.json()) if answer.content else {}

    def touch(self, state: str = "ACTIVE", waits: bool = True) -> None:
        """Ask for a change that is none, and wait until it is done."""
        path = f"loadbalancers/{self.one()['id']}"
        self.write("PUT", path, waits=False, loadbalancer={"admin_state_up": True})
        if waits:
            self.rests(state)

    def rests(self, state: str) -> None:
        """Wait until the load balancer is in a state."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while self.one()["provisioning_status"] != state:
            assert time.monotonic() < deadline, self.one()
            time.sleep(0.2)

    def give(self, name: str, state: str) -> None:
        """Have a load balancer come to a state when it would become active."""
        path = self.cloud.folder / "state/balancers" / name
        # The cloud may read it at any moment, and has to find one state or the other.
        new = path.with_suffix(".new")
        new.write_text(state)
        new.replace(path)

    def shown(self) -> Object:
        """Return what the API shows of listener, pool, monitor and members."""
        (listener,), (pool,), (monitor,) = map(self.get, ("listeners", "pools", "healthmonitors"))
        members = self.get(f"pools/{pool['id']}/members")
        assert listener["default_pool_id"] == pool["id"]
        assert pool["healthmonitor_id"] == monitor["id"]
        return {
            "listener": (listener["protocol"], listener["protocol_port"]),
            "pool": (pool["protocol"], pool["lb_algorithm"]),
            "monitor": {key: monitor[key] for key in MONITOR},
            "members": sorted((item["address"], item["protocol_port"]) for item in members),
        }

    def expected(self, result: Object) -> Object:
        """Return what it has to show for the servers of a result."""
        addresses = [server["addresses"][0]["address"] for server in result["servers"]]
        return {
            "listener": ("TCP", 6443),
            "pool": ("TCP", "ROUND_ROBIN"),
            "monitor": MONITOR,
            "members": sorted((address, 6443) for address in addresses),
        }


@pytest.fixture(name="site")
def _site(balanced: Cloud) -> t.Iterator[Balancers]:
    """A site of the test's own; what it leaves is removed."""
    site = Balancers(balanced, f"lb{next(NUMBERS)}")
    yield site
    for path in (balanced.folder / "state/balancers").iterdir():
        path.unlink()
    absent = {"site": site.name, "state": "absent", "confirm": site.name}
    rest = [
        item["id"] for item in run(balanced.clouds, **absent, _ansible_check_mode=True)["foreign"]
    ]
    run(balanced.clouds, **absent, release_foreign=rest)


def info(site: Balancers, capsys: pytest.CaptureFixture[str], wish: Object) -> Object:
    """Return what the module that only looks says."""
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(site.cloud.clouds)
    given = {
        "cloud": "member", **wish, "_ansible_remote_tmp": str(site.cloud.folder),
        "_ansible_keep_remote_files": False,
    }  # fmt: skip
    capsys.readouterr()
    with patch_module_args(given), pytest.raises(SystemExit):
        openstack_site_info.main()
    return t.cast("Object", json.loads(capsys.readouterr().out))


def test_it_is_made_in_one_run_follows_its_servers_and_goes_with_its_port(
    site: Balancers, capsys: pytest.CaptureFixture[str]
) -> None:
    wish = site.wish()
    made = site.applied(wish)
    assert site.shown() == site.expected(made)
    (address,) = (ip for ip in site.member.network.ips() if ip.port_id)
    assert address.port_id == site.one()["vip_port_id"]
    assert made["floating_ips"] == {"load_balancer/api": address.floating_ip_address}
    told = info(site, capsys, wish)
    assert told["costs"]["load_balancers"] == 1 and told["drift"] == [], told
    assert "load_balancer/api" in {item["id"] for item in told["things"]}
    assert told["foreign"] == []
    grown = site.applied(site.wish(2))
    assert site.shown() == site.expected(grown) and len(site.shown()["members"]) == 2
    shrunk = site.applied(site.wish(1), confirm=site.name, drained=["control-2"])
    assert len(site.shown()["members"]) == 1
    done = shrunk["done"]
    assert done.index("update load_balancer/api") < done.index("delete server/control-2")
    site.gone()


def test_what_was_changed_by_hand_is_told_and_repaired(site: Balancers, tmp_path: Path) -> None:
    wish = site.wish()
    made = site.run(wish)
    (pool,), (monitor,), (listener,) = map(site.get, ("pools", "healthmonitors", "listeners"))
    balancer = site.one()["id"]
    site.write("PUT", f"pools/{pool['id']}", pool={"lb_algorithm": "SOURCE_IP"})
    site.write("DELETE", f"healthmonitors/{monitor['id']}")
    strange = [{"address": "192.168.0.99", "protocol_port": 1}]
    site.write("PUT", f"pools/{pool['id']}/members", members=strange)
    more = {"protocol": "TCP", "protocol_port": 80, "loadbalancer_id": balancer}
    site.write("POST", "listeners", listener=more)
    site.write("DELETE", f"listeners/{listener['id']}")
    own = {"description": f"{site.one()['description']} and more", "name": f"{site.name}-api "}
    site.write("PUT", f"loadbalancers/{balancer}", loadbalancer=own)
    site.applied(wish)
    assert site.shown() == site.expected(made)
    (monitor,) = site.get("healthmonitors")
    site.write("PUT", f"healthmonitors/{monitor['id']}", healthmonitor={"delay": 9})
    repaired, refused = _while_somebody_works(site, tmp_path, wish)
    assert repaired.get("failed") is None and refused, repaired.get("msg")
    assert site.shown() == site.expected(made)
    other = next(ip for ip in ("192.168.0.77", "192.168.0.78") if ip != site.one()["vip_address"])
    kept = site.run(site.wish(address=other))
    assert [step["op"] for step in kept["plan"]] == ["keep"] and kept["changed"] is False
    site.give(f"{site.name}-api", "PENDING_UPDATE")
    site.touch(waits=False)
    late = run(site.cloud.clouds, **wish, wait_timeout=2)
    assert late["failed"] is True and "is in state PENDING_UPDATE" in late["msg"], late
    site.give(f"{site.name}-api", "ACTIVE")
    site.gone()


def _while_somebody_works(site: Balancers, folder: Path, wish: Object) -> tuple[Object, int]:
    """Let somebody be quicker than the first write; return the result and what was refused."""
    taken: list[Request] = []

    def take(request: Request) -> None:
        taken.append(request)
        site.give(f"{site.name}-api", "PENDING_UPDATE")
        site.touch(waits=False)

    def writes(request: Request) -> bool:
        if refused():
            site.give(f"{site.name}-api", "ACTIVE")
        return not taken and request.service == "octavia" and request.writes

    def refused() -> int:
        return sum(request.status == 409 for request in proxy.log)

    with CloudProxy(site.cloud.clouds) as proxy:
        proxy.arm(Fault("hook before", writes, hook=take))
        result = run(proxy.clouds(folder), **wish, wait_timeout=LIMIT_SECONDS)
        return result, refused()


def test_one_of_somebody_else_is_named_and_goes_with_permission(site: Balancers) -> None:
    site.run(site.wish())
    vip = {"vip_subnet_id": site.one()["vip_subnet_id"], "name": "theirs"}
    more = {"description": "Kubernetes external service web", "listeners": []}
    theirs = site.write("POST", "loadbalancers", waits=False, loadbalancer={**vip, **more})
    uid = theirs["loadbalancer"]["id"]
    # As Octavia makes one for each machine in which a load balancer runs.
    machine = site.cloud.connect("admin").network.create_port(
        network_id=site.one()["vip_network_id"], name="octavia-lb-vrrp-1",
        device_owner="compute:nova",
        allowed_address_pairs=[{"ip_address": site.one()["vip_address"]}],
    )  # fmt: skip
    site.give("theirs", "PENDING_UPDATE")
    before = listing(site.member)
    absent = {"site": site.name, "state": "absent", "confirm": site.name}
    refused = run(site.cloud.clouds, **absent)
    words = f"load_balancer {uid} theirs, owner Kubernetes external service web"
    assert refused["failed"] is True and words in refused["msg"], refused
    assert theirs["loadbalancer"]["vip_port_id"] not in refused["msg"]
    assert machine.id not in refused["msg"] and listing(site.member) == before
    # It is at work, so it cannot go yet.
    late = run(site.cloud.clouds, **absent, release_foreign=[uid], wait_timeout=5)
    assert late["failed"] is True and f"load_balancer/{uid}" in late["msg"]
    assert "PENDING_" in late["msg"]
    site.give("theirs", "ACTIVE")
    site.cloud.connect("admin").network.delete_port(machine)
    site.gone(release_foreign=[uid])


def test_one_in_error_is_told_and_made_again_when_asked(site: Balancers) -> None:
    wish = site.wish()
    site.run(wish)
    balancer = site.one()
    site.give(f"{site.name}-api", "ERROR")
    site.touch("ERROR")
    site.give(f"{site.name}-api", "ACTIVE")
    kept = site.run(wish)
    (step,) = kept["plan"]
    assert step["op"] == "keep" and "status is 'ERROR'" in step["reason"], step
    again = site.applied(wish, replace=["load_balancer/api"])
    assert site.one()["id"] != balancer["id"] and site.shown() == site.expected(again)
    (address,) = (ip for ip in site.member.network.ips() if ip.port_id)
    assert address.port_id == site.one()["vip_port_id"]
    # What is in error goes like any other.
    site.give(f"{site.name}-api", "ERROR")
    site.touch("ERROR")
    site.gone()


def test_a_process_that_is_killed_leaves_one_that_the_next_run_takes(
    site: Balancers, tmp_path: Path
) -> None:
    wish = site.wish()
    children: list[t.Any] = []
    with CloudProxy(site.cloud.clouds) as proxy:
        when = Fault(
            "hook after",
            lambda request: request.method == "POST" and request.path.endswith("/loadbalancers"),
            hook=lambda _request: children[0].kill(),
        )
        proxy.arm(when)
        children.append(start(proxy.clouds(tmp_path), **wish))
        assert end(children[0]) == -9 and proxy.met
        proxy.settle(killed=True)
    balancer = site.one()["id"]
    made = site.run(wish)
    assert site.one()["id"] == balancer and site.shown() == site.expected(made)
    assert site.run(wish)["plan"] == []
    site.gone()
