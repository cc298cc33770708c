# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any custom resource by its own spec: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import rook_resource
from onsite import Onsite, quartet

OPTIONS = {"kind": "CephClient", "name": "glance", "spec": {"caps": {"mon": "profile rbd"}}}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(rook_resource, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephClient/rook-ceph/glance", confirm=True)


@pytest.mark.parametrize(
    ("release", "kind", "api"),
    [
        ("1.20", "ClientProfileMapping", "csi.ceph.io/v1"),
        ("1.16", "ClientProfileMapping", "csi.ceph.io/v1alpha1"),
        ("1.18", "CephBlockPool", "ceph.rook.io/v1"),
    ],
)
def test_a_kind_has_the_api_of_the_release(
    onsite: Onsite, release: str, kind: str, api: str
) -> None:
    spec = {"replicated": {"size": 3}} if kind == "CephBlockPool" else {"mappings": []}
    made = onsite(version=release, kind=kind, name="x", spec=spec)
    assert made.get("failed") is None, made["msg"]
    assert (made["object"]["apiVersion"], made["object"]["kind"]) == (api, kind)
    assert made["object"]["spec"] == spec


def test_guards_hold_for_a_raw_spec_too(onsite: Onsite) -> None:
    pool = {"kind": "CephBlockPool", "name": "fast"}
    onsite(**pool, spec={"replicated": {"size": 3}})
    refused = onsite(**pool, spec={"replicated": {"size": 2}})
    assert refused["failed"] and "spec.replicated.size would change from 3 to 2" in refused["msg"]


@pytest.mark.parametrize(
    ("kind", "way"),
    [("CephBlockPol", "The nearest is CephBlockPool."), ("Secret", "Known are CephBlockPool")],
)
def test_what_is_no_custom_resource_of_rook_is_refused(onsite: Onsite, kind: str, way: str) -> None:
    refused = onsite(kind=kind)
    assert refused["failed"] and f"kind: '{kind}' is no custom resource of Rook" in refused["msg"]
    assert way in refused["msg"] and onsite.kube.writes == []


def test_a_kind_of_a_later_release_is_refused(onsite: Onsite) -> None:
    refused = onsite(kind="CephObjectStoreAccount", spec={"store": "objects"})
    assert "'CephObjectStoreAccount' is no custom resource of Rook 1.18.11" in refused["msg"]


def test_passwords_in_urls_are_written_and_not_shown(onsite: Onsite) -> None:
    uri = "kafka://me:TOP-SECRET@broker"
    endpoint = {"endpoint": {"kafka": {"uri": uri}}}
    spec = {"objectStoreName": "o", "objectStoreNamespace": "rook-ceph", **endpoint}
    made = onsite(kind="CephBucketTopic", name="news", spec=spec)
    assert made.get("failed") is None, made["msg"]
    assert made["object"]["spec"]["endpoint"]["kafka"]["uri"] == "kafka://me:(hidden)@broker"
    assert [item["spec"] for item in onsite.kube.objects.values() if "spec" in item] == [spec]
    assert "TOP-SECRET" not in str(made)
