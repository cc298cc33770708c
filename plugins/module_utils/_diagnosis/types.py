# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a signature looks for, and what it is looked for in. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._eras_types import Version

# Where evidence comes from, in the words of the guide.
SOURCES = {
    "status": "what the status of an object says: phase, state and message",
    "condition": "a condition of an object, as Type=Status Reason: message",
    "event": "an event of Kubernetes, as Reason: message",
    "pod": "why a pod or one of its containers does not run",
    "node": "a condition or a taint of a node",
    "deletion": "an object that is being deleted, and its finalizers",
    "absent": "something that should be there and is not",
    "layout": "a pool that asks for more places than there are",
    "health": "a check of Ceph's health, as CODE severity: message",
    "pg": "the states of placement groups",
    "operator": "the log of an operator",
    "prepare": "the log of a job that prepares OSDs or cleans a host",
    "csi": "the log of a CSI driver or one of its sidecars",
    "agent": "the log of an agent of the releases with FlexVolume",
    "daemon": "the log of a Ceph daemon",
    "kubelet": "the log of a kubelet",
    "kernel": "the log of a node's kernel",
}
# What speaks of an error of the operator: its log, and what it writes to objects.
SAID = ("operator", "status", "condition", "event")
# How sure a diagnosis is, by the weight of what was found.
CONFIDENCE = {1: "possible", 2: "likely", 3: "sure"}


@dataclasses.dataclass(frozen=True)
class Line:
    """One piece of evidence: where it is from, which object it is about, and what it says."""

    source: str
    object: str
    text: str


@dataclasses.dataclass(frozen=True)
class Sign:
    """Something that a signature looks for.

    text and of are regular expressions for what is said and for the object's id, upper and lower
    case alike. least is how many different objects or lines must say it. weight: 3 where the words
    have this cause alone, 2 where it is the usual one, 1 where they have many.
    """

    sources: tuple[str, ...]
    text: str
    weight: int = 2
    of: str = ""
    least: int = 1


@dataclasses.dataclass(frozen=True)
class Signature:
    """One diagnosis: its signs, its cause and its cure.

    Every one of every, at least one of some, and none of none must be found. since and until are
    the minor releases of Rook that it belongs to, both inclusive. follows names diagnoses of which
    it is a consequence when they are found too.
    """

    id: str
    title: str
    cause: str
    fix: str
    reference: str
    some: tuple[Sign, ...] = ()
    every: tuple[Sign, ...] = ()
    none: tuple[Sign, ...] = ()
    since: Version | None = None
    until: Version | None = None
    follows: tuple[str, ...] = ()

    def lives_in(self, release: Version | None) -> bool:
        """Tell whether a release of Rook, if it is known, can have it."""
        if release is None:
            return True
        minor = release[:2]
        return (self.since or minor) <= minor <= (self.until or minor)


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """A signature that was found, with the lines that show it."""

    signature: Signature
    evidence: tuple[Line, ...]
    lines: int
    score: int
    follows: tuple[str, ...] = ()

    @property
    def confidence(self) -> str:
        """Say how sure it is."""
        return CONFIDENCE[min(max(self.score, 1), 3)]


def sign(
    sources: str | tuple[str, ...], text: str, weight: int = 2, of: str = "", least: int = 1
) -> Sign:
    """Return a sign; sources may be names with blanks between them."""
    names = tuple(sources.split()) if isinstance(sources, str) else sources
    return Sign(names, text, weight, of, least)
