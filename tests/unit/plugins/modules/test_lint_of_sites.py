# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a definition does not take is refused before anything is sent, with the variable."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._lint import DEFINITION
from ansible_collections.rookery.rook.plugins.modules import ceph_block_pool, rook_plan, rook_site
from onsite import Onsite, run_module
from wholesite import MODEL, write_manifests

Object = dict[str, t.Any]
FORBIDDEN = ClientError("list", "CustomResourceDefinition", "not allowed", 403)
BROKEN = ClientError("list", "CustomResourceDefinition", "it is broken", 500)

WHOLE = {"type": "integer", "minimum": 1}
POOL: Object = {
    "type": "object",
    "properties": {
        "failureDomain": {"type": "string"},
        "replicated": {
            "type": "object",
            "properties": {"size": WHOLE, "requireSafeReplicaSize": {"type": "boolean"}},
        },
        "mirroring": {
            "type": "object",
            "required": ["mode"],
            "properties": {"enabled": {"type": "boolean"}, "mode": {"type": "string"}},
        },
    },
}
FILESYSTEM: Object = {
    "type": "object",
    "properties": {
        "metadataPool": POOL,
        "dataPools": {
            "type": "array",
            "items": {
                **POOL,
                "properties": {**POOL["properties"], "name": {"type": "string"}},
            },
        },
        "metadataServer": {
            "type": "object",
            "properties": {"activeCount": WHOLE, "activeStandby": {"type": "boolean"}},
        },
    },
}
SCHEMAS = {"cephblockpools.ceph.rook.io": POOL, "cephfilesystems.ceph.rook.io": FILESYSTEM}


def told(definition: Object) -> Object:
    """Return a definition that tells the fields of its kind."""
    spec = SCHEMAS.get(definition["metadata"]["name"])
    if spec:
        schema = {"type": "object", "properties": {"spec": spec}}
        definition["spec"]["versions"][0]["schema"] = {"openAPIV3Schema": schema}
    return definition


def definitions(folder: Path) -> list[Object]:
    """Return the definitions of small manifests, with fields."""
    text = (folder / "crds.yaml").read_text()
    return [told(item) for item in yaml.safe_load_all(text)]


@pytest.fixture(name="manifests")
def _manifests(tmp_path: Path) -> Path:
    folder = write_manifests(tmp_path / "manifests")
    (folder / "crds.yaml").write_text(yaml.safe_dump_all(definitions(folder)))
    return folder


@pytest.fixture(name="site")
def _site(
    manifests: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Onsite:
    options = {**MODEL, "operator": {"manifests": str(manifests)}}
    return Onsite(rook_site, options, capsys, monkeypatch, tmp_path)


@pytest.fixture(name="pool")
def _pool(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    options = {"name": "fast", "replicas": 3, "spec": {"mirroring": {"enbled": True}}}
    return Onsite(ceph_block_pool, options, capsys, monkeypatch, tmp_path)


WRONG: Object = {
    "block_pools": [
        {"name": "slow", "replicas": 3},
        {"name": "fast", "replicas": 3, "spec": {"mirroring": {"enabled": "yes"}}},
    ],
    "filesystems": [
        {
            "name": "shared",
            "data_pools": [{"name": "a", "replicas": 3, "spec": {"replicated": {"siez": 2}}}],
            "spec": {"metadataServer": {"activeCuont": 1}},
        }
    ],
    "storage_classes": [],
}


@pytest.mark.parametrize("check", [True, False])
def test_all_that_the_server_would_refuse_is_told_at_once(site: Onsite, check: bool) -> None:
    result = site(check, **WRONG)
    pool, filesystem = "CephBlockPool/rook-ceph/fast", "CephFilesystem/rook-ceph/shared"
    assert result["failed"] is True
    assert result["msg"].splitlines() == [
        f"block_pools[1].spec.mirroring.enabled: 'yes' is a string, not true or false (in {pool} "
        "spec.mirroring.enabled). Give true or false.",
        f"block_pools[1].spec.mirroring.mode: is missing (in {pool} spec.mirroring.mode). "
        "Give it a value.",
        "filesystems[0].data_pools[0].spec.replicated.siez: is not known; the nearest is size "
        f"(in {filesystem} spec.dataPools[0].replicated.siez). Rename it.",
        "filesystems[0].spec.metadataServer.activeCuont: is not known; the nearest is activeCount "
        f"(in {filesystem} spec.metadataServer.activeCuont). Rename it.",
    ]
    assert site.kube.writes == []


def test_what_goes_is_not_linted(
    site: Onsite, manifests: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {**MODEL, **WRONG, "site": "store1", "operator": {"manifests": str(manifests)}}
    options["kubeconfig"] = str(site.kubeconfig)
    assert "siez" in run_module(capsys, rook_plan, False, **options)["msg"]
    assert run_module(capsys, rook_plan, False, **options, state="absent")["plan"] == []


def test_files_are_taken_although_the_operator_is_not_meant(site: Onsite) -> None:
    assert "enabled: 'yes' is a string" in site(stages=["storage"], **WRONG)["msg"]


def test_without_files_the_definitions_of_the_cluster_are_taken(
    pool: Onsite, manifests: Path
) -> None:
    assert pool(check=True).get("failed") is None
    for definition in definitions(manifests):
        pool.kube.apply(definition)
    pool.kube.writes.clear()
    assert pool(check=True)["msg"].startswith(
        "block_pools[0].spec.mirroring.enbled: is not known; the nearest is enabled "
    )
    assert pool.kube.writes == []


def test_a_kind_that_a_cluster_with_rook_does_not_have_is_told(
    pool: Onsite, manifests: Path
) -> None:
    for definition in definitions(manifests):
        if definition["spec"]["names"]["kind"] != "CephBlockPool":
            pool.kube.apply(definition)
    told = "of ceph.rook.io/v1 is not among the definitions"
    assert told in pool(check=True)["msg"]


def settle(live: Object) -> None:
    """Let an object carry the note that a server makes of what was applied."""

    def claims(value: t.Any) -> Object:
        named = value.items() if isinstance(value, dict) else ()
        return {f"f:{key}": claims(each) for key, each in named}

    labels = {"labels": live["metadata"]["labels"]}
    note = {"manager": "rookery", "operation": "Apply", "apiVersion": live["apiVersion"]}
    fields = claims({"metadata": labels, "spec": live["spec"]})
    live["metadata"]["managedFields"] = [{**note, "fieldsV1": fields}]


def test_only_definitions_of_what_changes_are_read(
    pool: Onsite, manifests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for definition in definitions(manifests):
        pool.kube.apply(definition)
    asked: list[str] = []
    get, listing = pool.kube.get, pool.kube.list

    def one(ref: Ref) -> t.Any:
        asked.extend([ref.name] if ref.kind == DEFINITION else [])
        return get(ref)

    def several(api_version: str, kind: str, *more: t.Any) -> t.Any:
        asked.extend(["all"] if kind == DEFINITION else [])
        return listing(api_version, kind, *more)

    monkeypatch.setattr(pool.kube, "get", one)
    monkeypatch.setattr(pool.kube, "list", several)
    assert pool(spec=None)["changed"] is True
    assert asked == ["cephblockpools.ceph.rook.io"]
    asked.clear()
    settle(pool.kube.objects[Ref("ceph.rook.io/v1", "CephBlockPool", "rook-ceph", "fast")])
    assert pool(spec=None)["changed"] is False
    assert not asked
    # What is stored and fits no more is looked at as soon as anything of it is to change.
    assert "enbled: is not known" in pool()["msg"]
    assert asked == ["cephblockpools.ceph.rook.io"]


def test_new_definitions_are_held_against_what_is_there(site: Onsite, manifests: Path) -> None:
    spec = {"mirroring": {"mode": "image"}}
    pools = [{"name": "slow", "replicas": 3, "spec": spec}]
    assert site(block_pools=pools).get("failed") is None
    found = definitions(manifests)
    for definition in found:
        if definition["metadata"]["name"] == "cephblockpools.ceph.rook.io":
            version = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
            del version["properties"]["spec"]["properties"]["mirroring"]
    (manifests / "crds.yaml").write_text(yaml.safe_dump_all(found))
    assert "spec.mirroring: is not known" in site(block_pools=pools)["msg"]


def test_where_definitions_may_not_be_read_the_server_judges(
    pool: Onsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"CustomResourceDefinition": FORBIDDEN}
    listed = pool.kube.list

    def listing(api_version: str, kind: str, *more: str) -> t.Any:
        if kind in answers:
            raise answers[kind]
        return listed(api_version, kind, *more)

    monkeypatch.setattr(pool.kube, "list", listing)
    assert pool(check=True).get("failed") is None
    answers["CustomResourceDefinition"] = BROKEN
    assert pool(check=True)["msg"] == "Failed to list CustomResourceDefinition: it is broken (500)."
