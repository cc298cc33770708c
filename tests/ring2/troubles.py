# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Troubles that are made on a real API: each is made, and undone unless it is to stay."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
import time
import typing as t

from acting import DEPLOYMENTS, JOBS, NOW
from controlplane import ControlPlane
from raw import CEPH, Raw

PODS = "/api/v1/namespaces/rook-ceph/pods"
EVENTS = "/api/v1/namespaces/{}/events"
CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims"
CLUSTER = f"{CEPH}/cephclusters/rook-ceph"
KEY = "AQ" + "k" * 38 + "=="
PREPARED = f"""\
2026-01-01 00:00:00.000000 I | cephosd: got the key {KEY}
2026-01-01 00:00:01.000000 I | cephosd: skipping device "sdb" because it contains a filesystem "xfs"
2026-01-01 00:00:02.000000 W | cephosd: skipping OSD configuration as no devices matched the storage
"""


class Kubelet(http.server.BaseHTTPRequestHandler):
    """Serves the log of a prepare job, and silence of all others."""

    def do_GET(self) -> None:
        content = PREPARED.encode() if "osd-prepare" in self.path else b"\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: t.Any) -> None:
        """Nobody asks for it."""


@contextlib.contextmanager
def kubelet(plane: ControlPlane, raw: Raw) -> t.Iterator[None]:
    """Serve as the kubelet of w1."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Kubelet)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(*plane.authority.issue("kubelet", "kubelet"))
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        say_node(raw, "w1", port=server.server_address[1])
        yield
    finally:
        say_node(raw, "w1", port=1)
        server.shutdown()
        server.server_close()


def say_node(raw: Raw, name: str, port: int = 1, ready: str = "True") -> None:
    """Let a node say how it is; nothing listens at port 1."""
    raw.merge(f"/api/v1/nodes/{name}/status", {"status": {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        "conditions": [{
            "type": "Ready", "status": ready, "reason": "Kubelet", "message": "",
            "lastHeartbeatTime": NOW, "lastTransitionTime": NOW,
        }],
    }})  # fmt: skip


def add_pod(raw: Raw, name: str, app: str, node: str = "w1", **state: t.Any) -> str:
    """Make a pod whose one container is in a state, and return its path."""
    raw("POST", PODS, {
        "metadata": {"name": name, "labels": {"app": app}},
        "spec": {"nodeName": node, "containers": [{"name": "main", "image": "none"}]},
    })  # fmt: skip
    status = {
        "name": "main", "image": "none", "imageID": "", "restartCount": 0, "ready": not state,
        "state": state or {"running": {"startedAt": NOW}},
    }  # fmt: skip
    raw.merge(f"{PODS}/{name}/status", {"status": {"containerStatuses": [status]}})
    return f"{PODS}/{name}"


def add_event(raw: Raw, about: tuple[str, str, str], reason: str, message: str) -> str:
    """Write an event, and return its path."""
    kind, namespace, name = about
    home = EVENTS.format(namespace or "default")
    made = raw("POST", home, {
        "metadata": {"generateName": "event-"}, "type": "Warning", "reason": reason,
        "message": message,
        "involvedObject": {"kind": kind, "namespace": namespace, "name": name},
    })  # fmt: skip
    assert made is not None
    return f"{home}/{made['metadata']['name']}"


def say_health(raw: Raw, **checks: str) -> None:
    """Let Ceph complain of something, or of nothing."""
    details = {code: {"message": said, "severity": "HEALTH_WARN"} for code, said in checks.items()}
    current = (raw("GET", CLUSTER) or {})["status"]["ceph"].get("details") or {}
    gone = dict.fromkeys(current)
    raw.merge(f"{CLUSTER}/status", {"status": {"ceph": {"details": {**gone, **details}}}})


# Each makes its trouble, and yields what is to be found; what it makes is gone afterwards.
Trouble = t.Callable[[Raw, ControlPlane], t.Iterator[list[str]]]


def an_image_that_does_not_exist(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    why = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "quay.io/ceph:v0"'}
    pod = add_pod(raw, "rook-ceph-mon-a-1", "rook-ceph-mon", waiting=why)
    about = ("Pod", "rook-ceph", "rook-ceph-mon-a-1")
    event = add_event(
        raw, about, "Failed", 'Failed to pull image "quay.io/ceph:v0": manifest unknown'
    )
    yield ["IMAGE-WRONG", "IMAGE-PULL"]
    raw("DELETE", event)
    raw("DELETE", f"{pod}?gracePeriodSeconds=0")


@contextlib.contextmanager
def a_claim(raw: Raw, name: str) -> t.Iterator[None]:
    """Make a claim of a class that nobody serves."""
    raw("POST", CLAIMS, {"metadata": {"name": "data"}, "spec": {
        "storageClassName": name, "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }})  # fmt: skip
    yield
    raw.merge(f"{CLAIMS}/data", {"metadata": {"finalizers": []}})
    raw("DELETE", f"{CLAIMS}/data")


@contextlib.contextmanager
def a_consumer(raw: Raw, reason: str, message: str) -> t.Iterator[None]:
    """Make a pod that waits for storage, with an event that says why."""
    home, name = "/api/v1/namespaces/default/pods", "app-1"
    spec = {"nodeName": "w1", "containers": [{"name": "app", "image": "none"}]}
    raw("POST", home, {"metadata": {"name": name}, "spec": spec})
    event = add_event(raw, ("Pod", "default", name), reason, message)
    yield
    raw("DELETE", event)
    raw("DELETE", f"{home}/{name}?gracePeriodSeconds=0")


def a_claim_without_a_provisioner(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    with a_claim(raw, "rook-ceph-block"):
        yield ["CSI-MISSING"]


def a_claim_of_no_class(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    about = ("PersistentVolumeClaim", "default", "data")
    said = 'storageclass.storage.k8s.io "rook-ceph-blok" not found'
    with a_claim(raw, "rook-ceph-blok"):
        event = add_event(raw, about, "ProvisioningFailed", said)
        yield ["CLAIM-CLASS"]
        raw("DELETE", event)


def a_cluster_that_is_refused(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    said = "failed to validate: cannot start 3 mons on 2 node(s) when allowMultiplePerNode is false"
    before = (raw("GET", CLUSTER) or {})["status"]
    bad = {"type": "Failure", "status": "True", "reason": "ReconcileFailed", "message": said}
    raw.merge(f"{CLUSTER}/status", {"status": {"phase": "Failure", "conditions": [bad]}})
    yield ["MONS-MANY"]
    raw.merge(f"{CLUSTER}/status", {"status": before})


def mons_without_a_quorum(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    say_health(raw, MON_DOWN="2/3 mons down, quorum a")
    yield ["MON-QUORUM"]
    say_health(raw)


def a_device_that_is_not_empty(raw: Raw, plane: ControlPlane) -> t.Iterator[list[str]]:
    with kubelet(plane, raw):
        ended = {"exitCode": 0, "reason": "Completed", "startedAt": NOW, "finishedAt": NOW}
        pod = add_pod(raw, "rook-ceph-osd-prepare-w1-x", "rook-ceph-osd-prepare", terminated=ended)
        yield ["OSD-FILESYSTEM", "OSD-FEW"]
        raw("DELETE", f"{pod}?gracePeriodSeconds=0")


def a_node_that_is_down(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    say_node(raw, "w3", ready="Unknown")
    said = 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) app-0'
    with a_consumer(raw, "FailedAttachVolume", said):
        yield ["NODE-DOWN", "CSI-ATTACHED"]
    say_node(raw, "w3")


def a_pool_that_cannot_be_written_to(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    raw("DELETE", f"{PODS}/rook-ceph-osd-2-1?gracePeriodSeconds=0")
    say_health(raw, PG_AVAILABILITY="Reduced data availability: 8 pgs inactive, 8 pgs incomplete")
    yield ["PG-IMPOSSIBLE", "PG-INACTIVE", "OSD-FEW"]
    say_health(raw)
    add_pod(raw, "rook-ceph-osd-2-1", "rook-ceph-osd", "w3")


def a_quota_that_refuses_pods(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    path = f"{DEPLOYMENTS}/rook-ceph-mon-0/status"
    before = (raw("GET", f"{DEPLOYMENTS}/rook-ceph-mon-0") or {})["status"]
    said = 'pods "rook-ceph-mon-0-x" is forbidden: exceeded quota: small, requested: memory=2Gi'
    bad = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": said}
    raw.merge(path, {"status": {"conditions": [bad]}})
    yield ["POD-QUOTA"]
    raw.merge(path, {"status": before})


def a_pool_that_is_refused(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    said = "invalid pool CR: error pool size is 1 and requireSafeReplicaSize is true, must be false"
    about = ("CephBlockPool", "rook-ceph", "replicapool")
    event = add_event(raw, about, "ReconcileFailed", said)
    raw.merge(f"{CEPH}/cephblockpools/replicapool/status", {"status": {"phase": "Failure"}})
    yield ["POOL-UNSAFE"]
    # Of a pool that is well by now it is history.
    raw.merge(f"{CEPH}/cephblockpools/replicapool/status", {"status": {"phase": "Ready"}})
    yield []
    raw("DELETE", event)


def a_plugin_that_is_not_found(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    said = 'failed to get Plugin from volumeSpec for volume "d" err=no volume plugin matched'
    with a_consumer(raw, "FailedMount", said):
        yield ["FLEX-PLUGIN"]
    # Of a pod that is gone the event is history.
    event = add_event(raw, ("Pod", "default", "app-1"), "FailedMount", said)
    yield []
    raw("DELETE", event)


def a_host_that_was_not_cleaned(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    container = {"name": "host-cleanup", "image": "none"}
    spec = {"restartPolicy": "OnFailure", "containers": [container]}
    name = "cluster-cleanup-job-w2"
    raw("POST", JOBS, {"metadata": {"name": name}, "spec": {"template": {"spec": spec}}})
    raw.merge(f"{JOBS}/{name}/status", {"status": {
        "failed": 1, "startTime": "2026-01-01T00:00:00Z", "conditions": [
            {"type": kind, "status": "True", "reason": "BackoffLimitExceeded"}
            for kind in ("FailureTarget", "Failed")
        ],
    }})  # fmt: skip
    yield ["CLEANUP-FAILED"]
    raw("DELETE", f"{JOBS}/{name}?propagationPolicy=Background")


def a_cluster_that_is_held(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    raw("DELETE", CLUSTER)
    said = "CephCluster will not be deleted until all dependents are removed: CephBlockPool: [a]"
    held = {"type": "DeletionIsBlocked", "status": "True", "reason": "ObjectHasDependents",
            "message": said}  # fmt: skip
    raw.merge(f"{CLUSTER}/status", {"status": {"conditions": [held]}})
    yield ["DELETION-BLOCKED"]


def an_operator_that_is_dead(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    raw("DELETE", f"{PODS}/rook-ceph-operator-1?gracePeriodSeconds=0")
    yield ["DELETION-BLOCKED", "OPERATOR-MISSING", "DELETION-ORPHANED"]


def a_namespace_that_does_not_go(raw: Raw, _plane: ControlPlane) -> t.Iterator[list[str]]:
    raw("DELETE", "/api/v1/namespaces/rook-ceph")
    # No kubelet ends them, and Kubernetes' own controller, which tells the rest, waits for them.
    for pod in raw.items(PODS):
        raw("DELETE", f"{PODS}/{pod['metadata']['name']}?gracePeriodSeconds=0")
    deadline = time.monotonic() + 180
    while "SomeFinalizersRemain" not in str(raw("GET", "/api/v1/namespaces/rook-ceph")):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    yield ["DELETION-BLOCKED", "OPERATOR-MISSING", "DELETION-ORPHANED", "NAMESPACE-HELD"]


# The last three stay, and each is worse than the one before.
TROUBLES: tuple[Trouble, ...] = (
    an_image_that_does_not_exist, a_claim_without_a_provisioner, a_claim_of_no_class,
    a_cluster_that_is_refused, mons_without_a_quorum, a_device_that_is_not_empty,
    a_node_that_is_down, a_pool_that_cannot_be_written_to, a_quota_that_refuses_pods,
    a_pool_that_is_refused, a_plugin_that_is_not_found, a_host_that_was_not_cleaned,
    a_cluster_that_is_held, an_operator_that_is_dead, a_namespace_that_does_not_go,
)  # fmt: skip
