# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The tree of CRUSH, seen as a rule sees it: domains of one type, of one device class. Pure.

Each view is made once, in time linear in the number of OSDs.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.domains import DOMAIN_LABELS
from ansible_collections.rookery.rook.plugins.module_utils._placement.types import ROOT, Take

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Node, Osd


T = t.TypeVar("T")


@dataclasses.dataclass
class Domain:
    """One failure domain: how many places it has, their weight, and their size where known."""

    places: int = 0
    weight: float = 0.0
    size: int | None = 0

    def add(self, weight: float, size: int | None) -> None:
        """Add a place."""
        self.places += 1
        self.weight += weight
        self.size = None if size is None or self.size is None else self.size + size


@dataclasses.dataclass(frozen=True)
class View:
    """Domains by name, and what each host has in which of them: (domain, places, weight, size).

    bare are hosts with OSDs that hang beside the domains, for want of a label.
    """

    domains: Mapping[str, Domain]
    hosts: Mapping[str, tuple[tuple[str, int, float, int | None], ...]]
    bare: tuple[str, ...]

    def away(self, lost: Collection[str]) -> dict[str, tuple[int, float, int | None]]:
        """Return places, weight and size that each domain loses with some hosts."""
        found: dict[str, tuple[int, float, int | None]] = {}
        for host in lost:
            for name, places, weight, size in self.hosts.get(host, ()):
                before = found.get(name, (0, 0.0, 0))
                total = None if size is None or before[2] is None else before[2] + size
                found[name] = (before[0] + places, before[1] + weight, total)
        return found

    def shares(self, lost: Collection[str] = ()) -> dict[str, tuple[float, float]]:
        """Return of each domain its weight, and how much of it is left without some hosts."""
        found = {name: (item.weight, item.weight) for name, item in self.domains.items()}
        for name, (places, weight, _size) in self.away(lost).items():
            item = self.domains[name]
            # Sums of fractions do not end at nothing by themselves.
            left = 0.0 if places == item.places else item.weight - weight
            found[name] = (item.weight, left)
        return found


class Tree:
    """Nodes under a root of CRUSH, and the views of them that were asked for."""

    def __init__(self, nodes: Sequence[Node], root: str = ROOT) -> None:
        self.nodes = tuple(node for node in nodes if node.osds)
        self.root = root
        self._views: dict[tuple[str, str | None, str], View] = {}
        self._units: dict[str, dict[str, tuple[str, ...]]] = {}
        self._known: dict[t.Hashable, t.Any] = {}

    def view(self, take: Take, root: str = ROOT) -> View:
        """Return what a step of a rule sees; under another root there is nothing."""
        if root != self.root:
            return View({}, {}, ())
        key = (take.domain, take.device_class, take.sub)
        if key not in self._views:
            self._views[key] = self._make(take)
        return self._views[key]

    def once(self, key: t.Hashable, make: t.Callable[[], T]) -> T:
        """Return what is made for a key, and make it the first time only."""
        if key not in self._known:
            self._known[key] = make()
        return t.cast("T", self._known[key])

    def units(self, level: str) -> Mapping[str, tuple[str, ...]]:
        """Return what can be lost at a level, each with its hosts."""
        if level not in self._units:
            found: dict[str, list[str]] = {}
            for node in self.nodes:
                name = node.name if level == "host" else node.places.get(level)
                if name:
                    found.setdefault(name, []).append(node.name)
            self._units[level] = {name: tuple(hosts) for name, hosts in sorted(found.items())}
        return self._units[level]

    def levels(self) -> tuple[str, ...]:
        """Return the levels at which more than one unit can be lost, the lowest first."""
        return ("host", *(level for level in DOMAIN_LABELS if len(self.units(level)) > 1))

    def classes(self) -> tuple[str, ...]:
        """Return the device classes that there are; the empty one is of devices not asked."""
        return tuple(sorted({osd.device_class for node in self.nodes for osd in node.osds}))

    def _make(self, take: Take) -> View:
        """Sort the OSDs of a class into domains."""
        domains: dict[str, Domain] = {}
        hosts: dict[str, tuple[tuple[str, int, float, int | None], ...]] = {}
        bare = []
        for node in self.nodes:
            osds = [osd for osd in node.osds if take.device_class in (None, osd.device_class)]
            if not osds:
                continue
            here = {}
            for name, places in _domains_of(node, osds, take):
                item = domains.setdefault(name, Domain())
                for weight, size in places:
                    item.add(weight, size)
                sizes = [size for _weight, size in places]
                total = None if None in sizes else sum(size or 0 for size in sizes)
                here[name] = (name, len(places), sum(weight for weight, _size in places), total)
            hosts[node.name] = tuple(here.values())
            if not here:
                bare.append(node.name)
        return View(domains, hosts, tuple(bare))


def _domains_of(
    node: Node, osds: Sequence[Osd], take: Take
) -> Iterator[tuple[str, list[tuple[float, int | None]]]]:
    """Yield the domains in which a node's OSDs are, with its places in each."""
    places = [(osd.weight, osd.size) for osd in osds]
    if take.domain == "osd":
        for osd, place in zip(osds, places, strict=True):
            yield f"{node.name}:{osd.name}", [place]
        return
    name = node.name if take.domain == "host" else node.places.get(take.domain)
    if not name:
        return
    if take.sub in ("", "osd"):
        yield name, places
    else:
        sizes = [size for _weight, size in places]
        total = None if None in sizes else sum(size or 0 for size in sizes)
        yield name, [(sum(weight for weight, _size in places), total)]
