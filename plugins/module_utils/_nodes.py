# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What the API says of nodes: addresses, readiness, and what is missing. Pure."""

from __future__ import annotations

import collections
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Object = Mapping[str, t.Any]


def summary(node: Object) -> dict[str, t.Any]:
    """Return the facts of a node that hosts and people need."""
    spec, status = node.get("spec") or {}, node.get("status") or {}
    # Of a node with two families the first is the one that podCIDR is of.
    own = (it["address"] for it in status.get("addresses") or () if it["type"] == "InternalIP")
    problem = unready(node)
    return {
        "address": next(own, ""),
        "pod_cidr": spec.get("podCIDR", ""),
        "version": (status.get("nodeInfo") or {}).get("kubeletVersion", ""),
        "ready": problem is None,
        "reason": problem or "",
    }


def unready(node: Object) -> str | None:
    """Return why a node is not ready: the condition, its reason and its message."""
    conditions = {item["type"]: item for item in (node.get("status") or {}).get("conditions") or ()}
    ready = conditions.get("Ready")
    if ready is None:
        return "its kubelet has not reported yet (condition Ready is missing)"
    if ready.get("status") == "True":
        return None
    words = " ".join(filter(None, (ready.get("reason"), ready.get("message"))))
    return f"condition Ready is {ready.get('status')}: {words}"


def missing(wanted: Sequence[str], nodes: Iterable[Object], until: str) -> dict[str, str]:
    """Return node -> reason for each that is not yet known, addressed or ready."""
    known = {node["metadata"]["name"]: summary(node) for node in nodes}
    reasons = {}
    for name in wanted:
        facts = known.get(name)
        if facts is None:
            reasons[name] = "the API knows no node of this name"
        elif until == "addressed" and not (facts["address"] and facts["pod_cidr"]):
            what = "pod addresses" if facts["address"] else "address"
            reasons[name] = f"it has no {what} yet"
        elif until == "ready" and not facts["ready"]:
            reasons[name] = facts["reason"]
    return reasons


def plugin_dir(answer: Object) -> str:
    """Return where a kubelet looks for FlexVolume drivers, from its configz."""
    config = answer.get("kubeletconfig") or {}
    return str(config.get("volumePluginDir") or "").rstrip("/")


def configured_plugin_dir(config_map: Object | None) -> str:
    """Return the directory that kubeadm's ConfigMap gives to nodes that join, or nothing."""
    text = str(((config_map or {}).get("data") or {}).get("kubelet") or "")
    found = re.search(r"^volumePluginDir: *[\"']?([^\s\"'#]+)", text, re.MULTILINE)
    return found[1].rstrip("/") if found else ""


def common_plugin_dir(dirs: Mapping[str, str]) -> str:
    """Return the directory that most nodes have; of equally many the one that comes first."""
    counts = collections.Counter(dirs.values())
    return max(sorted(counts), key=counts.__getitem__, default="")
