# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What may be in an object of each kind: by the definitions, and by tables of our own. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._lint.notation import schema_of
from ansible_collections.rookery.rook.plugins.module_utils._lint.structure import OPEN
from ansible_collections.rookery.rook.plugins.module_utils._lint.tables import (
    NEW_TABLES,
    OLD_TABLES,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.values import Schema

Kind = tuple[str, str]
Rule = tuple[Schema, bool]

GROUPS = frozenset({"rook.io", "ceph.rook.io", "objectbucket.io", "csi.ceph.io"})
DEFINITION = "CustomResourceDefinition"
# The first release whose definitions name all fields.
_TOLD: _eras.Version = (1, 6)


class Definitions:
    """The definitions of a release, and what they leave out."""

    def __init__(self, manifests: Iterable[Mapping[str, t.Any]], release: _eras.Version) -> None:
        self._release = release
        self._rules: dict[Kind, Rule | None] = {}
        self._tables: dict[str, Schema | None] = {}
        for manifest in manifests:
            if manifest.get("kind") == DEFINITION:
                self._rules.update(_rules_of(manifest))
        self._groups = {api.partition("/")[0] for api, _kind in self._rules}

    def knows(self, api_version: str, kind: str) -> bool:
        """Tell whether objects of a kind are Rook's or a definition's, and so are linted."""
        return api_version.partition("/")[0] in GROUPS or (api_version, kind) in self._rules

    def lacks(self, api_version: str, kind: str) -> bool:
        """Tell whether there are definitions of the kind's group, but none of the kind."""
        group = api_version.partition("/")[0]
        return group in self._groups and (api_version, kind) not in self._rules

    def rules(self, api_version: str, kind: str) -> tuple[Rule, ...]:
        """Return the schemas that an object has to fit, each with whether it names all fields."""
        defined, table = self._rules.get((api_version, kind)), self._table(api_version, kind)
        if defined and table and self._release[:2] < _TOLD:
            # They were written by hand, and name little of what there is; the table names it.
            defined = (defined[0], False)
        return tuple(rule for rule in (defined, table) if rule is not None)

    def _table(self, api_version: str, kind: str) -> Rule | None:
        """Return the release's table of a kind."""
        if api_version.partition("/")[0] not in GROUPS:
            return None
        if kind not in self._tables:
            tables = OLD_TABLES if self._release[:2] < _TOLD else NEW_TABLES
            self._tables[kind] = (
                _whole(schema_of(tables[kind], self._release)) if kind in tables else None
            )
        table = self._tables[kind]
        return None if table is None else (table, True)


def _whole(spec: Schema) -> Schema:
    """Return the schema of an object by the schema of its spec."""
    free = {"type": "object", OPEN: True}
    needed = ["spec"] if spec["required"] else []
    return {"type": "object", "properties": {"spec": spec, "status": free}, "required": needed}


def _rules_of(manifest: Mapping[str, t.Any]) -> dict[Kind, Rule | None]:
    """Return the schema of each version that a definition serves; None when it has no schema."""
    spec = manifest["spec"]
    group, kind = spec["group"], spec["names"]["kind"]
    whole = (spec.get("validation") or {}).get("openAPIV3Schema")
    versions = spec.get("versions") or [{"name": spec.get("version", "")}]
    # Definitions of v1beta1 keep what they do not name, unless they say otherwise.
    keeps = manifest["apiVersion"].endswith("/v1beta1")
    strict = not spec.get("preserveUnknownFields", keeps)
    found: dict[Kind, Rule | None] = {}
    for version in versions:
        schema = (version.get("schema") or {}).get("openAPIV3Schema") or whole
        name = f"{group}/{version['name']}"
        found[name, kind] = (schema, strict) if schema else None
    return found
