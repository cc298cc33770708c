# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Look before and after a teardown, and prove that nothing is left and nobody else's was touched.

Reads only. What belongs to others may be changed by them meanwhile: that is told with who did it.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import LeftOver
from ansible_collections.rookery.rook.plugins.module_utils._inventory import (
    Inventory,
    Print,
    Whose,
    left,
    left_definitions,
    matters,
    print_of,
    untouched,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    ROOK_GROUPS,
    SITE_LABEL,
    Kind,
    at,
    has_owner,
    id_of,
    is_ours,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds.consumers import USER_KINDS
from ansible_collections.rookery.rook.plugins.module_utils._observe import rows_here
from ansible_collections.rookery.rook.plugins.module_utils._remains import drivers_of

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object
    from ansible_collections.rookery.rook.plugins.module_utils._site import Prospect, Wish

THREADS = 8
# Of these, all of a cluster may be large: they are looked at in the site's namespace alone.
_INSIDE = ("ConfigMap", "Secret", "Job")
# What others keep, beside the kinds of a site.
_OTHERS = (
    "PersistentVolume", "PersistentVolumeClaim", "VolumeSnapshot", "VolumeSnapshotContent",
    "StatefulSet", "CronJob",
)  # fmt: skip


@contextlib.contextmanager
def proving(
    client: Kube, wish: Wish, note: Callable[..., None], *, proven: bool
) -> Iterator[set[str]]:
    """Give a set for the ids of what may be changed; prove the rest once all is done.

    Raises LeftOver when the last stage has ended and something is left.
    """
    meant: set[str] = set()
    if not proven:
        yield meant
        return
    whose = _whose(client, wish)
    before = take(client, wish, whose)
    yield meant
    after = take(client, wish, whose)
    note(untouched=untouched(before, after, meant))
    if "operator" in wish.stages:
        found = left(whose, after)
        note(left=found)
        if found:
            raise LeftOver(wish.site.name, found)


def take(client: Kube, wish: Wish, whose: Whose) -> Inventory:
    """Return what is there now; of others' objects only what tells whether they change."""
    foreign: dict[str, Print] = {}

    def keep(item: Object) -> Object | None:
        if whose.is_foreign(item) and not at(item, "metadata.deletionTimestamp"):
            foreign[id_of(item)] = print_of(item)
        return item if matters(whose, item) else None

    def listed(row: Kind) -> tuple[Object, ...]:
        where = whose.namespace if row.name in _INSIDE else ""
        return client.list(row.api_version, row.name, where, "", keep).items

    rows = [*rows_here(client, wish.site.release), *(USER_KINDS[name] for name in _OTHERS)]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        objects = tuple(item for items in pool.map(listed, rows) for item in items)
    return Inventory(objects, foreign)


def foreseen(client: Kube, wish: Wish, found: Prospect) -> list[dict[str, t.Any]]:
    """Return the definitions that would be left if a plan were done, with all that goes by it."""
    rows = [
        row
        for row in rows_here(client, wish.site.release)
        if row.group in ROOK_GROUPS or row.name in ("CustomResourceDefinition", "Deployment")
    ]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        listings = pool.map(lambda row: client.list(row.api_version, row.name).items, rows)
        items = [item for items in listings for item in items]
    return left_definitions([item for item in items if not _goes(item, wish, found)])


def _goes(item: Object, wish: Wish, found: Prospect) -> bool:
    """Tell whether an object goes: by a plan, by what counts as done before, or with its owner."""
    key = id_of(item)
    before = is_ours(item, wish.site.name) and key not in found.observed.objects
    return key in found.plan.leaving or before or has_owner(item)


def _whose(client: Kube, wish: Wish) -> Whose:
    """Return by what the site's objects are told, while what tells it is still there."""
    namespace = wish.site.namespace
    labels = f"{SITE_LABEL}={wish.site.name}"
    telling = [
        item
        for api, kind in (("v1", "ConfigMap"), ("apps/v1", "Deployment"))
        for item in client.list(api, kind, namespace, labels).items
    ]
    drivers = drivers_of(namespace, wish.site.operator.config, telling)
    return Whose(wish.site.name, namespace, drivers)
