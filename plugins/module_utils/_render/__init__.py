# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From the model to every object that is wanted, with what each one needs. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._render.cluster import render_cluster
from ansible_collections.rookery.rook.plugins.module_utils._render.operator import render_operator
from ansible_collections.rookery.rook.plugins.module_utils._render.storage import render_storage
from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired, Manifest

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site


def render(site: Site, upstream: Sequence[Manifest]) -> tuple[Desired, ...]:
    """Return all objects of a site in the order of the kinds, then of their ids.

    upstream holds the documents of Rook's own manifests; without any, the operator's stage is
    empty. Raises ModelError when they are not those of the wanted release and namespace.
    """
    manifests = {
        _kinds.id_of(manifest): manifest
        for manifest in (
            *render_operator(site, upstream),
            render_cluster(site),
            *render_storage(site),
        )
    }
    needs = _kinds.needs_of(manifests)
    return tuple(
        Desired(
            id=object_id,
            kind=manifests[object_id]["kind"],
            manifest=manifests[object_id],
            needs=needs[object_id],
            stage=_kinds.kind_of(object_id).stage,
        )
        for object_id in sorted(manifests, key=_kinds.sort_key)
    )
