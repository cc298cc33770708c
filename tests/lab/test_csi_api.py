# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CSI driver's controller on a real API server with Kubernetes' own volume controllers.

It has the service account and the rules of the stand-in's manifests; only Ceph is a fake.
"""

from __future__ import annotations

import subprocess
import threading
import typing as t
from pathlib import Path

import pytest
import yaml
from csiworld import PARAMETERS, SECRETS, TOP, FakeCeph, config, grpc, stubs

kubernetes = pytest.importorskip("kubernetes", reason="the kubernetes client is not installed")

import sys  # noqa: E402 - after the skips

sys.path.insert(0, str(TOP / "tests/ring2"))
from controlplane import MANAGER, ControlPlane, binary  # noqa: E402

__all__ = ["config", "stubs"]

DRIVER = "rook-ceph.cephfs.csi.ceph.com"
ACCOUNT = "rook-csi-cephfs-provisioner-sa"
RESERVED = "csi.storage.k8s.io/"
SECONDS = 90
CONTROLLERS = (
    "persistentvolume-binder-controller,persistentvolume-protection-controller,"
    "persistentvolumeclaim-protection-controller,persistentvolume-expander-controller"
)


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[ControlPlane]:
    plane = ControlPlane(tmp_path_factory.mktemp("plane"))
    words = (
        *MANAGER, f"--kubeconfig={plane.folder}/admin.conf", f"--controllers={CONTROLLERS}",
        "--pvclaimbinder-sync-period=1s",
    )  # fmt: skip
    try:
        plane.start()
        with (plane.folder / "volumes.log").open("wb") as log:
            program = ["setpriv", "--pdeathsig", "TERM", binary("kube-controller-manager")]
            manager = subprocess.Popen([*program, *words], stdout=log, stderr=log)
        yield plane
        manager.terminate()
        manager.wait(20)
    finally:
        plane.stop()


@pytest.fixture(scope="module")
def api(plane: ControlPlane) -> t.Any:
    """Have the lab's manifests, a class and its secret; return a client of the administrator."""
    client = kubernetes.config.new_client_from_config(str(plane.folder / "admin.conf"))
    api = kubernetes.dynamic.DynamicClient(client)
    text = (TOP / "lab/standin/manifests/common.yaml").read_text()
    wanted = ("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding")
    for item in yaml.safe_load_all(text):
        if item and item["kind"] in wanted:
            api.resources.get(api_version=item["apiVersion"], kind=item["kind"]).create(body=item)
    secret = {"metadata": {"name": "provisioner", "namespace": "rook-ceph"}, "stringData": SECRETS}
    resource(api, "Secret").create(body=secret)
    names = {
        f"{RESERVED}{role}-secret-{word}": value
        for role in ("provisioner", "controller-expand", "node-stage")
        for word, value in (("name", "provisioner"), ("namespace", "rook-ceph"))
    }
    for name, filesystem in (("rook-cephfs", "myfs"), ("wrong", "nofs")):
        resource(api, "StorageClass").create(
            body={
                "metadata": {"name": name},
                "provisioner": DRIVER,
                "allowVolumeExpansion": True,
                "parameters": {**PARAMETERS, "fsName": filesystem, **names},
            }
        )
    return api


def resource(api: t.Any, kind: str) -> t.Any:
    version = "storage.k8s.io/v1" if kind == "StorageClass" else "v1"
    return api.resources.get(api_version=version, kind=kind)


@pytest.fixture
def ceph(
    plane: ControlPlane, api: t.Any, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> t.Iterator[FakeCeph]:
    """Run the controller as the pod would, with its own token."""
    import csi_pb2_grpc
    from cephfscsi import controller, driver, roles, server, settings, watch

    # The API server does not end while a watch is open.
    monkeypatch.setattr(watch, "WATCH_SECONDS", 1)

    account = tmp_path / "account"
    account.mkdir()
    core = kubernetes.client.CoreV1Api(api.client)
    token = core.create_namespaced_service_account_token(ACCOUNT, "rook-ceph", {"spec": {}})
    (account / "token").write_text(token.status.token)
    (account / "ca.crt").write_bytes((plane.folder / "ca.crt").read_bytes())
    env = {"ROLE": "controller", "KUBERNETES_SERVICE_HOST": "127.0.0.1", "POD_NAME": "pod"}
    read = settings.read({**env, "KUBERNETES_SERVICE_PORT": str(plane.port)})
    ceph, own, stop = FakeCeph(), server.Server(tmp_path / "csi.sock"), threading.Event()
    csi_pb2_grpc.add_ControllerServicer_to_server(
        controller.Controller(DRIVER, config, ceph.connect), own.grpc
    )
    own.start()
    with grpc.insecure_channel(f"unix://{tmp_path}/csi.sock") as channel:
        loops = roles.controller_loops(read, driver.Driver(channel), account)
        for loop in loops:
            loop.start(stop)
        yield ceph
        stop.set()
        for loop in loops:
            loop.close()
        own.stop(0)


def claim(name: str, kind: str = "rook-cephfs", size: str = "1Gi") -> dict[str, t.Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "storageClassName": kind,
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": size}},
        },
    }


def wait(found: t.Any, name: str, true: t.Callable[[t.Any], bool], **where: str) -> t.Any:
    """Return the object of that name once a claim about it is true."""
    selector = {"field_selector": f"metadata.name={name}"} if name else {}
    for event in found.watch(timeout=SECONDS, **selector, **where):
        if true(event):
            return event["object"]
    raise AssertionError(f"{name or found.kind} did not come about in {SECONDS} s")


def said(event: t.Any, reason: str, name: str) -> bool:
    item = event["object"]
    return bool(item.reason == reason and item.involvedObject.name == name)


def test_a_claim_is_bound_grown_and_gone_with_its_volume(api: t.Any, ceph: FakeCeph) -> None:
    claims, volumes = resource(api, "PersistentVolumeClaim"), resource(api, "PersistentVolume")
    claims.create(body=claim("data"))
    bound = wait(
        claims, "data", lambda event: event["object"].status.phase == "Bound", namespace="default"
    )
    assert list(ceph.volumes.values()) == [2**30]
    volume = volumes.get(name=bound.spec.volumeName)
    assert volume.spec.csi.nodeStageSecretRef.name == "provisioner"
    grown = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    claims.patch(
        name="data", namespace="default", body=grown, content_type="application/merge-patch+json"
    )
    wait(
        claims,
        "data",
        lambda event: event["object"].status.capacity.storage == "2Gi",
        namespace="default",
    )
    assert list(ceph.volumes.values()) == [2**31]
    claims.delete(name="data", namespace="default")
    # It may be gone before anybody looks: the watch begins where it was seen.
    seen = {"resource_version": volume.metadata.resourceVersion}
    wait(volumes, volume.metadata.name, lambda event: event["type"] == "DELETED", **seen)
    assert ceph.volumes == {}
    wait(
        resource(api, "Event"),
        "",
        lambda event: said(event, "ProvisioningSucceeded", "data"),
        namespace="default",
    )


def test_what_the_driver_refuses_is_told_on_the_claim(api: t.Any, ceph: FakeCeph) -> None:
    claims = resource(api, "PersistentVolumeClaim")
    claims.create(body=claim("lost", "wrong"))
    event = wait(
        resource(api, "Event"),
        "",
        lambda event: said(event, "ProvisioningFailed", "lost"),
        namespace="default",
    )
    assert event.message == (
        'failed to provision volume with StorageClass "wrong": rpc error: code = NotFound '
        "desc = filesystem 'nofs' not found, the cluster has myfs"
    )
    claims.delete(name="lost", namespace="default")
    assert ceph.volumes == {}
