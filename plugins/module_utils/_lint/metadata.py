# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Names, labels and annotations, as the server takes them for every object. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.rookery.rook.plugins.module_utils._lint.structure import (
    MISSING,
    Finding,
    check,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.words import Path
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import dns_problem

_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_NUMBER = {"type": "integer"}
_ANY = {"x-kubernetes-preserve-unknown-fields": True}
METADATA: Mapping[str, t.Any] = {
    "type": "object",
    "properties": {
        "name": _TEXT, "generateName": _TEXT, "namespace": _TEXT, "uid": _TEXT,
        "resourceVersion": _TEXT, "selfLink": _TEXT, "creationTimestamp": _TEXT,
        "deletionTimestamp": _TEXT, "deletionGracePeriodSeconds": _NUMBER, "generation": _NUMBER,
        "labels": _TEXTS, "annotations": _TEXTS,
        "finalizers": {"type": "array", "items": _TEXT},
        "ownerReferences": {"type": "array", "items": _ANY},
        "managedFields": {"type": "array", "items": _ANY},
    },
}  # fmt: skip
_KEY_PART = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_KEY_LONGEST = 63
_SUBDOMAIN_LONGEST = 253
_ANNOTATIONS_LONGEST = 256 * 1024


def check_metadata(manifest: Mapping[str, t.Any]) -> Iterator[Finding]:
    """Yield what is wrong with an object's metadata."""
    metadata = {} if manifest.get("metadata") is None else manifest["metadata"]
    found = list(check(METADATA, metadata, ("metadata",)))
    yield from found
    if found or not isinstance(metadata, Mapping):
        return
    name = metadata.get("name") or ""
    if not name and not metadata.get("generateName"):
        yield Finding(("metadata", "name"), None, MISSING, "Give a name.")
    problem = dns_problem(name, _SUBDOMAIN_LONGEST, dots=True) if name else ""
    if problem:
        yield Finding(("metadata", "name"), name, problem, "Choose another name.")
    namespace = metadata.get("namespace") or ""
    problem = dns_problem(namespace) if namespace else ""
    if problem:
        yield Finding(("metadata", "namespace"), namespace, problem, "Choose another name.")
    yield from _check_labels(metadata.get("labels") or {}, ("metadata", "labels"))
    yield from _check_annotations(metadata.get("annotations") or {}, ("metadata", "annotations"))


def _check_labels(labels: Mapping[str, str], path: Path) -> Iterator[Finding]:
    """Yield labels that the server refuses."""
    for key, value in labels.items():
        yield from _check_key(key, path)
        text = value or ""
        if len(text) > _KEY_LONGEST:
            reason = f"has {len(text)} characters, {_KEY_LONGEST} are allowed in a label"
            yield Finding((*path, key), text, reason, "Shorten it.")
        elif text and not _KEY_PART.fullmatch(text):
            yield Finding((*path, key), text, f"is no value of a label: {_ALLOWED}", _CHANGE)


def _check_annotations(annotations: Mapping[str, str], path: Path) -> Iterator[Finding]:
    """Yield annotations that the server refuses."""
    for key in annotations:
        yield from _check_key(key, path)
    size = sum(len(key.encode()) + len((text or "").encode()) for key, text in annotations.items())
    if size > _ANNOTATIONS_LONGEST:
        reason = f"have {size} bytes, {_ANNOTATIONS_LONGEST} are allowed"
        yield Finding(path, None, reason, "Shorten them.")


_ALLOWED = "letters, digits, hyphens, underscores and dots, a letter or digit at both ends"
_CHANGE = "Change it."


def _check_key(key: str, path: Path) -> Iterator[Finding]:
    """Yield why a key of a label or annotation is refused."""
    prefix, slash, name = key.rpartition("/")
    if slash and dns_problem(prefix.lower(), _SUBDOMAIN_LONGEST, dots=True):
        reason = "has a prefix that is no DNS-1123 subdomain"
        yield Finding((*path, key), None, reason, _CHANGE)
    elif len(name) > _KEY_LONGEST:
        reason = f"has a name of {len(name)} characters, {_KEY_LONGEST} are allowed"
        yield Finding((*path, key), None, reason, "Shorten it.")
    elif not _KEY_PART.fullmatch(name):
        yield Finding((*path, key), None, f"is no name of a label: {_ALLOWED}", _CHANGE)
