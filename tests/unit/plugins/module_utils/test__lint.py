# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What linting says of one object, by schema, by table and by metadata."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._lint import (
    Definitions,
    dotted,
    lint,
    nearest,
)

Object = dict[str, t.Any]

SPEC: Object = {
    "type": "object",
    "required": ["mon", "pool"],
    "properties": {
        "mon": {
            "type": "object",
            "properties": {"count": {"type": "integer", "minimum": 0, "maximum": 9}},
        },
        "pool": {"type": "object", "nullable": True},
        "path": {"type": "string", "pattern": "^/(\\S+)$", "minLength": 2, "maxLength": 9},
        "mode": {"type": "string", "enum": ["", "aggressive"], "nullable": True},
        "kind": {"type": "string", "nullable": True},
        "ratio": {"type": "number", "exclusiveMinimum": True, "minimum": 0},
        "small": {"type": "integer", "format": "int32"},
        "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}]},
        "since": {"type": "string", "format": "date-time"},
        "zones": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {"type": "object", "properties": {"name": {"type": "string"}}},
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
        },
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "network": {
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": True,
            "properties": {"provider": {"type": "string"}},
        },
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "none": {"type": "object"},
        "texts": {
            "type": "object",
            "maxProperties": 2,
            "minProperties": 1,
            "additionalProperties": {"type": "string"},
        },
        "limits": {
            "type": "object",
            "additionalProperties": {"x-kubernetes-int-or-string": True},
        },
        "template": {"type": "object", "x-kubernetes-embedded-resource": True},
        "one": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "but": {"type": "string", "not": {"enum": ["none"]}, "allOf": [{"minLength": 1}]},
    },
}


def definition(version: str = "v1", **spec: t.Any) -> Object:
    """Return the definition of a kind, with the schema where its own version has it."""
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC}}}
    where: Object = {"validation": schema} if version == "v1beta1" else {}
    names = [{"name": "v1"} if where else {"name": "v1", "schema": schema}]
    return {
        "apiVersion": f"apiextensions.k8s.io/{version}",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.org"},
        "spec": {
            "group": "example.org", "names": {"kind": "Thing"}, "versions": names, **where, **spec,
        },
    }  # fmt: skip


def thing(**spec: t.Any) -> Object:
    """Return an object of that kind."""
    return {
        "apiVersion": "example.org/v1",
        "kind": "Thing",
        "metadata": {"name": "a"},
        "spec": {"mon": {"count": 3}, "pool": None, **spec},
    }


def said(manifest: Object, *definitions: Object, release: tuple[int, ...] = (1, 18)) -> list[str]:
    """Return what linting says, one line for each finding."""
    found = lint(manifest, Definitions(definitions, release))
    return [f"{dotted(item.path)}: {item.reason}. {item.cure}" for item in found]


WRONG: dict[str, tuple[Object, str]] = {
    "a misspelt field": (
        {"mon": {"cuont": 3}},
        "spec.mon.cuont: is not known; the nearest is count. Rename it.",
    ),
    "a strange field": ({"zzzz": 3}, "spec.zzzz: is not known. Known are but, free, kind, limits,"),
    "a required field": ({"mon": None}, "spec.mon: is missing. Give it a value."),
    "a number in quotes": (
        {"mon": {"count": "3"}},
        "spec.mon.count: is a string, not a whole number. Give a whole number.",
    ),
    "a string without quotes": (
        {"path": True},
        'spec.path: is true or false, not a string. Write it in quotes: "true".',
    ),
    "a list for a dictionary": ({"mon": []}, "spec.mon: is a list, not a dictionary."),
    "too little": ({"mon": {"count": -1}}, "spec.mon.count: is less than 0. Give 0 or more."),
    "too much": ({"mon": {"count": 10}}, "spec.mon.count: is more than 9. Give 9 or less."),
    "an excluded bound": ({"ratio": 0}, "spec.ratio: is less than 0."),
    "a number of 64 bits": ({"small": 2**31}, "spec.small: is more than 2147483647."),
    "another word": (
        {"mode": "x"},
        "spec.mode: is none of (nothing), aggressive. Give one of them.",
    ),
    "no word": ({"mode": None}, "spec.mode: is empty. Give it a value, or leave it out."),
    "another form": ({"path": "etc"}, r"spec.path: does not match ^/(\S+)$."),
    "a line more": ({"path": "/etc\n"}, r"spec.path: does not match ^/(\S+)$."),
    "too short": ({"path": "/"}, "spec.path: has 1 characters, 2 are needed."),
    "too long": ({"path": "/123456789"}, "spec.path: has 10 characters, 9 are allowed."),
    "no time": ({"since": "noon"}, "spec.since: is no time."),
    "neither number nor name": ({"port": []}, "spec.port: is a list, not a whole number or a"),
    "not one of several": ({"port": "http"}, "spec.port: fits 0 of 1 forms that it may have."),
    "two of one": ({"one": {"a": "", "b": ""}}, "spec.one: fits 2 of 2 forms that it may have."),
    "a forbidden word": ({"but": "none"}, "spec.but: has a form that is not allowed."),
    "not all of several": ({"but": ""}, "spec.but: is empty. Give a value."),
    "no entries": ({"zones": []}, "spec.zones: has 0 entries, 1 are needed. Add some."),
    "many entries": (
        {"zones": [{"name": name} for name in "abcd"]},
        "spec.zones: has 4 entries, 3 are allowed. Drop some.",
    ),
    "an entry twice by its key": (
        {"zones": [{"name": "a"}, {"name": "a"}]},
        "spec.zones[1]: is there twice. Remove one of them.",
    ),
    "a value twice": ({"tags": ["a", "a"]}, "spec.tags[1]: is there twice."),
    "an empty entry": ({"tags": [None]}, "spec.tags[0]: is empty, not a string."),
    "a field that the server would keep": (
        {"network": {"provder": "host"}},
        "spec.network.provder: is not known; the nearest is provider.",
    ),
    "a field where none may be": ({"none": {"a": 1}}, "spec.none.a: is not known; nothing may"),
    "a wrong value of a map": ({"texts": {"a.b": 1}}, "spec.texts[a.b]: is a whole number, not a"),
    "an amount of nothing": (
        {"limits": {"cpus": 1, "example.org/gpu": 1}},
        "spec.limits.cpus: is not known; the nearest is cpu.",
    ),
    "no keys": ({"texts": {}}, "spec.texts: has 0 fields, 1 are needed."),
    "many keys": ({"texts": {"a": "", "b": "", "c": ""}}, "spec.texts: has 3 fields, 2 are"),
    "an object inside without kind": (
        {"template": {"apiVersion": "v1", "metadata": {"labels": {"a": "b"}}}},
        "spec.template.kind: is missing.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_schema_refuses_is_told(name: str) -> None:
    spec, line = WRONG[name]
    found = said(thing(**spec), definition())
    assert [item[: len(line)] for item in found] == [line]


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"kind": None, "path": None, "ratio": 1, "port": 80},
        {"free": {"a": {"b": 1}}, "texts": {"a": "b", "c": None}, "since": "2026-01-31T12:00:00Z"},
        {"network": {"provider": "host"}, "one": {"a": ""}, "but": "some", "small": -(2**31)},
        {"zones": [{"name": "a"}, {"name": "b"}], "tags": ["a", "b"], "path": "/etc"},
        {"template": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}},
    ],
)
def test_what_a_schema_allows_is_let_through(spec: Object) -> None:
    assert said(thing(**spec), definition()) == []


def test_a_definition_of_old_keeps_what_it_does_not_name() -> None:
    unnamed = thing(zzz=1, mon={"count": 12})
    assert said(unnamed, definition("v1beta1")) == [
        "spec.mon.count: is more than 9. Give 9 or less."
    ]
    refused = said(unnamed, definition("v1beta1", preserveUnknownFields=False))
    assert [line.split(":")[0] for line in refused] == ["spec.mon.count", "spec.zzz"]


def test_kinds_of_others_are_left_to_the_server() -> None:
    assert said({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {}}) == []


def test_a_kind_that_its_group_does_not_define_is_refused() -> None:
    other = {**thing(), "kind": "Thong", "apiVersion": "example.org/v1"}
    pool = {"apiVersion": "ceph.rook.io/v1", "kind": "CephPool", "metadata": {"name": "a"}}
    ours = {**definition(), "spec": {**definition()["spec"], "group": "ceph.rook.io"}}
    assert said(other, definition()) == []
    assert said(pool, ours) == [
        "kind: of ceph.rook.io/v1 is not among the definitions. "
        "Take a release that has it, or its definitions."
    ]
    assert said(pool) == []


METADATA: dict[str, tuple[Object, str]] = {
    "capitals": ({"name": "Pool"}, "metadata.name: is not a DNS-1123 name"),
    "no name": ({}, "metadata.name: is missing. Give a name."),
    "a long name": ({"name": "a" * 254}, "metadata.name: has 254 characters, 253 are allowed"),
    "a namespace with dots": ({"name": "a", "namespace": "a.b"}, "metadata.namespace: is not a"),
    "a field of its own": ({"name": "a", "lables": {}}, "metadata.lables: is not known; the"),
    "a label that is a number": (
        {"name": "a", "labels": {"tier": 1}},
        'metadata.labels.tier: is a whole number, not a string. Write it in quotes: "1".',
    ),
    "a long label": (
        {"name": "a", "labels": {"tier": "a" * 64}},
        "metadata.labels.tier: has 64 characters, 63 are allowed in a label.",
    ),
    "a label with a space": ({"name": "a", "labels": {"tier": "a b"}}, "metadata.labels.tier: is"),
    "a key with a space": ({"name": "a", "labels": {"my tier": "a"}}, "metadata.labels.my tier:"),
    "a key of nobody": ({"name": "a", "labels": {"_/b": "a"}}, "metadata.labels[_/b]: has a pre"),
    "a long key": ({"name": "a", "annotations": {"a/" + "b" * 64: ""}}, "metadata.annotations[a/"),
    "much text": ({"name": "a", "annotations": {"a": "b" * 2**18}}, "metadata.annotations: have"),
}


@pytest.mark.parametrize("name", METADATA)
def test_metadata_that_the_server_refuses_is_told(name: str) -> None:
    metadata, line = METADATA[name]
    found = said({**thing(), "metadata": metadata}, definition())
    assert [item[: len(line)] for item in found] == [line]


def test_an_object_without_metadata_has_no_name() -> None:
    found = said({key: value for key, value in thing().items() if key != "metadata"}, definition())
    assert found == ["metadata.name: is missing. Give a name."]


def cluster(**spec: t.Any) -> Object:
    """Return a cluster of 0.7."""
    return {
        "apiVersion": "rook.io/v1alpha1",
        "kind": "Cluster",
        "metadata": {"name": "rook", "namespace": "rook"},
        "spec": {"dataDirHostPath": "/var/lib/rook", "storage": {"useAllNodes": False}, **spec},
    }


def test_an_era_without_definitions_has_tables() -> None:
    assert said(cluster(monCount=3, backend="ceph"), release=(0, 7, 1)) == []
    assert said(cluster(monCuont=3, storage={"nodes": [{"nmae": "a"}]}), release=(0, 7)) == [
        "spec.monCuont: is not known; the nearest is monCount. Rename it.",
        "spec.storage.nodes[0].name: is missing. Give it a value.",
        "spec.storage.nodes[0].nmae: is not known; the nearest is name. Rename it.",
    ]


@pytest.mark.parametrize(
    ("release", "field", "times"),
    [
        ((0, 6), {"backend": "ceph"}, "in 0.7"),
        ((0, 7), {"versionTag": "v0.7.1"}, "up to 0.6"),
        ((0, 7), {"dashboard": {"enabled": True}}, "from 0.8 on"),
    ],
)
def test_a_field_of_another_era_is_told_as_such(
    release: tuple[int, ...], field: Object, times: str
) -> None:
    (name,) = field
    assert said(cluster(**field), release=release) == [
        f"spec.{name}: is not known in this release of Rook, only {times}. Drop it."
    ]


def test_keys_of_maps_that_upstream_leaves_open_are_known() -> None:
    spec = {
        "placement": {"moon": {}, "mon": {}},
        "resources": {"osd-nvme": {}, "osds": {}},
        "storage": {"config": {"osdsPerDevice": "1", "osdPerDevice": "1"}},
    }
    manifest = {
        "apiVersion": "ceph.rook.io/v1",
        "kind": "CephCluster",
        "metadata": {"name": "a"},
        "spec": spec,
    }
    assert said(manifest) == [
        "spec.placement.moon: is not known; the nearest is mon. Rename it.",
        "spec.resources.osds: is not known; the nearest is osd. Rename it.",
        "spec.storage.config.osdPerDevice: is not known; the nearest is osdsPerDevice. Rename it.",
    ]


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    known = ("enableCephfsDriver", "enableRbdDriver", "enableMetadata")
    assert nearest("enableCephFS", known) == "enableCephfsDriver"
    assert nearest("zzz", known) == ""
