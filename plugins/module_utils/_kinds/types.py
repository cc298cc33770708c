# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a row of the table of kinds says. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

Version = tuple[int, ...]
OLDEST: Version = (0, 6)


class Ref(t.NamedTuple):
    """A field that names an object which has to be there first."""

    kind: str
    path: str
    namespace_path: str = ""


class Child(t.NamedTuple):
    """Objects that an operator makes for one of ours, and by which its readiness is judged.

    api is that of a kind which has no row. home is the parameter of a class that names their
    namespace; without it there are none. when is a field of ours without which they tell nothing.
    Those that explain make nothing ready: they only say why something is not.
    """

    kind: str
    selector: str
    api: str = ""
    when: str = ""
    home: str = ""
    explains: bool = False


class Fixed(t.NamedTuple):
    """A field of a living object that may not change, or may only grow (shrink).

    What is placed changes where Rook may give its pool another rule.
    """

    path: str
    rule: str
    reason: str
    way_on: str


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of object and everything that is to be known of it.

    held_by is what inside Ceph keeps Rook from letting an object go that is to be deleted.
    since and until are the first and the last minor release of Rook that has it; became is what the
    kind is called in later ones. From the release told on, which may be one of patches, it has the
    status that readiness reads; before that it is judged by silent.
    """

    name: str
    group: str
    version: str
    plural: str
    namespaced: bool
    stage: str
    needs: tuple[str, ...] = ()
    refs: tuple[Ref, ...] = ()
    readiness: str = ""
    children: tuple[Child, ...] = ()
    set_like: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fixed: tuple[Fixed, ...] = ()
    holds_data: bool = False
    held_by: str = ""
    observed_by: str = ""
    since: Version = OLDEST
    until: Version | None = None
    became: str = ""
    told: Version = OLDEST
    silent: str = ""

    @property
    def api_version(self) -> str:
        """Return apiVersion as a manifest has it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def definition(self) -> str:
        """Return the name of the CustomResourceDefinition that would define this kind."""
        return f"{self.plural}.{self.group}"

    def readiness_in(self, release: Version) -> str:
        """Return by what the kind is judged in a release; without one, in the newest."""
        return self.silent if release and release < self.told else self.readiness

    def lives_in(self, release: Version) -> bool:
        """Tell whether a release of Rook has the kind."""
        minor = release[:2]
        return self.since <= minor and (self.until is None or minor <= self.until)
