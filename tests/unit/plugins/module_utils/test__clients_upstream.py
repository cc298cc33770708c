# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstream's objects from each source, with a program in the place of helm."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients import charts as rendering
from ansible_collections.rookery.rook.plugins.module_utils._clients.download import Pin
from ansible_collections.rookery.rook.plugins.module_utils._clients.upstream import (
    read_upstream,
    source_problems,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]
DIGEST = "0" * 64
# Tells the release, the chart, the Kubernetes and the values.
TELLING = """#!/bin/sh
echo 'apiVersion: v1'
echo 'kind: ConfigMap'
echo "metadata: {name: $2, namespace: $5}"
echo "data: {chart: $3, kubernetes: $8, values: $(cat)}"
"""
VALUES = {
    "rook-ceph": "logLevel: INFO\n",
    "ceph-csi-drivers": "operatorConfig:\n  namespace: ''\n  driverSpecDefaults: {}\ndrivers:\n"
    + "".join(f"  {name}:\n    enabled: true\n" for name in ("rbd", "cephfs", "nfs", "nvmeof")),
}


@pytest.fixture(name="charts")
def _charts(tmp_path: Path) -> Params:
    """Return a source of two charts, and the program that is called."""
    for name, values in VALUES.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "Chart.yaml").write_text(f"name: {name}\n")
        (tmp_path / name / "values.yaml").write_text(values)
    program = tmp_path / "helm"
    program.write_text(TELLING)
    program.chmod(0o755)
    return {
        "chart": str(tmp_path / "rook-ceph"),
        "drivers_chart": str(tmp_path / "ceph-csi-drivers"),
        "helm": str(program),
    }


def told(site: Site) -> list[str]:
    return [str(problem) for problem in source_problems(site)]


def test_both_charts_are_rendered_for_the_namespace_and_the_newest_kubernetes(
    charts: Params, make_site: MakeSite
) -> None:
    operator = {**charts, "values": {"logLevel": "DEBUG"}}
    first, second = read_upstream(
        make_site(version="1.20.6", namespace="storage", operator=operator)
    )
    assert first["metadata"] == {"name": "rook-ceph", "namespace": "storage"}
    assert first["data"] == {
        "chart": charts["chart"],
        "kubernetes": "1.36.0",
        "values": {"logLevel": "DEBUG"},
    }
    assert second["metadata"]["name"] == "ceph-csi-drivers"
    drivers = second["data"]["values"]["drivers"]
    assert drivers["cephfs"] == {"enabled": True, "name": "storage.cephfs.csi.ceph.com"}


def test_values_of_both_charts_are_judged_before_either_is_rendered(
    charts: Params, make_site: MakeSite
) -> None:
    wrong = {"values": {"loglevel": 1}, "drivers_values": {"drivers": {"rdb": {}}}}
    with pytest.raises(ModelError) as caught:
        read_upstream(make_site(version="1.20", operator={**charts, **wrong}))
    assert str(caught.value).splitlines() == [
        "operator.values.loglevel: is no value of the chart rook-ceph; the nearest is logLevel. "
        "Rename it.",
        "operator.drivers_values.drivers.rdb: is no value of the chart ceph-csi-drivers; the "
        "nearest is rbd. Rename it.",
    ]


def test_a_chart_by_address_is_fetched_by_its_digest(
    charts: Params, make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[list[Pin], Path]] = []

    def fetch(pins: list[Pin], cache: Path) -> list[Path]:
        asked.append((pins, cache))
        return [Path(charts["chart"])]

    monkeypatch.setattr(rendering, "fetch", fetch)
    url = "https://m.example/rook-ceph-v1.18.11.tgz"
    operator = {"chart": url, "digests": {"rook-ceph-v1.18.11.tgz": DIGEST}, "cache_dir": "/cache"}
    (item,) = read_upstream(make_site(operator={**operator, "helm": charts["helm"]}))
    assert asked == [([Pin(url, DIGEST)], Path("/cache"))]
    assert item["data"]["kubernetes"] == "1.34.0"


def test_what_is_wrong_with_a_source_is_told_in_one_line(
    make_site: MakeSite, tmp_path: Path
) -> None:
    (tmp_path / "crds.yaml").touch()
    files = "crds.yaml, common.yaml, operator.yaml"
    cure = (
        f"Set it (rook_operator_manifests) to a directory with Rook's own {files} of this release."
    )

    def wrong(operator: Params) -> list[str]:
        return told(make_site(version="1.16", operator=operator))

    assert wrong({}) == [
        f"operator.manifests: is missing. {cure} Or set operator.url or operator.chart."
    ]
    assert wrong({"manifests": str(tmp_path)}) == [
        f"operator.manifests: '{tmp_path}' there is no common.yaml, no operator.yaml in it. {cure}"
    ]
    assert wrong({"chart": "/nowhere"}) == [
        "operator.chart: '/nowhere' does not exist. Give the directory or the .tgz of a chart on "
        "the host that runs this."
    ]
    pinned = {"url": "https://m.example", "digests": {"crds.yaml": DIGEST, "common.yaml": DIGEST}}
    assert wrong(pinned) == [
        f"operator.digests.operator.yaml: is missing: Rook 1.16 takes {files}. rook_release_info "
        "prints those of a release; compare them before you use them."
    ]
