# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a text of objects is told with line and column, all of it at once."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.manifests import (
    documents_of,
    objects_of,
    read_objects,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError, ModelError

GOOD = """\
# Two objects and a list of one
apiVersion: v1
kind: Namespace
---
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret}
---
apiVersion: v1
kind: List
"""

WRONG = {
    "entries in the middle of a dictionary": (
        "kind: Cluster\nspec:\n  storage:\n    useAllNodes: false\n    - name: a\n",
        ["line 5, column 5: is no YAML: while parsing a block mapping, did not find expected key."],
    ),
    "a tab": ("kind: A\nspec:\n\tmon: 3\n", ["line 3, column 1: is no YAML: while scanning for"]),
    "a sign that YAML does not have": ("kind: \x01\n", [" is no YAML: "]),
    "a document of text": (
        "apiVersion: v1\nkind: A\n---\nmon: 3\n---\n- a\n",
        [
            "line 4, column 1: is no Kubernetes object: it has no apiVersion and no kind.",
            "line 6, column 1: is no Kubernetes object, but another value. Give it apiV",
        ],
    ),
    "an item of a list": (
        "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: A}\n  - {apiVersion: v1}\n",
        ["line 5, column 5: is no Kubernetes object: it has no kind. Give it apiV"],
    ),
    "a list that has no list": (
        "apiVersion: v1\nkind: List\nitems: {a: b}\n---\napiVersion: v1\nkind: List\nitems: a\n",
        [
            "line 1, column 1: is no Kubernetes object: it has no apiVersion and no kind.",
            "line 5, column 1: is no Kubernetes object, but another value.",
        ],
    ),
    "metadata of another sort": (
        "apiVersion: v1\nkind: A\nmetadata: [1]\n",
        ["line 1, column 1: is no Kubernetes object: its metadata is no mapping."],
    ),
    "a date that does not exist": ("kind: 2026-99-99\n", [" is no YAML: month must be in 1..12"]),
    "keys that are there twice": (
        "apiVersion: v1\nkind: A\nspec:\n  nodes:\n    - {name: a, name: b}\nkind: B\n",
        [
            "line 5, column 17: has the key name a second time. Remove one of them.",
            "line 6, column 1: has the key kind a second time. Remove one of them.",
        ],
    ),
}


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (None, "No such file or directory"),
        (Path.mkdir, "Is a directory"),
        (b"\xff", "can't decode"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_once(tmp_path: Path, make: t.Any, why: str) -> None:
    path = tmp_path / "a.yaml"
    if isinstance(make, bytes):
        path.write_bytes(make)
    elif make:
        make(path)
    with pytest.raises(ClientError) as caught:
        read_objects(path)
    words = str(caught.value)
    assert words.startswith(f"Failed to read {path}: ") and why in words
    assert words.count(str(path)) == 1 and "Errno" not in words


def test_documents_and_lists_are_taken_apart() -> None:
    assert [item["kind"] for item in objects_of(GOOD, "a.yaml")] == ["Namespace", "Secret"]
    assert documents_of("---\na: 1\n---\n", "a.yaml") == [{"a": 1}]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_place(name: str) -> None:
    text, lines = WRONG[name]
    with pytest.raises(ModelError) as caught:
        objects_of(text, "a.yaml")
    found = str(caught.value).splitlines()
    assert len(found) == len(lines), found
    for line, told in zip(lines, found, strict=True):
        assert told.startswith("a.yaml") and line in told, told
