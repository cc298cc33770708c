# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Upstream's objects, written for one namespace, as those of another. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Manifest

# The namespace in which objects of the whole cluster have the names that upstream gave them.
USUAL = "rook-ceph"

_EVERY = ""
# Fields that hold the namespace and nothing else, by kind.
_WHOLE = (
    (_EVERY, "metadata.namespace"),
    ("Namespace", "metadata.name"),
    ("RoleBinding", "subjects[*].namespace"),
    ("ClusterRoleBinding", "subjects[*].namespace"),
    ("CustomResourceDefinition", "spec.conversion.webhook.clientConfig.service.namespace"),
    ("Deployment", "spec.template.spec.containers[*].env[*].value"),
)
# Fields that begin with it and a dot: names of drivers, which nodes know across all namespaces.
_LEADING = (("Driver", "metadata.name"), ("CSIDriver", "metadata.name"))
# Kinds of the whole cluster whose content is of one operator: two sites must not share them.
_OWN = ("ClusterRole", "ClusterRoleBinding")
# Under these keys a word that equals the namespace is the name of something else.
_NAMES = frozenset({"name", "serviceAccount", "serviceAccountName"})
_FREE = frozenset({"labels", "matchLabels", "annotations"})


def moved(manifests: Sequence[Manifest], origin: str, namespace: str) -> list[Manifest]:
    """Return the objects of a namespace as those of another one."""

    def whole(value: t.Any) -> t.Any:
        return namespace if value == origin else value

    def leading(value: t.Any) -> t.Any:
        text = str(value)
        return namespace + text.removeprefix(origin) if text.startswith(f"{origin}.") else value

    rows = [(*row, whole) for row in _WHOLE] + [(*row, leading) for row in _LEADING]
    found = []
    for manifest in manifests:
        item: t.Any = manifest
        for kind, path, change in rows:
            if kind in (_EVERY, manifest["kind"]):
                item = _changed(item, path.split("."), change)
        found.append(item)
    return found


def mentions(manifest: Manifest, origin: str) -> Iterator[tuple[str, str]]:
    """Yield path and value of what still speaks of a namespace, other than definitions."""
    if manifest["kind"] != "CustomResourceDefinition":
        word = re.compile(rf"(?<![\w.-]){re.escape(origin)}(?![\w-])|\.{re.escape(origin)}\.svc")
        yield from _spoken(manifest, "", origin, word)


def set_apart(manifests: Sequence[Manifest], namespace: str) -> list[Manifest]:
    """Return the objects with names of their own for roles of the whole cluster.

    Two sites in one cluster may be of different releases, and one of them may go first.
    """
    if namespace == USUAL:
        return list(manifests)
    roles = {item["metadata"]["name"] for item in manifests if item["kind"] == "ClusterRole"}

    def own(name: t.Any) -> str:
        return f"{name}-{namespace}"

    found = []
    for manifest in manifests:
        item: t.Any = manifest
        if manifest["kind"] in _OWN:
            item = _changed(item, ["metadata", "name"], own)
        ref = manifest.get("roleRef") or {}
        if ref.get("kind") == "ClusterRole" and ref.get("name") in roles:
            item = _changed(item, ["roleRef", "name"], own)
        found.append(item)
    return found


def _changed(value: t.Any, path: Sequence[str], change: Callable[[t.Any], t.Any]) -> t.Any:
    """Return a value with what is at a path changed; what is not there stays away."""
    if not path:
        return change(value)
    key = path[0].removesuffix("[*]")
    if not isinstance(value, Mapping) or value.get(key) is None:
        return value
    inner = value[key]
    if key == path[0]:
        return {**value, key: _changed(inner, path[1:], change)}
    return {**value, key: [_changed(each, path[1:], change) for each in inner]}


def _spoken(
    value: t.Any, path: str, origin: str, word: re.Pattern[str]
) -> Iterator[tuple[str, str]]:
    """Yield path and value of every string that has the word in it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _FREE:
                yield from _spoken(inner, f"{path}.{key}" if path else str(key), origin, word)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _spoken(inner, f"{path}[{place}]", origin, word)
    elif isinstance(value, str) and word.search(value):
        named = value == origin and path.rpartition(".")[2] in _NAMES
        if not named:
            yield path, value
