# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sections of the table: read, refused with path and reason, and turned into objects."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import Fields
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.parse_sections import (
    read_sections,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import (
    SECTIONS,
    Field,
    Section,
)
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from sites.everything import EVERYTHING, Params, site_of


def problems(**over: t.Any) -> list[str]:
    with pytest.raises(ModelError) as caught:
        parse_site(site_of(**over))
    return [str(problem) for problem in caught.value.problems]


def object_of(section: str, place: int = 0, **over: t.Any) -> Params:
    model = site_of(**over)
    kind, name = SECTIONS[section].kind, model[section][place]["name"]
    (found,) = [
        item.manifest
        for item in render(parse_site(model), ())
        if item.kind == kind and item.id.endswith(f"/{name}")
    ]
    return t.cast("Params", found)


def test_the_site_with_everything_has_an_entry_of_every_section() -> None:
    assert set(SECTIONS) <= set(EVERYTHING)


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda row: row.name)
def test_every_section_becomes_an_object_of_its_kind(section: Section) -> None:
    manifest = object_of(section.name)
    row = _kinds.KINDS[section.kind]
    assert (manifest["apiVersion"], manifest["kind"]) == (row.api_version, section.kind)
    assert _kinds.is_ours(manifest, "store1")


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda row: row.name)
def test_a_section_is_refused_before_its_kind_is_there(section: Section) -> None:
    first = _kinds.first_release(section.kind)
    found: list[Problem] = []
    entries = {section.name: EVERYTHING[section.name]}
    before = (first[0], first[1] - 1) if first[1] else (0, 9)
    read_sections(Fields(entries, "", found), before)
    dotted = ".".join(map(str, first))
    assert [str(problem) for problem in found if problem.path == section.name] == [
        f"{section.name}: is nothing that Rook {'.'.join(map(str, before))} knows: {dotted} is "
        f"the first that does. Leave it out, or set version to {dotted} or more."
    ]
    found.clear()
    read_sections(Fields(entries, "", found), first)
    assert [problem for problem in found if problem.path == section.name] == []


def test_a_field_is_refused_before_and_after_its_releases() -> None:
    assert (
        "nfs[0].port: 2049 is nothing that Rook 1.18 knows: 1.20 is the first that does. "
        "Leave it out, or set version to 1.20 or more."
    ) in problems(version="1.18", nfs=[{"name": "exports", "port": 2049}])
    assert problems(nfs=[{"name": "exports", "pool": "fast"}]) == [
        "nfs[0].pool: 'fast' is nothing that Rook 1.20 knows: 1.8 was the last that did. "
        "Leave it out, or set version to 1.8 or less."
    ]


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda row: row.name)
def test_what_is_not_known_is_refused_with_the_nearest(section: Section) -> None:
    entry = {**EVERYTHING[section.name][0], "nmae": "x"}
    assert problems(**{section.name: [entry]}) == [
        f"{section.name}[0].nmae: is not known here; the nearest is name. Rename it."
    ]


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda row: row.name)
def test_a_name_is_there_once_and_valid(section: Section) -> None:
    entry = EVERYTHING[section.name][0]
    name = f"{section.name}[1].name"
    assert [text.partition(":")[0] for text in problems(**{section.name: [entry, entry]})] == [name]
    (bad,) = [
        text
        for text in problems(**{section.name: [entry, {**entry, "name": "Not_A_Name"}]})
        if text.startswith(name)
    ]
    assert "is not a DNS-1123 name" in bad


REQUIRED = [
    (section, row) for section in SECTIONS.values() for row in section.fields if row.required
]


@pytest.mark.parametrize(
    ("section", "row"), REQUIRED, ids=[f"{section.name}.{row.name}" for section, row in REQUIRED]
)
def test_a_required_field_is_asked_for(section: Section, row: Field) -> None:
    entry = {key: value for key, value in EVERYTHING[section.name][0].items() if key != row.name}
    found = problems(**{section.name: [entry]})
    assert [text for text in found if text.startswith(f"{section.name}[0].{row.name}: is missing")]


REFERRING = [
    (section, row) for section in SECTIONS.values() for row in section.fields if row.refers
]


@pytest.mark.parametrize(
    ("section", "row"), REFERRING, ids=[f"{section.name}.{row.name}" for section, row in REFERRING]
)
def test_a_name_that_nobody_has_is_refused(section: Section, row: Field) -> None:
    wrong = ["nobody"] if row.type == "labels" else "nobody"
    entry = {**EVERYTHING[section.name][0], row.name: wrong}
    (found,) = problems(**{section.name: [entry]})
    assert found.startswith(f"{section.name}[0].{row.name}: 'nobody' is not in {row.refers}.")


RAW = [(section.name, path) for section in SECTIONS.values() for path in section.reserved()]


@pytest.mark.parametrize(("section", "path"), RAW)
def test_the_raw_spec_may_not_say_what_has_a_variable(section: str, path: str) -> None:
    spec: t.Any = "x"
    for part in reversed(path.split(".")):
        spec = {part: spec}
    found = problems(**{section: [{**EVERYTHING[section][0], "spec": spec}]})
    assert [text for text in found if text.startswith(f"{section}[0].spec.{path}:")]


def test_the_raw_spec_is_laid_over_the_rest() -> None:
    entry = {"name": "exports", "active": 2, "spec": {"server": {"priorityClassName": "high"}}}
    assert object_of("nfs", nfs=[entry])["spec"] == {
        "server": {"active": 2, "priorityClassName": "high"}
    }


def test_a_topic_tells_in_exactly_one_way() -> None:
    entry = EVERYTHING["bucket_topics"][0]
    both = {**entry, "kafka": {"uri": "kafka://k"}}
    assert problems(bucket_topics=[both]) == [
        "bucket_topics[0]: has http and kafka. Give exactly one of http, amqp, kafka."
    ]
    assert object_of("bucket_topics")["spec"] == {
        "objectStoreName": "objects",
        "objectStoreNamespace": "rook-ceph",
        "endpoint": {"http": {"uri": "http://listener:8080"}},
    }


def test_a_zone_has_pools_of_its_own_or_shared_ones() -> None:
    zone = EVERYTHING["object_zones"][0]
    spec = object_of("object_zones")["spec"]
    assert spec["metadataPool"]["replicated"]["size"] == 3
    assert spec["dataPool"]["erasureCoded"] == {"dataChunks": 2, "codingChunks": 1}
    assert problems(object_zones=[{**zone, "shared_pools": {"dataPoolName": "x"}}]) == [
        "object_zones[0]: has metadata and shared_pools. Give exactly one of metadata, "
        "shared_pools.",
        "object_zones[0]: has data and shared_pools. Give exactly one of data, shared_pools.",
    ]


def test_a_store_of_a_zone_has_no_pools() -> None:
    stores = [*EVERYTHING["object_stores"][:1], {"name": "multi", "zone": "berlin", "data": {}}]
    found = problems(object_stores=stores)
    assert found == [
        "object_stores[1].data: does not go with zone (OBJ-04). Remove it; the pools are those of "
        "object_zones berlin."
    ]
    stores[1] = {"name": "multi", "zone": "nowhere"}
    assert problems(object_stores=stores)[0].startswith(
        "object_stores[1].zone: 'nowhere' is not in object_zones."
    )


def test_a_claim_may_be_elsewhere_and_asks_for_its_notifications() -> None:
    claim = object_of("bucket_claims")
    assert claim["metadata"]["namespace"] == "apps"
    assert claim["metadata"]["labels"]["bucket-notification-puts"] == "puts"
    assert claim["spec"] == {"storageClassName": "buckets", "generateBucketName": "mine"}


def test_a_class_of_nfs_has_the_servers_and_the_secrets_of_the_file_system() -> None:
    classes = {
        item.manifest["metadata"]["name"]: item.manifest
        for item in render(parse_site(site_of()), ())
        if item.kind == "StorageClass"
    }
    files, exported = classes["files"], classes["exported"]
    assert exported["provisioner"] == "rook-ceph.nfs.csi.ceph.com"
    assert exported["parameters"] == {
        **files["parameters"],
        "nfsCluster": "exports",
        "server": "rook-ceph-nfs-exports-a",
    }


def test_nfs_serves_file_systems_only() -> None:
    wrong = [{"name": "exported", "pool": "fast", "nfs": "exports"}]
    assert problems(storage_classes=wrong, bucket_claims=[]) == [
        "storage_classes[0].nfs: does not go with pool. Name the file system that is exported, or "
        "remove nfs."
    ]
    nobody = [{"name": "exported", "filesystem": "shared", "nfs": "nobody"}]
    (found,) = problems(storage_classes=nobody, bucket_claims=[])
    assert found.startswith("storage_classes[0].nfs: 'nobody' is not in nfs.")


def test_a_user_belongs_to_an_account_that_is_there() -> None:
    users = [{"name": "app", "store": "objects", "account": "nobody"}]
    (found,) = problems(object_store_users=users)
    assert found.startswith("object_store_users[0].account: 'nobody' is not in object_store_acc")


def test_an_empty_realm_has_no_spec_because_early_definitions_want_more_in_one() -> None:
    assert "spec" not in object_of("object_realms")


def test_one_object_alone_refers_to_what_nobody_looks_at() -> None:
    alone = {"site": "store1", "version": "1.20", "nfs": [], "rados_namespaces": []}
    alone["rados_namespaces"] = [{"name": "tenant", "pool": "elsewhere"}]
    assert parse_site(alone, lone=True).resources[0].values == {"pool": "elsewhere"}
    with pytest.raises(ModelError):
        parse_site(alone)


@pytest.mark.parametrize(
    ("section", "field", "reason"),
    [
        ("object_store_accounts", "root_user", "is a string, not a dictionary"),
        ("object_zones", "data", "is a string, not a dictionary"),
        ("snapshot_classes", "parameters", "is a string, not a dictionary"),
        ("snapshot_classes", "default", "is a string, not true or false"),
        ("bucket_notifications", "events", "is a string, not a list"),
        ("block_pools", "erasure", "is a string, not a dictionary"),
    ],
)
def test_an_empty_text_is_no_value_of_another_type(section: str, field: str, reason: str) -> None:
    entry = {**EVERYTHING[section][0], field: ""}
    told = problems(**{section: [entry, *EVERYTHING[section][1:]]})
    assert any(text.startswith(f"{section}[0].{field}: '' {reason}") for text in told), told


def test_more_chunks_than_ceph_can_tell_apart_are_refused() -> None:
    for number in (256, 10**30):
        erasure = {"data_chunks": number, "coding_chunks": 1}
        told = problems(block_pools=[{"name": "fast", "erasure": erasure}])
        where = f"block_pools[0].erasure.data_chunks: {number} is not between 2 and 255"
        assert any(text.startswith(where) for text in told), told
