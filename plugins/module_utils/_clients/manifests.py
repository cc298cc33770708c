# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Read upstream's manifests from a directory on the deploy host."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from collections.abc import Sequence

IMPORT_PROBLEM: str | None = None
try:
    import yaml
except ImportError as error:
    IMPORT_PROBLEM = str(error)


def read_manifests(folder: str, names: Sequence[str]) -> tuple[dict[str, t.Any], ...]:
    """Return every object of the named files, in the order of files and documents."""
    return tuple(item for file in files_in(folder, names) for item in read_objects(file))


def files_in(folder: str, names: Sequence[str]) -> list[Path]:
    """Return the named files of a directory; raises ClientError with those that are not there."""
    missing = missing_files(folder, names)
    if missing:
        raise ClientError(
            "read",
            f"the operator's manifests in {folder}",
            f"there is no {', no '.join(missing)}. Set operator.manifests "
            "(rook_operator_manifests) to a directory with Rook's own files of this release",
        )
    return [Path(folder).expanduser() / name for name in names]


def missing_files(folder: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return which of the named files a directory does not have."""
    path = Path(folder).expanduser()
    return tuple(name for name in names if not (path / name).is_file())


def read_objects(file: Path) -> list[dict[str, t.Any]]:
    """Return a file's objects; lists of objects are taken apart."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ClientError("read", str(file), " ".join(str(problem).split())) from problem
    return objects_of(text, str(file))


def objects_of(text: str, source: str) -> list[dict[str, t.Any]]:
    """Return the objects of a text; lists of objects are taken apart."""
    items: list[dict[str, t.Any]] = []
    for document in documents_of(text, source):
        if not isinstance(document, dict) or "kind" not in document:
            raise ClientError("read", source, "a document in it is not a Kubernetes object")
        items += document["items"] if document["kind"] == "List" else [document]
    return items


def documents_of(text: str, source: str) -> list[t.Any]:
    """Return the documents of a text that have content."""
    if IMPORT_PROBLEM:
        raise ClientError(
            "read",
            source,
            f"{IMPORT_PROBLEM}. Install the Python package 'PyYAML' for the interpreter that runs "
            "this module",
        )
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return [item for item in yaml.load_all(text, loader) if item]
    except yaml.YAMLError as problem:
        raise ClientError("read", source, " ".join(str(problem).split())) from problem
