# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hosts with a router between them: real sockets find what that one drops.

Hosts are network namespaces of this machine. Only root may make them, and all of it is theirs: no
rule and no interface of the machine itself is touched.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import typing as t
import uuid
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._preflight import read_site
from ansible_collections.rookery.rook.plugins.module_utils._rules import check
from sites.small import BARE

LISTEN = (
    "from ansible_collections.rookery.rook.plugins.module_utils._host import probe\n"
    "desk = probe.Desk([3300, 6789, 6800], 6800)\n"
    "print('open', flush=True)\n"
    "desk.serve(['a'], 30)\n"
)
ASK = (
    "import json\n"
    "from ansible_collections.rookery.rook.plugins.module_utils._host import probe\n"
    "peers = [probe.Peer('b', '{address}')]\n"
    "print(json.dumps(probe.ask_all('a', peers, [3300, 6789, 6800, 7300], 6800, 2)))\n"
)
DROP = ("-p", "tcp", "--dport", "6789", "-j", "DROP")
REJECT = ("-p", "tcp", "--dport", "3300", "-j", "REJECT", "--reject-with", "tcp-reset")


# Where ip keeps the namespaces that have a name.
NAMES = Path("/run/netns")


def has_mount() -> bool:
    """Tell whether the folder of names is a mount; its device is that of what it is mounted on."""
    return str(NAMES) in Path("/proc/self/mounts").read_text().split()


class Street:
    """Host a, a router, host b."""

    def __init__(self) -> None:
        # Those of a run that was killed are still there.
        mark = uuid.uuid4().hex[:12]
        self.names = {each: f"probe-{each}-{mark}" for each in "arb"}
        self.address = "198.18.2.2"
        self.mounted = True

    def run(self, *words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, text=True)

    def inside(self, where: str, *words: str) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.names[where], *words)

    def build(self) -> None:
        self.mounted = has_mount()
        for name in self.names.values():
            self.run("ip", "netns", "add", name)
        for number, host in ((1, "a"), (2, "b")):
            self.run(
                "ip", "link", "add", f"to-{host}", "netns", self.names["r"], "type", "veth",
                "peer", "name", "eth0", "netns", self.names[host],
            )  # fmt: skip
            for where, link, last in (("r", f"to-{host}", 1), (host, "eth0", 2)):
                address = f"198.18.{number}.{last}/24"
                self.run(*self.inside(where, "ip", "address", "add", address, "dev", link))
                self.run(*self.inside(where, "ip", "link", "set", link, "up"))
            gateway = f"198.18.{number}.1"
            self.run(*self.inside(host, "ip", "route", "add", "default", "via", gateway))
        self.run(*self.inside("r", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"))

    def narrow(self) -> None:
        """Let the way take smaller packets than the hosts' interfaces, and nobody say so."""
        self.run(*self.inside("r", "ip", "link", "set", "to-b", "mtu", "1400"))
        self.run(*self.inside("r", "iptables", "-A", "OUTPUT", "-p", "icmp", "-j", "DROP"))

    def forbid(self, *rule: str) -> None:
        self.run(*self.inside("r", "iptables", "-A", "FORWARD", *rule))

    def ask(self) -> dict[str, t.Any]:
        """Return what a finds of b, which listens."""
        listening = subprocess.Popen(
            self.inside("b", sys.executable, "-c", LISTEN), stdout=subprocess.PIPE, text=True
        )
        try:
            assert listening.stdout is not None and listening.stdout.readline() == "open\n"
            asked = subprocess.run(
                self.inside("a", sys.executable, "-c", ASK.format(address=self.address)),
                check=True, capture_output=True, text=True, timeout=120,
            )  # fmt: skip
        finally:
            listening.kill()
            listening.wait(10)
        found: dict[str, t.Any] = json.loads(asked.stdout)["b"]
        return found

    def remove(self) -> None:
        for name in self.names.values():
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)
        # The first name on a machine makes a mount, which the last one leaves there.
        if not self.mounted and has_mount() and not any(NAMES.iterdir()):
            self.run("umount", str(NAMES))


@pytest.fixture(name="street")
def _street() -> t.Iterator[Street]:
    if os.geteuid():
        pytest.skip("only root may make network namespaces")
    street = Street()
    with contextlib.ExitStack() as stack:
        stack.callback(street.remove)
        street.build()
        yield street


def rules_of(peer: dict[str, t.Any]) -> set[str]:
    """Return which rules speak against what host w1 found."""
    site, _problems = read_site(BARE)
    assert site is not None
    return {finding.rule for finding in check(site, {"hosts": {"w1": {"peers": {"w2": peer}}}})}


def test_an_open_way_has_nothing_against_it(street: Street) -> None:
    found = street.ask()
    assert found["ports"] == {"3300": "open", "6789": "open", "6800": "open", "7300": "refused"}
    assert (found["large"], found["mtu"]) == (True, 1500)
    assert abs(found["offset"]) <= found["doubt"] + 0.01
    assert not rules_of(found) & {"NET-01", "NET-02", "NODE-15", "NODE-17"}


def test_a_port_that_is_dropped_and_one_that_is_rejected_are_closed_on_the_way(
    street: Street,
) -> None:
    street.forbid(*DROP)
    street.forbid(*REJECT)
    found = street.ask()
    assert found["ports"] == {
        "3300": "blocked", "6789": "blocked", "6800": "open", "7300": "refused",
    }  # fmt: skip
    assert "NET-01" in rules_of(found)


def test_a_way_that_loses_large_packets_in_silence_is_found(street: Street) -> None:
    street.narrow()
    found = street.ask()
    assert found["ports"]["6789"] == "open"
    assert (found["large"], found["mtu"]) == (False, 1500)
    assert "NET-02" in rules_of(found)


def test_a_way_that_is_cut_lets_nothing_through(street: Street) -> None:
    street.forbid("-j", "DROP")
    found = street.ask()
    assert set(found["ports"].values()) == {"blocked"} and "large" not in found
    assert "NODE-17" in rules_of(found)
