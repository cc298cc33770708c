# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Whether what was named for data may go, and pools may move to other OSDs. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._kinds.osds import osds_on

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._plan_types import Observed
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Change, Step

_NAMED = re.compile(r"(spec\.storage\.nodes\[([^\]]*)\])(?:\.devices\[.*\])?")
_ALLOWED = "enableCrushUpdates"
# From which release on Rook moves a pool when this changes, and from which on only when allowed to.
_MOVES = {"failureDomain": (1, 8), "deviceClass": (1, 13)}
_ASKS = (1, 15)
# What a pool without the field has.
_USUAL = {"failureDomain": "host"}


def may_move(step: Step, change: Change, observed: Observed) -> bool:
    """Tell whether Rook gives a pool another rule, or has to give none; it never does to chunks."""
    prefix, _dot, field = change.path.rpartition(".")
    usual = _USUAL.get(field, "")
    if (change.old or usual) == (change.new or usual):
        return True
    allowed = [other.new for other in step.changes if other.path == f"{prefix}.{_ALLOWED}"]
    outer, _bracket, name = prefix.rstrip("]").partition("[")
    pool = _kinds.at(observed.objects[step.target], outer)
    if name:
        # Before pools had names, they are told by their places.
        places = enumerate(pool or ())
        pool = next((item for place, item in places if str(item.get("name", place)) == name), {})
    chunks = (_kinds.at(pool, "erasureCoded.dataChunks") or 0) > 0
    if chunks or _MOVES[field] <= observed.release < _ASKS:
        return not chunks
    return (allowed or [_kinds.at(pool, _ALLOWED)])[0] is True


def is_emptied(step: Step, change: Change, observed: Observed) -> bool:
    """Tell whether Rook has no more OSDs on a node than are on its devices that stay.

    An OSD whose node is not known may be on any, as is one whose node has another name here. No OSD
    anywhere says nothing: with a cluster that has none yet, or whose Deployments somebody removed,
    what was named stays named.
    """
    found = _NAMED.fullmatch(change.path)
    if found is None or not observed.osds:
        return False
    path, name = found.groups()
    dropped = {other.path for other in step.changes if other.new is None}
    storage = _kinds.at(observed.objects[step.target], "spec.storage")
    nodes = storage.get("nodes") or ()
    if not {node.get("name") for node in nodes}.issuperset(observed.osds):
        return False
    stay = sum(
        osds_on(storage, node, device)
        for node in nodes
        for device in node.get("devices") or ()
        if node.get("name") == name
        and not {path, f"{path}.devices[{device.get('name')}]"} & dropped
    )
    return observed.osds.count(name) <= stay
