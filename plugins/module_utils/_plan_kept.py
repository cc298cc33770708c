# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What differs where objects of an earlier release are there: what they have, their order. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils import _eras, _kinds
from ansible_collections.rookery.rook.plugins.module_utils._remains import (
    IMAGE_SET,
    is_handed_over,
)
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
        for item in _in_order(site, desired, objects)
    )


def _in_order(
    site: Site, desired: Sequence[Desired], objects: Mapping[str, Manifest]
) -> Iterator[Desired]:
    """Yield what is wanted, the images of drivers after the operator that used to make them.

    Until it is replaced it would set them back.
    """
    images = _kinds.make_id("ConfigMap", site.namespace, IMAGE_SET)
    operator = _kinds.make_id("Deployment", site.namespace, _eras.era(site.version).operator)
    live = objects.get(images)
    late = live is not None and is_handed_over(live)
    for item in desired:
        if late and item.id == operator:
            needs = tuple(need for need in item.needs if need != images)
            yield dataclasses.replace(item, needs=needs)
        elif late and item.id == images:
            yield dataclasses.replace(item, needs=(*item.needs, operator))
        else:
            yield item


def _parameters(manifest: Manifest) -> Mapping[str, t.Any]:
    found = _kinds.at(manifest, "parameters")
    return found if isinstance(found, Mapping) else {}


def _without(manifest: Manifest, names: frozenset[str]) -> Manifest:
    """Return a class without some parameters."""
    left = {key: value for key, value in _parameters(manifest).items() if key not in names}
    return {**manifest, "parameters": left}
