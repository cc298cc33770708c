# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What differs between a thing as it should be and as it is, told by the names of things. Pure."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import balancers, read
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS
from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Ref
from ansible_collections.rookery.rook.plugins.module_utils._steps import HIDDEN, Change

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import (
        Found,
        Live,
        Sight,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Wanted

# Attributes that are wanted in part: what else is in them is somebody else's.
_PARTIAL = frozenset({"metadata", "boot_volume"})
# Lists to which others may add; of a router's subnets ours are for us to take away.
_SHARED = frozenset({"ports", "volumes", "subnets"})
# Their names are for good, and those of adopted ones somebody else's.
_UNNAMED = frozenset({"keypair", "server_group"})


class Names:
    """Turns references and the cloud's ids into one form, by which both sides are compared."""

    def __init__(self, found: Found, sight: Sight) -> None:
        self._ours = found.names()
        self._found, self._sight = found, sight

    def of(self, value: t.Any, there: t.Any = None) -> t.Any:
        """Return a value with names for references and ids, given what is there."""
        if isinstance(value, Ref):
            return self._reference(value, there)
        if isinstance(value, dict):
            return {
                key: self._address(item)
                if key == "address" and isinstance(item, Ref)
                else self.of(item)
                for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.of(item, there) for item in value]
        return self._ours.get(value, value) if isinstance(value, str) else value

    def _address(self, ref: Ref) -> str:
        """Return the address of a port; until it has one it is called by its name."""
        fixed = self._found.live.get(str(ref), {}).get("fixed_ips")
        return str(fixed[0]["ip_address"]) if fixed else str(ref)

    def _reference(self, ref: Ref, there: t.Any) -> str:
        """Return the name of a thing of ours, and of what the cloud offers the id."""
        if ref.kind == "flavor":
            # A server tells the name of its flavor, not the id.
            return next(
                (item["name"] for item in self._sight.catalog("flavor", ref.name)), ref.name
            )
        if ref.kind in KINDS:
            return str(ref)
        known = [str(item["id"]) for item in self._sight.catalog(ref.kind, ref.name)]
        # Of several with one name any may be meant; what has one of them is not moved to another.
        kept = there if isinstance(there, (list, tuple)) else [there]
        # The id of an image says what a server was made of, when the cloud has it no more, too.
        known = known or [ref.name if ref.name in kept else str(ref)]
        return next((uid for uid in known if uid in kept), known[0])


def differences(wanted: Wanted, live: Live, found: Found, sight: Sight) -> tuple[Change, ...]:
    """Return what differs in what is declared, by the names of attributes."""
    names, row = Names(found, sight), KINDS[wanted.kind]
    there = read.read(wanted.kind, live, sight)
    changes = []
    # One that is being made does not tell yet what it is made of.
    building = wanted.kind == "server" and live["status"] == "BUILD"
    for key in sorted(wanted.attributes.keys() - (row.fixed if building else frozenset())):
        new, old = names.of(wanted.attributes[key], there.get(key)), names.of(there.get(key))
        old, new = _comparable(wanted.kind, key, old, new)
        if old != new:
            changes.append(Change(key, old, new))
    if "status" not in wanted.attributes and str(there.get(row.status)) in row.broken:
        changes.append(Change("status", there[row.status], " or ".join(sorted(row.states))))
    return tuple(changes)


def creation(wanted: Wanted, found: Found, sight: Sight) -> tuple[Change, ...]:
    """Return what a new thing has."""
    names = Names(found, sight)
    return tuple(
        Change(key, None, HIDDEN if key == "user_data" else names.of(value))
        for key, value in sorted(wanted.created.items())
    )


def _comparable(kind: str, key: str, old: t.Any, new: t.Any) -> tuple[t.Any, t.Any]:
    """Return both sides in a form in which equal means the same."""
    if key in _PARTIAL and isinstance(new, dict):
        return {name: (old or {}).get(name) for name in new}, new
    if key == "user_data":
        # Of a server that somebody else made it is not known what it was told.
        return old or read.digest(new), read.digest(new)
    if key == "name" and kind in _UNNAMED:
        return new, new
    if key == "public_key":
        return _key(old, new)
    if key == "fixed_ips":
        return _fixed_ips(old or [], new)
    if key == "listeners":
        old, new = balancers.in_order(old), balancers.in_order(new)
    if key == "rules":
        return _rules(old or [], new)
    if key in _SHARED:
        # Others add to these, and do so for reasons of their own.
        old = [name for name in old or () if name in new or _ours(key, name)]
    if isinstance(new, list) and key not in KINDS[kind].ordered:
        return ordered(old or []), ordered(new)
    return old, new


def ordered(items: t.Any) -> list[t.Any]:
    """Return the entries of a set in one order."""
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def _key(old: t.Any, new: str) -> tuple[t.Any, t.Any]:
    """Return keys without comments; an adopted one has somebody's name there."""
    return " ".join(str(old).split()[:2]), " ".join(new.split()[:2])


def _fixed_ips(
    old: list[Mapping[str, t.Any]], new: list[Mapping[str, t.Any]]
) -> tuple[t.Any, t.Any]:
    """Return addresses as far as they are wanted."""
    keys = {key for item in new for key, value in item.items() if value is not None}
    told = [
        [{key: item.get(key) for key in sorted(keys)} for item in items] for items in (old, new)
    ]
    # An address more, such as one of IPv6, is the cloud's.
    there = [item for item in told[0] if item in told[1]]
    return ordered(there if len(there) == len(new) else told[0]), ordered(told[1])


def _rules(old: list[Mapping[str, t.Any]], new: list[Mapping[str, t.Any]]) -> tuple[t.Any, t.Any]:
    """Return rules; those that the cloud made by itself count only when others are wanted."""
    if not any(rule["direction"] == "egress" for rule in new):
        old = [rule for rule in old if not read.is_from_the_cloud(rule)]
    told = [[_told(rule) for rule in rules] for rules in (old, new)]
    return ordered(told[0]), ordered(told[1])


def _told(rule: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what a rule says, without what it leaves open."""
    return {key: value for key, value in rule.items() if value is not None}


def _ours(key: str, name: str) -> bool:
    """Tell whether an entry is ours to take away."""
    return key == "subnets" and name.startswith("subnet/")
