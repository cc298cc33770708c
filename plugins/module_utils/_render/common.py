# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Words and steps that every rendering shares. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._eras import SAFE_SIZE

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._kinds import Version
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Layout, Site


def merged(base: t.Any, over: t.Any) -> t.Any:
    """Return base with over laid upon it; dictionaries are merged, all else is replaced."""
    if not isinstance(base, Mapping) or not isinstance(over, Mapping):
        return over
    return {
        key: merged(base[key], over[key])
        if key in base and key in over
        else (over[key] if key in over else base[key])
        for key in [*base, *(key for key in over if key not in base)]
    }


def labelled(site: Site, manifest: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the manifest with the labels by which its site is known, on its metadata alone."""
    metadata = dict(manifest["metadata"])
    metadata["labels"] = {
        **(metadata.get("labels") or {}),
        _kinds.MANAGER_LABEL: _kinds.MANAGER,
        _kinds.SITE_LABEL: site.name,
    }
    return {**manifest, "metadata": metadata}


def resource(site: Site, kind: str, name: str, body: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return an object of a kind of today, as the site's release calls it, in its namespace."""
    row = _kinds.kind_in(site.release, kind)
    metadata: dict[str, t.Any] = {"name": name}
    if row.namespaced:
        metadata["namespace"] = site.namespace
    head = {"apiVersion": row.api_version, "kind": row.name, "metadata": metadata}
    return labelled(site, {**head, **body})


def flags(**given: bool) -> dict[str, bool]:
    """Return the flags that are set: Rook drops the others when it stores a spec again."""
    return {name: True for name, value in given.items() if value}


def pool_spec(layout: Layout, release: Version = ()) -> dict[str, t.Any]:
    """Return a pool's spec. One copy stays refused by Rook until the raw spec allows it.

    Without a release it is as the newest has it.
    """
    spec: dict[str, t.Any] = {"failureDomain": layout.failure_domain}
    if layout.device_class:
        spec["deviceClass"] = layout.device_class
    if layout.erasure is not None:
        spec["erasureCoded"] = {
            "dataChunks": layout.erasure.data_chunks,
            "codingChunks": layout.erasure.coding_chunks,
        }
    else:
        spec["replicated"] = {"size": layout.size}
        if not release or release >= SAFE_SIZE:
            spec["replicated"]["requireSafeReplicaSize"] = True
    return spec
