# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""How the objects of a site's proofs are known, and which of them are there."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    MANAGER,
    MANAGER_LABEL,
    SITE_LABEL,
    at,
)

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

PREFIX = "rookery-proof"
COMPONENT_LABEL = "app.kubernetes.io/component"
COMPONENT = "proof"
_KINDS = ("Pod", "PersistentVolumeClaim", "ConfigMap")


def selector(site: Site) -> str:
    """Return the labels that all objects of a site's proofs carry."""
    return f"{SITE_LABEL}={site.name},{MANAGER_LABEL}={MANAGER},{COMPONENT_LABEL}={COMPONENT}"


def leftovers(client: Kube, site: Site) -> tuple[Object, ...]:
    """Return the proof's objects that are there: by label and by name, volumes by their claim."""
    found = [
        item
        for kind in _KINDS
        for item in client.list("v1", kind, site.namespace, selector(site)).items
        if item["metadata"]["name"].startswith(PREFIX)
    ]
    if not found:
        # The programs go last, after the volumes; without them no volume need be looked at.
        return ()

    def keep(volume: Object) -> Object | None:
        return volume if _is_of_proof(volume, site) else None

    return (*found, *client.list("v1", "PersistentVolume", "", "", keep).items)


def _is_of_proof(volume: Object, site: Site) -> bool:
    """Tell whether a volume was made for a claim of a proof."""
    name = str(at(volume, "spec.claimRef.name") or "")
    namespace = at(volume, "spec.claimRef.namespace")
    return namespace == site.namespace and name.startswith(f"{PREFIX}-")
