# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Read upstream's manifests from a directory on the deploy host."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ModelError,
    Problem,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

IMPORT_PROBLEM: str | None = None
try:
    import yaml
except ImportError as error:
    IMPORT_PROBLEM = str(error)

_HEAD = "Give it apiVersion and kind, or take it out."
_FORM = "Correct it there; the mistake may be in a line before."


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
    return objects_of(read_text(file), str(file))


def read_text(file: Path) -> str:
    """Return a file's text; raises ClientError with why it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        # An error of the system says its number and the file once more.
        why = getattr(problem, "strerror", None) or str(problem)
        raise ClientError("read", str(file), " ".join(why.split())) from problem


def objects_of(text: str, source: str) -> list[dict[str, t.Any]]:
    """Return the objects of a text; lists of objects are taken apart.

    Raises ModelError with line and column of everything that is no object.
    """
    problems: list[Problem] = []
    items: list[dict[str, t.Any]] = []
    for document, node in _parsed(text, source):
        problems += _twice(node, source)
        for entry, at in _entries(document, node):
            reason = _no_object(entry)
            if reason:
                problems.append(_problem(source, at.start_mark, reason, _HEAD))
            items.append(entry)
    if problems:
        raise ModelError(problems)
    return items


def _entries(document: t.Any, node: t.Any) -> list[tuple[t.Any, t.Any]]:
    """Return a document, or what is in one that is a list of objects, each with its node."""
    if not isinstance(document, dict) or document.get("kind") != "List":
        return [(document, node)]
    items = document.get("items") or []
    if not isinstance(items, list):
        return [(items, node)]
    return list(zip(items, _nodes_in(node, "items"), strict=True))


def documents_of(text: str, source: str) -> list[t.Any]:
    """Return the documents of a text that have content; raises ModelError if it is no YAML."""
    return [document for document, _node in _parsed(text, source)]


def _parsed(text: str, source: str) -> Iterator[tuple[t.Any, t.Any]]:
    """Yield each document that has content, and the node that it was made from."""
    if IMPORT_PROBLEM:
        raise ClientError(
            "read",
            source,
            f"{IMPORT_PROBLEM}. Install the Python package 'PyYAML' for the interpreter that runs "
            "this module",
        )
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            document = loader.construct_document(node)
            if document:
                yield document, node
    except yaml.MarkedYAMLError as problem:
        words = ", ".join(filter(None, (problem.context, problem.problem)))
        mark = problem.problem_mark or problem.context_mark
        raise ModelError([_problem(source, mark, f"is no YAML: {words}", _FORM)]) from problem
    # A date that does not exist is a ValueError.
    except (yaml.YAMLError, ValueError) as problem:
        reason = f"is no YAML: {' '.join(str(problem).split())}"
        raise ModelError([_problem(source, None, reason, _FORM)]) from problem
    finally:
        loader.dispose()


def _no_object(document: t.Any) -> str:
    """Return why a document is no object of Kubernetes, or nothing."""
    if not isinstance(document, dict):
        return "is no Kubernetes object, but another value"
    missing = [key for key in ("apiVersion", "kind") if not document.get(key)]
    if missing:
        return f"is no Kubernetes object: it has no {' and no '.join(missing)}"
    if not isinstance(document.get("metadata") or {}, dict):
        return "is no Kubernetes object: its metadata is no mapping"
    return ""


def _twice(node: t.Any, source: str) -> Iterator[Problem]:
    """Yield keys that a dictionary has twice, of which YAML would take the last in silence."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _twice(item, source)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            reason = f"has the key {key.value} a second time"
            yield _problem(source, key.start_mark, reason, "Remove one of them.")
        if isinstance(key.value, str):
            seen.add(key.value)
        yield from _twice(value, source)


def _nodes_in(node: t.Any, name: str) -> list[t.Any]:
    """Return the nodes of a list inside a dictionary's node."""
    lists = (value.value for key, value in node.value if key.value == name)
    return list(next(lists, ()))


def _problem(source: str, mark: t.Any, reason: str, cure: str) -> Problem:
    """Return a problem at a place in a text, counted from one as editors do."""
    place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return Problem(f"{source}{place}", "", reason, cure)
