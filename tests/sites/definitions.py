# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rook's definitions, release by release, as an API server of today takes them.

Upstream's own files are read from the data beside the repository when they are there; without
them, there are the definitions that the lab generates from the Go types of Rook's API.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import re
import typing as t
from pathlib import Path

import yaml
from ansible_collections.rookery.rook.plugins.module_utils._eras import ERAS, dotted
from ansible_collections.rookery.rook.plugins.module_utils._kinds import kinds_of

Object = dict[str, t.Any]
ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared/data/rook"
CACHE = Path(
    os.environ.get("ROOKERY_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rookery"
)
# The types of the lab's definitions are of December 2024.
GENERATED = "1.16"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_GROUPS = re.compile(r"\brook\.io$|^objectbucket\.io$")
_HELPERS = ("upgrade-from", "pre-k8s-1.16")
_SCOPES = {True: "Namespaced", False: "Cluster"}
_OPEN = {"x-kubernetes-preserve-unknown-fields": True}
# What the operator of 0.6 and 0.7 defines itself when it starts.
_LEGACY = {
    "clusters": "Cluster",
    "pools": "Pool",
    "filesystems": "Filesystem",
    "objectstores": "ObjectStore",
}
# What others define: group, versions, plural, kind, scope.
_OTHERS = (
    (
        "snapshot.storage.k8s.io",
        ("v1", "v1beta1", "v1alpha1"),
        "volumesnapshotclasses",
        "VolumeSnapshotClass",
        "Cluster",
    ),
    (
        "objectbucket.io",
        ("v1alpha1",),
        "objectbucketclaims",
        "ObjectBucketClaim",
        "Namespaced",
    ),
)


@dataclasses.dataclass(frozen=True)
class Tag:
    """One release with the files that it was published with; without any, the generated ones."""

    name: str
    version: str
    folder: Path | None

    @property
    def release(self) -> tuple[int, ...]:
        """Return the minor release as numbers."""
        return tuple(int(part) for part in self.version.split(".")[:2])


def published() -> tuple[Tag, ...]:
    """Return the tags whose files are there, the oldest first."""
    folders = SHARED.glob("v*/") if SHARED.is_dir() else ()
    tags = [Tag(path.name, path.name.removeprefix("v"), path / "manifests") for path in folders]
    return tuple(sorted(tags, key=lambda tag: tag.release))


def tags() -> tuple[Tag, ...]:
    """Return every set of definitions that there is."""
    return (*published(), Tag("generated", GENERATED, None))


def without_files() -> tuple[str, ...]:
    """Return the releases for which there are no definitions of their own."""
    return tuple(dotted(rook) for rook in ERAS if rook not in {tag.release for tag in published()})


@functools.cache
def outlines() -> tuple[Object, ...]:
    """Return definitions without a schema, by which all kinds of all those releases are served."""
    releases = [tuple(int(part) for part in name.split(".")) for name in without_files()]
    rows = {row.definition: row for rook in releases for row in kinds_of(rook).values()}
    found = {
        name: _outline(row.group, (row.version,), row.plural, row.name, _SCOPES[row.namespaced])
        for name, row in rows.items()
        if _GROUPS.search(row.group)
    }
    for outline in _OTHERS:
        item = _outline(*outline)
        found[item["metadata"]["name"]] = item
    return tuple(found[name] for name in sorted(found))


def say_what_is_missing() -> str:
    """Return a line for the log: on which definitions the tests stand."""
    names = ", ".join(tag.name for tag in tags())
    return f"definitions: {names}" + ("" if published() else f" (there is no {SHARED.name} data)")


@functools.cache
def definitions(tag: Tag) -> tuple[Object, ...]:
    """Return Rook's definitions of a release, as an API server of today takes them."""
    if tag.folder is None:
        built = sorted(CACHE.glob("lab/crds-*/crds.yaml"), key=lambda path: path.stat().st_mtime)
        files: t.Iterable[Path] = built[-1:]
    else:
        files = (
            file
            for file in tag.folder.rglob("*.yaml")
            if not any(word in str(file.relative_to(tag.folder)) for word in _HELPERS)
        )
    found: dict[str, Object] = {}
    for file in sorted(files):
        text = file.read_text()
        if "CustomResourceDefinition" not in text:
            continue
        for item in yaml.load_all(text, LOADER):
            if (
                item
                and item["kind"] == "CustomResourceDefinition"
                and _GROUPS.search(item["spec"]["group"])
            ):
                found[item["metadata"]["name"]] = modern(item)
    if not found and tag.release < (0, 8):
        for plural, kind in _LEGACY.items():
            found[plural] = _outline("rook.io", ("v1alpha1",), plural, kind, "Namespaced")
    for outline in _OTHERS if tag.release >= (1, 1) else ():
        item = _outline(*outline)
        found.setdefault(item["metadata"]["name"], item)
    return tuple(found[name] for name in sorted(found))


def modern(definition: Object) -> Object:
    """Return a definition of any age as one of apiextensions.k8s.io/v1."""
    if definition["apiVersion"].endswith("/v1"):
        return definition
    old = definition["spec"]
    versions = old.get("versions") or [{"name": old["version"], "served": True, "storage": True}]
    schema = (old.get("validation") or {}).get("openAPIV3Schema") or {}
    status = {"subresources": old["subresources"]} if old.get("subresources") else {}
    new = [
        {**each, "schema": {"openAPIV3Schema": structural({"type": "object", **schema})}, **status}
        for each in versions
    ]
    spec = {key: old[key] for key in ("group", "names", "scope")} | {"versions": new}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": definition["metadata"]["name"]},
        "spec": spec,
    }


def structural(schema: Object) -> Object:
    """Return a schema of v1beta1 as v1 wants it: nodes of objects have a type, and stay open."""
    if "properties" in schema or schema.get("type") == "object":
        fields = {key: structural(value) for key, value in schema.get("properties", {}).items()}
        own = {key: value for key, value in schema.items() if key != "properties"}
        return {**own, "type": "object", **({"properties": fields} if fields else {}), **_OPEN}
    if "items" in schema or schema.get("type") == "array":
        return {**schema, "type": "array", "items": structural(schema.get("items") or {})}
    return schema if schema.get("type") else {**schema, **_OPEN}


def _outline(group: str, versions: t.Sequence[str], plural: str, kind: str, scope: str) -> Object:
    """Return a definition that takes any spec; the first version is the stored one."""
    names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
    served = [
        {"name": version, "served": True, "storage": not place}
        for place, version in enumerate(versions)
    ]
    schema = {"properties": {"spec": {"type": "object"}}}
    spec = {
        "group": group,
        "names": names,
        "scope": scope,
        "versions": served,
        "validation": {"openAPIV3Schema": schema},
    }
    found = modern(
        {
            "apiVersion": "apiextensions.k8s.io/v1beta1",
            "metadata": {"name": f"{plural}.{group}"},
            "spec": spec,
        }
    )
    if group.endswith("k8s.io"):
        # Without it an API server refuses a group of its own project.
        words = {"api-approved.kubernetes.io": "unapproved, for tests"}
        found["metadata"]["annotations"] = words
    return found
