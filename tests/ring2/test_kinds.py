# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site that declares every section, on a real API: predicted, made, unchanged, taken down."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from acting import BUCKETS, OTHERS, PLURALS, Acting
from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import SECTIONS
from ansible_collections.rookery.rook.plugins.modules import (
    ceph_nfs,
    rook_resource,
    volume_snapshot_class,
)
from conftest import HOSTS, Run, manifests, run_module
from controlplane import ControlPlane
from raw import CEPH, Object, Raw
from sites.everything import EVERYTHING

NEWEST = Path(__file__).resolve().parents[2].parent / "shared/data/rook/v1.20.6/manifests"
SNAPSHOT_CLASSES = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses"
DATA: Object = {"confirm": "store1"}
# What has to be gone before what.
AFTER_EACH_OTHER = (
    ("objectbucketclaims/mine", "cephobjectstores/objects"),
    ("cephbucketnotifications/puts", "cephbuckettopics/news"),
    ("cephbuckettopics/news", "cephobjectstores/objects"),
    ("cephobjectstores/multi", "cephobjectzones/berlin"),
    ("cephobjectzones/berlin", "cephobjectzonegroups/europe"),
    ("cephobjectzonegroups/europe", "cephobjectrealms/earth"),
    ("cephblockpoolradosnamespaces/tenant", "cephblockpools/fast"),
    ("cephfilesystemsubvolumegroups/group", "cephfilesystems/shared"),
)


def upstream() -> tuple[str, Path]:
    """Return the newest release whose manifests are at hand, and where they are."""
    if NEWEST.is_dir():
        return "1.20", NEWEST
    print(f"{NEWEST} is not there: kinds that came after Rook 1.16 are left out")
    return "1.16", manifests()


def declared() -> Object:
    """Return the options of a site with all sections that its release has."""
    version, folder = upstream()
    rows = _kinds.kinds_of(tuple(map(int, version.split("."))))
    gone = [name for name, row in SECTIONS.items() if row.kind not in rows]
    model = {key: value for key, value in EVERYTHING.items() if key not in ("site", *gone)}
    if "object_store_accounts" in gone:
        model["object_store_users"] = [{"name": "app", "store": "objects"}]
    hosts = {host: {"devices": ["/dev/disk/by-id/disk0"]} for host in HOSTS}
    return {**model, "version": version, "hosts": hosts, "operator": {"manifests": str(folder)}}


def define(raw: Raw, group: str, version: str, kind: str, scope: str) -> None:
    """Define a kind of somebody else's without a schema, unless it is there."""
    plural = f"{kind.lower()}{'es' if kind.endswith('s') else 's'}"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
    raw.define({
        # Kubernetes guards the groups of its own that are defined like this.
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"},
        },
        "spec": {"group": group, "names": names, "scope": scope, "versions": [{
            "name": version, "served": True, "storage": True,
            "schema": {"openAPIV3Schema": schema}, "subresources": {"status": {}},
        }]},
    })  # fmt: skip


@pytest.fixture
def prepared(raw: Raw) -> Raw:
    """A cluster with what is not Rook's: the snapshot controller's class, and a namespace."""
    define(raw, "snapshot.storage.k8s.io", "v1", "VolumeSnapshotClass", "Cluster")
    if "objectbucketclaims" not in (upstream()[1] / "crds.yaml").read_text():
        define(raw, "objectbucket.io", "v1alpha1", "ObjectBucketClaim", "Namespaced")
        define(raw, "objectbucket.io", "v1alpha1", "ObjectBucket", "Cluster")
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "apps"}})
    return raw


def targets(result: Object, op: str) -> list[str]:
    return [step["target"] for step in result["plan"] if step["op"] == op]


def test_every_section_is_predicted_made_kept_and_taken_down(run: Run, prepared: Raw) -> None:
    model = declared()
    predicted = run("rook_site", check=True, **model)
    assert predicted.get("failed") is None, predicted["msg"]
    with Acting(prepared, HOSTS, others=True) as acting:
        made = run("rook_site", wait_timeout=60, **model)
        assert made.get("failed") is None, made["msg"]
        assert made["plan"] == predicted["plan"] and made["diff"] == predicted["diff"]
        kinds = {target.partition("/")[0] for target in targets(made, "create")}
        assert {row.kind for name, row in SECTIONS.items() if name in model} <= kinds
        waited = {wait["id"].partition("/")[0] for wait in made["waited"]}
        assert {"CephNFS", "CephRBDMirror", "CephClient", "ObjectBucketClaim"} <= waited
        again = run("rook_site", wait=False, **model)
        assert again["changed"] is False, again["diff"]
        assert {step["op"] for step in again["plan"]} <= {"keep", "wait"}
        unconfirmed = run("rook_teardown", **model)
        assert unconfirmed["failed"] and "TEAR-04" in unconfirmed["msg"]
        gone = run("rook_teardown", wait_timeout=60, **DATA, **model)
        assert gone.get("failed") is None, gone["msg"]
    order = acting.gone
    for first, then in AFTER_EACH_OTHER:
        assert order.index(first) < order.index(then), order
    assert order[-1] == "cephclusters/rook-ceph" and acting.blocked == []
    left = [plural for plural in (*OTHERS, *PLURALS) if prepared.items(f"{CEPH}/{plural}")]
    assert left == [] and prepared.items(f"{BUCKETS}/objectbuckets") == []
    assert prepared.items(SNAPSHOT_CLASSES) == []


def test_a_fixed_field_is_refused_before_anything_is_written(run: Run, prepared: Raw) -> None:
    model = declared()
    run("rook_site", wait=False, **model)
    pools = [*model["block_pools"], {"name": "other", "replicas": 3}]
    moved = {
        **model,
        "block_pools": pools,
        "rados_namespaces": [{"name": "tenant", "pool": "other"}],
    }
    refused = run("rook_site", wait=False, **moved)
    assert refused["failed"] and refused["changed"] is False
    assert "spec.blockPoolName would change from fast to other" in refused["msg"]
    assert prepared("GET", f"{CEPH}/cephblockpools/other") is None


def test_typed_and_raw_modules_make_and_remove_one_object(
    run: Run, prepared: Raw, plane: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(module: t.Any, check: bool = False, **more: t.Any) -> Object:
        options = {"site": "store1", "version": upstream()[0], "wait": False, **more}
        return run_module(capsys, plane.folder / "admin.conf", module, check, **options)

    run("rook_site", stages=["operator"], wait=False, **declared())
    raw_client = {"kind": "CephClient", "name": "cinder", "spec": {"caps": {"mon": "profile rbd"}}}
    rows: tuple[tuple[t.Any, Object, Object], ...] = (
        (ceph_nfs, {"name": "exports", "active": 2}, {}),
        (volume_snapshot_class, {"name": "snaps", "type": "rbd"}, {}),
        (rook_resource, raw_client, DATA),
    )
    for module, options, permit in rows:
        predicted = call(module, check=True, **options)
        made = call(module, **options)
        assert made.get("failed") is None, made["msg"]
        assert made["changed"] is True and made["plan"] == predicted["plan"]
        assert call(module, **options)["changed"] is False
        assert call(module, state="absent", **options, **permit)["changed"] is True
        assert call(module, state="absent", **options, **permit)["changed"] is False
    misspelt = {**raw_client, "spec": {"cpas": {}}}
    refused = call(rook_resource, check=True, **misspelt)
    assert refused["failed"] and "cpas" in refused["msg"]
