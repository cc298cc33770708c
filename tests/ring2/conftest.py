# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane for each test, the manifests, and modules that run in this process."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.modules import (
    rook_info,
    rook_plan,
    rook_site,
    rook_teardown,
    rook_verify,
    rook_wait,
)
from cloud import Cloud
from cloudproxy import CloudProxy
from controlplane import CACHE, ControlPlane, build
from raw import Raw

HOSTS = ("w1", "w2", "w3")
MODULES = {
    "rook_info": rook_info, "rook_plan": rook_plan, "rook_site": rook_site,
    "rook_teardown": rook_teardown, "rook_verify": rook_verify, "rook_wait": rook_wait,
}  # fmt: skip


def manifests() -> Path:
    """Return a directory with Rook's manifests: the variable's, else the one that is built."""
    given = os.environ.get("ROOKERY_TEST_MANIFESTS")
    folder = Path(given) if given else CACHE / "lab/rook/standin/manifests"
    if not given and not folder.is_dir():
        build()
    if not (folder / "crds.yaml").is_file():
        pytest.fail(
            f"There is no crds.yaml in {folder}. Set ROOKERY_TEST_MANIFESTS to a directory with "
            "crds.yaml, common.yaml and operator.yaml, or remove the variable."
        )
    return folder


MODEL: dict[str, t.Any] = {
    "site": "store1",
    "version": os.environ.get("ROOKERY_TEST_VERSION", "1.16"),
    "hosts": {host: {"devices": ["/dev/disk/by-id/disk0"]} for host in HOSTS},
    "block_pools": [{"name": "replicapool", "replicas": 3}],
    "filesystems": [{"name": "myfs", "data_pools": [{"name": "replicated", "replicas": 3}]}],
    "object_stores": [{"name": "store", "data": {"replicas": 3}}],
    "object_store_users": [{"name": "app", "store": "store"}],
    "storage_classes": [
        {"name": "rook-cephfs", "filesystem": "myfs"},
        {"name": "rook-ceph-block", "pool": "replicapool"},
    ],
}


@pytest.fixture
def plane(tmp_path: Path) -> t.Iterator[ControlPlane]:
    """A control plane with nothing in it."""
    running = ControlPlane(tmp_path)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def raw(plane: ControlPlane) -> Raw:
    """The API without the code under test."""
    return Raw(plane)


Run = t.Callable[..., dict[str, t.Any]]


def run_module(
    capsys: pytest.CaptureFixture[str], kubeconfig: Path, module: t.Any, check: bool, **more: t.Any
) -> dict[str, t.Any]:
    """Run a module's main and return its result."""
    arguments = {
        "kubeconfig": str(kubeconfig), "_ansible_check_mode": check, **more,
        "_ansible_remote_tmp": str(kubeconfig.parent), "_ansible_keep_remote_files": False,
    }  # fmt: skip
    capsys.readouterr()
    with patch_module_args(arguments), pytest.raises(SystemExit):
        module.main()
    return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], plane: ControlPlane) -> Run:
    """Run a module of the whole model against the control plane."""

    def call(name: str, check: bool = False, **more: t.Any) -> dict[str, t.Any]:
        model = {**MODEL, "operator": {"manifests": str(manifests())}, **more}
        return run_module(capsys, plane.folder / "admin.conf", MODULES[name], check, **model)

    return call


@pytest.fixture(scope="session")
def cloud() -> t.Iterator[Cloud]:
    """An OpenStack that all tests share; a test leaves nothing in it."""
    running = Cloud()
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def fresh_cloud(cloud: Cloud) -> Cloud:
    """The same one with nothing in it but what a provider has put there."""
    cloud.reset()
    return cloud


@pytest.fixture
def cloud_proxy(cloud: Cloud) -> t.Iterator[CloudProxy]:
    """What sees every request to the cloud, and can break it."""
    with CloudProxy(cloud.clouds) as proxy:
        yield proxy
