# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classes for NFS have a driver, which no release starts unless it is told to."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.module_utils._render.chart import drivers_values

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]
MakeUpstream = Callable[..., list[Params]]

CONFIG = "ConfigMap/rook-ceph/rook-ceph-operator-config"
DRIVER = "Driver/rook-ceph/rook-ceph.nfs.csi.ceph.com"
SHARED = {"filesystems": [{"name": "f", "data_pools": [{"name": "d", "replicas": 3}]}]}
SHARE = {"nfs": [{"name": "n", "active": 1}],
         "storage_classes": [{"name": "c", "filesystem": "f", "nfs": "n"}]}  # fmt: skip
SNAPSHOTS = {"snapshot_classes": [{"name": "s", "type": "nfs"}]}
TAGS = {"1.18": "v1.18.11", "1.20": "v1.20.6"}


def objects(site: Site, upstream: list[Params]) -> dict[str, t.Any]:
    return {item.id: item.manifest for item in render(site, upstream)}


@pytest.mark.parametrize("wanted", [SHARE, SNAPSHOTS])
def test_rook_is_told_to_start_the_driver(
    wanted: Params, make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    found = objects(make_site(version="1.18", **SHARED, **wanted), make_upstream())
    assert found[CONFIG]["data"]["ROOK_CSI_ENABLE_NFS"] == "true"
    assert DRIVER not in found
    own = {"config": {"ROOK_CSI_ENABLE_NFS": "false"}}
    found = objects(make_site(version="1.18", operator=own, **SHARED, **wanted), make_upstream())
    assert found[CONFIG]["data"]["ROOK_CSI_ENABLE_NFS"] == "false"


@pytest.mark.parametrize("wanted", [SHARE, SNAPSHOTS])
def test_1_20_gets_the_driver_itself(
    wanted: Params, make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    site, files = make_site(version="1.20", **SHARED, **wanted), make_upstream("v1.20.6")
    found = objects(site, files)
    assert found[DRIVER]["apiVersion"] == "csi.ceph.io/v1" and found[DRIVER]["spec"] == {}
    assert "ROOK_CSI_ENABLE_NFS" not in found[CONFIG]["data"]
    metadata = {"name": DRIVER.rpartition("/")[2], "namespace": "rook-ceph"}
    given = {**found[DRIVER], "metadata": metadata, "spec": {"grpcTimeout": 9}}
    assert objects(site, [*files, given])[DRIVER]["spec"] == {"grpcTimeout": 9}


@pytest.mark.parametrize("version", TAGS)
def test_without_classes_for_nfs_nothing_is_started(
    version: str, make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    found = objects(make_site(version=version, **SHARED), make_upstream(TAGS[version]))
    assert DRIVER not in found and "ROOK_CSI_ENABLE_NFS" not in found[CONFIG]["data"]


@pytest.mark.parametrize(
    ("version", "option", "cure"),
    [
        ("1.18", {}, "Set csi.nfs.enabled to true in operator.values."),
        ("1.20", {"drivers_chart": "b"}, "Set drivers.nfs.enabled to true in operator.drivers_"),
    ],
)
def test_a_chart_that_does_not_start_it_is_refused(
    version: str, option: Params, cure: str, make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    site = make_site(version=version, operator={"chart": "a", **option}, **SHARED, **SHARE)
    with pytest.raises(ModelError) as caught:
        render(site, make_upstream(TAGS[version]))
    assert "does not start the driver for NFS, which classes need. " + cure in str(caught.value)


def test_a_chart_that_starts_it_passes(make_site: MakeSite, make_upstream: MakeUpstream) -> None:
    files = make_upstream()
    config = next(item for item in files if item["kind"] == "ConfigMap")
    config["data"]["ROOK_CSI_ENABLE_NFS"] = "true"
    site = make_site(version="1.18", operator={"chart": "a"}, **SHARED, **SHARE)
    assert objects(site, files)[CONFIG]["data"]["ROOK_CSI_ENABLE_NFS"] == "true"


def test_the_chart_of_the_drivers_is_told(make_site: MakeSite) -> None:
    charts = {"chart": "a", "drivers_chart": "b"}
    for wanted, started in ((SHARE, True), ({}, False)):
        values = drivers_values(make_site(version="1.20", operator=charts, **SHARED, **wanted))
        assert values["drivers"]["nfs"]["enabled"] is started
