# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as a difference, what does not, and what is not shown."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._diff import (
    diff,
    full_diff,
    masked,
    matches,
)
from ansible_collections.rookery.rook.plugins.module_utils._steps import HIDDEN, Change

Params = dict[str, t.Any]


def thing(kind: str = "CephBlockPool", **body: t.Any) -> Params:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, **body}


def test_only_wanted_fields_are_compared() -> None:
    live = thing(spec={"a": 1, "defaulted": True}, status={"phase": "Ready"})
    assert diff(live, thing(spec={"a": 1})) == ()
    assert diff(live, thing(spec={"a": 2})) == (Change("spec.a", 1, 2),)


def test_a_full_difference_tells_what_would_go() -> None:
    live, stored = thing(spec={"a": 1, "b": 2}), thing(spec={"a": 1})
    assert full_diff(live, stored) == (Change("spec.b", 2, None),)


@pytest.mark.parametrize(
    "key", ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"]
)
def test_what_the_server_writes_is_no_difference(key: str) -> None:
    live, stored = thing(), thing(status={"phase": "Ready"})
    live["metadata"][key] = "old"
    assert full_diff(live, stored) == ()


def test_labels_and_annotations_are_a_difference() -> None:
    wanted = thing()
    wanted["metadata"]["labels"] = {"a": "b"}
    assert diff(thing(), wanted) == (Change("metadata.labels", None, {"a": "b"}),)


def nodes(*names: str, device: str = "d") -> Params:
    items = [{"name": name, "devices": [{"name": device}]} for name in names]
    return thing("CephCluster", spec={"storage": {"nodes": items}})


def test_a_list_that_is_a_set_has_no_order() -> None:
    assert diff(nodes("w1", "w2"), nodes("w2", "w1")) == ()


def test_an_entry_that_is_gone_from_a_wanted_list_is_a_difference() -> None:
    (change,) = diff(nodes("w1", "w2"), nodes("w1"))
    assert (change.path, change.new) == ("spec.storage.nodes[w2]", None)


def test_entries_are_found_by_name_at_any_depth() -> None:
    changes = diff(nodes("w1", device="a"), nodes("w1", device="b"))
    assert [change.path for change in changes] == [
        "spec.storage.nodes[w1].devices[a]",
        "spec.storage.nodes[w1].devices[b]",
    ]


def test_other_lists_are_compared_by_place() -> None:
    assert diff(thing(spec={"l": [1, 2]}), thing(spec={"l": [1, 3, 4]})) == (
        Change("spec.l[1]", 2, 3),
        Change("spec.l[2]", None, 4),
    )


def file_system(**entry: t.Any) -> Params:
    return thing("CephFilesystem", spec={"dataPools": [{"name": "a", **entry}]})


@pytest.mark.parametrize(
    "value", ["", 0, None, [], {}, {"dataChunks": 0, "codingChunks": 0}, {"mirror": {}}]
)
def test_empty_fields_that_rook_puts_into_a_list_are_no_difference(value: t.Any) -> None:
    assert full_diff(file_system(extra=value), file_system()) == ()


@pytest.mark.parametrize("value", [False, 1, "a", {"size": 0, "mode": "x"}, [""]])
def test_other_fields_that_would_go_from_a_list_are_a_difference(value: t.Any) -> None:
    change = Change("spec.dataPools[a].extra", value, None)
    assert full_diff(file_system(extra=value), file_system()) == (change,)


def test_an_empty_field_that_is_wanted_is_a_difference() -> None:
    change = Change("spec.dataPools[a].extra", "b", "")
    assert full_diff(file_system(extra="b"), file_system(extra="")) == (change,)


def test_nothing_and_empty_are_the_same() -> None:
    assert diff(thing(), thing(spec={})) == ()


def test_a_secrets_data_is_compared_and_hidden() -> None:
    changes = diff(thing("Secret", data={"key": "old"}), thing("Secret", data={"key": "new"}))
    assert changes == (Change("data.key", HIDDEN, HIDDEN),)
    assert masked(thing("Secret", data={"key": "x"}))["data"] == {"key": HIDDEN}


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "adminPassword",
        "apiToken",
        "SecretKey",
        "access_key",
        "CLIENT_SECRET",
        "rgw_crypt_default_encryption_key",
    ],
)
def test_values_under_sensitive_names_are_hidden(key: str) -> None:
    assert diff(thing(spec={key: "a"}), thing(spec={key: "b"})) == (
        Change(f"spec.{key}", HIDDEN, HIDDEN),
    )
    assert masked(thing(spec={"in": [{key: "a"}]}))["spec"]["in"][0][key] == HIDDEN
    (change,) = diff(thing(), thing(spec={key: "a"}))
    assert change.new == {key: HIDDEN}


def test_names_of_secrets_are_shown() -> None:
    key = "csi.storage.k8s.io/provisioner-secret-name"
    (change,) = diff(thing(parameters={key: "a"}), thing(parameters={key: "b"}))
    assert (change.old, change.new) == ("a", "b")


def container(value: str) -> Params:
    env = [{"name": "ADMIN_PASSWORD", "value": value}]
    items = [{"name": "c", "env": env}]
    return thing("Deployment", spec={"template": {"spec": {"containers": items}}})


def test_environment_entries_with_sensitive_names_are_hidden() -> None:
    (change,) = diff(container("a"), container("b"))
    assert change.path.endswith("env[ADMIN_PASSWORD].value")
    assert (change.old, change.new) == (HIDDEN, HIDDEN)
    assert masked(container("a")) == container(HIDDEN)


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("spec.nodes[*]", "spec.nodes[w1]", True),
        ("spec.nodes[*]", "spec.nodes[w1].devices[/dev/a.b]", False),
        ("spec.nodes[*].devices[*]", "spec.nodes[w1].devices[/dev/a.b]", True),
        ("parameters.*", "parameters.csi.storage.k8s.io/fstype", True),
        ("spec.a", "specXa", False),
    ],
)
def test_a_pattern_means_entries_and_anything(pattern: str, path: str, wanted: bool) -> None:
    assert matches(pattern, path) is wanted


def test_what_kubectl_notes_of_a_secret_is_hidden_like_the_secret() -> None:
    note = "kubectl.kubernetes.io/last-applied-configuration"
    meta = {"name": "key", "annotations": {note: '{"data":{"k":"c2VjcmV0"}}'}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": {"k": "c2VjcmV0"}}
    assert "c2VjcmV0" not in str(masked(secret))
    bare = {**secret, "metadata": {"name": "key"}}
    assert "c2VjcmV0" not in str(full_diff(secret, bare))
