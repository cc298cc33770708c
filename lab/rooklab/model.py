# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One lab as data: its nodes, their addresses and disks. Nothing here touches the machine."""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass, replace

from rooklab.errors import LabError

PREFIX = "10.77"
MAX_DISKS = 8
MAX_CONTROL_PLANES = 9
MAX_WORKERS = 150
DISK_LINK = "/dev/disk/by-id/rooklab-disk{}"
_FIRST_CONTROL_PLANE, _FIRST_WORKER = 11, 31
# Loop devices are not namespaced: each node has numbers of its own, above those that `losetup -f`
# hands out.
_FIRST_LOOP, _LOOPS_PER_LAB = 1000, 256 * MAX_DISKS


@dataclass(frozen=True)
class Node:
    """One host."""

    name: str
    role: t.Literal["control-plane", "worker"]
    address: str
    mac: str
    loops: tuple[int, ...]

    @property
    def links(self) -> tuple[str, ...]:
        """The stable names of this node's disks."""
        return tuple(DISK_LINK.format(index) for index in range(len(self.loops)))


@dataclass(frozen=True)
class Lab:
    """What was asked for, and the network that was found free for it."""

    name: str
    subnet: int
    mtu: int
    control_planes: int
    workers: int
    disks: int
    disk_size: int
    image_source: str

    @property
    def net(self) -> str:
        """The first three numbers of the lab's addresses."""
        return f"{PREFIX}.{self.subnet}"

    @property
    def cidr(self) -> str:
        """The lab's network."""
        return f"{self.net}.0/24"

    @property
    def bridge(self) -> str:
        """The name of the lab's bridge; unique on the machine because the subnet is."""
        return f"rooklab{self.subnet}"

    @property
    def bridge_mac(self) -> str:
        """A fixed address: a bridge otherwise follows the lowest one of its ports."""
        return f"02:52:4b:{self.subnet:02x}:00:01"

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All hosts, control plane first."""
        planes = [
            self._node(f"cp{i + 1}", _FIRST_CONTROL_PLANE + i, 0)
            for i in range(self.control_planes)
        ]
        workers = [
            self._node(f"w{i + 1}", _FIRST_WORKER + i, self.disks) for i in range(self.workers)
        ]
        return (*planes, *workers)

    def node(self, name: str) -> Node:
        """Return one host by name."""
        for node in self.nodes:
            if node.name == name:
                return node
        names = ", ".join(node.name for node in self.nodes)
        raise LabError(f"lab {self.name!r} has no node {name!r}: name one of {names}")

    def container(self, node: Node) -> str:
        """Return a host's container name; control groups are named by it."""
        return f"{self.name}.{node.name}"

    def _node(self, name: str, number: int, disks: int) -> Node:
        first = _FIRST_LOOP + self.subnet * _LOOPS_PER_LAB + number * MAX_DISKS
        return Node(
            name=name,
            role="control-plane" if number < _FIRST_WORKER else "worker",
            address=f"{self.net}.{number}",
            mac=f"02:52:4b:{self.subnet:02x}:01:{number:02x}",
            loops=tuple(range(first, first + disks)),
        )


@dataclass(frozen=True)
class Wish:
    """The options of `up`; None means: as the lab is, else the default."""

    control_planes: int | None = None
    workers: int | None = None
    disks: int | None = None
    disk_size: int | None = None
    image_source: str | None = None


DEFAULTS: dict[str, t.Any] = {
    "control_planes": 1,
    "workers": 3,
    "disks": 1,
    "disk_size": 10 << 30,
    "image_source": "standin",
}


def new_lab(name: str, subnet: int, mtu: int, wish: Wish) -> Lab:
    """Return a lab that does not exist yet."""
    given = {key: value for key, value in asdict(wish).items() if value is not None}
    return Lab(name=name, subnet=subnet, mtu=mtu, **{**DEFAULTS, **given})


def grown_lab(lab: Lab, wish: Wish) -> Lab:
    """Return an existing lab, grown as asked; refuse what would take something away."""
    for key in ("disks", "disk_size"):
        asked, have = getattr(wish, key), getattr(lab, key)
        if asked is not None and asked != have:
            option = "--" + key.replace("_", "-")
            raise LabError(
                f"{option} {asked} differs from what lab {lab.name!r} has ({have}), and disks in "
                f"use are not changed: leave the option out, or run lab/lab down --name {lab.name} "
                "first"
            )
    for key in ("control_planes", "workers"):
        asked, have = getattr(wish, key), getattr(lab, key)
        if asked is not None and asked < have:
            option = "--" + key.replace("_", "-")
            raise LabError(
                f"{option} {asked} is fewer than lab {lab.name!r} has ({have}), and up removes "
                f"nothing: leave the option out, or run lab/lab down --name {lab.name} first"
            )
    return replace(
        lab,
        control_planes=wish.control_planes or lab.control_planes,
        workers=lab.workers if wish.workers is None else wish.workers,
        image_source=wish.image_source or lab.image_source,
    )


def image_source(lab: Lab | None, wish: Wish) -> str:
    """Return where Rook's images come from: as asked, as an existing lab has it, or the default."""
    known = lab.image_source if lab else str(DEFAULTS["image_source"])
    return wish.image_source or known


def to_json(lab: Lab) -> str:
    """Return a lab as the text of its state file."""
    return json.dumps(asdict(lab), indent=1) + "\n"


def from_json(text: str) -> Lab:
    """Return a lab from the text of its state file."""
    try:
        return Lab(**json.loads(text))
    except (ValueError, TypeError) as fault:
        raise LabError(
            f"the lab's state file cannot be read ({fault}): run lab/lab purge, then lab/lab up"
        ) from fault


def free_subnet(used: t.Collection[int], routes: str) -> int:
    """Return the third number of a network that neither a lab nor a route of this machine uses."""
    for subnet in range(256):
        if subnet not in used and f"{PREFIX}.{subnet}." not in routes:
            return subnet
    raise LabError(
        f"every network {PREFIX}.x.0/24 is in use: run lab/lab down for a lab that is not needed"
    )
