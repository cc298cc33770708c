# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""While a pod uses a volume: its mount outlives the driver, and no teardown takes it away."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t

import pytest
from conftest import INVENTORY, ROOT

NAME = "consumer"
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": NAME, "namespace": "default"},
    "spec": {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "rook-cephfs",
        "resources": {"requests": {"storage": "64Mi"}},
    },
}
Tell = t.Callable[..., str]


def pod(image: str) -> dict[str, t.Any]:
    """Return a pod that does nothing but mount the volume."""
    container = {
        "name": NAME,
        "image": image,
        "command": ["sleep", "infinity"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": NAME, "namespace": "default"},
        "spec": {
            "terminationGracePeriodSeconds": 1,
            "containers": [container],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": NAME}}],
        },
    }


@pytest.fixture(scope="module")
def tell(lab: dict[str, t.Any]) -> Tell:
    """Tell the cluster something, and return what it answers as text."""

    def run(*words: str, text: str = "") -> str:
        kubeconfig = f"--kubeconfig={lab['lab_directory']}/kubeconfig"
        done = subprocess.run(
            [lab["lab_kubectl"], kubeconfig, *words],
            input=text, capture_output=True, text=True, timeout=150, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module", autouse=True)
def consumer(tell: Tell, lab: dict[str, t.Any]) -> t.Iterator[None]:
    """Give a pod a volume of the site, and take both away again."""
    items = [CLAIM, pod(lab["rook_cluster_ceph_image"])]
    tell("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    try:
        tell("wait", "--for=condition=Ready", f"pod/{NAME}", "--timeout=120s")
        yield
    finally:
        tell("delete", "--timeout=120s", f"pod/{NAME}", f"pvc/{NAME}")


def test_a_mount_outlives_the_pods_of_its_driver(tell: Tell) -> None:
    driver = ("-n", "rook-ceph", "-l", "app=csi-cephfsplugin")
    tell("exec", NAME, "--", "sh", "-c", "echo before > /data/file && sync /data/file")
    tell("delete", "pods", *driver, "--timeout=120s")
    tell("rollout", "status", "-n", "rook-ceph", "daemonset/csi-cephfsplugin", "--timeout=120s")
    said = tell(
        "exec",
        NAME,
        "--",
        "sh",
        "-c",
        "echo after >> /data/file && sync /data/file; cat /data/file",
    )
    assert said.split() == ["before", "after"]


def test_a_teardown_is_refused_and_names_who_uses_what(tell: Tell) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "ANSIBLE_LOG_PATH"}
    done = subprocess.run(
        ["ansible-playbook", "-i", str(INVENTORY), str(ROOT / "playbooks/teardown.yml"),
         "--extra-vars", "rook_confirm=lab"],
        capture_output=True, text=True, timeout=300, check=False, env=environment,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode != 0, done.stdout
    assert f"PersistentVolumeClaim/default/{NAME}" in done.stdout
    assert f"default/{NAME}" in done.stdout.replace(f"PersistentVolumeClaim/default/{NAME}", "")
    assert "changed=0" in done.stdout and "changed: [" not in done.stdout
    assert tell("exec", NAME, "--", "cat", "/data/file").split() == ["before", "after"]
