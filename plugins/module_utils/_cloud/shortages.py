# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a plan asks of the cloud that it does not have: all of it, before the first write. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import addresses, kinds, marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.desired import references
from ansible_collections.rookery.rook.plugins.module_utils._errors import Problem, RookeryError

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Live, Sight
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Ref, Wanted

_WORDS = {
    "external": "external network",
    "image": "image",
    "flavor": "flavor",
    "other_group": "security group, of the site or of others,",
}
# Quota of things that are only counted, by kind.
_COUNTED = {
    "network": "network",
    "subnet": "subnet",
    "router": "router",
    "security_group": "security_group",
    "port": "port",
    "floating_ip": "floatingip",
    "load_balancer": "load_balancer",
}


class ShortageError(RookeryError):
    """The cloud has not what the plan needs; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in problems]
        super().__init__("\n".join(["The cloud cannot hold this, nothing was changed:", *lines]))


def refuse_shortages(
    creates: Sequence[Wanted],
    updates: Sequence[Wanted],
    sight: Sight,
    replaced: Mapping[str, Live],
    growth: int = 0,
) -> None:
    """Raise ShortageError with everything that what is to be created or changed asks for in vain.

    updates have what changes alone. replaced is what goes before its successor is made, by id; its
    room is free by then. growth is by how many GiB volumes grow that are there.
    """
    problems = [
        *_offers([*creates, *updates], sight),
        *_zones_and_types(creates, sight),
        *_quotas(creates, sight, replaced, growth),
        *_crowded(creates, sight, replaced),
        *addresses.cramped(creates),
    ]
    if problems:
        raise ShortageError(problems)


def _offers(items: Sequence[Wanted], sight: Sight) -> Iterator[Problem]:
    """Yield names that the cloud does not know, or knows more than once."""
    asked: dict[Ref, str] = {}
    for item in items:
        for ref in references(dict(item.attributes)):
            if ref.kind not in kinds.KINDS:
                asked.setdefault(ref, item.id)
    for ref, target in sorted(asked.items(), key=lambda pair: str(pair[0])):
        known = sight.catalog(ref.kind, ref.name)
        word = _WORDS[ref.kind]
        if not known:
            names = sorted({str(item["name"]) for item in sight.of(ref.kind)})
            cure = f"There are: {', '.join(names)}." if names else "Correct the name."
            yield Problem(target, ref.name, f"is no {word} that this project can see", cure)
        elif len(known) > 1:
            ids = ", ".join(sorted(str(item["id"]) for item in known))
            yield Problem(
                target, ref.name, f"is {len(known)} times a {word}", f"Give one id: {ids}."
            )
        elif ref.kind == "image" and known[0]["status"] != "active":
            reason = f"is an image in state {known[0]['status']}, not active"
            yield Problem(target, ref.name, reason, "Wait until it is, or take another one.")


def _zones_and_types(creates: Sequence[Wanted], sight: Sight) -> Iterator[Problem]:
    """Yield availability zones and volume types that are not there."""
    zones = {
        kind: {
            str(zone["zoneName"])
            for zone in sight.of(f"{kind}_zone")
            if zone["zoneState"]["available"]
        }
        for kind in ("server", "volume")
    }
    types = {str(item["name"]) for item in sight.of("volume_type")}
    for item in creates:
        boot = item.attributes.get("boot_volume") or {}
        type_ = item.attributes.get("volume_type") or boot.get("type")
        zone = item.attributes.get("availability_zone")
        if type_ and type_ not in types:
            cure = f"There are: {', '.join(sorted(types)) or 'none'}."
            yield Problem(item.id, type_, "is no volume type that this project can see", cure)
        if zone and zone not in zones.get(item.kind, ()):
            cure = f"There are: {', '.join(sorted(zones[item.kind])) or 'none'}."
            yield Problem(item.id, zone, "is no availability zone that is up", cure)


def _sum(uses: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return how much of each quota that is in all."""
    total: dict[str, int] = {}
    for quota, count in uses:
        total[quota] = total.get(quota, 0) + count
    return total


def _frees(target: str, live: Live, sight: Sight) -> Iterator[tuple[str, int]]:
    """Yield what of quotas a thing that goes sets free, a server with the volume it boots from."""
    kind = target.partition("/")[0]
    if kind in _COUNTED:
        yield _COUNTED[kind], 1
    elif kind == "server":
        yield "instances", 1
        yield "cores", live["flavor"]["vcpus"]
        yield "ram", live["flavor"]["ram"]
        attached = live.get("os-extended-volumes:volumes_attached") or ()
        going = {item["id"] for item in attached if item.get("delete_on_termination")}
        for volume in sight.of("volume"):
            if volume["id"] in going:
                yield from _frees("volume/", volume, sight)
    elif kind == "volume":
        yield "volumes", 1
        yield "gigabytes", live["size"]


def _uses(item: Wanted, sight: Sight) -> Iterator[tuple[str, int]]:
    """Yield what one thing takes of quotas."""
    wanted = item.attributes
    if item.kind in _COUNTED:
        yield _COUNTED[item.kind], 1
    if item.kind == "router":
        yield "port", len(wanted["subnets"])
    elif item.kind == "rules":
        yield "security_group_rule", len(wanted["rules"])
    elif item.kind == "server_group":
        yield "server_groups", 1
    elif item.kind == "server":
        yield "instances", 1
        for flavor in sight.catalog("flavor", wanted["flavor"].name)[:1]:
            yield "cores", flavor["vcpus"]
            yield "ram", flavor["ram"]
    volume = wanted if item.kind == "volume" else wanted.get("boot_volume")
    if volume:
        yield "volumes", 1
        yield "gigabytes", volume["size"]


def _quotas(
    creates: Sequence[Wanted], sight: Sight, replaced: Mapping[str, Live], growth: int
) -> Iterator[Problem]:
    """Yield quotas that would be exceeded."""
    room: Mapping[str, Live] = {str(item["name"]): item for item in sight.of("quota")}
    uses = [use for item in creates for use in _uses(item, sight)]
    needs = _sum([*uses, ("gigabytes", growth)] if growth > 0 else uses)
    frees = _sum(use for target, live in replaced.items() for use in _frees(target, live, sight))
    for name, needed in sorted(needs.items()):
        quota = room.get(name)
        if quota is None or quota["limit"] < 0:
            continue
        free = quota["limit"] - quota["used"] + frees.get(name, 0)
        if needed > free:
            unit = {"ram": " MiB", "gigabytes": " GiB"}.get(name, "")
            reason = f"needs {needed}{unit}, and {free}{unit} of {quota['limit']}{unit} are free"
            yield Problem(f"quota {name}", "", reason, "Ask for a larger quota, or declare less.")


def _crowded(
    creates: Sequence[Wanted], sight: Sight, replaced: Mapping[str, Live]
) -> Iterator[Problem]:
    """Yield server groups that would have more members than one may have."""
    limits = {str(item["name"]): item["limit"] for item in sight.of("quota")}
    most = limits.get("server_group_members", -1)
    going = {str(live.get("id")) for live in replaced.values()}
    there = {
        marks.read_mark("server_group", "name", live): len({*live["members"]} - going)
        for live in sight.of("server_group")
    }
    asked = [
        (str(item.attributes["metadata"]["rook_site"]), str(item.attributes["server_group"]))
        for item in creates
        if item.kind == "server" and item.attributes.get("server_group")
    ]
    for group in sorted(set(asked)):
        needed = asked.count(group) + there.get(group, 0)
        if 0 <= most < needed:
            reason = f"would have {needed} servers, and a server group may have {most}"
            cure = "Ask for a larger quota server_group_members, or spread them over more groups."
            yield Problem(group[1], "", reason, cure)
