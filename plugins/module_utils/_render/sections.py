# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From the sections of the table to their objects. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._model.sections import (
    SECTION_OF,
    Field,
    Section,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.common import (
    merged,
    pool_spec,
    resource,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Resource, Site


def render_section_entry(site: Site, item: Resource) -> dict[str, t.Any]:
    """Return the object of one entry: its fields, each at its place, and the raw spec over them."""
    section = SECTION_OF.get(item.kind) or Section("", item.kind, ())
    body: dict[str, t.Any] = {"spec": {}} if section.spec else {}
    for path, value in _placed(section.fields, item.values):
        body = merged(body, _branch(path, value))
    for path, text in section.fixed.items():
        body = merged(body, _branch(path, text.format(namespace=site.namespace)))
    if section.spec:
        body["spec"] = merged(body["spec"], item.spec)
    if section.bare and not body["spec"]:
        del body["spec"]
    manifest = resource(site, item.kind, item.name, body)
    if item.namespace:
        manifest["metadata"]["namespace"] = item.namespace
    for row in section.fields:
        if row.type == "labels":
            names = item.values.get(row.name, ())
            manifest["metadata"]["labels"] |= {row.path.format(name): name for name in names}
    return manifest


def _placed(rows: Sequence[Field], values: Mapping[str, t.Any]) -> Iterator[tuple[str, t.Any]]:
    """Yield path and value of every field that has both."""
    for row in rows:
        value = values.get(row.name)
        if value is None or not row.path or row.type == "labels":
            continue
        if row.type == "group":
            yield from _placed(row.fields, value)
        elif row.type == "pool":
            yield row.path, pool_spec(value)
        elif row.type == "list":
            yield row.path, list(value)
        elif row.type != "flag" or value:
            yield row.path, value


def _branch(path: str, value: t.Any) -> t.Any:
    """Return a value inside the dictionaries that its path names."""
    for part in reversed(path.split(".")):
        value = {part: value}
    return value
