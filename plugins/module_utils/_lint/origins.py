# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From what is wrong with objects to problems with the variables that they come from. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._errors import Problem
from ansible_collections.rookery.rook.plugins.module_utils._lint.structure import MISSING, Finding
from ansible_collections.rookery.rook.plugins.module_utils._lint.words import Path, dotted
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import shown
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import SECTION_OF

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Resource, Site


@dataclasses.dataclass(frozen=True)
class Origin:
    """A variable whose value stands in an object, and where it does."""

    path: Path
    variable: str
    value: t.Any

    def variable_of(self, finding: Finding) -> str:
        """Return the variable of what was found, nothing when it is not of this one."""
        inside = finding.path[len(self.path) :]
        if finding.path[: len(self.path)] != self.path:
            return ""
        if not inside:
            return self.variable
        # What is missing is not in the variable, but what it is missing from is.
        known = inside[:-1] if finding.reason == MISSING else inside
        return f"{self.variable}{_suffix(inside)}" if known and _holds(self.value, known) else ""


def problem_of(finding: Finding, object_id: str, origins: Iterable[Origin]) -> Problem:
    """Return a finding as a problem of the variable that it comes from, or else of the object."""
    found = [origin.variable_of(finding) for origin in origins]
    variable = next(filter(None, found), "")
    value = "" if finding.value is None else shown(finding.value)
    place = f"{object_id} {dotted(finding.path)}"
    reason = f"{finding.reason} (in {place})" if variable else finding.reason
    return Problem(variable or place, value, reason, finding.cure)


def origins_of(site: Site) -> dict[tuple[str, str], tuple[Origin, ...]]:
    """Return by today's kind and name which variables stand in each object, the nearest first."""
    spec: Path = ("spec",)
    cluster = site.cluster
    found: dict[tuple[str, str], tuple[Origin, ...]] = {
        ("CephCluster", cluster.name): (
            Origin((*spec, "cephConfig"), "cluster.ceph_config", cluster.ceph_config),
            Origin(spec, "cluster.spec", cluster.spec),
        )
    }
    for kind, section, items in _sections(site):
        for place, item in enumerate(items):
            entry = f"{section}[{place}]"
            found[kind, item.name] = (
                *_inner(item, entry),
                Origin(spec, f"{entry}.spec", item.spec),
            )
    places: dict[str, int] = {}
    for item in site.resources:
        place = places.setdefault(item.kind, 0)
        places[item.kind] += 1
        found[item.kind, item.name] = _resource(item, place)
    for place, user in enumerate(site.object_store_users):
        entry = f"object_store_users[{place}]"
        found["CephObjectStoreUser", user.name] = (
            Origin((*spec, "capabilities"), f"{entry}.capabilities", user.capabilities),
            Origin((*spec, "quotas"), f"{entry}.quotas", user.quotas),
        )
    return found


def _sections(site: Site) -> Iterator[tuple[str, str, Sequence[t.Any]]]:
    """Yield kind, variable and entries of the lists whose entries have a raw spec."""
    yield "CephBlockPool", "block_pools", site.block_pools
    yield "CephFilesystem", "filesystems", site.filesystems
    yield "CephObjectStore", "object_stores", site.object_stores


def _resource(item: Resource, place: int) -> tuple[Origin, ...]:
    """Return the variables of an entry of a section, or of the raw spec of any kind."""
    spec: Path = ("spec",)
    section = SECTION_OF.get(item.kind)
    if section is None:
        return (Origin(spec, "spec", item.spec),)
    entry = f"{section.name}[{place}]"
    fields = (
        Origin((*spec, *path.split(".")), f"{entry}.{variable}", {})
        for path, variable in section.reserved().items()
    )
    return (*fields, Origin(spec, f"{entry}.spec", item.spec))


def _inner(item: t.Any, entry: str) -> Iterator[Origin]:
    """Yield the raw specs of the pools inside a file system."""
    for place, pool in enumerate(getattr(item, "data_pools", ())):
        path = ("spec", "dataPools", place)
        yield Origin(path, f"{entry}.data_pools[{place}].spec", pool.spec)


def _holds(value: t.Any, path: Path) -> bool:
    """Tell whether there is something at a path."""
    for part in path:
        if isinstance(value, (list, tuple)):
            value = dict(enumerate(value))
        if not isinstance(value, Mapping) or part not in value:
            return False
        value = value[part]
    return True


def _suffix(path: Path) -> str:
    """Return a path as it follows a variable's name."""
    text = dotted(path)
    return text if text.startswith("[") else f".{text}"
