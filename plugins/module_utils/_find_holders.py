# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Look for the operators that have to let go what is to go. Reads only."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._holders import (
    OPERATORS,
    ROOK,
    Holders,
    held,
    kept,
    selector_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at, make_id

if t.TYPE_CHECKING:
    from collections.abc import Collection

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object

_ATTACHMENT = ("storage.k8s.io/v1", "VolumeAttachment")


def find_holders(client: Kube, namespace: str, drivers: Collection[str]) -> Holders:
    """Return what there is of operators; of one that is not at work, what that means, too."""
    deployments = client.list("apps/v1", "Deployment", "", "", kept).items
    seen = Holders(namespace, deployments, seen=True)
    troubled = [operator for operator in OPERATORS if seen.trouble(operator)]
    if not troubled:
        return seen
    idle = [item for operator in troubled for item in seen.serving(operator)]
    asked = sorted({(item["metadata"]["namespace"], selector_of(item)) for item in idle})
    pods = [pod for where, labels in asked for pod in client.list("v1", "Pod", where, labels).items]
    attachments = client.list(*_ATTACHMENT).items
    return dataclasses.replace(
        seen,
        pods=tuple(pods),
        protected=_protected(client, namespace) if ROOK in troubled else (),
        attachments=tuple(
            make_id("VolumeAttachment", "", item["metadata"]["name"])
            for item in attachments
            if at(item, "spec.attacher") in drivers
        ),
    )


def _protected(client: Kube, namespace: str) -> tuple[Object, ...]:
    """Return what Rook protects from being deleted before the cluster."""
    return tuple(
        item
        for kind in ("ConfigMap", "Secret")
        for item in client.list("v1", kind, namespace, "", _if_held).items
    )


def _if_held(item: Object) -> Object | None:
    """Return an object that an operator holds, without what is secret in it."""
    if not held(item):
        return None
    return {key: item[key] for key in ("apiVersion", "kind", "metadata")}
