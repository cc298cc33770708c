# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rook's definitions as the lab generates them, and the manifests of the stand-in."""

from __future__ import annotations

import shutil
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))

from rooklab import binaries, crds, rook, sources
from rooklab.config import TOP, Config
from rooklab.errors import LabError

Manifest = dict[str, t.Any]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TEMPLATES = TOP / "lab" / "standin" / "manifests"
KINDS = {
    "CephBlockPool",
    "CephBlockPoolRadosNamespace",
    "CephBucketNotification",
    "CephBucketTopic",
    "CephClient",
    "CephCluster",
    "CephCOSIDriver",
    "CephFilesystem",
    "CephFilesystemMirror",
    "CephFilesystemSubVolumeGroup",
    "CephNFS",
    "CephObjectRealm",
    "CephObjectStore",
    "CephObjectStoreUser",
    "CephObjectZone",
    "CephObjectZoneGroup",
    "CephRBDMirror",
}
ANNOTATION = "rookery.lab/stand-in"


def load(path: Path) -> list[Manifest]:
    return [item for item in yaml.load_all(path.read_text(), LOADER) if item]


def of_kind(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    return {item["metadata"]["name"]: item for item in manifests if item["kind"] == kind}


@pytest.fixture(scope="module")
def generated() -> list[Manifest]:
    """Return the definitions; controller-gen and they are built when they are not there yet."""
    config = Config()
    if not shutil.which("setpriv"):
        pytest.skip("building takes setpriv (util-linux)")
    return load(crds.build(config, binaries.build(config)["controller-gen"]))


@pytest.fixture(scope="module")
def common() -> list[Manifest]:
    return load(TEMPLATES / "common.yaml")


@pytest.fixture(scope="module")
def operator() -> list[Manifest]:
    return load(TEMPLATES / "operator.yaml")


def test_every_kind_of_rook_is_defined_once(generated: list[Manifest]) -> None:
    assert {item["kind"] for item in generated} == {"CustomResourceDefinition"}
    assert sorted(item["spec"]["names"]["kind"] for item in generated) == sorted(KINDS)
    assert {item["spec"]["group"] for item in generated} == {"ceph.rook.io"}


def test_every_kind_has_one_stored_version_with_a_schema(generated: list[Manifest]) -> None:
    for item in generated:
        (version,) = item["spec"]["versions"]
        assert (version["name"], version["served"], version["storage"]) == ("v1", True, True)
        properties = version["schema"]["openAPIV3Schema"]["properties"]
        assert {"spec", "metadata"} <= set(properties), item["metadata"]["name"]
        statusless = item["spec"]["names"]["kind"] == "CephCOSIDriver"
        assert statusless or "status" in properties, item["metadata"]["name"]


def test_definitions_fit_into_a_request(generated: list[Manifest]) -> None:
    largest = max(len(yaml.safe_dump(item)) for item in generated)
    assert largest < 1 << 20, "etcd's limit is 1.5 MiB, and managed fields come on top"


def test_a_module_with_another_content_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = '{"Sum": "h1:other", "Dir": "/nowhere"}'
    done = sources.subprocess.CompletedProcess([], 0, answer, "")
    monkeypatch.setattr(sources.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(LabError, match="has checksum h1:other, not h1:"):
        sources.fetch(sources.CSI, {})


def test_accounts_have_rook_s_names(common: list[Manifest]) -> None:
    accounts = of_kind(common, "ServiceAccount")
    assert set(accounts) == {
        "rook-ceph-default",
        "rook-ceph-mgr",
        "rook-ceph-osd",
        "rook-ceph-rgw",
        "rook-ceph-system",
        "rook-csi-cephfs-plugin-sa",
        "rook-csi-cephfs-provisioner-sa",
    }
    assert list(of_kind(common, "Namespace")) == ["rook-ceph"]


def test_only_accounts_with_rights_have_a_token(common: list[Manifest]) -> None:
    with_rights = {
        subject["name"]
        for binding in of_kind(common, "ClusterRoleBinding").values()
        for subject in binding["subjects"]
    }
    with_token = {
        name
        for name, account in of_kind(common, "ServiceAccount").items()
        if account.get("automountServiceAccountToken", True)
    }
    assert with_rights == with_token


def test_every_binding_leads_to_a_role_and_an_account(common: list[Manifest]) -> None:
    roles, accounts = of_kind(common, "ClusterRole"), of_kind(common, "ServiceAccount")
    for binding in of_kind(common, "ClusterRoleBinding").values():
        assert binding["roleRef"]["name"] in roles
        assert {subject["name"] for subject in binding["subjects"]} <= set(accounts)


def test_the_operator_says_that_it_stands_in(operator: list[Manifest]) -> None:
    deployment = of_kind(operator, "Deployment")["rook-ceph-operator"]
    template = deployment["spec"]["template"]
    for meta in (deployment["metadata"], template["metadata"]):
        assert meta["annotations"][ANNOTATION] == "not Rook: the lab's stand-in operator"
    assert template["metadata"]["labels"]["app"] == "rook-ceph-operator"
    assert deployment["spec"]["strategy"]["type"] == "Recreate"


def test_settings_are_strings(operator: list[Manifest]) -> None:
    data = of_kind(operator, "ConfigMap")["rook-ceph-operator-config"]["data"]
    assert {type(value) for value in data.values()} == {str}


def test_the_built_manifests_name_the_built_image(tmp_path: Path) -> None:
    made = tmp_path / "crds" / "crds.yaml"
    made.parent.mkdir()
    made.write_text("---\nkind: CustomResourceDefinition\n")
    folder = rook.write_manifests(Config(cache=tmp_path), made)
    assert sorted(path.name for path in folder.iterdir()) == sorted(rook.MANIFESTS)
    (container,) = of_kind(load(folder / "operator.yaml"), "Deployment")["rook-ceph-operator"][
        "spec"
    ]["template"]["spec"]["containers"]
    assert container["image"] == rook.operator_image()
