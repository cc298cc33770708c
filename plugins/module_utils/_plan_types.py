# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a plan is made from, and who uses what it would take away. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._holders import Holders
from ansible_collections.rookery.rook.plugins.module_utils._steps import Manifest, Step

# Who does a step that this collection only waits for.
OWNER = "owner"


@dataclasses.dataclass(frozen=True)
class Consumer:
    """Something that uses our storage and would lose it: a claim, volume, bucket, snapshot, pod.

    uses holds ids of our objects, as far as they can be told; pods are namespace/name. volume is
    the id of what stands behind a claim, a snapshot or a claim for a bucket, and is retained when
    it stays after that has gone. attachments are ids of what holds the volume on nodes.
    """

    id: str
    uses: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    namespace: str = ""
    volume: str = ""
    retained: bool = False
    attachments: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Crowd:
    """The objects of consumers by id, as far as they are kept, and how it stands with their pods.

    runners are by a pod's namespace/name, the nearest first: what would make the pod again. lost
    says why a pod that is to end does not: nobody is there to end it.
    """

    objects: Mapping[str, Manifest] = dataclasses.field(default_factory=dict)
    runners: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    lost: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Observed:
    """What is there now, as far as the model or our label names it.

    tenants are ids of what others keep in our namespace; they would go with it. osds are the nodes
    of the OSDs that are there, asked for where the model would have other devices; release is
    Rook's, as it is wanted.
    """

    objects: Mapping[str, Manifest] = dataclasses.field(default_factory=dict)
    predicted: Mapping[str, Manifest] = dataclasses.field(default_factory=dict)
    owned: frozenset[str] = frozenset()
    consumers: tuple[Consumer, ...] = ()
    tenants: tuple[str, ...] = ()
    crowd: Crowd = Crowd()
    holders: Holders = dataclasses.field(default_factory=Holders)
    osds: tuple[str, ...] = ()
    release: _kinds.Version = ()

    def find(self, target: str) -> Manifest | None:
        """Return an object that a step is about, a consumer's or an operator's own too."""
        found = self.objects.get(target) or self.crowd.objects.get(target)
        return found or next(
            (item for item in self.holders.protected if _kinds.id_of(item) == target), None
        )


def wait_for(
    target: str, until: str, *needs: str, reason: str = "", executor: str = "kubernetes"
) -> Step:
    """Return a wait for one object."""
    name = f"wait {until} {target}"
    return Step(name, "wait", target, executor, needs=needs, until=until, reason=reason)


def keep(target: str, reason: str) -> Step:
    """Return that an object is left alone, and why."""
    return Step(f"keep {target}", "keep", target, reason=reason)


def not_ours(target: str, site: str, live: Manifest) -> Step:
    """Return that an object is somebody else's, or another site's."""
    other = str((_kinds.at(live, "metadata.labels") or {}).get(_kinds.SITE_LABEL))
    if _kinds.is_ours(live, other):
        return keep(target, f"not ours: it belongs to site {other}")
    owner = f"{_kinds.MANAGER_LABEL}: {_kinds.MANAGER}"
    label = f"{_kinds.SITE_LABEL}: {site}"
    return keep(target, f"not ours: it does not carry the labels {owner} and {label}")


def being_deleted(manifest: Manifest) -> bool:
    """Tell whether somebody has asked for the object's removal."""
    return _kinds.at(manifest, "metadata.deletionTimestamp") is not None


def stage_of(object_id: str) -> str:
    """Return the stage to which an object belongs; what the table does not have is storage."""
    row = _kinds.KINDS.get(object_id.partition("/")[0])
    return row.stage if row else "storage"
