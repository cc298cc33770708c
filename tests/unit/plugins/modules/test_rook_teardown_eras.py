# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site has of another era than that of the given release is found by its teardown."""

from __future__ import annotations

from pathlib import Path

import pytest
from onsite import Onsite
from standingsite import CONFIRMED, deleted, standing

INSIDE = {"namespace": "rook-ceph"}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return standing(capsys, monkeypatch, tmp_path)


@pytest.mark.parametrize("api", ["rook.io/v1alpha1", "ceph.rook.io/v1beta1"])
def test_what_the_site_has_of_another_era_goes_too(onsite: Onsite, api: str) -> None:
    labels = {"app.kubernetes.io/part-of": "store1", "app.kubernetes.io/managed-by": "rookery"}
    for kind in ("Cluster", "Pool"):
        meta = {"name": "old", "labels": labels, **INSIDE}
        onsite.kube.apply({"apiVersion": api, "kind": kind, "metadata": meta})
    onsite.kube.writes.clear()
    removed = onsite(**CONFIRMED)
    assert removed.get("failed") is None, removed["msg"]
    going = [target for target in deleted(onsite) if target.endswith("/rook-ceph/old")]
    assert going == ["Pool/rook-ceph/old", "Cluster/rook-ceph/old"]


def test_a_cluster_of_another_era_that_is_not_the_sites_refuses_it_whole(onsite: Onsite) -> None:
    meta = {"name": "theirs", **INSIDE}
    onsite.kube.apply({"apiVersion": "rook.io/v1alpha1", "kind": "Cluster", "metadata": meta})
    onsite.kube.writes.clear()
    refused = onsite(**CONFIRMED)
    assert refused["failed"] and "Cluster/rook-ceph/theirs" in refused["msg"]
    assert onsite.kube.writes == []


def test_a_definition_of_another_era_is_in_use_while_there_are_objects(onsite: Onsite) -> None:
    spec = {"group": "rook.io", "names": {"kind": "Pool"}, "versions": []}
    head = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    onsite.kube.apply({**head, "metadata": {"name": "pools.rook.io"}, "spec": spec})
    assert [row["id"] for row in onsite(check=True, **CONFIRMED)["left"]] == [
        "CustomResourceDefinition//pools.rook.io"
    ]
    meta = {"name": "hers", "namespace": "hers"}
    onsite.kube.apply({"apiVersion": "rook.io/v1alpha1", "kind": "Pool", "metadata": meta})
    assert onsite(check=True, **CONFIRMED)["left"] == []
