# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Remove the objects of a site's proofs, and wait until they and their volumes are gone."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._verify.bench import wait_for
from ansible_collections.rookery.rook.plugins.module_utils._verify.leftovers import (
    PREFIX,
    leftovers,
)
from ansible_collections.rookery.rook.plugins.module_utils._verify.objects import (
    POOL_NOTE,
    PROBE_LABEL,
)

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object
    from ansible_collections.rookery.rook.plugins.module_utils._verify.bench import World

# Pods and volumes take their time to go, also after a proof that was given little of it.
LEAST_SECONDS = 120


def probe_of(item: Object) -> str:
    """Return the name of the probe that an object belongs to, or nothing."""
    return str((item["metadata"].get("labels") or {}).get(PROBE_LABEL) or "")


def pool_of(pod: Object) -> str:
    """Return the pool in which the image is that a pod tells of, as far as it is noted on it."""
    return str((pod["metadata"].get("annotations") or {}).get(POOL_NOTE) or "")


def untold(found: Iterable[Object], names: Collection[str]) -> tuple[Object, ...]:
    """Return the pods that tell of a bucket or image of another probe than the named ones.

    Only with its part of the model can that be removed from Ceph; until then nothing else tells of
    it. A pod with a claim comes after its probe's image, and tells of none.
    """
    return tuple(
        item
        for item in found
        if item["kind"] == "Pod"
        and probe_of(item).startswith((f"{PREFIX}-bucket-", f"{PREFIX}-block-"))
        and probe_of(item) not in names
        and not any("persistentVolumeClaim" in each for each in at(item, "spec.volumes") or ())
    )


def clear(world: World, names: Collection[str]) -> tuple[Object, ...]:
    """Remove the proof's objects, and return them; not what is told of other than named probes.

    The programs go last, as they tell of an interrupted proof.
    """
    found = leftovers(world.client, world.site)
    found = without(found, untold(found, names))
    programs = [item for item in found if item["kind"] == "ConfigMap"]
    volumes = _volumes(found)
    others = [item for item in found if item not in programs and item not in volumes]
    for volume in volumes:
        _let_go(world.client, volume)
    _remove(world, others)
    _wait_gone(world, [*others, *volumes])
    if others:
        # A volume that was still being made for a claim comes when the claim has gone.
        late = _volumes(leftovers(world.client, world.site))
        for volume in late:
            _let_go(world.client, volume)
        _wait_gone(world, late)
    _remove(world, programs)
    return found


def without(items: Iterable[Object], others: Sequence[Object]) -> tuple[Object, ...]:
    """Return the items that are not among the others."""
    return tuple(item for item in items if item not in others)


def _volumes(items: Iterable[Object]) -> list[Object]:
    return [item for item in items if item["kind"] == "PersistentVolume"]


def _let_go(client: Kube, volume: Object) -> None:
    """Let a volume go with its claim, also when its class would keep it."""
    if at(volume, "spec.persistentVolumeReclaimPolicy") != "Delete":
        client.patch(Ref.of(volume), {"spec": {"persistentVolumeReclaimPolicy": "Delete"}})


def _remove(world: World, items: list[Object]) -> None:
    for item in items:
        world.client.delete(Ref.of(item), item["metadata"]["uid"])


def _wait_gone(world: World, items: list[Object]) -> None:
    seconds = max(world.timeout, LEAST_SECONDS)
    wait_for(world, [(Ref.of(item), "gone", item) for item in items], seconds)
