# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finding in an object is told as one of the variable that it comes from."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._lint import Finding
from ansible_collections.rookery.rook.plugins.module_utils._lint.origins import (
    origins_of,
    problem_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.structure import MISSING
from ansible_collections.rookery.rook.plugins.module_utils._lint.words import Path
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Resource
from sites.small import WHOLE

TOPIC = {"store": "objects", "http": {"uri": "http://192.0.2.1"}, "spec": {"opaqueDta": "a"}}
MODEL: dict[str, t.Any] = {
    **WHOLE,
    "cluster": {
        "ceph_config": {"global": {"debug_osd": "1"}},
        "spec": {"network": {"provder": "host"}, "storage": {"nodes2": [{"nmae": "a"}]}},
    },
    "filesystems": [
        {
            "name": "shared",
            "data_pools": [{"name": "a", "replicas": 3, "spec": {"replicated": {"siez": 1}}}],
            "spec": {"mirroring": {"enabled": True}},
        }
    ],
    "object_store_users": [{"name": "backup", "store": "objects", "capabilities": {"usr": "*"}}],
    "bucket_topics": [{"name": "news", **TOPIC}, {"name": "more", **TOPIC}],
}

TOLD: dict[str, tuple[str, str, Path, str]] = {
    "a raw field": ("CephCluster", "rook-ceph", ("spec", "network", "provder"),
        "cluster.spec.network.provder"),
    "a raw field in a list": ("CephCluster", "rook-ceph", ("spec", "storage", "nodes2", 0, "nmae"),
        "cluster.spec.storage.nodes2[0].nmae"),
    "a setting of Ceph": ("CephCluster", "rook-ceph", ("spec", "cephConfig", "global", "debug_osd"),
        "cluster.ceph_config.global.debug_osd"),
    "a pool inside": ("CephFilesystem", "shared",
        ("spec", "dataPools", 0, "replicated", "siez"),
        "filesystems[0].data_pools[0].spec.replicated.siez"),
    "a capability": ("CephObjectStoreUser", "backup", ("spec", "capabilities", "usr"),
        "object_store_users[0].capabilities.usr"),
    "an entry of a section": ("CephBucketTopic", "more", ("spec", "opaqueDta"),
        "bucket_topics[1].spec.opaqueDta"),
    "a field of a section": ("CephBucketTopic", "news", ("spec", "endpoint", "http", "uri"),
        "bucket_topics[0].http.uri"),
    "the spec of any kind": ("ClientProfileMapping", "map", ("spec", "mapings"), "spec.mapings"),
    "no variable": ("CephBlockPool", "fast", ("spec", "replicated", "size"), ""),
}  # fmt: skip


@pytest.fixture(name="origins", scope="module")
def _origins() -> dict[tuple[str, str], t.Any]:
    raw = Resource(kind="ClientProfileMapping", name="map", values={}, spec={"mapings": []})
    site = parse_site(MODEL)
    return origins_of(dataclasses.replace(site, resources=(*site.resources, raw)))


@pytest.mark.parametrize("name", TOLD)
def test_a_finding_is_told_of_its_variable(
    name: str, origins: dict[tuple[str, str], t.Any]
) -> None:
    kind, item, path, variable = TOLD[name]
    finding = Finding(path, None, "is not known", "Rename it.")
    problem = problem_of(finding, f"{kind}/rook-ceph/{item}", origins.get((kind, item), ()))
    place = problem.path if not variable else problem.reason
    assert f"{kind}/rook-ceph/{item} spec." in place
    assert variable == "" or problem.path == variable


def test_what_is_missing_is_told_of_what_it_is_missing_from(
    origins: dict[tuple[str, str], t.Any],
) -> None:
    found = origins["CephFilesystem", "shared"]
    inside = Finding(("spec", "mirroring", "peers"), None, MISSING, "Give it a value.")
    above = Finding(("spec", "metadataServer"), None, MISSING, "Give it a value.")
    assert problem_of(inside, "a", found).path == "filesystems[0].spec.mirroring.peers"
    assert problem_of(above, "a", found).path == "a spec.metadataServer"


def test_a_value_is_quoted_in_short() -> None:
    finding = Finding(("spec", "a"), "b" * 99, "is none of c", "Give one of them.")
    assert str(problem_of(finding, "Kind//name", ())).startswith("Kind//name spec.a: 'bbbb")
    assert "…" in problem_of(finding, "Kind//name", ()).value
