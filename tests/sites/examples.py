# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstream's example resources of each release, and the ways in which one can be spoilt."""

from __future__ import annotations

import copy
import dataclasses
import functools
import typing as t

import yaml
from ansible_collections.rookery.rook.plugins.module_utils._lint import Definitions

from sites.definitions import LOADER, Object, Tag

Path = tuple[str | int, ...]

GROUPS = ("rook.io", "ceph.rook.io", "objectbucket.io", "csi.ceph.io")
DEFINING = ("crds.yaml", "common.yaml", "operator.yaml", "csi-operator.yaml")
# Maps whose keys, and values below them, are the user's own or Ceph's: no schema tells them.
FREE = frozenset(
    {"additionalConfig", "annotations", "cephConfig", "connectionDetails", "labels", "matchLabels",
     "nvmeofConfig", "parameters", "rgwConfig"}
)  # fmt: skip
# What takes a value of any type.
ANYTHING = frozenset({"additionalConfig"})
MISSPELT = "q"


@dataclasses.dataclass(frozen=True)
class Example:
    """One resource of one of upstream's files."""

    tag: Tag
    file: str
    manifest: Object

    @property
    def name(self) -> str:
        """Return by what a test names it."""
        kind, name = self.manifest["kind"], self.manifest["metadata"]["name"]
        return f"{self.file} {kind} {name}"


@dataclasses.dataclass(frozen=True)
class Spoilt:
    """An example with one mistake: sort is key, type or required, at a path."""

    sort: str
    path: Path
    example: Example
    manifest: Object


@functools.cache
def documents(tag: Tag) -> tuple[tuple[str, Object], ...]:
    """Return every object of a release's files, with the file's name below its folder."""
    assert tag.folder is not None
    found = []
    for file in sorted(tag.folder.rglob("*.yaml")):
        for item in yaml.load_all(file.read_text(), LOADER):
            if isinstance(item, dict) and "kind" in item:
                found += [(str(file.relative_to(tag.folder)), each) for each in unfolded(item)]
    return tuple(found)


def unfolded(item: Object) -> list[Object]:
    """Return the objects of a list, or the one object."""
    return t.cast("list[Object]", item["items"] if item["kind"].endswith("List") else [item])


def raw_definitions(tag: Tag) -> list[Object]:
    """Return a release's definitions as its files have them."""
    found = documents(tag)
    return [
        item for file, item in found
        if file in DEFINING and item["kind"] == "CustomResourceDefinition"
    ]  # fmt: skip


def examples(tag: Tag) -> list[Example]:
    """Return a release's examples of Rook's kinds."""
    return [
        Example(tag, file, item)
        for file, item in documents(tag)
        if item["apiVersion"].partition("/")[0] in GROUPS
    ]


def spoilt(example: Example, required: t.Iterable[Path]) -> t.Iterator[Spoilt]:
    """Yield an example with a misspelt key, a wrong type, or a required field taken out."""
    for path, value in _places(example.manifest, ()):
        *_above, key = path
        if isinstance(key, str) and not FREE & set(path[:-1]) and len(path) > 1 | (key == "spec"):
            yield Spoilt("key", path, example, _changed(example.manifest, path, _misspelt))
        if not ANYTHING & set(path) and path[0] not in ("apiVersion", "kind"):
            wrong = _wrong(value)
            yield Spoilt("type", path, example, _changed(example.manifest, path, wrong))
    for path in required:
        yield Spoilt("required", path, example, _changed(example.manifest, path, _without))


def required(manifest: Object, definitions: Definitions) -> t.Iterator[Path]:
    """Yield each field of an object that its schema or table requires, and its name."""
    yield from (("metadata", "name"), ("metadata",))
    for schema, _strict in definitions.rules(manifest["apiVersion"], manifest["kind"]):
        yield from _required(schema, manifest, ())


def varied(example: Example) -> t.Iterator[Spoilt]:
    """Yield an example with another value of the right type, or none, which may be as good."""
    for path, value in _places(example.manifest, ()):
        if path[0] == "spec" and not FREE & set(path):
            for place, other in enumerate(_others(value)):
                put = functools.partial(_put, other=other)
                manifest = _changed(example.manifest, path, put)
                yield Spoilt(f"value {place}", path, example, manifest)


def signature(path: Path) -> Path:
    """Return a path with every place in a list alike."""
    return tuple("*" if isinstance(part, int) else part for part in path)


def _required(schema: t.Mapping[str, t.Any], value: t.Any, path: Path) -> t.Iterator[Path]:
    """Yield each field at or below a path that its schema requires."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from _required(schema.get("items") or {}, item, (*path, place))
    if not isinstance(value, dict):
        return
    yield from ((*path, name) for name in schema.get("required", ()) if name in value)
    for key, item in value.items():
        inner = (schema.get("properties") or {}).get(key) or schema.get("additionalProperties")
        if isinstance(inner, dict):
            yield from _required(inner, item, (*path, key))


def _places(value: t.Any, path: Path) -> t.Iterator[tuple[Path, t.Any]]:
    """Yield path and value of everything in an object that has a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs:
        if item is None:
            continue
        yield (*path, key), item
        if isinstance(item, (dict, list)):
            yield from _places(item, (*path, key))


def _changed(manifest: Object, path: Path, change: t.Callable[[t.Any, t.Any], None]) -> Object:
    """Return a copy of a manifest with a change at a path."""
    new = copy.deepcopy(manifest)
    place: t.Any = new
    for part in path[:-1]:
        place = place[part]
    change(place, path[-1])
    return new


def _misspelt(place: Object, key: str) -> None:
    """Put a letter into a key."""
    place[key[:1] + MISSPELT + key[1:]] = place.pop(key)


def _without(place: Object, key: str) -> None:
    """Take a key out."""
    del place[key]


def _others(value: t.Any) -> list[t.Any]:
    """Return values that a schema could well refuse."""
    if isinstance(value, bool):
        return [None]
    if isinstance(value, int):
        return [None, -1, 0, 12, 70000, 2**40, 1.5, 4.0]
    if isinstance(value, str):
        return [None, "", "A b", "/etc", "1Gi", "60s", "s" * 300]
    if isinstance(value, list):
        return [None, [], [*value, *value], [*value, None]]
    return [None, {}]


def _put(place: t.Any, key: t.Any, other: t.Any) -> None:
    """Put a value there."""
    place[key] = other


def _wrong(value: t.Any) -> t.Callable[[t.Any, t.Any], None]:
    """Return what puts a value of another type there; no field takes both."""
    other = "yes" if isinstance(value, (bool, dict, list)) else True
    return functools.partial(_put, other=other)
