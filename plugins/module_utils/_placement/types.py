# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Vocabulary of placement: nodes with their OSDs, pools with their rules. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

ROOT = "default"
# How much of the pools' groups something is true of.
Share = t.Literal["all", "some", "none"]


@dataclasses.dataclass(frozen=True)
class Osd:
    """An OSD; its weight is its size in TiB, or 1 where no size is known."""

    name: str
    weight: float = 1.0
    device_class: str = ""
    size: int | None = None


@dataclasses.dataclass(frozen=True)
class Node:
    """A host of CRUSH; places are the domains above it, by their type."""

    name: str
    osds: tuple[Osd, ...]
    places: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Take:
    """One walk of a rule through the tree: domains of a type, in each so many places of another.

    Without sub there is one piece in a domain. count limits the walk; 0 takes all pieces that are
    still wanted.
    """

    domain: str
    device_class: str | None = None
    sub: str = ""
    per: int = 1
    count: int = 0


@dataclasses.dataclass(frozen=True)
class Rule:
    """The rule of a pool. indep: a piece that finds no place leaves a hole, as chunks need it."""

    takes: tuple[Take, ...]
    indep: bool = False
    root: str = ROOT


@dataclasses.dataclass(frozen=True)
class Pool:
    """A pool as Ceph sees it.

    need is how many pieces hold the data, least Ceph's min_size. least_apart is that of a stretched
    cluster which has lost one of its sites.
    """

    name: str
    size: int
    need: int
    least: int
    rule: Rule
    pg_num: int = 32
    path: str = ""
    role: str = "data"
    least_apart: int | None = None

    @property
    def piece(self) -> float:
        """Return how much of an object's size each of its pieces has."""
        return 1 / self.need

    @property
    def domain(self) -> str:
        """Return the failure domain."""
        return self.rule.takes[0].domain


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What is left of a pool when hosts are lost: pieces of each group at least and at most.

    healed: the lost ones are out and their pieces have been made again where that can be.
    """

    fewest: int
    most: int
    writes: Share
    data: Share
    clean: bool


def share(fewest: int, most: int, least: int) -> Share:
    """Return of how many groups it is true that they have at least so many pieces."""
    if fewest >= least:
        return "all"
    return "some" if most >= least else "none"
