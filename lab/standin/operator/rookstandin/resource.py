# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A read-only view of one custom resource. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from rookstandin import names

CONFIRMED = "yes-really-destroy-data"


@dataclass(frozen=True)
class Resource:
    """A custom resource as the API server gave it."""

    raw: dict[str, t.Any]

    @property
    def kind(self) -> str:
        return self.raw["kind"]

    @property
    def name(self) -> str:
        return self.raw["metadata"]["name"]

    @property
    def namespace(self) -> str:
        return self.raw["metadata"]["namespace"]

    @property
    def id(self) -> str:
        return f'{self.kind} "{self.namespace}/{self.name}"'

    @property
    def generation(self) -> int:
        return self.raw["metadata"].get("generation", 0)

    @property
    def deleting(self) -> bool:
        return "deletionTimestamp" in self.raw["metadata"]

    @property
    def finalizers(self) -> list[str]:
        return list(self.raw["metadata"].get("finalizers") or ())

    @property
    def annotations(self) -> dict[str, str]:
        return self.raw["metadata"].get("annotations") or {}

    @property
    def labels(self) -> dict[str, str]:
        return self.raw["metadata"].get("labels") or {}

    @property
    def frozen(self) -> bool:
        """Tell whether Rook is told to leave it alone, by a label of all or one of clusters."""
        skipped = self.kind == "CephCluster" and "ceph.rook.io/do-not-reconcile" in self.labels
        return skipped or self.labels.get("do_not_reconcile") == "true"

    @property
    def spec(self) -> dict[str, t.Any]:
        return self.raw.get("spec") or {}

    @property
    def status(self) -> dict[str, t.Any]:
        return self.raw.get("status") or {}

    def at(self, path: str, default: t.Any = None) -> t.Any:
        """Return the spec's field at a dotted path, or the default when it is absent or null."""
        value: t.Any = self.spec
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return default if value is None else value

    @property
    def destructive(self) -> bool:
        """Tell whether the cleanup policy confirms that the data may go."""
        return self.at("cleanupPolicy.confirmation") == CONFIRMED

    def owner(self) -> dict[str, t.Any]:
        return {
            "apiVersion": names.API_VERSION,
            "kind": self.kind,
            "name": self.name,
            "uid": self.raw["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
