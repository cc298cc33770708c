# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Check what one part of the model says of another: names that are there twice or nowhere. Pure."""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import Problem
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import shown

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import (
        BlockPool,
        Filesystem,
        ObjectStore,
        ObjectStoreUser,
        StorageClass,
    )


class Named(t.Protocol):
    """Anything of the model that has a name."""

    @property
    def name(self) -> str:
        """Return the name."""


def twice(section: str, things: Sequence[Named]) -> Iterator[Problem]:
    """Yield a problem for each name that an earlier entry of the list has."""
    first: dict[str, int] = {}
    for place, thing in enumerate(things):
        if thing.name and first.setdefault(thing.name, place) != place:
            yield Problem(
                f"{section}[{place}].name",
                shown(thing.name),
                f"is already the name of {section}[{first[thing.name]}]",
                "Choose another name, or remove one of them.",
            )


def nowhere(path: str, name: str | None, section: str, known: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem when a name is given that the section does not have."""
    if not name or name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    names = ", ".join(sorted(known)) or "none"
    cure = f"The nearest is {near[0]}." if near else f"There are: {names}."
    yield Problem(path, shown(name), f"is not in {section}", f"{cure} Correct it or add it there.")


def store_references(stores: Sequence[ObjectStore], zones: Sequence[str]) -> Iterator[Problem]:
    """Yield stores of zones that are not wanted."""
    for place, store in enumerate(stores):
        yield from nowhere(f"object_stores[{place}].zone", store.zone, "object_zones", zones)


def user_references(
    users: Sequence[ObjectStoreUser], stores: Sequence[ObjectStore], accounts: Sequence[str]
) -> Iterator[Problem]:
    """Yield users of stores or accounts that are not wanted."""
    known = [store.name for store in stores]
    for place, user in enumerate(users):
        path = f"object_store_users[{place}].store"
        yield from nowhere(path, user.store, "object_stores", known)
        path = f"object_store_users[{place}].account"
        yield from nowhere(path, user.account, "object_store_accounts", accounts)


def class_references(
    classes: Sequence[StorageClass],
    pools: Sequence[BlockPool],
    filesystems: Sequence[Filesystem],
    stores: Sequence[ObjectStore],
    servers: Sequence[str],
) -> Iterator[Problem]:
    """Yield what classes name and nobody makes, and block classes that have nowhere for names."""
    by_name = {pool.name: pool for pool in pools}
    data_pools = {fs.name: [pool.name for pool in fs.data_pools] for fs in filesystems}
    for place, item in enumerate(classes):
        path = f"storage_classes[{place}]"
        yield from nowhere(f"{path}.pool", item.pool, "block_pools", list(by_name))
        yield from nowhere(f"{path}.filesystem", item.filesystem, "filesystems", list(data_pools))
        yield from nowhere(f"{path}.nfs", item.nfs, "nfs", servers)
        known = [store.name for store in stores]
        yield from nowhere(f"{path}.object_store", item.object_store, "object_stores", known)
        if item.type == "rbd":
            yield from nowhere(f"{path}.data_pool", item.data_pool, "block_pools", list(by_name))
            pool = by_name.get(item.pool or "")
            if pool is not None and pool.layout.erasure is not None:
                yield Problem(
                    f"{path}.pool",
                    shown(item.pool),
                    "is erasure coded and cannot hold the names of block devices",
                    f"Set pool to a pool with replicas, and data_pool to {item.pool}.",
                )
        elif item.type in ("cephfs", "nfs") and item.filesystem in data_pools:
            section = f"the data_pools of {item.filesystem}"
            known = data_pools[item.filesystem]
            yield from nowhere(f"{path}.data_pool", item.data_pool, section, known)


def class_defaults(classes: Sequence[StorageClass]) -> Iterator[Problem]:
    """Yield every default class but the first: Kubernetes would take any of them."""
    defaults = [place for place, item in enumerate(classes) if item.default]
    for place in defaults[1:]:
        yield Problem(
            f"storage_classes[{place}].default",
            "True",
            f"is also that of storage_classes[{defaults[0]}]",
            "Keep one default class.",
        )
