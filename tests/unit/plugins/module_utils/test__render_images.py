# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images a site needs is read from the files that make its operator, as they are."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients import release_images
from ansible_collections.rookery.rook.plugins.module_utils._clients.release_images import (
    read_images,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._render.images import (
    Images,
    site_images,
)
from sites.small import BARE

Params = dict[str, t.Any]
DATA = Path(__file__).resolve().parents[5] / "shared/data/rook"
TAGS = sorted(path.name for path in DATA.glob("v*"))
# What upstream lists beside them starts only where it is asked for.
OPTIONAL = ("cosi", "objectstorage-sidecar", "k8s-sidecar", "volumereplication", "nfsplugin")
OPERATOR: Params = {
    "kind": "Deployment",
    "spec": {"template": {"spec": {"initContainers": [{"image": "rook/ceph:v1"}],
                                   "containers": [{"image": "rook/ceph:v1"}]}}},
}  # fmt: skip


def test_what_is_set_goes_before_what_comments_name() -> None:
    text = (
        '# ROOK_CSI_CEPH_IMAGE: "q/usual/cephcsi:v1"\n'
        '#- name: ROOK_CSI_ATTACHER_IMAGE\n#  value: "q/usual/attacher:v1"\n'
        '# ROOK_CSI_RESIZER_IMAGE: "q/usual/resizer:v1"\n# ROOK_CSI_NFS_IMAGE: "q/nfs:v1"\n'
    )
    settings = {"kind": "ConfigMap", "data": {"ROOK_CSI_ATTACHER_IMAGE": "own/attacher:v2"}}
    site = parse_site(
        {**BARE, "cluster": {"ceph_image": "own/ceph:v19"},
         "operator": {"config": {"ROOK_CSI_RESIZER_IMAGE": "own/resizer:v2"}}}
    )  # fmt: skip
    assert site_images(site, [OPERATOR, settings], text) == Images((
        "rook/ceph:v1", "own/ceph:v19", "q/usual/cephcsi:v1", "own/attacher:v2", "own/resizer:v2",
    ))  # fmt: skip


def test_the_sets_of_the_csi_operator_are_taken_without_addons() -> None:
    images = {"kind": "ConfigMap", "metadata": {"name": "rook-csi-operator-image-set-configmap"},
              "data": {"plugin": "q/cephcsi:v3", "addons": "q/sidecar:v1"}}  # fmt: skip
    found = site_images(parse_site({**BARE, "version": "1.20"}), [OPERATOR, images], "")
    assert "q/cephcsi:v3" in found.names and "q/sidecar:v1" not in found.names
    assert found.lacking == ""


def test_what_is_not_told_is_said_and_a_foreign_cluster_needs_no_ceph() -> None:
    external = {**BARE, "cluster": {"spec": {"external": {"enable": True}}}}
    found = site_images(parse_site(external), [OPERATOR], "")
    assert found == Images(("rook/ceph:v1",), "they name no image of a CSI driver")
    none = site_images(parse_site(BARE), [], "")
    assert none.lacking == "they name no image of an operator"
    assert none.names == ("quay.io/ceph/ceph:v19.2.3",)


@pytest.mark.parametrize(
    ("image", "release"),
    [
        ("docker.io/rook/ceph:v1.18.2", "1.18.2"),
        ("registry.example.org/mirror/rook/rook:v0.6.1@sha256:1", "0.6.1"),
        ("own/rook-ceph:v1.18.2", None),
        ("rook/ceph:master", None),
    ],
)
def test_the_operators_image_tells_its_release(image: str, release: str | None) -> None:
    assert Images(("quay.io/ceph/ceph:v19.2.3", image)).release == release


def test_files_that_are_not_there_or_cannot_be_had_leave_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = parse_site({**BARE, "operator": {"manifests": str(tmp_path / "none")}})
    assert read_images(away) == Images((), "the operator's files are not there")
    (tmp_path / "chart").mkdir()
    chart = parse_site({**BARE, "operator": {"chart": str(tmp_path / "chart")}})

    def refuse(_site: object) -> t.NoReturn:
        raise ClientError("render", "chart", "there is no helm")

    monkeypatch.setattr(release_images, "read_upstream", refuse)
    found = read_images(chart)
    assert "there is no helm" in found.lacking and found.names == ("quay.io/ceph/ceph:v19.2.3",)


def test_files_that_cannot_be_read_leave_it_open(tmp_path: Path) -> None:
    for name in ("crds.yaml", "common.yaml", "operator.yaml", "csi-operator.yaml"):
        (tmp_path / name).write_bytes(b"\xff\xfe no text")
    found = read_images(parse_site({**BARE, "operator": {"manifests": str(tmp_path)}}))
    assert "operator.yaml" in found.lacking and found.names == ("quay.io/ceph/ceph:v19.2.3",)


@pytest.mark.skipif(not TAGS, reason=f"there are no files of upstream in {DATA}")
@pytest.mark.parametrize("tag", TAGS)
def test_of_upstreams_own_files_it_is_upstreams_own_list(tag: str) -> None:
    old = tag.startswith(("v0.", "v1.2."))
    hosts = {"hosts": {"w1": {"directories": ["/vol"]}}} if old else {}
    manifests = DATA / tag / "manifests"
    model = {**BARE, "version": tag[1:], "operator": {"manifests": str(manifests)}, **hosts}
    found = read_images(parse_site(model))
    assert found.lacking == "" and found.names
    known = manifests / "images.txt"
    if known.exists():
        listed = {name for name in known.read_text().split()
                  if not any(word in name for word in OPTIONAL)}  # fmt: skip
        assert set(found.names) == listed
