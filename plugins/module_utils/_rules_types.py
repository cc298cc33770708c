# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a rule is and finds, and the facts that it may look at. Pure.

Facts are a plain dictionary; of what is not in it nothing is found, and its rules are not decided:

- kubernetes_version: the release that the nodes run or are to run
- operator_release: the release of the operator's files, as far as they tell it
- nodes: Kubernetes node -> {hostname, schedulable, labels, ready, reason, arch, pod_cidrs}
- clusters: [{name, namespace, data_dir_host_path, use_all_devices}], every CephCluster and what it
  was called in earlier eras
- running: the site's own cluster, {} when there is none: {operator, rook, daemons, ceph,
  ceph_image, health, provider, directories, flex_volumes, webhooks, csi_alpha}; operator is the
  namespace in which its operator runs, rook that one's release, daemons the oldest daemon's
- served: kind of others -> whether the API knows it
- classes: the names of the storage classes; secrets: those of the cluster's namespace
- adopted: whether the cluster is taken as it is
- openshift: whether the API is that of OpenShift
- holders: the DaemonSets that hold networks for clients of old, and those of Rook's own drivers
- metrics_classes: the storage classes of the claims of Prometheus
- monitors: {age, last}: how many seconds ago the operator's pod last had an answer of them, and
  when; only of a cluster that runs
- images: the images of the site's pods, when all of them are known
- imports: whether images that nodes do not have are imported there later
- api: that it answered, and for the cluster that is meant
- ceph_fsid: the id of this site's own Ceph cluster, when it exists
- hosts: inventory host -> {devices, directories, kubelet, modules, system, peers, images, runtime}
  - devices: what disk_info returns as disks: [{path, links, type, size, signatures, mounts,
    partitions, holders, root, ceph: {fsid} or null}]; wwn where it is known
  - directories: path -> {entries, free_bytes, size_bytes, ceph_fsid}
  - kubelet: what kubelet_dirs returns as kubelet: {root_dir, volume_plugin_dir}
  - modules: kernel module -> whether it can be loaded
  - system: what host_info returns as system
  - peers, images, runtime: what host_probe returns under these names
- unknown: fact, or host -> why it could not be had
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._eras_types import Version

Facts = Mapping[str, t.Any]
# The name of every fact that is asked of hosts, each where the rules look for it.
HOST_FACTS = (
    "devices",
    "directories",
    "kubelet",
    "modules",
    "system",
    "peers",
    "images",
    "runtime",
)
# When a rule can be decided, the earliest first.
STAGES = ("variables", "api", "hosts", "probes", "running")


@dataclasses.dataclass(frozen=True)
class Rule:
    """One row of the registry: what has to hold, and what it takes to decide that.

    severity is error, warn, or both when it depends. needs are the facts without which it is not
    decided; those of hosts begin with hosts: or, of hosts with data, with storage:. when names a
    condition of the site. The mute of a guard is refused. since and until are releases of Rook.
    """

    id: str
    severity: str
    needs: str
    title: str
    why: str
    cure: str
    source: str
    since: Version | None = None
    until: Version | None = None
    when: str = ""
    guard: bool = False
    state: str = "present"

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the facts that it needs."""
        return tuple(self.needs.split())

    @property
    def stage(self) -> str:
        """Return when it can be decided: as soon as the last of its facts is there."""
        return max(map(stage_of, self.facts), key=STAGES.index, default="variables")


def stage_of(fact: str) -> str:
    """Return when a fact is there."""
    if fact in ("kubernetes_version", "operator_release", "images"):
        return "variables"
    if fact == "monitors":
        return "running"
    where, _colon, key = fact.partition(":")
    if key.partition(".")[0] in ("peers", "images"):
        return "probes"
    return "hosts" if where in ("hosts", "storage") else "api"


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


def grouped(found: t.Iterable[Finding]) -> t.Iterator[Finding]:
    """Yield findings of hosts, those that differ in nothing but the host as one."""
    hosts: dict[Finding, list[str]] = {}
    for finding in found:
        alike = dataclasses.replace(finding, path="")
        hosts.setdefault(alike, []).append(finding.path.removeprefix("hosts."))
    for alike, names in hosts.items():
        yield dataclasses.replace(alike, path=f"hosts.{', '.join(names)}")


def host_facts(facts: Facts, host: str) -> Mapping[str, t.Any]:
    """Return what is known of a host."""
    return table(table(facts.get("hosts")).get(host))


def unasked(facts: Facts) -> str:
    """Return why nobody could be asked for the id of this site's Ceph cluster, or nothing."""
    if "ceph_fsid" in facts:
        return ""
    return str(table(facts.get("unknown")).get("api") or "").rstrip(".")


def table(value: t.Any) -> Mapping[str, t.Any]:
    """Return a dictionary as it is, and anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def rows(value: t.Any) -> list[Mapping[str, t.Any]]:
    """Return the dictionaries of a list; anything else has none."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def number(value: t.Any) -> int | None:
    """Return a whole number, also one in quotes, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        return int(value)
    return value if isinstance(value, int) else None


def is_on(value: t.Any) -> bool:
    """Tell whether a raw setting is true, as YAML or as a string."""
    return value is True or str(value).lower() == "true"


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
