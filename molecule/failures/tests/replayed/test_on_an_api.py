# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The old way with kubectl and a real API: what it refuses late, what it takes without a word."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from failures.record import record

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "tests/ring2"))

from cephfiles import wait
from controlplane import ControlPlane, binary

Kubectl = t.Callable[..., tuple[int, str]]
# How long what cannot end is given.
HANGS = 15
# As Rook 0.7 makes it of a directory: only the name of the volume matters.
REPLICA_SET: dict[str, t.Any] = {
    "apiVersion": "apps/v1",
    "kind": "ReplicaSet",
    "metadata": {"name": "rook-ceph-osd-w1", "namespace": "rook"},
    "spec": {
        "selector": {"matchLabels": {"app": "rook-ceph-osd"}},
        "template": {
            "metadata": {"labels": {"app": "rook-ceph-osd"}},
            "spec": {"containers": [{"name": "osd", "image": "rook/ceph:v0.7.1"}]},
        },
    },
}
# The article's last cluster, which cannot be read, and the nearest to it that can.
CLUSTER = """\
apiVersion: rook.io/v1alpha1
kind: Cluster
metadata:
  name: rook
  namespace: rook
spec:
  dataDirHostPath: /var/lib/rook
  storage:
    useAllNodes: false
    useAllDevices: false
    - name: "w1"
      directories:
      - path: "/volb"
"""
LISTED = CLUSTER.replace("    useAllNodes: false\n    useAllDevices: false\n", "")
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "clusters.rook.io"},
    "spec": {
        "group": "rook.io",
        "scope": "Namespaced",
        "names": {"kind": "Cluster", "plural": "clusters"},
        "versions": [{
            "name": "v1alpha1", "served": True, "storage": True,
            "schema": {"openAPIV3Schema": {
                "type": "object", "x-kubernetes-preserve-unknown-fields": True,
            }},
        }],
    },
}  # fmt: skip


@pytest.fixture(name="kubectl", scope="module")
def _kubectl(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Kubectl]:
    """Tell an API with nothing but Rook's old definition; return how that was and what it said."""
    folder = tmp_path_factory.mktemp("api")
    plane = ControlPlane(folder)

    def run(*words: str, text: str = "") -> tuple[int, str]:
        done = subprocess.run(
            [binary("kubectl"), f"--kubeconfig={folder}/admin.conf", *words],
            input=text, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    try:
        plane.start()
        assert run("create", "namespace", "rook")[0] == 0
        assert run("create", "-f", "-", text=json.dumps(DEFINITION))[0] == 0
        # It is named and served some time after it is established.
        wait(lambda: run("get", "clusters.rook.io", "-n", "rook")[0] == 0, "it is not served")
        yield run
    finally:
        plane.stop()


def replica_set(path: str) -> str:
    """Return the ReplicaSet of an OSD in a directory, with the volume as 0.7 names it."""
    found = json.loads(json.dumps(REPLICA_SET))
    volume = {"name": path.replace("/", "-").strip("-"), "hostPath": {"path": path}}
    found["spec"]["template"]["spec"]["volumes"] = [volume]
    return json.dumps(found)


def test_directory_name(kubectl: Kubectl) -> None:
    """The ReplicaSet of the OSD is refused, long after the cluster was accepted."""
    command = "kubectl create -f rook-ceph-osd-w1.yaml"
    status, said = kubectl("create", "-f", "-", text=replica_set("/vol_b"))
    assert status != 0 and 'volumes[0].name: Invalid value: "vol_b"' in said, said
    assert "RFC 1123 label must consist of lower case" in said
    record("directory_name", "old", (f"{command}    # as Rook 0.7 makes it of /vol_b", said))
    status, said = kubectl("create", "-f", "-", text=replica_set("/volb"))
    assert status == 0, said
    record("directory_name", "cured", (f"{command}    # of /volb", said))


def test_nodes_left_out(kubectl: Kubectl, tmp_path: Path) -> None:
    """One form of it is no YAML; the other is taken, and nothing is made of it."""
    steps = []
    for name, text in (("cluster.yaml", CLUSTER), ("listed.yaml", LISTED)):
        (tmp_path / name).write_text(text)
        status, said = kubectl("create", "-f", str(tmp_path / name))
        steps.append((f"kubectl create -f {name}", said.replace(f"{tmp_path}/", "")))
        assert (status == 0) is (name == "listed.yaml"), said
    assert "error converting YAML to JSON" in steps[0][1]
    storage = kubectl(
        "get", "clusters.rook.io", "-n", "rook", "rook", "-o", "jsonpath={.spec.storage}"
    )
    assert json.loads(storage[1]) == [{"name": "w1", "directories": [{"path": "/volb"}]}]
    steps.append(("kubectl get cluster -n rook rook -o jsonpath={.spec.storage}", storage[1]))
    record("nodes_left_out", "old", *steps)


def test_wrong_order(kubectl: Kubectl) -> None:
    """A namespace that takes its operator along never ends: nobody lets the cluster go."""
    held = {"metadata": {"finalizers": ["cluster.rook.io"]}}
    patch = ("patch", "cluster", "-n", "rook", "rook", "--type=merge", "-p", json.dumps(held))
    status, said = kubectl(*patch)
    assert status == 0, said
    words = ("delete", "namespace", "rook", f"--timeout={HANGS}s")
    status, said = kubectl(*words)
    assert status != 0 and "timed out waiting for the condition" in said, said
    told = ("wait", "--for=condition=NamespaceFinalizersRemaining", "namespace/rook")
    status, said_later = kubectl(*told, "--timeout=50s")
    assert status == 0, said_later
    remaining = "{.status.conditions[?(@.type=='NamespaceFinalizersRemaining')].message}"
    path = f"jsonpath={{.status.phase}}: {remaining}"
    asked = ("get", "namespace", "rook", "-o", path)
    _status, why = kubectl(*asked)
    assert why.startswith("Terminating: ") and "cluster.rook.io in 1 resource instances" in why, why
    steps = ((f"kubectl {' '.join(words)}", said), (f"kubectl {' '.join(asked)}", why))
    record("wrong_order", "old", *steps)
