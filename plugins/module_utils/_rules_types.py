# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a rule finds, and the facts that it may look at. Pure.

Facts are a plain dictionary; what is not in it has not been asked, and its rules are silent:

- kubernetes_version: the release that the nodes run or are to run
- nodes: Kubernetes node -> {hostname, schedulable, labels}
- clusters: [{name, namespace, data_dir_host_path}], every CephCluster that the API shows
- ceph_fsid: the id of this site's own Ceph cluster, when it exists
- hosts: inventory host -> {devices, directories, kubelet, modules}
  - devices: what disk_info returns as disks: [{path, links, type, size, signatures, mounts,
    partitions, holders, root, ceph: {fsid} or null}]; wwn where it is known
  - directories: path -> {entries, free_bytes, size_bytes, ceph_fsid}
  - kubelet: what kubelet_dirs returns as kubelet: {root_dir, volume_plugin_dir}
  - modules: kernel module -> whether it can be loaded
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

Facts = Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a rule has against a model, before anything is changed."""

    rule: str
    severity: str
    path: str
    value: str
    reason: str
    cure: str


def error(rule: str, path: str, value: t.Any, reason: str, cure: str) -> Finding:
    """Return a finding that stops the play."""
    return Finding(rule, "error", path, str(value), reason, cure)


def warn(rule: str, path: str, value: t.Any, reason: str, cure: str) -> Finding:
    """Return a finding that is told, and leaves the choice."""
    return Finding(rule, "warn", path, str(value), reason, cure)


def host_facts(facts: Facts, host: str) -> Mapping[str, t.Any]:
    """Return what is known of a host."""
    return (facts.get("hosts") or {}).get(host) or {}


def dig(data: t.Any, path: str) -> t.Any:
    """Return the value at a dotted path of raw settings, or None."""
    for part in path.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: t.Iterable[str]) -> str:
    """Return names in one line."""
    return ", ".join(names) or "none"
