# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a release gives to new objects alone, and those of earlier releases do without. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._render.storage import PUBLISH_SECRETS

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired

Manifest = Mapping[str, t.Any]


def as_made(
    site: Site, desired: Sequence[Desired], objects: Mapping[str, Manifest]
) -> tuple[Desired, ...]:
    """Return what is wanted, with each class that is there as it was made.

    Kubernetes changes no parameter of a class, and an upgrade of Rook leaves the classes alone.
    What the user gives as a parameter is wanted all the same.
    """
    given = {
        _kinds.make_id("StorageClass", "", each.name): each.parameters.keys()
        for each in site.storage_classes
    }
    lacking = {
        item.id: (PUBLISH_SECRETS & _parameters(item.manifest).keys())
        - _parameters(objects[item.id]).keys()
        - given[item.id]
        for item in desired
        if item.id in given and item.id in objects
    }
    return tuple(
        dataclasses.replace(item, manifest=_without(item.manifest, lacking[item.id]))
        if lacking.get(item.id)
        else item
        for item in desired
    )


def _parameters(manifest: Manifest) -> Mapping[str, t.Any]:
    found = _kinds.at(manifest, "parameters")
    return found if isinstance(found, Mapping) else {}


def _without(manifest: Manifest, names: frozenset[str]) -> Manifest:
    """Return a class without some parameters."""
    left = {key: value for key, value in _parameters(manifest).items() if key not in names}
    return {**manifest, "parameters": left}
