# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad sites, and good ones that would lose data, are refused before the first write.

The requests are counted between the module and the real API.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.modules import rook_site
from conftest import run_module
from controlplane import ControlPlane
from faults import Proxy
from raw import Raw
from sites.bad import bad_sites, laid
from sites.definitions import GENERATED, Tag, definitions
from sites.reference import Params, site

SAMPLE = 30
STAGES = {"stages": ["cluster", "storage"], "wait": False}
FULL = site("full", GENERATED)
# Of a site that stands: what is changed, and what the refusal has to name.
LOSING: tuple[tuple[str, t.Any, str], ...] = (
    ("block_pools[2].replicas", 2, "CephBlockPool/rook-ceph/zoned"),
    ("block_pools[1].erasure.data_chunks", 3, "CephBlockPool/rook-ceph/cold"),
    ("block_pools[1].erasure.coding_chunks", 1, "CephBlockPool/rook-ceph/cold"),
    ("filesystems[0].data_pools[0].replicas", 2, "CephFilesystem/rook-ceph/shared"),
    ("filesystems[0].metadata_replicas", 2, "CephFilesystem/rook-ceph/shared"),
    ("object_stores[0].data.replicas", 2, "CephObjectStore/rook-ceph/objects"),
    ("object_store_users[0].store", "zonal", "CephObjectStoreUser/rook-ceph/backup"),
    ("hosts.w1.devices", FULL["hosts"]["w1"]["devices"][:1], "CephCluster/rook-ceph/main"),
    ("hosts.w1", None, "CephCluster/rook-ceph/main"),
    ("cluster.data_dir_host_path", "/var/lib/other", "CephCluster/rook-ceph/main"),
    ("storage_classes[0].reclaim_policy", "Retain", "StorageClass//block"),
    ("storage_classes[3].parameters.region", "eu-2", "StorageClass//buckets"),
)


@pytest.fixture
def refuse(
    plane: ControlPlane, raw: Raw, capsys: pytest.CaptureFixture[str]
) -> t.Iterator[t.Callable[[Params], str]]:
    """Run a site that has to be refused, and return in which words it is."""
    raw.define(*definitions(Tag("generated", GENERATED, None)))
    with Proxy(plane) as proxy:
        conf = proxy.kubeconfig(plane.folder / "admin.conf")

        def call(params: Params) -> str:
            proxy.arm()
            result = run_module(capsys, conf, rook_site, False, **STAGES, **params)
            assert result["failed"] and not result.get("changed"), params
            assert proxy.writes() == []
            return t.cast("str", result["msg"])

        yield call


def test_a_bad_site_is_refused_before_the_first_write(
    refuse: t.Callable[[Params], str], capsys: pytest.CaptureFixture[str]
) -> None:
    every = bad_sites()
    sample = every[:: len(every) // SAMPLE]
    for bad in sample:
        # What is of a wrong type altogether is refused by Ansible, in words of its own.
        assert refuse(bad.params), bad.name
    with capsys.disabled():
        print(f"\n{len(sample)} of {len(every)} bad sites refused, no write")


def test_a_site_that_would_lose_data_is_refused_before_the_first_write(
    refuse: t.Callable[[Params], str], plane: ControlPlane, raw: Raw,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for space in ("rook-ceph", "web"):
        raw("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
    made = run_module(capsys, plane.folder / "admin.conf", rook_site, False, **STAGES, **FULL)
    assert made.get("failed") is None and made["changed"], made["msg"]
    for path, value, told in LOSING:
        assert told in refuse(laid(FULL, path, value)), path
