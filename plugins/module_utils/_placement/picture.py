# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Placement as plain data: hosts, devices, pools, daemons, and what survives what. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.capacity import capacity
from ansible_collections.rookery.rook.plugins.module_utils._placement.crew import read_daemons
from ansible_collections.rookery.rook.plugins.module_utils._placement.cures import cures
from ansible_collections.rookery.rook.plugins.module_utils._placement.groups import (
    LIMIT,
    TARGET,
    Groups,
    count_groups,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.judge import (
    DEGRADED,
    NEVER,
    REDUNDANT,
    Verdict,
    judge,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.sites import (
    Plant,
    read_plant,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.words import (
    pieces,
    reason_text,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._placement.types import Node

_WORST = (NEVER, DEGRADED, REDUNDANT)


def picture(site: Site, facts: Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Return all that is known of a site's placement; the same site and facts, the same data."""
    return picture_of(site, read_plant(site, facts or {}), facts or {})


def picture_of(site: Site, plant: Plant, facts: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the same of a tree and pools that have been read."""
    tree = plant.tree
    verdicts = [judge(tree, pool) for pool in plant.pools]
    groups = count_groups(tree, plant.pools)
    words = {verdict.word for verdict in verdicts}
    rows = [_pool(plant, verdict, groups) for verdict in verdicts]
    return {
        "verdict": next((word for word in _WORST if word in words), REDUNDANT),
        "lines": list(_lines(rows)),
        "assumed": list(_assumed(plant)),
        "levels": list(tree.levels()),
        "hosts": [_host(node) for node in tree.nodes],
        "pools": rows,
        "groups": {
            "per_osd": {kind or "any": round(load, 1) for kind, load in groups.per_osd.items()},
            "target": TARGET,
            "limit": LIMIT,
        },
        "daemons": [dataclasses.asdict(item) for item in read_daemons(site, facts)],
    }


def _lines(rows: Sequence[Mapping[str, t.Any]]) -> t.Iterator[str]:
    """Yield a line for each pool that is not redundant; pools of one variable are told once."""
    told = set()
    for row in rows:
        if row["verdict"] == REDUNDANT or (row["path"], row["role"]) in told:
            continue
        told.add((row["path"], row["role"]))
        ways = f"; to cure it, {' or '.join(row['cures'])}" if row["cures"] else ""
        what = f"pool {row['name']} ({row['pieces']} over {row['failure_domain']}s)"
        yield f"{what} is {row['verdict']}: {', '.join(row['reasons'])}{ways}"


def _assumed(plant: Plant) -> t.Iterator[str]:
    """Yield what was taken for granted because no device was asked."""
    if not plant.weighed:
        yield "all devices are of one size"
    if not plant.sorted:
        yield "all devices are of the class that is wanted"


def _host(node: Node) -> dict[str, t.Any]:
    """Return a host with its devices."""
    devices = [
        {"name": osd.name, "size": osd.size, "device_class": osd.device_class} for osd in node.osds
    ]
    return {"name": node.name, "places": dict(node.places), "devices": devices}


def _pool(plant: Plant, verdict: Verdict, groups: Groups) -> dict[str, t.Any]:
    """Return a pool with its verdict, what it survives and what would cure it."""
    tree, pool = plant.tree, verdict.pool
    room = capacity(tree, pool)
    take = pool.rule.takes[-1]
    return {
        "name": pool.name,
        "path": pool.path,
        "role": pool.role,
        "pieces": pieces(pool),
        "size": pool.size,
        "min_size": pool.least,
        "failure_domain": pool.domain,
        "device_class": take.device_class or "",
        "verdict": verdict.word,
        "reasons": [reason_text(verdict, reason) for reason in verdict.reasons],
        "placed": verdict.placed,
        "short_groups": round(verdict.short, 3),
        "survives": [
            {
                "lost": f"{loss.number} {loss.level}{'s' if loss.number > 1 else ''}",
                "writes": loss.writes,
                "data": loss.data,
                "writes_healed": loss.writes_healed,
                "whole_again": loss.clean_healed,
            }
            for loss in verdict.losses
        ],
        "cures": [] if verdict.word == REDUNDANT else [cure.text for cure in cures(tree, pool)],
        "capacity": None if room is None else dataclasses.asdict(room),
        "pg_num": pool.pg_num,
        "pg_num_aim": groups.aims[pool.name],
    }
