# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site that every contender makes: one control plane and some workers, each with a volume."""

from __future__ import annotations

import dataclasses
import typing as t

EXTERNAL, IMAGE, FLAVOR = "public", "debian-13", "m1.tiny"
CIDR, EVERYWHERE = "192.168.0.0/20", "0.0.0.0/0"
VOLUME_GIB = 20
CONTROL, NODES = "control", "nodes"
# Nobody holds the other half: no server of this site can be entered.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJh6ZVKJ0T5rUrzwmbq0lS5n6yC0QTyEPvD1h2b7GXk x"


class Rule(t.NamedTuple):
    """Whom a group lets in: a range of addresses, or with none the group's own members."""

    protocol: str
    ports: tuple[int, int] | None = None
    cidr: str | None = None


# 15 rules.
RULES: dict[str, tuple[Rule, ...]] = {
    CONTROL: (
        Rule("tcp", (22, 22), EVERYWHERE),
        Rule("tcp", (6443, 6443), EVERYWHERE),
        Rule("tcp", (2379, 2380), CIDR),
        Rule("tcp", (10250, 10250), CIDR),
        Rule("tcp", (10257, 10259), CIDR),
    ),
    NODES: (
        Rule("icmp", None, EVERYWHERE),
        Rule("tcp", (80, 80), EVERYWHERE),
        Rule("tcp", (443, 443), EVERYWHERE),
        Rule("tcp", (30000, 32767), EVERYWHERE),
        Rule("udp", (30000, 32767), EVERYWHERE),
        Rule("tcp", (22, 22), CIDR),
        Rule("tcp"),
        Rule("udp"),
        Rule("icmp"),
        Rule("ipip"),
    ),
}


@dataclasses.dataclass(frozen=True)
class Site:
    """A site of so many workers."""

    name: str
    workers: int

    @property
    def control(self) -> str:
        """The server that has the floating IP."""
        return f"{self.name}-cp1"

    @property
    def worker_names(self) -> list[str]:
        """The servers that have volumes."""
        return [f"{self.name}-w{number}" for number in range(1, self.workers + 1)]

    @property
    def groups(self) -> dict[str, list[str]]:
        """The groups of each server."""
        nodes = [f"{self.name}-{NODES}"]
        return {
            self.control: [f"{self.name}-{CONTROL}", *nodes],
            **dict.fromkeys(self.worker_names, nodes),
        }

    @property
    def rules(self) -> list[tuple[str, Rule]]:
        """Every rule with its group."""
        return [(f"{self.name}-{role}", rule) for role, rules in RULES.items() for rule in rules]

    def declaration(self) -> dict[str, t.Any]:
        """Return the site in this collection's words."""
        few = {"flavor": FLAVOR, "image": IMAGE, "keypair": "key", "server_group": "apart"}
        control = {"name": "cp", "count": 1, "ports": [_port(CONTROL, NODES)], **few}
        workers = {"name": "w", "count": self.workers, "ports": [_port(NODES)], **few}
        return {
            "site": self.name,
            "networks": [{"name": "net"}],
            "subnets": [{"name": "subnet", "network": "net", "cidr": CIDR}],
            "routers": [{"name": "router", "external_network": EXTERNAL, "subnets": ["subnet"]}],
            "security_groups": [
                {"name": role, "rules": [_rule(role, rule) for rule in rules]}
                for role, rules in RULES.items()
            ],
            "keypairs": [{"name": "key", "public_key": PUBLIC_KEY}],
            "server_groups": [{"name": "apart", "policy": "soft-anti-affinity"}],
            "servers": [
                {**control, "floating_network": EXTERNAL},
                {**workers, "volumes": [{"name": "data", "size_gib": VOLUME_GIB}]},
            ],
        }


def _port(*groups: str) -> dict[str, t.Any]:
    return {"network": "net", "subnet": "subnet", "security_groups": list(groups)}


def _rule(role: str, rule: Rule) -> dict[str, t.Any]:
    ports = {"ports": "-".join(map(str, rule.ports))} if rule.ports else {}
    whom = {"remote_cidr": rule.cidr} if rule.cidr else {"remote_group": role}
    return {"protocol": rule.protocol, **ports, **whom}
