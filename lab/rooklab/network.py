# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab's bridge and its way out of the machine."""

from __future__ import annotations

import re

from rooklab.model import Lab
from rooklab.procs import run


def rules(lab: Lab) -> list[tuple[str, str, list[str]]]:
    """Return the lab's packet filter rules as table, chain and rule."""
    mark = ["-m", "comment", "--comment", comment(lab)]
    leave = ["-s", lab.cidr, "!", "-d", lab.cidr, *mark, "-j", "MASQUERADE"]
    return [
        ("nat", "POSTROUTING", leave),
        ("filter", "FORWARD", ["-i", lab.bridge, *mark, "-j", "ACCEPT"]),
        ("filter", "FORWARD", ["-o", lab.bridge, *mark, "-j", "ACCEPT"]),
    ]


def comment(lab: Lab) -> str:
    """Return what marks the lab's rules."""
    return f"rooklab:{lab.name}"


def uplink_mtu() -> int:
    """Return the largest packet that the way out of this machine carries."""
    route = re.search(
        r"^default .*?dev (\S+)", run("ip", "-4", "route", "show").stdout, re.MULTILINE
    )
    if not route:
        return 1500
    link = re.search(r"mtu (\d+)", run("ip", "link", "show", "dev", route[1]).stdout)
    return int(link[1]) if link else 1500


def ensure(lab: Lab) -> None:
    """Make the bridge and the rules that do not exist yet."""
    if run("ip", "link", "show", "dev", lab.bridge, check=False).returncode:
        run("ip", "link", "add", lab.bridge, "address", lab.bridge_mac, "type", "bridge")
    run("ip", "addr", "replace", f"{lab.net}.1/24", "dev", lab.bridge)
    run("ip", "link", "set", lab.bridge, "mtu", str(lab.mtu), "up")
    for table, chain, rule in rules(lab):
        if run("iptables", "-w", "-t", table, "-C", chain, *rule, check=False).returncode:
            run("iptables", "-w", "-t", table, "-I", chain, *rule)


def remove(lab: Lab) -> None:
    """Remove the rules, each as often as it is there, and the bridge."""
    for table, chain, rule in rules(lab):
        while not run("iptables", "-w", "-t", table, "-C", chain, *rule, check=False).returncode:
            run("iptables", "-w", "-t", table, "-D", chain, *rule)
    if not run("ip", "link", "show", "dev", lab.bridge, check=False).returncode:
        run("ip", "link", "del", lab.bridge)
