# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Every object against what its kind may hold, before anything is sent. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.rookery.rook.plugins.module_utils._lint.definitions import (
    DEFINITION,
    Definitions,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.metadata import check_metadata
from ansible_collections.rookery.rook.plugins.module_utils._lint.structure import (
    OPEN,
    Finding,
    check,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.words import (
    Path,
    dotted,
    nearest,
)

__all__ = [
    "DEFINITION", "Definitions", "Finding", "dotted", "lint", "nearest",
]  # fmt: skip

_TEXT = {"type": "string"}
# Every object has these, whether its schema names them or not.
_HEAD = {"apiVersion": _TEXT, "kind": _TEXT, "metadata": {"type": "object", OPEN: True}}


def lint(manifest: Mapping[str, t.Any], definitions: Definitions) -> tuple[Finding, ...]:
    """Return all that is wrong with an object, each path once, in the order of the paths."""
    api, kind = str(manifest.get("apiVersion")), str(manifest.get("kind"))
    if not definitions.knows(api, kind):
        return ()
    found: dict[Path, Finding] = {}
    for finding in (*check_metadata(manifest), *_fields(manifest, definitions, api, kind)):
        found.setdefault(finding.path, finding)
    return tuple(found[path] for path in sorted(found, key=_order))


def _fields(
    manifest: Mapping[str, t.Any], definitions: Definitions, api: str, kind: str
) -> Iterator[Finding]:
    """Yield what is wrong with the fields other than metadata."""
    if definitions.lacks(api, kind):
        cure = "Take a release that has it, or its definitions."
        yield Finding(("kind",), kind, f"of {api} is not among the definitions", cure)
    for schema, strict in definitions.rules(api, kind):
        named = {**(schema.get("properties") or {}), **_HEAD}
        yield from check({**schema, "properties": named}, manifest, strict=strict)


def _order(path: Path) -> tuple[str, ...]:
    """Return by what paths are sorted; entries of lists by their number."""
    return tuple(f"{part:08d}" if isinstance(part, int) else part for part in path)
