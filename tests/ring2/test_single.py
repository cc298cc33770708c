# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The typed modules on a real API: check on nothing, make, make again, remove, remove again."""

from __future__ import annotations

import typing as t

import pytest
from acting import Acting
from ansible_collections.rookery.rook.plugins.modules import (
    ceph_block_pool,
    ceph_cluster,
    ceph_filesystem,
    ceph_object_store,
    ceph_object_store_user,
    storage_class,
)
from conftest import HOSTS, MODEL, Run, run_module
from controlplane import ControlPlane
from raw import Object, Raw

SITE: Object = {"site": MODEL["site"], "version": MODEL["version"], "wait_timeout": 60}
CONFIRM: Object = {"confirm": MODEL["site"]}
STORE: Object = {"name": "store", "data": {"replicas": 3}}
# In the order in which each finds what it needs.
MODULES: tuple[tuple[t.Any, Object, Object], ...] = (
    (ceph_cluster, {"hosts": MODEL["hosts"]}, CONFIRM),
    (ceph_block_pool, {"name": "replicapool", "replicas": 3}, CONFIRM),
    (ceph_filesystem, MODEL["filesystems"][0], CONFIRM),
    (ceph_object_store, STORE, CONFIRM),
    (ceph_object_store_user, {"name": "app", "store": "store"}, CONFIRM),
    (storage_class, {"name": "c", "filesystem": "myfs", "data_pool": "replicated"}, {}),
)


def test_each_is_made_once_and_removed_once(
    run: Run, raw: Raw, plane: ControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(module: t.Any, check: bool = False, **options: t.Any) -> Object:
        where = plane.folder / "admin.conf"
        result = run_module(capsys, where, module, check, **SITE, **options)
        assert result.get("failed") is None, result["msg"]
        return result

    with Acting(raw, HOSTS):
        run("rook_site", stages=["operator"], wait_timeout=60)
        for module, options, _permit in MODULES:
            predicted = call(module, check=True, **options)
            assert predicted["changed"] is True and predicted["object"] is None
            made = call(module, **options)
            assert made["changed"] is True and made["plan"] == predicted["plan"]
            assert made["object"]["metadata"]["labels"]["app.kubernetes.io/part-of"] == "store1"
            again = call(module, **options)
            assert again["changed"] is False, again["diff"]
        for module, options, permit in reversed(MODULES):
            gone = {**options, "state": "absent", **permit}
            predicted = call(module, check=True, **gone)
            assert predicted["changed"] is True and predicted["object"] is not None
            removed = call(module, **gone)
            assert removed["changed"] is True and removed["object"] is None
            assert removed["plan"] == predicted["plan"]
            assert call(module, **gone)["changed"] is False
